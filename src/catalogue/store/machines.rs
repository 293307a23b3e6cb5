//! SQL for crawlers and feeds, through the views alone.

use sqlx::PgExecutor;
use time::OffsetDateTime;

use crate::values::{ProductId, Slug, VendorId};

/// The first id of each run of so many products.
pub async fn part_starts(executor: impl PgExecutor<'_>, size: i64) -> Result<Vec<ProductId>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select id as "id!: ProductId" from (select id, row_number() over (order by id) as place from listed_products) p
           where place % $1 = 1 order by id"#,
        size
    )
    .fetch_all(executor)
    .await
}

pub struct ProductRow {
    pub id: ProductId,
    pub slug: Slug,
    pub updated_at: OffsetDateTime,
}

/// From an id on, in the order of ids.
pub async fn products(executor: impl PgExecutor<'_>, from: ProductId, limit: i64) -> Result<Vec<ProductRow>, sqlx::Error> {
    sqlx::query_as!(
        ProductRow,
        r#"select v.id as "id!: ProductId", v.slug as "slug!: Slug", p.updated_at
           from visible_products v join products p on p.id = v.id where p.id >= $1 order by p.id limit $2"#,
        from as _,
        limit
    )
    .fetch_all(executor)
    .await
}

/// Shops behind this one that have something to buy.
pub async fn shops(executor: impl PgExecutor<'_>, after: VendorId, limit: i64) -> Result<Vec<(VendorId, Slug)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select id as "id!: VendorId", slug as "slug!: Slug" from visible_shops v
           where id > $1 and (select p.id from listed_products p where p.vendor_id = v.id limit 1) is not null order by id limit $2"#,
        after as _,
        limit
    )
    .fetch_all(executor)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.slug)).collect())
}

pub struct FeedRow {
    pub id: ProductId,
    pub slug: Slug,
    pub name: String,
    pub vendor_name: String,
    pub summary: String,
    pub published_at: OffsetDateTime,
}

pub async fn newest(executor: impl PgExecutor<'_>, limit: i64) -> Result<Vec<FeedRow>, sqlx::Error> {
    sqlx::query_as!(
        FeedRow,
        r#"select v.id as "id!: ProductId", v.slug as "slug!: Slug", v.name as "name!", v.vendor_name as "vendor_name!",
             v.summary as "summary!", v.published_at as "published_at!"
           from (select id from listed_products order by published_at desc, id desc limit $1) p
           join visible_products v on v.id = p.id order by v.published_at desc, v.id desc"#,
        limit
    )
    .fetch_all(executor)
    .await
}
