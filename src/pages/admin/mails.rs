//! `/admin/mails`, `/admin/mails/{mail}`

use leptos::prelude::*;
use server_fn::ServerFn;

use crate::dashboard::api::{LeaveMail, RetryMail};
use crate::dashboard::service::mails;
use crate::notifications::{OutboxMail, OutboxTab};
use crate::orders::service::rfc3339;
use crate::pages::dashboard::{Facts, admin_page};
use crate::pages::dates::Moment;
use crate::pages::document::Document;
use crate::pages::{path_part, query};
use crate::platform::{form_flash, request};
use crate::ui::{Badge, Breadcrumbs, Button, ButtonLink, EmptyState, ErrorSummary, FormState, Look, Notice, Tab, Tabs, Tone};
use crate::values::{MailId, percent_encoded};

const LIST: &str = "/admin/mails";

fn href(tab: OutboxTab, to: Option<&str>, before: Option<MailId>) -> String {
    let to = to.map(|text| format!("&to={}", percent_encoded(text))).unwrap_or_default();
    let before = before.map(|id| format!("&before={id}")).unwrap_or_default();
    format!("{LIST}?state={tab}{to}{before}")
}

const fn tone(mail: &OutboxMail) -> Tone {
    match mail.state {
        OutboxTab::Sent => Tone::Good,
        OutboxTab::Waiting => Tone::Plain,
        OutboxTab::Failed if mail.settled => Tone::Plain,
        OutboxTab::Failed => Tone::Bad,
    }
}

const fn label(mail: &OutboxMail) -> &'static str {
    match mail.state {
        OutboxTab::Failed if mail.settled => "Left",
        state => state.label(),
    }
}

#[component]
fn Table(mails: Vec<OutboxMail>) -> impl IntoView {
    view! {
        <div class="table-scroll" role="region" aria-label="Mails" tabindex="0">
            <table class="table table-cards">
                <thead><tr><th scope="col">"Subject"</th><th scope="col">"To"</th><th scope="col">"Written"</th><th scope="col" class="numeric">"Attempts"</th><th scope="col">"State"</th></tr></thead>
                <tbody>
                    {mails.into_iter().map(|mail| view! {
                        <tr>
                            <th scope="row"><a href=format!("{LIST}/{}", mail.id)>{mail.subject.clone()}</a></th>
                            <td data-label="To">{mail.recipient.clone()}</td>
                            <td class="nowrap" data-label="Written"><Moment at=rfc3339(mail.created_at)/></td>
                            <td class="numeric" data-label="Attempts">{mail.attempts}</td>
                            <td class="cell-mark"><Badge tone=tone(&mail)>{label(&mail)}</Badge></td>
                        </tr>
                    }).collect_view()}
                </tbody>
            </table>
        </div>
    }
}

/// The outbox, newest first.
#[component]
pub fn AdminMailsPage() -> impl IntoView {
    let asked = query("state").and_then(|text| text.parse::<OutboxTab>().ok());
    let to = query("to").map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let before = query("before").and_then(|text| text.parse::<MailId>().ok());
    admin_page(move |admin, queues| async move {
        // Who comes because of the number beside the link finds what it counts.
        let tab = asked.unwrap_or(if queues.mails > 0 { OutboxTab::Failed } else { OutboxTab::Waiting });
        let (mails, next) = mails::list(&request::state()?.db, &admin, tab, to.as_deref(), before).await?;
        let content = match (mails.is_empty(), to.is_some(), tab) {
            (false, ..) => view! { <Table mails=mails/> }.into_any(),
            (true, true, _) => {
                view! { <EmptyState icon="search" title="No such mail" text="No mail here goes to an address that begins so."/> }.into_any()
            }
            (true, false, OutboxTab::Waiting) => {
                view! { <EmptyState icon="check" title="Nothing waits" text="Mails are sent as soon as they are written."/> }.into_any()
            }
            (true, false, OutboxTab::Failed) => {
                view! { <EmptyState icon="check" title="Nothing failed" text="Every mail was sent, or still will be."/> }.into_any()
            }
            (true, false, OutboxTab::Sent) => {
                view! { <EmptyState icon="mail" title="Nothing sent" text="What was sent stands here."/> }.into_any()
            }
        };
        let more = next.map(|id| href(tab, to.as_deref(), Some(id)));
        let searched = to.clone();
        Ok(view! {
            <Document title="Mails"/>
            <div class="wrap stack">
                <header class="page-head cluster spread">
                    <h1>"Mails"</h1>
                    <form class="find-form" method="get" action=LIST role="search" aria-label="Find a mail">
                        <input type="hidden" name="state" value=tab.as_str()/>
                        <label class="visually-hidden" for="mail-to">"Beginning of the recipient's address"</label>
                        <div class="find-row">
                            <input class="input" id="mail-to" name="to" placeholder="Recipient" value=searched maxlength="254" autocomplete="off"/>
                            <Button look=Look::Secondary>"Find"</Button>
                        </div>
                    </form>
                </header>
                <Tabs label="State" tabs=OutboxTab::ALL.iter().map(|&known| Tab::new(href(known, to.as_deref(), None), known.label(), known == tab)).collect()/>
                {content}
                {more.map(|href| view! { <p><ButtonLink href=href look=Look::Secondary>"Older mails"</ButtonLink></p> })}
            </div>
        })
    })
}

