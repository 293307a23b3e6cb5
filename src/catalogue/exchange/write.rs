//! Writes what was worked out, in one transaction.

use super::plan::{Changes, Plan, Step};
use super::plan_changes::variant_differs;
use crate::catalogue::{NewProduct, ProductStatus, store};
use crate::error::{AppError, Conflict, OnConstraint};
use crate::platform::db::Tx;
use crate::values::{FieldProblem, ProductId, UserId, VariantId, VendorId};

/// Why stock differs, in the ledger.
const REASON: &str = "Imported from a file";
/// Room for new variants behind all others, before they get their places.
const BEHIND_ALL: i32 = 1_000_000;

/// For whom.
#[derive(Clone, Copy, Debug)]
pub struct Writer {
    pub vendor: VendorId,
    pub user: UserId,
}

/// Before the steps: numbers that change their variant are free first.
pub async fn free_skus(tx: &mut Tx, writer: Writer, plan: &Plan) -> Result<(), AppError> {
    let changes = plan.steps.iter().filter_map(|step| match step {
        Step::Change(changes) => Some(changes),
        Step::Create { .. } => None,
    });
    let mut renamed: Vec<VariantId> = Vec::new();
    for changes in changes {
        let edited = changes.edited.iter().flat_map(|edited| &edited.variants);
        let renames = edited.filter(|change| changes.known.variants.iter().any(|known| known.id == change.id && known.sku != change.sku));
        renamed.extend(renames.map(|change| change.id));
    }
    store::variants::clear_skus(tx, writer.vendor, &renamed).await?;
    Ok(())
}

/// # Errors
/// `Conflict(Stale)` when something came in between that the locks do not keep out: a handle or a number that was taken at this moment.
pub async fn step(tx: &mut Tx, writer: Writer, step: &Step) -> Result<(), AppError> {
    match step {
        Step::Create { product, status } => create(tx, writer, product, *status).await,
        Step::Change(changes) => change(tx, writer, changes).await,
    }
}

/// Another one was quicker.
fn or_stale<T>(written: Result<T, sqlx::Error>) -> Result<T, AppError> {
    written.on_constraint("product_variants_sku_key", "sku", FieldProblem::Taken).map_err(|error| match error {
        AppError::Invalid(_) => Conflict::Stale.into(),
        error => error,
    })
}

async fn create(tx: &mut Tx, writer: Writer, product: &NewProduct, status: ProductStatus) -> Result<(), AppError> {
    let id = ProductId::new();
    if !store::insert_product(tx, id, writer.vendor, product, &product.slug).await? {
        return Err(Conflict::Stale.into());
    }
    for (position, variant) in (0..).zip(&product.variants) {
        or_stale(store::insert_variant(tx, id, writer.vendor, position, variant).await)?;
    }
    if status != ProductStatus::Draft {
        set_status(tx, writer, id, ProductStatus::Draft, status).await?;
    }
    Ok(())
}

async fn set_status(tx: &mut Tx, writer: Writer, id: ProductId, from: ProductStatus, to: ProductStatus) -> Result<(), AppError> {
    match store::owned::set_status(tx, writer.vendor, id, from, to).await? {
        true => Ok(()),
        false => Err(Conflict::Stale.into()),
    }
}

async fn change(tx: &mut Tx, writer: Writer, changes: &Changes) -> Result<(), AppError> {
    let (vendor, id) = (writer.vendor, changes.known.id);
    if let Some(edited) = &changes.edited {
        let html = crate::catalogue::service::markdown::to_html(&edited.texts.description);
        if !store::owned::update_texts(tx, vendor, id, edited, &html).await? {
            return Err(Conflict::Stale.into());
        }
        for variant in edited.variants.iter().filter(|variant| variant_differs(&changes.known, variant)) {
            or_stale(store::variants::update(tx, vendor, variant).await)?;
        }
    }
    if !changes.added.is_empty() {
        let mut order: Vec<VariantId> = changes.known.variants.iter().map(|variant| variant.id).collect();
        for (position, variant) in (BEHIND_ALL..).zip(&changes.added) {
            order.push(or_stale(store::insert_variant(tx, id, vendor, position, variant).await)?);
        }
        store::variants::renumber(tx, vendor, id, &order).await?;
    }
    for &(variant, delta) in &changes.stock {
        store::ledger::correct(tx, vendor, (variant, delta), REASON, writer.user).await?;
    }
    match changes.status {
        Some(status) => set_status(tx, writer, id, changes.known.status, status).await,
        None => Ok(()),
    }
}
