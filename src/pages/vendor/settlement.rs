//! `/vendor/settlement`

use leptos::prelude::*;

use crate::analytics::Settlement;
use crate::analytics::routes::SETTLEMENT_CSV;
use crate::analytics::service::settlements;
use crate::pages::dashboard::shop_page;
use crate::pages::dates::month;
use crate::pages::document::Document;
use crate::platform::request;
use crate::ui::{Breadcrumbs, EmptyState, Notice};
use crate::values::{Currency, Money, grouped};

#[component]
fn Months(currency: Currency, months: Vec<Settlement>) -> impl IntoView {
    let money = move |minor| Money::new(minor, currency).to_string();
    let row = move |Settlement { month: first, running, sales }: Settlement| {
        view! {
            <tr>
                <th scope="row" class="nowrap">{month(&first)}{running.then_some(" (so far)")}</th>
                <td class="numeric nowrap" data-label="Due to you"><strong>{money(sales.left_minor())}</strong></td>
                <td class="numeric nowrap" data-label="Goods">{money(sales.goods_minor)}</td>
                <td class="numeric nowrap" data-label="Shipping">{money(sales.shipping_minor)}</td>
                <td class="numeric nowrap" data-label="Refunded">{money(sales.refunded_minor)}</td>
                <td class="numeric" data-label="Orders">{grouped(sales.orders)}</td>
            </tr>
        }
    };
    view! {
        <div class="table-scroll" role="region" aria-label="Settlement by month" tabindex="0">
            <table class="table table-cards">
                <thead><tr>
                    <th scope="col">"Month"</th><th scope="col" class="numeric">"Due to you"</th><th scope="col" class="numeric">"Goods"</th>
                    <th scope="col" class="numeric">"Shipping"</th><th scope="col" class="numeric">"Refunded"</th><th scope="col" class="numeric">"Orders"</th>
                </tr></thead>
                <tbody>{months.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
}

/// What a shop is due for each month.
#[component]
pub fn SettlementPage() -> impl IntoView {
    shop_page(|owner, _| async move {
        let (currency, months) = settlements(&request::state()?.db, &owner).await?;
        let content = if months.is_empty() {
            view! { <EmptyState icon="box" title="Nothing was sold yet" text="Each month in which something of yours is paid stands here."/> }.into_any()
        } else {
            view! { <section class="card"><Months currency=currency months=months/></section> }.into_any()
        };
        Ok(view! {
            <Document title="Settlement"/>
            <div class="wrap stack">
                <Breadcrumbs trail=vec![("Your shop".to_owned(), "/vendor".to_owned())] here="Settlement"/>
                <header class="page-head cluster spread"><h1>"Settlement"</h1><a href=SETTLEMENT_CSV download="">"Settlement as CSV"</a></header>
                <Notice>"For now Souk does not pay shops by itself: what is due to you is transferred to you outside of it."</Notice>
                <p class="muted small">
                    {format!("Amounts are in {currency}; months are those of UTC. A sale counts in the month in which it was paid, a refund in the month in which it was decided, so a month can end below zero. Payments that a bank has taken back are not taken off here.")}
                </p>
                {content}
            </div>
        })
    })
}
