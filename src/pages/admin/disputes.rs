//! `/admin/disputes`

use leptos::prelude::*;

use crate::orders::service::rfc3339;
use crate::pages::dashboard::admin_page;
use crate::pages::dates::{Date, Moment};
use crate::pages::document::Document;
use crate::pages::query;
use crate::payments::disputes::{DisputeList, DisputeRow, DisputeTab, list};
use crate::platform::gateway::DisputeStatus;
use crate::platform::request;
use crate::ui::{Badge, ButtonLink, EmptyState, Look, Tab, Tabs, Tone};
use crate::values::{DisputeId, Money};

const LIST: &str = "/admin/disputes";

fn href(tab: DisputeTab, before: Option<DisputeId>) -> String {
    let before = before.map(|id| format!("&before={id}")).unwrap_or_default();
    format!("{LIST}?state={tab}{before}")
}

/// The colour that goes with where a dispute stands.
const fn tone(status: DisputeStatus) -> Tone {
    match status {
        DisputeStatus::NeedsResponse | DisputeStatus::WarningNeedsResponse => Tone::Warn,
        DisputeStatus::Lost => Tone::Bad,
        DisputeStatus::Won => Tone::Good,
        _ => Tone::Plain,
    }
}

#[component]
fn Table(disputes: Vec<DisputeRow>) -> impl IntoView {
    view! {
        <div class="table-scroll" role="region" aria-label="Disputes" tabindex="0">
            <table class="table table-cards">
                <thead><tr><th scope="col">"Order"</th><th scope="col">"Opened"</th><th scope="col">"Customer"</th><th scope="col" class="numeric">"Disputed"</th><th scope="col">"Reason"</th><th scope="col">"State"</th><th scope="col">"Answer until"</th></tr></thead>
                <tbody>
                    {disputes.into_iter().map(|row| {
                        let due = row.evidence_due_at.filter(|_| !row.status.is_closed());
                        view! {
                            <tr>
                                <th scope="row"><a href=format!("/admin/orders/{}", row.order_id)>{format!("Order {}", row.number)}</a></th>
                                <td class="nowrap" data-label="Opened"><Date at=rfc3339(row.opened_at)/></td>
                                <td data-label="Customer">{row.email}</td>
                                <td class="numeric nowrap" data-label="Disputed">{Money::new(row.amount_minor, row.currency).to_string()}</td>
                                <td data-label="Reason">{row.reason.replace('_', " ")}</td>
                                <td class="cell-mark"><Badge tone=tone(row.status)>{row.status.label()}</Badge></td>
                                <td class="nowrap" data-label="Answer until">{due.map(|at| view! { <Moment at=rfc3339(at)/> })}</td>
                            </tr>
                        }
                    }).collect_view()}
                </tbody>
            </table>
        </div>
    }
}

/// Payments that customers' banks dispute, newest first. They are answered with the payment provider.
#[component]
pub fn AdminDisputesPage() -> impl IntoView {
    let tab = query("state").and_then(|text| text.parse().ok()).unwrap_or(DisputeTab::Open);
    let before = query("before").and_then(|text| text.parse::<DisputeId>().ok());
    admin_page(move |admin, _| async move {
        let DisputeList { disputes, next } = list(&request::state()?.db, &admin, tab, before).await?;
        let content = if disputes.is_empty() {
            view! { <EmptyState icon="check" title="No disputes here" text="A dispute stands here as soon as the payment provider tells of it."/> }.into_any()
        } else {
            view! { <Table disputes=disputes/> }.into_any()
        };
        Ok(view! {
            <Document title="Disputes"/>
            <div class="wrap stack">
                <header class="page-head"><h1>"Disputes"</h1><p>"Answer them with the payment provider; what it says appears here."</p></header>
                <Tabs label="State" tabs=DisputeTab::ALL.iter().map(|&known| Tab::new(href(known, None), known.label(), known == tab)).collect()/>
                {content}
                {next.map(|id| view! { <p><ButtonLink href=href(tab, Some(id)) look=Look::Secondary>"Older disputes"</ButtonLink></p> })}
            </div>
        })
    })
}
