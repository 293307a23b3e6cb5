//! What is for sale: categories, products, variants with price and stock, search.
//!
//! Tables: `categories`, `products`, `product_slugs`, `product_variants`, `stock_movements`, `product_pictures`. Views: `visible_products` is the one place that says what a
//! stranger may see (published, of an approved vendor, with something to buy), and every query for customers goes through it;
//! `stocked_variants` is the one place that says how many of a variant can be bought (stock minus live holds).
//!
//! Invariants: stock never falls below zero, and is the sum of its movements: a trigger keeps the column, and refuses whoever would set it;
//! a product's price is the lowest of its variants', kept by a trigger; only the owner's
//! transactions write, with the vendor's id in every WHERE clause; a status moves only along [`ProductStatus::may_become`]; what was ever
//! ordered is never deleted.

use serde::{Deserialize, Serialize};

use crate::media::Picture;
use crate::values::{CategoryId, Money, PageNumber, PictureId, ProductId, Slug, VariantId, VendorId};

mod category_form;
mod category_tree;
mod cursor;
mod facets;
mod listing_query;
mod options;
mod owned_list;
mod owned_product;
mod product_form;
mod stock_form;
mod typed_product;
pub mod api;
pub mod islands;
pub mod ui;
#[cfg(feature = "ssr")]
pub mod exchange;
#[cfg(feature = "ssr")]
pub mod guard;
#[cfg(feature = "ssr")]
mod mail;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
mod store;

pub use category_form::{CategoryChanges, CategoryNode, TypedCategory, category_field, may_stand_under, tree};
pub use category_tree::{Branch, CategoryTree};
pub use cursor::Cursor;
pub use facets::{CategoryChoice, Counts, Facets, Figure, Precision, PriceChoice, ShopChoice, ShopCount, price_bounds};
pub use listing_query::{Dimension, ListingQuery, RATINGS, SearchText};
pub use options::{MAX_OPTIONS, MAX_VARIANTS, Matrix, Place, ProductOption, TypedOption, arrange, title_of};
pub use owned_list::{OwnedCounts, OwnedFilter, OwnedLine, OwnedList};
pub use owned_product::{LOW_STOCK, OwnedProduct, OwnedVariant, ProductStatus, ProductVersion};
pub use product_form::{NewProduct, NewVariant, ProductForm, ProductTexts, VariantForm};
pub use stock_form::{CountReason, Movement, MovementKind, TypedCorrection, TypedCount};
pub use typed_product::{ProductChanges, TypedProduct, TypedVariant, VariantChange, field};

/// From this many on, the number in stock is nobody's business.
pub const FEW_LEFT: u32 = 5;

crate::text_enum! {
    /// How a listing is ordered.
    pub enum Sort {
        /// By how well the text matches; without a text the newest come first.
        Relevance => "relevance",
        Newest => "newest",
        PriceAsc => "price_asc",
        PriceDesc => "price_desc",
        Rating => "rating",
        BestSelling => "best_selling",
    }
}

impl Sort {
    /// As people read it in a list of choices.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Relevance => "Best match",
            Self::Newest => "Newest",
            Self::PriceAsc => "Price: low to high",
            Self::PriceDesc => "Price: high to low",
            Self::Rating => "Best rated",
            Self::BestSelling => "Best selling",
        }
    }
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Category {
    pub id: CategoryId,
    pub slug: Slug,
    pub name: String,
    pub description: String,
}

impl Category {
    pub fn url(&self) -> String {
        category_url(&self.slug)
    }
}

/// A category on the home page.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CategoryTile {
    pub category: Category,
    pub product_count: i64,
    /// Of its best-rated product.
    pub picture: Option<Picture>,
}

/// A product in a listing.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct ProductCard {
    pub id: ProductId,
    pub slug: Slug,
    pub name: String,
    pub vendor_name: String,
    pub vendor_slug: Slug,
    /// The lowest among the variants.
    pub price: Money,
    pub compare_at: Option<Money>,
    pub rating_count: i32,
    pub rating_sum: i64,
    pub picture: Option<Picture>,
    /// Of all variants: stock minus live holds.
    pub available: u32,
    /// The one whose price is shown.
    pub default_variant: VariantId,
    /// More than one variant: the customer must choose on the product's page.
    pub has_options: bool,
}

impl ProductCard {
    pub fn url(&self) -> String {
        product_url(&self.slug)
    }

    pub fn vendor_url(&self) -> String {
        shop_url(&self.vendor_slug)
    }

    /// 1.0 to 5.0, or none while nobody has rated it.
    pub fn rating(&self) -> Option<f64> {
        average_rating(self.rating_count, self.rating_sum)
    }
}

/// What is said in place of a picture, as its vendor types it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PictureText {
    pub id: PictureId,
    pub alt: String,
}

/// Ids with commas in between: a form has one value for a whole order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PictureOrder(pub Vec<PictureId>);

