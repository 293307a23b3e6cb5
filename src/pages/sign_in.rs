//! `/sign-in`

use leptos::prelude::*;
use server_fn::ServerFn;

use super::document::Document;
use super::{encoded, loaded, query};
use crate::accounts::api::SignIn;
use crate::accounts::field;
use crate::accounts::guard::Customer;
use crate::accounts::safe_next;
use crate::platform::{form_flash, request};
use crate::ui::{Button, ErrorSummary, FormState, Notice, TextField, Tone};

const LABELS: &[(&str, &str)] = &[(field::EMAIL, "E-mail"), (field::PASSWORD, "Password")];

/// Where to go afterwards, as the query says; only paths of this site.
pub fn next() -> String {
    query("next").map(|next| safe_next(&next).to_owned()).unwrap_or_else(|| "/".to_owned())
}

/// Sends who is signed in already to where they wanted to go.
pub async fn skip_if_signed_in(next: &str) {
    if let Ok(Some(_)) = Customer::current().await {
        leptos_axum::redirect(next);
    }
}

/// For people with an account.
#[component]
pub fn SignInPage() -> impl IntoView {
    let next = next();
    let was_reset = query("reset").is_some();
    let form = FormState::of(form_flash::current().as_ref(), SignIn::url());
    loaded(async move {
        skip_if_signed_in(&next).await;
        let demo = request::state()?.config.stripe.sandbox;
        let sign_up = if next == "/" { "/sign-up".to_owned() } else { format!("/sign-up?next={}", encoded(&next)) };
        Ok(view! {
            <Document title=if form.error().is_some() { "Error: sign in" } else { "Sign in" }/>
            <div class="wrap"><div class="sign">
                <h1>"Welcome back"</h1>
                {next.starts_with("/checkout").then(|| view! { <p class="muted">"Sign in to check out. Your cart comes along."</p> })}
                {was_reset.then(|| view! { <Notice tone=Tone::Good>"Your new password is set. Please sign in with it."</Notice> })}
                <form class="form" method="post" action=SignIn::url()>
                    <ErrorSummary form=form.clone() labels=LABELS/>
                    <TextField form=form.clone() name=field::EMAIL label="E-mail" kind="email" autocomplete="username" maxlength=254 autofocus=true/>
                    <TextField form=form name=field::PASSWORD label="Password" kind="password" autocomplete="current-password" maxlength=256/>
                    <input type="hidden" name=field::NEXT value=next/>
                    <Button large=true wide=true>"Sign in"</Button>
                </form>
                <p class="sign-other"><a href="/forgot-password">"Forgotten your password?"</a></p>
                <p class="sign-other">"New here? "<a href=sign_up>"Create an account"</a></p>
                {demo.then(|| view! {
                    <div class="sign-demo"><Notice tone=Tone::Accent>
                        "Demo account: "<strong>"customer@example.com"</strong>", password "<strong>"souk-demo-2026!"</strong>
                    </Notice></div>
                })}
            </div></div>
        })
    })
}
