use sqlx::PgExecutor;

use crate::values::{Address, AddressId, UserId};

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
