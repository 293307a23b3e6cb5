//! What admins see of orders: all of them.

use super::{order, rfc3339};
use crate::accounts::guard::Admin;
use crate::error::AppError;
use crate::orders::store::desk::DeskRow;
use crate::orders::{DeskLine, DeskList, Order, OrderStatus, store};
use crate::platform::db::{Db, Reader};
use crate::values::{Money, OrderId, like_literal};

/// Orders on a page of the admin's list.
const PER_PAGE: usize = 50;

/// Newest first. A text is the number of an order, or the beginning of an address of a mail.
///
/// # Errors
/// `Offline`.
pub async fn list(
    db: &Db,
    _: &Admin,
    status: Option<OrderStatus>,
    text: Option<&str>,
    before: Option<OrderId>,
) -> Result<DeskList, AppError> {
    let number = text.and_then(|text| text.trim_start_matches('#').parse::<i64>().ok());
    let email = text.filter(|_| number.is_none()).map(|text| format!("{}%", like_literal(&text.to_lowercase())));
    // One more than is shown says whether there is another page.
    let mut rows = store::desk::list(db.pool(), status, (number, email.as_deref()), before, PER_PAGE as i64 + 1).await?;
    let more = rows.len() > PER_PAGE;
    rows.truncate(PER_PAGE);
    let next = rows.last().filter(|_| more).map(|row| row.id);
    Ok(DeskList { orders: rows.into_iter().map(DeskLine::from).collect(), next })
}

impl From<DeskRow> for DeskLine {
    fn from(row: DeskRow) -> Self {
        Self {
            id: row.id,
            number: row.number,
            status: row.status,
            email: row.email,
            total: Money::new(row.total_minor, row.currency),
            placed_at: rfc3339(row.placed_at),
            shops: row.shops,
        }
    }
}

/// The newest ones.
///
/// # Errors
/// Only the database's.
pub async fn latest(reader: &mut Reader, _: &Admin, limit: i64) -> Result<Vec<DeskLine>, AppError> {
    let rows = store::desk::list(&mut **reader, None, (None, None), None, limit).await?;
    Ok(rows.into_iter().map(DeskLine::from).collect())
}

/// Any order, in full.
///
/// # Errors
/// `NotFound`.
pub async fn find(db: &Db, _: &Admin, id: OrderId) -> Result<Order, AppError> {
    let row = store::find(db.pool(), id).await?.ok_or(AppError::NotFound)?;
    Ok(order(row, store::lines(db.pool(), id).await?))
}
