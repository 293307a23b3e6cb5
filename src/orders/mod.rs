//! Orders, their lines, and one part per vendor.
//!
//! Tables: `orders`, `order_parts`, `order_lines`, `stock_holds`. An order is a snapshot of what the customer agreed to; whatever becomes of
//! the products, it stays readable. Invariants: lines add up to parts and parts to the order (a constraint, checked at commit); a status
//! moves along the graph below and never back.

use serde::{Deserialize, Serialize};

use crate::text_enum;
use crate::values::{Address, Money, OrderId, OrderLineId, OrderPartId, PictureId, Quantity, UserId};

mod parcel;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
mod store;

pub use parcel::{Parcel, ParcelList, ParcelSummary, Shipment, parcel_field};

text_enum! {
    /// Where the money of an order stands.
    pub enum OrderStatus {
        Pending => "pending",
        Paid => "paid",
        PartiallyRefunded => "partially_refunded",
        /// Paid, but the goods were gone, the order closed or the amount another: the money is on its way back.
        RefundPending => "refund_pending",
        Refunded => "refunded",
        Canceled => "canceled",
        Expired => "expired",
        /// Amount or currency of the payment differ from the order's: held for a human.
        Review => "review",
    }
}

impl OrderStatus {
    /// The graph of `payments.md`. The SQL that moves an order names the status it moves from, so a lost race changes nothing.
    pub const fn may_become(self, next: Self) -> bool {
        use OrderStatus::*;
        matches!(
            (self, next),
            (Pending, Paid | RefundPending | Canceled | Expired | Review)
                | (Canceled | Expired, RefundPending | Review)
                | (Paid, PartiallyRefunded | Refunded)
                | (PartiallyRefunded, Refunded)
                | (RefundPending, Refunded)
                | (Review, Paid | RefundPending)
        )
    }

    /// As the customer reads it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Pending => "Waiting for payment",
            Self::Paid => "Paid",
            Self::PartiallyRefunded => "Partly refunded",
            Self::RefundPending => "Refund on its way",
            Self::Refunded => "Refunded",
            Self::Canceled => "Canceled",
            Self::Expired => "Expired",
            Self::Review => "Being checked by us",
        }
    }
}

text_enum! {
    /// Where the goods of one vendor's part stand; apart from money.
    pub enum Fulfilment {
        Unfulfilled => "unfulfilled",
        Shipped => "shipped",
        Delivered => "delivered",
        Canceled => "canceled",
    }
}

impl Fulfilment {
    pub const fn label(self) -> &'static str {
        match self {
            Self::Unfulfilled => "Not sent yet",
            Self::Shipped => "On its way",
            Self::Delivered => "Delivered",
            Self::Canceled => "Canceled",
        }
    }
}

/// One order in a list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OrderSummary {
    pub id: OrderId,
    pub number: i64,
    pub status: OrderStatus,
    pub total: Money,
    /// RFC 3339, UTC.
    pub placed_at: String,
    pub pieces: u32,
    pub shops: Vec<String>,
    pub picture_ids: Vec<PictureId>,
}

/// One line of an admin's list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DeskLine {
    pub id: OrderId,
    pub number: i64,
    pub status: OrderStatus,
    pub email: String,
    pub total: Money,
    /// RFC 3339, UTC.
    pub placed_at: String,
    pub shops: Vec<String>,
}

/// A page of an admin's list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DeskList {
    pub orders: Vec<DeskLine>,
    /// Before which one the next page begins; none on the last one.
    pub next: Option<OrderId>,
}

/// An order as its customer sees it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Order {
    pub id: OrderId,
    pub number: i64,
    pub status: OrderStatus,
    /// None once the account is erased.
    pub customer: Option<UserId>,
    pub email: String,
    pub items: Money,
    pub shipping: Money,
    pub tax: Money,
    pub discount: Money,
    pub total: Money,
    /// What went back.
    pub refunded: Money,
    /// What is on its way back, and has not arrived.
    pub returning: Money,
    pub address: Address,
    /// RFC 3339, UTC; so are the others.
    pub placed_at: String,
    pub paid_at: Option<String>,
    /// When it was canceled or expired without having been paid.
    pub closed_at: Option<String>,
    /// Why the last attempt to pay failed, in the gateway's words for customers.
    pub payment_error: Option<String>,
    /// What the payment is called at the gateway.
    pub payment_reference: Option<String>,
    pub parts: Vec<OrderPart>,
}

