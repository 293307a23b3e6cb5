//! Shops: application, approval, profile (table `vendors`). One shop for each owner.
//!
//! Invariants: only an approved vendor's goods are for sale; a status moves only along [`VendorStatus::may_become`]; a rejection or a
//! suspension has its reason.

use crate::values::{Email, FieldErrors, FieldProblem, Money, Slug, UserId, VendorId};

#[cfg(feature = "ssr")]
pub mod guard;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
mod store;

crate::text_enum! {
    /// Where a shop stands. A pending one may draft and not publish; a rejected one may apply again.
    pub enum VendorStatus {
        Pending => "pending",
        Approved => "approved",
        Rejected => "rejected",
        Suspended => "suspended",
    }
}

impl VendorStatus {
    pub const fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Pending, Self::Approved | Self::Rejected)
                | (Self::Rejected, Self::Pending)
                | (Self::Approved, Self::Suspended)
                | (Self::Suspended, Self::Approved)
        )
    }

    /// Whether getting there must be explained to the vendor.
    pub const fn needs_reason(self) -> bool {
        matches!(self, Self::Rejected | Self::Suspended)
    }
}

/// A shop.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Vendor {
    pub id: VendorId,
    pub owner_id: UserId,
    pub slug: Slug,
    pub profile: VendorProfile,
    pub status: VendorStatus,
    pub status_reason: Option<String>,
}

/// What a vendor says about the shop.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VendorProfile {
    pub name: String,
    pub tagline: String,
    pub story: String,
    pub city: String,
    /// ISO 3166-1 alpha-2, or empty.
    pub country_code: String,
    pub contact_email: Email,
    pub shipping: ShippingRate,
}

/// What each order part costs to ship: a flat amount, free from a subtotal on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ShippingRate {
    pub flat: Money,
    pub free_from: Option<Money>,
}

impl ShippingRate {
    /// Shipping for goods worth `subtotal`, of one shop and one currency.
    pub fn for_subtotal(&self, subtotal: Money) -> Money {
        match self.free_from {
            Some(free_from) if subtotal.amount_minor >= free_from.amount_minor => Money::zero(self.flat.currency),
            _ => self.flat,
        }
    }
}

impl VendorProfile {
    /// Trims the texts and says all that is wrong with them.
    ///
    /// # Errors
    /// One entry for each bad field.
    pub fn parse(raw: Self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let profile = Self {
            name: errors.text("name", &raw.name, 1, 80),
            tagline: errors.text("tagline", &raw.tagline, 0, 160),
            story: errors.text("story", &raw.story, 0, 4000),
            city: errors.text("city", &raw.city, 0, 80),
            country_code: raw.country_code.trim().to_ascii_uppercase(),
            contact_email: raw.contact_email,
            shipping: raw.shipping,
        };
        if !matches!(profile.country_code.as_bytes(), [] | [b'A'..=b'Z', b'A'..=b'Z']) {
            errors.push("country_code", FieldProblem::UnknownChoice);
        }
        let ShippingRate { flat, free_from } = profile.shipping;
        if !(0..=crate::values::MAX_CHARGE_MINOR).contains(&flat.amount_minor) {
            errors.push("shipping_flat", FieldProblem::OutOfRange);
        }
        if free_from.is_some_and(|amount| amount.amount_minor < 0 || amount.currency != flat.currency) {
            errors.push("shipping_free_from", FieldProblem::OutOfRange);
        }
        errors.into_result(profile)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::Currency;

    #[test]
    fn a_status_moves_along_the_graph_alone() {
        use VendorStatus::{Approved, Pending, Rejected, Suspended};
        let allowed = [(Pending, Approved), (Pending, Rejected), (Rejected, Pending), (Approved, Suspended), (Suspended, Approved)];
        for &from in VendorStatus::ALL {
            for &to in VendorStatus::ALL {
                assert_eq!(from.may_become(to), allowed.contains(&(from, to)), "{from} → {to}");
            }
        }
    }

    #[test]
    fn shipping_is_free_from_the_amount_on() {
        let usd = |amount| Money::new(amount, Currency::USD);
        let rate = ShippingRate { flat: usd(500), free_from: Some(usd(5000)) };
        assert_eq!([rate.for_subtotal(usd(4999)), rate.for_subtotal(usd(5000))], [usd(500), usd(0)]);
        assert_eq!(ShippingRate { flat: usd(500), free_from: None }.for_subtotal(usd(1_000_000)), usd(500));
    }
}
