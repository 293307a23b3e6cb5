//! What the first pages of the dashboards show, and what their navigation counts.

pub mod events;
pub mod log;
pub mod mails;
pub mod site;
pub mod work;

use std::time::Duration;

use super::{AdminHome, AdminQueues, MOST_COUNTED, VendorHome, VendorQueues, store};
use crate::accounts::guard::Admin;
use crate::error::AppError;
use crate::orders::service::PENDING_LIFE_MINUTES;
use crate::payments::refunds::HANGS_AFTER;
use crate::platform::db::Db;
use crate::vendors::guard::ShopOwner;
use crate::{analytics, orders};

/// Orders on a first page.
const LATEST: i64 = 5;

/// An unpaid order is closed after its life, and its payment with it; one that is still there after twice the time hangs.
const STUCK_AFTER_MINUTES: i32 = 2 * PENDING_LIFE_MINUTES;

/// The gateway sends an event within seconds; when it takes minutes, customers wait for their receipts and somebody should know.
const LATE: Duration = Duration::from_secs(5 * 60);

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
    let queues = store::vendor_queues(&mut *tx, owner.vendor_id(), MOST_COUNTED).await?;
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
    let months = analytics::service::vendor_months(&mut tx, owner).await?;
    let latest = orders::service::parcels::latest(&mut tx, owner, LATEST).await?;
    tx.commit().await?;
    Ok(VendorHome { months, latest })
}

/// # Errors
/// `Offline`.
pub async fn admin_home(db: &Db, admin: &Admin) -> Result<AdminHome, AppError> {
    let mut reader = db.reader().await?;
    let months = analytics::service::site_months(&mut reader, admin).await?;
    let latest = orders::service::desk::latest(&mut reader, admin, LATEST).await?;
    let late = work::seconds(store::health::events_lag(&mut *reader, work::LAG_OF).await?).filter(|lag| *lag >= LATE);
    Ok(AdminHome { months, latest, events_lag: late })
}
