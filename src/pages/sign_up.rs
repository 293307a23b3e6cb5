//! `/sign-up`

use leptos::prelude::*;
use server_fn::ServerFn;

use super::document::Document;
use super::loaded;
use super::sign_in::{next, skip_if_signed_in};
use crate::accounts::api::SignUp;
use crate::accounts::{Password, field, with_next};
use crate::platform::form_flash;
use crate::ui::{Button, ErrorSummary, FormState, TextField};

const LABELS: &[(&str, &str)] = &[(field::NAME, "Name"), (field::EMAIL, "E-mail"), (field::PASSWORD, "Password")];

/// For people without an account.
#[component]
pub fn SignUpPage() -> impl IntoView {
    let next = next();
    let form = FormState::of(form_flash::current().as_ref(), SignUp::url());
    loaded(async move {
        skip_if_signed_in(&next).await;
        let sign_in = with_next("/sign-in", &next);
        let min = u32::try_from(Password::MIN_CHARS).unwrap_or_default();
        Ok(view! {
            <Document title=if form.error().is_some() { "Error: create an account" } else { "Create an account" }/>
            <div class="wrap"><div class="sign">
                <h1>"Create an account"</h1>
                <p class="muted">
                    {if next.starts_with("/checkout") { "Then on to the address. Your cart comes along." } else { "Follow your orders, keep a wishlist, check out faster." }}
                </p>
                <form class="form" method="post" action=SignUp::url()>
                    <ErrorSummary form=form.clone() labels=LABELS/>
                    <TextField form=form.clone() name=field::NAME label="Name" autocomplete="name" maxlength=100 autofocus=true/>
                    <TextField form=form.clone() name=field::EMAIL label="E-mail" kind="email" autocomplete="username" maxlength=254/>
                    <TextField form=form name=field::PASSWORD label="Password" kind="password" autocomplete="new-password" minlength=min maxlength=256
                        hint="At least 12 characters. A few words in a row are easy to keep and hard to guess."/>
                    <input type="hidden" name=field::NEXT value=next/>
                    <Button large=true wide=true>"Create account"</Button>
                </form>
                <p class="sign-other">"Already have one? "<a href=sign_in>"Sign in"</a></p>
                <p class="sign-other">"Want to sell? "<a href="/sell/sign-up">"Open a shop"</a></p>
            </div></div>
        })
    })
}
