//! Requests that are done once, however often they are sent: a key that its sender made up, and what was answered under it. Many instances
//! may get the same request at once; one of them takes the key.

use std::time::Duration;

use super::db::Db;
use super::state::AppState;
use crate::error::AppError;
use crate::values::UserId;

/// For how long a key stands: retries come within minutes, and a day covers a client that was switched off over night.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);
/// After this whoever took a key is taken for dead: several times what a request may take.
const TAKEN_FOR: Duration = Duration::from_secs(120);

/// A key of somebody's, and what it stands for.
#[derive(Clone, Debug)]
pub struct KeyedRequest {
    pub person: UserId,
    pub key: String,
    pub fingerprint: [u8; 32],
}

/// What was answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeptAnswer {
    pub status: u16,
    pub content_type: Option<String>,
    pub etag: Option<String>,
    pub body: Vec<u8>,
}

/// What is to be done about a request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Claim {
    /// It is the caller's to do: [`keep`] or [`release`] follows.
    Taken,
    /// It was done before.
    Done(KeptAnswer),
    /// Somebody is at it.
    InProgress,
    /// The key stands for another request.
    Another,
}

/// # Errors
/// `Offline` when the database is away.
pub async fn claim(db: &Db, request: &KeyedRequest) -> Result<Claim, AppError> {
    let taken = sqlx::query!(
        "insert into idempotency_keys as known (user_id, key, fingerprint, taken_until) values ($1, $2, $3, now() + make_interval(secs => $4))
         on conflict (user_id, key) do update set taken_until = excluded.taken_until
         where known.status is null and known.taken_until < now() and known.fingerprint = excluded.fingerprint",
        request.person as _,
        request.key,
        &request.fingerprint,
        TAKEN_FOR.as_secs_f64()
    )
    .execute(db.pool())
    .await?;
    if taken.rows_affected() == 1 {
        return Ok(Claim::Taken);
    }
    let known = sqlx::query!(
        "select fingerprint, status, content_type, etag, body from idempotency_keys where user_id = $1 and key = $2",
        request.person as _,
        request.key
    )
    .fetch_optional(db.pool())
    .await?;
    // Gone in between: it was refused, and may be tried again.
    let Some(known) = known else { return Ok(Claim::InProgress) };
    if known.fingerprint != request.fingerprint {
        return Ok(Claim::Another);
    }
    Ok(match known.status {
        None => Claim::InProgress,
        Some(status) => Claim::Done(KeptAnswer {
            status: u16::try_from(status).unwrap_or(200),
            content_type: known.content_type,
            etag: known.etag,
            body: known.body.unwrap_or_default(),
        }),
    })
}

/// # Errors
/// `Offline` when the database is away; the key is free again after a while.
pub async fn keep(db: &Db, request: &KeyedRequest, answer: &KeptAnswer) -> Result<(), AppError> {
    sqlx::query!(
        "update idempotency_keys set status = $3, content_type = $4, etag = $5, body = $6 where user_id = $1 and key = $2",
        request.person as _,
        request.key,
        i16::try_from(answer.status).unwrap_or(200),
        answer.content_type,
        answer.etag,
        answer.body
    )
    .execute(db.pool())
    .await?;
    Ok(())
}

/// Nothing was done, so the request may be sent again under its key.
///
/// # Errors
/// As [`keep`].
pub async fn release(db: &Db, request: &KeyedRequest) -> Result<(), AppError> {
    sqlx::query!("delete from idempotency_keys where user_id = $1 and key = $2 and status is null", request.person as _, request.key)
        .execute(db.pool())
        .await?;
    Ok(())
}

/// Forgets old keys. A job.
///
/// # Errors
/// `Offline` when the database is away.
pub async fn prune(state: AppState) -> Result<(), AppError> {
    sqlx::query!("delete from idempotency_keys where created_at < now() - make_interval(secs => $1)", KEPT.as_secs_f64())
        .execute(state.db.pool())
        .await?;
    Ok(())
}
