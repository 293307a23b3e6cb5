use sqlx::PgExecutor;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{MailboxMail, OutboxMail, OutboxTab};
use crate::values::{Email, MailId};

crate::text_column!(OutboxTab);

/// A mail as the outbox keeps it: rendered when it was enqueued, so that it says what was true then.
pub struct NewMail<'a> {
    pub kind: &'a str,
    pub dedupe_key: &'a str,
    pub to: &'a Email,
    pub subject: &'a str,
    pub body_text: &'a str,
    pub body_html: &'a str,
}

pub async fn insert(executor: impl PgExecutor<'_>, mail: NewMail<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into outbox (id, kind, dedupe_key, recipient, subject, body_text, body_html) values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (dedupe_key) do nothing",
        Uuid::now_v7(),
        mail.kind,
        mail.dedupe_key,
        mail.to.as_str(),
        mail.subject,
        mail.body_text,
        mail.body_html,
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// A mail in the hands of this worker until its lease runs out.
pub struct Leased {
    pub id: Uuid,
    pub kind: String,
    pub recipient: String,
    pub subject: String,
    pub body_text: String,
    pub body_html: String,
    /// Which attempt this is, from 1. Also the fence: a worker whose lease ran out knows an older number.
    pub attempts: i32,
}

pub async fn lease_next(executor: impl PgExecutor<'_>, lease_seconds: f64) -> sqlx::Result<Option<Leased>> {
    sqlx::query_as!(
        Leased,
        "update outbox set leased_until = now() + make_interval(secs => $1), attempts = attempts + 1
         where id = (select id from outbox where status = 'queued' and next_attempt_at <= now() and (leased_until is null or leased_until < now())
                     order by next_attempt_at, id limit 1 for update skip locked)
         returning id, kind, recipient, subject, body_text, body_html, attempts",
        lease_seconds,
    )
    .fetch_optional(executor)
    .await
}

pub async fn mark_sent(executor: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        "update outbox set status = 'sent', sent_at = now(), leased_until = null, last_error = null where id = $1 and status = 'queued'",
        id
    )
    .execute(executor)
    .await?;
    Ok(())
}

pub async fn retry_later(executor: impl PgExecutor<'_>, id: Uuid, attempts: i32, delay_seconds: f64, error: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "update outbox set next_attempt_at = now() + make_interval(secs => $3), leased_until = null, last_error = $4
         where id = $1 and status = 'queued' and attempts = $2",
        id,
        attempts,
        delay_seconds,
        error,
    )
    .execute(executor)
    .await?;
    Ok(())
}

pub async fn mark_dead(executor: impl PgExecutor<'_>, id: Uuid, attempts: i32, error: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "update outbox set status = 'dead', leased_until = null, last_error = $3 where id = $1 and status = 'queued' and attempts = $2",
        id,
        attempts,
        error,
    )
    .execute(executor)
    .await?;
    Ok(())
}

pub async fn mailbox(executor: impl PgExecutor<'_>, limit: i64) -> sqlx::Result<Vec<MailboxMail>> {
    sqlx::query_as!(
        MailboxMail,
        r#"select trim(both '<>' from message_id) as "id!", recipient, subject, body_text, body_html, received_at as "received_at: OffsetDateTime"
           from mailbox order by received_at desc, message_id desc limit $1"#,
        limit,
    )
    .fetch_all(executor)
    .await
}

pub async fn mailbox_mail(executor: impl PgExecutor<'_>, id: &str) -> sqlx::Result<Option<MailboxMail>> {
    sqlx::query_as!(
        MailboxMail,
        r#"select trim(both '<>' from message_id) as "id!", recipient, subject, body_text, body_html, received_at as "received_at: OffsetDateTime"
           from mailbox where message_id = '<' || $1::text || '>'"#,
        id,
    )
    .fetch_optional(executor)
    .await
}

/// Newest first, before the given one. `pattern` is of a LIKE over addresses in small letters.
pub async fn outbox(
    executor: impl PgExecutor<'_>,
    tab: OutboxTab,
    pattern: Option<&str>,
    before: Option<MailId>,
    limit: i64,
) -> sqlx::Result<Vec<OutboxMail>> {
    sqlx::query_as!(
        OutboxMail,
        r#"select id as "id: MailId", kind, recipient, subject, $1::text as "state!: OutboxTab", attempts, last_error, created_at, sent_at,
             next_attempt_at, settled_at is not null as "settled!"
           from outbox
           where status = case $1 when 'waiting' then 'queued' when 'failed' then 'dead' else 'sent' end
             and ($2::text is null or lower(recipient) like $2) and ($3::uuid is null or id < $3)
           order by id desc limit $4"#,
        tab.as_str(),
        pattern,
        before as Option<MailId>,
        limit
    )
    .fetch_all(executor)
    .await
}

pub async fn outbox_mail(executor: impl PgExecutor<'_>, id: MailId) -> sqlx::Result<Option<OutboxMail>> {
    sqlx::query_as!(
        OutboxMail,
        r#"select id as "id: MailId", kind, recipient, subject,
             case status when 'queued' then 'waiting' when 'dead' then 'failed' else 'sent' end as "state!: OutboxTab", attempts, last_error,
             created_at, sent_at, next_attempt_at, settled_at is not null as "settled!"
           from outbox where id = $1"#,
        id as _
    )
    .fetch_optional(executor)
    .await
}

pub async fn outbox_text(executor: impl PgExecutor<'_>, id: MailId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("select body_text from outbox where id = $1", id as _).fetch_optional(executor).await
}

/// A lease stays: whoever has the mail in hand finishes. What was erased has no text, and nobody to go to.
pub async fn requeue(executor: impl PgExecutor<'_>, id: MailId) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update outbox set status = 'queued', next_attempt_at = now(), settled_at = null
         where id = $1 and status in ('dead', 'queued') and body_text <> ''",
        id as _
    );
    Ok(done.execute(executor).await?.rows_affected() == 1)
}

pub async fn settle(executor: impl PgExecutor<'_>, id: MailId) -> sqlx::Result<bool> {
    let done = sqlx::query!("update outbox set settled_at = now() where id = $1 and status = 'dead' and settled_at is null", id as _);
    Ok(done.execute(executor).await?.rows_affected() == 1)
}

/// The rows stay without their contents: that a receipt was sent is part of the order's books. What waits is not sent any more.
pub async fn erase_recipient(connection: &mut sqlx::PgConnection, recipient: &Email) -> sqlx::Result<()> {
    sqlx::query!(
        "update outbox set recipient = 'erased@account.invalid', subject = 'Erased', body_text = '', body_html = '',
           status = case when status = 'queued' then 'dead' else status end, settled_at = now() where lower(recipient) = lower($1)",
        recipient.as_str()
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!("delete from mailbox where lower(recipient) = lower($1)", recipient.as_str()).execute(connection).await?;
    Ok(())
}
