//! Rules of the wishlist.

use super::{MAX_ITEMS, store};
use crate::accounts::guard::Customer;
use crate::error::{AppError, Conflict};
use crate::platform::db::{Db, Tx};
use crate::values::ProductId;

/// Saves a product or forgets it; says whether it is saved now.
///
/// # Errors
/// `NotFound` for a product that is not on show; `Full` when the list is.
pub async fn save(db: &Db, customer: &Customer, product_id: ProductId, saved: bool) -> Result<bool, AppError> {
    let mut tx = db.begin().await?;
    if saved {
        put(&mut tx, customer, product_id).await?;
    } else {
        take(&mut tx, customer, product_id).await?;
    }
    tx.commit().await?;
    Ok(saved)
}

/// Saves a product inside somebody's transaction, which an error must undo.
///
/// # Errors
/// As [`save`].
pub async fn put(tx: &mut Tx, customer: &Customer, product_id: ProductId) -> Result<(), AppError> {
    if !store::insert(&mut **tx, customer.user_id(), product_id).await? {
        return Err(AppError::NotFound);
    }
    // Counted afterwards: what was saved before needs no room.
    if store::count(&mut **tx, customer.user_id()).await? > MAX_ITEMS { Err(Conflict::Full.into()) } else { Ok(()) }
}

/// Forgets a product inside somebody's transaction; says whether it was saved.
///
/// # Errors
/// Only the database's.
pub async fn take(tx: &mut Tx, customer: &Customer, product_id: ProductId) -> Result<bool, AppError> {
    Ok(store::delete(&mut **tx, customer.user_id(), product_id).await?)
}

/// Ids of what a customer saved, newest first.
///
/// # Errors
/// Only the database's.
pub async fn saved(db: &Db, customer: &Customer) -> Result<Vec<ProductId>, AppError> {
    Ok(store::list(db.pool(), customer.user_id()).await?)
}
