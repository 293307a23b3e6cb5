//! Reading orders, and the moves that checkout and payments make with them inside their transactions.

pub mod desk;
pub mod parcels;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{Order, OrderLine, OrderPart, OrderStatus, OrderSummary, store};
use crate::accounts::guard::Customer;
use crate::cart::Cart;
use crate::error::{AppError, Conflict};
use crate::platform::db::{Db, Tx};
use crate::values::{Address, Email, Money, OrderId, OrderPartId, Quantity, UserId, VariantId, VendorId};

/// Minutes after which an unpaid order is closed. Longer than any hold, so that a customer who comes back after lunch can still pay if the
/// goods are there.
pub const PENDING_LIFE_MINUTES: i32 = 60;

/// Name of the job that adds up what was sold (see `analytics`); woken when something was paid or is given back.
pub const SALES: &str = "add-up-sales";

/// Orders on one page of the account.
pub const PAGE_SIZE: i64 = 20;

/// A customer's order; somebody else's answers like a missing one.
///
/// # Errors
/// `NotFound`.
pub async fn find(db: &Db, customer: &Customer, id: OrderId) -> Result<Order, AppError> {
    let row = store::find(db.pool(), id).await?.filter(|row| row.user_id == Some(customer.user_id())).ok_or(AppError::NotFound)?;
    Ok(order(row, store::lines(db.pool(), id).await?))
}

/// A customer's orders, newest first, after the given one.
///
/// # Errors
/// Only the database's.
pub async fn list(db: &Db, customer: &Customer, before: Option<OrderId>) -> Result<Vec<OrderSummary>, AppError> {
    let rows = store::list(db.pool(), customer.user_id(), before, PAGE_SIZE).await?;
    Ok(rows
        .into_iter()
        .map(|row| OrderSummary {
            id: row.id,
            number: row.number,
            status: row.status,
            total: Money::new(row.total_minor, row.currency),
            placed_at: rfc3339(row.placed_at),
            pieces: u32::try_from(row.pieces).unwrap_or(u32::MAX),
            shops: row.shops,
            picture_ids: row.picture_ids,
        })
        .collect())
}

/// The order as mails and the finaliser need it, whoever asks; inside their transaction.
///
/// # Errors
/// `NotFound`.
pub async fn load(tx: &mut Tx, id: OrderId) -> Result<LockedOrder, AppError> {
    let row = store::find(&mut **tx, id).await?.ok_or(AppError::NotFound)?;
    let lines = store::lines(&mut **tx, id).await?;
    let bought = lines.iter().map(|line| (line.variant_id, line.quantity)).collect();
    let mut vendors: Vec<VendorPart> = Vec::new();
    for line in &lines {
        if vendors.last().is_none_or(|vendor| vendor.vendor_id != line.vendor_id) {
            vendors.push(VendorPart { vendor_id: line.vendor_id, name: line.vendor_name.clone(), email: line.vendor_email.clone() });
        }
    }
    Ok(LockedOrder { user_id: row.user_id, bought, vendors, order: order(row, lines) })
}

/// An order whose row the transaction has locked.
pub struct LockedOrder {
    pub user_id: Option<UserId>,
    pub order: Order,
    pub bought: Vec<(VariantId, Quantity)>,
    /// In the order of the parts.
    pub vendors: Vec<VendorPart>,
}

pub struct VendorPart {
    pub vendor_id: VendorId,
    pub name: String,
    pub email: String,
}

/// The account that pays.
///
/// # Errors
/// `NotFound`, also for an order whose account was erased.
pub async fn payer(db: &Db, id: OrderId) -> Result<UserId, AppError> {
    let row = store::find(db.pool(), id).await?.ok_or(AppError::NotFound)?;
    row.user_id.ok_or(AppError::NotFound)
}

