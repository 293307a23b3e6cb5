use serde::{Deserialize, Serialize};

/// A numbered page of a listing, from 1. Offsets cost Postgres what they skip, so numbers end at [`PageNumber::MAX`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PageNumber(u16);

impl PageNumber {
    pub const FIRST: Self = Self(1);
    pub const MAX: u16 = 200;

    pub const fn get(self) -> u16 {
        self.0
    }

    /// Rows to skip with `per_page` rows on a page.
    pub const fn offset(self, per_page: u32) -> i64 {
        (self.0 as i64 - 1) * per_page as i64
    }

    /// The one after it, if numbers go so far.
    #[must_use]
    pub const fn following(self) -> Self {
        if self.0 < Self::MAX { Self(self.0 + 1) } else { self }
    }

    /// From a query string: anything that is not a page reads as the first one, since a link should not fail over it.
    pub fn from_query(text: Option<&str>) -> Self {
        text.and_then(|text| text.parse().ok()).filter(|n| (1..=Self::MAX).contains(n)).map_or(Self::FIRST, Self)
    }

    /// The last page of `total` rows, within the maximum; one page at least.
    pub fn last(total: u64, per_page: u32) -> Self {
        Self(total.div_ceil(u64::from(per_page)).clamp(1, u64::from(Self::MAX)) as u16)
    }
}
