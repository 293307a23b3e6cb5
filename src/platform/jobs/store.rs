//! SQL of the leases.

use std::time::Duration;

use sqlx::PgExecutor;
use uuid::Uuid;

use super::JobState;

pub(super) async fn ensure(db: impl PgExecutor<'_>, name: &str) -> Result<(), sqlx::Error> {
    sqlx::query!("insert into job_leases (name) values ($1) on conflict (name) do nothing", name).execute(db).await?;
    Ok(())
}

/// One statement, so that of two claims one finds the row already moved. A wake overrides the period and never a lease.
pub(super) async fn claim(db: impl PgExecutor<'_>, name: &str, holder: Uuid, lease: Duration, woken: bool) -> Result<bool, sqlx::Error> {
    let claimed = sqlx::query!(
        "update job_leases set holder = $2, leased_until = now() + make_interval(secs => $3), last_started_at = now()
         where name = $1 and leased_until <= now() and (next_run_at <= now() or $4)",
        name,
        holder,
        lease.as_secs_f64(),
        woken
    )
    .execute(db)
    .await?;
    Ok(claimed.rows_affected() == 1)
}

pub(super) async fn renew(db: impl PgExecutor<'_>, name: &str, holder: Uuid, lease: Duration) -> Result<bool, sqlx::Error> {
    let renewed = sqlx::query!(
        "update job_leases set leased_until = now() + make_interval(secs => $3) where name = $1 and holder = $2",
        name,
        holder,
        lease.as_secs_f64()
    )
    .execute(db)
    .await?;
    Ok(renewed.rows_affected() == 1)
}

/// Gives the lease back. Does nothing if another has it by now.
pub(super) async fn finish(
    db: impl PgExecutor<'_>,
    name: &str,
    holder: Uuid,
    next: Duration,
    error: Option<&str>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update job_leases set holder = null, leased_until = '-infinity', next_run_at = now() + make_interval(secs => $3),
           last_finished_at = now(), last_error = $4
         where name = $1 and holder = $2",
        name,
        holder,
        next.as_secs_f64(),
        error
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Until the job is due and free, as far as is known.
pub(super) async fn due_in(db: impl PgExecutor<'_>, name: &str) -> Result<Duration, sqlx::Error> {
    let seconds = sqlx::query_scalar!(
        r#"select greatest(0, extract(epoch from greatest(next_run_at, leased_until) - now()))::float8 as "seconds!" from job_leases where name = $1"#,
        name
    )
    .fetch_one(db)
    .await?;
    Ok(Duration::try_from_secs_f64(seconds).unwrap_or_default())
}

pub(super) async fn states(db: impl PgExecutor<'_>) -> Result<Vec<JobState>, sqlx::Error> {
    sqlx::query_as!(
        JobState,
        "select name, case when leased_until > now() then holder end as holder, next_run_at, last_started_at, last_finished_at, last_error
         from job_leases order by name"
    )
    .fetch_all(db)
    .await
}

/// As it stood before.
pub(super) async fn make_due(db: impl PgExecutor<'_>, name: &str) -> Result<Option<JobState>, sqlx::Error> {
    sqlx::query_as!(
        JobState,
        r#"with known as (select * from job_leases where name = $1 for update),
             due as (update job_leases j set next_run_at = now() from known where j.name = known.name)
           select name, case when leased_until > now() then holder end as holder, next_run_at, last_started_at, last_finished_at, last_error
           from known"#,
        name
    )
    .fetch_optional(db)
    .await
}
