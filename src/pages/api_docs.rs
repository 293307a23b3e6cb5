//! `/api/docs`: what the API can do, read from its own document. `public/api-docs.js` lets one try it.

use std::sync::LazyLock;

use leptos::nonce::use_nonce;
use leptos::prelude::*;
use serde_json::{Map, Value};

use super::document::{Document, absolute};
use crate::rest::openapi;

/// The document as JSON: its types are made for writing it and not for reading.
static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::to_value(openapi::document()).unwrap_or_default());

/// How deep examples go; what a category holds is a category.
const DEPTH: usize = 5;

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// The schema that a reference names, or the schema itself.
fn resolved(schema: &Value) -> &Value {
    let name = text(schema, "$ref").rsplit('/').next().unwrap_or_default();
    if name.is_empty() { schema } else { &DOCUMENT["components"]["schemas"][name] }
}

/// Something that a schema would take.
fn example(schema: &Value, depth: usize) -> Value {
    let schema = resolved(schema);
    if let Some(example) = list(schema, "examples").first() {
        return example.clone();
    }
    if let Some(choice) = list(schema, "enum").first().or(list(schema, "oneOf").iter().rfind(|one| one["type"] != "null")) {
        return if choice.is_object() { example(choice, depth) } else { choice.clone() };
    }
    if let [first, ..] = list(schema, "allOf") {
        let parts = list(schema, "allOf").iter().map(|part| example(part, depth));
        let merged: Map<String, Value> = parts.filter_map(|part| part.as_object().cloned()).flatten().collect();
        return if merged.is_empty() { example(first, depth) } else { Value::Object(merged) };
    }
    let kind = schema["type"].as_str().or_else(|| list(schema, "type").first()?.as_str());
    match kind {
        _ if depth == 0 => Value::Null,
        Some("object") => {
            let properties = schema["properties"].as_object();
            let pairs = properties.into_iter().flatten().map(|(name, property)| (name.clone(), example(property, depth - 1)));
            Value::Object(pairs.collect())
        }
        Some("array") => Value::Array(vec![example(&schema["items"], depth - 1)]),
        Some("integer" | "number") => schema["minimum"].as_i64().unwrap_or(1).into(),
        Some("boolean") => Value::Bool(true),
        _ if text(schema, "format") == "uuid" => "0199d2a4-7f1e-7c35-9b52-3d1f7a6b8c90".into(),
        _ if text(schema, "pattern") == "^[A-Z]{3}$" => "USD".into(),
        _ => "text".into(),
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// One operation, as it is shown.
struct Operation {
    id: String,
    method: String,
    path: String,
    summary: String,
    description: String,
    parameters: Vec<(String, String, String)>,
    body: Option<String>,
    /// Status and example of what it answers.
    answers: Vec<(String, String)>,
    open: bool,
}

impl Operation {
    fn of(path: &str, method: &str, operation: &Value) -> Self {
        let parameter = |parameter: &Value| {
            let place = if parameter["required"] == true {
                format!("{}, required", text(parameter, "in"))
            } else {
                text(parameter, "in").to_owned()
            };
            (text(parameter, "name").to_owned(), place, text(parameter, "description").to_owned())
        };
        let answers = operation["responses"].as_object().into_iter().flatten().filter(|(status, _)| *status != "default");
        let answer = |(status, answer): (&String, &Value)| {
            let schema = &answer["content"]["application/json"]["schema"];
            (status.clone(), if schema.is_null() { String::new() } else { pretty(&example(schema, DEPTH)) })
        };
        let body = &operation["requestBody"]["content"]["application/json"]["schema"];
        Self {
            id: text(operation, "operationId").to_owned(),
            method: method.to_uppercase(),
            path: path.to_owned(),
            summary: text(operation, "summary").trim_end_matches('.').to_owned(),
            description: text(operation, "description").to_owned(),
            parameters: list(operation, "parameters").iter().map(parameter).collect(),
            body: (!body.is_null()).then(|| pretty(&example(body, DEPTH))),
            answers: answers.map(answer).collect(),
            open: list(operation, "security").first().is_some_and(|first| first.as_object().is_some_and(Map::is_empty)),
        }
    }

    fn curl(&self, server: &str) -> String {
        let method = if self.method == "GET" { String::new() } else { format!(" -X {}", self.method) };
        let token = if self.open { "" } else { " \\\n  -H \"Authorization: Bearer $TOKEN\"" };
        let body =
            self.body.as_ref().map(|body| format!(" \\\n  -H 'Content-Type: application/json' \\\n  -d '{body}'")).unwrap_or_default();
        format!("curl{method} '{server}{}'{token}{body}", self.path)
    }
}

fn operations(tag: &str) -> Vec<Operation> {
    let paths = DOCUMENT["paths"].as_object();
    let of_path = |(path, item): (&String, &Value)| {
        let methods = item.as_object().cloned().unwrap_or_default();
        let tagged = methods.into_iter().filter(|(_, operation)| list(operation, "tags").iter().any(|known| known == tag));
        tagged.map(|(method, operation)| Operation::of(path, &method, &operation)).collect::<Vec<_>>()
    };
    paths.into_iter().flatten().flat_map(of_path).collect()
}

fn parameter_row((name, place, meaning): (String, String, String)) -> impl IntoView {
    let (known, inside) = (name.clone(), place.split(',').next().unwrap_or_default().to_owned());
    view! {
        <tr data-parameter=known data-in=inside>
            <th scope="row"><code>{name}</code></th><td>{place}</td><td>{meaning}</td>
        </tr>
    }
}

#[component]
fn OperationView(operation: Operation, server: String) -> impl IntoView {
    let curl = operation.curl(&server);
    let (method, path) = (operation.method.clone(), operation.path.clone());
    view! {
        <details class="api-operation" id=operation.id data-method=method data-path=path data-body=operation.body>
            <summary>
                <span class="api-method">{operation.method}</span>
                <code>{operation.path}</code>
                <span class="muted">{operation.summary}</span>
            </summary>
            <div class="stack">
                {(!operation.description.is_empty()).then(|| view! { <p>{operation.description}</p> })}
                {(!operation.parameters.is_empty()).then(|| view! {
                    <div class="table-scroll"><table class="table">
                        <thead><tr><th scope="col">"Parameter"</th><th scope="col">"Where"</th><th scope="col">"What it means"</th></tr></thead>
                        <tbody>{operation.parameters.into_iter().map(parameter_row).collect_view()}</tbody>
                    </table></div>
                })}
                <pre class="api-code" tabindex="0" aria-label="The request">{curl}</pre>
                {operation.answers.into_iter().map(|(status, body)| view! {
                    <p>"Answers "<strong>{status}</strong></p>
                    {(!body.is_empty()).then(|| view! { <pre class="api-code" tabindex="0" aria-label="The answer">{body}</pre> })}
                }).collect_view()}
            </div>
        </details>
    }
}

/// The whole API on one page.
#[component]
pub fn ApiDocsPage() -> impl IntoView {
    let server = absolute(crate::rest::PREFIX);
    let introduction = text(&DOCUMENT["info"], "description");
    // Lines of a list, with what matters in front of them in bold.
    let rule = |line: &str| {
        let (bold, rest) = line.trim_start_matches("- **").split_once("**").unwrap_or(("", line));
        view! { <li><strong>{bold.to_owned()}</strong>{rest.replace('`', "")}</li> }
    };
    let rules = introduction.lines().collect::<Vec<_>>().join("\n").replace("\n  ", " ");
    let rules = rules.lines().filter(|line| line.starts_with("- **")).map(rule).collect_view();
    let tags = list(&DOCUMENT, "tags").iter().map(|tag| (text(tag, "name"), text(tag, "description")));
    let sections = tags.map(|(name, description)| {
        let server = server.clone();
        let operations = operations(name);
        view! {
            <section class="stack" aria-labelledby=name.to_lowercase()>
                <h2 id=name.to_lowercase()>{name}</h2>
                <p class="muted">{description}</p>
                {operations.into_iter().map(|operation| view! { <OperationView operation=operation server=server.clone()/> }).collect_view()}
            </section>
        }
    });
    let sections = sections.collect_view();
    view! {
        <Document title="API" description="The shop over HTTP, for programs." canonical="/api/docs"/>
        <div class="wrap stack api-docs" data-server=crate::rest::PREFIX>
            <header class="page-head">
                <h1>"The API"</h1>
                <p>"The shop over HTTP: the rules of the pages through another door. "<a href="/api/v1/openapi.json">"OpenAPI 3.1"</a></p>
            </header>
            <ul class="prose">{rules}</ul>
            <form class="form" id="api-token" hidden=true>
                <div class="field">
                    <label for="api-token-text">"Token to try it with"</label>
                    <input class="input" id="api-token-text" autocomplete="off" spellcheck="false"/>
                    <p class="field-hint">"Stays in this page: the access_token of POST /auth/token, or an API token of a shop."</p>
                </div>
            </form>
            {sections}
        </div>
        <script type="module" src="/api-docs.js" nonce=use_nonce()></script>
    }
}
