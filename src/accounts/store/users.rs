use sqlx::PgExecutor;
use time::OffsetDateTime;

use crate::accounts::{Role, User};
use crate::values::{Email, UserId};

/// Of several attempts at one address one makes the account; the others are told no.
pub async fn insert_user(executor: impl PgExecutor<'_>, user: &User, password_hash: &str) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into users (id, email, name, role, password_hash, email_verified_at)
         values ($1, $2, $3, $4, $5, case when $6 then now() end) on conflict on constraint users_email_key do nothing",
        user.id as _,
        user.email.as_str(),
        user.name,
        user.role.as_str(),
        password_hash,
        user.email_verified,
    )
    .execute(executor)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What a sign-in needs to know.
pub struct Account {
    pub user: User,
    pub password_hash: String,
    pub disabled: bool,
}

pub async fn account_by_email(executor: impl PgExecutor<'_>, email: &Email) -> sqlx::Result<Option<Account>> {
    let row = sqlx::query!(
        r#"select id as "id: UserId", email as "email: Email", name, role as "role: Role", email_verified_at is not null as "email_verified!",
             two_step_at is not null as "two_step!", password_hash, disabled_at is not null as "disabled!"
           from users where email_key = lower($1)"#,
        email.as_str(),
    )
    .fetch_optional(executor)
    .await?;
    Ok(row.map(|row| Account {
        user: User {
            id: row.id,
            email: row.email,
            name: row.name,
            role: row.role,
            email_verified: row.email_verified,
            two_step: row.two_step,
        },
        password_hash: row.password_hash,
        disabled: row.disabled,
    }))
}