/// Writes a pending order with its parts and lines as the cart has them. The cart's rows are locked by the caller.
///
/// # Errors
/// Only the database's.
pub async fn create(
    tx: &mut Tx,
    customer: (UserId, &Email),
    cart: &Cart,
    address: &Address,
    fingerprint: &[u8],
) -> Result<OrderId, AppError> {
    let id = OrderId::new();
    let (user_id, email) = customer;
    let amounts = store::Amounts { items_minor: cart.subtotal().amount_minor, shipping_minor: cart.shipping().amount_minor };
    store::insert(&mut **tx, &store::NewOrder { id, user_id, email, currency: cart.zero.currency, amounts, address, fingerprint }).await?;
    for shop in &cart.shops {
        let part = OrderPartId::new();
        let amounts =
            store::Amounts { items_minor: shop.subtotal(cart.zero).amount_minor, shipping_minor: shop.shipping(cart.zero).amount_minor };
        store::insert_part(&mut **tx, part, id, shop.vendor_id, &shop.vendor_name, amounts).await?;
        for line in &shop.lines {
            let new = store::NewLine {
                variant_id: line.variant_id,
                product_id: line.product_id,
                product_name: &line.product_name,
                product_slug: line.product_slug.as_str(),
                variant_title: &line.variant_title,
                sku: &line.sku,
                picture_id: line.picture_id,
                unit_price_minor: line.unit_price.amount_minor,
                quantity: line.quantity,
            };
            store::insert_line(&mut **tx, id, part, shop.vendor_id, &new).await?;
        }
    }
    Ok(id)
}

/// The pending order with exactly these contents, if a click or tab before this one placed it.
///
/// # Errors
/// Only the database's.
pub async fn find_same(tx: &mut Tx, user_id: UserId, fingerprint: &[u8]) -> Result<Option<OrderId>, AppError> {
    Ok(store::find_pending_by_fingerprint(&mut **tx, user_id, fingerprint).await?)
}

/// This one comes in the place of other unpaid orders of the customer's that are about the same goods: they are to be closed. Answers which.
///
/// # Errors
/// Only the database's.
pub async fn replace(tx: &mut Tx, user_id: UserId, order: OrderId) -> Result<Vec<OrderId>, AppError> {
    Ok(store::replaced::replace(&mut **tx, user_id, order).await?)
}

/// Whether another order came in the place of this one, and stands.
///
/// # Errors
/// Only the database's.
pub async fn is_replaced(db: &Db, order: OrderId) -> Result<bool, AppError> {
    Ok(store::replaced::is_replaced(db.pool(), order).await?)
}

/// Keeps the order's goods for some minutes; what was kept for an earlier order of the same shopper is let go. 0 minutes keep nothing.
///
/// # Errors
/// Only the database's.
pub async fn hold(tx: &mut Tx, order: OrderId, shopper: UserId, minutes: u32) -> Result<(), AppError> {
    store::holds::release_of_shopper(&mut **tx, shopper).await?;
    if minutes > 0 {
        store::holds::insert(&mut **tx, order, shopper, i32::try_from(minutes).unwrap_or(i32::MAX)).await?;
    }
    Ok(())
}

/// Locks the order and says where it stands.
///
/// # Errors
/// `NotFound`.
pub async fn lock(tx: &mut Tx, id: OrderId) -> Result<OrderStatus, AppError> {
    store::lock(&mut **tx, id).await?.ok_or(AppError::NotFound)
}

/// # Errors
/// Only the database's.
pub async fn mark_paid(tx: &mut Tx, id: OrderId) -> Result<bool, AppError> {
    let parts = store::mark_paid(&mut **tx, id).await?;
    store::holds::release(&mut **tx, id).await?;
    Ok(parts > 0)
}

/// # Errors
/// Only the database's.
pub async fn mark_refund_pending(tx: &mut Tx, id: OrderId) -> Result<bool, AppError> {
    store::holds::release(&mut **tx, id).await?;
    Ok(store::mark_refund_pending(&mut **tx, id).await? == 1)
}

/// # Errors
/// Only the database's.
pub async fn mark_review(tx: &mut Tx, id: OrderId) -> Result<bool, AppError> {
    Ok(store::mark_review(&mut **tx, id).await? == 1)
}

/// Closes an unpaid order whose intent is canceled, or that will never have one.
///
/// # Errors
/// Only the database's.
pub async fn close(tx: &mut Tx, id: OrderId) -> Result<bool, AppError> {
    store::holds::release(&mut **tx, id).await?;
    Ok(store::close(&mut **tx, id, PENDING_LIFE_MINUTES).await? == 1)
}

