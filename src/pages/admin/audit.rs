//! `/admin/audit`

use leptos::prelude::*;

use crate::dashboard::service::log;
use crate::dashboard::{ACTIONS, AuditFilter, AuditLine, AuditPage, Change, action_name, kind_name};
use crate::orders::service::rfc3339;
use crate::pages::dashboard::admin_page;
use crate::pages::dates::Moment;
use crate::pages::document::Document;
use crate::pages::query;
use crate::platform::request;
use crate::ui::{Badge, Button, ButtonLink, EmptyState, Look, Tone};
use crate::values::AuditId;

const LIST: &str = "/admin/audit";

#[component]
fn Filter(filter: AuditFilter) -> impl IntoView {
    let given = filter.parameters();
    let narrowed = !given.is_empty();
    let action = filter.action.clone().unwrap_or_default();
    // An address may ask for all actions that begin alike.
    let begins = (!action.is_empty() && ACTIONS.iter().all(|(known, _)| *known != action))
        .then(|| view! { <option value=action.clone() selected=true>{format!("All of “{action}”")}</option> });
    let options =
        ACTIONS.iter().map(|&(value, name)| view! { <option value=value selected=value == action>{name}</option> }).collect_view();
    let field = move |name: &'static str, label: &'static str, kind: &'static str, hint: &'static str| {
        let value = given.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
        view! {
            <div class="field">
                <label for=name>{label}</label>
                <input class="input" id=name name=name type=kind value=value placeholder=hint maxlength="254" autocomplete="off" spellcheck="false"/>
            </div>
        }
    };
    view! {
        <form class="card form audit-filter" method="get" action=LIST role="search" aria-label="Filter the log">
            <div class="field-row">
                {field("actor", "Who", "text", "E-mail address")}
                <div class="field">
                    <label for="action">"Action"</label>
                    <select class="input" id="action" name="action" autocomplete="off"><option value="">"All"</option>{begins}{options}</select>
                </div>
                {field("object", "Object", "text", "Its id")}
                {field("from", "From", "date", "")}
                {field("until", "Until", "date", "")}
            </div>
            <div class="cluster"><Button look=Look::Secondary>"Filter"</Button>{narrowed.then(|| view! { <a href=LIST>"Show all"</a> })}</div>
        </form>
    }
}

/// What was and what is, side by side.
#[component]
fn Changes(changes: Vec<Change>) -> impl IntoView {
    (!changes.is_empty()).then(|| {
        view! {
            <dl class="changes">
                {changes.into_iter().map(|Change { name, before, after }| view! {
                    <dt>{name}</dt>
                    <dd>
                        {before.map(|text| view! { <del><span class="visually-hidden">"Before: "</span>{text}</del> })}" "
                        {after.map(|text| view! { <ins><span class="visually-hidden">"After: "</span>{text}</ins> })}
                    </dd>
                }).collect_view()}
            </dl>
        }
    })
}

#[component]
fn Entry(entry: AuditLine) -> impl IntoView {
    let (changes, url) = (entry.changes(), entry.object_url());
    let who = match (entry.actor, entry.actor_id) {
        (Some(email), _) => {
            let narrowed = AuditFilter { actor: Some(email.clone()), ..AuditFilter::default() }.href(LIST, None);
            view! { <a href=narrowed>{email}</a> }.into_any()
        }
        (None, Some(_)) => "a closed account".into_any(),
        (None, None) => "the shop itself".into_any(),
    };
    let name = entry.object.unwrap_or_else(|| kind_name(&entry.object_kind).to_owned());
    let object = match url {
        Some(url) => view! { <a href=url>{name}</a> }.into_any(),
        None => name.into_any(),
    };
    let action = action_name(&entry.action).to_owned();
    let sealed = entry.seal.map_or_else(|| "not sealed yet".to_owned(), |seal| format!("seal {seal}"));
    view! {
        <li class="card">
            <p class="cluster"><Badge tone=Tone::Accent>{action}</Badge><span>{object}" by "{who}</span></p>
            <p class="muted small"><Moment at=rfc3339(entry.at)/>" · "{sealed}</p>
            {entry.reason.map(|reason| view! { <p class="review-text">{reason}</p> })}
            {entry.erased.then(|| view! { <p class="muted small">"What it said is erased, since the account is closed."</p> })}
            <Changes changes=changes/>
        </li>
    }
}

/// What was done by right of office, newest first.
#[component]
pub fn AdminAuditPage() -> impl IntoView {
    let filter = AuditFilter::read(query);
    let before = query("before").and_then(|text| text.parse::<AuditId>().ok());
    admin_page(move |admin, _| async move {
        let AuditPage { entries, next, head } = log::list(&request::state()?.db, &admin, &filter, before).await?;
        let content = if entries.is_empty() {
            view! { <EmptyState icon="search" title="Nothing here" text="No entry of the log is like that."/> }.into_any()
        } else {
            view! { <ol class="audit-log" role="list">{entries.into_iter().map(|entry| view! { <Entry entry=entry/> }).collect_view()}</ol> }
                .into_any()
        };
        let more = next.map(|id| filter.href(LIST, Some(id)));
        Ok(view! {
            <Document title="Audit log"/>
            <div class="wrap stack">
                <header class="page-head"><h1>"Audit log"</h1><p>"Who did what by right of office. Nothing in it can be changed."</p></header>
                <Filter filter=filter/>
                {content}
                {more.map(|href| view! { <p><ButtonLink href=href look=Look::Secondary>"Older entries"</ButtonLink></p> })}
                {head.map(|(seq, hash)| view! {
                    <p class="muted small">{format!("Sealed up to number {seq}. Keep this elsewhere to notice later if the end was cut off: ")}<code class="secret">{hash}</code></p>
                })}
            </div>
        })
    })
}