pub async fn replace_password_hash(executor: impl PgExecutor<'_>, id: UserId, old: &str, new: &str) -> sqlx::Result<bool> {
    let done = sqlx::query!("update users set password_hash = $3 where id = $1 and password_hash = $2", id as _, old, new)
        .execute(executor)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn set_password_hash(executor: impl PgExecutor<'_>, id: UserId, password_hash: &str) -> sqlx::Result<()> {
    sqlx::query!("update users set password_hash = $2 where id = $1", id as _, password_hash).execute(executor).await?;
    Ok(())
}

pub async fn set_name(executor: impl PgExecutor<'_>, id: UserId, name: &str) -> sqlx::Result<()> {
    sqlx::query!("update users set name = $2 where id = $1", id as _, name).execute(executor).await?;
    Ok(())
}

/// Whoever answers a mail has its mailbox.
pub async fn mark_email_verified(executor: impl PgExecutor<'_>, id: UserId) -> sqlx::Result<()> {
    sqlx::query!("update users set email_verified_at = now() where id = $1 and email_verified_at is null", id as _)
        .execute(executor)
        .await?;
    Ok(())
}

/// Fails on `users_email_key` when somebody else has the address by now.
pub async fn set_email(executor: impl PgExecutor<'_>, id: UserId, email: &Email) -> sqlx::Result<()> {
    sqlx::query!("update users set email = $2, email_verified_at = now() where id = $1", id as _, email.as_str()).execute(executor).await?;
    Ok(())
}

pub async fn make_vendor(executor: impl PgExecutor<'_>, id: UserId) -> sqlx::Result<bool> {
    let done = sqlx::query!("update users set role = 'vendor' where id = $1 and role in ('customer', 'vendor')", id as _)
        .execute(executor)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// An account, as an admin sees it.
pub struct UserRow {
    pub id: UserId,
    pub email: Email,
    pub name: String,
    pub role: Role,
    pub email_verified: bool,
    pub two_step: bool,
    pub disabled: bool,
    pub created_at: OffsetDateTime,
}

impl From<UserRow> for User {
    fn from(UserRow { id, email, name, role, email_verified, two_step, .. }: UserRow) -> Self {
        Self { id, email, name, role, email_verified, two_step }
    }
}

/// Newest first, before the one given; `prefix` is the beginning of an address, in lower case and with `like`'s signs escaped.
pub async fn list(
    executor: impl PgExecutor<'_>,
    role: Option<Role>,
    prefix: &str,
    before: Option<UserId>,
    limit: i64,
) -> sqlx::Result<Vec<UserRow>> {
    sqlx::query_as!(
        UserRow,
        r#"select id as "id: UserId", email as "email: Email", name, role as "role: Role", email_verified_at is not null as "email_verified!",
             two_step_at is not null as "two_step!", disabled_at is not null as "disabled!", created_at
           from users where ($1::text is null or role = $1) and ($2 = '' or email_key like $2 || '%') and ($3::uuid is null or id < $3)
           order by id desc limit $4"#,
        role.map(Role::as_str),
        prefix,
        before as Option<UserId>,
        limit,
    )
    .fetch_all(executor)
    .await
}

pub async fn find(executor: impl PgExecutor<'_>, id: UserId) -> sqlx::Result<Option<UserRow>> {
    sqlx::query_as!(
        UserRow,
        r#"select id as "id: UserId", email as "email: Email", name, role as "role: Role", email_verified_at is not null as "email_verified!",
             two_step_at is not null as "two_step!", disabled_at is not null as "disabled!", created_at
           from users where id = $1"#,
        id as _,
    )
    .fetch_optional(executor)
    .await
}

/// Rows that name the person stay writable: whoever writes one may have locked an order, for which a closing waits. This keeps out only
/// [`lock_shared`] and other changes of the account.
pub async fn lock(executor: impl PgExecutor<'_>, id: UserId) -> sqlx::Result<()> {
    sqlx::query!("select from users where id = $1 for no key update", id as _).execute(executor).await?;
    Ok(())
}

/// False if the account is gone.
pub async fn lock_shared(executor: impl PgExecutor<'_>, id: UserId) -> sqlx::Result<bool> {
    let found = sqlx::query_scalar!("select 1 as one from users where id = $1 for share", id as _).fetch_optional(executor).await?;
    Ok(found.is_some())
}

/// Locks the rows of all admins who can sign in, in one order: of two who take away each other's rights the second sees what the first did.
/// Rows that name one of them stay writable, as in [`lock`].
pub async fn lock_admins(executor: impl PgExecutor<'_>) -> sqlx::Result<Vec<UserId>> {
    sqlx::query_scalar!(
        r#"select id as "id: UserId" from users where role = 'admin' and disabled_at is null order by id for no key update"#
    )
    .fetch_all(executor)
    .await
}

pub struct AdminRow {
    pub id: UserId,
    pub email: Email,
}

/// All admins who can sign in.
pub async fn admins(executor: impl PgExecutor<'_>) -> sqlx::Result<Vec<AdminRow>> {
    sqlx::query_as!(
        AdminRow,
        r#"select id as "id: UserId", email as "email: Email" from users where role = 'admin' and disabled_at is null order by id"#
    )
    .fetch_all(executor)
    .await
}

/// Compare and set.
pub async fn set_role(executor: impl PgExecutor<'_>, id: UserId, from: Role, to: Role) -> sqlx::Result<bool> {
    let done = sqlx::query!("update users set role = $3 where id = $1 and role = $2", id as _, from.as_str(), to.as_str())
        .execute(executor)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Compare and set: false when it already was so.
pub async fn set_disabled(executor: impl PgExecutor<'_>, id: UserId, disabled: bool) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update users set disabled_at = case when $2 then now() end where id = $1 and (disabled_at is null) = $2",
        id as _,
        disabled
    )
    .execute(executor)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The row, and all that hangs on it: sessions, addresses, cart, wishlist, links. Orders stay, without a name.
pub async fn delete(executor: impl PgExecutor<'_>, id: UserId) -> sqlx::Result<()> {
    sqlx::query!("delete from users where id = $1", id as _).execute(executor).await?;
    Ok(())
}
