//! `/account/orders`, `/account/orders/{order}`

use leptos::prelude::*;
use server_fn::ServerFn;

use super::AccountTabs;
use crate::accounts::guard::Customer;
use crate::checkout::api::{CancelPaid, CancelUnpaid};
use crate::checkout::history::{self, Reader};
use crate::orders::{Fulfilment, Order, OrderLine, OrderPart, OrderStatus, OrderSummary};
use crate::pages::addresses::AddressLines;
use crate::pages::dates::Date;
use crate::pages::document::Document;
use crate::pages::history::History;
use crate::pages::totals::{Thumb, Totals};
use crate::pages::{loaded, path_part, query};
use crate::platform::{form_flash, request};
use crate::reviews::ReviewLink;
use crate::reviews::ui::LineReviewLink;
use crate::ui::{Badge, Breadcrumbs, Button, ButtonLink, EmptyState, ErrorSummary, FormState, Look, Notice, Tone};
use crate::values::OrderId;

/// Pictures in the card of an order.
const CARD_PICTURES: usize = 6;

/// The colour that goes with where the money is.
pub fn tone(status: OrderStatus) -> Tone {
    match status {
        OrderStatus::Paid => Tone::Good,
        OrderStatus::Pending | OrderStatus::Review | OrderStatus::RefundPending | OrderStatus::PartiallyRefunded => Tone::Warn,
        OrderStatus::Refunded | OrderStatus::Canceled | OrderStatus::Expired => Tone::Plain,
    }
}

#[component]
fn OrderCard(order: OrderSummary) -> impl IntoView {
    let pieces = format!("{} {}", order.pieces, if order.pieces == 1 { "item" } else { "items" });
    view! {
        <article class="card order-card">
            <header>
                <h2><a href=format!("/account/orders/{}", order.id)>{format!("Order {}", order.number)}</a></h2>
                <Badge tone=tone(order.status)>{order.status.label()}</Badge>
            </header>
            <p class="muted"><Date at=order.placed_at.clone()/>{format!(" · {pieces} from {}", order.shops.join(", "))}</p>
            <ul class="order-thumbs" role="list">
                {order.picture_ids.iter().take(CARD_PICTURES).map(|&id| view! { <li><Thumb picture=Some(id) small=true/></li> }).collect_view()}
            </ul>
            <p><strong class="numeric">{order.total.to_string()}</strong></p>
        </article>
    }
}

/// A customer's orders, newest first.
#[component]
pub fn OrdersPage() -> impl IntoView {
    let before = query("before").and_then(|text| text.parse::<OrderId>().ok());
    loaded(async move {
        let state = request::state()?;
        let customer = Customer::require().await?;
        let orders = crate::orders::service::list(&state.db, &customer, before).await?;
        let older = orders.last().filter(|_| orders.len() >= crate::orders::service::PAGE_SIZE as usize).map(|order| order.id);
        let content = if orders.is_empty() {
            view! {
                <EmptyState icon="box" title="No orders yet" text="What you buy is kept here, with its receipt and where each parcel is." whole_page=true>
                    <ButtonLink href="/products">"Browse everything"</ButtonLink>
                </EmptyState>
            }
            .into_any()
        } else {
            view! {
                <header class="page-head"><h1>"Your orders"</h1></header>
                <AccountTabs here="/account/orders"/>
                <ul class="order-list" role="list">{orders.into_iter().map(|order| view! { <li><OrderCard order=order/></li> }).collect_view()}</ul>
                {older.map(|id| view! { <p class="section"><ButtonLink href=format!("/account/orders?before={id}") look=Look::Secondary>"Older orders"</ButtonLink></p> })}
            }
            .into_any()
        };
        Ok(view! {
            <Document title="Your orders"/>
            <div class="wrap narrow stack">{content}</div>
        })
    })
}

#[component]
fn Timeline(fulfilment: Fulfilment, paid: bool) -> impl IntoView {
    let step = |done: bool, label: &'static str| view! { <li class=if done { "is-done" } else { "" }>{label}{(!done).then(|| view! { <span class="visually-hidden">" (not yet)"</span> })}</li> };
    if fulfilment == Fulfilment::Canceled {
        return view! { <Badge>"Canceled"</Badge> }.into_any();
    }
    view! {
        <ol class="timeline">
            {step(paid, "Paid")}
            {step(matches!(fulfilment, Fulfilment::Shipped | Fulfilment::Delivered), "On its way")}
            {step(fulfilment == Fulfilment::Delivered, "Delivered")}
        </ol>
    }
    .into_any()
}

