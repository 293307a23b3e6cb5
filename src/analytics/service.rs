//! Reading the figures, and adding up what was sold. Vendors read under their own database role.

use std::sync::Arc;
use std::time::Duration;

use time::{Date, OffsetDateTime};

use super::period::{self, Period};
use super::store::{self, Days, folding};
use super::{Active, AdminFigures, Bucket, Figures, Month, Months, Sales, Settlement, Top, Tops, VendorFigures};
use crate::accounts::guard::Admin;
use crate::error::AppError;
use crate::platform::db::{Db, Reader, Tx};
use crate::platform::live;
use crate::platform::state::AppState;
use crate::values::{Currency, VendorId};
use crate::vendors::guard::ShopOwner;

/// Rows of a list on a page, and in a file.
const SHOWN: i64 = 10;
const IN_FILE: i64 = 1000;
/// The lists of what sells best read all that was sold in a period. They are kept for a hundred times as long as that took, so that it costs a
/// hundredth of a core however many look, and in a small shop nobody sees that they are kept; five minutes at most.
const TOPS_KEPT: u32 = 100;
const TOPS_MAX_AGE: Duration = Duration::from_secs(5 * 60);
/// Rows added in one transaction: some thousand orders.
const BATCH: i64 = 10_000;

/// Figures of one's own shop.
///
/// # Errors
/// `Offline`.
pub async fn vendor(db: &Db, owner: &ShopOwner, period: &Period) -> Result<VendorFigures, AppError> {
    let vendor = owner.vendor_id();
    let mut tx = db.begin_as_vendor(vendor.0).await?;
    let currency = store::currency(&mut *tx).await?;
    let rows = store::vendor_pieces(&mut *tx, vendor, days(period)).await?;
    let load = async { Ok(store::vendor_products(&mut *tx, vendor, period.from, period.until, SHOWN).await?) };
    let products = recent_tops(db, &vendor.to_string(), period, load).await?;
    tx.commit().await?;
    let within = || rows.iter().filter(|row| row.starts_on.is_some());
    let (cart_lines, lines) = (within().map(|row| row.cart_lines).sum(), within().map(|row| row.lines).sum());
    let pieces = rows.iter().map(|row| Sums { starts_on: row.starts_on, sales: of_vendor(row), active: None }).collect();
    Ok(VendorFigures { figures: figures(period, currency, pieces), cart_lines, lines, products: Vec::clone(&products) })
}

/// This month so far, and the whole month before, of one's own shop.
///
/// # Errors
/// `Offline`.
pub async fn vendor_months(tx: &mut Tx, owner: &ShopOwner) -> Result<Months<Month>, AppError> {
    let currency = store::currency(&mut **tx).await?;
    let period = Period::two_months();
    let rows = store::vendor_pieces(&mut **tx, owner.vendor_id(), days(&period)).await?;
    Ok(months(&period, currency, rows.iter().map(|row| Sums { starts_on: row.starts_on, sales: of_vendor(row), active: None })))
}

/// The same of the whole site.
///
/// # Errors
/// `Offline`.
pub async fn site_months(reader: &mut Reader, _: &Admin) -> Result<Months<Month>, AppError> {
    let currency = store::currency(&mut **reader).await?;
    let period = Period::two_months();
    let rows = store::site_pieces(&mut **reader, days(&period)).await?;
    Ok(months(
        &period,
        currency,
        rows.iter().map(|row| Sums { starts_on: row.starts_on, sales: of_site(row), active: Some(active_in(row)) }),
    ))
}

fn months(period: &Period, currency: Currency, sums: impl Iterator<Item = Sums>) -> Months<Month> {
    let none = Month { currency, sales: Sales::default(), active: Active::default() };
    let mut months = Months { this: none, last: none };
    for sums in sums {
        let Some(start) = sums.starts_on else { continue };
        let month = if start.month() == period.until.month() { &mut months.this } else { &mut months.last };
        (month.sales, month.active) = (sums.sales, sums.active.unwrap_or_default());
    }
    months
}

