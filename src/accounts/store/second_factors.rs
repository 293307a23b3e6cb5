use sqlx::PgExecutor;

use crate::accounts::{Role, User};
use crate::values::{Email, UserId};

/// A seed that is not confirmed yet may be replaced; a confirmed one stays.
pub async fn replace_seed(executor: impl PgExecutor<'_>, user_id: UserId, sealed_seed: &[u8]) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into second_factors (user_id, sealed_seed) select id, $2 from users where id = $1 and two_step_at is null
         on conflict (user_id) do update set sealed_seed = excluded.sealed_seed, last_step = 0, used_recovery_codes = 0, created_at = now()
           where not exists (select from users where id = $1 and two_step_at is not null)",
        user_id as _,
        sealed_seed,
    )
    .execute(executor)
    .await?;
    Ok(())
}

pub async fn sealed_seed(executor: impl PgExecutor<'_>, user_id: UserId) -> sqlx::Result<Option<Vec<u8>>> {
    sqlx::query_scalar!("select sealed_seed from second_factors where user_id = $1", user_id as _).fetch_optional(executor).await
}

/// Compare and set: of one code sent twice one counts.
pub async fn use_step(executor: impl PgExecutor<'_>, user_id: UserId, step: i64) -> sqlx::Result<bool> {
    let done = sqlx::query!("update second_factors set last_step = $2 where user_id = $1 and last_step < $2", user_id as _, step)
        .execute(executor)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Compare and set: a recovery code is good once.
pub async fn use_recovery_code(executor: impl PgExecutor<'_>, user_id: UserId, bit: i32) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update second_factors set used_recovery_codes = used_recovery_codes | $2 where user_id = $1 and used_recovery_codes & $2 = 0",
        user_id as _,
        bit,
    )
    .execute(executor)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn used_recovery_codes(executor: impl PgExecutor<'_>, user_id: UserId) -> sqlx::Result<Option<i32>> {
    sqlx::query_scalar!("select used_recovery_codes from second_factors where user_id = $1", user_id as _).fetch_optional(executor).await
}

/// False when it already was so.
pub async fn turn_on(executor: impl PgExecutor<'_>, user_id: UserId) -> sqlx::Result<bool> {
    let done =
        sqlx::query!("update users set two_step_at = now() where id = $1 and two_step_at is null", user_id as _).execute(executor).await?;
    Ok(done.rows_affected() == 1)
}

pub async fn turn_off(executor: impl PgExecutor<'_>, user_id: UserId) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "with gone as (delete from second_factors where user_id = $1)
         update users set two_step_at = null where id = $1 and two_step_at is not null",
        user_id as _
    )
    .execute(executor)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn insert_challenge(executor: impl PgExecutor<'_>, hash: &[u8], user_id: UserId, lifetime_seconds: f64) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into sign_in_challenges (hash, user_id, expires_at) values ($1, $2, now() + make_interval(secs => $3))",
        hash,
        user_id as _,
        lifetime_seconds,
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// Who gave the right password, if that was a moment ago and the account is not shut out since.
pub async fn challenged(executor: impl PgExecutor<'_>, hash: &[u8]) -> sqlx::Result<Option<User>> {
    sqlx::query_as!(
        User,
        r#"select u.id as "id: UserId", u.email as "email: Email", u.name, u.role as "role: Role",
             u.email_verified_at is not null as "email_verified!", u.two_step_at is not null as "two_step!"
           from sign_in_challenges c join users u on u.id = c.user_id
           where c.hash = $1 and c.expires_at > now() and u.disabled_at is null"#,
        hash,
    )
    .fetch_optional(executor)
    .await
}

/// Of several uses at once one finds the row.
pub async fn take_challenge(executor: impl PgExecutor<'_>, hash: &[u8]) -> sqlx::Result<bool> {
    let done = sqlx::query!("delete from sign_in_challenges where hash = $1", hash).execute(executor).await?;
    Ok(done.rows_affected() == 1)
}

/// A password that was changed proves nothing any more.
pub async fn delete_challenges_of(executor: impl PgExecutor<'_>, user_id: UserId) -> sqlx::Result<()> {
    sqlx::query!("delete from sign_in_challenges where user_id = $1", user_id as _).execute(executor).await?;
    Ok(())
}

pub async fn delete_expired_challenges(executor: impl PgExecutor<'_>) -> sqlx::Result<()> {
    sqlx::query!("delete from sign_in_challenges where expires_at < now()").execute(executor).await?;
    Ok(())
}
