use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Sort;
use crate::values::{ProductId, UnknownName};

/// Where a page of a listing ended: what it was sorted by and the id of its last product. The next page begins behind it, whatever was
/// added or sold in between. Others see it as a word without meaning; one that was tampered with names another place and nothing more.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cursor {
    pub sort: Sort,
    pub key: i64,
    /// Of those that sort by two things; otherwise 0.
    pub second: i64,
    pub id: ProductId,
}

const fn letter(sort: Sort) -> char {
    match sort {
        Sort::Relevance => 'm',
        Sort::Newest => 'n',
        Sort::PriceAsc => 'a',
        Sort::PriceDesc => 'd',
        Sort::Rating => 'r',
        Sort::BestSelling => 's',
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}.{}.{}", letter(self.sort), self.key, self.second, self.id.0.simple())
    }
}

impl FromStr for Cursor {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let parsed = || {
            let first = text.chars().next()?;
            let sort = Sort::ALL.iter().copied().find(|&sort| letter(sort) == first)?;
            let (key, rest) = text.get(first.len_utf8()..)?.split_once('.')?;
            let (second, id) = rest.split_once('.')?;
            let cursor = Self { sort, key: key.parse().ok()?, second: second.parse().ok()?, id: ProductId(Uuid::try_parse(id).ok()?) };
            // One spelling of each.
            (cursor.to_string() == text).then_some(cursor)
        };
        parsed().ok_or(UnknownName)
    }
}

impl TryFrom<String> for Cursor {
    type Error = UnknownName;
    fn try_from(text: String) -> Result<Self, UnknownName> {
        text.parse()
    }
}

impl From<Cursor> for String {
    fn from(cursor: Cursor) -> Self {
        cursor.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written_or_not_at_all() {
        for &sort in Sort::ALL {
            let cursor = Cursor { sort, key: -5, second: i64::MAX, id: ProductId(Uuid::from_u128(7)) };
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for bad in ["", "n", "n1.2", "x1.2.00000000000000000000000000000007", "n1.2.7", "n+1.2.00000000000000000000000000000007", "é1.2.3"]
        {
            assert_eq!(bad.parse::<Cursor>(), Err(UnknownName), "{bad}");
        }
    }
}
