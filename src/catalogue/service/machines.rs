//! What crawlers and readers of feeds are told: addresses of everything that may be seen, some at a time, and what is new.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::super::store::machines as store;
use super::super::{category_url, product_url, shop_url};
use crate::error::AppError;
use crate::platform::db::Db;
use crate::values::{ProductId, UnknownName, VendorId};

/// Addresses in one part of the sitemap at most; a crawler takes 50,000.
const PART: i64 = 10_000;
/// Addresses read at once while a part is sent.
const STEP: i64 = 1_000;
/// For how long a process remembers where parts begin: finding out reads the ids of everything.
const PARTS_AGE: Duration = Duration::from_secs(600);
/// Products in the feed.
const FEED: i64 = 50;
/// Characters of a summary in the feed.
const MAX_SUMMARY: usize = 400;

/// A part of the sitemap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// Categories and shops.
    Places,
    /// Products from this one on, in the order of their ids.
    Products(ProductId),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Places => f.write_str("places.xml"),
            Self::Products(start) => write!(f, "products-{start}.xml"),
        }
    }
}

impl FromStr for Part {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let name = text.strip_suffix(".xml").ok_or(UnknownName)?;
        match name.strip_prefix("products-") {
            Some(start) => start.parse().map(Self::Products).map_err(|_| UnknownName),
            None if name == "places" => Ok(Self::Places),
            None => Err(UnknownName),
        }
    }
}

/// An address of the sitemap.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SiteUrl {
    pub path: String,
    /// The day, as 2026-11-25.
    pub changed: Option<String>,
}

/// How far a part has been read.
#[derive(Clone, Copy, Debug)]
pub enum Walk {
    Categories,
    /// Behind this shop.
    Shops(VendorId),
    /// From this product on; how many the part may still hold.
    Products {
        from: ProductId,
        left: i64,
    },
}

impl Walk {
    pub const fn of(part: Part) -> Self {
        match part {
            Part::Places => Self::Categories,
            Part::Products(from) => Self::Products { from, left: PART },
        }
    }
}

/// The ids at which parts of products begin.
struct Parts(Vec<ProductId>);

/// Where each part of products begins; nothing without products.
///
/// # Errors
/// `Offline`.
pub async fn product_parts(db: &Db) -> Result<Vec<ProductId>, AppError> {
    let parts: Arc<Parts> = db.recent(PARTS_AGE, async { Ok(Parts(store::part_starts(db.pool(), PART).await?)) }).await?;
    Ok(parts.0.clone())
}

fn day(at: OffsetDateTime) -> Option<String> {
    at.format(time::macros::format_description!("[year]-[month]-[day]")).ok()
}

/// The next addresses, and how to go on; nothing at the end.
///
/// # Errors
/// `Offline`.
pub async fn walk(db: &Db, walk: Walk) -> Result<(Vec<SiteUrl>, Option<Walk>), AppError> {
    match walk {
        Walk::Categories => {
            let tree = super::category_tree(db).await?;
            let fixed = ["/", "/products", "/sell"].map(|path| SiteUrl { path: path.to_owned(), changed: None });
            let categories = tree.branches().iter().map(|branch| SiteUrl { path: category_url(&branch.category.slug), changed: None });
            Ok((fixed.into_iter().chain(categories).collect(), Some(Walk::Shops(VendorId(uuid::Uuid::nil())))))
        }
        Walk::Shops(after) => {
            let rows = store::shops(db.pool(), after, STEP).await?;
            let next = rows.last().map(|(id, ..)| Walk::Shops(*id));
            Ok((rows.into_iter().map(|(_, slug)| SiteUrl { path: shop_url(&slug), changed: None }).collect(), next))
        }
        Walk::Products { from, left } => {
            let mut rows = store::products(db.pool(), from, left.min(STEP) + 1).await?;
            let beyond = if rows.len() as i64 > left.min(STEP) { rows.pop().map(|row| row.id) } else { None };
            let left = left - rows.len() as i64;
            let next = beyond.filter(|_| left > 0).map(|from| Walk::Products { from, left });
            let url = |row: store::ProductRow| SiteUrl { path: product_url(&row.slug), changed: day(row.updated_at) };
            Ok((rows.into_iter().map(url).collect(), next))
        }
    }
}

/// A product in the feed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FeedEntry {
    pub id: ProductId,
    pub path: String,
    pub name: String,
    pub vendor_name: String,
    pub summary: String,
    /// RFC 3339, UTC.
    pub published: String,
}

/// The newest products, newest first.
///
/// # Errors
/// `Offline`.
pub async fn feed(db: &Db) -> Result<Vec<FeedEntry>, AppError> {
    let rows = store::newest(db.pool(), FEED).await?;
    let entry = |row: store::FeedRow| FeedEntry {
        id: row.id,
        path: product_url(&row.slug),
        name: row.name,
        vendor_name: row.vendor_name,
        summary: row.summary.chars().take(MAX_SUMMARY).collect(),
        published: row.published_at.format(&Rfc3339).unwrap_or_default(),
    };
    Ok(rows.into_iter().map(entry).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_named_and_found_again() {
        let products = Part::Products(ProductId(uuid::Uuid::from_u128(5)));
        for part in [Part::Places, products] {
            assert_eq!(part.to_string().parse(), Ok(part));
        }
        for bad in ["", "places", "products-.xml", "products-5.xml", "other.xml"] {
            assert_eq!(bad.parse::<Part>(), Err(UnknownName), "{bad}");
        }
    }
}
