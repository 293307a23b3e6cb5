//! SQL of products from behind. Each statement names the vendor; row-level security is the second fence.

use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor};

use crate::catalogue::service::lifecycle::Deletion;
use crate::catalogue::{Attribute, OwnedProduct, OwnedVariant, ProductChanges, ProductOption, ProductStatus, ProductVersion};
use crate::values::{CategoryId, PictureId, ProductId, Slug, VendorId};

type Result<T> = std::result::Result<T, sqlx::Error>;

crate::text_column! { ProductStatus }

/// `RowNotFound` for others' products.
pub async fn find(executor: impl PgExecutor<'_>, vendor: VendorId, product: ProductId) -> Result<OwnedProduct> {
    let row = sqlx::query!(
        r#"select p.slug as "slug: Slug", p.category_id as "category_id: CategoryId", p.name, p.summary, p.description, p.tags,
             p.attributes as "attributes: Json<Vec<Attribute>>", p.options as "options: Json<Vec<ProductOption>>", p.held_reason,
             p.status as "status: ProductStatus", p.units_sold, (extract(epoch from p.updated_at) * 1000000)::bigint as "edited_at!",
             v.variants as "variants!: Json<Vec<OwnedVariant>>", v.retired as "retired!: Json<Vec<OwnedVariant>>"
           from products p
           cross join lateral (
             select coalesce(jsonb_agg(o.variant order by o.position) filter (where not o.retired), '[]') as variants,
               coalesce(jsonb_agg(o.variant order by o.position) filter (where o.retired), '[]') as retired
             from (
               select v.position, v.retired_at is not null as retired, jsonb_build_object('id', v.id, 'title', v.title, 'sku', v.sku,
                 'stock', v.stock, 'option_values', v.option_values, 'low_stock_at', v.low_stock_at,
                 'price', jsonb_build_object('amount_minor', v.price_minor, 'currency', v.currency),
                 'compare_at', case when v.compare_at_minor is not null
                   then jsonb_build_object('amount_minor', v.compare_at_minor, 'currency', v.currency) end) as variant
               from product_variants v where v.product_id = p.id and v.vendor_id = $1) o) v
           where p.vendor_id = $1 and p.id = $2"#,
        vendor as _,
        product as _
    )
    .fetch_one(executor)
    .await?;
    Ok(OwnedProduct {
        id: product,
        vendor_id: vendor,
        slug: row.slug,
        category_id: row.category_id,
        name: row.name,
        summary: row.summary,
        description: row.description,
        attributes: row.attributes.0,
        tags: row.tags,
        status: row.status,
        held_reason: row.held_reason,
        units_sold: row.units_sold,
        version: ProductVersion { edited_at: row.edited_at },
        options: row.options.0,
        variants: row.variants.0,
        retired: row.retired.0,
    })
}

/// Whose a product is.
pub async fn vendor_of(executor: impl PgExecutor<'_>, product: ProductId) -> Result<VendorId> {
    sqlx::query_scalar!(r#"select vendor_id as "vendor_id: VendorId" from products where id = $1"#, product as _).fetch_one(executor).await
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

/// The product is locked by the caller. False, and nothing done, if another product has the address or had it.
pub async fn update_texts(
    connection: &mut PgConnection,
    vendor: VendorId,
    product: ProductId,
    changes: &ProductChanges,
    description_html: &str,
) -> Result<bool> {
    let texts = &changes.texts;
    let done = sqlx::query!(
        "update products set category_id = $3, name = $4, summary = $5, description = $6, description_html = $7, tags = $8, attributes = $9,
           slug = $10, options = $11, updated_at = now()
         where id = $1 and vendor_id = $2 and (slug = $10 or not product_slug_is_taken($10, $1))",
        product as _,
        vendor as _,
        texts.category_id as _,
        texts.name,
        texts.summary,
        texts.description,
        description_html,
        &texts.tags,
        Json(&changes.attributes) as _,
        &changes.slug as _,
        Json(&changes.options) as _
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Marks the product as edited: who has it open hears of it.
pub async fn touch(connection: &mut PgConnection, vendor: VendorId, product: ProductId) -> Result<()> {
    sqlx::query!("update products set updated_at = clock_timestamp() where id = $1 and vendor_id = $2", product as _, vendor as _)
        .execute(connection)
        .await?;
    Ok(())
}

/// Compare and set: nothing happens when somebody else was quicker. What an admin holds is not published. The date of publishing is that of
/// the first time.
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
         where id = $1 and vendor_id = $2 and status = $3 and ($4 <> 'published' or held_reason is null)",
        product as _,
        vendor as _,
        from.as_str(),
        to.as_str()
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes a product off the shelf with a reason, whatever it was; false when it is no longer as it was seen.
pub async fn hold(connection: &mut PgConnection, vendor: VendorId, product: ProductId, seen: ProductStatus, reason: &str) -> Result<bool> {
    let done = sqlx::query!(
        "update products set held_reason = $4, status = case when status = 'published' then 'draft' else status end, updated_at = now()
         where id = $1 and vendor_id = $2 and status = $3",
        product as _,
        vendor as _,
        seen.as_str(),
        reason
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// False when it was not held.
pub async fn release(connection: &mut PgConnection, vendor: VendorId, product: ProductId) -> Result<bool> {
    let done = sqlx::query!(
        "update products set held_reason = null, updated_at = now() where id = $1 and vendor_id = $2 and held_reason is not null",
        product as _,
        vendor as _
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
