//! Carts of guests and customers.
//!
//! Tables: `carts`, `cart_items`. A guest's cart is found by the hash of a 256-bit secret in a cookie, a customer's by the account. The two
//! merge lazily, on the first access that carries both, so accounts need not know carts. A cart holds no prices that count: totals are
//! computed from the variants, and `seen_price_minor` only serves to point a change out.

use serde::{Deserialize, Serialize};

use crate::values::{Money, PictureId, ProductId, Quantity, Slug, VariantId, VendorId};

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

/// What one vendor takes for sending a part of an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ShippingRate {
    pub flat_minor: i64,
    /// From this subtotal on it is free; none: never.
    pub free_from_minor: Option<i64>,
}

impl ShippingRate {
    pub fn for_subtotal(self, subtotal: Money) -> Money {
        let free = self.free_from_minor.is_some_and(|from| subtotal.amount_minor >= from);
        Money::new(if free { 0 } else { self.flat_minor }, subtotal.currency)
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::values::Currency;

    fn line(price: i64, quantity: u32) -> CartLine {
        CartLine {
            variant_id: VariantId(Uuid::nil()),
            product_id: ProductId(Uuid::nil()),
            product_name: String::new(),
            product_slug: "cup".parse().unwrap(),
            variant_title: String::new(),
            sku: String::new(),
            picture_id: None,
            unit_price: Money::new(price, Currency::USD),
            seen_price: Money::new(price, Currency::USD),
            quantity: Quantity::try_from(i64::from(quantity)).unwrap(),
            available: quantity,
            for_sale: true,
        }
    }

    fn any_shop() -> impl Strategy<Value = CartShop> {
        let lines = prop::collection::vec((1..=1_000_000_i64, 1..=999_u32), 1..8);
        (0..=5000_i64, prop::option::of(1..=1_000_000_i64), lines).prop_map(|(flat_minor, free_from_minor, lines)| CartShop {
            vendor_id: VendorId(Uuid::nil()),
            vendor_name: String::new(),
            vendor_slug: "shop".parse().unwrap(),
            shipping_rate: ShippingRate { flat_minor, free_from_minor },
            lines: lines.into_iter().map(|(price, quantity)| line(price, quantity)).collect(),
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        /// I3 and I5 where they begin: what the vendors get is what the customer pays, each with its own goods and its own shipping.
        #[test]
        fn the_shops_parts_are_the_whole(shops in prop::collection::vec(any_shop(), 1..6)) {
            let cart = Cart { shops, zero: Money::zero(Currency::USD) };
            let parts = cart.shops.iter().map(|shop| {
                let goods: i64 = shop.lines.iter().map(|line| line.unit_price.amount_minor * i64::from(line.quantity.get())).sum();
                let free = shop.shipping_rate.free_from_minor.is_some_and(|from| goods >= from);
                (goods, if free { 0 } else { shop.shipping_rate.flat_minor })
            });
            let (goods, shipping) = parts.fold((0, 0), |(goods, shipping), part| (goods + part.0, shipping + part.1));
            prop_assert_eq!(cart.subtotal().amount_minor, goods);
            prop_assert_eq!(cart.shipping().amount_minor, shipping);
            prop_assert_eq!(cart.total().amount_minor, goods + shipping);
            // A shop's part does not depend on who else is in the cart.
            for shop in &cart.shops {
                let alone = Cart { shops: vec![shop.clone()], zero: cart.zero };
                prop_assert_eq!(alone.total().amount_minor, shop.subtotal(cart.zero).amount_minor + shop.shipping(cart.zero).amount_minor);
            }
        }
    }

    #[test]
    fn shipping_is_free_from_the_threshold_on() {
        let rate = ShippingRate { flat_minor: 490, free_from_minor: Some(5000) };
        let shipping = |minor| rate.for_subtotal(Money::new(minor, Currency::USD)).amount_minor;
        assert_eq!([shipping(0), shipping(4999), shipping(5000)], [490, 490, 0]);
    }
}