/// The products of one's own shop that sold best, as many as a file has room for.
///
/// # Errors
/// `Offline`.
pub async fn vendor_products(db: &Db, owner: &ShopOwner, period: &Period) -> Result<(Currency, Vec<Top>), AppError> {
    let mut tx = db.begin_as_vendor(owner.vendor_id().0).await?;
    let currency = store::currency(&mut *tx).await?;
    let products = store::vendor_products(&mut *tx, owner.vendor_id(), period.from, period.until, IN_FILE).await?;
    tx.commit().await?;
    Ok((currency, products))
}

/// What one's own shop is due for each month in which something was sold or given back, the last one first.
///
/// # Errors
/// `Offline`.
pub async fn settlements(db: &Db, owner: &ShopOwner) -> Result<(Currency, Vec<Settlement>), AppError> {
    let mut tx = db.begin_as_vendor(owner.vendor_id().0).await?;
    let currency = store::currency(&mut *tx).await?;
    let rows = store::vendor_months(&mut *tx, owner.vendor_id()).await?;
    tx.commit().await?;
    let today = OffsetDateTime::now_utc().date();
    let settlement = |row: store::MonthRow| Settlement {
        month: period::text(row.month),
        running: (row.month.year(), row.month.month()) == (today.year(), today.month()),
        sales: Sales {
            goods_minor: row.goods_minor,
            shipping_minor: row.shipping_minor,
            refunded_minor: row.refunded_minor,
            units: row.units,
            units_refunded: row.units_refunded,
            orders: row.parts,
        },
    };
    Ok((currency, rows.into_iter().map(settlement).collect()))
}

/// Figures of the whole site.
///
/// # Errors
/// `Offline`.
pub async fn admin(db: &Db, _: &Admin, period: &Period) -> Result<AdminFigures, AppError> {
    let mut reader = db.reader().await?;
    let currency = store::currency(&mut *reader).await?;
    let rows = store::site_pieces(&mut *reader, days(period)).await?;
    let load = async { tops_of(store::tops(&mut *reader, period.from, period.until, SHOWN).await?) };
    let tops = recent_tops(db, "site", period, load).await?;
    let within = || rows.iter().filter(|row| row.starts_on.is_some());
    let (carts, placed) = (within().map(|row| row.carts).sum(), within().map(|row| row.placed).sum());
    let pieces = rows.iter().map(|row| Sums { starts_on: row.starts_on, sales: of_site(row), active: Some(active_in(row)) }).collect();
    let mut figures = figures(period, currency, pieces);
    for (bucket, piece) in figures.buckets.iter_mut().zip(period.pieces()) {
        // They are known of whole pieces alone, and nobody was there where nothing was sold.
        bucket.active = if piece.cut { None } else { Some(bucket.active.unwrap_or_default()) };
    }
    Ok(AdminFigures { figures, carts, placed, tops: Tops::clone(&tops) })
}

/// The lists of what sells best, as much as a file has room for.
///
/// # Errors
/// `Offline`.
pub async fn admin_tops(db: &Db, _: &Admin, period: &Period) -> Result<(Currency, Tops), AppError> {
    let mut reader = db.reader().await?;
    let currency = store::currency(&mut *reader).await?;
    Ok((currency, tops_of(store::tops(&mut *reader, period.from, period.until, IN_FILE).await?)?))
}

/// `of`: a vendor, or the site.
async fn recent_tops<T: Send + Sync + 'static>(
    db: &Db,
    of: &str,
    period: &Period,
    load: impl Future<Output = Result<T, AppError>>,
) -> Result<Arc<T>, AppError> {
    let span = period.span();
    db.recent_of(&format!("{of} {} {}", span.from, span.until), |took| (took * TOPS_KEPT).min(TOPS_MAX_AGE), load).await
}

