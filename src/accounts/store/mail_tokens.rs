use sqlx::PgExecutor;

use crate::accounts::{MailPurpose, Role, User};
use crate::values::{Email, UserId};

/// `new_email` is where an account moves to, and none for the other purposes.
pub async fn insert(
    executor: impl PgExecutor<'_>,
    hash: &[u8],
    purpose: MailPurpose,
    user_id: UserId,
    new_email: Option<&Email>,
    lifetime_seconds: f64,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into mail_tokens (hash, purpose, user_id, new_email, expires_at) values ($1, $2, $3, $4, now() + make_interval(secs => $5))",
        hash,
        purpose.as_str(),
        user_id as _,
        new_email.map(Email::as_str),
        lifetime_seconds,
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// What a good token is for.
pub struct Presented {
    pub user: User,
    pub new_email: Option<Email>,
}

/// None when the token is used up, too old, for another purpose, or of somebody who is shut out.
pub async fn find(executor: impl PgExecutor<'_>, hash: &[u8], purpose: MailPurpose) -> sqlx::Result<Option<Presented>> {
    let row = sqlx::query!(
        r#"select u.id as "id: UserId", u.email as "email: Email", u.name, u.role as "role: Role",
             u.email_verified_at is not null as "email_verified!", u.two_step_at is not null as "two_step!", t.new_email as "new_email: Email"
           from mail_tokens t join users u on u.id = t.user_id
           where t.hash = $1 and t.purpose = $2 and t.expires_at > now() and u.disabled_at is null"#,
        hash,
        purpose.as_str(),
    )
    .fetch_optional(executor)
    .await?;
    Ok(row.map(|row| Presented {
        user: User {
            id: row.id,
            email: row.email,
            name: row.name,
            role: row.role,
            email_verified: row.email_verified,
            two_step: row.two_step,
        },
        new_email: row.new_email,
    }))
}

/// Of several uses at once one finds the row.
pub async fn take(executor: impl PgExecutor<'_>, hash: &[u8], purpose: MailPurpose) -> sqlx::Result<bool> {
    let done = sqlx::query!("delete from mail_tokens where hash = $1 and purpose = $2 and expires_at > now()", hash, purpose.as_str())
        .execute(executor)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn delete_of(executor: impl PgExecutor<'_>, user_id: UserId) -> sqlx::Result<()> {
    sqlx::query!("delete from mail_tokens where user_id = $1", user_id as _).execute(executor).await?;
    Ok(())
}

pub async fn delete_expired(executor: impl PgExecutor<'_>) -> sqlx::Result<()> {
    sqlx::query!("delete from mail_tokens where expires_at < now()").execute(executor).await?;
    Ok(())
}
