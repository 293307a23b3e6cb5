//! `/sell`, `/sell/sign-up`, `/sell/apply`

use leptos::prelude::*;
use server_fn::ServerFn;

use super::document::Document;
use super::loaded;
use super::sign_in::skip_if_signed_in;
use crate::accounts::{Password, field as accounts};
use crate::platform::form_flash;
use crate::settings::Site;
use crate::ui::{Button, ButtonLink, ErrorSummary, FormState, Icon, Notice, SelectField, TextArea, TextField, Tone};
use crate::values::COUNTRIES;
use crate::vendors::api::{ApplyForShop, SignUpWithShop};
use crate::vendors::guard::ShopOwner;
use crate::vendors::{VendorProfile, VendorStatus, field};

pub const LABELS: &[(&str, &str)] = &[
    (accounts::NAME, "Your name"),
    (accounts::EMAIL, "E-mail"),
    (accounts::PASSWORD, "Password"),
    (field::NAME, "Name of the shop"),
    (field::TAGLINE, "In one line"),
    (field::STORY, "Your story"),
    (field::CITY, "City"),
    (field::COUNTRY_CODE, "Country"),
];

/// For people who want to open a shop.
#[component]
pub fn SellPage() -> impl IntoView {
    let shop = Site::here().settings.shop_name.clone();
    let step = |icon, title, text| view! { <li><Icon name=icon/><strong>{title}</strong><span>{text}</span></li> };
    view! {
        <Document title=format!("Sell on {shop}") canonical="/sell"
            description=format!("Open a shop on {shop}: you make it, we bring the people and take the payment.")/>
        <div class="wrap">
            <header class="page-head">
                <h1>"Sell on "{shop}</h1>
                <p>"You make it. We bring the people, take the payment and tell you what to send where."</p>
            </header>
            <ul class="promise">
                {step("user", "Tell us who you are", "A name, a story, where you work. A person reads it.")}
                {step("picture", "Put up your goods", "A few pictures, a price, how many there are.")}
                {step("truck", "Send what is sold", "You see your part of each order and nothing of the others.")}
            </ul>
            <div class="section stack narrow">
                <ButtonLink href="/sell/sign-up" large=true>"Open a shop"</ButtonLink>
                <p>"You have an account already? "<a href="/sell/apply">"Apply with it"</a></p>
            </div>
        </div>
    }
}

/// What is asked about a shop, when it is applied for and when it is open.
#[component]
pub fn ShopFields(form: FormState, known: Option<VendorProfile>) -> impl IntoView {
    let was = |pick: fn(&VendorProfile) -> &String| known.as_ref().map(pick).cloned().unwrap_or_default();
    let countries = COUNTRIES.iter().map(|(code, name)| ((*code).to_owned(), (*name).to_owned())).collect();
    view! {
        <TextField form=form.clone() name=field::NAME label="Name of the shop" autocomplete="organization" value=was(|shop| &shop.name) maxlength=80/>
        <TextField form=form.clone() name=field::TAGLINE label="In one line" value=was(|shop| &shop.tagline) maxlength=160 optional=true hint="Such as: stoneware, fired twice a month"/>
        <TextArea form=form.clone() name=field::STORY label="Your story" value=was(|shop| &shop.story) maxlength=4000 hint="What you make, how, and since when"/>
        <div class="field-row">
            <TextField form=form.clone() name=field::CITY label="City" autocomplete="address-level2" value=was(|shop| &shop.city) maxlength=80/>
            <SelectField form=form name=field::COUNTRY_CODE label="Country" options=countries value=was(|shop| &shop.country_code) autocomplete="country"/>
        </div>
    }
}

/// Account and shop in one go, for people without either.
#[component]
pub fn ShopSignUpPage() -> impl IntoView {
    let form = FormState::of(form_flash::current().as_ref(), SignUpWithShop::url());
    loaded(async move {
        skip_if_signed_in("/sell/apply").await;
        let min = u32::try_from(Password::MIN_CHARS).unwrap_or_default();
        Ok(view! {
            <Document title=if form.error().is_some() { "Error: open a shop" } else { "Open a shop" }/>
            <div class="wrap narrow">
                <header class="page-head">
                    <h1>"Open a shop"</h1>
                    <p>"A person reads what you write about the shop. You can change it then and later, and draft your goods meanwhile."</p>
                </header>
                <form class="form card" method="post" action=SignUpWithShop::url()>
                    <ErrorSummary form=form.clone() labels=LABELS/>
                    <fieldset class="form">
                        <legend>"You"</legend>
                        <TextField form=form.clone() name=accounts::NAME label="Your name" autocomplete="name" maxlength=100/>
                        <TextField form=form.clone() name=accounts::EMAIL label="E-mail" kind="email" autocomplete="username" maxlength=254/>
                        <TextField form=form.clone() name=accounts::PASSWORD label="Password" kind="password" autocomplete="new-password" minlength=min maxlength=256
                            hint="At least 12 characters. A few words in a row are easy to keep and hard to guess."/>
                    </fieldset>
                    <fieldset class="form">
                        <legend>"Your shop"</legend>
                        <ShopFields form=form known=None/>
                    </fieldset>
                    <Button large=true>"Send the application"</Button>
                </form>
                <p class="sign-other">"Already have an account? "<a href="/sell/apply">"Apply with it"</a></p>
            </div>
        })
    })
}

/// The form with which a shop begins; after a rejection it holds what was written, and says why it was not enough.
#[component]
pub fn ApplyPage() -> impl IntoView {
    let form = FormState::of(form_flash::current().as_ref(), ApplyForShop::url());
    loaded(async move {
        let vendor = ShopOwner::current().await?.map(|owner| owner.vendor().clone());
        if vendor.as_ref().is_some_and(|vendor| matches!(vendor.status, VendorStatus::Approved | VendorStatus::Suspended)) {
            leptos_axum::redirect("/vendor");
        }
        let rejected =
            vendor.as_ref().filter(|vendor| vendor.status == VendorStatus::Rejected).and_then(|vendor| vendor.status_reason.clone());
        let again = vendor.is_some();
        let known = vendor.map(|vendor| vendor.profile);
        Ok(view! {
            <Document title=if form.error().is_some() { "Error: apply for a shop" } else { "Apply for a shop" }/>
            <div class="wrap narrow">
                <header class="page-head">
                    <h1>"Apply for a shop"</h1>
                    <p>"A person reads what you write here. It stands on your shop's page later, and you can change it."</p>
                </header>
                <div class="stack">
                    {rejected.map(|reason| view! {
                        <Notice tone=Tone::Warn><strong>"The last application was not approved. "</strong>{reason}</Notice>
                    })}
                    <form class="form card" method="post" action=ApplyForShop::url()>
                        <ErrorSummary form=form.clone() labels=LABELS/>
                        <ShopFields form=form known=known/>
                        <Button large=true>{if again { "Send it again" } else { "Send the application" }}</Button>
                    </form>
                </div>
            </div>
        })
    })
}
