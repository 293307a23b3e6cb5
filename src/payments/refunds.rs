//! Refunds that people decide about: what is left to give back, and the rows of one.

use super::store;
pub use super::store::refunds::{LineLeft, NewRefund, NewRefundItem, PartLeft};
use crate::error::AppError;
use crate::platform::db::Tx;
use crate::values::{OrderId, PaymentId, RefundId, VendorId};

/// What was bought and what of it is given back, in the transaction that holds the order's lock.
///
/// # Errors
/// Only the database's.
pub async fn left(tx: &mut Tx, order: OrderId) -> Result<(Vec<PartLeft>, Vec<LineLeft>), AppError> {
    Ok((store::refunds::parts_left(&mut **tx, order).await?, store::refunds::lines_left(&mut **tx, order).await?))
}

/// The captured payment of an order, locked; none for one that never cost anything.
///
/// # Errors
/// Only the database's.
pub async fn lock_captured(tx: &mut Tx, order: OrderId) -> Result<Option<PaymentId>, AppError> {
    Ok(store::refunds::lock_captured(&mut **tx, order).await?)
}

/// Whose goods a refund is for.
///
/// # Errors
/// Only the database's.
pub async fn vendors(tx: &mut Tx, refund: RefundId) -> Result<Vec<VendorId>, AppError> {
    Ok(store::refunds::vendors(&mut **tx, refund).await?)
}

/// Writes a refund with its items; the worker sends it once the transaction is committed.
///
/// # Errors
/// Only the database's; it also refuses what is more than was paid.
pub async fn insert(tx: &mut Tx, refund: &NewRefund<'_>) -> Result<RefundId, AppError> {
    let id = RefundId::new();
    store::refunds::insert(tx, id, refund).await?;
    store::refunds::insert_items(tx, id, refund).await?;
    Ok(id)
}
