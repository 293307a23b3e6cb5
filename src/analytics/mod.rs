//! What was sold, to whom it matters: vendors their own figures, admins those of the whole site.
//!
//! Tables: `sales_deltas`, `vendor_sales`, `product_sales`, `site_sales`, `buying_days`, `active_counts`. Triggers append to `sales_deltas` in the
//! transaction in which something is placed, paid, given back or put into a cart; a job adds those rows to the others. A figure is read as the
//! sum of both. Invariant: it equals what is recorded of orders and refunds (`souk check`).
//!
//! Words: a sale counts on the day on which it was paid, a refund on the day on which it was decided, days are those of UTC. *Sales* are
//! goods and shipping, as customers paid them; what is *left* of them are sales without refunds, and that is what a shop is due. An order that
//! was paid and could not be had was never sold. A dispute changes no figure: what a bank takes back is between it and the site.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::values::{Currency, Money};

pub mod api;
#[cfg(feature = "ssr")]
pub mod invariants;
#[cfg(feature = "ssr")]
pub mod period;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
mod store;

crate::text_enum! {
    /// How long the pieces are into which a period is cut. Weeks begin on Monday.
    pub enum Grain {
        Day => "day",
        Week => "week",
        Month => "month",
    }
}

impl Grain {
    pub const fn label(self) -> &'static str {
        match self {
            Self::Day => "Day",
            Self::Week => "Week",
            Self::Month => "Month",
        }
    }
}

crate::text_enum! {
    /// Periods that are often asked for.
    pub enum Preset {
        Today => "today",
        SevenDays => "7d",
        ThirtyDays => "30d",
        ThisMonth => "this_month",
        LastMonth => "last_month",
        /// This month and the eleven before it.
        TwelveMonths => "12m",
        ThisYear => "this_year",
    }
}

impl Preset {
    pub const fn label(self) -> &'static str {
        match self {
            Self::Today => "Today",
            Self::SevenDays => "7 days",
            Self::ThirtyDays => "30 days",
            Self::ThisMonth => "This month",
            Self::LastMonth => "Last month",
            Self::TwelveMonths => "12 months",
            Self::ThisYear => "This year",
        }
    }
}

/// The period that somebody asks for, as it stands in an address. Days win over a preset.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Asked {
    #[serde(default)]
    pub range: String,
    #[serde(default)]
    pub from: String,
    #[serde(default)]
    pub until: String,
    #[serde(default)]
    pub by: String,
}

/// Names of what stands in the address.
pub mod field {
    pub const RANGE: &str = "range";
    pub const FROM: &str = "from";
    pub const UNTIL: &str = "until";
    pub const BY: &str = "by";
}

/// Days from the first to the last, both included: `2026-11-30`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Span {
    pub from: String,
    pub until: String,
}

/// Sums over some days, in minor units and pieces.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Sales {
    pub goods_minor: i64,
    pub shipping_minor: i64,
    /// Goods and shipping.
    pub refunded_minor: i64,
    pub units: i64,
    pub units_refunded: i64,
    /// Paid orders; of a vendor, those with something of theirs.
    pub orders: i64,
}

impl Sales {
    /// What customers paid.
    pub const fn sales_minor(&self) -> i64 {
        self.goods_minor + self.shipping_minor
    }

    /// What is left of it.
    pub const fn left_minor(&self) -> i64 {
        self.sales_minor() - self.refunded_minor
    }

    /// What an order brought, to the nearest minor unit; none without orders.
    pub const fn average_minor(&self) -> Option<i64> {
        match self.orders {
            0 => None,
            orders => Some((2 * self.sales_minor() + orders) / (2 * orders)),
        }
    }
}

impl std::ops::Add for Sales {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            goods_minor: self.goods_minor + other.goods_minor,
            shipping_minor: self.shipping_minor + other.shipping_minor,
            refunded_minor: self.refunded_minor + other.refunded_minor,
            units: self.units + other.units,
            units_refunded: self.units_refunded + other.units_refunded,
            orders: self.orders + other.orders,
        }
    }
}

/// A piece of a period.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Bucket {
    pub span: Span,
    /// It is not over, or the period cuts something off.
    pub partial: bool,
    pub sales: Sales,
    /// Customers who bought and vendors who sold something; for admins, and not for what is cut off.
    pub active: Option<Active>,
}

#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Active {
    pub customers: i64,
    pub vendors: i64,
}

/// A period in figures, without gaps.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Figures {
    pub span: Span,
    pub grain: Grain,
    /// Of all amounts.
    pub currency: Currency,
    pub buckets: Vec<Bucket>,
    pub total: Sales,
    /// What it is compared with: as many days, or months, before.
    pub span_before: Span,
    pub before: Sales,
}

/// One of the most sold.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Top {
    pub id: Uuid,
    pub name: String,
    /// Without shipping; so is what was refunded.
    pub goods_minor: i64,
    pub refunded_minor: i64,
    pub units: i64,
}

/// What a vendor sees of their own shop.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct VendorFigures {
    pub figures: Figures,
    /// How often one of the products was put into a cart in the period, and how many lines of orders were paid in it.
    pub cart_lines: i64,
    pub lines: i64,
    pub products: Vec<Top>,
}

/// The lists of what sells best on the whole site.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Tops {
    pub vendors: Vec<Top>,
    pub products: Vec<Top>,
    pub categories: Vec<Top>,
}

/// What admins see of the site.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AdminFigures {
    pub figures: Figures,
    /// Carts into which a first product was put, and orders that were placed: each on its own day, as is what was paid.
    pub carts: i64,
    pub placed: i64,
    /// In a large shop up to five minutes old.
    pub tops: Tops,
}

/// What was sold in a month.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Month {
    pub currency: Currency,
    pub sales: Sales,
    /// Of the whole site alone; zero in a vendor's figures.
    pub active: Active,
}

impl Month {
    /// With shipping, before refunds.
    pub const fn sold(&self) -> Money {
        Money::new(self.sales.sales_minor(), self.currency)
    }

    /// What was given back in the month, whenever it was paid.
    pub const fn refunded(&self) -> Money {
        Money::new(self.sales.refunded_minor, self.currency)
    }

    /// None without orders.
    pub fn average(&self) -> Option<Money> {
        self.sales.average_minor().map(|minor| Money::new(minor, self.currency))
    }
}

/// Something of this month, and of the whole month before. Months are those of UTC.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Months<T> {
    pub this: T,
    pub last: T,
}

/// What a shop is due for a month.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settlement {
    /// The first day.
    pub month: String,
    /// It is not over.
    pub running: bool,
    pub sales: Sales,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_and_what_an_order_brings() {
        let sales = Sales { goods_minor: 4500, shipping_minor: 500, refunded_minor: 6000, orders: 3, ..Sales::default() };
        assert_eq!((sales.sales_minor(), sales.left_minor(), sales.average_minor()), (5000, -1000, Some(1667)));
        assert_eq!(Sales::default().average_minor(), None);
    }
}
