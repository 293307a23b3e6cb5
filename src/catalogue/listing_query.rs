use serde::{Deserialize, Serialize};

use super::{Sort, category_url, shop_url};
use crate::values::{PageNumber, Slug};

/// Longest text that is searched for; more would only cost.
const MAX_SEARCH_CHARS: usize = 100;

/// What somebody searches for: trimmed, without control characters (Postgres refuses NUL), not empty, 100 characters at most.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SearchText(String);

impl SearchText {
    /// Nothing if nothing is left to search for.
    pub fn parse(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect();
        let text: String = words.join(" ").chars().take(MAX_SEARCH_CHARS).collect();
        let text = text.trim_end();
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For `to_tsquery`: each word as a beginning, all of them needed ("blue tea" → `blue:* & tea:*`). Letters and digits alone, so that
    /// no operator of the query language can come in. Empty where the text uses such operators itself (quotes, minus), since loose
    /// beginnings would undo them.
    pub fn prefix_query(&self) -> String {
        if self.0.contains('"') || self.0.split(' ').any(|word| word.starts_with('-')) {
            return String::new();
        }
        let words = self.0.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(|word| format!("{word}:*")).collect::<Vec<_>>().join(" & ")
    }
}

impl std::fmt::Display for SearchText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a listing shows; it lives in the URL, so that back, reload and share work.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ListingQuery {
    pub category: Option<Slug>,
    pub vendor: Option<Slug>,
    pub q: Option<SearchText>,
    /// None: by relevance with a text, else the newest first.
    pub sort: Option<Sort>,
    pub page: PageNumber,
}

impl Default for ListingQuery {
    fn default() -> Self {
        Self { category: None, vendor: None, q: None, sort: None, page: PageNumber::FIRST }
    }
}

impl ListingQuery {
    /// Reads the parameters of a URL; what makes no sense is left out, since a link should not fail over it. A category or shop that is
    /// part of the path is set by the page afterwards.
    pub fn from_url(parameter: impl Fn(&str) -> Option<String>) -> Self {
        let slug = |name| parameter(name).and_then(|text| text.parse().ok());
        Self {
            category: slug("category"),
            vendor: slug("vendor"),
            q: parameter("q").and_then(|text| SearchText::parse(&text)),
            sort: parameter("sort").and_then(|text| text.parse().ok()),
            page: PageNumber::from_query(parameter("page").as_deref()),
        }
    }

    pub fn of_category(self, slug: Slug) -> Self {
        Self { category: Some(slug), ..self }
    }

    pub fn of_vendor(self, slug: Slug) -> Self {
        Self { vendor: Some(slug), ..self }
    }

    pub fn with_page(&self, page: PageNumber) -> Self {
        Self { page, ..self.clone() }
    }

    /// Another order begins at its first page.
    pub fn with_sort(&self, sort: Sort) -> Self {
        Self { sort: Some(sort), page: PageNumber::FIRST, ..self.clone() }
    }

    /// The order in force.
    pub fn effective_sort(&self) -> Sort {
        match self.sort {
            None | Some(Sort::Relevance) if self.q.is_some() => Sort::Relevance,
            None | Some(Sort::Relevance) => Sort::Newest,
            Some(sort) => sort,
        }
    }

    /// The address of this listing. A category is a path of its own, so is a shop, so is a search; the rest are parameters.
    pub fn url(&self) -> String {
        let (path, vendor) = match (&self.category, &self.vendor) {
            (Some(category), vendor) => (category_url(category), vendor.as_ref()),
            (None, Some(vendor)) => (shop_url(vendor), None),
            (None, None) if self.q.is_some() => ("/search".to_owned(), None),
            (None, None) => ("/products".to_owned(), None),
        };
        let mut parameters = Vec::new();
        if let Some(q) = &self.q {
            parameters.push(format!("q={}", encode(q.as_str())));
        }
        if let Some(vendor) = vendor {
            parameters.push(format!("vendor={vendor}"));
        }
        if let Some(sort) = self.sort {
            parameters.push(format!("sort={sort}"));
        }
        if self.page != PageNumber::FIRST {
            parameters.push(format!("page={}", self.page.get()));
        }
        if parameters.is_empty() { path } else { format!("{path}?{}", parameters.join("&")) }
    }
}

/// Percent-encodes all but what RFC 3986 calls unreserved.
fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_text_cannot_carry_operators_or_control_characters() {
        let prefix = |text| SearchText::parse(text).map(|text| text.prefix_query());
        assert_eq!(prefix("  blue\0 tea\n"), Some("blue:* & tea:*".into()));
        assert_eq!(prefix("a & !b | (c):*<->'d'\\"), Some("a:* & b:* & c:* & d:*".into()));
        assert_eq!(prefix("tea -pot"), Some(String::new()));
        assert_eq!(prefix("&|!"), Some(String::new()));
        assert_eq!(prefix(" \t\0"), None);
        assert_eq!(SearchText::parse(&"ä".repeat(500)).map(|text| text.as_str().chars().count()), Some(100));
    }

    #[test]
    fn a_listing_survives_its_url() {
        let query = ListingQuery {
            category: "tea".parse().ok(),
            vendor: "kiln".parse().ok(),
            q: SearchText::parse("blå & co"),
            sort: Some(Sort::PriceAsc),
            page: PageNumber::from_query(Some("3")),
        };
        assert_eq!(query.url(), "/category/tea?q=bl%C3%A5%20%26%20co&vendor=kiln&sort=price_asc&page=3");
        assert_eq!(query.with_sort(Sort::Newest).page, PageNumber::FIRST);
        assert_eq!(ListingQuery::default().url(), "/products");
        let nonsense = ListingQuery::from_url(|name| (name != "q").then(|| "../-1;drop".to_owned()));
        assert_eq!(nonsense, ListingQuery::default());
    }

    #[test]
    fn relevance_needs_a_text() {
        let mut query = ListingQuery { sort: Some(Sort::Relevance), ..ListingQuery::default() };
        assert_eq!(query.effective_sort(), Sort::Newest);
        query.q = SearchText::parse("tea");
        assert_eq!(query.effective_sort(), Sort::Relevance);
    }
}
