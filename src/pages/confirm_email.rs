//! `/confirm-email?token=`

use leptos::prelude::*;
use server_fn::ServerFn;

use super::document::Document;
use super::{loaded, query};
use crate::accounts::api::ConfirmEmail;
use crate::accounts::field;
use crate::platform::{form_flash, request};
use crate::ui::{Button, ButtonLink, ErrorSummary, FormState, Notice, Tone};

/// Where the link in the mail leads. A button does it: programs that check mails open links before people do.
#[component]
pub fn ConfirmEmailPage() -> impl IntoView {
    let token = query(field::TOKEN).unwrap_or_default();
    let done = query("done").is_some();
    let form = FormState::of(form_flash::current().as_ref(), ConfirmEmail::url());
    loaded(async move {
        let content = if done {
            view! {
                <Notice tone=Tone::Good>"Thank you. The address is confirmed."</Notice>
                <ButtonLink href="/account">"Your account"</ButtonLink>
            }
            .into_any()
        } else {
            match crate::accounts::service::emails::address_of_link(&request::state()?.db, &token).await? {
                Some(email) => view! {
                    <p>"Is this your address? "<strong>{email.to_string()}</strong></p>
                    <form class="form" method="post" action=ConfirmEmail::url()>
                        <ErrorSummary form=form labels=&[]/>
                        <input type="hidden" name=field::TOKEN value=token/>
                        <Button large=true wide=true>"Confirm the address"</Button>
                    </form>
                }
                .into_any(),
                None => view! {
                    <Notice tone=Tone::Bad>"This link is used up or too old."</Notice>
                    <p class="sign-other"><ButtonLink href="/account">"Send another from your account"</ButtonLink></p>
                }
                .into_any(),
            }
        };
        Ok(view! {
            <Document title="Confirm your address"/>
            <div class="wrap"><div class="sign"><h1>"Confirm your address"</h1>{content}</div></div>
        })
    })
}
