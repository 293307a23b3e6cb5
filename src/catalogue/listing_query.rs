use serde::{Deserialize, Serialize};

use super::{Cursor, Sort, category_url, shop_url};
use crate::values::{Currency, MAX_CHARGE_MINOR, Money, PageNumber, Slug};

/// Longest text that is searched for; more would only cost.
const MAX_SEARCH_CHARS: usize = 100;

/// What somebody searches for: trimmed, without control characters (Postgres refuses NUL), not empty, 100 characters at most.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
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

    /// Whether `websearch_to_tsquery` may read more in it than words that are all needed.
    pub fn has_operators(&self) -> bool {
        self.0.contains('"') || self.0.split(' ').any(|word| word.starts_with('-') || word.eq_ignore_ascii_case("or"))
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

/// A kind of filter. Choices within one kind replace each other; kinds narrow each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dimension {
    Category,
    Shop,
    Price,
    Rating,
    Stock,
}

impl Dimension {
    pub const ALL: [Self; 5] = [Self::Category, Self::Shop, Self::Price, Self::Rating, Self::Stock];
}

/// What a listing shows; it lives in the URL, so that back, reload and share work.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct ListingQuery {
    /// With all that stands below it.
    pub category: Option<Slug>,
    pub vendor: Option<Slug>,
    /// On the page of the shop itself, where the category is a parameter.
    pub at_shop: bool,
    pub q: Option<SearchText>,
    /// Both bounds belong to the range.
    pub min_price: Option<Money>,
    pub max_price: Option<Money>,
    /// Rated so many stars or more on average.
    pub rating: Option<u8>,
    pub in_stock: bool,
    /// None: by relevance with a text, else the newest first.
    pub sort: Option<Sort>,
    pub page: PageNumber,
    /// Behind this place, past the last numbered page.
    pub after: Option<Cursor>,
}

impl Default for ListingQuery {
    fn default() -> Self {
        Self {
            category: None,
            vendor: None,
            at_shop: false,
            q: None,
            min_price: None,
            max_price: None,
            rating: None,
            in_stock: false,
            sort: None,
            page: PageNumber::FIRST,
            after: None,
        }
    }
}

/// Ratings that can be asked for: "four stars and up".
pub const RATINGS: [u8; 3] = [4, 3, 2];

impl ListingQuery {
    /// Reads the parameters of a URL; what makes no sense is left out, since a link should not fail over it. A category or shop that is
    /// part of the path is set by the page afterwards.
    pub fn from_url(currency: Currency, parameter: impl Fn(&str) -> Option<String>) -> Self {
        let slug = |name| parameter(name).and_then(|text| text.parse().ok());
        let amount = |name| parameter(name).and_then(|text| price(&text, currency));
        Self {
            category: slug("category"),
            vendor: slug("vendor"),
            at_shop: false,
            q: parameter("q").and_then(|text| SearchText::parse(&text)),
            min_price: amount("min_price"),
            max_price: amount("max_price"),
            rating: parameter("rating").and_then(|text| text.parse().ok()).filter(|rating| RATINGS.contains(rating)),
            in_stock: parameter("in_stock").is_some_and(|text| text == "1"),
            sort: parameter("sort").and_then(|text| text.parse().ok()),
            page: PageNumber::from_query(parameter("page").as_deref()),
            after: parameter("after").and_then(|text| text.parse().ok()),
        }
    }

    pub fn of_category(self, slug: Slug) -> Self {
        Self { category: Some(slug), ..self }
    }

    /// On the shop's own page.
    pub fn of_shop(self, slug: Slug) -> Self {
        Self { vendor: Some(slug), at_shop: true, ..self }
    }

    pub fn with_page(&self, page: PageNumber) -> Self {
        Self { page, after: None, ..self.clone() }
    }

    /// Another order begins at its first page.
    pub fn with_sort(&self, sort: Sort) -> Self {
        Self { sort: Some(sort), ..self.from_the_start() }
    }

    /// The same on its first page.
    pub fn from_the_start(&self) -> Self {
        self.with_page(PageNumber::FIRST)
    }

