//! `/vendor/webhooks`: where a vendor's programs are told what happens, and what became of each message.

use leptos::prelude::*;
use server_fn::ServerFn;

use crate::pages::dashboard::shop_page;
use crate::pages::dates::Date;
use crate::pages::document::Document;
use crate::pages::query;
use crate::platform::{form_flash, request};
use crate::ui::{Badge, Button, ErrorSummary, FormState, Look, Notice, TextField, Tone};
use crate::webhooks::api::{AddEndpoint, RemoveEndpoint, ResendDelivery};
use crate::webhooks::{Delivery, DeliveryStatus, Endpoint, service};

const URL: &str = "url";
const LABELS: &[(&str, &str)] = &[(URL, "Address")];

#[component]
fn EndpointRow(endpoint: Endpoint) -> impl IntoView {
    view! {
        <li class="session">
            <div>
                <p class="secret"><strong>{endpoint.url.clone()}</strong></p>
                <details><summary>"Signing secret"</summary><p><code class="secret">{endpoint.secret}</code></p></details>
            </div>
            <form method="post" action=RemoveEndpoint::url()>
                <input type="hidden" name="endpoint_id" value=endpoint.id.to_string()/>
                <Button look=Look::Secondary>"Remove"<span class="visually-hidden">" "{endpoint.url}</span></Button>
            </form>
        </li>
    }
}

#[component]
fn DeliveryRow(delivery: Delivery) -> impl IntoView {
    let (tone, label) = match delivery.status {
        DeliveryStatus::Delivered => (Tone::Good, "Delivered"),
        DeliveryStatus::Queued if delivery.attempts == 0 => (Tone::Accent, "Waiting"),
        DeliveryStatus::Queued => (Tone::Warn, "Will be tried again"),
        DeliveryStatus::Failed => (Tone::Bad, "Given up"),
    };
    view! {
        <li class="session">
            <div>
                <p class="cluster"><code>{delivery.event.as_str()}</code><Badge tone=tone>{label}</Badge></p>
                <p class="small secret">{delivery.url}</p>
                <p class="muted small">
                    <Date at=delivery.created_at/>{format!(", attempts: {}", delivery.attempts)}
                    {delivery.response_status.map(|status| format!(", answer {status}"))}
                    {delivery.last_error.map(|error| format!(". {error}"))}
                </p>
            </div>
            <form method="post" action=ResendDelivery::url()>
                <input type="hidden" name="delivery_id" value=delivery.id.to_string()/>
                <Button look=Look::Secondary>"Send again"</Button>
            </form>
        </li>
    }
}

/// The addresses, the form for another one, and the log.
#[component]
pub fn WebhooksPage() -> impl IntoView {
    let form = FormState::of(form_flash::current().as_ref(), AddEndpoint::url());
    let failed = form.error().is_some();
    let done = query("done").filter(|_| !failed).and_then(|done| match done.as_str() {
        "added" => Some("Added. From now on it is told what happens."),
        "removed" => Some("Removed. Nothing is sent there any more."),
        "resent" => Some("It is sent once more in a moment."),
        _ => None,
    });
    shop_page(move |owner, _| async move {
        let (endpoints, deliveries) = service::overview(&request::state()?, &owner).await?;
        Ok(view! {
            <Document title=if failed { "Error: webhooks" } else { "Webhooks" }/>
            <div class="wrap narrow stack">
                <header class="page-head">
                    <h1>"Webhooks"</h1>
                </header>
                {done.map(|text| view! { <Notice tone=Tone::Good>{text}</Notice> })}
                <section class="card stack" aria-labelledby="endpoints-head">
                    <h2 id="endpoints-head">"Where messages go"</h2>
                    <p class="muted">
                        "When an order of yours is paid, sent or refunded, each of these addresses gets a message, signed as "
                        <a href="https://www.standardwebhooks.com/">"Standard Webhooks"</a>" says."
                    </p>
                    {(!endpoints.is_empty()).then(|| view! {
                        <ul class="sessions" role="list">{endpoints.into_iter().map(|endpoint| view! { <EndpointRow endpoint=endpoint/> }).collect_view()}</ul>
                    })}
                    <form class="form" method="post" action=AddEndpoint::url()>
                        <ErrorSummary form=form.clone() labels=LABELS/>
                        <TextField form=form name=URL label="Address" kind="url" autocomplete="off" maxlength=500
                            hint="Begins with https:// and can be reached from the Internet"/>
                        <div><Button>"Add the address"</Button></div>
                    </form>
                </section>
                <section class="card stack" aria-labelledby="log-head">
                    <h2 id="log-head">"The newest messages"</h2>
                    {if deliveries.is_empty() {
                        view! { <p class="muted">"None yet."</p> }.into_any()
                    } else {
                        view! { <ul class="sessions" role="list">{deliveries.into_iter().map(|delivery| view! { <DeliveryRow delivery=delivery/> }).collect_view()}</ul> }.into_any()
                    }}
                </section>
            </div>
        })
    })
}
