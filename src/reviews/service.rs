//! Reading reviews, bringing in those of imported goods, and what a person's data are among them.

pub mod moderation;
pub mod replies;
pub mod writing;

use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use super::store::{self, Columns, Json, PageRow, ReviewRow};
use super::{Distribution, ImportedReview, MOST_STARS, Place, ProductReview, Review, ReviewPage};
use crate::accounts::guard::Customer;
use crate::error::AppError;
use crate::platform::db::{Db, Reader, Tx};
use crate::values::{ProductId, ReviewId, UserId};

/// Reviews on a page: under the product, and on each page of its reviews.
pub const PER_PAGE: usize = 10;

fn rfc3339(at: OffsetDateTime) -> String {
    // Years beyond 9999 are the only thing that cannot be written.
    at.format(&Rfc3339).unwrap_or_default()
}

/// The table has no others than 1 to 5.
fn stars(rating: i16) -> u8 {
    u8::try_from(rating).unwrap_or(MOST_STARS)
}

impl From<ReviewRow> for ProductReview {
    fn from(row: ReviewRow) -> Self {
        let review = Review {
            id: row.id,
            author_name: row.author_name,
            rating: stars(row.rating),
            title: row.title,
            body: row.body,
            imported: row.imported,
            reply: row.vendor_reply.zip(row.replied_at.map(rfc3339)),
            written_at: rfc3339(row.created_at),
            edited: row.edited_at.is_some(),
        };
        Self { review, product_name: row.product_name, product_slug: row.product_slug }
    }
}

/// Cuts a list that was read one row too long, and says where the next page begins.
fn cut<T>(rows: &mut Vec<T>, per_page: usize, place: impl Fn(&T) -> (OffsetDateTime, ReviewId)) -> Option<Place> {
    let more = rows.len() > per_page;
    rows.truncate(per_page);
    // Microseconds, as precise as the table has it.
    let micros = |at: OffsetDateTime| i64::try_from(at.unix_timestamp_nanos() / 1000).unwrap_or(i64::MAX);
    rows.last().filter(|_| more).map(place).map(|(at, id)| Place { at: micros(at), id })
}

/// Reviews of a product, newest first, behind a place.
///
/// # Errors
/// `Offline`.
pub async fn of_product(reader: &mut Reader, product: ProductId, after: Option<Place>) -> Result<ReviewPage, AppError> {
    let limit = i64::try_from(PER_PAGE + 1).unwrap_or(i64::MAX);
    let PageRow { reviews: Json(mut rows), distribution: counts } = store::page(&mut **reader, product, after, limit).await?;
    let next = cut(&mut rows, PER_PAGE, |row| (row.created_at, row.id));
    let mut distribution = Distribution::default();
    for (stars, count) in distribution.0.iter_mut().zip(counts) {
        *stars = u32::try_from(count).unwrap_or(u32::MAX);
    }
    Ok(ReviewPage { reviews: rows.into_iter().map(|row| ProductReview::from(row).review).collect(), distribution, next })
}

/// Adds the reviews that come with a product, unless it has some of that kind. Says how many were added.
///
/// # Errors
/// `NotFound` without such a product; `Internal` for ratings and texts that the table refuses; `Offline`.
pub async fn import(db: &Db, product: ProductId, reviews: &[ImportedReview]) -> Result<u32, AppError> {
    if reviews.is_empty() || store::has_imported(db.pool(), product).await? {
        return Ok(0);
    }
    let now = OffsetDateTime::now_utc();
    let mut columns = Columns::default();
    for review in reviews {
        columns.ids.push(ReviewId::new());
        columns.author_names.push(review.author_name.clone());
        columns.ratings.push(i16::from(review.rating));
        columns.titles.push(review.title.clone());
        columns.bodies.push(review.body.clone());
        columns.written.push(now - Duration::days(i64::from(review.days_ago)));
    }
    let mut tx = db.begin().await?;
    store::lock_product(&mut *tx, product).await?;
    // Somebody else may have been first.
    if store::has_imported(&mut *tx, product).await? {
        return Ok(0);
    }
    store::import(&mut *tx, product, &columns).await?;
    tx.commit().await?;
    Ok(u32::try_from(reviews.len()).unwrap_or(u32::MAX))
}

/// All that a customer has reviewed and reported, for their own file.
///
/// # Errors
/// `Offline`.
pub async fn export(db: &Db, customer: &Customer) -> Result<serde_json::Value, AppError> {
    Ok(store::export(db.pool(), customer.user_id()).await?)
}

/// Takes the person out of their reviews; the words and the stars stay. After their orders, whose locks keep new reviews away.
///
/// # Errors
/// `Offline`.
pub async fn forget_author(tx: &mut Tx, author: UserId) -> Result<(), AppError> {
    Ok(store::anonymize(&mut **tx, author).await?)
}
