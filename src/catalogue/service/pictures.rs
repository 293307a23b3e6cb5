//! Pictures of a vendor's products: added, described, put in order, removed. Files are written before the row that names them and deleted
//! after it; what a power cut leaves between the two is an orphan, and a job removes it.

use std::time::Duration;

use serde_json::json;

use crate::catalogue::guard::{ProductEditor, ProductViewer};
use crate::catalogue::{PictureText, store};
use crate::error::{AppError, Conflict};
use crate::media::Picture;
use crate::media::service::{self as media, StoredPicture, Upload};
use crate::platform::db::{Db, Tx};
use crate::platform::rate_limit;
use crate::platform::state::AppState;
use crate::values::{FieldErrors, PictureId, ProductId, VendorId};

/// Pictures of one product: more than anybody looks at.
pub const MAX_OF_PRODUCT: usize = 12;
/// Pictures of one shop: about 1.5 GB in all sizes.
const MAX_OF_SHOP: i64 = 5_000;
/// Uploads of one shop in an hour: a whole catalogue in an afternoon, and no more than one core's work.
const UPLOADS_AN_HOUR: u32 = 1_200;
const HOUR: Duration = Duration::from_secs(60 * 60);
/// Longest alternative text; the table has the same bound.
const MAX_ALT: usize = 300;
/// Files younger than this may belong to an upload whose row is not committed yet.
const ORPHAN_AGE: Duration = Duration::from_secs(24 * 60 * 60);
/// Ids asked about in one statement.
const PIECE: usize = 1_000;

/// In the vendor's order.
///
/// # Errors
/// `Offline`.
pub async fn list(db: &Db, viewer: &ProductViewer, product: ProductId) -> Result<Vec<Picture>, AppError> {
    let mut tx = viewer.begin(db).await?;
    let pictures = store::pictures::list(&mut *tx, viewer.vendor_id(), product).await?;
    tx.commit().await?;
    Ok(pictures)
}

/// Before a file is received: whether it would be taken.
///
/// # Errors
/// `NotFound` for others' products; `Conflict(Full)`; `TooManyRequests`.
pub async fn expect(db: &Db, editor: &ProductEditor, product: ProductId) -> Result<(), AppError> {
    let vendor = editor.vendor_id();
    let mut tx = editor.begin(db).await?;
    room(&mut tx, vendor, product).await?;
    tx.commit().await?;
    rate_limit::hit(db, &format!("upload:{vendor}"), UPLOADS_AN_HOUR, HOUR).await
}

async fn room(tx: &mut Tx, vendor: VendorId, product: ProductId) -> Result<(), AppError> {
    let (of_product, of_shop) = store::pictures::counts(&mut **tx, vendor, product).await?;
    if of_product >= MAX_OF_PRODUCT as i64 || of_shop >= MAX_OF_SHOP { Err(Conflict::Full.into()) } else { Ok(()) }
}

/// Behind the product's other pictures.
///
/// # Errors
/// `Invalid` at `picture` for what is not a picture we take; `NotFound` for others' products; `Conflict(Full)`.
pub async fn add(state: &AppState, editor: &ProductEditor, product: ProductId, upload: Upload) -> Result<Picture, AppError> {
    let stored = media::store_upload(&state.storage, upload).await?;
    if let Err(error) = attach(&state.db, editor, product, &stored).await {
        discard(state, stored.id).await;
        return Err(error);
    }
    Ok(Picture { id: stored.id, alt: String::new(), width: stored.width, height: stored.height, widths: stored.widths })
}

async fn attach(db: &Db, editor: &ProductEditor, product: ProductId, stored: &StoredPicture) -> Result<(), AppError> {
    let vendor = editor.vendor_id();
    let mut tx = editor.begin(db).await?;
    // One at a time, or two uploads could both take the last place.
    store::lock_product(&mut tx, vendor, product).await?;
    room(&mut tx, vendor, product).await?;
    store::insert_picture(&mut tx, product, vendor, stored, "").await?;
    editor.record(&mut tx, "product.picture_added", product, (None, Some(json!({ "picture": stored.id }))), None).await?;
    tx.commit().await?;
    Ok(())
}

