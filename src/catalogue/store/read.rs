use serde::Deserialize;
use sqlx::types::Json;
use sqlx::{FromRow, PgExecutor};

use crate::catalogue::{Attribute, Category, CategoryTile, Product, ProductCard, Shop, Suggestion, SuggestionKind, Variant};
use crate::media::Picture;
use crate::values::{CategoryId, Currency, Money, ProductId, Slug, VariantId, VendorId};

crate::text_column! { SuggestionKind }

#[derive(Deserialize)]
struct CardRow {
    id: ProductId,
    slug: Slug,
    name: String,
    vendor_name: String,
    vendor_slug: Slug,
    price_minor: i64,
    compare_at_minor: Option<i64>,
    currency: Currency,
    rating_count: i32,
    rating_sum: i64,
    picture: Option<Json<Picture>>,
    available: i64,
    variant_count: i64,
    default_variant: VariantId,
}

impl From<CardRow> for ProductCard {
    fn from(row: CardRow) -> Self {
        Self {
            id: row.id,
            slug: row.slug,
            name: row.name,
            vendor_name: row.vendor_name,
            vendor_slug: row.vendor_slug,
            price: Money::new(row.price_minor, row.currency),
            compare_at: row.compare_at_minor.map(|amount| Money::new(amount, row.currency)),
            rating_count: row.rating_count,
            rating_sum: row.rating_sum,
            picture: row.picture.map(|Json(picture)| picture),
            available: u32::try_from(row.available).unwrap_or(0),
            default_variant: row.default_variant,
            has_options: row.variant_count > 1,
        }
    }
}

/// The cards of these products in this order; what is not visible is left out.
pub async fn cards(executor: impl PgExecutor<'_>, ids: &[ProductId]) -> Result<Vec<ProductCard>, sqlx::Error> {
    let rows = sqlx::query_as!(
        CardRow,
        r#"select c.id as "id!: ProductId", c.slug as "slug!: Slug", c.name as "name!", c.vendor_name as "vendor_name!",
             c.vendor_slug as "vendor_slug!: Slug", c.price_minor as "price_minor!", c.compare_at_minor, c.currency as "currency!: Currency",
             c.rating_count as "rating_count!", c.rating_sum as "rating_sum!", c.picture as "picture: Json<Picture>",
             c.available as "available!", c.variant_count as "variant_count!", c.default_variant as "default_variant!: VariantId"
           from unnest($1::uuid[]) with ordinality as wanted (id, place) join product_cards c on c.id = wanted.id
           order by wanted.place"#,
        ids as _
    )
    .fetch_all(executor)
    .await?;
    Ok(rows.into_iter().map(ProductCard::from).collect())
}

/// With their parents, in the order of siblings.
pub async fn categories(executor: impl PgExecutor<'_>) -> Result<Vec<(Category, Option<CategoryId>)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select id as "id: CategoryId", parent_id as "parent_id: CategoryId", slug as "slug: Slug", name, description
           from categories order by position, name"#
    )
    .fetch_all(executor)
    .await?;
    let rows = rows.into_iter();
    Ok(rows.map(|row| (Category { id: row.id, slug: row.slug, name: row.name, description: row.description }, row.parent_id)).collect())
}

/// What the home page shows, besides the cards.
pub struct HomeRow {
    pub newest: Vec<ProductId>,
    pub best_selling: Vec<ProductId>,
    pub categories: Json<Vec<CategoryTile>>,
    pub shops: Json<Vec<Shop>>,
}

/// To how many the products of a category are counted for the home page; of a large one a job knows the number.
pub const HOME_COUNT: i64 = 250;

