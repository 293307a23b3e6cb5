//! `/vendor/api-tokens`: tokens that a vendor makes for stock systems and the like.

use leptos::prelude::*;
use server_fn::ServerFn;

use crate::accounts::service::api_tokens;
use crate::accounts::{ApiToken, Scope};
use crate::pages::dashboard::shop_page;
use crate::pages::dates::Date;
use crate::pages::document::Document;
use crate::pages::query;
use crate::platform::{form_flash, request};
use crate::ui::{Button, ErrorSummary, FormState, Look, Notice, TextField, Tone};
use crate::vendors::api::{CreateApiToken, RevokeApiToken};

const NAME: &str = "program_name";
const LABELS: &[(&str, &str)] = &[(NAME, "What it is for"), (Scope::ReadProducts.field(), "What it may do")];

#[component]
fn NewToken(form: FormState) -> impl IntoView {
    let problem = form.problem(Scope::ReadProducts.field());
    let boxes = Scope::ALL.iter().map(|scope| {
        let name = scope.field();
        let checked = form.value(name).is_some_and(|text| !text.is_empty());
        view! {
            <label class="cluster"><input type="checkbox" id=name name=name value="yes" checked=checked/>{scope.label()}</label>
        }
    });
    let boxes = boxes.collect_view();
    view! {
        <form class="form" method="post" action=CreateApiToken::url()>
            <ErrorSummary form=form.clone() labels=LABELS/>
            <TextField form=form name=NAME label="What it is for" autocomplete="off" maxlength=80 hint="Such as the name of the program"/>
            <fieldset class="field">
                <legend class="field-label">"What it may do"</legend>
                {boxes}
                {problem.map(|problem| view! { <p class="field-problem">{problem.message()}</p> })}
            </fieldset>
            <div><Button>"Make a token"</Button></div>
        </form>
    }
}

#[component]
fn TokenRow(token: ApiToken) -> impl IntoView {
    let scopes = token.scopes.iter().map(|scope| scope.label()).collect::<Vec<_>>().join(" · ");
    view! {
        <li class="session">
            <div>
                <p class="cluster"><strong>{token.name.clone()}</strong><code>{token.beginning}"…"</code></p>
                <p class="small">{scopes}</p>
                <p class="muted small">
                    "Made "<Date at=token.created_at/>
                    {match token.last_used_at {
                        Some(at) => view! { ", last used "<Date at=at/> }.into_any(),
                        None => ", never used".into_any(),
                    }}
                </p>
            </div>
            <form method="post" action=RevokeApiToken::url()>
                <input type="hidden" name="token_id" value=token.id.to_string()/>
                <Button look=Look::Secondary>"Revoke"<span class="visually-hidden">" "{token.name}</span></Button>
            </form>
        </li>
    }
}

/// The tokens, the form for another one, and the text of one that was just made.
#[component]
pub fn ApiTokensPage() -> impl IntoView {
    let form = FormState::of(form_flash::current().as_ref(), CreateApiToken::url());
    let failed = form.error().is_some();
    let (made, revoked) = (query("made"), query("done").is_some_and(|done| done == "revoked"));
    shop_page(move |owner, _| async move {
        let state = request::state()?;
        let tokens = api_tokens::list(&state.db, owner.user_id()).await?;
        let fresh = match made.and_then(|id| id.parse().ok()) {
            Some(id) => api_tokens::show_once(&state, owner.user_id(), id).await?,
            None => None,
        };
        Ok(view! {
            <Document title=if failed { "Error: API tokens" } else { "API tokens" }/>
            <div class="wrap narrow stack">
                <header class="page-head">
                    <h1>"API tokens"</h1>
                    <p><a href="/api/docs">"What the API can do"</a></p>
                </header>
                {fresh.map(|text| view! {
                    <Notice tone=Tone::Good>
                        <p><strong>"Your token. Copy it now: it is shown this once."</strong></p>
                        // All of it is seen and selected, however narrow the screen is.
                        <p><code class="secret" id="fresh-token">{text}</code></p>
                    </Notice>
                })}
                {revoked.then(|| view! { <Notice tone=Tone::Good>"Revoked. It opens nothing any more."</Notice> })}
                <section class="card stack" aria-labelledby="tokens-head">
                    <h2 id="tokens-head">"Your tokens"</h2>
                    {if tokens.is_empty() {
                        view! { <p class="muted">"None yet. A token lets a program of yours, such as a stock system, do a part of what you can do."</p> }.into_any()
                    } else {
                        view! { <ul class="sessions" role="list">{tokens.into_iter().map(|token| view! { <TokenRow token=token/> }).collect_view()}</ul> }.into_any()
                    }}
                </section>
                <section class="card stack" aria-labelledby="new-head">
                    <h2 id="new-head">"A new token"</h2>
                    <NewToken form=form/>
                </section>
            </div>
        })
    })
}
