//! SQL of reviews. Each statement that changes what counts changes the product's figures with it.

use serde::Deserialize;
use sqlx::PgExecutor;
pub use sqlx::types::Json;
use time::OffsetDateTime;

use super::{Place, ReportReason};
use crate::values::{ProductId, ReviewId, Slug, UserId};

crate::text_column!(ReportReason);

pub mod moderation;
pub mod replies;
pub mod writing;

type Result<T> = std::result::Result<T, sqlx::Error>;

/// A review with its product.
#[derive(Deserialize)]
pub struct ReviewRow {
    pub id: ReviewId,
    pub author_name: String,
    pub rating: i16,
    pub title: String,
    pub body: String,
    pub imported: bool,
    pub vendor_reply: Option<String>,
    #[serde(with = "time::serde::rfc3339::option")]
    pub replied_at: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    pub edited_at: Option<OffsetDateTime>,
    pub product_name: String,
    pub product_slug: Slug,
}

/// Some reviews, newest first, and of all of them how many gave one star, two, and so on.
pub struct PageRow {
    pub reviews: Json<Vec<ReviewRow>>,
    pub distribution: Vec<i64>,
}

/// Later than any review.
const THE_END_OF_TIME: OffsetDateTime = time::macros::datetime!(9999-01-01 0:00 UTC);

/// The place as it stands in a condition; without one a list that runs backwards begins at the end of time.
fn before(place: Option<Place>) -> (OffsetDateTime, ReviewId) {
    place.map_or((THE_END_OF_TIME, ReviewId(uuid::Uuid::max())), bounds)
}

/// A place out of all bounds is the end.
fn bounds(place: Place) -> (OffsetDateTime, ReviewId) {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(place.at) * 1000);
    (at.unwrap_or(OffsetDateTime::UNIX_EPOCH), place.id)
}

/// Newest first, behind a place; in one round trip.
pub async fn page(db: impl PgExecutor<'_>, product: ProductId, after: Option<Place>, limit: i64) -> Result<PageRow> {
    let (at, id) = before(after);
    sqlx::query_as!(
        PageRow,
        r#"select
             (select coalesce(jsonb_agg(r order by r.created_at desc, r.id desc), '[]') from (
               select w.id, w.author_name, w.rating, w.title, w.body, w.imported, w.vendor_reply, w.replied_at, w.created_at, w.edited_at,
                 p.name as product_name, p.slug as product_slug
               from reviews w join products p on p.id = w.product_id
               where w.product_id = $1 and w.hidden_at is null and (w.created_at, w.id) < ($2, $3)
               order by w.created_at desc, w.id desc limit $4) r)
               as "reviews!: Json<Vec<ReviewRow>>",
             (select array[count(*) filter (where rating = 1), count(*) filter (where rating = 2), count(*) filter (where rating = 3),
                 count(*) filter (where rating = 4), count(*) filter (where rating = 5)]
               from reviews where product_id = $1 and hidden_at is null) as "distribution!""#,
        product as _,
        at,
        id as _,
        limit
    )
    .fetch_one(db)
    .await
}

/// Whether a product has reviews that came with it.
pub async fn has_imported(db: impl PgExecutor<'_>, product: ProductId) -> Result<bool> {
    sqlx::query_scalar!(r#"select exists (select from reviews where product_id = $1 and imported) as "has!""#, product as _)
        .fetch_one(db)
        .await
}

/// Holds the product until the transaction ends, so that what follows is done by one at a time.
pub async fn lock_product(db: impl PgExecutor<'_>, product: ProductId) -> Result<()> {
    sqlx::query_scalar!("select 1 as one from products where id = $1 for no key update", product as _).fetch_one(db).await?;
    Ok(())
}

/// Adds reviews that come with a product.
pub async fn import(db: impl PgExecutor<'_>, product: ProductId, reviews: &Columns) -> Result<()> {
    sqlx::query!(
        "with added as (
           insert into reviews (id, product_id, author_name, rating, title, body, imported, created_at)
           select n.id, $1, n.author_name, n.rating, n.title, n.body, true, n.created_at
           from unnest($2::uuid[], $3::text[], $4::smallint[], $5::text[], $6::text[], $7::timestamptz[])
             as n (id, author_name, rating, title, body, created_at)
           returning rating)
         update products set rating_count = rating_count + (select count(*) from added), rating_sum = rating_sum + (select sum(rating) from added)
         where id = $1",
        product as _,
        &reviews.ids as _,
        &reviews.author_names,
        &reviews.ratings,
        &reviews.titles,
        &reviews.bodies,
        &reviews.written
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Many reviews by column.
#[derive(Default)]
pub struct Columns {
    pub ids: Vec<ReviewId>,
    pub author_names: Vec<String>,
    pub ratings: Vec<i16>,
    pub titles: Vec<String>,
    pub bodies: Vec<String>,
    pub written: Vec<OffsetDateTime>,
}

/// What stands in the place of a name once its account is erased.
const ERASED: &str = "Erased";

/// The words stay: they are about goods.
pub async fn anonymize(db: impl PgExecutor<'_>, author: UserId) -> Result<()> {
    sqlx::query!("update reviews set author_name = $2, user_id = null where user_id = $1", author as _, ERASED).execute(db).await?;
    Ok(())
}

/// All that somebody has reviewed and reported, as one JSON object.
pub async fn export(db: impl PgExecutor<'_>, author: UserId) -> Result<serde_json::Value> {
    sqlx::query_scalar!(
        r#"select jsonb_build_object(
             'written', (select coalesce(jsonb_agg(jsonb_build_object('product', p.name, 'shown_name', r.author_name, 'rating', r.rating,
                 'title', r.title, 'body', r.body, 'written_at', r.created_at, 'edited_at', r.edited_at, 'hidden_at', r.hidden_at,
                 'reply', r.vendor_reply) order by r.created_at, r.id), '[]')
               from reviews r join products p on p.id = r.product_id where r.user_id = $1),
             'reported', (select coalesce(jsonb_agg(jsonb_build_object('product', p.name, 'reason', q.reason, 'note', q.note,
                 'reported_at', q.created_at) order by q.created_at, q.id), '[]')
               from review_reports q join reviews r on r.id = q.review_id join products p on p.id = r.product_id where q.user_id = $1)
           ) as "reviews!""#,
        author as _
    )
    .fetch_one(db)
    .await
}
