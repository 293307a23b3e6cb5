//! Background jobs, and how the whole does.

use std::time::Duration;

use serde_json::json;

use crate::accounts::guard::Admin;
use crate::audit::{self, AuditEntry};
use crate::dashboard::{DatabaseHealth, DiskHealth, Health, Stuck, store};
use crate::error::AppError;
use crate::payments::refunds::HANGS_AFTER;
use crate::platform::db::Db;
use crate::platform::health;
use crate::platform::jobs::{self, JobState};
use crate::platform::state::AppState;

use super::STUCK_AFTER_MINUTES;

/// Payments and refunds that are named; more of them have one cause.
const NAMED: i64 = 20;

/// Events that the lag is taken from: the last ones that came.
pub(super) const LAG_OF: i64 = 50;

/// # Errors
/// `Offline`.
pub async fn jobs(db: &Db, _: &Admin) -> Result<Vec<JobState>, AppError> {
    jobs::states(db).await
}

/// Runs a job as soon as an instance is free for it.
///
/// # Errors
/// `NotFound`.
pub async fn run(db: &Db, admin: &Admin, name: &str) -> Result<(), AppError> {
    let mut tx = db.begin().await?;
    let job = jobs::make_due(&mut tx, name).await?;
    let entry = AuditEntry {
        actor: Some(admin.customer().user_id()),
        action: "job.started",
        object_kind: "job",
        object_id: None,
        before: Some(json!({ "name": job.name, "error": job.last_error })),
        after: None,
        reason: None,
    };
    audit::service::record(&mut tx, entry).await?;
    tx.commit().await?;
    jobs::wake_by_name(name);
    Ok(())
}

pub(super) fn seconds(seconds: Option<f64>) -> Option<Duration> {
    seconds.map(|seconds| Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or_default())
}

/// # Errors
/// `Offline`.
pub async fn health(state: &AppState, _: &Admin) -> Result<Health, AppError> {
    let pool = state.db.pool();
    // Before the reader takes one of them.
    let (connections, idle) = (pool.size(), u32::try_from(pool.num_idle()).unwrap_or(u32::MAX));
    let mut reader = state.db.reader().await?;
    let row = store::health::database(&mut *reader, LAG_OF).await?;
    let (migrations, newest_migration) = store::health::migrations(&mut *reader).await?;
    let stuck = store::health::stuck(&mut *reader, HANGS_AFTER, STUCK_AFTER_MINUTES, NAMED).await?;
    drop(reader);
    Ok(Health {
        version: env!("CARGO_PKG_VERSION"),
        uptime: health::uptime(),
        production: state.config.production,
        database: DatabaseHealth {
            version: row.version,
            bytes: row.bytes.unsigned_abs(),
            migrations,
            newest_migration,
            connections,
            idle,
            connections_allowed: row.connections_allowed,
        },
        mails_waiting: row.mails_waiting,
        mails_lag: seconds(row.mails_lag),
        events_lag: seconds(row.events_lag),
        last_event_at: row.last_event_at,
        audit_unsealed: row.audit_unsealed,
        audit_head: row.audit_head.zip(row.audit_hash),
        check: row.checked_at.zip(row.broken),
        disk: disk(state).await,
        stuck: stuck
            .into_iter()
            .map(|row| Stuck { order: row.order, number: row.number, refund: row.refund, since: row.since, error: row.error })
            .collect(),
    })
}

/// Of the disk on which pictures lie; none where they lie in a bucket.
async fn disk(state: &AppState) -> Option<DiskHealth> {
    if state.config.s3.is_some() {
        return None;
    }
    let folder = state.config.media_dir.clone();
    // Before the first picture the folder is not there yet, and the disk is.
    let look = move || folder.ancestors().find_map(|folder| rustix::fs::statvfs(folder).ok());
    let found = tokio::task::spawn_blocking(look).await;
    let found = found.ok()??;
    Some(DiskHealth { free: found.f_bavail * found.f_frsize, total: found.f_blocks * found.f_frsize })
}
