//! SQL of the wishlist.

use sqlx::PgExecutor;

use crate::values::{ProductId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// False if the product is not on show.
pub async fn insert(db: impl PgExecutor<'_>, user_id: UserId, product_id: ProductId) -> Result<bool> {
    let on_show = sqlx::query_scalar!(
        r#"with product as (select id from visible_products where id = $2),
           saved as (insert into wishlist_items (user_id, product_id) select $1, id from product on conflict do nothing)
           select exists (select from product) as "on_show!""#,
        user_id as _,
        product_id as ProductId
    )
    .fetch_one(db)
    .await?;
    Ok(on_show)
}

/// False if it was not there.
pub async fn delete(db: impl PgExecutor<'_>, user_id: UserId, product_id: ProductId) -> Result<bool> {
    let done = sqlx::query!("delete from wishlist_items where user_id = $1 and product_id = $2", user_id as _, product_id as _)
        .execute(db)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn count(db: impl PgExecutor<'_>, user_id: UserId) -> Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from wishlist_items where user_id = $1"#, user_id as _).fetch_one(db).await
}

pub async fn list(db: impl PgExecutor<'_>, user_id: UserId) -> Result<Vec<ProductId>> {
    sqlx::query_scalar!(
        r#"select product_id as "id: ProductId" from wishlist_items where user_id = $1 order by added_at desc"#,
        user_id as _
    )
    .fetch_all(db)
    .await
}
