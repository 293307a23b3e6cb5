//! `/account/two-step`

use leptos::prelude::*;
use qrcodegen::{QrCode, QrCodeEcc};
use server_fn::ServerFn;

use crate::accounts::api::{StartTwoStep, TurnOffTwoStep, TurnOnTwoStep};
use crate::accounts::field;
use crate::accounts::guard::Customer;
use crate::accounts::service::two_step::{self, Setup};
use crate::pages::document::Document;
use crate::pages::loaded;
use crate::platform::{form_flash, request};
use crate::ui::{Breadcrumbs, Button, ButtonLink, ErrorSummary, FormState, Look, Notice, TextField, Tone};

const LABELS: &[(&str, &str)] = &[(field::CURRENT_PASSWORD, "Your password"), (field::CODE, "Code")];
/// Blank modules around the code, as its standard asks (ISO/IEC 18004).
const QUIET_ZONE: i32 = 4;

/// A square for each dark module, as one path. Nothing when the text is too long for any code; the secret can then be typed.
#[component]
fn Qr(text: String) -> impl IntoView {
    let code = QrCode::encode_text(&text, QrCodeEcc::Medium).ok()?;
    let size = code.size();
    let dark = (0..size).flat_map(|y| (0..size).map(move |x| (x, y))).filter(|&(x, y)| code.get_module(x, y));
    let path: String = dark.map(|(x, y)| format!("M{} {}h1v1h-1z", x + QUIET_ZONE, y + QUIET_ZONE)).collect();
    let whole = size + 2 * QUIET_ZONE;
    Some(view! {
        <svg class="qr" viewBox=format!("0 0 {whole} {whole}") role="img" aria-label="QR code for your authenticator app" shape-rendering="crispEdges"><path d=path/></svg>
    })
}

/// First step: show that it is you.
#[component]
fn Begin(form: FormState) -> impl IntoView {
    view! {
        <p>"You need an authenticator app on your telephone, such as Aegis, Google Authenticator or the one in your password manager."</p>
        <form class="form card" method="post" action=StartTwoStep::url()>
            <ErrorSummary form=form.clone() labels=LABELS/>
            <TextField form=form name=field::CURRENT_PASSWORD label="Your password" kind="password" autocomplete="current-password" maxlength=256/>
            <div><Button>"Begin"</Button></div>
        </form>
    }
}

/// Second step: scan, keep, prove.
#[component]
fn Confirm(setup: Setup, form: FormState) -> impl IntoView {
    view! {
        <section class="card stack" aria-labelledby="scan">
            <h2 id="scan">"1. Scan this with your app"</h2>
            <Qr text=setup.url/>
            <p class="muted">"Or type this into it: "<code class="secret">{setup.secret}</code></p>
        </section>
        <section class="card stack" aria-labelledby="keep">
            <h2 id="keep">"2. Keep these codes"</h2>
            <p>"Each opens your account once, should the telephone be gone. They are shown here and never again: print them, or put them into your password manager."</p>
            <ol class="recovery-codes" role="list">{setup.recovery_codes.into_iter().map(|code| view! { <li><code>{code}</code></li> }).collect_view()}</ol>
        </section>
        <form class="form card" method="post" action=TurnOnTwoStep::url()>
            <h2>"3. Type the code that the app shows"</h2>
            <ErrorSummary form=form.clone() labels=LABELS/>
            <TextField form=form name=field::CODE label="Code" autocomplete="one-time-code" inputmode="numeric" maxlength=16/>
            <div><Button>"Turn it on"</Button></div>
        </form>
    }
}

#[component]
fn TurnOff(form: FormState) -> impl IntoView {
    view! {
        <p>"Two-step sign-in is on. Without it, your password alone opens your account."</p>
        <form class="form card" method="post" action=TurnOffTwoStep::url()>
            <ErrorSummary form=form.clone() labels=LABELS/>
            <TextField form=form name=field::CURRENT_PASSWORD label="Your password" kind="password" autocomplete="current-password" maxlength=256/>
            <div><Button look=Look::Secondary>"Turn it off"</Button></div>
        </form>
    }
}

/// Setting the second step up, and turning it off.
#[component]
pub fn TwoStepPage() -> impl IntoView {
    let flash = form_flash::current();
    let [start, on, off] = [StartTwoStep::url(), TurnOnTwoStep::url(), TurnOffTwoStep::url()].map(|url| FormState::of(flash.as_ref(), url));
    let failed = [&start, &on, &off].iter().any(|form| form.error().is_some());
    loaded(async move {
        let customer = Customer::require().await?;
        let state = request::state()?;
        let content = if customer.user().two_step {
            view! { <TurnOff form=off/> }.into_any()
        } else if !customer.user().email_verified {
            view! {
                <Notice tone=Tone::Warn>"Please confirm your e-mail address first: the link is in the mail we sent."</Notice>
                <ButtonLink href="/account" look=Look::Secondary>"Your account"</ButtonLink>
            }
            .into_any()
        } else {
            match two_step::setup(&state, &customer).await? {
                Some(setup) => view! { <Confirm setup=setup form=on/> }.into_any(),
                None => view! { <Begin form=start/> }.into_any(),
            }
        };
        Ok(view! {
            <Document title=if failed { "Error: two-step sign-in" } else { "Two-step sign-in" }/>
            <div class="wrap narrow stack">
                <Breadcrumbs trail=vec![("Security".to_owned(), "/account/security".to_owned())] here="Two-step sign-in".to_owned()/>
                <header class="page-head"><h1>"Two-step sign-in"</h1></header>
                {content}
            </div>
        })
    })
}