fn tops_of(rows: Vec<store::TopRow>) -> Result<Tops, AppError> {
    let mut tops = Tops::default();
    for row in rows {
        match row.list.as_str() {
            "vendor" => tops.vendors.push(row.top),
            "product" => tops.products.push(row.top),
            "category" => tops.categories.push(row.top),
            other => return Err(AppError::internal(format!("no list {other}"))),
        }
    }
    Ok(tops)
}

fn days(period: &Period) -> Days {
    Days { from: period.from, until: period.until, grain: period.grain, before: period.before() }
}

fn of_vendor(row: &store::VendorRow) -> Sales {
    Sales {
        goods_minor: row.goods_minor,
        shipping_minor: row.shipping_minor,
        refunded_minor: row.refunded_minor,
        units: row.units,
        units_refunded: row.units_refunded,
        orders: row.parts,
    }
}

fn of_site(row: &store::SiteRow) -> Sales {
    Sales {
        goods_minor: row.goods_minor,
        shipping_minor: row.shipping_minor,
        refunded_minor: row.refunded_minor,
        units: row.units,
        units_refunded: row.units_refunded,
        orders: row.paid,
    }
}

fn active_in(row: &store::SiteRow) -> Active {
    Active { customers: row.customers.unwrap_or_default(), vendors: row.vendors.unwrap_or_default() }
}

/// What was read of a piece.
struct Sums {
    /// None: the days before the period.
    starts_on: Option<Date>,
    sales: Sales,
    /// In all of the piece, whatever the period cuts off.
    active: Option<Active>,
}

/// Lays the sums onto the period: a piece without any is zero and not missing.
fn figures(period: &Period, currency: Currency, sums: Vec<Sums>) -> Figures {
    let of = |start: Option<Date>| sums.iter().find(|sums| sums.starts_on == start);
    let buckets: Vec<Bucket> = period
        .pieces()
        .map(|piece| {
            let found = of(Some(piece.start));
            let (sales, active) = found.map_or_else(Default::default, |sums| (sums.sales, sums.active));
            Bucket { span: period::span(piece.from, piece.until), partial: piece.partial, sales, active }
        })
        .collect();
    let total = buckets.iter().fold(Sales::default(), |sum, bucket| sum + bucket.sales);
    let (before_from, before_until) = period.before();
    let before = of(None).map(|sums| sums.sales).unwrap_or_default();
    Figures {
        span: period.span(),
        grain: period.grain,
        currency,
        buckets,
        total,
        span_before: period::span(before_from, before_until),
        before,
    }
}

/// Adds what waits to the figures, and tells the open pages of those whom it concerns. A job.
///
/// # Errors
/// `Offline`.
pub async fn add_up(state: AppState) -> Result<(), AppError> {
    while folding::waits(state.db.pool()).await? {
        let mut tx = state.db.begin().await?;
        folding::lock(&mut *tx).await?;
        let folded = folding::fold(&mut *tx, BATCH).await?;
        let told: Vec<String> = match folded.vendors.is_empty() {
            // Of an order that was placed only the site's figures know.
            true => vec![topic(None)],
            false => folded.vendors.into_iter().map(|vendor| topic(Some(VendorId(vendor)))).collect(),
        };
        live::say(&mut *tx, &told).await?;
        tx.commit().await?;
        tracing::debug!(rows = folded.rows, "sales added up");
    }
    Ok(())
}

/// What is said when a vendor's figures have changed, or the site's alone.
pub(super) fn topic(vendor: Option<VendorId>) -> String {
    vendor.map_or_else(|| "sales".to_owned(), |vendor| format!("sales {vendor}"))
}

/// Fills the figures of a shop whose orders came by no service.
///
/// # Errors
/// `Offline`; `Internal` if there are figures already.
pub async fn fill(tx: &mut Tx) -> Result<(), AppError> {
    Ok(folding::fill(tx).await?)
}
