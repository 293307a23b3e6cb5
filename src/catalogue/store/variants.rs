//! SQL of variants as their vendor arranges them. Each statement names the vendor; row-level security is the second fence.

use sqlx::{PgConnection, PgExecutor};

use crate::catalogue::VariantChange;
use crate::values::{Money, ProductId, VariantId, VendorId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Takes these numbers off, so that rows may exchange theirs.
pub async fn clear_skus(connection: &mut PgConnection, vendor: VendorId, variants: &[VariantId]) -> Result<()> {
    sqlx::query!(
        "update product_variants set sku = '' where id = any($2) and vendor_id = $1 and sku <> ''",
        vendor as _,
        variants as &[VariantId]
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The variant is locked by the caller.
pub async fn update(connection: &mut PgConnection, vendor: VendorId, change: &VariantChange) -> Result<()> {
    sqlx::query!(
        "update product_variants set sku = $3, price_minor = $4, compare_at_minor = $5, low_stock_at = $6 where id = $1 and vendor_id = $2",
        change.id as _,
        vendor as _,
        change.sku,
        change.price.amount_minor,
        change.compare_at.map(|price| price.amount_minor),
        change.low_stock_at
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Those that an order names, paid or not.
pub async fn ordered(executor: impl PgExecutor<'_>, variants: &[VariantId]) -> Result<Vec<VariantId>> {
    sqlx::query_scalar!(r#"select ordered_variants($1) as "id!: VariantId""#, variants as &[VariantId]).fetch_all(executor).await
}

/// Out of all carts as well. Nobody has ordered them.
pub async fn delete(connection: &mut PgConnection, vendor: VendorId, variants: &[VariantId]) -> Result<()> {
    sqlx::query!("delete from product_variants where id = any($2) and vendor_id = $1", vendor as _, variants as &[VariantId])
        .execute(connection)
        .await?;
    Ok(())
}

/// No longer offered; carts say so.
pub async fn retire(connection: &mut PgConnection, vendor: VendorId, variants: &[VariantId]) -> Result<()> {
    sqlx::query!(
        "update product_variants set retired_at = now() where id = any($2) and vendor_id = $1 and retired_at is null",
        vendor as _,
        variants as &[VariantId]
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Gives a variant its place in the matrix. One that was retired comes back, without its number if another one has that by now.
pub async fn place(
    connection: &mut PgConnection,
    vendor: VendorId,
    variant: VariantId,
    title: &str,
    option_values: &[String],
) -> Result<()> {
    sqlx::query!(
        "update product_variants v set title = $3, option_values = $4, retired_at = null,
           sku = case when retired_at is null or not exists (select from product_variants o
             where o.vendor_id = $2 and o.sku = v.sku and o.id <> v.id and o.retired_at is null) then sku else '' end
         where id = $1 and vendor_id = $2 and (title <> $3 or option_values <> $4 or retired_at is not null)",
        variant as _,
        vendor as _,
        title,
        option_values
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// These in this order, and behind them the others of the product, as they stood.
pub async fn renumber(connection: &mut PgConnection, vendor: VendorId, product: ProductId, order: &[VariantId]) -> Result<()> {
    sqlx::query!(
        "update product_variants v set position = o.place from (
           select k.id, (row_number() over (order by w.place nulls last, k.retired_at is not null, k.position) - 1)::integer as place
           from product_variants k left join unnest($3::uuid[]) with ordinality as w (id, place) on w.id = k.id
           where k.product_id = $2 and k.vendor_id = $1) o
         where v.id = o.id and v.vendor_id = $1 and v.position <> o.place",
        vendor as _,
        product as _,
        order as &[VariantId]
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// False when the price is not the one that was seen, or the product has other variants.
pub async fn set_price(
    connection: &mut PgConnection,
    vendor: VendorId,
    (product, variant): (ProductId, VariantId),
    seen: Money,
    price: Money,
) -> Result<bool> {
    let done = sqlx::query!(
        "update product_variants set price_minor = $5 where id = $3 and product_id = $2 and vendor_id = $1 and price_minor = $4
           and retired_at is null",
        vendor as _,
        product as _,
        variant as _,
        seen.amount_minor,
        price.amount_minor
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}
