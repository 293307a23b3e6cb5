//! Carts of guests and customers.
//!
//! Tables: `carts`, `cart_items`. A guest's cart is found by the hash of a 256-bit secret in a cookie, a customer's by the account. The two
//! merge lazily ([`merge`]), on the first access that carries both, so accounts need not know carts. A cart holds no prices that count: totals
//! are computed from the variants, and `seen_price_minor` only serves to point a change out.
//!
//! What moves between cart and wishlist does so in one transaction, which locks the cart first: no line is lost or doubled on the way.

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
pub const MAX_LINES: usize = 100;

/// A cart in one number.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct CartSummary {
    /// Pieces, not lines.
    pub count: u32,
}

/// What the header shows beside an icon. `public/counts.js` writes it anew.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Tally {
    /// Beside the icon; empty for nothing.
    pub badge: String,
    /// The same for ears.
    pub words: String,
}

impl From<u32> for Tally {
    fn from(count: u32) -> Self {
        let (badge, words) = match count {
            0 => (String::new(), "empty".to_owned()),
            1 => ("1".to_owned(), "1 item".to_owned()),
            2..=99 => (count.to_string(), format!("{count} items")),
            _ => ("99+".to_owned(), format!("{count} items")),
        };
        Self { badge, words }
    }
}

impl Default for Tally {
    fn default() -> Self {
        0.into()
    }
}

/// The numbers of the header.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Pieces in the cart.
    pub cart: Tally,
    /// Products on the wishlist that can be seen.
    pub wishlist: Tally,
}

/// Goods that can be bought, as the page names what has just left the cart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Offer {
    /// Of the product and, where there is a choice, of the variant.
    pub name: String,
    pub price_minor: i64,
    /// Stock less what others hold.
    pub available: u32,
}

/// Which of a guest's lines come into the customer's cart, and with which quantity. Goods that both have take the larger one: adding up
/// would double what was put in twice. New goods come in their order as long as there is room; the others stay with the guest and come when
/// there is. How many can be had is not asked: the cart says so, and nobody's wish is cut down behind their back.
pub fn merge(own: &[(VariantId, Quantity)], guest: &[(VariantId, Quantity)]) -> Vec<(VariantId, Quantity)> {
    let mut room = MAX_LINES.saturating_sub(own.len());
    let come = guest.iter().filter_map(|&(variant, quantity)| match own.iter().find(|(known, _)| *known == variant) {
        Some(&(_, before)) => Some((variant, quantity.max(before))),
        None if room == 0 => None,
        None => {
            room -= 1;
            Some((variant, quantity))
        }
    });
    come.collect()
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
    /// Lines from before the sign-in that found no room.
    pub waiting: u32,
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
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::values::Currency;

    type Lines = Vec<(VariantId, Quantity)>;

    /// Up to a full cart of some goods of a small shop, in any order: two of them often share some.
    fn lines() -> impl Strategy<Value = Lines> {
        let line = (0..150_u128, 1..=i64::from(Quantity::MAX));
        proptest::collection::vec(line, 0..=MAX_LINES).prop_map(|lines| {
            let mut seen = BTreeMap::new();
            let lines = lines.into_iter().map(|(id, n)| (VariantId(Uuid::from_u128(id)), Quantity::try_from(n).unwrap()));
            lines.filter(|(id, _)| seen.insert(*id, ()).is_none()).collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn a_merge_loses_and_doubles_nothing(own in lines(), guest in lines()) {
            let come = merge(&own, &guest);
            let mut cart: BTreeMap<_, _> = own.iter().copied().collect();
            let changed: BTreeMap<_, _> = come.iter().copied().collect();
            prop_assert_eq!(changed.len(), come.len(), "nothing comes twice");
            cart.extend(changed.clone());
            let waiting: Lines = guest.iter().copied().filter(|(id, _)| !changed.contains_key(id)).collect();

            for (id, quantity) in own.iter().chain(&guest) {
                match cart.get(id) {
                    Some(now) => prop_assert!(now >= quantity, "a line never gets smaller"),
                    None => prop_assert!(waiting.contains(&(*id, *quantity)), "what is not in the cart waits"),
                }
            }
            for (id, now) in &cart {
                prop_assert!(own.contains(&(*id, *now)) || guest.contains(&(*id, *now)), "a quantity is one that somebody chose");
                prop_assert!(!waiting.iter().any(|(other, _)| other == id), "nothing is in both");
            }
            prop_assert!(cart.len() <= MAX_LINES);
            prop_assert!(waiting.is_empty() || cart.len() == MAX_LINES, "nothing waits while there is room");

            // Once more, as the next request would: nothing changes until there is room.
            let cart: Lines = cart.into_iter().collect();
            prop_assert_eq!(merge(&cart, &waiting), Lines::new());
            let smaller = cart.get(1..).unwrap_or_default();
            prop_assert_eq!(merge(smaller, &waiting).len(), waiting.len().min(1));
        }
    }

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
        (0..=5000_i64, prop::option::of(1..=1_000_000_i64), lines).prop_map(|(flat, free_from, lines)| CartShop {
            vendor_id: VendorId(Uuid::nil()),
            vendor_name: String::new(),
            vendor_slug: "shop".parse().unwrap(),
            shipping_rate: ShippingRate {
                flat: Money::new(flat, Currency::USD),
                free_from: free_from.map(|amount| Money::new(amount, Currency::USD)),
            },
            lines: lines.into_iter().map(|(price, quantity)| line(price, quantity)).collect(),
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        /// I3 and I5 where they begin: what the vendors get is what the customer pays, each with its own goods and its own shipping.
        #[test]
        fn the_shops_parts_are_the_whole(shops in prop::collection::vec(any_shop(), 1..6)) {
            let cart = Cart { shops, waiting: 0, zero: Money::zero(Currency::USD) };
            let parts = cart.shops.iter().map(|shop| {
                let goods: i64 = shop.lines.iter().map(|line| line.unit_price.amount_minor * i64::from(line.quantity.get())).sum();
                let free = shop.shipping_rate.free_from.is_some_and(|from| goods >= from.amount_minor);
                (goods, if free { 0 } else { shop.shipping_rate.flat.amount_minor })
            });
            let (goods, shipping) = parts.fold((0, 0), |(goods, shipping), part| (goods + part.0, shipping + part.1));
            prop_assert_eq!(cart.subtotal().amount_minor, goods);
            prop_assert_eq!(cart.shipping().amount_minor, shipping);
            prop_assert_eq!(cart.total().amount_minor, goods + shipping);
            // A shop's part does not depend on who else is in the cart.
            for shop in &cart.shops {
                let alone = Cart { shops: vec![shop.clone()], waiting: 0, zero: cart.zero };
                prop_assert_eq!(alone.total().amount_minor, shop.subtotal(cart.zero).amount_minor + shop.shipping(cart.zero).amount_minor);
            }
        }
    }

    #[test]
    fn the_header_counts_up_to_where_a_badge_ends() {
        let tally = |count: u32| (Tally::from(count).badge, Tally::from(count).words);
        let text = |badge: &str, words: &str| (badge.to_owned(), words.to_owned());
        assert_eq!(tally(0), text("", "empty"));
        assert_eq!(tally(1), text("1", "1 item"));
        assert_eq!(tally(99), text("99", "99 items"));
        assert_eq!(tally(100), text("99+", "100 items"));
    }
}
