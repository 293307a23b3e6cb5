//! Mails (tables `outbox`, `mailbox`). A mail is enqueued in the transaction it belongs to and sent by a worker that leases it, sends it
//! outside any transaction, and marks it, retries it later, or gives it up where the admin sees it.
//!
//! Invariants: one mail for a dedupe key (I7); a mail whose acknowledgement was lost goes out again under the same Message-ID.

use crate::values::Email;

mod mail;
mod store;
pub mod routes;
pub mod service;

pub use mail::{Line, MailContent};

/// A mail to be enqueued.
#[derive(Clone, Debug)]
pub struct Mail {
    /// What it is about, such as `receipt`; for the admin's lists and for figures.
    pub kind: &'static str,
    /// A second mail under the same key is dropped: put the kind, the order and the recipient into it.
    pub dedupe_key: String,
    pub to: Email,
    pub subject: String,
    pub content: MailContent,
}

/// A mail that `MAIL=mailbox` has "sent".
#[derive(Clone, Debug)]
pub struct MailboxMail {
    /// Without angle brackets: as it stands in a URL.
    pub id: String,
    pub recipient: String,
    pub subject: String,
    pub body_text: String,
    pub body_html: String,
    pub received_at: time::OffsetDateTime,
}
