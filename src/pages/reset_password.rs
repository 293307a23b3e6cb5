//! `/forgot-password`, `/reset-password?token=`

use leptos::prelude::*;
use server_fn::ServerFn;

use super::document::Document;
use super::{loaded, query};
use crate::accounts::api::{ForgotPassword, ResetPassword};
use crate::accounts::{Password, field};
use crate::platform::{form_flash, request};
use crate::ui::{Button, ButtonLink, ErrorSummary, FormState, Notice, TextField, Tone};

const LABELS: &[(&str, &str)] = &[(field::EMAIL, "E-mail"), (field::PASSWORD, "New password")];

/// For people who cannot sign in. What it answers is the same whether there is an account or not.
#[component]
pub fn ForgotPasswordPage() -> impl IntoView {
    let form = FormState::of(form_flash::current().as_ref(), ForgotPassword::url());
    let sent = query("sent").is_some();
    loaded(async move {
        let content = if sent && form.error().is_none() {
            view! {
                <Notice tone=Tone::Good>"If there is an account with this address, a mail with a link is on its way. It works once, for a short time."</Notice>
                <p class="sign-other"><a href="/forgot-password">"Nothing came? Send another"</a></p>
            }
            .into_any()
        } else {
            view! {
                <p class="muted">"We send you a link with which you choose a new one."</p>
                <form class="form" method="post" action=ForgotPassword::url()>
                    <ErrorSummary form=form.clone() labels=LABELS/>
                    <TextField form=form name=field::EMAIL label="E-mail" kind="email" autocomplete="username" maxlength=254 autofocus=true/>
                    <Button large=true wide=true>"Send the link"</Button>
                </form>
                <p class="sign-other"><a href="/sign-in">"Back to signing in"</a></p>
            }
            .into_any()
        };
        Ok(view! {
            <Document title="Forgotten password"/>
            <div class="wrap"><div class="sign">
                <h1>"Forgotten your password?"</h1>
                {content}
            </div></div>
        })
    })
}

/// Where the link leads.
#[component]
pub fn ResetPasswordPage() -> impl IntoView {
    let token = query(field::TOKEN).unwrap_or_default();
    let form = FormState::of(form_flash::current().as_ref(), ResetPassword::url());
    loaded(async move {
        let good = crate::accounts::service::reset::is_good(&request::state()?.db, &token).await?;
        let content = if good {
            let min = u32::try_from(Password::MIN_CHARS).unwrap_or_default();
            view! {
                <p class="muted">"You will be signed out everywhere."</p>
                <form class="form" method="post" action=ResetPassword::url()>
                    <ErrorSummary form=form.clone() labels=LABELS/>
                    <TextField form=form name=field::PASSWORD label="New password" kind="password" autocomplete="new-password" minlength=min maxlength=256
                        autofocus=true hint="At least 12 characters. A few words in a row are easy to keep and hard to guess."/>
                    <input type="hidden" name=field::TOKEN value=token/>
                    <Button large=true wide=true>"Set the password"</Button>
                </form>
            }
            .into_any()
        } else {
            view! {
                <Notice tone=Tone::Bad>"This link is used up or too old."</Notice>
                <p class="sign-other"><ButtonLink href="/forgot-password">"Send another"</ButtonLink></p>
            }
            .into_any()
        };
        Ok(view! {
            <Document title="New password"/>
            <div class="wrap"><div class="sign">
                <h1>"Choose a new password"</h1>
                {content}
            </div></div>
        })
    })
}
