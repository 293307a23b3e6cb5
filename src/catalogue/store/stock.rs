//! SQL of stock as orders take it: locks, checks, deduction.

use sqlx::PgExecutor;

use crate::catalogue::LOW_STOCK;
use crate::catalogue::mail::LowStock;
use crate::values::{Email, MovementId, OrderId, ProductId, VariantId};

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

/// One movement for each line; the ledger takes it off the stock. The variants are locked by the caller.
pub async fn sell(db: impl PgExecutor<'_>, order: OrderId, variants: &[VariantId], quantities: &[i32]) -> Result<()> {
    let ids: Vec<MovementId> = variants.iter().map(|_| MovementId::new()).collect();
    sqlx::query!(
        "insert into stock_movements (id, variant_id, vendor_id, kind, delta, order_id)
         select bought.id, pv.id, pv.vendor_id, 'sold', -bought.quantity, $1
         from unnest($2::uuid[], $3::uuid[], $4::int[]) as bought (id, variant_id, quantity) join product_variants pv on pv.id = bought.variant_id",
        order as _,
        &ids as &[MovementId],
        variants as &[VariantId],
        quantities
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The products of variants, in id order: at the end of the transaction a trigger asks for each of them, in the order in which stock moved.
pub async fn lock_products(db: impl PgExecutor<'_>, variants: &[VariantId]) -> Result<()> {
    sqlx::query!(
        "select id from products where id in (select product_id from product_variants where id = any($1)) order by id for no key update",
        variants as &[VariantId]
    )
    .fetch_all(db)
    .await?;
    Ok(())
}

/// One movement for each line; the ledger adds it to the stock. Variants and products are locked by the caller.
pub async fn restock(db: impl PgExecutor<'_>, order: OrderId, pieces: &[(VariantId, i32)]) -> Result<()> {
    let ids: Vec<MovementId> = pieces.iter().map(|_| MovementId::new()).collect();
    let variants: Vec<VariantId> = pieces.iter().map(|(variant, _)| *variant).collect();
    let quantities: Vec<i32> = pieces.iter().map(|(_, quantity)| *quantity).collect();
    sqlx::query!(
        "insert into stock_movements (id, variant_id, vendor_id, kind, delta, order_id)
         select back.id, pv.id, pv.vendor_id, 'restocked', back.quantity, $1
         from unnest($2::uuid[], $3::uuid[], $4::int[]) as back (id, variant_id, quantity) join product_variants pv on pv.id = back.variant_id",
        order as _,
        &ids as &[MovementId],
        &variants as &[VariantId],
        &quantities
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What this order has taken from above its threshold to it or below.
pub async fn fallen_low(db: impl PgExecutor<'_>, order: OrderId) -> Result<Vec<LowStock>> {
    sqlx::query_as!(
        LowStock,
        r#"select p.id as "product: ProductId", v.id as "variant: VariantId", m.id as "movement: MovementId", p.name as product_name,
             v.title as variant_title, v.stock as left, s.contact_email as "to: Email"
           from stock_movements m join product_variants v on v.id = m.variant_id join products p on p.id = v.product_id
           join vendors s on s.id = v.vendor_id
           where m.order_id = $1 and m.kind = 'sold' and v.retired_at is null and v.stock <= coalesce(v.low_stock_at, $2)
             and v.stock - m.delta > coalesce(v.low_stock_at, $2)
           order by m.id"#,
        order as _,
        LOW_STOCK
    )
    .fetch_all(db)
    .await
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
