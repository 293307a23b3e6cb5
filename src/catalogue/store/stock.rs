//! SQL of stock: locks, checks, deduction.

use sqlx::PgExecutor;

use crate::values::{OrderId, VariantId};

type Result<T> = std::result::Result<T, sqlx::Error>;

pub async fn lock(db: impl PgExecutor<'_>, variants: &[VariantId]) -> Result<()> {
    sqlx::query!("select id from product_variants where id = any($1) order by id for no key update", variants as &[VariantId])
        .fetch_all(db)
        .await?;
    Ok(())
}

/// How many of the lines cannot be served from stock less what other orders hold.
pub async fn short(db: impl PgExecutor<'_>, order: OrderId, variants: &[VariantId], quantities: &[i32]) -> Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "short!" from unnest($2::uuid[], $3::int[]) as wanted (variant_id, quantity)
           left join product_variants pv on pv.id = wanted.variant_id
           where coalesce(pv.stock, 0) - coalesce((select sum(h.quantity) from stock_holds h
             where h.variant_id = wanted.variant_id and h.expires_at > now() and h.order_id <> $1), 0) < wanted.quantity"#,
        order as _,
        variants as &[VariantId],
        quantities
    )
    .fetch_one(db)
    .await
}

pub async fn deduct(db: impl PgExecutor<'_>, variants: &[VariantId], quantities: &[i32]) -> Result<()> {
    sqlx::query!(
        "update product_variants pv set stock = pv.stock - bought.quantity
         from unnest($1::uuid[], $2::int[]) as bought (variant_id, quantity) where pv.id = bought.variant_id",
        variants as &[VariantId],
        quantities
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Products are locked in id order first: two orders may share products without sharing a variant.
pub async fn count_sold(db: impl PgExecutor<'_>, variants: &[VariantId], quantities: &[i32]) -> Result<()> {
    sqlx::query!(
        "with sold as (
           select pv.product_id, sum(bought.quantity) as quantity from unnest($1::uuid[], $2::int[]) as bought (variant_id, quantity)
           join product_variants pv on pv.id = bought.variant_id group by pv.product_id),
         locked as (select id from products where id in (select product_id from sold) order by id for no key update)
         update products p set units_sold = units_sold + sold.quantity from sold join locked on locked.id = sold.product_id where p.id = sold.product_id",
        variants as &[VariantId],
        quantities
    )
    .execute(db)
    .await?;
    Ok(())
}
