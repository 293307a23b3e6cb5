use sqlx::PgExecutor;
use uuid::Uuid;

use super::AuditEntry;
use crate::values::UserId;

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

/// How many were sealed.
pub async fn seal(executor: impl PgExecutor<'_>, at_most: i32) -> sqlx::Result<i32> {
    sqlx::query_scalar!(r#"select seal_audit_log($1) as "sealed!""#, at_most).fetch_one(executor).await
}

/// Without its salt a digest tells nothing, not even to who guesses what it was made of.
pub async fn forget_salts(executor: impl PgExecutor<'_>, user: UserId) -> sqlx::Result<()> {
    sqlx::query!(
        "update audit_seals s set salt = null from audit_log a
         where a.id = s.entry_id and a.object_kind = 'user' and a.object_id = $1 and s.salt is not null",
        user as _
    )
    .execute(executor)
    .await?;
    Ok(())
}

pub async fn forget_values(executor: impl PgExecutor<'_>, user: UserId) -> sqlx::Result<()> {
    sqlx::query!(
        "update audit_log set before = null, after = null, reason = null, erased_at = now()
         where object_kind = 'user' and object_id = $1 and erased_at is null",
        user as _
    )
    .execute(executor)
    .await?;
    Ok(())
}
