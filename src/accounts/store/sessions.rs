use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;

use crate::accounts::{Role, User};
use crate::values::{Email, SessionId, UserId};

pub async fn insert_session(
    executor: impl PgExecutor<'_>,
    id: SessionId,
    user_id: UserId,
    user_agent: &str,
    device: &str,
    device_hash: Option<&[u8]>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into sessions (id, user_id, user_agent, device, device_hash) values ($1, $2, $3, $4, $5)",
        id as _,
        user_id as _,
        user_agent,
        device,
        device_hash,
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// Whether the account has been used before, and never from this device.
pub async fn is_new_device(executor: impl PgExecutor<'_>, user_id: UserId, device_hash: &[u8]) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select count(*) > 0 and count(*) filter (where device_hash = $2) = 0 as "new!" from sessions where user_id = $1"#,
        user_id as _,
        device_hash,
    )
    .fetch_one(executor)
    .await
}

/// A session that lives, as its owner sees it.
pub struct SessionRow {
    pub id: SessionId,
    pub device: String,
    pub created_at: OffsetDateTime,
    pub last_seen_at: OffsetDateTime,
}

/// Those that somebody could still use, the one seen last first.
pub async fn live_sessions(executor: impl PgExecutor<'_>, user_id: UserId) -> sqlx::Result<Vec<SessionRow>> {
    sqlx::query_as!(
        SessionRow,
        r#"select id as "id: SessionId", device, created_at, last_seen_at from sessions s
           where user_id = $1 and revoked_at is null
             and exists (select from refresh_tokens t where t.session_id = s.id and t.used_at is null and t.expires_at > now())
           order by last_seen_at desc, id desc"#,
        user_id as _,
    )
    .fetch_all(executor)
    .await
}

/// Who acts in this session, if it lives and the account is not disabled: asked at each request.
pub async fn live_user(executor: impl PgExecutor<'_>, session_id: SessionId, user_id: UserId) -> sqlx::Result<Option<User>> {
    sqlx::query_as!(
        User,
        r#"select u.id as "id: UserId", u.email as "email: Email", u.name, u.role as "role: Role",
             u.email_verified_at is not null as "email_verified!", u.two_step_at is not null as "two_step!"
           from sessions s join users u on u.id = s.user_id
           where s.id = $1 and u.id = $2 and s.revoked_at is null and u.disabled_at is null"#,
        session_id as _,
        user_id as _,
    )
    .fetch_optional(executor)
    .await
}

pub async fn revoke_session(executor: impl PgExecutor<'_>, id: SessionId, reason: &str) -> sqlx::Result<()> {
    sqlx::query!("update sessions set revoked_at = now(), revoked_reason = $2 where id = $1 and revoked_at is null", id as _, reason)
        .execute(executor)
        .await?;
    Ok(())
}

/// False when it is somebody else's, or no longer lives.
pub async fn revoke_own_session(executor: impl PgExecutor<'_>, user_id: UserId, id: SessionId, reason: &str) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update sessions set revoked_at = now(), revoked_reason = $3 where id = $1 and user_id = $2 and revoked_at is null",
        id as _,
        user_id as _,
        reason
    )
    .execute(executor)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// All but the one that is kept, if there is one.
pub async fn revoke_sessions_of(executor: impl PgExecutor<'_>, user_id: UserId, kept: Option<SessionId>, reason: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "update sessions set revoked_at = now(), revoked_reason = $2 where user_id = $1 and revoked_at is null and ($3::uuid is null or id <> $3)",
        user_id as _,
        reason,
        kept as Option<SessionId>,
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// A refresh token as it stands, with whose it is. `user` is none when session or account no longer lives.
pub struct PresentedToken {
    pub session_id: SessionId,
    pub user: Option<User>,
    pub expired: bool,
    /// How long ago it was exchanged.
    pub used_seconds_ago: Option<f64>,
}

/// Locks the token's row: of several exchanges at once each but the first sees that it was used.
pub async fn lock_refresh_token(connection: &mut PgConnection, hash: &[u8]) -> sqlx::Result<Option<PresentedToken>> {
    let row = sqlx::query!(
        r#"select t.session_id as "session_id: SessionId", (s.revoked_at is null and u.disabled_at is null) as "live!",
             t.expires_at <= now() as "expired!", extract(epoch from clock_timestamp() - t.used_at)::float8 as used_seconds_ago,
             u.id as "user_id: UserId", u.email as "email: Email", u.name, u.role as "role: Role",
             u.email_verified_at is not null as "email_verified!", u.two_step_at is not null as "two_step!"
           from refresh_tokens t join sessions s on s.id = t.session_id join users u on u.id = s.user_id
           where t.hash = $1 for update of t"#,
        hash,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| PresentedToken {
        session_id: row.session_id,
        user: row.live.then_some(User {
            id: row.user_id,
            email: row.email,
            name: row.name,
            role: row.role,
            email_verified: row.email_verified,
            two_step: row.two_step,
        }),
        expired: row.expired,
        used_seconds_ago: row.used_seconds_ago,
    }))
}

pub async fn mark_refresh_token_used(executor: impl PgExecutor<'_>, hash: &[u8]) -> sqlx::Result<()> {
    sqlx::query!("update refresh_tokens set used_at = clock_timestamp() where hash = $1 and used_at is null", hash)
        .execute(executor)
        .await?;
    Ok(())
}

/// A session ends for good at its greatest age, however often it was renewed.
pub async fn insert_refresh_token(
    executor: impl PgExecutor<'_>,
    hash: &[u8],
    session_id: SessionId,
    parent_hash: Option<&[u8]>,
    lifetime_seconds: f64,
    session_seconds: f64,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into refresh_tokens (hash, session_id, parent_hash, expires_at)
         select $1, s.id, $3, least(now() + make_interval(secs => $4), s.created_at + make_interval(secs => $5)) from sessions s where s.id = $2",
        hash,
        session_id as _,
        parent_hash,
        lifetime_seconds,
        session_seconds,
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// Whether the token is in this session, and if so whether it was used.
pub async fn refresh_token_used(executor: impl PgExecutor<'_>, hash: &[u8], session_id: SessionId) -> sqlx::Result<Option<bool>> {
    sqlx::query_scalar!(
        r#"select used_at is not null as "used!" from refresh_tokens where hash = $1 and session_id = $2"#,
        hash,
        session_id as _
    )
    .fetch_optional(executor)
    .await
}

pub async fn touch_session(executor: impl PgExecutor<'_>, id: SessionId) -> sqlx::Result<()> {
    sqlx::query!("update sessions set last_seen_at = now() where id = $1", id as _).execute(executor).await?;
    Ok(())
}

/// Sessions that nobody can use any more: ended, or without a token that could be exchanged.
pub async fn delete_dead_sessions(executor: impl PgExecutor<'_>, kept_seconds: f64, at_most: i64) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "delete from sessions where id in (select s.id from sessions s where s.revoked_at < now() - make_interval(secs => $1)
           or not exists (select from refresh_tokens t where t.session_id = s.id and t.used_at is null and t.expires_at > now() - make_interval(secs => $1))
         limit $2)",
        kept_seconds,
        at_most,
    )
    .execute(executor)
    .await?;
    Ok(done.rows_affected())
}
