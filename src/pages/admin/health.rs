//! `/admin/health`

use leptos::prelude::*;

use crate::dashboard::service::work;
use crate::dashboard::{Health, Stuck, bytes_in_words, duration_in_words};
use crate::orders::service::rfc3339;
use crate::pages::dashboard::{Facts, admin_page};
use crate::pages::dates::{Date, Moment};
use crate::pages::document::Document;
use crate::platform::request;
use crate::ui::{Notice, Tone};
use crate::values::grouped;

/// Below this part of the disk, in percent, pictures soon have no room.
const LITTLE_ROOM: u64 = 10;

#[component]
fn Card(id: &'static str, title: &'static str, facts: Vec<(&'static str, AnyView)>) -> impl IntoView {
    view! { <section class="card stack" aria-labelledby=id><h2 class="section-title" id=id>{title}</h2><Facts facts=facts/></section> }
}

/// Payments and refunds that do not come to an end.
#[component]
fn StuckList(stuck: Vec<Stuck>) -> impl IntoView {
    let content = if stuck.is_empty() {
        view! { <p class="muted">"Every payment and every refund comes to its end."</p> }.into_any()
    } else {
        let entry = |Stuck { order, number, refund, since, error }| {
            let what = if refund { ": a refund does not get through, since " } else { ": its payment has not ended, since " };
            view! {
                <li>
                    <p><a href=format!("/admin/orders/{order}")>{format!("Order {number}")}</a>{what}<Date at=rfc3339(since)/></p>
                    {error.map(|error| view! { <p class="muted small">{error}</p> })}
                </li>
            }
        };
        view! { <ul class="stack" role="list">{stuck.into_iter().map(entry).collect_view()}</ul> }.into_any()
    };
    view! { <section class="card stack" aria-labelledby="stuck"><h2 class="section-title" id="stuck">"Payments that hang, and refunds that do not get through"</h2>{content}</section> }
}

/// What `souk check` found when it was last run.
#[component]
fn Broken(broken: Vec<String>) -> impl IntoView {
    (!broken.is_empty()).then(|| {
        view! {
            <Notice tone=Tone::Bad>
                <p><strong>"The last check found something broken:"</strong></p>
                <ul>{broken.into_iter().map(|broken| view! { <li>{broken}</li> }).collect_view()}</ul>
            </Notice>
        }
    })
}

fn lag(lag: Option<std::time::Duration>) -> String {
    lag.map_or_else(|| "none".to_owned(), duration_in_words)
}

/// How the whole does.
#[component]
pub fn AdminHealthPage() -> impl IntoView {
    admin_page(move |admin, _| async move {
        let health: Health = work::health(&request::state()?, &admin).await?;
        let db = health.database;
        let disk = match health.disk {
            Some(disk) => {
                let percent = disk.free.saturating_mul(100).checked_div(disk.total).unwrap_or(0);
                let words = format!("{} of {} free ({percent} %)", bytes_in_words(disk.free), bytes_in_words(disk.total));
                if percent < LITTLE_ROOM { view! { <strong class="field-problem">{words}</strong> }.into_any() } else { words.into_any() }
            }
            None => "in a bucket".into_any(),
        };
        let (check, broken) = match health.check {
            Some((at, broken)) => (view! { <Moment at=rfc3339(at)/> }.into_any(), broken),
            None => (view! { <code>"souk check"</code>" has not been run" }.into_any(), Vec::new()),
        };
        let program = vec![
            ("Version", health.version.into_any()),
            ("Runs for", duration_in_words(health.uptime).into_any()),
            ("Last check", check),
            ("Mode", if health.production { "production" } else { "development" }.into_any()),
            ("Disk", disk),
        ];
        let database = vec![
            ("PostgreSQL", db.version.split(' ').next().unwrap_or_default().to_owned().into_any()),
            ("Size", bytes_in_words(db.bytes).into_any()),
            ("Migrations", db.migrations.into_any()),
            ("Newest", db.newest_migration.unwrap_or_default().into_any()),
            ("Connections", format!("{} open, {} idle", db.connections, db.idle).into_any()),
            ("Server allows", db.connections_allowed.into_any()),
        ];
        let queues = vec![
            ("Mails waiting", grouped(health.mails_waiting).into_any()),
            ("Oldest is late by", lag(health.mails_lag).into_any()),
            ("Last event", health.last_event_at.map(|at| view! { <Moment at=rfc3339(at)/> }).into_any()),
            ("Events take up to", lag(health.events_lag).into_any()),
        ];
        let audit = vec![
            ("Seals", grouped(health.audit_head.as_ref().map_or(0, |(seq, _)| *seq)).into_any()),
            ("Not sealed yet", grouped(health.audit_unsealed).into_any()),
        ];
        Ok(view! {
            <Document title="Health"/>
            <div class="wrap stack">
                <header class="page-head"><h1>"Health"</h1></header>
                <StuckList stuck=health.stuck/>
                <Broken broken=broken/>
                <div class="cards">
                    <Card id="program" title="Program" facts=program/>
                    <Card id="database" title="Database" facts=database/>
                    <Card id="queues" title="Mails and events" facts=queues/>
                    <Card id="audit" title="Audit log" facts=audit/>
                </div>
            </div>
        })
    })
}
