//! What somebody wants to give back of an order, and what of it may be: pure arithmetic.

use serde::{Deserialize, Serialize};

use super::refundable::{RefundItem, Refundable, RefundableLine};
use crate::text_enum;
use crate::values::{Currency, FieldErrors, FieldProblem, Money, MoneyError, OrderLineId, OrderPartId};

/// Bounds of the table.
pub const MAX_NOTE: usize = 500;
const MAX_REQUEST: usize = 255;

/// Names of the fields, as the form and the field errors have them; those of lines are named `lines.0.quantity`.
pub mod refund_field {
    pub const REASON: &str = "reason";
    pub const RESTOCK: &str = "restock";
    pub const NOTE: &str = "note";
    pub const LINES: &str = "lines";
    pub const REQUEST: &str = "request";
    /// In what other way money was given back.
    pub const HOW: &str = "how";
}

text_enum! {
    /// Why a person gives money back.
    pub enum RefundCause {
        RequestedByCustomer => "requested_by_customer",
        Duplicate => "duplicate",
        Fraudulent => "fraudulent",
    }
}

impl RefundCause {
    pub const fn label(self) -> &'static str {
        match self {
            Self::RequestedByCustomer => "The customer asked for it",
            Self::Duplicate => "Paid twice",
            Self::Fraudulent => "Fraud",
        }
    }
}

/// One line of the form.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypedRefundLine {
    pub line_id: String,
    /// Pieces; empty is none.
    #[serde(default)]
    pub quantity: String,
    /// Empty: what so many pieces cost.
    #[serde(default)]
    pub amount: String,
}

/// Shipping of one part.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypedRefundShipping {
    pub part_id: String,
    /// Empty is none.
    #[serde(default)]
    pub amount: String,
}

/// A refund as an admin types it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct TypedRefund {
    #[serde(default)]
    pub lines: Vec<TypedRefundLine>,
    #[serde(default)]
    pub shipping: Vec<TypedRefundShipping>,
    #[serde(default)]
    pub reason: String,
    /// `yes`: the pieces are for sale again.
    #[serde(default)]
    pub restock: String,
    #[serde(default)]
    pub note: String,
    /// What its sender calls this request, so that it is done once however often it comes; empty: each is another.
    #[serde(default)]
    pub request: String,
}

/// A refund that may be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RefundPlan {
    pub items: Vec<RefundItem>,
    pub cause: RefundCause,
    pub note: String,
}

impl TypedRefund {
    /// # Errors
    /// For a name that is too long.
    pub fn request(&self) -> Result<Option<String>, FieldErrors> {
        let mut errors = FieldErrors::default();
        let request = errors.text(refund_field::REQUEST, &self.request, 0, MAX_REQUEST);
        errors.into_result(Some(request).filter(|request| !request.is_empty()))
    }

    /// # Errors
    /// One entry for each bad field: more pieces or more money than are left, and nothing at all.
    pub fn plan(&self, order: &Refundable) -> Result<RefundPlan, FieldErrors> {
        let mut errors = FieldErrors::default();
        let restock = self.restock == "yes";
        let mut items = Vec::new();
        for (index, typed) in self.lines.iter().enumerate() {
            let field = format!("{}.{index}", refund_field::LINES);
            let known = typed.line_id.parse().ok().and_then(|id: OrderLineId| order.lines.iter().find(|line| line.id == id));
            match known {
                Some(line) if !items.iter().any(|item: &RefundItem| item.line.is_some_and(|(id, _)| id == line.id)) => {
                    items.extend(typed.item(line, order.currency, restock, &field, &mut errors));
                }
                _ => errors.push(&field, FieldProblem::UnknownChoice),
            }
        }
        for (index, typed) in self.shipping.iter().enumerate() {
            let field = format!("shipping.{index}.amount");
            let known = typed.part_id.parse().ok().and_then(|id: OrderPartId| order.parts.iter().find(|part| part.id == id));
            match known {
                Some(part) if !items.iter().any(|item: &RefundItem| item.line.is_none() && item.part_id == part.id) => {
                    let amount = amount(&typed.amount, order.currency, part.shipping_left(), &field, &mut errors);
                    items.extend(amount.map(|amount| RefundItem::of_shipping(part, amount)));
                }
                _ => errors.push(&field, FieldProblem::UnknownChoice),
            }
        }
        items.retain(RefundItem::gives_something);
        let cause = self.reason.parse::<RefundCause>().ok();
        if cause.is_none() {
            errors.push(refund_field::REASON, if self.reason.is_empty() { FieldProblem::Required } else { FieldProblem::UnknownChoice });
        }
        let note = errors.text(refund_field::NOTE, &self.note, 0, MAX_NOTE);
        if errors.is_empty() && items.iter().all(|item| item.amount_minor == 0) {
            errors.push(refund_field::LINES, FieldProblem::Required);
        }
        match cause {
            Some(cause) => errors.into_result(RefundPlan { items, cause, note }),
            None => Err(errors),
        }
    }
}

