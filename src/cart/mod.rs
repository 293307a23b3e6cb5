//! Carts of guests and customers.
//!
//! Tables: `carts`, `cart_items`. A guest's cart is found by the hash of a 256-bit secret in a cookie, a customer's by the account. The two
//! merge lazily, on the first access that carries both, so accounts need not know carts. A cart holds no prices that count: totals are
//! computed from the variants, and `seen_price_minor` only serves to point a change out.

use serde::{Deserialize, Serialize};

use crate::values::{Money, PictureId, ProductId, Quantity, Slug, VariantId, VendorId};
use crate::vendors::ShippingRate;

pub mod api;
pub mod islands;
#[cfg(feature = "ssr")]
pub mod guard;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
mod store;

/// Different goods in one cart. A cart is read whole on each page of the checkout.
pub const MAX_LINES: i64 = 100;

/// What the header shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct CartSummary {
    /// Pieces, not lines.
    pub count: u32,
}

/// One variant in the cart.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CartLine {
    pub variant_id: VariantId,
    pub product_id: ProductId,
    pub product_name: String,
    pub product_slug: Slug,
    /// Empty for a plain product.
    pub variant_title: String,
    pub sku: String,
    pub picture_id: Option<PictureId>,
    pub unit_price: Money,
    /// What it cost when the customer last touched the line.
    pub seen_price: Money,
    pub quantity: Quantity,
    /// Stock less what others hold.
    pub available: u32,
    pub for_sale: bool,
}

impl CartLine {
    /// Whether the line can be bought as it stands.
    pub fn is_buyable(&self) -> bool {
        self.for_sale && self.quantity.get() <= self.available
    }

    pub fn subtotal(&self) -> Money {
        // 999 pieces at the highest price stay far below the range of i64.
        Money::new(self.unit_price.amount_minor * i64::from(self.quantity.get()), self.unit_price.currency)
    }
}

/// The lines of one shop.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CartShop {
    pub vendor_id: VendorId,
    pub vendor_name: String,
    pub vendor_slug: Slug,
    pub shipping_rate: ShippingRate,
    pub lines: Vec<CartLine>,
}

impl CartShop {
    pub fn subtotal(&self, zero: Money) -> Money {
        Money::new(self.lines.iter().map(|line| line.subtotal().amount_minor).sum(), zero.currency)
    }

    pub fn shipping(&self, zero: Money) -> Money {
        self.shipping_rate.for_subtotal(self.subtotal(zero))
    }
}

/// A cart as its page shows it: lines grouped by shop, oldest first.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Cart {
    pub shops: Vec<CartShop>,
    /// Zero in the shop's currency.
    pub zero: Money,
}

impl Cart {
    pub fn lines(&self) -> impl Iterator<Item = &CartLine> {
        self.shops.iter().flat_map(|shop| &shop.lines)
    }

    pub fn is_empty(&self) -> bool {
        self.shops.is_empty()
    }

    pub fn summary(&self) -> CartSummary {
        CartSummary { count: self.lines().map(|line| line.quantity.get()).sum() }
    }

    pub fn subtotal(&self) -> Money {
        Money::new(self.lines().map(|line| line.subtotal().amount_minor).sum(), self.zero.currency)
    }

    pub fn shipping(&self) -> Money {
        Money::new(self.shops.iter().map(|shop| shop.shipping(self.zero).amount_minor).sum(), self.zero.currency)
    }

    pub fn total(&self) -> Money {
        Money::new(self.subtotal().amount_minor + self.shipping().amount_minor, self.zero.currency)
    }

    /// Whether every line can be bought as it stands.
    pub fn is_buyable(&self) -> bool {
        !self.is_empty() && self.lines().all(CartLine::is_buyable)
    }
}