impl TryFrom<String> for PictureOrder {
    type Error = uuid::Error;
    fn try_from(text: String) -> Result<Self, uuid::Error> {
        text.split(',').filter(|id| !id.is_empty()).map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

impl From<PictureOrder> for String {
    fn from(PictureOrder(order): PictureOrder) -> Self {
        order.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
    }
}

/// One line of a product's facts: "Material" – "Stoneware".
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Attribute {
    pub name: String,
    pub value: String,
}

/// What is bought: a product in one of its options.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Variant {
    pub id: VariantId,
    /// Empty for a product without options.
    pub title: String,
    pub price: Money,
    pub compare_at: Option<Money>,
    pub available: u32,
}

/// A shop as others see it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Shop {
    pub id: VendorId,
    pub slug: Slug,
    pub name: String,
    pub tagline: String,
    /// Plain text, a blank line between paragraphs.
    pub story: String,
    pub city: String,
    pub country_code: String,
    pub product_count: i64,
    /// Of its best-rated products, three at most.
    pub pictures: Vec<Picture>,
}

impl Shop {
    pub fn url(&self) -> String {
        shop_url(&self.slug)
    }
}

/// All that a product's page shows.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Product {
    pub id: ProductId,
    pub slug: Slug,
    pub name: String,
    pub summary: String,
    /// Markdown, as it was typed.
    pub description: String,
    /// The same as it may stand in a page: rendered and cleaned when it was saved.
    pub description_html: String,
    pub attributes: Vec<Attribute>,
    pub tags: Vec<String>,
    pub category: Category,
    pub vendor_id: VendorId,
    pub vendor_slug: Slug,
    pub vendor_name: String,
    pub vendor_tagline: String,
    pub vendor_city: String,
    pub vendor_country_code: String,
    /// In the vendor's order; one at least.
    pub variants: Vec<Variant>,
    /// The first is the main one.
    pub pictures: Vec<Picture>,
    pub rating_count: i32,
    pub rating_sum: i64,
}

impl Product {
    pub fn url(&self) -> String {
        product_url(&self.slug)
    }

    pub fn vendor_url(&self) -> String {
        shop_url(&self.vendor_slug)
    }

    pub fn rating(&self) -> Option<f64> {
        average_rating(self.rating_count, self.rating_sum)
    }

    /// The cheapest variant that can be bought, else the cheapest: what is preselected.
    pub fn default_variant(&self) -> Option<&Variant> {
        self.variants.iter().min_by_key(|variant| (variant.available == 0, variant.price.amount_minor))
    }
}

/// What became of a text that found little.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Spelling {
    /// Nothing to say.
    #[default]
    AsTyped,
    /// It found something; this would find more.
    Suggested(SearchText),
    /// It found nothing, so what is shown is for another spelling.
    Replaced { typed: SearchText, found: SearchText },
}

/// One page of a listing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listing {
    /// As it was answered: with the page that exists, and the spelling that found something.
    pub query: ListingQuery,
    /// The category that was asked for, from the top.
    pub path: Vec<Category>,
    pub cards: Vec<ProductCard>,
    pub total: u64,
    /// Whether `total` was counted to its end.
    pub precision: Precision,
    pub page: PageNumber,
    pub last_page: PageNumber,
    /// Where the next page begins, past the numbered ones.
    pub next: Option<Cursor>,
    pub facets: Facets,
    pub spelling: Spelling,
    /// Shown where nothing was found.
    pub popular: Vec<ProductCard>,
}

impl Listing {
    /// The category that was asked for.
    pub fn category(&self) -> Option<&Category> {
        self.path.last()
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct HomePage {
    pub categories: Vec<CategoryTile>,
    pub newest: Vec<ProductCard>,
    pub best_selling: Vec<ProductCard>,
    pub shops: Vec<Shop>,
}

crate::text_enum! {
    pub enum SuggestionKind {
        Product => "product",
        Category => "category",
        Shop => "shop",
    }
}

/// What the search box offers while one types.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Suggestion {
    pub kind: SuggestionKind,
    pub name: String,
    pub slug: Slug,
}

impl Suggestion {
    pub fn url(&self) -> String {
        match self.kind {
            SuggestionKind::Product => product_url(&self.slug),
            SuggestionKind::Category => category_url(&self.slug),
            SuggestionKind::Shop => shop_url(&self.slug),
        }
    }
}

pub fn product_url(slug: &Slug) -> String {
    format!("/product/{slug}")
}

pub fn category_url(slug: &Slug) -> String {
    format!("/category/{slug}")
}

pub fn shop_url(slug: &Slug) -> String {
    format!("/shop/{slug}")
}

fn average_rating(count: i32, sum: i64) -> Option<f64> {
    // A rating is 1 to 5, so both fit into a double without loss.
    #[expect(clippy::cast_precision_loss, clippy::allow_attributes_without_reason)]
    (count > 0).then(|| sum as f64 / f64::from(count))
}