/// In one round trip. A category of the top or a shop is shown with its newest pictures, and only if it has something to buy. Products of a
/// category are counted up to [`HOME_COUNT`], and its picture is that of one of the newest few, if they have any.
///
/// Eight cards in each row and six shops. The limits stand in the text: for one that is a parameter Postgres expects a tenth of all rows, finds
/// such a plan too dear to keep, and plans anew each time, which takes longer than the answer.
pub async fn home(executor: impl PgExecutor<'_>) -> Result<HomeRow, sqlx::Error> {
    sqlx::query_as!(
        HomeRow,
        r#"with recursive tree as (
             select id, id as top from categories where parent_id is null
             union select c.id, t.top from categories c join tree t on c.parent_id = t.id)
           select
             array(select id from listed_products order by published_at desc, id desc limit 8) as "newest!: Vec<ProductId>",
             array(select id from listed_products order by units_sold desc, rating_count desc, id desc limit 8)
               as "best_selling!: Vec<ProductId>",
             (select coalesce(jsonb_agg(to_jsonb(t) - 'position' order by t.position), '[]') from (
               select c.position, jsonb_build_object('id', c.id, 'slug', c.slug, 'name', c.name, 'description', c.description) as category,
                 n.product_count,
                 (select jsonb_build_object('id', f.id, 'alt', f.alt, 'width', f.width, 'height', f.height, 'widths', f.widths)
                   from tree cross join lateral (
                     select p.id, p.published_at from listed_products p where p.category_id = tree.id
                     order by p.published_at desc, p.id desc limit 8) p
                   join product_pictures f on f.product_id = p.id
                   where tree.top = c.id order by p.published_at desc, p.id desc, f.position limit 1) as picture
               from categories c cross join lateral (select count(*) as product_count from (
                 select from tree join listed_products p on p.category_id = tree.id where tree.top = c.id limit 250) few) n
               where c.parent_id is null and n.product_count > 0) t) as "categories!: Json<Vec<CategoryTile>>",
             (select coalesce(jsonb_agg(to_jsonb(t) - 'status_changed_at' order by t.status_changed_at desc, t.name), '[]') from (
               select v.id, v.slug, v.name, v.tagline, v.story, v.city, v.country_code, v.status_changed_at,
                 (select count(*) from listed_products p where p.vendor_id = v.id) as product_count,
                 (select coalesce(jsonb_agg(
                     jsonb_build_object('id', f.id, 'alt', f.alt, 'width', f.width, 'height', f.height, 'widths', f.widths)
                     order by p.published_at desc, p.id desc), '[]')
                   from (select id, published_at from listed_products p where p.vendor_id = v.id order by published_at desc, id desc limit 3) p
                   cross join lateral (select * from product_pictures f where f.product_id = p.id order by f.position limit 1) f) as pictures
               from visible_shops v where (select p.id from listed_products p where p.vendor_id = v.id limit 1) is not null
               order by v.status_changed_at desc, v.name limit 6) t) as "shops!: Json<Vec<Shop>>""#
    )
    .fetch_one(executor)
    .await
}

pub async fn shop(executor: impl PgExecutor<'_>, slug: &Slug) -> Result<Shop, sqlx::Error> {
    struct ShopRow {
        id: VendorId,
        slug: Slug,
        name: String,
        tagline: String,
        story: String,
        city: String,
        country_code: String,
        product_count: i64,
        pictures: Json<Vec<Picture>>,
    }
    let row = sqlx::query_as!(
        ShopRow,
        r#"select v.id as "id!: VendorId", v.slug as "slug!: Slug", v.name as "name!", v.tagline as "tagline!", v.story as "story!",
             v.city as "city!", v.country_code as "country_code!",
             (select count(*) from listed_products p where p.vendor_id = v.id) as "product_count!",
             (select coalesce(jsonb_agg(
                 jsonb_build_object('id', f.id, 'alt', f.alt, 'width', f.width, 'height', f.height, 'widths', f.widths)
                 order by p.published_at desc, p.id desc), '[]')
               from (select id, published_at from listed_products p where p.vendor_id = v.id order by published_at desc, id desc limit 3) p
               cross join lateral (select * from product_pictures f where f.product_id = p.id order by f.position limit 1) f) as "pictures!: Json<Vec<Picture>>"
           from visible_shops v where v.slug = $1"#,
        slug as _
    )
    .fetch_one(executor)
    .await?;
    Ok(Shop {
        id: row.id,
        slug: row.slug,
        name: row.name,
        tagline: row.tagline,
        story: row.story,
        city: row.city,
        country_code: row.country_code,
        product_count: row.product_count,
        pictures: row.pictures.0,
    })
}

struct ProductRow {
    id: ProductId,
    slug: Slug,
    name: String,
    summary: String,
    description: String,
    description_html: String,
    attributes: Json<Vec<Attribute>>,
    tags: Vec<String>,
    category: Json<Category>,
    vendor_id: VendorId,
    vendor_slug: Slug,
    vendor_name: String,
    vendor_tagline: String,
    vendor_city: String,
    vendor_country_code: String,
    variants: Json<Vec<Variant>>,
    pictures: Json<Vec<Picture>>,
    rating_count: i32,
    rating_sum: i64,
    related: Json<Vec<CardRow>>,
}

impl From<ProductRow> for (Product, Vec<ProductCard>) {
    fn from(row: ProductRow) -> Self {
        let product = Product {
            id: row.id,
            slug: row.slug,
            name: row.name,
            summary: row.summary,
            description: row.description,
            description_html: row.description_html,
            attributes: row.attributes.0,
            tags: row.tags,
            category: row.category.0,
            vendor_id: row.vendor_id,
            vendor_slug: row.vendor_slug,
            vendor_name: row.vendor_name,
            vendor_tagline: row.vendor_tagline,
            vendor_city: row.vendor_city,
            vendor_country_code: row.vendor_country_code,
            variants: row.variants.0,
            pictures: row.pictures.0,
            rating_count: row.rating_count,
            rating_sum: row.rating_sum,
        };
        (product, row.related.0.into_iter().map(ProductCard::from).collect())
    }
}

