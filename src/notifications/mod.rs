//! Mails (tables `outbox`, `mailbox`). A mail is enqueued in the transaction it belongs to and sent by a worker that leases it, sends it
//! outside any transaction, and marks it, retries it later, or gives it up where the admin sees it.
//!
//! Invariants: one mail for a dedupe key (I7); a mail whose acknowledgement was lost goes out again under the same Message-ID.

use crate::values::{Email, MailId};

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

crate::text_enum! {
    /// How the admins' list of mails is divided.
    pub enum OutboxTab {
        Waiting => "waiting",
        /// Given up.
        Failed => "failed",
        Sent => "sent",
    }
}

impl OutboxTab {
    pub const fn label(self) -> &'static str {
        match self {
            Self::Waiting => "Waiting",
            Self::Failed => "Failed",
            Self::Sent => "Sent",
        }
    }
}

/// A mail of the outbox, as admins see it.
#[derive(Clone, Debug)]
pub struct OutboxMail {
    pub id: MailId,
    /// What it is about, such as `receipt`.
    pub kind: String,
    pub recipient: String,
    pub subject: String,
    pub state: OutboxTab,
    pub attempts: i32,
    pub last_error: Option<String>,
    pub created_at: time::OffsetDateTime,
    pub sent_at: Option<time::OffsetDateTime>,
    pub next_attempt_at: time::OffsetDateTime,
    /// An admin has looked at the failure and left it so, or the recipient was erased.
    pub settled: bool,
}

/// What a mail says, for the eyes of an admin: without the queries of its links, since some hold the key to an account.
pub fn without_secrets(text: &str) -> String {
    let word = |word: &str| match (word.contains("://"), word.split_once('?')) {
        (true, Some((address, _))) => format!("{address}?…"),
        _ => word.to_owned(),
    };
    let line = |line: &str| line.split(' ').map(word).collect::<Vec<_>>().join(" ");
    text.lines().map(line).collect::<Vec<_>>().join("\n")
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn links_lose_what_opens_accounts() {
        let content = MailContent::new("Choose a new password").button("Choose", "https://souk.example/reset-password?token=abc-DEF_9&x=1");
        let shown = without_secrets(&content.to_text("Souk"));
        assert!(shown.contains("https://souk.example/reset-password?…\n") && !shown.contains("abc"), "{shown}");
        assert_eq!(without_secrets("Is it you? Then: https://souk.example/account"), "Is it you? Then: https://souk.example/account");
    }

    proptest! {
        #[test]
        fn no_token_is_left(token in "[A-Za-z0-9_-]{20,60}", before in "[a-z ?\n]{0,20}", after in "[a-z ?\n]{0,20}") {
            let text = format!("{before} https://souk.example/confirm-email?token={token} {after}");
            prop_assert!(!without_secrets(&text).contains(&token));
        }
    }
}
