//! `/account/addresses`, `/account/addresses/{address}`: the address book.

use leptos::prelude::*;
use server_fn::ServerFn;

use super::AccountTabs;
use crate::accounts::SavedAddress;
use crate::accounts::api::{ChooseDefaultAddress, DeleteAddress, KeepAddress, SaveAddress};
use crate::accounts::guard::Customer;
use crate::error::AppError;
use crate::pages::addresses::{AddressFields, AddressLines, LABELS, one_line};
use crate::pages::document::Document;
use crate::pages::{loaded, path_part, query};
use crate::platform::{form_flash, request};
use crate::ui::{Badge, Button, ButtonLink, ErrorSummary, FormState, Look, Notice, Tone};
use crate::values::AddressId;

const PATH: &str = "/account/addresses";

fn news(done: &str) -> Option<&'static str> {
    Some(match done {
        "kept" => "The address is in your book.",
        "saved" => "The address is changed. Orders that are already placed keep theirs.",
        "default" => "Your next checkout begins with this address.",
        "deleted" => "The address is deleted. Orders that are already placed keep theirs.",
        _ => return None,
    })
}

/// What is in the book; what was typed for one order alone is not.
async fn book() -> Result<(Customer, Vec<SavedAddress>), AppError> {
    let customer = Customer::require().await?;
    let mut addresses = crate::accounts::service::addresses(&request::state()?.db, &customer).await?;
    addresses.retain(|saved| saved.kept);
    Ok((customer, addresses))
}

#[component]
fn Entry(saved: SavedAddress, default: bool) -> impl IntoView {
    let SavedAddress { id, address, .. } = saved;
    let which = format!(": {}, {}", address.name, one_line(&address));
    let step = |path: &'static str, label: &'static str| {
        view! {
            <form method="post" action=path>
                <input type="hidden" name="address_id" value=id.to_string()/>
                <button class="link-button">{label}<span class="visually-hidden">{which.clone()}</span></button>
            </form>
        }
    };
    view! {
        <li class="card address-entry">
            <div>
                {default.then(|| view! { <p><Badge>"Default"</Badge></p> })}
                <AddressLines address=address/>
            </div>
            <div class="address-steps">
                <a href=format!("{PATH}/{id}")>"Edit"<span class="visually-hidden">{which.clone()}</span></a>
                {(!default).then(|| step(ChooseDefaultAddress::url(), "Make it the default"))}
                {step(DeleteAddress::url(), "Delete")}
            </div>
        </li>
    }
}

/// The book. The first address is the one that a checkout begins with.
#[component]
pub fn AddressesPage() -> impl IntoView {
    let flash = form_flash::current();
    let form = FormState::of(flash.as_ref(), KeepAddress::url());
    let refused = [ChooseDefaultAddress::url(), DeleteAddress::url()].map(|url| FormState::of(flash.as_ref(), url));
    let failed = refused.iter().chain([&form]).any(|form| form.error().is_some());
    let done = query("done").filter(|_| !failed).and_then(|done| news(&done));
    loaded(async move {
        let (customer, addresses) = book().await?;
        let (name, empty, adding) = (customer.name().to_owned(), addresses.is_empty(), form.error().is_some());
        Ok(view! {
            <Document title=if failed { "Error: your addresses" } else { "Your addresses" }/>
            <div class="wrap narrow stack">
                <header class="page-head"><h1>"Your addresses"</h1></header>
                <AccountTabs here=PATH/>
                {done.map(|text| view! { <Notice tone=Tone::Good>{text}</Notice> })}
                {refused.into_iter().map(|form| view! { <ErrorSummary form=form labels=&[]/> }).collect_view()}
                {(!empty).then(|| view! {
                    <ul class="address-book" role="list">
                        {addresses.into_iter().enumerate().map(|(index, saved)| view! { <Entry saved=saved default=index == 0/> }).collect_view()}
                    </ul>
                })}
                <details class="card another-address" open=empty || adding>
                    <summary>"Add an address"</summary>
                    <form class="form" method="post" action=KeepAddress::url()>
                        <ErrorSummary form=form.clone() labels=LABELS/>
                        <AddressFields form=form name=name/>
                        <div><Button>"Keep the address"</Button></div>
                    </form>
                </details>
            </div>
        })
    })
}

/// One of its addresses, to be changed.
#[component]
pub fn AddressEditPage() -> impl IntoView {
    let form = FormState::of(form_flash::current().as_ref(), SaveAddress::url());
    let failed = form.error().is_some();
    let id = path_part::<AddressId>("address");
    loaded(async move {
        let (_, addresses) = book().await?;
        let id = id?;
        let saved = addresses.into_iter().find(|saved| saved.id == id).ok_or(AppError::NotFound)?;
        Ok(view! {
            <Document title=if failed { "Error: change an address" } else { "Change an address" }/>
            <div class="wrap narrow stack">
                <header class="page-head"><h1>"Change an address"</h1></header>
                <form class="form card" method="post" action=SaveAddress::url()>
                    <ErrorSummary form=form.clone() labels=LABELS/>
                    <input type="hidden" name="address_id" value=id.to_string()/>
                    <AddressFields form=form known=saved.address/>
                    <div class="cluster">
                        <Button>"Save the address"</Button>
                        <ButtonLink href=PATH look=Look::Quiet>"Back to your addresses"</ButtonLink>
                    </div>
                </form>
            </div>
        })
    })
}
