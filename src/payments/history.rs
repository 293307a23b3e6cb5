//! What happened to the money of an order beside its being paid: for the pages that tell its story.

use super::store;
pub use super::store::history::MoneyNews;
use crate::error::AppError;
use crate::platform::db::Db;
use crate::text_enum;
use crate::values::OrderId;

text_enum! {
    pub enum MoneyEvent {
        PaymentFailed => "payment_failed",
        Refund => "refund",
        DisputeOpened => "dispute_opened",
        DisputeClosed => "dispute_closed",
    }
}

/// Failed attempts, refunds and disputes of an order, oldest first.
///
/// # Errors
/// Only the database's.
pub async fn of_order(db: &Db, order: OrderId) -> Result<Vec<MoneyNews>, AppError> {
    Ok(store::history::of_order(db.pool(), order).await?)
}
