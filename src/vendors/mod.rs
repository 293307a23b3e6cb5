//! Shops: application, approval, profile (table `vendors`). One shop for each owner.
//!
//! Invariants: only an approved vendor's goods are for sale; a status moves only along [`VendorStatus::may_become`]; a rejection or a
//! suspension has its reason.

use serde::{Deserialize, Serialize};

use crate::accounts::{Password, SignUpForm};
use crate::values::{Currency, Email, FieldErrors, FieldProblem, MAX_CHARGE_MINOR, Money, Slug, UserId, VendorId};

pub mod api;
#[cfg(feature = "ssr")]
pub mod guard;
#[cfg(feature = "ssr")]
pub mod mail;
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

    /// What an admin may make of it. Back to pending is the vendor's own way: a new application.
    pub fn decisions(self) -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(move |&next| next != Self::Pending && self.may_become(next))
    }

    /// Whether its owner may write products that nobody sees yet. A suspended shop stays as it is until somebody has looked at it.
    pub const fn may_draft(self) -> bool {
        matches!(self, Self::Pending | Self::Rejected | Self::Approved)
    }

    /// Whether its owner may put products up for sale.
    pub const fn may_publish(self) -> bool {
        matches!(self, Self::Approved)
    }

    /// One word for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Pending => "Waiting",
            Self::Approved => "Open",
            Self::Rejected => "Rejected",
            Self::Suspended => "Suspended",
        }
    }

    /// Whether getting there must be explained to the vendor.
    pub const fn needs_reason(self) -> bool {
        matches!(self, Self::Rejected | Self::Suspended)
    }
}

/// Names of the fields of the forms about shops, as the pages, the server functions and the field errors have them.
pub mod field {
    /// Not `name`: who opens a shop has one as well.
    pub const NAME: &str = "shop_name";
    pub const TAGLINE: &str = "tagline";
    pub const STORY: &str = "story";
    pub const CITY: &str = "city";
    pub const COUNTRY_CODE: &str = "country_code";
    pub const REASON: &str = "reason";
    /// Which version of the profile a form is about.
    pub const VERSION: &str = "version";
    pub const SHIPPING: &str = "shipping";
    pub const FREE_FROM: &str = "free_from";
}

/// Longest reason for a rejection or a suspension, in characters; the table has the same bound.
pub const MAX_REASON: usize = 1000;

/// What somebody says who wants to open a shop, and what an open shop says about itself later.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Application {
    #[serde(rename = "shop_name")]
    pub name: String,
    #[serde(default)]
    pub tagline: String,
    pub story: String,
    pub city: String,
    /// ISO 3166-1 alpha-2.
    pub country_code: String,
}

impl Application {
    /// Trims the texts and says all that is wrong with them.
    ///
    /// # Errors
    /// One entry for each bad field.
    pub fn parse(raw: &Self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let application = Self {
            name: errors.text(field::NAME, &raw.name, 1, 80),
            tagline: errors.text(field::TAGLINE, &raw.tagline, 0, 160),
            story: errors.text(field::STORY, &raw.story, 1, 4000),
            city: errors.text(field::CITY, &raw.city, 1, 80),
            country_code: raw.country_code.trim().to_owned(),
        };
        if crate::values::country_name(&application.country_code).is_none() {
            errors.push(field::COUNTRY_CODE, FieldProblem::UnknownChoice);
        }
        errors.into_result(application)
    }

    /// What a shop says now.
    pub fn of(profile: &VendorProfile) -> Self {
        let VendorProfile { name, tagline, story, city, country_code, .. } = profile.clone();
        Self { name, tagline, story, city, country_code }
    }

    /// The fields by their names in the form.
    pub fn fields(&self) -> [(&'static str, &str); 5] {
        [
            (field::NAME, &self.name),
            (field::TAGLINE, &self.tagline),
            (field::STORY, &self.story),
            (field::CITY, &self.city),
            (field::COUNTRY_CODE, &self.country_code),
        ]
    }

    /// What two names come down to that people would take for one: the slug of the name, or the name itself where no slug can hold it.
    pub fn name_key(&self) -> String {
        Slug::of_name(&self.name).map_or_else(|| self.name.to_lowercase(), String::from)
    }
}

/// Account and shop in one form.
#[derive(Clone, Debug)]
pub struct ShopSignUp {
    pub account: SignUpForm,
    pub shop: Application,
}

impl ShopSignUp {
    /// # Errors
    /// One entry for each bad field of both.
    pub fn parse(name: &str, email: &str, password: Password, shop: &Application) -> Result<Self, FieldErrors> {
        match (SignUpForm::parse(name, email, password), Application::parse(shop)) {
            (Ok(account), Ok(shop)) => Ok(Self { account, shop }),
            (account, shop) => Err(account.err().unwrap_or_default().and(shop.err().unwrap_or_default())),
        }
    }
}

/// A shop.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Vendor {
    pub id: VendorId,
    pub owner_id: UserId,
    pub slug: Slug,
    pub profile: VendorProfile,
    /// Counted up with each change of what it says about itself. Shipping is not among it.
    pub profile_version: i64,
    pub status: VendorStatus,
    pub status_reason: Option<String>,
    /// RFC 3339.
    pub applied_at: String,
    /// RFC 3339.
    pub status_changed_at: String,
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
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
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

/// As people say it.
impl std::fmt::Display for ShippingRate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.free_from {
            _ if self.flat.is_zero() => f.write_str("free"),
            Some(free_from) => write!(f, "{}, free from {free_from}", self.flat),
            None => self.flat.fmt(f),
        }
    }
}

