//! Payments and refunds of orders, and the inbox of the gateway's events.
//!
//! Tables: `payments`, `refunds`, `refund_items`, `disputes`, `stripe_events`, `events_listed`. One live intent for an order (I4), an event
//! takes effect once (I7), refunds stay within what was captured (I14): each is a constraint.

use crate::text_enum;
use crate::values::Currency;

pub mod disputes;
pub mod history;
pub mod inbox;
pub mod refunds;
pub mod service;
mod store;

text_enum! {
    /// Where one payment stands; a decline is an attempt and not an end.
    pub enum PaymentStatus {
        /// The key is committed, the gateway's answer is not known yet.
        Creating => "creating",
        RequiresPaymentMethod => "requires_payment_method",
        RequiresAction => "requires_action",
        Processing => "processing",
        Succeeded => "succeeded",
        Canceled => "canceled",
    }
}

impl PaymentStatus {
    /// Nothing moves it any more.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Canceled)
    }
}

text_enum! {
    /// Why money goes back.
    pub enum RefundReason {
        OutOfStock => "out_of_stock",
        /// The payment succeeded after the order was canceled or had expired.
        OrderClosed => "order_closed",
        RequestedByCustomer => "requested_by_customer",
        Duplicate => "duplicate",
        Fraudulent => "fraudulent",
        /// The vendor could not send it.
        CanceledByVendor => "canceled_by_vendor",
        /// Another amount was paid than the order costs: no part of its price, so it has no items.
        AmountDiffers => "amount_differs",
        /// By hand, at the gateway.
        MadeElsewhere => "made_elsewhere",
    }
}

/// For currencies not in the table, which is that of the dollar: the gateway has the last word.
const LEAST_CHARGE_ELSEWHERE: i64 = 50;

/// The least that can be charged, in minor units.
pub fn minimum_charge_minor(currency: Currency) -> i64 {
    currency.least_charge_minor().unwrap_or(LEAST_CHARGE_ELSEWHERE)
}
