//! Rules of the wishlist.

use super::{MAX_ITEMS, store};
use crate::accounts::guard::Customer;
use crate::error::{AppError, Conflict};
use crate::platform::db::Db;
use crate::values::ProductId;

/// # Errors
/// `NotFound` for a product that is not on show; `Full` when the list is.
pub async fn save(db: &Db, customer: &Customer, product_id: ProductId, saved: bool) -> Result<bool, AppError> {
    if !saved {
        store::delete(db.pool(), customer.user_id(), product_id).await?;
        return Ok(false);
    }
    if store::count(db.pool(), customer.user_id()).await? >= MAX_ITEMS {
        return Err(Conflict::Full.into());
    }
    if store::insert(db.pool(), customer.user_id(), product_id).await? { Ok(true) } else { Err(AppError::NotFound) }
}

/// Ids of what a customer saved, newest first.
///
/// # Errors
/// Only the database's.
pub async fn saved(db: &Db, customer: &Customer) -> Result<Vec<ProductId>, AppError> {
    Ok(store::list(db.pool(), customer.user_id()).await?)
}