    /// Behind a place.
    pub fn behind(&self, after: Cursor) -> Self {
        Self { after: Some(after), ..self.from_the_start() }
    }

    pub fn with_text(&self, q: Option<SearchText>) -> Self {
        Self { q, ..self.from_the_start() }
    }

    /// Whether this kind of filter is set. The shop of a shop's own page is what the page is about, and no filter.
    pub fn filters(&self, dimension: Dimension) -> bool {
        match dimension {
            Dimension::Category => self.category.is_some(),
            Dimension::Shop => self.vendor.is_some() && !self.at_shop,
            Dimension::Price => self.min_price.is_some() || self.max_price.is_some(),
            Dimension::Rating => self.rating.is_some(),
            Dimension::Stock => self.in_stock,
        }
    }

    /// Without one kind of filter, from the first page on.
    pub fn without(&self, dimension: Dimension) -> Self {
        let mut query = self.from_the_start();
        match dimension {
            Dimension::Category => query.category = None,
            Dimension::Shop if self.at_shop => {}
            Dimension::Shop => query.vendor = None,
            Dimension::Price => (query.min_price, query.max_price) = (None, None),
            Dimension::Rating => query.rating = None,
            Dimension::Stock => query.in_stock = false,
        }
        query
    }

    /// Without any filter; text and order stay.
    pub fn without_filters(&self) -> Self {
        Dimension::ALL.into_iter().fold(self.from_the_start(), |query, dimension| query.without(dimension))
    }

    /// How many kinds of filters are set.
    pub fn filter_count(&self) -> usize {
        Dimension::ALL.into_iter().filter(|&dimension| self.filters(dimension)).count()
    }

    /// What search engines should know it as: a category or a shop as such, and its pages. None for what somebody narrowed, sorted or
    /// searched.
    pub fn canonical(&self) -> Self {
        let category = self.category.clone().filter(|_| !self.at_shop);
        let vendor = self.vendor.clone().filter(|_| self.at_shop);
        Self { category, vendor, at_shop: self.at_shop, page: self.page, ..Self::default() }
    }

    /// Whether it is a page of its own for search engines.
    pub fn is_canonical(&self) -> bool {
        *self == self.canonical()
    }

    /// The order in force.
    pub fn effective_sort(&self) -> Sort {
        match self.sort {
            None | Some(Sort::Relevance) if self.q.is_some() => Sort::Relevance,
            None | Some(Sort::Relevance) => Sort::Newest,
            Some(sort) => sort,
        }
    }

    /// The path of this listing: a category's, a shop's, or that of everything or of searching.
    pub fn path(&self) -> String {
        match (&self.category, &self.vendor) {
            (_, Some(vendor)) if self.at_shop => shop_url(vendor),
            (Some(category), _) => category_url(category),
            (None, Some(vendor)) => shop_url(vendor),
            (None, None) if self.q.is_some() => "/search".to_owned(),
            (None, None) => "/products".to_owned(),
        }
    }

    /// What the path does not say: names and values of the parameters, without the page. Forms carry them along as hidden fields.
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        let mut parameters = Vec::new();
        let mut add = |name, value: Option<String>| parameters.extend(value.map(|value| (name, value)));
        let amount = |money: Money| money.plain().trim_end_matches(".00").to_owned();
        add("q", self.q.as_ref().map(ToString::to_string));
        add("category", self.category.as_ref().filter(|_| self.at_shop).map(ToString::to_string));
        add("vendor", self.vendor.as_ref().filter(|_| !self.at_shop && self.category.is_some()).map(ToString::to_string));
        add("min_price", self.min_price.map(amount));
        add("max_price", self.max_price.map(amount));
        add("rating", self.rating.map(|rating| rating.to_string()));
        add("in_stock", self.in_stock.then(|| "1".to_owned()));
        add("sort", self.sort.map(|sort| sort.to_string()));
        parameters
    }

    /// The address of this listing.
    pub fn url(&self) -> String {
        let mut url = self.path();
        let mut separator = '?';
        let mut add = |name: &str, value: &str| {
            url.push(separator);
            url.push_str(name);
            url.push('=');
            encode_into(&mut url, value);
            separator = '&';
        };
        for (name, value) in self.parameters() {
            add(name, &value);
        }
        if self.page != PageNumber::FIRST {
            add("page", &self.page.get().to_string());
        }
        if let Some(after) = self.after {
            add("after", &after.to_string());
        }
        url
    }
}

