//! `/vendor/settings`: what the shop takes for shipping.

use leptos::prelude::*;
use server_fn::ServerFn;

use crate::pages::dashboard::shop_page;
use crate::pages::document::Document;
use crate::pages::query;
use crate::platform::form_flash;
use crate::ui::{Button, ErrorSummary, FormState, Notice, TextField, Tone};
use crate::values::Money;
use crate::vendors::api::SetShipping;
use crate::vendors::guard::DraftingVendor;
use crate::vendors::{ShippingRate, field};

const LABELS: &[(&str, &str)] = &[(field::SHIPPING, "Shipping for each order"), (field::FREE_FROM, "Free from")];

#[component]
fn ShippingForm(form: FormState, rate: ShippingRate) -> impl IntoView {
    view! {
        <form class="form" method="post" action=SetShipping::url()>
            <ErrorSummary form=form.clone() labels=LABELS/>
            <div class="field-row">
                <TextField form=form.clone() name=field::SHIPPING label="Shipping for each order" inputmode="decimal" autocomplete="off"
                    value=rate.flat.plain() maxlength=16 hint="For all that a customer buys from you at once; 0 for free"/>
                <TextField form=form name=field::FREE_FROM label="Free from" inputmode="decimal" autocomplete="off"
                    value=rate.free_from.as_ref().map(Money::plain).unwrap_or_default() maxlength=16 optional=true
                    hint="From goods of this worth on you send free of charge; empty for never"/>
            </div>
            <div><Button>"Save the shipping"</Button></div>
        </form>
    }
}

/// What a vendor sets for the whole shop. A suspended shop stays as it is.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let form = FormState::of(form_flash::current().as_ref(), SetShipping::url());
    let failed = form.error().is_some();
    let done = query("done").is_some_and(|done| done == "shipping") && !failed;
    shop_page(move |owner, _| async move {
        let rate = owner.vendor().profile.shipping;
        let may_set = DraftingVendor::try_from(owner).is_ok();
        let currency = rate.flat.currency.code().to_owned();
        Ok(view! {
            <Document title=if failed { "Error: settings of your shop" } else { "Settings of your shop" }/>
            <div class="wrap narrow stack">
                <header class="page-head"><h1>"Settings of your shop"</h1><p><a href="/vendor">"Your shop"</a></p></header>
                {done.then(|| view! { <Notice tone=Tone::Good>{format!("Saved. Shipping is {rate}, also for what waits in carts.")}</Notice> })}
                <section class="card stack" aria-labelledby="shipping-head">
                    <h2 id="shipping-head">"Shipping"</h2>
                    <p class="muted">{format!("In {currency}. Orders that are already placed keep what they were placed with.")}</p>
                    {if may_set {
                        view! { <ShippingForm form=form rate=rate/> }.into_any()
                    } else {
                        view! { <p>{format!("Shipping is {rate}. It stays so while your shop is suspended.")}</p> }.into_any()
                    }}
                </section>
            </div>
        })
    })
}