fn news(done: &str) -> Option<&'static str> {
    Some(match done {
        "retried" => "It stands first in the queue, and goes out in a moment.",
        "left" => "It stays unsent, and waits for nobody any more.",
        _ => return None,
    })
}

/// What can be done about a mail.
#[component]
fn Steps(mail: OutboxMail, erased: bool) -> impl IntoView {
    let step = |action: &'static str, look: Look, label: &'static str| {
        view! {
            <form method="post" action=action>
                <input type="hidden" name="mail_id" value=mail.id.to_string()/>
                <Button look=look wide=true>{label}</Button>
            </form>
        }
    };
    match mail.state {
        OutboxTab::Sent => view! { <p>"It has been sent. There is nothing to do."</p> }.into_any(),
        _ if erased => view! { <p>"Its recipient has closed the account. There is nothing to send."</p> }.into_any(),
        OutboxTab::Waiting => step(RetryMail::url(), Look::Secondary, "Send it now").into_any(),
        OutboxTab::Failed => view! {
            {step(RetryMail::url(), Look::Primary, "Try again")}
            {(!mail.settled).then(|| step(LeaveMail::url(), Look::Quiet, "Leave it unsent"))}
        }
        .into_any(),
    }
}

/// One mail: what became of it, and what it says.
#[component]
pub fn AdminMailPage() -> impl IntoView {
    let id = path_part::<MailId>("mail");
    let (flash, done) = (form_flash::current(), query("done"));
    admin_page(move |admin, _| async move {
        let (mail, text) = mails::find(&request::state()?.db, &admin, id?).await?;
        let refused = flash.as_ref().map_or_else(FormState::default, |flash| FormState::of(Some(flash), &flash.path));
        let news = done.as_deref().and_then(news).filter(|_| refused.error().is_none());
        let facts = vec![
            ("To", mail.recipient.clone().into_any()),
            ("Kind", mail.kind.replace('_', " ").into_any()),
            ("Written", view! { <Moment at=rfc3339(mail.created_at)/> }.into_any()),
            ("Attempts", mail.attempts.into_any()),
            match mail.sent_at {
                Some(at) => ("Sent", view! { <Moment at=rfc3339(at)/> }.into_any()),
                None if mail.state == OutboxTab::Waiting => {
                    ("Next attempt", view! { <Moment at=rfc3339(mail.next_attempt_at)/> }.into_any())
                }
                None => ("Sent", "no".into_any()),
            },
        ];
        let erased = text.is_empty();
        let (error, subject, list) = (mail.last_error.clone(), mail.subject.clone(), href(mail.state, None, None));
        let (tone, label) = (tone(&mail), label(&mail));
        Ok(view! {
            <Document title=subject.clone()/>
            <div class="wrap stack">
                <Breadcrumbs trail=vec![("Mails".to_owned(), list)] here=subject.clone()/>
                <header class="page-head">
                    <h1>{subject}</h1>
                    <p><Badge tone=tone>{label}</Badge></p>
                </header>
                {news.map(|news| view! { <Notice tone=Tone::Good>{news}</Notice> })}
                <ErrorSummary form=refused labels=&[]/>
                {error.map(|error| view! { <Notice tone=Tone::Bad><strong>"The mail server said: "</strong>{error}</Notice> })}
                <div class="with-aside">
                    <section class="card stack" aria-labelledby="says">
                        <h2 class="section-title" id="says">"What it says"</h2>
                        <p class="muted small">"Links stand here without what opens an account."</p>
                        <pre class="mail-text" tabindex="0">{text}</pre>
                    </section>
                    <aside class="card stack" aria-label="State">
                        <Facts facts=facts/>
                        <Steps mail=mail erased=erased/>
                    </aside>
                </div>
            </div>
        })
    })
}
