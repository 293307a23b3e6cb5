//! `/checkout/review?address=…`: what is bought, where it goes, what it costs.

use leptos::prelude::*;
use server_fn::ServerFn;

use super::{CartSummaryCard, Step, Steps};
use crate::accounts::guard::Customer;
use crate::cart::{Cart, CartShop};
use crate::checkout::api::PlaceOrder;
use crate::error::AppError;
use crate::pages::addresses::AddressLines;
use crate::pages::document::Document;
use crate::pages::totals::Thumb;
use crate::pages::{loaded, query};
use crate::platform::{form_flash, request};
use crate::ui::{Button, ButtonLink, ErrorSummary, FormState, Icon, Look, Notice, Tone};
use crate::values::{AddressId, Money};

#[component]
fn Parcel(shop: CartShop, zero: Money) -> impl IntoView {
    let shipping = shop.shipping(zero);
    let shipping = if shipping.is_zero() { "Free shipping".to_owned() } else { format!("Shipping {shipping}") };
    view! {
        <section class="card checkout-block">
            <header><h2>{format!("Parcel from {}", shop.vendor_name)}</h2><span class="muted small">{shipping}</span></header>
            <ul class="line-list" role="list">
                {shop.lines.into_iter().map(|line| view! {
                    <li>
                        <Thumb picture=line.picture_id small=true/>
                        <div>
                            <p>{line.product_name.clone()}</p>
                            {(!line.variant_title.is_empty()).then(|| view! { <p class="muted small">{line.variant_title.clone()}</p> })}
                            <p class="muted small numeric">{format!("{} × {}", line.quantity, line.unit_price)}</p>
                            {(!line.is_buyable()).then(|| view! { <p class="field-problem"><Icon name="alert" small=true/>"Not available in this number any more"</p> })}
                        </div>
                        <span class="numeric">{line.subtotal().to_string()}</span>
                    </li>
                }).collect_view()}
            </ul>
        </section>
    }
}

#[component]
fn Place(cart: Cart, address_id: AddressId, fingerprint: String) -> impl IntoView {
    if !cart.is_buyable() {
        return view! {
            <Notice tone=Tone::Warn>"Something in your cart is not available as ordered. Please change it before you place the order."</Notice>
            <ButtonLink href="/cart" look=Look::Secondary large=true>"Back to the cart"</ButtonLink>
        }
        .into_any();
    }
    let total = cart.total();
    view! {
        <form method="post" action=PlaceOrder::url() class="stack">
            <input type="hidden" name="address_id" value=address_id.to_string()/>
            <input type="hidden" name="fingerprint" value=fingerprint/>
            <Button large=true>{format!("Place order and pay {total}")}</Button>
            <p class="muted small">"Nothing is charged yet: you enter your card on the next page."</p>
        </form>
    }
    .into_any()
}

/// Second step.
#[component]
pub fn ReviewPage() -> impl IntoView {
    let form = FormState::of(form_flash::current().as_ref(), PlaceOrder::url());
    let address_id = query("address").and_then(|text| text.parse::<AddressId>().ok());
    loaded(async move {
        let state = request::state()?;
        let customer = Customer::require().await?;
        let address_id = address_id.ok_or(AppError::NotFound)?;
        let review = crate::checkout::service::review(&state.db, &customer, address_id).await?;
        let (cart, zero) = (review.cart.clone(), review.cart.zero);
        Ok(view! {
            <Document title="Review your order"/>
            <div class="wrap">
                <Steps at=Step::Review/>
                <header class="page-head"><h1>"Is everything right?"</h1></header>
                <div class="with-aside">
                    <div class="stack">
                        <ErrorSummary form=form labels=&[]/>
                        <section class="card checkout-block">
                            <header><h2>"Goes to"</h2><a href="/checkout">"Change"<span class="visually-hidden">" the address"</span></a></header>
                            <AddressLines address=review.address/>
                        </section>
                        {review.cart.shops.into_iter().map(|shop| view! { <Parcel shop=shop zero=zero/> }).collect_view()}
                        <Place cart=cart.clone() address_id=review.address_id fingerprint=review.fingerprint/>
                    </div>
                    <CartSummaryCard cart=cart/>
                </div>
            </div>
        })
    })
}
