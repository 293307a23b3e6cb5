//! How addresses look and how they are typed, in the book and at the checkout.

use leptos::prelude::*;

use crate::ui::{FormState, SelectField, TextField};
use crate::values::{Address, COUNTRIES};

pub const LABELS: &[(&str, &str)] = &[
    ("name", "Full name"),
    ("line1", "Address"),
    ("line2", "Apartment, floor"),
    ("city", "City"),
    ("region", "State or region"),
    ("postal_code", "Postal code"),
    ("country_code", "Country"),
];

/// What is asked about an address.
#[component]
pub fn AddressFields(
    form: FormState,
    /// What stands in the fields of an address that is changed.
    #[prop(optional)]
    known: Option<Address>,
    /// Who it is for, as long as nothing else is known.
    #[prop(optional)]
    name: String,
) -> impl IntoView {
    let countries = COUNTRIES.iter().map(|(code, name)| ((*code).to_owned(), (*name).to_owned())).collect();
    let was = |pick: fn(&Address) -> &String| known.as_ref().map(pick).cloned().unwrap_or_default();
    let name = known.as_ref().map_or(name, |known| known.name.clone());
    view! {
        <TextField form=form.clone() name="name" label="Full name" autocomplete="shipping name" value=name maxlength=100/>
        <TextField form=form.clone() name="line1" label="Address" autocomplete="shipping address-line1" value=was(|known| &known.line1) maxlength=120/>
        <TextField form=form.clone() name="line2" label="Apartment, floor" autocomplete="shipping address-line2" value=was(|known| &known.line2) maxlength=120 optional=true/>
        <div class="field-row">
            <TextField form=form.clone() name="postal_code" label="Postal code" autocomplete="shipping postal-code" value=was(|known| &known.postal_code) maxlength=20 optional=true/>
            <TextField form=form.clone() name="city" label="City" autocomplete="shipping address-level2" value=was(|known| &known.city) maxlength=80/>
        </div>
        <div class="field-row">
            <TextField form=form.clone() name="region" label="State or region" autocomplete="shipping address-level1" value=was(|known| &known.region) maxlength=80 optional=true/>
            <SelectField form=form name="country_code" label="Country" options=countries value=was(|known| &known.country_code) autocomplete="shipping country"/>
        </div>
    }
}

/// An address in one line, below the name.
pub fn one_line(address: &Address) -> String {
    address.lines().split_first().map(|(_, below)| below.join(", ")).unwrap_or_default()
}

/// The lines of an address, as on a parcel.
#[component]
pub fn AddressLines(address: Address) -> impl IntoView {
    view! { <address>{address.lines().into_iter().map(|line| view! { {line}<br/> }).collect_view()}</address> }
}