/// A product as its page shows it, and the four others of its category that are rated best. The limit stands in the text; see [`home`].
pub async fn product(executor: impl PgExecutor<'_>, slug: &Slug) -> Result<(Product, Vec<ProductCard>), sqlx::Error> {
    let row = sqlx::query_as!(
        ProductRow,
        r#"select p.id as "id!: ProductId", p.slug as "slug!: Slug", p.name as "name!", p.summary as "summary!",
             p.description as "description!", (select description_html from products where id = p.id) as "description_html!", p.attributes as "attributes!: Json<Vec<Attribute>>", p.tags as "tags!",
             jsonb_build_object('id', c.id, 'slug', c.slug, 'name', c.name, 'description', c.description) as "category!: Json<Category>",
             v.id as "vendor_id!: VendorId", v.slug as "vendor_slug!: Slug", v.name as "vendor_name!", v.tagline as "vendor_tagline!",
             v.city as "vendor_city!", v.country_code as "vendor_country_code!",
             (select jsonb_agg(jsonb_build_object('id', s.id, 'title', s.title,
                 'price', jsonb_build_object('amount_minor', s.price_minor, 'currency', s.currency),
                 'compare_at', case when s.compare_at_minor is not null
                   then jsonb_build_object('amount_minor', s.compare_at_minor, 'currency', s.currency) end,
                 'available', s.available) order by s.position)
               from stocked_variants s where s.product_id = p.id) as "variants!: Json<Vec<Variant>>",
             (select coalesce(jsonb_agg(
                 jsonb_build_object('id', f.id, 'alt', f.alt, 'width', f.width, 'height', f.height, 'widths', f.widths)
                 order by f.position), '[]')
               from product_pictures f where f.product_id = p.id) as "pictures!: Json<Vec<Picture>>",
             p.rating_count as "rating_count!", p.rating_sum as "rating_sum!",
             (select coalesce(json_agg(c order by r.rating_score desc, r.id desc), '[]')
               from (select r.id, r.rating_score from listed_products r where r.category_id = p.category_id and r.id <> p.id
                 order by r.rating_score desc, r.id desc limit 4) r
               join product_cards c on c.id = r.id) as "related!: Json<Vec<CardRow>>"
           from visible_products p join visible_shops v on v.id = p.vendor_id join categories c on c.id = p.category_id
           where p.slug = $1"#,
        slug as _
    )
    .fetch_one(executor)
    .await?;
    Ok(row.into())
}

pub async fn popular_ids(executor: impl PgExecutor<'_>, limit: i64) -> Result<Vec<ProductId>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select id as "id!: ProductId" from listed_products order by units_sold desc, rating_count desc, id desc limit $1"#,
        limit
    )
    .fetch_all(executor)
    .await
}

#[derive(FromRow)]
struct SuggestionRow {
    kind: SuggestionKind,
    name: String,
    slug: Slug,
}

/// Categories, shops and products one of whose words begins like this; products fill what is left of the limit, the most popular first.
pub async fn suggestions(executor: impl PgExecutor<'_>, words: &str, limit: i64) -> Result<Vec<Suggestion>, sqlx::Error> {
    // Whether the words are rare or common decides how they are looked for, so no plan is kept; the macro would keep one.
    let rows: Vec<SuggestionRow> = sqlx::query_as(
        "select kind, name, slug from (
             (select 'category' as kind, name, slug, 1 as place, 0::bigint as rank from categories
              where to_tsvector('simple', name) @@ to_tsquery('simple', $1) order by position limit 2)
             union all
             (select 'shop', name, slug, 2, 0 from visible_shops where to_tsvector('simple', name) @@ to_tsquery('simple', $1) order by name limit 2)
             union all
             (select 'product', v.name, v.slug, 3, v.units_sold from (
                select id from listed_products p where to_tsvector('english', p.name) @@ (to_tsquery('english', $1) || to_tsquery('simple', $1))
                order by p.units_sold desc, p.rating_count desc, p.id desc limit $2) p
              join visible_products v on v.id = p.id)
           ) found order by place, rank desc, name limit $2",
    )
    .bind(words)
    .bind(limit)
    .persistent(false)
    .fetch_all(executor)
    .await?;
    Ok(rows.into_iter().map(|row| Suggestion { kind: row.kind, name: row.name, slug: row.slug }).collect())
}
