//! SQL of the inbox of events.

use sqlx::PgExecutor;
use time::OffsetDateTime;

use super::Result;
use crate::payments::inbox::{EventOutcome, InboxEvent};

/// An event that came.
#[derive(Clone, Debug)]
pub struct StoredEvent {
    pub id: String,
    pub kind: String,
    /// What it is about, in the gateway's words.
    pub object_id: Option<String>,
    pub payload: String,
    pub outcome: EventOutcome,
    /// How often it was tried.
    pub attempts: i32,
    pub last_error: Option<String>,
    pub received_at: OffsetDateTime,
}

/// False if the event was done with before.
pub async fn settle(db: impl PgExecutor<'_>, event: InboxEvent<'_>, outcome: EventOutcome) -> Result<bool> {
    let done = sqlx::query!(
        "insert into stripe_events (id, type, object_id, payload, outcome) values ($1, $2, $3, $4, $5)
         on conflict (id) do update set outcome = excluded.outcome, last_error = null, attempts = stripe_events.attempts + 1
         where stripe_events.outcome = 'failed'",
        event.id,
        event.kind,
        event.object_id,
        event.payload,
        outcome as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn fail(db: impl PgExecutor<'_>, event: InboxEvent<'_>, error: &str) -> Result<()> {
    sqlx::query!(
        "insert into stripe_events (id, type, object_id, payload, outcome, last_error) values ($1, $2, $3, $4, 'failed', left($5, 500))
         on conflict (id) do update set last_error = excluded.last_error, attempts = stripe_events.attempts + 1
         where stripe_events.outcome = 'failed'",
        event.id,
        event.kind,
        event.object_id,
        event.payload,
        error
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn is_done(db: impl PgExecutor<'_>, id: &str) -> Result<bool> {
    sqlx::query_scalar!(r#"select exists (select from stripe_events where id = $1 and outcome <> 'failed') as "done!""#, id)
        .fetch_one(db)
        .await
}

pub async fn find(db: impl PgExecutor<'_>, id: &str) -> Result<Option<StoredEvent>> {
    sqlx::query_as!(
        StoredEvent,
        r#"select id, type as kind, object_id, payload, outcome as "outcome: EventOutcome", attempts, last_error, received_at from stripe_events where id = $1"#,
        id
    )
    .fetch_optional(db)
    .await
}

pub async fn failed(db: impl PgExecutor<'_>, limit: i64) -> Result<Vec<StoredEvent>> {
    sqlx::query_as!(
        StoredEvent,
        r#"select id, type as kind, object_id, payload, outcome as "outcome: EventOutcome", attempts, last_error, received_at
           from stripe_events where outcome = 'failed' order by received_at, id limit $1"#,
        limit
    )
    .fetch_all(db)
    .await
}

/// Newest first, before the given one.
pub async fn list(db: impl PgExecutor<'_>, outcome: Option<EventOutcome>, before: Option<&str>, limit: i64) -> Result<Vec<StoredEvent>> {
    sqlx::query_as!(
        StoredEvent,
        r#"select id, type as kind, object_id, '' as "payload!", outcome as "outcome: EventOutcome", attempts, last_error, received_at
           from stripe_events
           where ($1::text is null or outcome = $1)
             and ($2::text is null or (received_at, id) < (select received_at, id from stripe_events where id = $2))
           order by received_at desc, id desc limit $3"#,
        outcome.map(EventOutcome::as_str),
        before,
        limit
    )
    .fetch_all(db)
    .await
}

pub async fn give_up(db: impl PgExecutor<'_>, id: &str) -> Result<bool> {
    let done = sqlx::query!("update stripe_events set outcome = 'ignored', last_error = null where id = $1 and outcome = 'failed'", id);
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn listed_until(db: impl PgExecutor<'_>) -> Result<OffsetDateTime> {
    sqlx::query_scalar!("select until from events_listed").fetch_one(db).await
}

pub async fn set_listed_until(db: impl PgExecutor<'_>, until: OffsetDateTime) -> Result<()> {
    sqlx::query!("update events_listed set until = greatest(until, $1)", until).execute(db).await?;
    Ok(())
}
