//! SQL of reviews. Each statement that changes what counts changes the product's figures with it.

use serde::Deserialize;
use sqlx::PgExecutor;
pub use sqlx::types::Json;
use time::OffsetDateTime;

use super::Place;
use crate::values::{ProductId, ReviewId};

type Result<T> = std::result::Result<T, sqlx::Error>;

#[derive(Deserialize)]
pub struct ReviewRow {
    pub id: ReviewId,
    pub author_name: String,
    pub rating: i16,
    pub title: String,
    pub body: String,
    pub imported: bool,
    pub vendor_reply: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

/// Some reviews, newest first, and of all of them how many gave one star, two, and so on.
pub struct PageRow {
    pub reviews: Json<Vec<ReviewRow>>,
    pub distribution: Vec<i64>,
}

/// Later than any review.
const THE_END_OF_TIME: OffsetDateTime = time::macros::datetime!(9999-01-01 0:00 UTC);

/// Newest first, behind a place; in one round trip.
pub async fn page(db: impl PgExecutor<'_>, product: ProductId, after: Option<Place>, limit: i64) -> Result<PageRow> {
    let (at, id) = match after {
        // A place out of all bounds is the end.
        Some(place) => {
            let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(place.written_at) * 1000);
            (at.unwrap_or(OffsetDateTime::UNIX_EPOCH), place.id)
        }
        None => (THE_END_OF_TIME, ReviewId(uuid::Uuid::max())),
    };
    sqlx::query_as!(
        PageRow,
        r#"select
             (select coalesce(jsonb_agg(r order by r.created_at desc, r.id desc), '[]') from (
               select id, author_name, rating, title, body, imported, vendor_reply, created_at from reviews
               where product_id = $1 and hidden_at is null and (created_at, id) < ($2, $3) order by created_at desc, id desc limit $4) r)
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

/// Takes a review out of sight, or shows it again. False if it was so already.
pub async fn set_hidden(db: impl PgExecutor<'_>, review: ReviewId, hidden: bool) -> Result<bool> {
    let done = sqlx::query!(
        "with changed as (
           update reviews set hidden_at = case when $2 then now() end where id = $1 and (hidden_at is not null) <> $2
           returning product_id, rating)
         update products p set rating_count = rating_count + case when $2 then -1 else 1 end,
           rating_sum = rating_sum + case when $2 then -changed.rating else changed.rating end
         from changed where p.id = changed.product_id",
        review as _,
        hidden
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}
