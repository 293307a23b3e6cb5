//! Stock as checkout and the finaliser use it: rows locked once, in id order, in their transaction.

use crate::catalogue::{mail, store};
use crate::error::AppError;
use crate::platform::db::Tx;
use crate::values::{OrderId, Quantity, VariantId};

/// Locks variants in id order, so that two transactions over the same goods queue up instead of waiting for each other.
///
/// # Errors
/// Only the database's.
pub async fn lock(tx: &mut Tx, variants: &[VariantId]) -> Result<(), AppError> {
    store::stock::lock(&mut **tx, variants).await?;
    Ok(())
}

/// Takes what an order bought, all of it or nothing: checked against stock less what other orders hold. False: something is gone.
/// The caller has locked the variants. Vendors whose goods run low by it get a mail.
///
/// # Errors
/// Only the database's.
pub async fn take(tx: &mut Tx, order: OrderId, bought: &[(VariantId, Quantity)], base_url: &str) -> Result<bool, AppError> {
    let variants: Vec<VariantId> = bought.iter().map(|(variant, _)| *variant).collect();
    let quantities: Vec<i32> = bought.iter().map(|(_, quantity)| quantity.as_i32()).collect();
    if store::stock::short(&mut **tx, order, &variants, &quantities).await? > 0 {
        return Ok(false);
    }
    store::stock::sell(&mut **tx, order, &variants, &quantities).await?;
    store::stock::count_sold(&mut **tx, &variants, &quantities).await?;
    for low in store::stock::fallen_low(&mut **tx, order).await? {
        mail::running_low(tx, &low, base_url).await?;
    }
    Ok(true)
}

/// Puts pieces of an order back on the shelf. The caller has locked the variants; their products are locked here, as a sale locks them to
/// count what was sold. What was counted as sold stays so: it was.
///
/// # Errors
/// Only the database's.
pub async fn restock(tx: &mut Tx, order: OrderId, pieces: &[(VariantId, i32)]) -> Result<(), AppError> {
    let variants: Vec<VariantId> = pieces.iter().map(|(variant, _)| *variant).collect();
    store::stock::lock_products(&mut **tx, &variants).await?;
    Ok(store::stock::restock(&mut **tx, order, pieces).await?)
}
