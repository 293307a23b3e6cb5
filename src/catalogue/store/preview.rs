//! SQL of a product's page for those who see it before anybody else does.

use sqlx::PgExecutor;
use sqlx::types::Json;

use crate::catalogue::{Attribute, Category, Product, Variant};
use crate::media::Picture;
use crate::values::{ProductId, Slug, VendorId};

/// As customers would get it, whatever its status and its shop's. `RowNotFound` for others' products.
pub async fn product(executor: impl PgExecutor<'_>, vendor: VendorId, product: ProductId) -> Result<Product, sqlx::Error> {
    let row = sqlx::query!(
        r#"select p.id as "id: ProductId", p.slug as "slug: Slug", p.name, p.summary, p.description, p.description_html,
             p.attributes as "attributes: Json<Vec<Attribute>>", p.tags,
             jsonb_build_object('id', c.id, 'slug', c.slug, 'name', c.name, 'description', c.description) as "category!: Json<Category>",
             v.slug as "vendor_slug: Slug", v.name as vendor_name, v.tagline as vendor_tagline, v.city as vendor_city,
             v.country_code as vendor_country_code,
             (select coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'title', s.title,
                 'price', jsonb_build_object('amount_minor', s.price_minor, 'currency', s.currency),
                 'compare_at', case when s.compare_at_minor is not null
                   then jsonb_build_object('amount_minor', s.compare_at_minor, 'currency', s.currency) end,
                 'available', s.available) order by s.position), '[]')
               from stocked_variants s where s.product_id = p.id) as "variants!: Json<Vec<Variant>>",
             (select coalesce(jsonb_agg(
                 jsonb_build_object('id', f.id, 'alt', f.alt, 'width', f.width, 'height', f.height, 'widths', f.widths)
                 order by f.position), '[]')
               from product_pictures f where f.product_id = p.id) as "pictures!: Json<Vec<Picture>>",
             p.rating_count, p.rating_sum
           from products p join vendors v on v.id = p.vendor_id join categories c on c.id = p.category_id
           where p.id = $2 and p.vendor_id = $1"#,
        vendor as _,
        product as _
    )
    .fetch_one(executor)
    .await?;
    Ok(Product {
        id: row.id,
        slug: row.slug,
        name: row.name,
        summary: row.summary,
        description: row.description,
        description_html: row.description_html,
        attributes: row.attributes.0,
        tags: row.tags,
        category: row.category.0,
        vendor_id: vendor,
        vendor_slug: row.vendor_slug,
        vendor_name: row.vendor_name,
        vendor_tagline: row.vendor_tagline,
        vendor_city: row.vendor_city,
        vendor_country_code: row.vendor_country_code,
        variants: row.variants.0,
        pictures: row.pictures.0,
        rating_count: row.rating_count,
        rating_sum: row.rating_sum,
    })
}

/// The present address of what customers may see and once had this one.
pub async fn moved(executor: impl PgExecutor<'_>, slug: &Slug) -> Result<Option<Slug>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select p.slug as "slug!: Slug" from product_slugs o join visible_products p on p.id = o.product_id where o.slug = $1"#,
        slug as _
    )
    .fetch_optional(executor)
    .await
}
