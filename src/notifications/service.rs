//! Enqueue in a transaction; send by a worker.

use std::time::Duration;

use uuid::Uuid;

use super::store::{self, Leased};
use super::{Mail, MailboxMail, OutboxMail, OutboxTab, without_secrets};
use crate::error::{AppError, Conflict};
use crate::platform::db::{Db, Tx};
use crate::platform::mailer::{Letter, MailError, Sender};
use crate::platform::state::AppState;
use crate::settings;
use crate::values::{Email, MailId, like_literal};

/// Name of the job that sends mails: `jobs::wake(OUTBOX)` after a commit makes it run at once.
pub const OUTBOX: &str = "outbox";
/// How long a worker may keep a mail. Longer than the mailer's own timeout with all its steps (60 s), so that two workers never hold one mail;
/// not much longer, since a mail in the hands of a killed server waits for its end.
const LEASE: Duration = Duration::from_secs(90);
/// Mails that one worker sends at a time: a mail server that stalls one connection should not stop the rest.
const LANES: usize = 4;
/// Attempts before a mail is given up: with the waits below, about six hours of a mail server that is down.
const MAX_ATTEMPTS: i32 = 14;
const FIRST_WAIT: Duration = Duration::from_secs(5);
const LONGEST_WAIT: Duration = Duration::from_secs(3600);
/// The outbox's own bound, in characters.
const MAX_SUBJECT: usize = 200;
/// What of a mail server's answer is kept for the admin.
const MAX_ERROR: usize = 500;

/// Puts a mail into the outbox; it goes out if and only if the transaction commits. A second mail under the same key is dropped.
///
/// # Errors
/// Those of the database.
pub async fn enqueue(tx: &mut Tx, mail: Mail) -> Result<(), AppError> {
    let subject = one_line(&mail.subject);
    let subject = if subject.is_empty() { mail.kind } else { &subject };
    let shop = settings::service::shop_name(tx).await?;
    let new = store::NewMail {
        kind: mail.kind,
        dedupe_key: &mail.dedupe_key,
        to: &mail.to,
        subject,
        body_text: &mail.content.to_text(&shop),
        body_html: &mail.content.to_html(subject, &shop),
    };
    Ok(store::insert(&mut **tx, new).await?)
}

/// Subjects are headers: one line, no control characters, not longer than the column.
fn one_line(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_SUBJECT).collect();
    text.trim().to_owned()
}

/// Sends what is due, until nothing is. The job `outbox`.
///
/// # Errors
/// Those of the database; what the mail server says is written to the mail's row.
pub async fn send_due(state: AppState) -> Result<(), AppError> {
    futures::future::try_join_all((0..LANES).map(|_| drain(&state))).await?;
    Ok(())
}

async fn drain(state: &AppState) -> Result<(), AppError> {
    while let Some(mail) = store::lease_next(state.db.pool(), LEASE.as_secs_f64()).await? {
        deliver(state, mail).await?;
    }
    Ok(())
}

async fn deliver(state: &AppState, mail: Leased) -> Result<(), AppError> {
    let db = state.db.pool();
    match send(state, &mail).await {
        Ok(()) => store::mark_sent(db, mail.id).await?,
        Err(MailError::Transient(cause)) if mail.attempts < MAX_ATTEMPTS => {
            let wait = wait_after(mail.attempts, jitter());
            tracing::warn!(outbox_id = %mail.id, kind = mail.kind, attempt = mail.attempts, ?wait, %cause, "mail not sent, will try again");
            store::retry_later(db, mail.id, mail.attempts, wait.as_secs_f64(), excerpt(&cause)).await?;
        }
        Err(MailError::Transient(cause) | MailError::Permanent(cause)) => {
            tracing::error!(outbox_id = %mail.id, kind = mail.kind, attempt = mail.attempts, %cause, "mail given up");
            store::mark_dead(db, mail.id, mail.attempts, excerpt(&cause)).await?;
        }
    }
    Ok(())
}

async fn send(state: &AppState, mail: &Leased) -> Result<(), MailError> {
    let to = mail.recipient.parse().map_err(|_| MailError::Permanent("the recipient is not an address".to_owned()))?;
    let site = settings::service::current(&state.db).await.map_err(|error| MailError::Transient(error.to_string()))?;
    let letter = Letter {
        from: Sender { name: site.settings.sender_name.clone(), address: site.settings.sender_address.clone() },
        message_id: message_id(mail.id, &state.config.base_url),
        to,
        subject: mail.subject.clone(),
        text: mail.body_text.clone(),
        html: mail.body_html.clone(),
    };
    state.mailer.send(&letter).await
}

/// From the row's id and our own host: the same at each attempt.
fn message_id(id: Uuid, base_url: &str) -> String {
    let host = base_url.split("://").nth(1).unwrap_or(base_url);
    let host = host.split(['/', ':']).next().filter(|host| !host.is_empty()).unwrap_or("localhost");
    format!("<{id}@{host}>")
}