/// Shipping as a vendor types it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TypedShipping {
    pub shipping: String,
    /// Empty: never free.
    #[serde(default)]
    pub free_from: String,
}

impl TypedShipping {
    /// # Errors
    /// One entry for each bad field.
    pub fn parse(&self, currency: Currency) -> Result<ShippingRate, FieldErrors> {
        let mut errors = FieldErrors::default();
        let flat = errors.amount(field::SHIPPING, &self.shipping, currency, 0..=MAX_CHARGE_MINOR);
        let free_from = match self.free_from.trim() {
            "" => None,
            // Free from nothing on is no threshold: it is a rate of 0.
            text => errors.amount(field::FREE_FROM, text, currency, 1..=MAX_CHARGE_MINOR),
        };
        errors.into_result(ShippingRate { flat: flat.unwrap_or(Money::zero(currency)), free_from })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn only_an_open_shop_publishes_and_a_suspended_one_does_not_even_draft() {
        let ways: Vec<_> = VendorStatus::ALL.iter().map(|status| (status.as_str(), status.may_draft(), status.may_publish())).collect();
        assert_eq!(ways, [("pending", true, false), ("approved", true, true), ("rejected", true, false), ("suspended", false, false)]);
    }

    #[test]
    fn an_application_says_all_that_is_wrong_with_it() {
        let blank = Application {
            name: " ".into(),
            tagline: "x".repeat(161),
            story: String::new(),
            city: String::new(),
            country_code: "XX".into(),
        };
        let errors = Application::parse(&blank).unwrap_err();
        let found: Vec<_> = errors.iter().collect();
        assert_eq!(
            found,
            [
                (field::NAME, FieldProblem::Required),
                (field::TAGLINE, FieldProblem::TooLong),
                (field::STORY, FieldProblem::Required),
                (field::CITY, FieldProblem::Required),
                (field::COUNTRY_CODE, FieldProblem::UnknownChoice),
            ]
        );
    }

    #[test]
    fn names_that_look_alike_are_one() {
        let key = |name: &str| {
            let none = String::new;
            Application { name: name.into(), tagline: none(), story: none(), city: none(), country_code: none() }.name_key()
        };
        assert_eq!([key("Tide & Timber"), key("tide  timber!"), key("Tide Timber 2")], ["tide-timber", "tide-timber", "tide-timber-2"]);
        assert_eq!([key("木の店"), key("МАЯК"), key("Маяк")], ["木の店", "маяк", "маяк"]);
    }

    #[test]
    fn shipping_is_free_from_the_amount_on() {
        let usd = |amount| Money::new(amount, Currency::USD);
        let rate = ShippingRate { flat: usd(500), free_from: Some(usd(5000)) };
        assert_eq!([rate.for_subtotal(usd(4999)), rate.for_subtotal(usd(5000))], [usd(500), usd(0)]);
        assert_eq!(ShippingRate { flat: usd(500), free_from: None }.for_subtotal(usd(1_000_000)), usd(500));
    }

    #[test]
    fn a_rate_is_read_as_it_is_typed() {
        let typed = |shipping: &str, free_from: &str| {
            TypedShipping { shipping: shipping.into(), free_from: free_from.into() }.parse(Currency::USD).map(|rate| rate.to_string())
        };
        assert_eq!(typed(" 4.90 ", "50").as_deref(), Ok("$4.90, free from $50.00"));
        assert_eq!(typed("4.9", " ").as_deref(), Ok("$4.90"));
        assert_eq!(typed("0", "").as_deref(), Ok("free"));
        for (shipping, free_from, problems) in [
            ("", "", vec![(field::SHIPPING, FieldProblem::Required)]),
            ("-1", "x", vec![(field::SHIPPING, FieldProblem::NotAnAmount), (field::FREE_FROM, FieldProblem::NotAnAmount)]),
            ("1000000", "0", vec![(field::SHIPPING, FieldProblem::OutOfRange), (field::FREE_FROM, FieldProblem::OutOfRange)]),
        ] {
            assert_eq!(typed(shipping, free_from).unwrap_err().iter().collect::<Vec<_>>(), problems, "{shipping:?} {free_from:?}");
        }
    }
}
