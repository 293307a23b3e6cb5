//! Fixed-window counters in the database: right for several instances too.

use std::time::Duration;

use super::db::Db;
use crate::error::AppError;

/// Counts one attempt under `key`.
///
/// # Errors
/// `TooManyRequests` once more than `limit` attempts fall into one window.
pub async fn hit(db: &Db, key: &str, limit: u32, window: Duration) -> Result<(), AppError> {
    let seconds = window.as_secs_f64();
    let row = sqlx::query!(
        r#"insert into rate_limits (key, window_start) values ($1, to_timestamp(floor(extract(epoch from now())::float8 / $2) * $2))
           on conflict (key, window_start) do update set hits = rate_limits.hits + 1
           returning hits, (extract(epoch from window_start)::float8 + $2 - extract(epoch from now())::float8) as "left!""#,
        key,
        seconds,
    )
    .fetch_one(db.pool())
    .await?;
    if u32::try_from(row.hits).unwrap_or(u32::MAX) <= limit {
        return Ok(());
    }
    Err(AppError::TooManyRequests { retry_after_s: row.left.ceil().max(1.0) as u32 })
}

/// Forgets the attempts under `key`: they turned out to be honest ones.
///
/// # Errors
/// Those of the database.
pub async fn forget(db: &Db, key: &str) -> Result<(), AppError> {
    sqlx::query!("delete from rate_limits where key = $1", key).execute(db.pool()).await?;
    Ok(())
}
