//! `/account/security`

use leptos::prelude::*;
use server_fn::ServerFn;

use super::AccountTabs;
use crate::accounts::api::{ChangePassword, EndSession, SignOutEverywhere};
use crate::accounts::guard::Customer;
use crate::accounts::service::{sessions, two_step};
use crate::accounts::{Password, Session, field};
use crate::pages::dates::Date;
use crate::pages::document::Document;
use crate::pages::{loaded, query};
use crate::platform::{form_flash, request};
use crate::ui::{Badge, Button, ButtonLink, ErrorSummary, FormState, Look, Notice, TextField, Tone};

const LABELS: &[(&str, &str)] = &[(field::CURRENT_PASSWORD, "Current password"), (field::PASSWORD, "New password")];

fn news(done: &str) -> Option<&'static str> {
    Some(match done {
        "password" => "Your password is changed, and all other devices are signed out.",
        "session" => "That device is signed out.",
        "two-step-on" => "Signing in takes two steps from now on.",
        "two-step-off" => "Two-step sign-in is off.",
        _ => return None,
    })
}

#[component]
fn PasswordSection(form: FormState) -> impl IntoView {
    let min = u32::try_from(Password::MIN_CHARS).unwrap_or_default();
    view! {
        <section class="card stack" aria-labelledby="password-head">
            <h2 id="password-head">"Password"</h2>
            <form class="form" method="post" action=ChangePassword::url()>
                <ErrorSummary form=form.clone() labels=LABELS/>
                <TextField form=form.clone() name=field::CURRENT_PASSWORD label="Current password" kind="password" autocomplete="current-password" maxlength=256/>
                <TextField form=form name=field::PASSWORD label="New password" kind="password" autocomplete="new-password" minlength=min maxlength=256
                    hint="At least 12 characters. A few words in a row are easy to keep and hard to guess."/>
                <div><Button look=Look::Secondary>"Change the password"</Button></div>
            </form>
        </section>
    }
}

#[component]
fn TwoStepSection(on: bool, codes_left: Option<u32>) -> impl IntoView {
    view! {
        <section class="card stack" aria-labelledby="two-step-head">
            <h2 id="two-step-head">"Two-step sign-in"</h2>
            {if on {
                view! {
                    <p class="cluster"><Badge tone=Tone::Good>"On"</Badge>{codes_left.map(|left| format!("{left} recovery codes left"))}</p>
                    <div><ButtonLink href="/account/two-step" look=Look::Secondary>"Turn it off"</ButtonLink></div>
                }.into_any()
            } else {
                view! {
                    <p class="muted">"After the password, a code from an app on your telephone. Whoever learns your password stays outside."</p>
                    <div><ButtonLink href="/account/two-step" look=Look::Secondary>"Set it up"</ButtonLink></div>
                }.into_any()
            }}
        </section>
    }
}

#[component]
fn SessionSection(sessions: Vec<Session>) -> impl IntoView {
    let row = |session: Session| {
        view! {
            <li class="session">
                <div>
                    <p class="cluster"><strong>{session.device.clone()}</strong>{session.current.then(|| view! { <Badge tone=Tone::Accent>"This one"</Badge> })}</p>
                    <p class="muted small">"Signed in "<Date at=session.opened_at/>", last seen "<Date at=session.seen_at/></p>
                </div>
                {(!session.current).then(|| view! {
                    <form method="post" action=EndSession::url()>
                        <input type="hidden" name="session_id" value=session.id.to_string()/>
                        <Button look=Look::Quiet>"Sign out"<span class="visually-hidden">{format!(" {}", session.device)}</span></Button>
                    </form>
                })}
            </li>
        }
    };
    view! {
        <section class="card stack" aria-labelledby="sessions-head">
            <h2 id="sessions-head">"Where you are signed in"</h2>
            <ul class="sessions" role="list">{sessions.into_iter().map(row).collect_view()}</ul>
            <form method="post" action=SignOutEverywhere::url()><Button look=Look::Secondary>"Sign out everywhere"</Button></form>
        </section>
    }
}

/// Password, second step, and all devices that are signed in.
#[component]
pub fn SecurityPage() -> impl IntoView {
    let flash = form_flash::current();
    let [password, session] = [ChangePassword::url(), EndSession::url()].map(|url| FormState::of(flash.as_ref(), url));
    let failed = password.error().is_some() || session.error().is_some();
    let done = query("done").filter(|_| !failed).and_then(|done| news(&done));
    loaded(async move {
        let customer = Customer::require().await?;
        let db = request::state()?.db.clone();
        let sessions = sessions::list(&db, &customer).await?;
        let on = customer.user().two_step;
        let codes_left = if on { two_step::recovery_codes_left(&db, &customer).await? } else { None };
        Ok(view! {
            <Document title=if failed { "Error: security" } else { "Security" }/>
            <div class="wrap narrow stack">
                <header class="page-head"><h1>"Security"</h1></header>
                <AccountTabs here="/account/security"/>
                {done.map(|text| view! { <Notice tone=Tone::Good>{text}</Notice> })}
                <ErrorSummary form=session labels=LABELS/>
                <PasswordSection form=password/>
                <TwoStepSection on=on codes_left=codes_left/>
                <SessionSection sessions=sessions/>
            </div>
        })
    })
}
