//! `/sign-in`

use leptos::prelude::*;
use server_fn::ServerFn;

use super::document::Document;
use super::{loaded, query};
use crate::accounts::api::{SecondStep, SignIn};
use crate::accounts::guard::{Customer, Visit};
use crate::accounts::{field, safe_next, with_next};
use crate::platform::{form_flash, request};
use crate::ui::{Button, ErrorSummary, FormState, Notice, TextField, Tone};

const CODE_LABELS: &[(&str, &str)] = &[(field::CODE, "Code")];
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

/// What came before: said in words that fit whoever reads them.
fn news(after: &str) -> Option<&'static str> {
    Some(match after {
        // Whether the address was new only its mailbox learns.
        "signed-up" => {
            "That worked. Sign in with the password you have just chosen. If you had an account already, the mail we sent says what to do."
        }
        "reset" => "Your new password is set. Please sign in with it.",
        "everywhere" => "You are signed out everywhere.",
        "closed" => "Your account is closed. Thank you for having been here.",
        _ => return None,
    })
}

/// For people with an account.
#[component]
pub fn SignInPage() -> impl IntoView {
    let next = next();
    let after = query("after").and_then(|after| news(&after));
    let form = FormState::of(form_flash::current().as_ref(), SignIn::url());
    loaded(async move {
        skip_if_signed_in(&next).await;
        let demo = request::state()?.config.stripe.sandbox;
        let sign_up = with_next("/sign-up", &next);
        Ok(view! {
            <Document title=if form.error().is_some() { "Error: sign in" } else { "Sign in" }/>
            <div class="wrap"><div class="sign">
                <h1>"Welcome back"</h1>
                {next.starts_with("/checkout").then(|| view! { <p class="muted">"Sign in to check out. Your cart comes along."</p> })}
                {after.filter(|_| form.error().is_none()).map(|text| view! { <Notice tone=Tone::Good>{text}</Notice> })}
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

/// The second step. Who comes here without the first is sent back to it.
#[component]
pub fn SecondStepPage() -> impl IntoView {
    let next = next();
    let form = FormState::of(form_flash::current().as_ref(), SecondStep::url());
    loaded(async move {
        skip_if_signed_in(&next).await;
        if Visit::current()?.challenge().is_none() {
            leptos_axum::redirect(&with_next("/sign-in", &next));
        }
        Ok(view! {
            <Document title=if form.error().is_some() { "Error: the second step" } else { "The second step" }/>
            <div class="wrap"><div class="sign">
                <h1>"Now the code"</h1>
                <p class="muted">"Open your authenticator app and type the six figures that it shows for this shop."</p>
                <form class="form" method="post" action=SecondStep::url()>
                    <ErrorSummary form=form.clone() labels=CODE_LABELS/>
                    <TextField form=form name=field::CODE label="Code" autocomplete="one-time-code" inputmode="numeric" maxlength=16 autofocus=true
                        hint="No telephone at hand? One of your recovery codes does as well."/>
                    <input type="hidden" name=field::NEXT value=next.clone()/>
                    <Button large=true wide=true>"Sign in"</Button>
                </form>
                <p class="sign-other"><a href=with_next("/sign-in", &next)>"Begin again"</a></p>
            </div></div>
        })
    })
}
