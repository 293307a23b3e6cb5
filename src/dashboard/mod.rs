//! What vendors and admins find when they come in: what waits for them, how the shop goes, and the machinery behind it (mails, events of the
//! gateway, jobs, the audit log, the site's settings). Composes what other nouns know; owns no table.
//!
//! What waits is counted on each page of a dashboard, for its navigation and for the list on its first page: one statement, each number by an
//! index of its own that holds what waits and nothing else.

use std::time::Duration;

use crate::analytics::{Month, Months};
use crate::orders::{DeskLine, ParcelSummary};
use crate::values::OrderId;

mod actions;
pub mod api;
mod health;
mod log;
pub mod service;
mod store;

pub use actions::{ACTIONS, action_name, kind_name};
pub use health::{DatabaseHealth, DiskHealth, Health, Stuck, bytes_in_words, duration_in_words};
pub use log::{AuditFilter, AuditLine, AuditPage, Change};

/// A vendor's queues are counted up to here: each page of theirs counts them, and more is more than anybody does on a day.
pub const MOST_COUNTED: i64 = 1000;

/// How many wait, as people read it.
pub fn count_in_words(count: i64) -> String {
    if count < MOST_COUNTED { count.to_string() } else { format!("{}+", MOST_COUNTED - 1) }
}

/// What waits for a vendor. Each number at most [`MOST_COUNTED`].
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
    /// The order of one of these refunds.
    pub stuck_refund: Option<OrderId>,
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

/// The first page of a vendor, beside what waits.
#[derive(Clone, Debug)]
pub struct VendorHome {
    pub months: Months<Month>,
    pub latest: Vec<ParcelSummary>,
}

/// The first page of the admins, beside what waits.
#[derive(Clone, Debug)]
pub struct AdminHome {
    pub months: Months<Month>,
    pub latest: Vec<DeskLine>,
    /// How long events of the gateway take, where that is minutes.
    pub events_lag: Option<Duration>,
}
