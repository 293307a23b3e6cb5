//! The life of a product: published, taken back, archived, deleted; taken down by an admin, and released.

use serde_json::json;

use super::products::{lock, snapshot};
use crate::accounts::guard::Admin;
use crate::catalogue::guard::{ProductEditor, ProductPublisher};
use crate::catalogue::{ProductStatus, field, mail, store};
use crate::error::{AppError, Conflict};
use crate::notifications::service::OUTBOX;
use crate::platform::jobs;
use crate::platform::state::AppState;
use crate::values::{FieldErrors, PictureId, ProductId};

/// Longest reason for taking a product down, in characters; the table has the same bound.
pub const MAX_REASON: usize = 1000;

/// What became of a wish to delete.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Deletion {
    Done,
    /// An order names it, so it stays.
    Ordered,
    /// It is not as it was seen.
    Overtaken,
}

/// Puts a draft, or what was archived, up for sale.
///
/// # Errors
/// `NotFound` for others' products; `Conflict(Stale)` when it is no longer as it was seen; `Conflict(Held)` for what an admin took down.
pub async fn publish(state: &AppState, publisher: &ProductPublisher, id: ProductId, seen: ProductStatus) -> Result<(), AppError> {
    change_status(state, publisher.editor(), id, seen, ProductStatus::Published).await
}

/// Makes a draft of what is for sale.
///
/// # Errors
/// As [`publish`].
pub async fn unpublish(state: &AppState, editor: &ProductEditor, id: ProductId) -> Result<(), AppError> {
    change_status(state, editor, id, ProductStatus::Published, ProductStatus::Draft).await
}

/// Puts a product away; its orders keep it.
///
/// # Errors
/// As [`publish`].
pub async fn archive(state: &AppState, editor: &ProductEditor, id: ProductId, seen: ProductStatus) -> Result<(), AppError> {
    change_status(state, editor, id, seen, ProductStatus::Archived).await
}

async fn change_status(
    state: &AppState,
    editor: &ProductEditor,
    id: ProductId,
    seen: ProductStatus,
    next: ProductStatus,
) -> Result<(), AppError> {
    let vendor = editor.vendor_id();
    let mut tx = editor.begin(&state.db).await?;
    if !seen.may_become(next) || !store::owned::set_status(&mut tx, vendor, id, seen, next).await? {
        // Others' products are not found before they are stale.
        let known = lock(&mut tx, vendor, id).await?;
        let held = known.held_reason.is_some() && next == ProductStatus::Published;
        return Err(if held { Conflict::Held.into() } else { Conflict::Stale.into() });
    }
    let action = match next {
        ProductStatus::Published => "product.published",
        ProductStatus::Draft => "product.unpublished",
        ProductStatus::Archived => "product.archived",
    };
    editor.record(&mut tx, action, id, (Some(json!({ "status": seen })), Some(json!({ "status": next }))), None).await?;
    tx.commit().await?;
    Ok(())
}

/// Deletes a product that nobody ever ordered, with its pictures; another one is archived. Says which: `Done` or `Ordered`.
///
/// # Errors
/// As [`publish`].
pub async fn delete(state: &AppState, editor: &ProductEditor, id: ProductId, seen: ProductStatus) -> Result<Deletion, AppError> {
    let vendor = editor.vendor_id();
    let mut tx = editor.begin(&state.db).await?;
    let known = lock(&mut tx, vendor, id).await?;
    let pictures = store::owned::picture_ids(&mut *tx, vendor, id).await?;
    let outcome = store::owned::delete(&mut tx, vendor, id, seen).await?;
    match outcome {
        Deletion::Overtaken => return Err(Conflict::Stale.into()),
        Deletion::Done => {
            editor.record(&mut tx, "product.deleted", id, (snapshot(&known), None), None).await?;
            tx.commit().await?;
            discard(state, &pictures).await;
        }
        Deletion::Ordered => {
            // The refusal has ended this transaction.
            tx.rollback().await?;
            if seen != ProductStatus::Archived {
                change_status(state, editor, id, seen, ProductStatus::Archived).await?;
            }
        }
    }
    Ok(outcome)
}

/// No row names these any more. Files that stay behind harm nobody.
async fn discard(state: &AppState, pictures: &[PictureId]) {
    for &picture in pictures {
        if let Err(error) = crate::media::service::discard(&state.storage, picture).await {
            tracing::warn!(%picture, %error, "files of a deleted picture stay behind");
        }
    }
}

/// Takes a product down with a reason that its vendor gets by mail; nobody publishes it before an admin has released it.
///
/// # Errors
/// `Invalid` for a reason that is missing or too long; `NotFound`; `Conflict(Stale)` when it is no longer as the admin saw it.
pub async fn hold(state: &AppState, admin: &Admin, id: ProductId, seen: ProductStatus, reason: &str) -> Result<(), AppError> {
    let mut errors = FieldErrors::default();
    let reason = errors.text(field::REASON, reason, 1, MAX_REASON);
    errors.into_result(())?;
    let editor = ProductEditor::admin(&state.db, admin, id).await?;
    let shop = crate::vendors::service::find(&state.db, admin, editor.vendor_id()).await?;
    let mut tx = editor.begin(&state.db).await?;
    let known = lock(&mut tx, shop.id, id).await?;
    if !store::owned::hold(&mut tx, shop.id, id, seen, &reason).await? {
        return Err(Conflict::Stale.into());
    }
    let after = store::owned::find(&mut *tx, shop.id, id).await?;
    editor.record(&mut tx, "product.held", id, (snapshot(&known), snapshot(&after)), Some(reason.clone())).await?;
    mail::held(&mut tx, (id, &known.name), &shop.profile.contact_email, &reason, &state.config.base_url).await?;
    tx.commit().await?;
    jobs::wake(OUTBOX);
    Ok(())
}

/// Lets the vendor publish it again; until then it stays a draft.
///
/// # Errors
/// `NotFound`; `Conflict(Stale)` when it was not held.
pub async fn release(state: &AppState, admin: &Admin, id: ProductId) -> Result<(), AppError> {
    let editor = ProductEditor::admin(&state.db, admin, id).await?;
    let shop = crate::vendors::service::find(&state.db, admin, editor.vendor_id()).await?;
    let mut tx = editor.begin(&state.db).await?;
    let known = lock(&mut tx, shop.id, id).await?;
    if !store::owned::release(&mut tx, shop.id, id).await? {
        return Err(Conflict::Stale.into());
    }
    let after = store::owned::find(&mut *tx, shop.id, id).await?;
    editor.record(&mut tx, "product.released", id, (snapshot(&known), snapshot(&after)), None).await?;
    mail::released(&mut tx, (id, &known.name), &shop.profile.contact_email, &state.config.base_url).await?;
    tx.commit().await?;
    jobs::wake(OUTBOX);
    Ok(())
}
