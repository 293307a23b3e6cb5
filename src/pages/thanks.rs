//! `/orders/{order}/thanks`: where both ways back from paying end. What it says comes from the database and never from the URL.

use leptos::prelude::*;

use super::account::OrderParts;
use super::document::Document;
use super::totals::Totals;
use super::{loaded, path_part};
use crate::accounts::guard::Customer;
use crate::checkout::islands::ThanksPoller;
use crate::orders::{Fulfilment, Order, OrderStatus};
use crate::platform::request;
use crate::ui::{ButtonLink, Icon, Look};
use crate::values::OrderId;

/// Mark, title and sentence for where the order stands.
fn words(order: &Order, waiting: bool) -> (&'static str, &'static str, String, String) {
    let (number, email) = (order.number, &order.email);
    match order.status {
        OrderStatus::Paid | OrderStatus::PartiallyRefunded => (
            "thanks-mark",
            "check",
            "Thank you, it is yours".to_owned(),
            format!("Order {number} is paid. The shops know, and a receipt is on its way to {email}."),
        ),
        OrderStatus::Pending if waiting => (
            "thanks-mark is-waiting",
            "clock",
            "Payment received, confirming".to_owned(),
            format!("This takes a few seconds. You may close this page: we will write to {email} as soon as order {number} is confirmed."),
        ),
        OrderStatus::Pending => (
            "thanks-mark is-bad",
            "alert",
            "The payment did not go through".to_owned(),
            format!("Nothing was charged. Order {number} is kept, so you can try again."),
        ),
        // Canceled later, by the customer or a shop.
        OrderStatus::Refunded if order.parts.iter().any(|part| part.fulfilment != Fulfilment::Unfulfilled) => (
            "thanks-mark",
            "check",
            "This order was paid back".to_owned(),
            format!("The full amount of order {number} has gone back to your card."),
        ),
        OrderStatus::RefundPending | OrderStatus::Refunded => (
            "thanks-mark is-bad",
            "alert",
            "We are sorry: this was just sold out".to_owned(),
            format!("The full amount of order {number} goes back to your card. A mail to {email} says so as well."),
        ),
        OrderStatus::Canceled | OrderStatus::Expired => (
            "thanks-mark is-bad",
            "alert",
            "This order is closed".to_owned(),
            format!("Order {number} was not paid in time. Nothing was charged; your goods are back on the shelf."),
        ),
        OrderStatus::Review => (
            "thanks-mark is-waiting",
            "clock",
            "We are checking your payment".to_owned(),
            format!("Something about order {number} needs a human eye. We will write to {email}; please do not pay again."),
        ),
    }
}

/// After paying.
#[component]
pub fn ThanksPage() -> impl IntoView {
    let id = path_part::<OrderId>("order");
    loaded(async move {
        let id = id?;
        let state = request::state()?;
        let customer = Customer::require().await?;
        let progress = crate::checkout::service::progress(&state, &customer, id).await?;
        let order = crate::orders::service::find(&state.db, &customer, id).await?;
        let waiting = progress.waiting && order.status == OrderStatus::Pending;
        let (mark, icon, title, text) = words(&order, waiting);
        let retry = order.status == OrderStatus::Pending && !waiting;
        Ok(view! {
            <Document title=title.clone()/>
            <div class="wrap"><div class="thanks">
                <div class="thanks-head" role="status">
                    <span class=mark><Icon name=icon/></span>
                    <h1>{title}</h1>
                    <p>{text}</p>
                    {waiting.then(|| view! {
                        <ThanksPoller order_id=id/>
                        <noscript><meta http-equiv="refresh" content="3"/></noscript>
                    })}
                    {retry.then(|| view! { <ButtonLink href=format!("/checkout/{id}/pay") large=true>"Try again"</ButtonLink> })}
                </div>
                <OrderParts parts=order.parts.clone() paid=order.paid_at.is_some()/>
                <section class="card summary" aria-label="Amounts">
                    <Totals items=order.items shipping=order.shipping total=order.total tax=Some(order.tax) discount=Some(order.discount)/>
                </section>
                <div class="cluster">
                    <ButtonLink href="/products">"Keep looking around"</ButtonLink>
                    <ButtonLink href=format!("/account/orders/{id}") look=Look::Secondary>"See the order"</ButtonLink>
                </div>
            </div></div>
        })
    })
}
