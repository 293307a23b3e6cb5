//! `/admin/events`, `/admin/events/{event}`

use leptos::prelude::*;
use server_fn::ServerFn;

use crate::dashboard::api::{GiveUpEvent, ReplayEvent};
use crate::dashboard::service::events;
use crate::orders::service::rfc3339;
use crate::pages::dashboard::{Facts, admin_page};
use crate::pages::dates::Moment;
use crate::pages::document::Document;
use crate::pages::{path_part, query};
use crate::payments::inbox::{EventOutcome, EventTab, StoredEvent};
use crate::platform::{form_flash, request};
use crate::ui::{Badge, Breadcrumbs, Button, ButtonLink, EmptyState, ErrorSummary, FormState, Look, Notice, Tab, Tabs, Tone};
use crate::values::percent_encoded;

const LIST: &str = "/admin/events";

fn href(tab: EventTab, before: Option<&str>) -> String {
    let before = before.map(|id| format!("&before={}", percent_encoded(id))).unwrap_or_default();
    format!("{LIST}?state={tab}{before}")
}

fn event_url(id: &str) -> String {
    format!("{LIST}/{}", percent_encoded(id))
}

const fn told(outcome: EventOutcome) -> (Tone, &'static str) {
    match outcome {
        EventOutcome::Applied => (Tone::Good, "Applied"),
        EventOutcome::Ignored => (Tone::Plain, "Ignored"),
        EventOutcome::Failed => (Tone::Bad, "Not applied"),
    }
}

#[component]
fn Table(events: Vec<StoredEvent>) -> impl IntoView {
    view! {
        <div class="table-scroll" role="region" aria-label="Events" tabindex="0">
            <table class="table table-cards">
                <thead><tr><th scope="col">"Event"</th><th scope="col">"What"</th><th scope="col">"Came"</th><th scope="col" class="numeric">"Attempts"</th><th scope="col">"State"</th></tr></thead>
                <tbody>
                    {events.into_iter().map(|event| {
                        let ((tone, words), url) = (told(event.outcome), event_url(&event.id));
                        view! {
                            <tr>
                                <th scope="row"><a href=url>{event.id}</a></th>
                                <td data-label="What">{event.kind}{event.last_error.map(|error| view! { <p class="muted small">{error}</p> })}</td>
                                <td class="nowrap" data-label="Came"><Moment at=rfc3339(event.received_at)/></td>
                                <td class="numeric" data-label="Attempts">{event.attempts}</td>
                                <td class="cell-mark"><Badge tone=tone>{words}</Badge></td>
                            </tr>
                        }
                    }).collect_view()}
                </tbody>
            </table>
        </div>
    }
}

/// What the payment gateway told us, newest first.
#[component]
pub fn AdminEventsPage() -> impl IntoView {
    let tab = query("state").and_then(|text| text.parse().ok()).unwrap_or(EventTab::Failed);
    let before = query("before");
    admin_page(move |admin, _| async move {
        let (events, next) = events::list(&request::state()?.db, &admin, tab, before.as_deref()).await?;
        let content = match (events.is_empty(), tab) {
            (false, _) => view! { <Table events=events/> }.into_any(),
            (true, EventTab::Failed) => {
                view! { <EmptyState icon="check" title="All applied" text="What cannot be applied stands here until it can."/> }.into_any()
            }
            (true, EventTab::All) => {
                view! { <EmptyState icon="bolt" title="No events yet" text="What the payment gateway tells us stands here."/> }.into_any()
            }
        };
        Ok(view! {
            <Document title="Events"/>
            <div class="wrap stack">
                <header class="page-head"><h1>"Events"</h1><p>"What the payment gateway told us, and what became of it."</p></header>
                <Tabs label="State" tabs=EventTab::ALL.iter().map(|&known| Tab::new(href(known, None), known.label(), known == tab)).collect()/>
                {content}
                {next.map(|id| view! { <p><ButtonLink href=href(tab, Some(&id)) look=Look::Secondary>"Older events"</ButtonLink></p> })}
            </div>
        })
    })
}

fn news(done: &str) -> Option<&'static str> {
    Some(match done {
        "replayed" => "It was applied.",
        "given_up" => "It stays without effect, and waits for nobody any more.",
        _ => return None,
    })
}

/// One event, and what can be done about it. What the gateway wrote is not shown: it holds secrets of payments.
#[component]
pub fn AdminEventPage() -> impl IntoView {
    let id = path_part::<String>("event");
    let (flash, done) = (form_flash::current(), query("done"));
    admin_page(move |admin, _| async move {
        let event = events::find(&request::state()?.db, &admin, &id?).await?;
        let refused = flash.as_ref().map_or_else(FormState::default, |flash| FormState::of(Some(flash), &flash.path));
        let news = done.as_deref().and_then(news).filter(|_| refused.error().is_none());
        let (tone, words) = told(event.outcome);
        let facts = vec![
            ("What", event.kind.clone().into_any()),
            ("About", event.object_id.clone().into_any()),
            ("Came", view! { <Moment at=rfc3339(event.received_at)/> }.into_any()),
            ("Attempts", event.attempts.into_any()),
        ];
        let step = |action: &'static str, look: Look, label: &'static str| {
            view! {
                <form method="post" action=action>
                    <input type="hidden" name="event_id" value=event.id.clone()/>
                    <Button look=look>{label}</Button>
                </form>
            }
        };
        let failed = event.outcome == EventOutcome::Failed;
        Ok(view! {
            <Document title=event.id.clone()/>
            <div class="wrap narrow stack">
                <Breadcrumbs trail=vec![("Events".to_owned(), LIST.to_owned())] here=event.id.clone()/>
                <header class="page-head">
                    <h1>{event.id.clone()}</h1>
                    <p><Badge tone=tone>{words}</Badge></p>
                </header>
                {news.map(|news| view! { <Notice tone=Tone::Good>{news}</Notice> })}
                <ErrorSummary form=refused labels=&[]/>
                {event.last_error.clone().map(|error| view! { <Notice tone=Tone::Bad><strong>"It was not applied: "</strong>{error}</Notice> })}
                <div class="card stack">
                    <Facts facts=facts/>
                    <div class="cluster">
                        {step(ReplayEvent::url(), if failed { Look::Primary } else { Look::Secondary }, "Apply it again")}
                        {failed.then(|| step(GiveUpEvent::url(), Look::Quiet, "Give it up"))}
                    </div>
                    <p class="muted small">"What it once did is not done twice."</p>
                </div>
            </div>
        })
    })
}
