//! A vendor's list of products, and which part of it is asked for.

use serde::{Deserialize, Serialize};

use super::ProductStatus;
use crate::media::Picture;
use crate::values::{Money, ProductId, VariantId, like_literal, percent_encoded};

/// Longest text that a list is searched for, in characters.
const MAX_TEXT: usize = 100;

/// One line of a list of products as vendors and admins see it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnedLine {
    pub id: ProductId,
    pub name: String,
    pub status: ProductStatus,
    /// The lowest among the variants.
    pub price: Option<Money>,
    /// Of all variants, with what is held for people who are paying now.
    pub stock: i64,
    pub has_options: bool,
    /// The one variant of a plain product; none where there are several.
    pub only_variant: Option<VariantId>,
    /// Some variant is at its threshold or below it.
    pub low: bool,
    /// An admin took it down.
    pub held: bool,
    pub units_sold: i64,
    /// The first one.
    pub picture: Option<Picture>,
    /// Whose it is; for admins.
    pub shop: String,
}

/// Which part of the list: it stands in the address of the page.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct OwnedFilter {
    pub status: Option<ProductStatus>,
    /// What name or number contain; empty: anything.
    pub text: String,
    /// Those alone that run low.
    pub low: bool,
    /// Older than this one.
    pub before: Option<ProductId>,
}

impl OwnedFilter {
    /// From the parameters of an address. What makes no sense counts as not asked for, since a link should not fail over it.
    pub fn read(parameter: impl Fn(&str) -> Option<String>) -> Self {
        let text = parameter("q").unwrap_or_default();
        Self {
            status: parameter("status").and_then(|text| text.parse().ok()),
            text: text.trim().chars().take(MAX_TEXT).collect(),
            low: parameter("stock").as_deref() == Some("low"),
            before: parameter("before").and_then(|text| text.parse().ok()),
        }
    }

    /// From what an address says from its question mark on: of the parameters that it knows, nothing else survives.
    pub fn of_query(query: &str) -> Self {
        let query = query.strip_prefix('?').unwrap_or(query);
        let decode = |text: &str| percent_decoded(&text.replace('+', " "));
        Self::read(|name| {
            let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.into_iter().find(|(known, _)| *known == name).map(|(_, value)| decode(value))
        })
    }

    /// Behind the question mark of the list's address; empty for the whole of it.
    pub fn query(&self) -> String {
        let parameters = [
            self.status.map(|status| format!("status={status}")),
            self.low.then(|| "stock=low".to_owned()),
            (!self.text.is_empty()).then(|| format!("q={}", percent_encoded(&self.text))),
            self.before.map(|id| format!("before={id}")),
        ];
        parameters.into_iter().flatten().collect::<Vec<_>>().join("&")
    }

    /// For a form in the list that leads back to this part of it. Never empty, since an empty field counts as one that was not sent.
    pub fn place(&self) -> String {
        format!("?{}", self.query())
    }

    /// Address of this part of the list at `path`.
    pub fn href(&self, path: &str) -> String {
        let query = self.query();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    /// The same with word of what was done there.
    pub fn done(&self, path: &str, done: &str) -> String {
        let query = self.query();
        format!("{path}?{query}{}done={done}", if query.is_empty() { "" } else { "&" })
    }

    /// The same from its beginning.
    #[must_use]
    pub fn from_start(&self) -> Self {
        Self { before: None, ..self.clone() }
    }

    /// Whether anything narrows the list.
    pub fn narrows(&self) -> bool {
        self.status.is_some() || self.low || !self.text.is_empty()
    }

    /// For `ilike`: what must be contained, with the signs of the pattern taken as they are. None: anything.
    pub fn pattern(&self) -> Option<String> {
        let escaped = like_literal(&self.text);
        (!escaped.is_empty()).then(|| format!("%{escaped}%"))
    }
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let decoded = (first == b'%').then(|| tail.get(..2)).flatten().and_then(|hex| std::str::from_utf8(hex).ok());
        match decoded.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// How many products there are for each tab of a list.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct OwnedCounts {
    /// Those without any are missing.
    pub by_status: Vec<(ProductStatus, i64)>,
    pub low: i64,
}

impl OwnedCounts {
    /// None: all of them.
    pub fn of(&self, status: Option<ProductStatus>) -> i64 {
        self.by_status.iter().filter(|(known, _)| status.is_none_or(|status| status == *known)).map(|(_, count)| count).sum()
    }
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct OwnedList {
    pub products: Vec<OwnedLine>,
    /// Before which one the next page begins; none on the last one.
    pub next: Option<ProductId>,
    pub counts: OwnedCounts,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_the_list_survives_its_address() {
        let id = ProductId(uuid::Uuid::max());
        let filter = OwnedFilter { status: Some(ProductStatus::Draft), text: "50 % \\ tea_pot ö".into(), low: true, before: Some(id) };
        assert_eq!(OwnedFilter::of_query(&filter.query()), filter);
        assert_eq!(OwnedFilter::of_query(&filter.place()), filter);
        assert_eq!(OwnedFilter::default().place(), "?");
        assert_eq!(OwnedFilter::default().href("/vendor/products"), "/vendor/products");
        assert_eq!(filter.pattern().as_deref(), Some("%50 \\% \\\\ tea\\_pot ö%"));
    }

    #[test]
    fn what_an_address_says_besides_is_dropped() {
        let filter = OwnedFilter::of_query("status=sold&before=x&evil=%0d%0aLocation&q=a%20b+c&stock=high&q=%zz");
        assert_eq!(filter, OwnedFilter { text: "a b c".into(), ..OwnedFilter::default() });
    }
}
