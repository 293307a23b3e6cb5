//! Customers write about what they bought, change it, and take it back.

use super::stars;
use crate::accounts::guard::Customer;
use crate::error::{AppError, Conflict};
use crate::notifications::service::OUTBOX;
use crate::platform::db::Db;
use crate::platform::jobs;
use crate::platform::state::AppState;
use crate::reviews::{LineToReview, Opinion, ReviewLink, mail, shown_name, store};
use crate::values::{OrderId, OrderLineId, ReviewId};

/// A line of one's own order with what was said about it.
///
/// # Errors
/// `NotFound` for others' lines as for missing ones.
pub async fn line(db: &Db, customer: &Customer, order: OrderId, line: OrderLineId) -> Result<LineToReview, AppError> {
    let row = store::writing::line(db.pool(), customer.user_id(), order, line).await?.ok_or(AppError::NotFound)?;
    Ok(LineToReview {
        product_name: row.product_name,
        product_slug: row.product_slug,
        variant_title: row.variant_title,
        picture_id: row.picture_id,
        may_be_reviewed: row.may_be_reviewed,
        opinion: row.rating.map(|rating| Opinion {
            rating: stars(rating),
            title: row.title.unwrap_or_default(),
            body: row.body.unwrap_or_default(),
        }),
        hidden_reason: row.hidden_reason,
    })
}

/// The lines of one's own order that have a review or may get one.
///
/// # Errors
/// `Offline`.
pub async fn links(db: &Db, customer: &Customer, order: OrderId) -> Result<Vec<ReviewLink>, AppError> {
    Ok(store::writing::links(db.pool(), customer.user_id(), order).await?)
}

/// Writes the review of a line, or changes the one that it has: who sends the form twice has one review, and it is not marked as edited.
/// The vendor hears of the first one. What was hidden stays hidden when it is changed.
///
/// # Errors
/// `NotFound` for others' lines as for missing ones; `Conflict(NotReviewable)` for what has not arrived, or was wholly refunded.
pub async fn save(state: &AppState, customer: &Customer, line: OrderLineId, opinion: &Opinion) -> Result<OrderId, AppError> {
    let author = customer.user_id();
    let mut tx = state.db.begin().await?;
    let order = store::writing::lock_order(&mut *tx, author, line).await?.ok_or(AppError::NotFound)?;
    let id = ReviewId::new();
    if store::writing::insert(&mut *tx, id, (author, &shown_name(customer.name())), line, opinion).await? {
        let about = store::writing::about(&mut *tx, id).await?;
        mail::written(&mut tx, (id, line), &about, &state.config.base_url).await?;
    } else {
        let known = store::writing::lock(&mut *tx, author, line).await?.ok_or(Conflict::NotReviewable)?;
        let before = Opinion { rating: stars(known.rating), title: known.title, body: known.body };
        if before != *opinion {
            store::writing::edit(&mut *tx, known.id, opinion).await?;
            store::moderation::forget_settled(&mut *tx, known.id).await?;
        }
    }
    tx.commit().await?;
    jobs::wake(OUTBOX);
    Ok(order)
}

/// Deletes one's own review of a line.
///
/// # Errors
/// `NotFound` without one; `Conflict(ReviewHidden)` for one that an admin took down: a new one in its place would be seen again.
pub async fn delete(db: &Db, customer: &Customer, line: OrderLineId) -> Result<OrderId, AppError> {
    let mut tx = db.begin().await?;
    let known = store::writing::lock(&mut *tx, customer.user_id(), line).await?.ok_or(AppError::NotFound)?;
    if known.hidden {
        return Err(Conflict::ReviewHidden.into());
    }
    store::writing::delete(&mut *tx, known.id).await?;
    tx.commit().await?;
    Ok(known.order_id)
}
