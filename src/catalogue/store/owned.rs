//! SQL of a vendor's own products. Each statement names the vendor; row-level security is the second fence.

use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor};

use crate::catalogue::service::products::Deletion;
use crate::catalogue::{NewVariant, OwnedLine, OwnedProduct, OwnedVariant, ProductStatus, ProductTexts, ProductVersion};
use crate::values::{CategoryId, Currency, Money, PictureId, ProductId, Slug, VariantId, VendorId};

type Result<T> = std::result::Result<T, sqlx::Error>;

crate::text_column! { ProductStatus }

/// Newest first, older than the one given.
pub async fn list(
    executor: impl PgExecutor<'_>,
    vendor: VendorId,
    status: Option<ProductStatus>,
    before: Option<ProductId>,
    limit: i64,
) -> Result<Vec<OwnedLine>> {
    struct Row {
        id: ProductId,
        name: String,
        status: ProductStatus,
        price_minor: i64,
        currency: Option<Currency>,
        stock: i64,
        variants: i64,
    }
    let rows = sqlx::query_as!(
        Row,
        r#"select p.id as "id: ProductId", p.name, p.status as "status: ProductStatus", p.price_minor,
             v.currency as "currency?: Currency", v.stock as "stock!", v.variants as "variants!"
           from products p
           cross join lateral (
             select min(currency) as currency, coalesce(sum(stock), 0)::bigint as stock, count(*) as variants
             from product_variants where product_id = p.id and vendor_id = $1) v
           where p.vendor_id = $1 and ($2::text is null or p.status = $2) and ($3::uuid is null or p.id < $3)
           order by p.id desc limit $4"#,
        vendor as _,
        status.map(ProductStatus::as_str),
        before as Option<ProductId>,
        limit
    )
    .fetch_all(executor)
    .await?;
    let line = |row: Row| OwnedLine {
        id: row.id,
        name: row.name,
        status: row.status,
        price: row.currency.map(|currency| Money::new(row.price_minor, currency)),
        stock: row.stock,
        has_options: row.variants > 1,
    };
    Ok(rows.into_iter().map(line).collect())
}

/// How many there are in each status; those without any are missing.
pub async fn counts(executor: impl PgExecutor<'_>, vendor: VendorId) -> Result<Vec<(ProductStatus, i64)>> {
    let rows = sqlx::query!(
        r#"select status as "status: ProductStatus", count(*) as "count!" from products where vendor_id = $1 group by status"#,
        vendor as _
    )
    .fetch_all(executor)
    .await?;
    Ok(rows.into_iter().map(|row| (row.status, row.count)).collect())
}

/// `RowNotFound` for others' products.
pub async fn find(executor: impl PgExecutor<'_>, vendor: VendorId, product: ProductId) -> Result<OwnedProduct> {
    let row = sqlx::query!(
        r#"select p.slug as "slug: Slug", p.category_id as "category_id: CategoryId", p.name, p.summary, p.description, p.tags,
             p.status as "status: ProductStatus", p.units_sold, (extract(epoch from p.updated_at) * 1000000)::bigint as "edited_at!",
             (select coalesce(jsonb_agg(jsonb_build_object('id', v.id, 'title', v.title, 'sku', v.sku, 'stock', v.stock,
                 'price', jsonb_build_object('amount_minor', v.price_minor, 'currency', v.currency),
                 'compare_at', case when v.compare_at_minor is not null
                   then jsonb_build_object('amount_minor', v.compare_at_minor, 'currency', v.currency) end) order by v.position), '[]')
               from product_variants v where v.product_id = p.id and v.vendor_id = $1) as "variants!: Json<Vec<OwnedVariant>>"
           from products p where p.vendor_id = $1 and p.id = $2"#,
        vendor as _,
        product as _
    )
    .fetch_one(executor)
    .await?;
    let variants = row.variants.0;
    let stock = variants.iter().fold(0_i32, |sum, variant| sum.saturating_add(variant.stock));
    Ok(OwnedProduct {
        id: product,
        slug: row.slug,
        category_id: row.category_id,
        name: row.name,
        summary: row.summary,
        description: row.description,
        tags: row.tags,
        status: row.status,
        units_sold: row.units_sold,
        version: ProductVersion { edited_at: row.edited_at, stock },
        variants,
    })
}

/// Before the product itself, as checkout does: whoever sells and whoever edits must not wait for each other.
pub async fn lock_variants(connection: &mut PgConnection, vendor: VendorId, product: ProductId) -> Result<()> {
    sqlx::query!(
        "select id from product_variants where product_id = $1 and vendor_id = $2 order by id for no key update",
        product as _,
        vendor as _
    )
    .fetch_all(connection)
    .await?;
    Ok(())
}

/// The product is locked by the caller.
pub async fn update_texts(connection: &mut PgConnection, vendor: VendorId, product: ProductId, texts: &ProductTexts) -> Result<()> {
    sqlx::query!(
        "update products set category_id = $3, name = $4, summary = $5, description = $6, tags = $7, updated_at = now()
         where id = $1 and vendor_id = $2",
        product as _,
        vendor as _,
        texts.category_id as _,
        texts.name,
        texts.summary,
        texts.description,
        &texts.tags
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The variant is locked by the caller, who knows what its stock must be.
pub async fn update_variant(
    connection: &mut PgConnection,
    vendor: VendorId,
    variant: VariantId,
    changes: &NewVariant,
    stock: i32,
) -> Result<()> {
    sqlx::query!(
        "update product_variants set sku = $3, price_minor = $4, compare_at_minor = $5, stock = $6 where id = $1 and vendor_id = $2",
        variant as _,
        vendor as _,
        changes.sku,
        changes.price.amount_minor,
        changes.compare_at.map(|price| price.amount_minor),
        stock
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Compare and set: nothing happens when somebody else was quicker. The date of publishing is that of the first time.
pub async fn set_status(
    connection: &mut PgConnection,
    vendor: VendorId,
    product: ProductId,
    from: ProductStatus,
    to: ProductStatus,
) -> Result<bool> {
    let done = sqlx::query!(
        "update products set status = $4, updated_at = now(),
           published_at = case when $4 = 'published' then coalesce(published_at, now()) else published_at end
         where id = $1 and vendor_id = $2 and status = $3",
        product as _,
        vendor as _,
        from.as_str(),
        to.as_str()
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn picture_ids(executor: impl PgExecutor<'_>, vendor: VendorId, product: ProductId) -> Result<Vec<PictureId>> {
    sqlx::query_scalar!(
        r#"select id as "id: PictureId" from product_pictures where product_id = $1 and vendor_id = $2"#,
        product as _,
        vendor as _
    )
    .fetch_all(executor)
    .await
}

/// With its variants and pictures, and out of all carts. An order that names it holds it fast.
pub async fn delete(connection: &mut PgConnection, vendor: VendorId, product: ProductId, seen: ProductStatus) -> Result<Deletion> {
    let done =
        sqlx::query!("delete from products where id = $1 and vendor_id = $2 and status = $3", product as _, vendor as _, seen.as_str())
            .execute(connection)
            .await;
    match done {
        Ok(done) if done.rows_affected() == 1 => Ok(Deletion::Done),
        Ok(_) => Ok(Deletion::Overtaken),
        Err(error) if error.as_database_error().is_some_and(|cause| cause.is_foreign_key_violation()) => Ok(Deletion::Ordered),
        Err(error) => Err(error),
    }
}