/// An amount somebody typed or a link carries; nothing for what is none.
fn price(text: &str, currency: Currency) -> Option<Money> {
    Money::parse(text.trim().trim_start_matches('$'), currency).ok().filter(|money| money.amount_minor <= MAX_CHARGE_MINOR)
}

/// Percent-encodes all but what RFC 3986 calls unreserved.
fn encode_into(url: &mut String, text: &str) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            url.push(char::from(byte));
        } else {
            url.extend(['%', char::from(DIGITS[usize::from(byte >> 4)]), char::from(DIGITS[usize::from(byte & 15)])]);
        }
    }
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

    fn read(url: &str) -> ListingQuery {
        let (path, parameters) = url.split_once('?').unwrap_or((url, ""));
        let value = |name: &str| {
            let pair = parameters.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")))?;
            Some(pair.replace("%C3%A5", "å").replace("%20", " ").replace("%26", "&"))
        };
        let query = ListingQuery::from_url(Currency::USD, value);
        match path.rsplit_once('/') {
            Some(("/category", slug)) => ListingQuery { category: slug.parse().ok(), ..query },
            Some(("/shop", slug)) => ListingQuery { vendor: slug.parse().ok(), at_shop: true, ..query },
            _ => query,
        }
    }

    #[test]
    fn a_listing_survives_its_url() {
        let query = ListingQuery {
            category: "tea".parse().ok(),
            vendor: "kiln".parse().ok(),
            q: SearchText::parse("blå & co"),
            min_price: Some(Money::new(1000, Currency::USD)),
            max_price: Some(Money::new(2050, Currency::USD)),
            rating: Some(4),
            in_stock: true,
            sort: Some(Sort::PriceAsc),
            page: PageNumber::from_query(Some("3")),
            ..ListingQuery::default()
        };
        assert_eq!(
            query.url(),
            "/category/tea?q=bl%C3%A5%20%26%20co&vendor=kiln&min_price=10&max_price=20.50&rating=4&in_stock=1&sort=price_asc&page=3"
        );
        assert_eq!(read(&query.url()), query);
        let at_shop = ListingQuery { at_shop: true, page: PageNumber::FIRST, ..query.clone() };
        assert_eq!(at_shop.path(), "/shop/kiln");
        assert_eq!(read(&at_shop.url()), at_shop);
        assert_eq!(query.with_sort(Sort::Newest).page, PageNumber::FIRST);
        assert_eq!(ListingQuery::default().url(), "/products");
        let nonsense = ListingQuery::from_url(Currency::USD, |name| (name != "q").then(|| "../-1;drop".to_owned()));
        assert_eq!(nonsense, ListingQuery::default());
    }

    #[test]
    fn each_kind_of_filter_is_taken_off_by_itself() {
        let query = read("/category/tea?min_price=1&rating=3&in_stock=1&sort=rating");
        assert_eq!(query.filter_count(), 4);
        for dimension in Dimension::ALL {
            let less = query.without(dimension);
            assert!(!less.filters(dimension));
            assert_eq!(less.filter_count(), query.filter_count() - usize::from(query.filters(dimension)));
        }
        assert_eq!(query.without_filters().url(), "/products?sort=rating");
        assert_eq!(query.canonical().url(), "/category/tea");
        assert!(read("/category/tea?page=2").is_canonical() && !query.is_canonical());
        let shop = read("/shop/kiln?category=tea");
        assert_eq!((shop.without_filters().url(), shop.canonical().url()), ("/shop/kiln".into(), "/shop/kiln".into()));
    }

    #[test]
    fn relevance_needs_a_text() {
        let mut query = ListingQuery { sort: Some(Sort::Relevance), ..ListingQuery::default() };
        assert_eq!(query.effective_sort(), Sort::Newest);
        query.q = SearchText::parse("tea");
        assert_eq!(query.effective_sort(), Sort::Relevance);
    }
}
