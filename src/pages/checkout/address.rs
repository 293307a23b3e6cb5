//! `/checkout`: where the parcels go.

use leptos::prelude::*;
use server_fn::ServerFn;

use super::{CartSummaryCard, Step, Steps};
use crate::accounts::SavedAddress;
use crate::accounts::guard::Customer;
use crate::cart::guard::CartOwner;
use crate::checkout::api::{AddAddress, ChooseAddress};
use crate::error::{AppError, Conflict};
use crate::pages::addresses::{AddressFields, LABELS, one_line};
use crate::pages::document::Document;
use crate::pages::loaded;
use crate::platform::{form_flash, request};
use crate::ui::{Button, ErrorSummary, FormState, Look};

#[component]
fn Known(addresses: Vec<SavedAddress>) -> impl IntoView {
    view! {
        <form class="form card" method="post" action=ChooseAddress::url()>
            <fieldset class="choice">
                <legend class="field-label">"Send it to"</legend>
                {addresses.into_iter().enumerate().map(|(index, SavedAddress { id, address, .. })| view! {
                    <label class="choice-card">
                        <input type="radio" name="address_id" value=id.to_string() checked=index == 0 required=true/>
                        <span><strong>{address.name.clone()}</strong><br/><span class="muted">{one_line(&address)}</span></span>
                    </label>
                }).collect_view()}
            </fieldset>
            <Button large=true>"Continue to review"</Button>
            <p class="small"><a href="/account/addresses">"Your address book"</a></p>
        </form>
    }
}

#[component]
fn NewAddress(form: FormState, name: String, #[prop(optional)] second: bool) -> impl IntoView {
    let look = if second { Look::Secondary } else { Look::Primary };
    // A box that is not ticked sends nothing, so only a refused form tells it from one that is new.
    let keep = form.error().is_none() || form.value("keep").is_some();
    view! {
        <form class="form" method="post" action=AddAddress::url()>
            <ErrorSummary form=form.clone() labels=LABELS/>
            <AddressFields form=form name=name/>
            <label class="cluster"><input type="checkbox" name="keep" value="true" checked=keep/>"Keep it in my address book"</label>
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
