//! What vendors see of the reviews of their products, and answer.

use super::cut;
use crate::error::AppError;
use crate::notifications::service::OUTBOX;
use crate::platform::db::{Db, leave_vendor};
use crate::platform::jobs;
use crate::platform::state::AppState;
use crate::reviews::{MAX_REPLY, Place, ProductReview, VendorReviews, field, mail, store};
use crate::values::{FieldErrors, ReviewId};
use crate::vendors::guard::{ApprovedVendor, ShopOwner};

/// Reviews on a page of a vendor's list.
pub const PER_PAGE: usize = 20;

/// Of a vendor's products, newest first, behind a place.
///
/// # Errors
/// `Offline`.
pub async fn list(db: &Db, owner: &ShopOwner, unanswered: bool, after: Option<Place>) -> Result<VendorReviews, AppError> {
    let vendor = owner.vendor_id();
    let mut tx = db.begin_as_vendor(vendor.0).await?;
    let mut rows = store::replies::list(&mut *tx, vendor, unanswered, after, PER_PAGE as i64 + 1).await?;
    let waiting = store::replies::unanswered(&mut *tx, vendor).await?;
    tx.commit().await?;
    let next = cut(&mut rows, PER_PAGE, |row| (row.created_at, row.id));
    Ok(VendorReviews { reviews: rows.into_iter().map(ProductReview::from).collect(), next, unanswered: waiting })
}

/// # Errors
/// `NotFound` for reviews of others' products, and for hidden ones.
pub async fn find(db: &Db, owner: &ShopOwner, id: ReviewId) -> Result<ProductReview, AppError> {
    let mut tx = db.begin_as_vendor(owner.vendor_id().0).await?;
    let row = store::replies::find(&mut *tx, owner.vendor_id(), id).await?.ok_or(AppError::NotFound)?;
    tx.commit().await?;
    Ok(row.into())
}

/// Answers a review, or corrects the answer. Its author hears of the first one.
///
/// # Errors
/// `Invalid` for an answer that is empty or too long; `NotFound` as [`find`].
pub async fn reply(state: &AppState, vendor: &ApprovedVendor, id: ReviewId, reply: &str) -> Result<(), AppError> {
    let mut errors = FieldErrors::default();
    let reply = errors.text(field::REPLY, reply, 1, MAX_REPLY);
    errors.into_result(())?;
    let owner = vendor.owner();
    let mut tx = state.db.begin_as_vendor(owner.vendor_id().0).await?;
    if !store::replies::set_reply(&mut *tx, owner.vendor_id(), id, Some(&reply)).await? {
        return Err(AppError::NotFound);
    }
    // The author's address is not the vendor's to read.
    leave_vendor(&mut tx).await?;
    let about = store::writing::about(&mut *tx, id).await?;
    mail::replied(&mut tx, id, &about, &owner.vendor().profile.name, &reply, &state.config.base_url).await?;
    tx.commit().await?;
    jobs::wake(OUTBOX);
    Ok(())
}

/// Takes the answer back; without one nothing happens.
///
/// # Errors
/// `NotFound` as [`find`].
pub async fn remove_reply(db: &Db, vendor: &ApprovedVendor, id: ReviewId) -> Result<(), AppError> {
    let mut tx = db.begin_as_vendor(vendor.vendor_id().0).await?;
    if !store::replies::set_reply(&mut *tx, vendor.vendor_id(), id, None).await? {
        return Err(AppError::NotFound);
    }
    tx.commit().await?;
    Ok(())
}