/// # Errors
/// Only the database's.
pub async fn mark_refunded(tx: &mut Tx, id: OrderId, refunded_minor: i64) -> Result<bool, AppError> {
    Ok(store::mark_refunded(&mut **tx, id, refunded_minor).await? == 1)
}

/// Unpaid orders past their life, or replaced by others, that are to be closed. Those that stay open come again later, and later each time.
///
/// # Errors
/// Only the database's.
pub async fn claim_overdue(db: &Db, limit: i64) -> Result<Vec<OrderId>, AppError> {
    store::holds::prune(db.pool()).await?;
    Ok(store::claim_overdue(db.pool(), PENDING_LIFE_MINUTES, limit).await?)
}

/// A point in time as pages and the API have it.
pub fn rfc3339(at: OffsetDateTime) -> String {
    // Years beyond 9999 are the only thing that cannot be written.
    at.format(&Rfc3339).unwrap_or_default()
}

fn order(row: store::OrderRow, lines: Vec<store::LineRow>) -> Order {
    let money = |minor| Money::new(minor, row.currency);
    let mut parts: Vec<(OrderPartId, OrderPart)> = Vec::new();
    for line in lines {
        if parts.last().is_none_or(|(id, _)| *id != line.part_id) {
            let part = OrderPart {
                id: line.part_id,
                vendor_name: line.vendor_name,
                fulfilment: line.fulfilment,
                shipping: money(line.part_shipping_minor),
                total: money(line.part_total_minor),
                carrier: line.carrier,
                tracking: line.tracking,
                shipped_at: line.shipped_at.map(rfc3339),
                delivered_at: line.delivered_at.map(rfc3339),
                canceled_at: line.canceled_at.map(rfc3339),
                lines: Vec::new(),
            };
            parts.push((line.part_id, part));
        }
        if let Some((_, part)) = parts.last_mut() {
            part.lines.push(OrderLine {
                id: line.id,
                product_name: line.product_name,
                product_slug: line.product_slug,
                variant_title: line.variant_title,
                picture_id: line.picture_id,
                unit_price: money(line.unit_price_minor),
                quantity: line.quantity,
                subtotal: money(line.subtotal_minor),
                // Never more than the quantity, by constraint.
                refunded_quantity: u32::try_from(line.refunded_quantity).unwrap_or_default(),
                refunded: money(line.refunded_minor),
            });
        }
    }
    Order {
        id: row.id,
        number: row.number,
        status: row.status,
        customer: row.user_id,
        items: money(row.items_minor),
        shipping: money(row.shipping_minor),
        tax: money(row.tax_minor),
        discount: money(row.discount_minor),
        total: money(row.total_minor),
        refunded: money(row.refunded_minor),
        returning: money(row.returning_minor),
        address: Address {
            name: row.ship_name,
            line1: row.ship_line1,
            line2: row.ship_line2,
            city: row.ship_city,
            region: row.ship_region,
            postal_code: row.ship_postal_code,
            country_code: row.ship_country_code,
        },
        placed_at: rfc3339(row.placed_at),
        paid_at: row.paid_at.map(rfc3339),
        closed_at: row.closed_at.map(rfc3339),
        email: row.email,
        payment_error: row.payment_error,
        payment_reference: row.payment_reference,
        parts: parts.into_iter().map(|(_, part)| part).collect(),
    }
}

/// Everything that a customer ordered, for their own file.
///
/// # Errors
/// Only the database's.
pub async fn export(db: &Db, customer: &Customer) -> Result<serde_json::Value, AppError> {
    Ok(store::export(db.pool(), customer.user_id()).await?)
}

/// Takes the person out of their orders, which stay in the books.
///
/// # Errors
/// `Conflict(OrderOpen)` while one is not paid, in question, or not sent: the parcel needs its address.
pub async fn forget_customer(tx: &mut Tx, user_id: UserId) -> Result<(), AppError> {
    if store::has_open(&mut **tx, user_id).await? {
        return Err(Conflict::OrderOpen.into());
    }
    Ok(store::anonymize(&mut **tx, user_id).await?)
}
