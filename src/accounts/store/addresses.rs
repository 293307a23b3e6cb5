use std::time::Duration;

use sqlx::PgExecutor;

use crate::accounts::SavedAddress;
use crate::values::{Address, AddressId, UserId};

/// Rows that name the person stay writable: this keeps out only others who change the book.
pub async fn lock_book(executor: impl PgExecutor<'_>, user_id: UserId) -> sqlx::Result<()> {
    sqlx::query!("select from users where id = $1 for no key update", user_id as _).execute(executor).await?;
    Ok(())
}

pub async fn insert_address(executor: impl PgExecutor<'_>, id: AddressId, user_id: UserId, address: &Address) -> sqlx::Result<AddressId> {
    sqlx::query_scalar!(
        r#"insert into addresses (id, user_id, name, line1, line2, city, region, postal_code, country_code)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id as "id: AddressId""#,
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
    .fetch_one(executor)
    .await
}

/// The address that is not kept: in place of the last one, under its id.
pub async fn put_passing_address(
    executor: impl PgExecutor<'_>,
    id: AddressId,
    user_id: UserId,
    address: &Address,
) -> sqlx::Result<AddressId> {
    sqlx::query_scalar!(
        r#"insert into addresses (id, user_id, name, line1, line2, city, region, postal_code, country_code, kept)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, false)
           on conflict (user_id) where not kept do update set name = excluded.name, line1 = excluded.line1, line2 = excluded.line2,
             city = excluded.city, region = excluded.region, postal_code = excluded.postal_code, country_code = excluded.country_code,
             created_at = now()
           returning id as "id: AddressId""#,
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
    .fetch_one(executor)
    .await
}

pub async fn keep_address(executor: impl PgExecutor<'_>, user_id: UserId, id: AddressId) -> sqlx::Result<AddressId> {
    sqlx::query_scalar!(
        r#"update addresses set kept = true where id = $1 and user_id = $2 returning id as "id: AddressId""#,
        id as _,
        user_id as _,
    )
    .fetch_one(executor)
    .await
}

/// False if it is not in the person's book.
pub async fn update_address(executor: impl PgExecutor<'_>, user_id: UserId, id: AddressId, address: &Address) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update addresses set name = $3, line1 = $4, line2 = $5, city = $6, region = $7, postal_code = $8, country_code = $9
         where id = $1 and user_id = $2 and kept",
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
    Ok(done.rows_affected() == 1)
}

/// False if it is not in the person's book.
pub async fn set_default(executor: impl PgExecutor<'_>, user_id: UserId, id: AddressId) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update users set default_address_id = a.id from addresses a where a.id = $2 and a.user_id = $1 and a.kept and users.id = $1",
        user_id as _,
        id as _,
    )
    .execute(executor)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn default_to_newest(executor: impl PgExecutor<'_>, user_id: UserId) -> sqlx::Result<()> {
    sqlx::query!(
        "update users set default_address_id = a.id
         from (select id from addresses where user_id = $1 and kept order by created_at desc, id desc limit 1) a
         where users.id = $1 and default_address_id is null",
        user_id as _
    )
    .execute(executor)
    .await?;
    Ok(())
}

pub async fn count_kept(executor: impl PgExecutor<'_>, user_id: UserId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "n!" from addresses where user_id = $1 and kept"#, user_id as _).fetch_one(executor).await
}

/// The same address, if the person has it already, and whether it is kept.
pub async fn same_address(executor: impl PgExecutor<'_>, user_id: UserId, address: &Address) -> sqlx::Result<Option<(AddressId, bool)>> {
    let row = sqlx::query!(
        r#"select id as "id: AddressId", kept from addresses where user_id = $1
           and (name, line1, line2, city, region, postal_code, country_code) = ($2, $3, $4, $5, $6, $7, $8)
           order by kept desc, created_at limit 1"#,
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
    .await?;
    Ok(row.map(|row| (row.id, row.kept)))
}

pub async fn addresses(executor: impl PgExecutor<'_>, user_id: UserId) -> sqlx::Result<Vec<SavedAddress>> {
    let rows = sqlx::query!(
        r#"select a.id as "id: AddressId", a.name, line1, line2, city, region, postal_code, country_code, kept
           from addresses a join users u on u.id = a.user_id
           where a.user_id = $1 order by a.id is not distinct from u.default_address_id desc, a.created_at desc, a.id desc"#,
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
            SavedAddress { id: row.id, address, kept: row.kept }
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

/// False if it is not in the person's book.
pub async fn delete_address(executor: impl PgExecutor<'_>, user_id: UserId, id: AddressId) -> sqlx::Result<bool> {
    let done =
        sqlx::query!("delete from addresses where id = $1 and user_id = $2 and kept", id as _, user_id as _).execute(executor).await?;
    Ok(done.rows_affected() == 1)
}

pub async fn delete_passing(executor: impl PgExecutor<'_>, age: Duration) -> sqlx::Result<()> {
    sqlx::query!("delete from addresses where not kept and created_at < now() - make_interval(secs => $1)", age.as_secs_f64())
        .execute(executor)
        .await?;
    Ok(())
}
