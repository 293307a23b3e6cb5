//! What checkout does with payments inside its transactions.

pub use super::store::{PaymentRow as Payment, RefundRow as Refund};
use super::{PaymentStatus, store};
use crate::error::AppError;
use crate::platform::db::{Db, Tx};
use crate::values::{Money, OrderId, PaymentId, RefundId};

/// The payment of a new order; its key is committed before the gateway hears of it.
///
/// # Errors
/// Only the database's.
pub async fn create(tx: &mut Tx, order: OrderId, amount: Money) -> Result<(), AppError> {
    let key = format!("order:{order}:pi:1");
    Ok(store::insert(&mut **tx, PaymentId::new(), order, amount.amount_minor, amount.currency, &key).await?)
}

/// The newest payment of an order.
///
/// # Errors
/// `NotFound`.
pub async fn of_order(db: &Db, order: OrderId) -> Result<Payment, AppError> {
    store::of_order(db.pool(), order).await?.ok_or(AppError::NotFound)
}

/// # Errors
/// Only the database's.
pub async fn set_intent(db: &Db, payment: PaymentId, intent_id: &str) -> Result<(), AppError> {
    Ok(store::set_intent(db.pool(), payment, intent_id).await?)
}

/// The payment that an intent belongs to, locked and bound to it; none if the order knows another intent.
///
/// # Errors
/// Only the database's.
pub async fn lock_for_intent(tx: &mut Tx, order: OrderId, intent_id: &str) -> Result<Option<Payment>, AppError> {
    let Some(payment) = store::lock_for_intent(&mut **tx, order, intent_id).await? else { return Ok(None) };
    if payment.intent_id.is_none() {
        // We stopped between creating the intent and keeping its id.
        store::set_intent(&mut **tx, payment.id, intent_id).await?;
    }
    Ok(Some(payment))
}

/// Whether the order's payment has no intent that we know of; locked, so that it stays so.
///
/// # Errors
/// Only the database's.
pub async fn lock_without_intent(tx: &mut Tx, order: OrderId) -> Result<bool, AppError> {
    Ok(store::lock_without_intent(&mut **tx, order).await?)
}

/// False if it was final already.
///
/// # Errors
/// Only the database's.
pub async fn set_status(tx: &mut Tx, payment: PaymentId, status: PaymentStatus, error: Option<(&str, &str)>) -> Result<bool, AppError> {
    Ok(store::set_status(&mut **tx, payment, status, error).await? == 1)
}

/// It succeeded, and brought something else than was asked for.
///
/// # Errors
/// Only the database's.
pub async fn set_received(tx: &mut Tx, payment: PaymentId, received: Money) -> Result<(), AppError> {
    Ok(store::set_received(&mut **tx, payment, received.amount_minor, received.currency).await?)
}

/// What was asked for and what came, where they differ; what has gone back since is taken off.
#[derive(Clone, Copy, Debug)]
pub struct Differing {
    pub payment: PaymentId,
    pub asked: Money,
    pub received: Money,
}

/// None for an order whose payment brought what was asked for, or nothing yet.
///
/// # Errors
/// Only the database's.
pub async fn differing(tx: &mut Tx, order: OrderId) -> Result<Option<Differing>, AppError> {
    let row = store::differing(&mut **tx, order).await?;
    Ok(row.map(|row| Differing {
        payment: row.id,
        asked: Money::new(row.amount_minor, row.currency),
        received: Money::new(row.received_minor, row.received_currency),
    }))
}

/// The order that an intent pays.
///
/// # Errors
/// Only the database's.
pub async fn order_of_intent(db: &Db, intent_id: &str) -> Result<Option<OrderId>, AppError> {
    Ok(store::order_of_intent(db.pool(), intent_id).await?)
}

/// # Errors
/// Only the database's.
pub async fn claim_stale(db: &Db, limit: i64) -> Result<Vec<Payment>, AppError> {
    Ok(store::claim_stale(db.pool(), limit).await?)
}

/// # Errors
/// Only the database's.
pub async fn claim_refunds(db: &Db, limit: i64) -> Result<Vec<Refund>, AppError> {
    Ok(store::claim_refunds(db.pool(), limit).await?)
}

/// What is given back of the order's price so far, or none if this refund was finished before.
///
/// # Errors
/// Only the database's.
pub async fn finish_refund(tx: &mut Tx, refund: &Refund, gateway_id: Option<&str>) -> Result<Option<i64>, AppError> {
    if !store::finish_refund(&mut **tx, refund.id, refund.failures, gateway_id).await? {
        return Ok(None);
    }
    Ok(Some(store::refunded_minor(&mut **tx, refund.order_id).await?))
}

/// The refund that the gateway calls so.
///
/// # Errors
/// Only the database's.
pub async fn refund_called(db: &Db, gateway_id: &str) -> Result<Option<Refund>, AppError> {
    Ok(store::refund_called(db.pool(), gateway_id).await?)
}

/// The same within a transaction.
///
/// # Errors
/// Only the database's.
pub async fn refund_called_within(tx: &mut Tx, gateway_id: &str) -> Result<Option<Refund>, AppError> {
    Ok(store::refund_called(&mut **tx, gateway_id).await?)
}

/// The gateway has taken it on under this name; it is asked again in an hour, unless an event comes first. Nothing if it is finished, or if
/// this attempt is known to have failed.
///
/// # Errors
/// Only the database's.
pub async fn await_refund(tx: &mut Tx, refund: &Refund, gateway_id: &str) -> Result<(), AppError> {
    Ok(store::await_refund(&mut **tx, refund.id, refund.failures, gateway_id).await?)
}

/// What the gateway called so has failed: it is made anew, under another key. Answers whether it had counted as done, or none if this was
/// heard before.
///
/// # Errors
/// Only the database's.
pub async fn fail_refund(tx: &mut Tx, refund: RefundId, gateway_id: &str, why: &str) -> Result<Option<bool>, AppError> {
    Ok(store::fail_refund(&mut **tx, refund, gateway_id, why).await?)
}

/// It was never given back. False if that was known.
///
/// # Errors
/// Only the database's.
pub async fn drop_refund(tx: &mut Tx, refund: RefundId) -> Result<bool, AppError> {
    Ok(store::drop_refund(&mut **tx, refund).await?)
}

/// One of ours of which we do not know yet what the gateway calls it.
///
/// # Errors
/// Only the database's.
pub async fn refund_without_name(db: &Db, id: RefundId) -> Result<Option<Refund>, AppError> {
    Ok(store::refund_without_name(db.pool(), id).await?)
}

/// # Errors
/// Only the database's.
pub async fn postpone_refund(tx: &mut Tx, refund: RefundId, error: &str) -> Result<(), AppError> {
    Ok(store::postpone_refund(&mut **tx, refund, error).await?)
}