/// Doubling from five seconds to an hour, shortened by up to a quarter at random so that mails that failed together do not return together.
fn wait_after(attempt: i32, jitter: f64) -> Duration {
    let doublings = u32::try_from(attempt.saturating_sub(1)).unwrap_or(0).min(20);
    let wait = FIRST_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT);
    wait.mul_f64(1.0 - 0.25 * jitter.clamp(0.0, 1.0))
}

/// Evenly from 0 to 1. Random ids are at hand and random enough for this.
fn jitter() -> f64 {
    f64::from(Uuid::new_v4().as_fields().0) / f64::from(u32::MAX)
}

fn excerpt(cause: &str) -> &str {
    cause.char_indices().nth(MAX_ERROR).map_or(cause, |(end, _)| &cause[..end])
}

/// The outbox, newest first, before the given one; of one recipient, or of all whose address begins so.
///
/// # Errors
/// Those of the database.
pub async fn outbox(
    db: &Db,
    tab: OutboxTab,
    recipient: Option<&str>,
    before: Option<MailId>,
    limit: i64,
) -> Result<Vec<OutboxMail>, AppError> {
    let pattern = recipient.map(|text| format!("{}%", like_literal(&text.to_lowercase())));
    Ok(store::outbox(db.pool(), tab, pattern.as_deref(), before, limit).await?)
}

/// One mail of the outbox and what it says, without what opens accounts.
///
/// # Errors
/// `NotFound`.
pub async fn outbox_mail(db: &Db, id: MailId) -> Result<(OutboxMail, String), AppError> {
    let mail = store::outbox_mail(db.pool(), id).await?.ok_or(AppError::NotFound)?;
    let text = store::outbox_text(db.pool(), id).await?.unwrap_or_default();
    Ok((mail, without_secrets(&text)))
}

/// Puts a mail that was given up, or waits for its next attempt, in front of the queue. One that fails once more is given up at once. The
/// caller wakes [`OUTBOX`] after the commit.
///
/// # Errors
/// `NotFound`; `Conflict(Stale)` for a mail that was sent, and for one whose recipient was erased.
pub async fn retry(tx: &mut Tx, id: MailId) -> Result<OutboxMail, AppError> {
    let mail = store::outbox_mail(&mut **tx, id).await?.ok_or(AppError::NotFound)?;
    if store::requeue(&mut **tx, id).await? { Ok(mail) } else { Err(Conflict::Stale.into()) }
}

/// Leaves a mail that was given up as it is: it waits for nobody any more.
///
/// # Errors
/// `NotFound`; `Conflict(Stale)` for a mail that has not failed, or was left before.
pub async fn leave(tx: &mut Tx, id: MailId) -> Result<OutboxMail, AppError> {
    let mail = store::outbox_mail(&mut **tx, id).await?.ok_or(AppError::NotFound)?;
    if store::settle(&mut **tx, id).await? { Ok(mail) } else { Err(Conflict::Stale.into()) }
}

/// Empties all mails to somebody whose account is erased: each holds their name or address.
///
/// # Errors
/// Those of the database.
pub async fn forget_recipient(tx: &mut Tx, recipient: &Email) -> Result<(), AppError> {
    Ok(store::erase_recipient(tx, recipient).await?)
}

/// The newest mails in the mailbox, for the page `/dev/mail`.
///
/// # Errors
/// Those of the database.
pub async fn mailbox(db: &Db, limit: u32) -> Result<Vec<MailboxMail>, AppError> {
    Ok(store::mailbox(db.pool(), i64::from(limit)).await?)
}

/// One mail of the mailbox by its id.
///
/// # Errors
/// `NotFound`.
pub async fn mailbox_mail(db: &Db, id: &str) -> Result<MailboxMail, AppError> {
    store::mailbox_mail(db.pool(), id).await?.ok_or(AppError::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_an_hour() {
        assert_eq!(wait_after(1, 0.0), Duration::from_secs(5));
        assert_eq!(wait_after(4, 0.0), Duration::from_secs(40));
        assert_eq!(wait_after(30, 0.0), LONGEST_WAIT);
        assert_eq!(wait_after(1, 1.0), Duration::from_millis(3750));
        assert!((1..MAX_ATTEMPTS).map(|attempt| wait_after(attempt, 1.0)).sum::<Duration>() > Duration::from_secs(3 * 3600));
    }

    #[test]
    fn the_message_id_names_the_row_and_our_host() {
        let id = Uuid::nil();
        assert_eq!(message_id(id, "https://souk.example/shop"), format!("<{id}@souk.example>"));
        assert_eq!(message_id(id, "http://127.0.0.1:3000"), format!("<{id}@127.0.0.1>"));
    }

    #[test]
    fn a_subject_stays_one_header() {
        assert_eq!(one_line("Hello\r\nBcc: victim@example.com"), "Hello  Bcc: victim@example.com");
        assert_eq!(one_line(&"x".repeat(500)).len(), MAX_SUBJECT);
    }
}
