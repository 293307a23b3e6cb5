//! An order as one of its vendors sees it: their own part, and where the parcel goes. Nothing of others.

use serde::{Deserialize, Serialize};

use super::{Fulfilment, OrderLine, OrderStatus};
use crate::values::{Address, FieldErrors, Money, OrderId};

/// Bounds of the table.
const MAX_CARRIER: usize = 80;
const MAX_TRACKING: usize = 120;

/// Names of the fields, as the form, the server functions and the field errors have them.
pub mod parcel_field {
    pub const CARRIER: &str = "carrier";
    pub const TRACKING: &str = "tracking";
    pub const REASON: &str = "reason";
}

/// One line of a vendor's list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ParcelSummary {
    pub order_id: OrderId,
    pub number: i64,
    pub status: OrderStatus,
    pub fulfilment: Fulfilment,
    /// The vendor's part of the order.
    pub total: Money,
    /// RFC 3339, UTC.
    pub paid_at: String,
    pub pieces: u32,
    pub recipient: String,
    pub country_code: String,
}

/// A vendor's part of an order, in full.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Parcel {
    pub order_id: OrderId,
    pub number: i64,
    pub status: OrderStatus,
    pub fulfilment: Fulfilment,
    /// RFC 3339, UTC; so are the others.
    pub placed_at: String,
    pub paid_at: String,
    pub shipped_at: Option<String>,
    pub delivered_at: Option<String>,
    pub canceled_at: Option<String>,
    pub carrier: Option<String>,
    pub tracking: Option<String>,
    pub items: Money,
    pub shipping: Money,
    pub total: Money,
    /// Of this part.
    pub refunded: Money,
    /// The customer's bank disputes the payment, or has taken it back.
    pub disputed: bool,
    pub address: Address,
    pub lines: Vec<OrderLine>,
}

/// A page of a vendor's list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ParcelList {
    pub parcels: Vec<ParcelSummary>,
    /// Behind which one the next page begins; none on the last one.
    pub next: Option<OrderId>,
    /// How many there are in each state; those without any are missing.
    pub counts: Vec<(Fulfilment, i64)>,
}

/// How a parcel was sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shipment {
    pub(super) carrier: Option<String>,
    pub(super) tracking: Option<String>,
}

impl Shipment {
    /// Both may be left out: some parcels are carried by their makers. A number without a carrier would lead nowhere.
    ///
    /// # Errors
    /// One entry for each bad field.
    pub fn parse(carrier: &str, tracking: &str) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let tracking = errors.text(parcel_field::TRACKING, tracking, 0, MAX_TRACKING);
        let carrier = errors.text(parcel_field::CARRIER, carrier, usize::from(!tracking.is_empty()), MAX_CARRIER);
        let filled = |text: String| (!text.is_empty()).then_some(text);
        errors.into_result(Self { carrier: filled(carrier), tracking: filled(tracking) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::FieldProblem;

    #[test]
    fn a_tracking_number_needs_its_carrier() {
        let errors = Shipment::parse(" ", "AB 123").unwrap_err();
        assert_eq!(errors.of(parcel_field::CARRIER), Some(FieldProblem::Required));
        assert_eq!(Shipment::parse("", ""), Ok(Shipment { carrier: None, tracking: None }));
        assert_eq!(Shipment::parse(" CTT ", "").map(|shipment| shipment.carrier), Ok(Some("CTT".to_owned())));
        assert!(Shipment::parse("CTT", &"x".repeat(121)).is_err());
    }
}
