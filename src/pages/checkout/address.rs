//! `/checkout`: where the parcels go.

use leptos::prelude::*;
use server_fn::ServerFn;

use super::{CartSummaryCard, Step, Steps};
use crate::accounts::guard::Customer;
use crate::cart::guard::CartOwner;
use crate::checkout::api::{AddAddress, ChooseAddress};
use crate::error::{AppError, Conflict};
use crate::pages::document::Document;
use crate::pages::loaded;
use crate::platform::{form_flash, request};
use crate::ui::{Button, ErrorSummary, FormState, Look, SelectField, TextField};
use crate::values::{Address, AddressId, COUNTRIES, country_name};

const LABELS: &[(&str, &str)] = &[
    ("name", "Full name"),
    ("line1", "Address"),
    ("line2", "Apartment, floor"),
    ("city", "City"),
    ("region", "State or region"),
    ("postal_code", "Postal code"),
    ("country_code", "Country"),
];

/// An address in one line, below the name.
fn one_line(address: &Address) -> String {
    let city = format!("{} {}", address.postal_code, address.city);
    let country = country_name(&address.country_code).unwrap_or_default();
    [address.line1.as_str(), &address.line2, city.trim(), &address.region, country]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

#[component]
fn Known(addresses: Vec<(AddressId, Address)>) -> impl IntoView {
    view! {
        <form class="form card" method="post" action=ChooseAddress::url()>
            <fieldset class="choice">
                <legend class="field-label">"Send it to"</legend>
                {addresses.into_iter().enumerate().map(|(index, (id, address))| view! {
                    <label class="choice-card">
                        <input type="radio" name="address_id" value=id.to_string() checked=index == 0 required=true/>
                        <span><strong>{address.name.clone()}</strong><br/><span class="muted">{one_line(&address)}</span></span>
                    </label>
                }).collect_view()}
            </fieldset>
            <Button large=true>"Continue to review"</Button>
        </form>
    }
}

#[component]
fn NewAddress(form: FormState, name: String, #[prop(optional)] second: bool) -> impl IntoView {
    let countries = COUNTRIES.iter().map(|(code, name)| ((*code).to_owned(), (*name).to_owned())).collect();
    let look = if second { Look::Secondary } else { Look::Primary };
    view! {
        <form class="form" method="post" action=AddAddress::url()>
            <ErrorSummary form=form.clone() labels=LABELS/>
            <TextField form=form.clone() name="name" label="Full name" autocomplete="shipping name" value=name maxlength=100/>
            <TextField form=form.clone() name="line1" label="Address" autocomplete="shipping address-line1" maxlength=120/>
            <TextField form=form.clone() name="line2" label="Apartment, floor" autocomplete="shipping address-line2" maxlength=120 optional=true/>
            <div class="field-row">
                <TextField form=form.clone() name="postal_code" label="Postal code" autocomplete="shipping postal-code" maxlength=20 optional=true/>
                <TextField form=form.clone() name="city" label="City" autocomplete="shipping address-level2" maxlength=80/>
            </div>
            <div class="field-row">
                <TextField form=form.clone() name="region" label="State or region" autocomplete="shipping address-level1" maxlength=80 optional=true/>
                <SelectField form=form name="country_code" label="Country" options=countries value="" autocomplete="shipping country"/>
            </div>
            <Button look=look large=true>"Continue to review"</Button>
        </form>
    }
}

/// First step.
#[component]
pub fn AddressPage() -> impl IntoView {
    let flash = form_flash::current();
    loaded(async move {
        let state = request::state()?;
        let customer = Customer::require().await?;
        let owner = CartOwner::current().await?.unwrap_or_else(|| CartOwner::customer(&customer));
        let cart = crate::cart::service::view(&state.db, &owner).await?;
        if cart.is_empty() {
            return Err(AppError::Conflict(Conflict::CartEmpty));
        }
        let addresses = crate::accounts::service::addresses(&state.db, &customer).await?;
        let form = FormState::of(flash.as_ref(), AddAddress::url());
        let refused = form.error().is_some();
        let name = customer.name().to_owned();
        let content = if addresses.is_empty() {
            view! { <div class="card"><NewAddress form=form name=name/></div> }.into_any()
        } else {
            view! {
                <Known addresses=addresses/>
                <details class="card another-address" open=refused>
                    <summary>"Send it somewhere else"</summary>
                    <NewAddress form=form name=name second=true/>
                </details>
            }
            .into_any()
        };
        Ok(view! {
            <Document title=if refused { "Error: address" } else { "Address" }/>
            <div class="wrap">
                <Steps at=Step::Address/>
                <header class="page-head"><h1>"Where shall it go?"</h1></header>
                <div class="with-aside"><div class="stack">{content}</div><CartSummaryCard cart=cart/></div>
            </div>
        })
    })
}

/// The lines of an address, as on a parcel.
#[component]
pub fn AddressLines(address: Address) -> impl IntoView {
    let city = format!("{} {}", address.postal_code, address.city).trim().to_owned();
    let country = country_name(&address.country_code).unwrap_or_default().to_owned();
    let lines = [address.name, address.line1, address.line2, city, address.region, country];
    view! { <address>{lines.into_iter().filter(|line| !line.is_empty()).map(|line| view! { {line}<br/> }).collect_view()}</address> }
}
