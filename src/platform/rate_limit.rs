//! Counters that all instances share: a fixed window per key, in one statement, so that parallel attempts cannot slip past each other.

use std::time::Duration;

use super::db::Db;
use super::state::AppState;
use crate::error::AppError;

/// Counters older than the longest window in use say nothing any more.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// Counts one attempt under `key`, of which a window takes `limit`. An attempt that is refused counts as well.
///
/// # Errors
/// `TooManyRequests` with the time until the window ends; `Offline` when the database is away.
pub async fn hit(db: &Db, key: &str, limit: u32, window: Duration) -> Result<(), AppError> {
    let row = sqlx::query!(
        r#"
        insert into rate_limits as counter (key, window_start)
        values ($1, to_timestamp(floor(extract(epoch from now())::float8 / $2) * $2))
        on conflict (key, window_start) do update set hits = least(counter.hits, 1000000000) + 1
        returning hits, extract(epoch from counter.window_start + make_interval(secs => $2) - now())::float8 as "seconds_left!"
        "#,
        key,
        window.as_secs_f64()
    )
    .fetch_one(db.pool())
    .await?;
    if i64::from(row.hits) <= i64::from(limit) {
        return Ok(());
    }
    metrics::counter!("souk_rate_limited_total").increment(1);
    // Between one second and the window, so the cast is exact enough.
    let retry_after_s = row.seconds_left.ceil().clamp(1.0, window.as_secs_f64().max(1.0)) as u32;
    Err(AppError::TooManyRequests { retry_after_s })
}

/// Deletes counters of windows long past. A job.
///
/// # Errors
/// `Offline` when the database is away.
pub async fn prune(state: AppState) -> Result<(), AppError> {
    sqlx::query!("delete from rate_limits where window_start < now() - make_interval(secs => $1)", KEPT.as_secs_f64())
        .execute(state.db.pool())
        .await?;
    Ok(())
}

/// Forgets the attempts under `key`: they turned out to be honest ones.
///
/// # Errors
/// Those of the database.
pub async fn forget(db: &Db, key: &str) -> Result<(), AppError> {
    sqlx::query!("delete from rate_limits where key = $1", key).execute(db.pool()).await?;
    Ok(())
}
