//! Refunds that people decide about: what is left to give back, and the rows of one.

use super::service::Refund;
use super::store;
pub use super::store::refunds::{Hanging, LineLeft, NewRefund, NewRefundItem, PartLeft};
use crate::error::{AppError, Conflict};
use crate::platform::db::{Db, Tx};
use crate::values::{Money, OrderId, PaymentId, RefundId, UserId, VendorId};

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

/// What was done for this request of theirs about the order, if it came before.
///
/// # Errors
/// Only the database's.
pub async fn requested(tx: &mut Tx, order: OrderId, by: UserId, request: &str) -> Result<Option<RefundId>, AppError> {
    Ok(store::refunds::requested(&mut **tx, order, by, request).await?)
}

/// Writes a refund with its items; the worker sends it once the transaction is committed.
///
/// # Errors
/// Only the database's; it also refuses what is more than was paid.
pub async fn insert(tx: &mut Tx, refund: &NewRefund<'_>) -> Result<RefundId, AppError> {
    let id = RefundId::new();
    store::refunds::insert(tx, id, refund).await?;
    store::refunds::insert_items(tx, id, refund.order_id, refund.items).await?;
    Ok(id)
}

/// After so many attempts of a refund, some minutes apart, it hangs: people have to see to it.
pub const HANGS_AFTER: i32 = 5;

/// Refunds of an order that come to no end.
///
/// # Errors
/// Only the database's.
pub async fn hanging(db: &Db, order: OrderId) -> Result<Vec<Hanging>, AppError> {
    Ok(store::refunds::hanging(db.pool(), order, HANGS_AFTER).await?)
}

/// The same, locked, for who has given the money back in another way.
///
/// # Errors
/// `Conflict(Stale)` while the worker may be asking for one of them.
pub async fn lock_hanging(tx: &mut Tx, order: OrderId) -> Result<Vec<Refund>, AppError> {
    let hanging = store::refunds::lock_waiting(&mut **tx, order, HANGS_AFTER).await?;
    if !hanging.is_empty() {
        require_unasked(tx, order).await?;
    }
    Ok(hanging)
}

/// It was given back in another way; for the story of the order.
///
/// # Errors
/// Only the database's.
pub async fn set_given_back(tx: &mut Tx, refund: RefundId, how: &str, by: UserId) -> Result<(), AppError> {
    Ok(store::refunds::set_given_back(&mut **tx, refund, how, by).await?)
}

/// A refund of an order over this amount that the gateway has not taken on yet, locked.
///
/// # Errors
/// `Conflict(Stale)` while the worker may be asking for it.
pub async fn lock_waiting(tx: &mut Tx, order: OrderId, amount: Money) -> Result<Option<Refund>, AppError> {
    let waiting = store::refunds::lock_waiting(&mut **tx, order, 0).await?;
    let same = |refund: &Refund| (refund.amount_minor, refund.currency) == (amount.amount_minor, amount.currency);
    let Some(refund) = waiting.into_iter().find(same) else { return Ok(None) };
    require_unasked(tx, order).await?;
    Ok(Some(refund))
}

async fn require_unasked(tx: &mut Tx, order: OrderId) -> Result<(), AppError> {
    if store::refunds::may_be_asked_for(&mut **tx, order).await? { Err(Conflict::Stale.into()) } else { Ok(()) }
}

/// Says what the gateway calls a refund of this amount that it said was done, without saying by what. False if there is none.
///
/// # Errors
/// Only the database's.
pub async fn name(tx: &mut Tx, order: OrderId, amount: Money, gateway_id: &str) -> Result<bool, AppError> {
    Ok(store::refunds::name(&mut **tx, order, amount, gateway_id).await?)
}

/// Whether money of the order was given back in another way, with these words.
///
/// # Errors
/// Only the database's.
pub async fn was_given_back(tx: &mut Tx, order: OrderId, how: &str) -> Result<bool, AppError> {
    Ok(store::refunds::was_given_back(&mut **tx, order, how).await?)
}

/// The last refund of an order.
///
/// # Errors
/// Only the database's.
pub async fn last(tx: &mut Tx, order: OrderId) -> Result<Option<RefundId>, AppError> {
    Ok(store::refunds::last(&mut **tx, order).await?)
}

/// Writes what belongs to a refund and was left out of it: pieces of which the money is back.
///
/// # Errors
/// Only the database's.
pub async fn add(tx: &mut Tx, refund: RefundId, order: OrderId, items: &[NewRefundItem]) -> Result<(), AppError> {
    Ok(store::refunds::insert_items(tx, refund, order, items).await?)
}
