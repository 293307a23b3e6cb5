//! `/account`

use leptos::prelude::*;
use server_fn::ServerFn;

use super::AccountTabs;
use crate::accounts::api::{ChangeEmail, Rename, SendConfirmation};
use crate::accounts::field;
use crate::accounts::guard::Customer;
use crate::pages::document::Document;
use crate::pages::{loaded, query};
use crate::platform::form_flash;
use crate::ui::{Badge, Button, ButtonLink, ErrorSummary, FormState, Look, Notice, TextField, Tone};

const LABELS: &[(&str, &str)] = &[(field::NAME, "Name"), (field::EMAIL, "New e-mail"), (field::CURRENT_PASSWORD, "Your password")];

fn news(done: &str) -> Option<&'static str> {
    Some(match done {
        "name" => "Your name is changed.",
        "email" => "Look into the new mailbox: your account moves there once you use the link in our mail.",
        "confirmation" => "The mail is on its way.",
        _ => return None,
    })
}

#[component]
fn EmailSection(customer: Customer, form: FormState) -> impl IntoView {
    let verified = customer.user().email_verified;
    view! {
        <section class="card stack" aria-labelledby="email-head">
            <h2 id="email-head">"E-mail"</h2>
            <p class="cluster">
                <strong>{customer.email().to_string()}</strong>
                {if verified { view! { <Badge tone=Tone::Good>"Confirmed"</Badge> } } else { view! { <Badge tone=Tone::Warn>"Not confirmed"</Badge> } }}
            </p>
            {(!verified).then(|| view! {
                <form method="post" action=SendConfirmation::url()>
                    <p class="muted">"We sent you a mail with a link that confirms the address."</p>
                    <Button look=Look::Secondary>"Send it once more"</Button>
                </form>
            })}
            <form class="form" method="post" action=ChangeEmail::url()>
                <ErrorSummary form=form.clone() labels=LABELS/>
                <TextField form=form.clone() name=field::EMAIL label="New e-mail" kind="email" autocomplete="email" maxlength=254/>
                <TextField form=form name=field::CURRENT_PASSWORD label="Your password" kind="password" autocomplete="current-password" maxlength=256/>
                <div><Button look=Look::Secondary>"Change the e-mail"</Button></div>
            </form>
        </section>
    }
}

/// Name, address, and the way out.
#[component]
pub fn ProfilePage() -> impl IntoView {
    let flash = form_flash::current();
    let [rename, email] = [Rename::url(), ChangeEmail::url()].map(|url| FormState::of(flash.as_ref(), url));
    let resend = FormState::of(flash.as_ref(), SendConfirmation::url());
    let failed = [&rename, &email, &resend].iter().any(|form| form.error().is_some());
    let done = query("done").filter(|_| !failed).and_then(|done| news(&done));
    loaded(async move {
        let customer = Customer::require().await?;
        let name = customer.name().to_owned();
        Ok(view! {
            <Document title=if failed { "Error: your account" } else { "Your account" }/>
            <div class="wrap narrow stack">
                <header class="page-head"><h1>"Your account"</h1></header>
                <AccountTabs here="/account"/>
                {done.map(|text| view! { <Notice tone=Tone::Good>{text}</Notice> })}
                <ErrorSummary form=resend labels=LABELS/>
                <section class="card stack" aria-labelledby="name-head">
                    <h2 id="name-head">"Name"</h2>
                    <form class="form" method="post" action=Rename::url()>
                        <ErrorSummary form=rename.clone() labels=LABELS/>
                        <TextField form=rename name=field::NAME label="Name" autocomplete="name" value=name maxlength=100/>
                        <div><Button look=Look::Secondary>"Save the name"</Button></div>
                    </form>
                </section>
                <EmailSection customer=customer form=email/>
                <section class="card stack" aria-labelledby="data-head">
                    <h2 id="data-head">"Your data"</h2>
                    <p class="muted">"All that we know about you, in one file that programs can read."</p>
                    <div class="cluster">
                        <a class="button button-secondary" href="/account/export" download="souk-account.json">"Download your data"</a>
                        <ButtonLink href="/account/close" look=Look::Quiet>"Close the account"</ButtonLink>
                    </div>
                </section>
            </div>
        })
    })
}