/// What each shop sends, with where it is.
#[component]
pub fn OrderParts(
    parts: Vec<OrderPart>,
    paid: bool,
    /// Of the customer's own order: which lines have reviews or may get them.
    #[prop(optional)]
    reviews: Option<(OrderId, Vec<ReviewLink>)>,
) -> impl IntoView {
    let (order, links) = reviews.unzip();
    let links = links.unwrap_or_default();
    let review = move |line: &OrderLine| {
        let link = links.iter().copied().find(|link| link.line == line.id);
        order.zip(link).map(|(order, link)| view! { <p><LineReviewLink order=order link=link product=line.product_name.clone()/></p> })
    };
    parts
        .into_iter()
        .map(|part| {
            let tracking = part.tracking.clone().map(|number| format!("{} {number}", part.carrier.clone().unwrap_or_default()));
            view! {
                <section class="card order-part">
                    <header><h2>{format!("From {}", part.vendor_name)}</h2><Timeline fulfilment=part.fulfilment paid=paid/></header>
                    <ul class="line-list" role="list">
                        {part.lines.into_iter().map(|line| view! {
                            <li>
                                <Thumb picture=line.picture_id/>
                                <div>
                                    <p><a href=format!("/product/{}", line.product_slug)>{line.product_name.clone()}</a></p>
                                    {(!line.variant_title.is_empty()).then(|| view! { <p class="muted small">{line.variant_title.clone()}</p> })}
                                    <p class="muted small numeric">{format!("{} × {}", line.quantity, line.unit_price)}</p>
                                    {line.given_back().map(|words| view! { <p class="small numeric">{words}</p> })}
                                    {review(&line)}
                                </div>
                                <span class="numeric">{line.subtotal.to_string()}</span>
                            </li>
                        }).collect_view()}
                    </ul>
                    {tracking.map(|tracking| view! { <p class="muted small">"Tracking: "{tracking}</p> })}
                </section>
            }
        })
        .collect_view()
}

/// What the customer may still do about the order.
#[component]
fn NextStep(order: Order) -> impl IntoView {
    let id = order.id;
    let pending = order.status == OrderStatus::Pending;
    let (action, text, button) = if pending {
        (CancelUnpaid::url(), "Nothing is charged, and the goods go back on the shelf.", "Cancel this order")
    } else {
        let text = "Nothing of it was sent yet: you get everything back that you paid. This cannot be undone.";
        (CancelPaid::url(), text, "Cancel and get the money back")
    };
    view! {
        {pending.then(|| view! { <div class="summary-action"><ButtonLink href=format!("/checkout/{id}/pay") large=true wide=true>"Pay now"</ButtonLink></div> })}
        {order.paid_at.is_some().then(|| view! { <p class="summary-action"><a href=format!("/account/orders/{id}/invoice")>"Invoice"</a></p> })}
        {(pending || order.is_cancelable()).then(|| view! {
            <details class="summary-action">
                <summary>"Cancel the order"</summary>
                <form class="form" method="post" action=action>
                    <p class="muted small">{text}</p>
                    <input type="hidden" name="order_id" value=id.to_string()/>
                    <Button look=Look::Secondary>{button}</Button>
                </form>
            </details>
        })}
    }
}

fn news(done: &str, status: OrderStatus) -> Option<&'static str> {
    Some(match done {
        "canceled" if matches!(status, OrderStatus::Canceled | OrderStatus::Expired) => "The order is canceled. Nothing was charged.",
        "given-back" => "The order is canceled, and your money is on its way back.",
        _ => return None,
    })
}

/// One order, in full.
#[component]
pub fn OrderPage() -> impl IntoView {
    let id = path_part::<OrderId>("order");
    let flash = form_flash::current();
    let done = query("done");
    loaded(async move {
        let state = request::state()?;
        let customer = Customer::require().await?;
        let order = crate::orders::service::find(&state.db, &customer, id?).await?;
        let links = crate::reviews::service::writing::links(&state.db, &customer, order.id).await?;
        let story = crate::payments::history::of_order(&state.db, order.id).await?;
        let story = history::of(&order, &story, Reader::Customer);
        let mine = order.id.to_string();
        let flash = flash.filter(|flash| flash.value("order_id") == Some(mine.as_str()));
        let refused = flash.as_ref().map_or_else(FormState::default, |flash| FormState::of(Some(flash), &flash.path));
        let news = done.as_deref().and_then(|done| news(done, order.status)).filter(|_| refused.error().is_none());
        let title = format!("Order {}", order.number);
        let trail = vec![("Home".to_owned(), "/".to_owned()), ("Your orders".to_owned(), "/account/orders".to_owned())];
        let pending = order.status == OrderStatus::Pending;
        Ok(view! {
            <Document title=title.clone()/>
            <div class="wrap">
                <Breadcrumbs trail=trail here=title.clone()/>
                <header class="page-head">
                    <h1>{title}</h1>
                    <p class="cluster"><Badge tone=tone(order.status)>{order.status.label()}</Badge><span>"Placed on "<Date at=order.placed_at.clone()/></span></p>
                </header>
                {news.map(|news| view! { <Notice tone=Tone::Good>{news}</Notice> })}
                <ErrorSummary form=refused labels=&[]/>
                <div class="with-aside">
                    <div class="stack">
                        {order.payment_error.clone().filter(|_| pending).map(|reason| view! {
                            <Notice tone=Tone::Bad>{format!("The last payment was not accepted: {reason} Nothing was charged.")}</Notice>
                        })}
                        <OrderParts parts=order.parts.clone() paid=order.paid_at.is_some() reviews=(order.id, links)/>
                        <History entries=story/>
                    </div>
                    <aside class="card summary" aria-labelledby="summary">
                        <h2 id="summary">"Summary"</h2>
                        <Totals items=order.items shipping=order.shipping total=order.total tax=Some(order.tax) discount=Some(order.discount) refunded=Some(order.refunded)
                            returning=Some(order.returning)/>
                        <NextStep order=order.clone()/>
                        <hr/>
                        <p class="muted small">"Goes to"</p>
                        <AddressLines address=order.address/>
                    </aside>
                </div>
            </div>
        })
    })
}
