//! `/dev/mail`: what was "sent", in development only.

use leptos::prelude::*;

use super::document::Document;
use super::loaded;
use crate::error::AppError;
use crate::platform::request;
use crate::ui::EmptyState;

/// Mails on the page.
const SHOWN: u32 = 50;

/// The development mailbox. Where mails really leave the house there is no such page.
#[component]
pub fn MailboxPage() -> impl IntoView {
    loaded(async {
        let state = request::state()?;
        if !state.config.shows_mailbox() {
            return Err(AppError::NotFound);
        }
        let mails = crate::notifications::service::mailbox(&state.db, SHOWN).await?;
        let content = if mails.is_empty() {
            view! { <EmptyState icon="mail" title="No mail yet" text="Sign up or buy something: what the shop would send appears here."/> }
                .into_any()
        } else {
            mails
                .into_iter()
                .map(|mail| {
                    let at = mail.received_at.format(&time::format_description::well_known::Rfc3339).unwrap_or_default();
                    view! {
                        <details class="mail">
                            <summary><span class="muted small">{mail.recipient}</span><strong>{mail.subject}</strong><time class="muted small numeric" datetime=at.clone()>{at.clone()}</time></summary>
                            <p><a href=format!("/dev/mail/{}", mail.id)>"Look at it as mail programs show it"</a></p>
                            <pre>{mail.body_text}</pre>
                        </details>
                    }
                })
                .collect_view()
                .into_any()
        };
        Ok(view! {
            <Document title="Mailbox"/>
            <div class="wrap narrow">
                <header class="page-head"><h1>"Mailbox"</h1><p>"Mails that this shop has sent, newest first. Nothing left this machine."</p></header>
                {content}
            </div>
        })
    })
}