impl TypedRefundLine {
    fn item(&self, line: &RefundableLine, currency: Currency, restock: bool, field: &str, errors: &mut FieldErrors) -> Option<RefundItem> {
        let quantity = match self.quantity.trim() {
            "" => 0,
            text => match text.parse::<i32>() {
                Ok(quantity) if (0..=line.quantity_left()).contains(&quantity) => quantity,
                Ok(_) => {
                    errors.push(&format!("{field}.quantity"), FieldProblem::OutOfRange);
                    return None;
                }
                Err(_) => {
                    errors.push(&format!("{field}.quantity"), FieldProblem::NotANumber);
                    return None;
                }
            },
        };
        let usual = (line.unit_price_minor * i64::from(quantity)).min(line.minor_left());
        let amount_minor = match self.amount.trim() {
            "" => usual,
            text => amount(text, currency, line.minor_left(), &format!("{field}.amount"), errors)?,
        };
        Some(RefundItem::of_line(line, quantity, amount_minor, restock))
    }
}

fn amount(text: &str, currency: Currency, left: i64, field: &str, errors: &mut FieldErrors) -> Option<i64> {
    if text.trim().is_empty() {
        return None;
    }
    match Money::parse(text, currency) {
        Ok(money) if (0..=left).contains(&money.amount_minor) => Some(money.amount_minor),
        Ok(_) | Err(MoneyError::Overflow) => {
            errors.push(field, FieldProblem::OutOfRange);
            None
        }
        Err(_) => {
            errors.push(field, FieldProblem::NotAnAmount);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::checkout::refundable::fixture::order;

    fn typed(lines: &[(u128, &str, &str)], shipping: &str) -> TypedRefund {
        TypedRefund {
            lines: lines
                .iter()
                .map(|(n, quantity, amount)| TypedRefundLine {
                    line_id: Uuid::from_u128(*n).to_string(),
                    quantity: (*quantity).into(),
                    amount: (*amount).into(),
                })
                .collect(),
            shipping: vec![TypedRefundShipping { part_id: Uuid::from_u128(1).to_string(), amount: shipping.into() }],
            reason: "requested_by_customer".into(),
            ..TypedRefund::default()
        }
    }

    #[test]
    fn pieces_bring_their_price_and_an_amount_of_ones_own_counts_instead() {
        let plan = typed(&[(1, "2", ""), (2, "0", "4.99")], "5").plan(&order()).unwrap();
        assert_eq!(plan.items.iter().map(|item| (item.quantity, item.amount_minor)).collect::<Vec<_>>(), [(2, 3000), (0, 499), (0, 500)]);
    }

    #[test]
    fn more_than_is_left_is_refused_at_its_field() {
        for (bad, field) in [
            (typed(&[(1, "4", "")], ""), "lines.0.quantity"),
            (typed(&[(1, "-1", "")], ""), "lines.0.quantity"),
            (typed(&[(1, "1.5", "")], ""), "lines.0.quantity"),
            (typed(&[(1, "1", "45.01")], ""), "lines.0.amount"),
            (typed(&[(1, "1", "-1")], ""), "lines.0.amount"),
            (typed(&[(1, "1", "NaN")], ""), "lines.0.amount"),
            (typed(&[(1, "1", "99999999999999999999")], ""), "lines.0.amount"),
            (typed(&[(1, "1", ""), (1, "1", "")], ""), "lines.1"),
            (typed(&[(9, "1", "")], ""), "lines.0"),
            (typed(&[(1, "1", "")], "5.01"), "shipping.0.amount"),
            (typed(&[(1, "0", "")], ""), "lines"),
            (typed(&[], ""), "lines"),
            (TypedRefund { reason: "because".into(), ..typed(&[(1, "1", "")], "") }, "reason"),
        ] {
            let errors = bad.plan(&order()).unwrap_err();
            assert!(errors.of(field).is_some(), "{field}: {errors:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        /// However an order is given back in steps, what is left never falls below zero, and all of it together is what was paid.
        #[test]
        fn steps_never_give_back_more_than_was_paid(steps in prop::collection::vec((0..4_i32, 0..2_i32, 0..6000_i64, 0..700_i64), 1..12)) {
            let mut left = order();
            let paid = left.left().amount_minor;
            let mut given = 0;
            for (of_first, of_second, amount, shipping) in steps {
                let of = |minor: i64| Money::new(minor, Currency::USD).plain();
                let wish = typed(&[(1, &of_first.to_string(), &of(amount)), (2, &of_second.to_string(), "")], &of(shipping));
                let Ok(plan) = wish.plan(&left) else { continue };
                for item in plan.items {
                    given += item.amount_minor;
                    match item.line {
                        Some((id, _)) => {
                            let line = left.lines.iter_mut().find(|line| line.id == id).unwrap();
                            line.refunded_quantity += item.quantity;
                            line.refunded_minor += item.amount_minor;
                        }
                        None => left.parts[0].refunded_shipping_minor += item.amount_minor,
                    }
                }
                prop_assert!(left.lines.iter().all(|line| line.quantity_left() >= 0 && line.minor_left() >= 0));
                prop_assert!(left.parts[0].shipping_left() >= 0);
            }
            given += left.all_of(&[left.parts[0].id], true).iter().map(|item| item.amount_minor).sum::<i64>();
            prop_assert_eq!(given, paid);
        }
    }
}
