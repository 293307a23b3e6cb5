//! The ledger of stock: read, and corrected by whoever has counted.

use serde_json::json;

use crate::catalogue::guard::{ProductEditor, ProductViewer};
use crate::catalogue::{Movement, TypedCorrection, field, store};
use crate::error::{AppError, OnConstraint};
use crate::platform::db::Db;
use crate::values::{FieldErrors, FieldProblem, MovementId, ProductId, VariantId};

/// Lines of the ledger on a page.
const PAGE_SIZE: usize = 50;

/// What a count has done.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Corrected {
    /// Variants whose stock is another one now.
    pub variants: usize,
    /// Pieces that came or went between the look at the shelf and its being written down. They are kept.
    pub meanwhile: i64,
}

/// Movements of one variant or of the whole product, newest first, and before which one the next page begins.
///
/// # Errors
/// `Offline`; of others' products there are none.
pub async fn movements(
    db: &Db,
    viewer: &ProductViewer,
    product: ProductId,
    variant: Option<VariantId>,
    before: Option<MovementId>,
) -> Result<(Vec<Movement>, Option<MovementId>), AppError> {
    let mut tx = viewer.begin(db).await?;
    let vendor = viewer.vendor_id();
    let mut movements = store::ledger::list(&mut *tx, vendor, product, variant, before, PAGE_SIZE as i64 + 1).await?;
    tx.commit().await?;
    let more = movements.len() > PAGE_SIZE;
    movements.truncate(PAGE_SIZE);
    let next = movements.last().filter(|_| more).map(|movement| movement.id);
    Ok((movements, next))
}

/// Adds the differences between what was counted and what the form showed, so that a sale in between is kept. All of them or none.
///
/// # Errors
/// `Invalid` for bad counts, and for one that would leave less than nothing; `NotFound` for others' products and variants.
pub async fn correct(db: &Db, editor: &ProductEditor, product: ProductId, typed: &TypedCorrection) -> Result<Corrected, AppError> {
    let correction = typed.parse()?;
    let vendor = editor.vendor_id();
    let variants: Vec<VariantId> = correction.deltas.iter().map(|delta| delta.variant).collect();
    let mut tx = editor.begin(db).await?;
    let shelf = store::ledger::lock(&mut *tx, vendor, product, &variants).await?;
    if shelf.len() < variants.len() {
        return Err(AppError::NotFound);
    }
    // With nothing to correct, others' products are not found either.
    store::owned::find(&mut *tx, vendor, product).await?;
    let mut errors = FieldErrors::default();
    let (mut before, mut after, mut meanwhile) = (Vec::new(), Vec::new(), 0_i64);
    for delta in &correction.deltas {
        let Some((_, stock)) = shelf.iter().find(|(id, _)| *id == delta.variant) else { return Err(AppError::NotFound) };
        let left = i64::from(*stock) + i64::from(delta.delta);
        if left < 0 {
            errors.push(&field::error_in_row("counts", delta.index, field::COUNT), FieldProblem::BelowZero);
        }
        meanwhile += i64::from(*stock) - i64::from(delta.seen);
        before.push(json!({ "variant": delta.variant, "stock": stock }));
        after.push(json!({ "variant": delta.variant, "stock": left }));
    }
    errors.into_result(())?;
    for delta in &correction.deltas {
        let written = store::ledger::correct(&mut tx, vendor, (delta.variant, delta.delta), &correction.reason, editor.user_id()).await;
        let field = field::error_in_row("counts", delta.index, field::COUNT);
        written.on_constraint("product_variants_stock_check", &field, FieldProblem::OutOfRange)?;
    }
    if !before.is_empty() {
        let stocks = (Some(json!(before)), Some(json!(after)));
        editor.record(&mut tx, "product.stock_corrected", product, stocks, Some(correction.reason.clone())).await?;
    }
    tx.commit().await?;
    Ok(Corrected { variants: correction.deltas.len(), meanwhile })
}
