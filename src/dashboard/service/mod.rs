//! What the first pages of the dashboards show, and what their navigation counts.

pub mod events;
pub mod log;
pub mod mails;
pub mod site;
pub mod work;

use super::{AdminFigures, AdminHome, AdminQueues, Months, VendorFigures, VendorHome, VendorQueues, store};
use crate::accounts::guard::Admin;
use crate::error::AppError;
use crate::orders;
use crate::orders::service::PENDING_LIFE_MINUTES;
use crate::payments::refunds::HANGS_AFTER;
use crate::platform::db::Db;
use crate::values::Money;
use crate::vendors::guard::ShopOwner;

/// Orders on a first page.
const LATEST: i64 = 5;

/// An unpaid order is closed after its life, and its payment with it; one that is still there after twice the time hangs.
const STUCK_AFTER_MINUTES: i32 = 2 * PENDING_LIFE_MINUTES;

/// Lines on a page of a list.
const PER_PAGE: usize = 50;

/// A page of a list of which one line more than is shown was read, and where the next page begins.
fn cut<T, P>(mut rows: Vec<T>, place: impl Fn(&T) -> P) -> (Vec<T>, Option<P>) {
    let more = rows.len() > PER_PAGE;
    rows.truncate(PER_PAGE);
    let next = rows.last().filter(|_| more).map(place);
    (rows, next)
}

/// # Errors
/// `Offline`.
pub async fn vendor_queues(db: &Db, owner: &ShopOwner) -> Result<VendorQueues, AppError> {
    let mut tx = db.begin_as_vendor(owner.vendor_id().0).await?;
    let queues = store::vendor_queues(&mut *tx, owner.vendor_id()).await?;
    tx.commit().await?;
    Ok(queues)
}

/// # Errors
/// `Offline`.
pub async fn admin_queues(db: &Db, _: &Admin) -> Result<AdminQueues, AppError> {
    Ok(store::admin_queues(db.pool(), HANGS_AFTER, STUCK_AFTER_MINUTES).await?)
}

/// # Errors
/// `Offline`.
pub async fn vendor_home(db: &Db, owner: &ShopOwner) -> Result<VendorHome, AppError> {
    let mut tx = db.begin_as_vendor(owner.vendor_id().0).await?;
    let row = store::vendor_figures(&mut *tx, owner.vendor_id()).await?;
    let latest = orders::service::parcels::latest(&mut tx, owner, LATEST).await?;
    tx.commit().await?;
    let money = |minor| Money::new(minor, row.currency);
    let figures = VendorFigures {
        sales: Months { this: money(row.this_minor), last: money(row.last_minor) },
        orders: Months { this: row.this_orders, last: row.last_orders },
    };
    Ok(VendorHome { figures, latest })
}

/// # Errors
/// `Offline`.
pub async fn admin_home(db: &Db, admin: &Admin) -> Result<AdminHome, AppError> {
    let mut reader = db.reader().await?;
    let row = store::admin_figures(&mut *reader).await?;
    let latest = orders::service::desk::latest(&mut reader, admin, LATEST).await?;
    let money = |minor| Money::new(minor, row.currency);
    let figures = AdminFigures {
        sales: Months { this: money(row.this_minor), last: money(row.last_minor) },
        orders: Months { this: row.this_orders, last: row.last_orders },
        refunds: Months { this: money(row.this_refunds), last: money(row.last_refunds) },
        vendors: Months { this: row.this_vendors, last: row.last_vendors },
    };
    Ok(AdminHome { figures, latest })
}
