//! What vendors see and do of orders: their own paid part, sent and delivered. Whatever becomes of the shop, what was paid is sent: these take
//! the owner of a shop in whatever status.

use crate::error::{AppError, Conflict};
use crate::orders::store::parcels::ParcelRow;
use crate::orders::{Fulfilment, Parcel, ParcelList, ParcelSummary, Shipment, store};
use crate::platform::db::{Db, Tx};
use crate::values::{Address, Money, OrderId, OrderPartId};
use crate::vendors::guard::ShopOwner;

use super::rfc3339;

/// Orders on a page of a vendor's list.
pub const PARCELS_PER_PAGE: usize = 50;

/// What is to be sent comes oldest first, everything else newest first.
///
/// # Errors
/// `Offline`.
pub async fn list(
    db: &Db,
    owner: &ShopOwner,
    state: Option<Fulfilment>,
    number: Option<i64>,
    after: Option<OrderId>,
) -> Result<ParcelList, AppError> {
    let vendor = owner.vendor_id();
    let mut tx = db.begin_as_vendor(vendor.0).await?;
    let counts = store::parcels::counts(&mut *tx, vendor).await?;
    // One more than is shown says whether there is another page.
    let mut rows = store::parcels::list(&mut *tx, vendor, state, number, after, PARCELS_PER_PAGE as i64 + 1).await?;
    tx.commit().await?;
    let more = rows.len() > PARCELS_PER_PAGE;
    rows.truncate(PARCELS_PER_PAGE);
    let next = rows.last().filter(|_| more).map(|row| row.order_id);
    Ok(ParcelList { parcels: rows.into_iter().map(ParcelSummary::from).collect(), next, counts })
}

impl From<ParcelRow> for ParcelSummary {
    fn from(row: ParcelRow) -> Self {
        Self {
            order_id: row.order_id,
            number: row.number,
            status: row.status,
            fulfilment: row.fulfilment,
            total: Money::new(row.total_minor, row.currency),
            paid_at: rfc3339(row.paid_at),
            pieces: u32::try_from(row.pieces).unwrap_or(u32::MAX),
            recipient: row.recipient,
            country_code: row.country_code,
        }
    }
}

/// The newest ones, in a transaction of the vendor's.
///
/// # Errors
/// Only the database's.
pub async fn latest(tx: &mut Tx, owner: &ShopOwner, limit: i64) -> Result<Vec<ParcelSummary>, AppError> {
    let rows = store::parcels::list(&mut **tx, owner.vendor_id(), None, None, None, limit).await?;
    Ok(rows.into_iter().map(ParcelSummary::from).collect())
}

/// # Errors
/// `NotFound` for an order without a paid part of this vendor: unpaid ones are not there for them.
pub async fn find(db: &Db, owner: &ShopOwner, order: OrderId) -> Result<Parcel, AppError> {
    let mut tx = db.begin_as_vendor(owner.vendor_id().0).await?;
    let row = store::parcels::find(&mut *tx, owner.vendor_id(), order).await?.ok_or(AppError::NotFound)?;
    tx.commit().await?;
    let money = |minor| Money::new(minor, row.currency);
    Ok(Parcel {
        order_id: order,
        number: row.number,
        status: row.status,
        fulfilment: row.fulfilment,
        placed_at: rfc3339(row.placed_at),
        paid_at: rfc3339(row.paid_at),
        shipped_at: row.shipped_at.map(rfc3339),
        delivered_at: row.delivered_at.map(rfc3339),
        canceled_at: row.canceled_at.map(rfc3339),
        carrier: row.carrier,
        tracking: row.tracking,
        items: money(row.items_minor),
        shipping: money(row.shipping_minor),
        total: money(row.total_minor),
        refunded: money(row.refunded_minor),
        disputed: row.disputed,
        address: Address {
            name: row.ship_name,
            line1: row.ship_line1,
            line2: row.ship_line2,
            city: row.ship_city,
            region: row.ship_region,
            postal_code: row.ship_postal_code,
            country_code: row.ship_country_code,
        },
        lines: row.lines.0,
    })
}

/// Which part of the order is this vendor's; for what is done outside of the vendor's role.
///
/// # Errors
/// `NotFound` as [`find`].
pub async fn part_of(db: &Db, owner: &ShopOwner, order: OrderId) -> Result<(OrderPartId, Fulfilment), AppError> {
    let mut tx = db.begin_as_vendor(owner.vendor_id().0).await?;
    let row = store::parcels::find(&mut *tx, owner.vendor_id(), order).await?.ok_or(AppError::NotFound)?;
    tx.commit().await?;
    Ok((row.part_id, row.fulfilment))
}

/// The parcel is on its way. The transaction is the vendor's; the caller goes on with it as itself, to tell the customer.
///
/// # Errors
/// `NotFound` as [`find`]; `Conflict(Stale)` unless it waited to be sent.
pub async fn ship(tx: &mut Tx, owner: &ShopOwner, order: OrderId, shipment: &Shipment) -> Result<(), AppError> {
    let moved = store::parcels::ship(&mut *tx, owner.vendor_id(), order, shipment).await?;
    settled(tx, owner, order, moved).await
}

/// The parcel has arrived.
///
/// # Errors
/// `NotFound` as [`find`]; `Conflict(Stale)` unless it was on its way.
pub async fn deliver(db: &Db, owner: &ShopOwner, order: OrderId) -> Result<(), AppError> {
    let mut tx = db.begin_as_vendor(owner.vendor_id().0).await?;
    let moved = store::parcels::deliver(&mut tx, owner.vendor_id(), order).await?;
    settled(&mut tx, owner, order, moved).await?;
    tx.commit().await?;
    Ok(())
}

async fn settled(tx: &mut Tx, owner: &ShopOwner, order: OrderId, moved: bool) -> Result<(), AppError> {
    if moved {
        return Ok(());
    }
    // Others' orders are not found before they are stale.
    store::parcels::find(&mut **tx, owner.vendor_id(), order).await?.ok_or(AppError::NotFound)?;
    Err(Conflict::Stale.into())
}

/// Parts that will not be sent. The order is locked by the caller, who gives the money back.
///
/// # Errors
/// `Conflict(Stale)` unless all of them waited to be sent.
pub async fn cancel(tx: &mut Tx, parts: &[OrderPartId]) -> Result<(), AppError> {
    if store::parcels::cancel(tx, parts).await? == parts.len() as u64 { Ok(()) } else { Err(Conflict::Stale.into()) }
}
