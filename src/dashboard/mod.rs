//! What vendors and admins find when they come in: what waits for them, how the shop goes, and the machinery behind it (mails, events of the
//! gateway, jobs, the audit log, the site's settings). Composes what other nouns know; owns no table.
//!
//! What waits is counted on each page of a dashboard, for its navigation and for the list on its first page: one statement, each number by an
//! index of its own that holds what waits and nothing else.

use crate::orders::{DeskLine, ParcelSummary};
use crate::values::Money;

pub mod api;
mod health;
mod log;
pub mod service;
mod store;

pub use health::{DatabaseHealth, DiskHealth, Health, Stuck, bytes_in_words, duration_in_words};
pub use log::{AuditFilter, AuditLine, AuditPage, Change};

/// What waits for a vendor.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct VendorQueues {
    /// Paid orders to be sent.
    pub to_ship: i64,
    /// Products with a variant at its threshold or below.
    pub low_stock: i64,
    /// Products that an admin took down.
    pub held: i64,
    pub drafts: i64,
    /// Reviews without an answer.
    pub unanswered: i64,
    /// A product in whatever status, and one that is for sale.
    pub has_products: bool,
    pub has_published: bool,
}

/// What waits for the admins.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct AdminQueues {
    /// Applications of shops.
    pub vendors: i64,
    /// Orders whose payment does not fit them.
    pub orders_in_review: i64,
    /// Payments that should have ended long ago, and refunds that the gateway keeps refusing.
    pub payments_stuck: i64,
    pub refunds_stuck: i64,
    /// Disputes that await an answer.
    pub disputes: i64,
    /// Reviews with open reports.
    pub reviews: i64,
    /// Mails that were given up, and nobody has settled.
    pub mails: i64,
    /// Events of the gateway that could not be applied.
    pub events: i64,
    /// Jobs whose last run failed.
    pub jobs: i64,
}

impl AdminQueues {
    /// Orders that an admin has to look at.
    pub const fn orders(&self) -> i64 {
        self.orders_in_review + self.payments_stuck + self.refunds_stuck
    }
}

/// A number of this month, and the same of the whole month before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Months<T> {
    pub this: T,
    pub last: T,
}

/// How a shop sells. Months are those of UTC.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VendorFigures {
    /// The shop's parts of paid orders with their shipping, before refunds.
    pub sales: Months<Money>,
    pub orders: Months<i64>,
}

/// How the marketplace sells. Months are those of UTC.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AdminFigures {
    /// Paid orders with their shipping, before refunds.
    pub sales: Months<Money>,
    pub orders: Months<i64>,
    /// What was given back in the month, whenever it was paid.
    pub refunds: Months<Money>,
    /// Shops that sold something.
    pub vendors: Months<i64>,
}

impl AdminFigures {
    /// Of each month with an order; to the cent, rounded down.
    pub fn average(&self) -> Months<Option<Money>> {
        let of = |sales: &Money, orders: i64| (orders > 0).then(|| Money::new(sales.amount_minor / orders, sales.currency));
        Months { this: of(&self.sales.this, self.orders.this), last: of(&self.sales.last, self.orders.last) }
    }
}

/// The first page of a vendor, beside what waits.
#[derive(Clone, Debug)]
pub struct VendorHome {
    pub figures: VendorFigures,
    pub latest: Vec<ParcelSummary>,
}

/// The first page of the admins, beside what waits.
#[derive(Clone, Debug)]
pub struct AdminHome {
    pub figures: AdminFigures,
    pub latest: Vec<DeskLine>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::Currency;

    #[test]
    fn nobody_divides_by_no_orders() {
        let usd = |minor| Money::new(minor, Currency::USD);
        let figures = AdminFigures {
            sales: Months { this: usd(1000), last: usd(0) },
            orders: Months { this: 3, last: 0 },
            refunds: Months { this: usd(0), last: usd(0) },
            vendors: Months { this: 1, last: 0 },
        };
        assert_eq!(figures.average(), Months { this: Some(usd(333)), last: None });
    }
}
