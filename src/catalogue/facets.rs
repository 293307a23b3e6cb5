use serde::{Deserialize, Serialize};

use super::{Category, ListingQuery};
use crate::values::{CategoryId, Currency, Money, Slug};

/// Where one price range ends and the next begins, in whole units of the currency. Both ends belong to a range, as they do for a range
/// that somebody types.
pub const PRICE_STEPS: [i64; 4] = [25, 50, 100, 200];

/// How many price ranges there are.
pub(super) const RANGES: usize = PRICE_STEPS.len() + 1;

/// Lower and upper bound of each price range.
pub fn price_bounds(currency: Currency) -> [(Option<Money>, Option<Money>); RANGES] {
    // What costs 25 dollars costs some thousand of a currency without a minor unit.
    let unit = 10_i64.pow(currency.exponent().max(2));
    let at = |index: usize| PRICE_STEPS.get(index).map(|&step| Money::new(step * unit, currency));
    std::array::from_fn(|index| (index.checked_sub(1).and_then(at), at(index)))
}

/// How much a count says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum Precision {
    /// Counted to the end, just now.
    #[default]
    Exact,
    /// Counted to the end within the last minutes.
    About,
    /// There are more; the counting was stopped.
    AtLeast,
}

/// A shop and how many products of it match.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ShopCount {
    pub slug: Slug,
    pub name: String,
    pub count: u64,
}

/// What was counted for one set of products. A category counts what stands in itself, without what is below.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Counts {
    pub total: u64,
    pub categories: Vec<(CategoryId, u64)>,
    /// Those with most products.
    pub shops: Vec<ShopCount>,
    pub prices: [u64; RANGES],
    /// For each of [`RATINGS`](super::RATINGS).
    pub ratings: [u64; super::RATINGS.len()],
    pub in_stock: u64,
}

/// A count beside a choice; nothing where counting was stopped.
pub type Figure = Option<u64>;

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct CategoryChoice {
    pub category: Category,
    /// 0 at the top.
    pub depth: usize,
    /// With all that stands below it.
    pub count: Figure,
    pub chosen: bool,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct PriceChoice {
    pub min: Option<Money>,
    pub max: Option<Money>,
    pub count: Figure,
    pub chosen: bool,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ShopChoice {
    pub slug: Slug,
    pub name: String,
    pub count: Figure,
    pub chosen: bool,
}

/// The choices beside a listing. What is chosen within a kind of filter does not narrow the choices of the same kind.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Facets {
    pub categories: Vec<CategoryChoice>,
    pub prices: Vec<PriceChoice>,
    /// Stars, count.
    pub ratings: Vec<(u8, Figure)>,
    pub shops: Vec<ShopChoice>,
    pub in_stock: Figure,
    /// Some count is missing, or some minutes old.
    pub rounded: bool,
}

impl Facets {
    /// The name of the shop that was chosen.
    pub fn chosen_shop(&self) -> Option<&ShopChoice> {
        self.shops.iter().find(|shop| shop.chosen)
    }
}

impl PriceChoice {
    /// Whether it is the range that the query asks for.
    pub fn is_chosen(query: &ListingQuery, min: Option<Money>, max: Option<Money>) -> bool {
        (query.min_price, query.max_price) == (min, max) && (min.is_some() || max.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ranges_follow_each_other_and_are_open_at_both_ends() {
        let bounds = price_bounds(Currency::USD);
        assert_eq!((bounds[0].0, bounds[RANGES - 1].1), (None, None));
        assert!(bounds.windows(2).all(|pair| pair[0].1.is_some() && pair[0].1 == pair[1].0));
        assert_eq!(bounds[1].0.map(|money| money.to_string()), Some("$25.00".into()));
    }
}
