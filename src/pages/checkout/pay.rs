//! `/checkout/{order}/pay`: the card.

use leptos::nonce::use_nonce;
use leptos::prelude::*;

use super::{Step, Steps};
use crate::accounts::guard::Customer;
use crate::checkout::islands::PaymentForm;
use crate::checkout::{PayView, PaymentSession};
use crate::orders::{Order, OrderStatus};
use crate::pages::addresses::AddressLines;
use crate::pages::document::Document;
use crate::pages::totals::{Thumb, Totals};
use crate::pages::{loaded, path_part};
use crate::platform::request;
use crate::platform::security::allow_payment_scripts;
use crate::ui::{ButtonLink, Look, Notice, Tone};
use crate::values::OrderId;

/// Starts loading the module that speaks to the gateway's script; the island takes it from there. Import from inline script and not from
/// WASM, which could only do it through `eval`.
const IMPORT: &str = r#"window.soukPayment=import("/payment.js")"#;

#[component]
fn OrderSummaryCard(order: Order) -> impl IntoView {
    view! {
        <aside class="card summary" aria-labelledby="summary">
            <h2 id="summary">{format!("Order {}", order.number)}</h2>
            <ul class="line-list" role="list">
                {order.lines().map(|line| view! {
                    <li>
                        <Thumb picture=line.picture_id small=true/>
                        <div><p>{line.product_name.clone()}</p><p class="muted small">{format!("Quantity {}", line.quantity)}</p></div>
                        <span class="numeric">{line.subtotal.to_string()}</span>
                    </li>
                }).collect_view()}
            </ul>
            <hr/>
            <Totals items=order.items shipping=order.shipping total=order.total tax=Some(order.tax) discount=Some(order.discount)/>
            <hr/>
            <p class="muted small">"Goes to"</p>
            <AddressLines address=order.address/>
        </aside>
    }
}

#[component]
fn Card(order: Order, payment: Option<PaymentSession>) -> impl IntoView {
    let Some(PaymentSession { client_secret, publishable_key, script_url, return_url }) = payment else {
        return view! {
            <div role="alert"><Notice tone=Tone::Bad>"The payment provider cannot be reached right now. Nothing was charged, and your order is kept."</Notice></div>
            <ButtonLink href=format!("/checkout/{}/pay", order.id)>"Try again"</ButtonLink>
        }
        .into_any();
    };
    view! {
        {order.payment_error.clone().map(|reason| view! {
            <div role="alert"><Notice tone=Tone::Bad>{format!("Your last attempt was not accepted: {reason} Nothing was charged.")}</Notice></div>
        })}
        <noscript><Notice tone=Tone::Warn>
            "Card entry belongs to the payment provider and needs JavaScript. Your order is kept: switch it on and reload, or come back later from your orders."
        </Notice></noscript>
        <script nonce=use_nonce() inner_html=IMPORT></script>
        <PaymentForm client_secret=client_secret publishable_key=publishable_key script_url=script_url return_url=return_url amount=order.total.to_string()/>
    }
    .into_any()
}

/// Third step. An order that is past paying leads on to where it stands.
#[component]
pub fn PayPage() -> impl IntoView {
    let id = path_part::<OrderId>("order");
    loaded(async move {
        let state = request::state()?;
        let customer = Customer::require().await?;
        let PayView { order, payment } = crate::checkout::service::pay_view(&state, &customer, id?).await?;
        if order.status != OrderStatus::Pending {
            leptos_axum::redirect(&format!("/orders/{}/thanks", order.id));
        }
        allow_payment_scripts();
        Ok(view! {
            <Document title="Pay"/>
            <div class="wrap">
                <Steps at=Step::Pay/>
                <header class="page-head"><h1>{format!("Pay {}", order.total)}</h1></header>
                <div class="with-aside">
                    <div class="stack">
                        <div class="card stack"><Card order=order.clone() payment=payment/></div>
                        <p><ButtonLink href=format!("/account/orders/{}", order.id) look=Look::Quiet>"Pay later: keep it with my orders"</ButtonLink></p>
                    </div>
                    <OrderSummaryCard order=order/>
                </div>
            </div>
        })
    })
}
