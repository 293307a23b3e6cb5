//! `seed load`: a shop as large as one likes, to measure on. Made of chance that repeats itself (the same size, seed and day give the same
//! rows), written by `COPY` in one transaction, so that there is all of it or nothing.
//!
//! Goods have no pictures: a picture's row names files of its own, and 100,000 files would measure the disk.

mod goods;
mod order_rows;
mod people;
mod random;
mod sales;
mod sheet;
mod store;
mod words;

use std::time::{Duration, Instant};

use time::{Date, OffsetDateTime};

use crate::analytics;
use crate::error::AppError;
use crate::platform::db::Db;
use crate::platform::state::AppState;
use goods::Goods;
use sales::Calendar;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Orders go back this far: two years.
const DAYS: usize = 730;

/// How much there shall be.
#[derive(Clone, Debug)]
pub struct Size {
    pub products: usize,
    pub vendors: usize,
    pub customers: usize,
    pub orders: usize,
    pub seed: u64,
    /// Nothing is younger than the beginning of this day.
    until_ms: i64,
    days: usize,
}

impl Size {
    /// One of everything at least, since an order needs all of them.
    pub fn new(products: usize, vendors: usize, customers: usize, orders: usize, seed: u64, until: Date) -> Self {
        let until_ms = until.midnight().assume_utc().unix_timestamp() * 1000;
        Self { products: products.max(1), vendors: vendors.max(1), customers: customers.max(1), orders, seed, until_ms, days: DAYS }
    }

    /// When the first order was placed.
    fn first_ms(&self) -> i64 {
        self.until_ms - self.days as i64 * DAY_MS
    }
}

/// Rows written to a table, and how long that took.
#[derive(Clone, Debug)]
pub struct Written {
    pub table: &'static str,
    pub rows: u64,
    pub took: Duration,
}

/// What a load has done.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub tables: Vec<Written>,
    pub took: Duration,
}

impl Loaded {
    fn add(&mut self, table: &'static str, rows: u64, took: Duration) {
        match self.tables.iter_mut().find(|written| written.table == table) {
            Some(written) => {
                written.rows += rows;
                written.took += took;
            }
            None => self.tables.push(Written { table, rows, took }),
        }
    }

    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|written| written.rows).sum()
    }
}

/// Today, for [`Size::new`].
pub fn today() -> Date {
    OffsetDateTime::now_utc().date()
}

/// Fills an empty shop. Its accounts have a password that everybody knows, so never in production.
///
/// # Errors
/// `Forbidden` in production and in a shop that has goods, shops, categories or orders.
pub async fn load(state: &AppState, size: &Size) -> Result<Loaded, AppError> {
    if state.config.production {
        tracing::error!("made-up goods are not for production");
        return Err(AppError::Forbidden);
    }
    fill(&state.db, size).await
}

async fn fill(db: &Db, size: &Size) -> Result<Loaded, AppError> {
    let started = Instant::now();
    let mut loaded = Loaded { tables: Vec::new(), took: Duration::ZERO };
    let mut tx = store::begin(db).await?;
    if !store::is_empty(&mut tx).await? {
        tracing::error!("the shop is not empty: made-up goods would mix with its own");
        return Err(AppError::Forbidden);
    }
    let currency = store::currency(&mut tx).await?;
    let (categories, leaves) = goods::categories(size);
    let vendors = goods::vendors(size);
    let goods = Goods::make(size, &vendors, &leaves);
    let calendar = Calendar::new(size);
    let sold = units_sold(size, &calendar, &goods, &vendors);

    store::pause_triggers(&mut tx).await?;
    let shop =
        store::Shop { size, currency: &currency, vendors: &vendors, leaves: &leaves, goods: &goods, calendar: &calendar, sold: &sold };
    shop.write_people(&mut tx, &mut loaded).await?;
    shop.write_goods(&mut tx, &categories, &mut loaded).await?;
    shop.write_orders(&mut tx, &mut loaded).await?;
    store::resume_triggers(&mut tx).await?;
    let adding_up = Instant::now();
    analytics::service::fill(&mut tx).await?;
    loaded.add("figures of sales", 0, adding_up.elapsed());
    tx.commit().await?;
    store::tidy_up(db).await?;
    loaded.took = started.elapsed();
    Ok(loaded)
}

/// Of each variant, by number.
fn units_sold(size: &Size, calendar: &Calendar, goods: &Goods, vendors: &[goods::Vendor]) -> Vec<i64> {
    let mut sold = vec![0; goods.variants.len()];
    for index in 0..size.orders {
        let order = sales::order(size, calendar, goods, vendors, index);
        if order.fate.took_goods() {
            order.lines().for_each(|line| sold[line.variant] += line.quantity);
        }
    }
    sold
}
