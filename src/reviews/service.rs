//! Reading reviews, and bringing in those of imported goods.

use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use super::store::{self, Columns, Json, PageRow, ReviewRow};
use super::{Distribution, ImportedReview, MOST_STARS, Place, Review, ReviewPage};
use crate::error::AppError;
use crate::platform::db::{Db, Reader};
use crate::values::{ProductId, ReviewId};

/// Reviews on a page: under the product, and on each page of its reviews.
pub const PER_PAGE: usize = 10;

impl From<ReviewRow> for Review {
    fn from(row: ReviewRow) -> Self {
        Self {
            id: row.id,
            author_name: row.author_name,
            rating: u8::try_from(row.rating).unwrap_or(MOST_STARS),
            title: row.title,
            body: row.body,
            imported: row.imported,
            vendor_reply: row.vendor_reply,
            written_at: row.created_at.format(&Rfc3339).unwrap_or_default(),
        }
    }
}

/// Microseconds, as precise as the table has it.
fn micros(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1000).unwrap_or(i64::MAX)
}

/// Reviews of a product, newest first, behind a place.
///
/// # Errors
/// `Offline`.
pub async fn of_product(reader: &mut Reader, product: ProductId, after: Option<Place>) -> Result<ReviewPage, AppError> {
    let limit = i64::try_from(PER_PAGE + 1).unwrap_or(i64::MAX);
    let PageRow { reviews: Json(mut rows), distribution: counts } = store::page(&mut **reader, product, after, limit).await?;
    let more = rows.len() > PER_PAGE;
    rows.truncate(PER_PAGE);
    let next = rows.last().filter(|_| more).map(|row| Place { written_at: micros(row.created_at), id: row.id });
    let mut distribution = Distribution::default();
    for (stars, count) in distribution.0.iter_mut().zip(counts) {
        *stars = u32::try_from(count).unwrap_or(u32::MAX);
    }
    Ok(ReviewPage { reviews: rows.into_iter().map(Review::from).collect(), distribution, next })
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

/// Takes a review out of sight; it no longer counts. Hidden ones may be shown again.
///
/// # Errors
/// `NotFound` if there is none, or it is so already.
pub async fn set_hidden(db: &Db, review: ReviewId, hidden: bool) -> Result<(), AppError> {
    if store::set_hidden(db.pool(), review, hidden).await? { Ok(()) } else { Err(AppError::NotFound) }
}