impl Order {
    pub fn lines(&self) -> impl Iterator<Item = &OrderLine> {
        self.parts.iter().flat_map(|part| &part.lines)
    }

    /// Whether it is paid and its customer may still change their mind: nothing of it was sent, and something is to be.
    pub fn is_cancelable(&self) -> bool {
        let waits = |part: &OrderPart| part.fulfilment == Fulfilment::Unfulfilled;
        matches!(self.status, OrderStatus::Paid | OrderStatus::PartiallyRefunded)
            && self.parts.iter().any(waits)
            && self.parts.iter().all(|part| waits(part) || part.fulfilment == Fulfilment::Canceled)
    }
}

/// What one vendor sends.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OrderPart {
    pub id: OrderPartId,
    pub vendor_name: String,
    pub fulfilment: Fulfilment,
    pub shipping: Money,
    pub total: Money,
    pub carrier: Option<String>,
    pub tracking: Option<String>,
    /// RFC 3339, UTC; so are the others.
    pub shipped_at: Option<String>,
    pub delivered_at: Option<String>,
    pub canceled_at: Option<String>,
    pub lines: Vec<OrderLine>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OrderLine {
    pub id: OrderLineId,
    pub product_name: String,
    pub product_slug: String,
    pub variant_title: String,
    pub picture_id: Option<PictureId>,
    pub unit_price: Money,
    pub quantity: Quantity,
    pub subtotal: Money,
    /// Pieces that were given back; an amount may go back without any.
    pub refunded_quantity: u32,
    pub refunded: Money,
}

impl OrderLine {
    /// Pieces of it that were not given back: what is to be sent, as long as nothing was.
    pub fn pieces_left(&self) -> u32 {
        self.quantity.get().saturating_sub(self.refunded_quantity)
    }

    /// What of it was given back, in words.
    pub fn given_back(&self) -> Option<String> {
        let money = Some(self.refunded).filter(|money| !money.is_zero()).map(|money| format!(": {money}"));
        match self.refunded_quantity {
            0 => money.map(|money| format!("Partly refunded{money}")),
            pieces => Some(format!("{pieces} of {} refunded{}", self.quantity, money.unwrap_or_default())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::OrderStatus::{self, *};
    use super::*;
    use crate::values::Currency;

    fn line(refunded_quantity: u32, refunded_minor: i64) -> OrderLine {
        let money = |minor| Money::new(minor, Currency::USD);
        OrderLine {
            id: OrderLineId(uuid::Uuid::nil()),
            product_name: "Cup".into(),
            product_slug: "cup".into(),
            variant_title: String::new(),
            picture_id: None,
            unit_price: money(1500),
            quantity: Quantity::try_from(3).unwrap(),
            subtotal: money(4500),
            refunded_quantity,
            refunded: money(refunded_minor),
        }
    }

    #[test]
    fn what_was_given_back_of_a_line_is_said_in_words() {
        for (pieces, minor, words) in [
            (0, 0, None),
            (2, 3000, Some("2 of 3 refunded: $30.00")),
            (0, 500, Some("Partly refunded: $5.00")),
            (1, 0, Some("1 of 3 refunded")),
        ] {
            assert_eq!(line(pieces, minor).given_back().as_deref(), words);
        }
        assert_eq!([0, 1, 3].map(|pieces| line(pieces, 0).pieces_left()), [3, 2, 0]);
    }

    #[test]
    fn what_is_paid_never_becomes_pending_or_failed() {
        for from in [Paid, PartiallyRefunded, RefundPending, Refunded] {
            for to in [Pending, Canceled, Expired, Review] {
                assert!(!from.may_become(to), "{from} → {to}");
            }
        }
        assert!(OrderStatus::ALL.iter().all(|&status| !status.may_become(status)));
        assert!(OrderStatus::ALL.iter().all(|&status| !Refunded.may_become(status)));
    }
}
