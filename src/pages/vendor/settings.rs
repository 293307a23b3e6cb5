//! `/vendor/settings`: what the shop says about itself, and what it takes for shipping.

use leptos::prelude::*;
use server_fn::ServerFn;

use crate::pages::dashboard::shop_page;
use crate::pages::document::Document;
use crate::pages::query;
use crate::pages::sell::{LABELS as PROFILE_LABELS, ShopFields};
use crate::platform::form_flash;
use crate::ui::{Button, ButtonLink, ErrorSummary, FormState, Notice, SavedMeanwhile, TextField, Tone};
use crate::values::{Money, country_name};
use crate::vendors::api::{SaveProfile, SetShipping};
use crate::vendors::guard::DraftingVendor;
use crate::vendors::{Application, ShippingRate, Vendor, VendorProfile, VendorStatus, field};

const LABELS: &[(&str, &str)] = &[(field::SHIPPING, "Shipping for each order"), (field::FREE_FROM, "Free from")];

/// What another tab has saved and was typed differently, as people read it.
fn differences(form: &FormState, saved: &VendorProfile) -> Vec<(&'static str, String)> {
    let label = |name: &str| PROFILE_LABELS.iter().find(|(known, _)| *known == name).map_or("", |(_, label)| *label);
    let readable = |name: &str, value: &str| {
        let country = country_name(value).filter(|_| name == field::COUNTRY_CODE);
        country.unwrap_or(value).to_owned()
    };
    let saved = Application::of(saved);
    let differing = saved.fields().into_iter().filter(|(name, value)| form.differs(name, value));
    differing.map(|(name, value)| (label(name), readable(name, value))).collect()
}

#[component]
fn ProfileForm(form: FormState, profile: VendorProfile, version: i64) -> impl IntoView {
    let saved = form.is_stale().then(|| differences(&form, &profile));
    view! {
        <form class="form" method="post" action=SaveProfile::url()>
            <input type="hidden" name=field::VERSION value=form.version(field::VERSION, version)/>
            <ErrorSummary form=form.clone() labels=PROFILE_LABELS/>
            {saved.map(|saved| view! { <SavedMeanwhile differences=saved/> })}
            <ShopFields form=form known=Some(profile)/>
            <div><Button>"Save the profile"</Button></div>
        </form>
    }
}

/// What the shop says about itself: an open one changes it here, one that is not open in its application, a suspended one not at all.
#[component]
fn Profile(form: FormState, vendor: Vendor) -> impl IntoView {
    let Vendor { slug, profile, profile_version, status, .. } = vendor;
    let content = match status {
        VendorStatus::Approved => view! {
            <p class="muted">
                "It stands on "<a href=format!("/shop/{slug}")>"your shop's page"</a>", whose address stays the same. "
                "Placed orders keep the name that they were placed with."
            </p>
            <ProfileForm form=form profile=profile version=profile_version/>
        }
        .into_any(),
        VendorStatus::Pending | VendorStatus::Rejected => view! {
            <p>{format!("{} is not open yet: what you say about it stands in your application.", profile.name)}</p>
            <div><ButtonLink href="/sell/apply">"Change the application"</ButtonLink></div>
        }
        .into_any(),
        VendorStatus::Suspended => {
            view! { <p>{format!("What {} says about itself stays as it is while your shop is suspended.", profile.name)}</p> }.into_any()
        }
    };
    view! {
        <section class="card stack" aria-labelledby="profile-head">
            <h2 id="profile-head">"Profile"</h2>
            {content}
        </section>
    }
}

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
    let flash = form_flash::current();
    let profile_form = FormState::of(flash.as_ref(), SaveProfile::url());
    let form = FormState::of(flash.as_ref(), SetShipping::url());
    let failed = form.error().is_some() || profile_form.error().is_some();
    let done = query("done").filter(|_| !failed);
    shop_page(move |owner, _| async move {
        let vendor = owner.vendor().clone();
        let rate = vendor.profile.shipping;
        let may_set = DraftingVendor::try_from(owner).is_ok();
        let currency = rate.flat.currency.code().to_owned();
        let said = match done.as_deref() {
            Some("profile") => Some("Saved. This is how customers see your shop from now on.".to_owned()),
            Some("shipping") => Some(format!("Saved. Shipping is {rate}, also for what waits in carts.")),
            _ => None,
        };
        Ok(view! {
            <Document title=if failed { "Error: settings of your shop" } else { "Settings of your shop" }/>
            <div class="wrap narrow stack">
                <header class="page-head"><h1>"Settings of your shop"</h1><p><a href="/vendor">"Your shop"</a></p></header>
                {said.map(|said| view! { <Notice tone=Tone::Good>{said}</Notice> })}
                <Profile form=profile_form vendor=vendor/>
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
