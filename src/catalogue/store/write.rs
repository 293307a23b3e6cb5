use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;

use crate::catalogue::service::ExistingProduct;
use crate::catalogue::{NewProduct, NewVariant};
use crate::media::service::StoredPicture;
use crate::values::{CategoryId, Currency, PictureId, ProductId, Slug, VariantId, VendorId};

pub async fn shop_currency(executor: impl PgExecutor<'_>) -> Result<Currency, sqlx::Error> {
    sqlx::query_scalar!(r#"select currency as "currency: Currency" from shop"#).fetch_one(executor).await
}

/// Makes the category unless there is one of this slug.
pub async fn insert_category(
    executor: impl PgExecutor<'_>,
    slug: &Slug,
    name: &str,
    description: &str,
    position: i32,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "insert into categories (id, slug, name, description, position) values ($1, $2, $3, $4, $5) on conflict (slug) do nothing",
        CategoryId::new() as _,
        slug as _,
        name,
        description,
        position
    )
    .execute(executor)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn existing(executor: impl PgExecutor<'_>, slugs: &[String]) -> Result<Vec<ExistingProduct>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select p.slug as "slug: Slug",
             (select coalesce(jsonb_agg(jsonb_build_array(f.id, f.widths) order by f.position), '[]')
               from product_pictures f where f.product_id = p.id) as "pictures!: Json<Vec<(PictureId, Vec<i32>)>>"
           from products p where p.slug = any($1)"#,
        slugs
    )
    .fetch_all(executor)
    .await?;
    Ok(rows.into_iter().map(|row| ExistingProduct { slug: row.slug, pictures: row.pictures.0 }).collect())
}

pub async fn product_id(executor: impl PgExecutor<'_>, slug: &Slug) -> Result<Option<ProductId>, sqlx::Error> {
    sqlx::query_scalar!(r#"select id as "id: ProductId" from products where slug = $1"#, slug as _).fetch_optional(executor).await
}

/// False, and nothing done, if another product has the slug or had it: an error would end the caller's transaction, who may know another one.
pub async fn insert_product(
    connection: &mut PgConnection,
    id: ProductId,
    vendor: VendorId,
    product: &NewProduct,
    slug: &Slug,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "insert into products (id, vendor_id, category_id, slug, name, summary, description, attributes, tags, description_html, options)
         select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 where not product_slug_is_taken($4, $1)
         on conflict on constraint products_slug_key do nothing",
        id as _,
        vendor as _,
        product.texts.category_id as _,
        slug as _,
        product.texts.name,
        product.texts.summary,
        product.texts.description,
        Json(&product.attributes) as _,
        &product.texts.tags,
        crate::catalogue::service::markdown::to_html(&product.texts.description),
        Json(&product.options) as _
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn insert_variant(
    connection: &mut PgConnection,
    product: ProductId,
    vendor: VendorId,
    position: i32,
    variant: &NewVariant,
) -> Result<VariantId, sqlx::Error> {
    let id = VariantId::new();
    sqlx::query!(
        "insert into product_variants (id, product_id, vendor_id, title, sku, position, price_minor, compare_at_minor, currency, stock,
           option_values)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        id as _,
        product as _,
        vendor as _,
        variant.title,
        variant.sku,
        position,
        variant.price.amount_minor,
        variant.compare_at.map(|price| price.amount_minor),
        variant.price.currency as _,
        variant.stock,
        &variant.option_values
    )
    .execute(connection)
    .await?;
    Ok(id)
}

/// Locks the vendor's product, so that what follows is done by one at a time. `RowNotFound` for others' products.
pub async fn lock_product(connection: &mut PgConnection, vendor: VendorId, product: ProductId) -> Result<(), sqlx::Error> {
    sqlx::query_scalar!("select 1 as one from products where id = $1 and vendor_id = $2 for update", product as _, vendor as _)
        .fetch_one(connection)
        .await?;
    Ok(())
}

/// Behind the pictures that are there. The product is locked by the caller.
pub async fn insert_picture(
    connection: &mut PgConnection,
    product: ProductId,
    vendor: VendorId,
    picture: &StoredPicture,
    alt: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into product_pictures (id, product_id, vendor_id, position, alt, width, height, widths)
         select $1, $2, $3, coalesce(max(position) + 1, 0), $4, $5, $6, $7 from product_pictures where product_id = $2",
        picture.id as _,
        product as _,
        vendor as _,
        alt,
        picture.width,
        picture.height,
        &picture.widths
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// False unless it is the vendor's, not archived, and has something to buy.
pub async fn publish(connection: &mut PgConnection, vendor: VendorId, product: ProductId, at: OffsetDateTime) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "update products set status = 'published', published_at = coalesce(published_at, $3), updated_at = now()
         where id = $1 and vendor_id = $2 and status in ('draft', 'published') and price_minor > 0 and held_reason is null",
        product as _,
        vendor as _,
        at
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn delete_products_of(connection: &mut PgConnection, vendor: VendorId) -> sqlx::Result<()> {
    sqlx::query!("delete from products where vendor_id = $1", vendor as _).execute(connection).await?;
    Ok(())
}
