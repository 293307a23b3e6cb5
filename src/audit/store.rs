use sqlx::PgExecutor;
use uuid::Uuid;

use super::AuditEntry;

pub async fn insert(executor: impl PgExecutor<'_>, entry: &AuditEntry) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into audit_log (id, actor_id, action, object_kind, object_id, before, after, reason) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        Uuid::now_v7(),
        entry.actor as _,
        entry.action,
        entry.object_kind,
        entry.object_id,
        entry.before,
        entry.after,
        entry.reason,
    )
    .execute(executor)
    .await?;
    Ok(())
}
