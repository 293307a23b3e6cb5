//! How a finished mail leaves the house: into the mailbox table, onto the console, or by SMTP. Knows nothing of what mails say.

use std::time::Duration;

use lettre::message::{Mailbox, MultiPart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use secrecy::ExposeSecret;

use super::config::MailConfig;
use super::db::Db;
use crate::values::Email;

mod store;

/// Longest time for one mail, from the connection to the last answer; shorter than the outbox's lease, so that no other worker takes the
/// mail meanwhile. lettre's own limit covers connecting alone.
const SMTP_TIMEOUT: Duration = Duration::from_secs(60);

/// Who a mail comes from; what is empty is as `MAIL_FROM` has it.
#[derive(Clone, Debug, Default)]
pub struct Sender {
    pub name: String,
    pub address: String,
}

impl Sender {
    fn mailbox(&self, configured: &Mailbox) -> Result<Mailbox, lettre::address::AddressError> {
        let name = if self.name.is_empty() { configured.name.clone() } else { Some(self.name.clone()) };
        let address = if self.address.is_empty() { configured.email.clone() } else { self.address.parse()? };
        Ok(Mailbox::new(name, address))
    }
}

/// A mail that is ready to go.
#[derive(Clone, Debug)]
pub struct Letter {
    /// With angle brackets; the same at each attempt, so that a repeated delivery can be recognised.
    pub message_id: String,
    pub from: Sender,
    pub to: Email,
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// Why a mail did not go out.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// It will never go out as it is: refused with a 5xx, or not a valid mail.
    #[error("{0}")]
    Permanent(String),
    /// Worth another attempt.
    #[error("{0}")]
    Transient(String),
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Mailer(Way);

#[derive(Clone)]
#[expect(clippy::large_enum_variant, reason = "there is one of it in a process")]
enum Way {
    Mailbox(Db),
    Console,
    /// A connection for each mail: lettre's pool takes connections back that were dropped in mid-conversation, and the next mail would
    /// read the answers to the one before.
    Smtp {
        transport: AsyncSmtpTransport<Tokio1Executor>,
        from: Mailbox,
        timeout: Duration,
    },
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.0 {
            Way::Mailbox(_) => "Mailer(mailbox)",
            Way::Console => "Mailer(console)",
            Way::Smtp { .. } => "Mailer(smtp)",
        })
    }
}

impl Mailer {
    /// Opens no connection yet.
    ///
    /// # Errors
    /// A sentence for whoever configures: the URL or the sender's address cannot be read. The URL itself (it holds a password) is not in it.
    pub fn new(config: &MailConfig, db: &Db) -> Result<Self, String> {
        Self::with_timeout(config, db, SMTP_TIMEOUT)
    }

    /// As [`Self::new`], with another patience.
    ///
    /// # Errors
    /// The same.
    pub fn with_timeout(config: &MailConfig, db: &Db, timeout: Duration) -> Result<Self, String> {
        Ok(Self(match config {
            MailConfig::Mailbox => Way::Mailbox(db.clone()),
            MailConfig::Console => Way::Console,
            MailConfig::Smtp { url, from } => {
                let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose_secret())
                    .map_err(|_| "SMTP_URL is not a URL such as smtps://user:password@mail.example.com".to_owned())?
                    .timeout(Some(timeout))
                    .build();
                let from = from.parse().map_err(|_| "the sender is not an address such as Souk <shop@example.com>".to_owned())?;
                Way::Smtp { transport, from, timeout }
            }
        }))
    }

    /// # Errors
    /// `Permanent` or `Transient`.
    pub async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        match &self.0 {
            Way::Mailbox(db) => store::keep(db.pool(), letter).await.map_err(|error| MailError::Transient(error.to_string())),
            Way::Console => {
                tracing::info!(to = %letter.to, subject = %letter.subject, message_id = %letter.message_id, "mail\n{}", letter.text);
                Ok(())
            }
            Way::Smtp { transport, from, timeout } => {
                let message = compose(letter, from)?;
                let sent = tokio::time::timeout(*timeout, transport.send(message)).await;
                let sent = sent.map_err(|_| MailError::Transient(format!("the mail server took longer than {timeout:?}")))?;
                sent.map(drop).map_err(|error| {
                    let cause = error.to_string();
                    if error.is_permanent() { MailError::Permanent(cause) } else { MailError::Transient(cause) }
                })
            }
        }
    }
}

/// Headers are typed: lettre encodes what is not plain ASCII, and no value can begin a header of its own.
fn compose(letter: &Letter, from: &Mailbox) -> Result<Message, MailError> {
    let permanent = |cause: &dyn std::fmt::Display| MailError::Permanent(cause.to_string());
    let from = letter.from.mailbox(from).map_err(|error| permanent(&error))?;
    let to = letter.to.as_str().parse().map_err(|error: lettre::address::AddressError| permanent(&error))?;
    Message::builder()
        .from(from)
        .to(Mailbox::new(None, to))
        .subject(&letter.subject)
        .message_id(Some(letter.message_id.clone()))
        .multipart(MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone()))
        .map_err(|error| permanent(&error))
}
