//! What may be given back of an order.

use crate::orders::Fulfilment;
use crate::values::{Currency, Money, OrderLineId, OrderPartId, VariantId, VendorId};

/// A line with what of it is given back already, or is about to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RefundableLine {
    pub id: OrderLineId,
    pub part_id: OrderPartId,
    pub vendor_id: VendorId,
    pub variant_id: VariantId,
    pub name: String,
    pub unit_price_minor: i64,
    pub quantity: i32,
    pub subtotal_minor: i64,
    pub refunded_quantity: i32,
    pub refunded_minor: i64,
}

impl RefundableLine {
    pub const fn quantity_left(&self) -> i32 {
        self.quantity - self.refunded_quantity
    }

    pub const fn minor_left(&self) -> i64 {
        self.subtotal_minor - self.refunded_minor
    }
}

/// A part with its shipping.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RefundablePart {
    pub id: OrderPartId,
    pub vendor_id: VendorId,
    pub vendor_name: String,
    pub fulfilment: Fulfilment,
    pub shipping_minor: i64,
    pub refunded_shipping_minor: i64,
}

impl RefundablePart {
    pub const fn shipping_left(&self) -> i64 {
        self.shipping_minor - self.refunded_shipping_minor
    }
}

/// A paid order, as far as money may go back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refundable {
    pub currency: Currency,
    pub parts: Vec<RefundablePart>,
    pub lines: Vec<RefundableLine>,
    /// A bank holds the payment: nothing goes back for now.
    pub disputed: bool,
}

impl Refundable {
    pub fn left(&self) -> Money {
        let lines: i64 = self.lines.iter().map(RefundableLine::minor_left).sum();
        let shipping: i64 = self.parts.iter().map(RefundablePart::shipping_left).sum();
        Money::new(lines + shipping, self.currency)
    }

    /// Everything of these parts that was not given back yet.
    pub fn all_of(&self, parts: &[OrderPartId], restock: bool) -> Vec<RefundItem> {
        let lines = self.lines.iter().filter(|line| parts.contains(&line.part_id));
        let lines = lines.map(|line| RefundItem::of_line(line, line.quantity_left(), line.minor_left(), restock));
        let shipping = self.parts.iter().filter(|part| parts.contains(&part.id));
        let shipping = shipping.map(|part| RefundItem::of_shipping(part, part.shipping_left()));
        lines.chain(shipping).filter(RefundItem::gives_something).collect()
    }

    /// An amount of which nobody said what it is for: what each line and each shipping has left bears it in proportion, without pieces. None
    /// if so much is not left.
    pub fn share(&self, amount: Money) -> Option<Vec<RefundItem>> {
        let left = self.left();
        if amount.currency != left.currency || !(1..=left.amount_minor).contains(&amount.amount_minor) {
            return None;
        }
        let lines = self.lines.iter().map(|line| RefundItem::of_line(line, 0, line.minor_left(), false));
        let shipping = self.parts.iter().map(|part| RefundItem::of_shipping(part, part.shipping_left()));
        // Up to each item, rounded down: so the shares add up, and none is more than its item has left.
        let up_to = |minor: i64| minor * amount.amount_minor / left.amount_minor;
        let mut before = 0;
        let share = |item: RefundItem| {
            let (from, to) = (before, before + item.amount_minor);
            before = to;
            RefundItem { amount_minor: up_to(to) - up_to(from), ..item }
        };
        Some(lines.chain(shipping).map(share).filter(RefundItem::gives_something).collect())
    }
}

/// One thing that is given back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RefundItem {
    pub part_id: OrderPartId,
    pub vendor_id: VendorId,
    /// None: shipping.
    pub line: Option<(OrderLineId, VariantId)>,
    pub quantity: i32,
    pub amount_minor: i64,
    /// Whether the pieces are for sale again.
    pub restock: bool,
}

impl RefundItem {
    pub(super) fn of_line(line: &RefundableLine, quantity: i32, amount_minor: i64, restock: bool) -> Self {
        let restock = restock && quantity > 0;
        Self { part_id: line.part_id, vendor_id: line.vendor_id, line: Some((line.id, line.variant_id)), quantity, amount_minor, restock }
    }

    pub(super) fn of_shipping(part: &RefundablePart, amount_minor: i64) -> Self {
        Self { part_id: part.id, vendor_id: part.vendor_id, line: None, quantity: 0, amount_minor, restock: false }
    }

    pub(super) fn gives_something(&self) -> bool {
        self.amount_minor > 0 || self.quantity > 0
    }
}

#[cfg(test)]
pub(super) mod fixture {
    use uuid::Uuid;

    use super::*;

    fn line(n: u128, quantity: i32, unit_price_minor: i64) -> RefundableLine {
        RefundableLine {
            id: OrderLineId(Uuid::from_u128(n)),
            part_id: OrderPartId(Uuid::from_u128(1)),
            vendor_id: VendorId(Uuid::from_u128(1)),
            variant_id: VariantId(Uuid::from_u128(n)),
            name: "Cup".into(),
            unit_price_minor,
            quantity,
            subtotal_minor: unit_price_minor * i64::from(quantity),
            refunded_quantity: 0,
            refunded_minor: 0,
        }
    }

    pub fn order() -> Refundable {
        let part = RefundablePart {
            id: OrderPartId(Uuid::from_u128(1)),
            vendor_id: VendorId(Uuid::from_u128(1)),
            vendor_name: "Kiln".into(),
            fulfilment: Fulfilment::Unfulfilled,
            shipping_minor: 500,
            refunded_shipping_minor: 0,
        };
        Refundable { currency: Currency::USD, parts: vec![part], lines: vec![line(1, 3, 1500), line(2, 1, 999)], disputed: false }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::fixture::order;
    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        /// Shares of an amount add up to it, and none is more than its line has left.
        #[test]
        fn shares_add_up(amount in 1..6500_i64, refunded in 0..4500_i64) {
            let mut order = order();
            order.lines[0].refunded_minor = refunded;
            let left = order.left().amount_minor;
            let Some(shares) = order.share(Money::new(amount, Currency::USD)) else {
                prop_assert!(amount > left);
                return Ok(());
            };
            prop_assert_eq!(shares.iter().map(|share| share.amount_minor).sum::<i64>(), amount);
            for share in shares {
                let most = match share.line {
                    Some((id, _)) => order.lines.iter().find(|line| line.id == id).unwrap().minor_left(),
                    None => order.parts[0].shipping_left(),
                };
                prop_assert!(share.amount_minor <= most && share.quantity == 0);
            }
        }
    }
}
