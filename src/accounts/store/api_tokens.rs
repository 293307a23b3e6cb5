use sqlx::PgExecutor;
use time::OffsetDateTime;

use crate::accounts::{Role, Scope, User};
use crate::values::{ApiTokenId, Email, UserId};

pub struct NewToken<'a> {
    pub id: ApiTokenId,
    pub user_id: UserId,
    pub name: &'a str,
    pub hash: &'a [u8],
    pub beginning: &'a str,
    pub scopes: &'a [Scope],
    pub unseen: &'a [u8],
}

pub struct TokenRow {
    pub id: ApiTokenId,
    pub name: String,
    pub beginning: String,
    pub scopes: Vec<String>,
    pub created_at: OffsetDateTime,
    pub last_used_at: Option<OffsetDateTime>,
}

/// Whom a token speaks for, and what it may.
pub struct HolderRow {
    pub token_id: ApiTokenId,
    pub scopes: Vec<String>,
    pub user: User,
}

pub async fn insert(executor: impl PgExecutor<'_>, new: &NewToken<'_>) -> sqlx::Result<()> {
    let scopes: Vec<String> = new.scopes.iter().map(ToString::to_string).collect();
    sqlx::query!(
        "insert into api_tokens (id, user_id, name, hash, beginning, scopes, unseen) values ($1, $2, $3, $4, $5, $6, $7)",
        new.id as _,
        new.user_id as _,
        new.name,
        new.hash,
        new.beginning,
        &scopes,
        new.unseen
    )
    .execute(executor)
    .await?;
    Ok(())
}

pub async fn count(executor: impl PgExecutor<'_>, user_id: UserId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from api_tokens where user_id = $1 and revoked_at is null"#, user_id as _)
        .fetch_one(executor)
        .await
}

/// Those that live, newest first.
pub async fn list(executor: impl PgExecutor<'_>, user_id: UserId) -> sqlx::Result<Vec<TokenRow>> {
    sqlx::query_as!(
        TokenRow,
        r#"select id as "id: ApiTokenId", name, beginning, scopes, created_at, last_used_at from api_tokens
           where user_id = $1 and revoked_at is null order by created_at desc, id desc"#,
        user_id as _
    )
    .fetch_all(executor)
    .await
}

/// The sealed text, which is gone from here afterwards.
pub async fn take_unseen(executor: impl PgExecutor<'_>, user_id: UserId, id: ApiTokenId) -> sqlx::Result<Option<Vec<u8>>> {
    let unseen = sqlx::query_scalar!(
        "with known as (select id, unseen from api_tokens where id = $1 and user_id = $2 and revoked_at is null for update)
         update api_tokens t set unseen = null from known where t.id = known.id and known.unseen is not null returning known.unseen",
        id as _,
        user_id as _
    )
    .fetch_optional(executor)
    .await?;
    Ok(unseen.flatten())
}

/// False for somebody else's, and for one that is revoked.
pub async fn revoke(executor: impl PgExecutor<'_>, user_id: UserId, id: ApiTokenId) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update api_tokens set revoked_at = now(), unseen = null where id = $1 and user_id = $2 and revoked_at is null",
        id as _,
        user_id as _
    )
    .execute(executor)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whoever uses it often writes once a minute.
pub async fn holder(executor: impl PgExecutor<'_>, hash: &[u8]) -> sqlx::Result<Option<HolderRow>> {
    let row = sqlx::query!(
        r#"with used as (
             update api_tokens set last_used_at = now()
             where hash = $1 and revoked_at is null and (last_used_at is null or last_used_at < now() - interval '1 minute'))
           select t.id as "token_id: ApiTokenId", t.scopes, u.id as "id: UserId", u.email as "email: Email", u.name, u.role as "role: Role",
             u.email_verified_at is not null as "email_verified!", u.two_step_at is not null as "two_step!"
           from api_tokens t join users u on u.id = t.user_id where t.hash = $1 and t.revoked_at is null and u.disabled_at is null"#,
        hash
    )
    .fetch_optional(executor)
    .await?;
    Ok(row.map(|row| HolderRow {
        token_id: row.token_id,
        scopes: row.scopes,
        user: User {
            id: row.id,
            email: row.email,
            name: row.name,
            role: row.role,
            email_verified: row.email_verified,
            two_step: row.two_step,
        },
    }))
}
