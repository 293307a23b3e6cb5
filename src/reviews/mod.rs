//! What people say about goods: stars and words, shown under the product.
//!
//! Table: `reviews`. A product's `rating_count` and `rating_sum` change in the one statement that adds or hides a review, so they always equal
//! a recomputation (`souk check`). Reviews that came with imported goods have no order behind them and are marked; all others stand on the
//! line of an order.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::values::{ReviewId, UnknownName};

pub mod ui;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
mod store;

/// The most stars.
pub const MOST_STARS: u8 = 5;

/// One review as everybody sees it.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Review {
    pub id: ReviewId,
    pub author_name: String,
    /// 1 to 5.
    pub rating: u8,
    pub title: String,
    /// Plain text.
    pub body: String,
    /// Came with the goods; nobody here has seen the order.
    pub imported: bool,
    pub vendor_reply: Option<String>,
    /// RFC 3339, UTC.
    pub written_at: String,
}

/// How many reviews gave how many stars.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Distribution(pub [u32; MOST_STARS as usize]);

impl Distribution {
    /// Stars and count, from the best down.
    pub fn rows(&self) -> impl Iterator<Item = (u8, u32)> {
        (1..=MOST_STARS).zip(self.0).rev()
    }

    pub fn total(&self) -> u32 {
        self.0.iter().sum()
    }
}

/// Where a page of reviews ended: the time of the last one in microseconds, and its id.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Place {
    pub written_at: i64,
    pub id: ReviewId,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.written_at, self.id.0.simple())
    }
}

impl FromStr for Place {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let (at, id) = text.split_once('.').ok_or(UnknownName)?;
        let id = ReviewId(Uuid::try_parse(id).map_err(|_| UnknownName)?);
        Ok(Self { written_at: at.parse().map_err(|_| UnknownName)?, id })
    }
}

/// Some reviews of a product, newest first.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct ReviewPage {
    pub reviews: Vec<Review>,
    pub distribution: Distribution,
    /// Where the next page begins; none on the last one.
    pub next: Option<Place>,
}

/// A review that comes with imported goods.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ImportedReview {
    pub author_name: String,
    pub rating: u8,
    pub title: String,
    pub body: String,
    pub days_ago: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written() {
        let place = Place { written_at: 1_700_000_000_000_000, id: ReviewId(Uuid::from_u128(3)) };
        assert_eq!(place.to_string().parse(), Ok(place));
        for bad in ["", ".", "1.x", "x.00000000000000000000000000000003"] {
            assert_eq!(bad.parse::<Place>(), Err(UnknownName));
        }
    }
}