/// What is to be said in place of the pictures.
///
/// # Errors
/// `Invalid` at `pictures.0.alt` for a text that is too long; `NotFound` for others' pictures. Nothing is changed then.
pub async fn describe(db: &Db, editor: &ProductEditor, product: ProductId, texts: &[PictureText]) -> Result<(), AppError> {
    let vendor = editor.vendor_id();
    let mut errors = FieldErrors::default();
    let parse = |(index, text): (usize, &PictureText)| errors.text(&format!("pictures.{index}.alt"), &text.alt, 0, MAX_ALT);
    let alts: Vec<String> = texts.iter().take(MAX_OF_PRODUCT).enumerate().map(parse).collect();
    errors.into_result(())?;
    let mut tx = editor.begin(db).await?;
    store::lock_product(&mut tx, vendor, product).await?;
    for (text, alt) in texts.iter().zip(&alts) {
        if !store::pictures::describe(&mut tx, vendor, product, text.id, alt).await? {
            return Err(AppError::NotFound);
        }
    }
    editor.record(&mut tx, "product.pictures_described", product, (None, Some(json!(alts))), None).await?;
    tx.commit().await?;
    Ok(())
}

/// Puts the pictures in this order; the first is the main one.
///
/// # Errors
/// `NotFound` for others' products; `Conflict(Stale)` unless these are just the product's pictures, each once.
pub async fn arrange(db: &Db, editor: &ProductEditor, product: ProductId, order: &[PictureId]) -> Result<(), AppError> {
    let vendor = editor.vendor_id();
    let mut tx = editor.begin(db).await?;
    store::lock_product(&mut tx, vendor, product).await?;
    let before: Vec<PictureId> = store::pictures::list(&mut *tx, vendor, product).await?.into_iter().map(|picture| picture.id).collect();
    let (mut known, mut wanted) = (before.clone(), order.to_vec());
    known.sort_unstable();
    wanted.sort_unstable();
    if known != wanted {
        return Err(Conflict::Stale.into());
    }
    store::pictures::arrange(&mut tx, vendor, product, order).await?;
    editor.record(&mut tx, "product.pictures_arranged", product, (Some(json!(before)), Some(json!(order))), None).await?;
    tx.commit().await?;
    Ok(())
}

/// Row first, then files: a row without files would be a hole in a page.
///
/// # Errors
/// `NotFound` for others' pictures.
pub async fn remove(state: &AppState, editor: &ProductEditor, product: ProductId, picture: PictureId) -> Result<(), AppError> {
    let vendor = editor.vendor_id();
    let mut tx = editor.begin(&state.db).await?;
    if !store::pictures::remove(&mut tx, vendor, product, picture).await? {
        return Err(AppError::NotFound);
    }
    editor.record(&mut tx, "product.picture_removed", product, (Some(json!({ "picture": picture })), None), None).await?;
    tx.commit().await?;
    discard(state, picture).await;
    Ok(())
}

/// No row names it. Files that stay behind harm nobody and are swept up later.
pub(super) async fn discard(state: &AppState, picture: PictureId) {
    if let Err(error) = media::discard(&state.storage, picture).await {
        tracing::warn!(%picture, %error, "files of a picture stay behind");
    }
}

/// Removes files that no row names: of uploads and deletions that a power cut came between. A job.
///
/// # Errors
/// Those of the store and the database.
pub async fn sweep(state: AppState) -> Result<(), AppError> {
    let old: Vec<PictureId> = state.storage.folders_older_than(ORPHAN_AGE).await?.into_iter().map(PictureId).collect();
    let mut swept = 0_u32;
    for piece in old.chunks(PIECE) {
        let named = store::pictures::named(state.db.pool(), piece).await?;
        for orphan in piece.iter().filter(|picture| !named.contains(picture)) {
            media::discard(&state.storage, *orphan).await?;
            swept += 1;
        }
    }
    if swept > 0 {
        tracing::info!(swept, "files that no product names are gone");
    }
    Ok(())
}

/// I12: pictures that a row names and whose files are not there.
///
/// # Errors
/// Those of the store and the database.
pub async fn missing(state: &AppState) -> Result<Vec<PictureId>, AppError> {
    let mut missing = Vec::new();
    let mut after = None;
    loop {
        let piece = store::pictures::piece(state.db.pool(), after, PIECE as i64).await?;
        let Some((last, _)) = piece.last() else { return Ok(missing) };
        after = Some(*last);
        for (picture, widths) in &piece {
            if !media::is_stored(&state.storage, *picture, widths).await? {
                missing.push(*picture);
            }
        }
    }
}
