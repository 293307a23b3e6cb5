use sqlx::{PgConnection, PgExecutor};

use super::{Role, User};
use crate::values::{Address, AddressId, Email, SessionId, UserId};

crate::text_column!(Role);

pub async fn insert_user(executor: impl PgExecutor<'_>, user: &User, password_hash: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into users (id, email, name, role, password_hash) values ($1, $2, $3, $4, $5)",
        user.id as _,
        user.email.as_str(),
        user.name,
        user.role.as_str(),
        password_hash,
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// What a sign-in needs to know.
pub struct Account {
    pub user: User,
    pub password_hash: String,
    pub disabled: bool,
}

pub async fn account_by_email(executor: impl PgExecutor<'_>, email: &Email) -> sqlx::Result<Option<Account>> {
    let row = sqlx::query!(
        r#"select id as "id: UserId", email as "email: Email", name, role as "role: Role", password_hash, disabled_at is not null as "disabled!"
           from users where email_key = lower($1)"#,
        email.as_str(),
    )
    .fetch_optional(executor)
    .await?;
    Ok(row.map(|row| Account {
        user: User { id: row.id, email: row.email, name: row.name, role: row.role },
        password_hash: row.password_hash,
        disabled: row.disabled,
    }))
}

pub async fn replace_password_hash(executor: impl PgExecutor<'_>, id: UserId, old: &str, new: &str) -> sqlx::Result<()> {
    sqlx::query!("update users set password_hash = $3 where id = $1 and password_hash = $2", id as _, old, new).execute(executor).await?;
    Ok(())
}

pub async fn make_vendor(executor: impl PgExecutor<'_>, id: UserId) -> sqlx::Result<bool> {
    let done = sqlx::query!("update users set role = 'vendor' where id = $1 and role in ('customer', 'vendor')", id as _)
        .execute(executor)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn insert_session(executor: impl PgExecutor<'_>, id: SessionId, user_id: UserId, user_agent: &str) -> sqlx::Result<()> {
    sqlx::query!("insert into sessions (id, user_id, user_agent) values ($1, $2, $3)", id as _, user_id as _, user_agent)
        .execute(executor)
        .await?;
    Ok(())
}

/// Who acts in this session, if it lives and the account is not disabled: asked at each request.
pub async fn live_user(executor: impl PgExecutor<'_>, session_id: SessionId, user_id: UserId) -> sqlx::Result<Option<User>> {
    sqlx::query_as!(
        User,
        r#"select u.id as "id: UserId", u.email as "email: Email", u.name, u.role as "role: Role"
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

pub async fn revoke_sessions_of(executor: impl PgExecutor<'_>, user_id: UserId, reason: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "update sessions set revoked_at = now(), revoked_reason = $2 where user_id = $1 and revoked_at is null",
        user_id as _,
        reason
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
             u.id as "user_id: UserId", u.email as "email: Email", u.name, u.role as "role: Role"
           from refresh_tokens t join sessions s on s.id = t.session_id join users u on u.id = s.user_id
           where t.hash = $1 for update of t"#,
        hash,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| PresentedToken {
        session_id: row.session_id,
        user: row.live.then_some(User { id: row.user_id, email: row.email, name: row.name, role: row.role }),
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

pub async fn insert_address(executor: impl PgExecutor<'_>, id: AddressId, user_id: UserId, address: &Address) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into addresses (id, user_id, name, line1, line2, city, region, postal_code, country_code) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        id as _,
        user_id as _,
        address.name,
        address.line1,
        address.line2,
        address.city,
        address.region,
        address.postal_code,
        address.country_code,
    )
    .execute(executor)
    .await?;
    Ok(())
}

pub async fn count_addresses(executor: impl PgExecutor<'_>, user_id: UserId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "n!" from addresses where user_id = $1"#, user_id as _).fetch_one(executor).await
}

/// The id of the same address, if the person has it already.
pub async fn same_address(executor: impl PgExecutor<'_>, user_id: UserId, address: &Address) -> sqlx::Result<Option<AddressId>> {
    sqlx::query_scalar!(
        r#"select id as "id: AddressId" from addresses where user_id = $1
           and (name, line1, line2, city, region, postal_code, country_code) = ($2, $3, $4, $5, $6, $7, $8) order by created_at limit 1"#,
        user_id as _,
        address.name,
        address.line1,
        address.line2,
        address.city,
        address.region,
        address.postal_code,
        address.country_code,
    )
    .fetch_optional(executor)
    .await
}

pub async fn addresses(executor: impl PgExecutor<'_>, user_id: UserId) -> sqlx::Result<Vec<(AddressId, Address)>> {
    let rows = sqlx::query!(
        r#"select id as "id: AddressId", name, line1, line2, city, region, postal_code, country_code
           from addresses where user_id = $1 order by created_at desc, id desc"#,
        user_id as _
    )
    .fetch_all(executor)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let address = Address {
                name: row.name,
                line1: row.line1,
                line2: row.line2,
                city: row.city,
                region: row.region,
                postal_code: row.postal_code,
                country_code: row.country_code,
            };
            (row.id, address)
        })
        .collect())
}

pub async fn address(executor: impl PgExecutor<'_>, user_id: UserId, id: AddressId) -> sqlx::Result<Option<Address>> {
    sqlx::query_as!(
        Address,
        "select name, line1, line2, city, region, postal_code, country_code from addresses where id = $1 and user_id = $2",
        id as _,
        user_id as _,
    )
    .fetch_optional(executor)
    .await
}

pub async fn delete_address(executor: impl PgExecutor<'_>, user_id: UserId, id: AddressId) -> sqlx::Result<u64> {
    Ok(sqlx::query!("delete from addresses where id = $1 and user_id = $2", id as _, user_id as _).execute(executor).await?.rows_affected())
}

/// A token for whoever has an account with this address and is not shut out; nothing happens, and nobody is returned, if nobody has.
pub async fn insert_mail_token(
    executor: impl PgExecutor<'_>,
    hash: &[u8],
    purpose: &str,
    email: &Email,
    lifetime_seconds: f64,
) -> sqlx::Result<Option<User>> {
    sqlx::query_as!(
        User,
        r#"with known as (select id, email, name, role from users where email_key = lower($3) and disabled_at is null),
             made as (insert into mail_tokens (hash, purpose, user_id, expires_at)
               select $1, $2, id, now() + make_interval(secs => $4) from known)
           select id as "id: UserId", email as "email: Email", name, role as "role: Role" from known"#,
        hash,
        purpose,
        email.as_str(),
        lifetime_seconds,
    )
    .fetch_optional(executor)
    .await
}

pub async fn mail_token_is_good(executor: impl PgExecutor<'_>, hash: &[u8], purpose: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from mail_tokens where hash = $1 and purpose = $2 and expires_at > now()) as "good!""#,
        hash,
        purpose
    )
    .fetch_one(executor)
    .await
}

/// Whose token it is, if it is good and the account is not shut out.
pub async fn mail_token_user(executor: impl PgExecutor<'_>, hash: &[u8], purpose: &str) -> sqlx::Result<Option<User>> {
    sqlx::query_as!(
        User,
        r#"select u.id as "id: UserId", u.email as "email: Email", u.name, u.role as "role: Role"
           from mail_tokens t join users u on u.id = t.user_id
           where t.hash = $1 and t.purpose = $2 and t.expires_at > now() and u.disabled_at is null"#,
        hash,
        purpose,
    )
    .fetch_optional(executor)
    .await
}

/// Of several uses at once one finds the row.
pub async fn use_mail_token(executor: impl PgExecutor<'_>, hash: &[u8], purpose: &str) -> sqlx::Result<bool> {
    let done = sqlx::query!("delete from mail_tokens where hash = $1 and purpose = $2 and expires_at > now()", hash, purpose)
        .execute(executor)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn delete_mail_tokens_of(executor: impl PgExecutor<'_>, user_id: UserId) -> sqlx::Result<()> {
    sqlx::query!("delete from mail_tokens where user_id = $1", user_id as _).execute(executor).await?;
    Ok(())
}

pub async fn delete_expired_mail_tokens(executor: impl PgExecutor<'_>) -> sqlx::Result<()> {
    sqlx::query!("delete from mail_tokens where expires_at < now()").execute(executor).await?;
    Ok(())
}

pub async fn set_password_hash(executor: impl PgExecutor<'_>, id: UserId, password_hash: &str) -> sqlx::Result<()> {
    sqlx::query!("update users set password_hash = $2 where id = $1", id as _, password_hash).execute(executor).await?;
    Ok(())
}
