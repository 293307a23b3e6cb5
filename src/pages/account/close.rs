//! `/account/close`

use leptos::prelude::*;
use server_fn::ServerFn;

use crate::accounts::field;
use crate::accounts::guard::Customer;
use crate::pages::document::Document;
use crate::pages::loaded;
use crate::platform::form_flash;
use crate::privacy::api::CloseAccount;
use crate::ui::{Breadcrumbs, Button, ErrorSummary, FormState, Look, Notice, TextField, Tone};

const LABELS: &[(&str, &str)] = &[(field::CURRENT_PASSWORD, "Your password")];

/// The way out, with what it means.
#[component]
pub fn CloseAccountPage() -> impl IntoView {
    let form = FormState::of(form_flash::current().as_ref(), CloseAccount::url());
    loaded(async move {
        Customer::require().await?;
        Ok(view! {
            <Document title=if form.error().is_some() { "Error: close the account" } else { "Close the account" }/>
            <div class="wrap narrow stack">
                <Breadcrumbs trail=vec![("Your account".to_owned(), "/account".to_owned())] here="Close the account".to_owned()/>
                <header class="page-head"><h1>"Close the account"</h1></header>
                <Notice tone=Tone::Warn>
                    "Your name, addresses, cart and wishlist are deleted, at once and for good. What was bought and paid stays in the books of the shop, without your name and address."
                </Notice>
                <form class="form card" method="post" action=CloseAccount::url()>
                    <ErrorSummary form=form.clone() labels=LABELS/>
                    <TextField form=form name=field::CURRENT_PASSWORD label="Your password" kind="password" autocomplete="current-password" maxlength=256/>
                    <div class="cluster">
                        <Button look=Look::Secondary>"Close the account for good"</Button>
                        <a href="/account">"Keep it"</a>
                    </div>
                </form>
            </div>
        })
    })
}
