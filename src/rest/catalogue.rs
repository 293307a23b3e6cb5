//! `/products`, `/categories`, `/vendors/{slug}`: what everybody may read.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LINK};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::problem::Problem;
use crate::catalogue::service::{self, finding};
use crate::catalogue::{
    CategoryTree, Cursor, FEW_LEFT, ListingQuery, Product, ProductCard, RATINGS, SearchText, Shop, Sort, Spelling, Variant, category_url,
};
use crate::error::AppError;
use crate::media::Picture;
use crate::platform::state::AppState;
use crate::values::{CategoryId, Currency, FieldErrors, FieldProblem, Money, ProductId, Slug, percent_encoded};

/// Products on a page unless the caller says otherwise, and at most.
const PER_PAGE: u32 = 24;
const MAX_PER_PAGE: u32 = 100;

/// Programs ask often, and what is new may show half a minute later.
const SHORTLY: &str = "public, max-age=30";
/// Bytes of a hash that make a tag: enough that two answers of one address never share it.
const TAG_BYTES: usize = 15;

/// An answer that may be kept for a moment, and asked for again by its tag.
fn kept(body: &impl Serialize, asked: &HeaderMap, link: Option<HeaderValue>) -> Result<Response, AppError> {
    let bytes = serde_json::to_vec(body).map_err(AppError::internal)?;
    let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&Sha256::digest(&bytes)[..TAG_BYTES]));
    let known = asked.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    // Compression on the way makes a tag weak; it is the same answer still.
    let same = known.is_some_and(|known| known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag));
    let mut response = if same { StatusCode::NOT_MODIFIED.into_response() } else { bytes.into_response() };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(SHORTLY));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    if let Some(link) = link {
        headers.insert(LINK, link);
    }
    Ok(response)
}

#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StockState {
    InStock,
    LowStock,
    SoldOut,
}

impl StockState {
    pub const fn of(available: u32) -> Self {
        match available {
            0 => Self::SoldOut,
            1..FEW_LEFT => Self::LowStock,
            _ => Self::InStock,
        }
    }
}

#[derive(Serialize, ToSchema)]
struct RatingView {
    /// 1.0 to 5.0
    average: f64,
    count: i32,
}

fn rating(average: Option<f64>, count: i32) -> Option<RatingView> {
    average.map(|average| RatingView { average: (average * 100.0).round() / 100.0, count })
}

#[derive(Serialize, ToSchema)]
pub struct PictureView {
    alt: String,
    /// Each size that is kept, by ascending width.
    sources: Vec<SourceView>,
}

#[derive(Serialize, ToSchema)]
pub struct SourceView {
    url: String,
    width: i32,
}

#[derive(Serialize, ToSchema)]
pub struct NamedView {
    pub slug: Slug,
    pub name: String,
}

/// What addresses begin with.
pub struct Site<'a>(pub &'a str);

impl Site<'_> {
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    pub fn picture(&self, picture: Picture) -> PictureView {
        let sources = picture.widths.iter().map(|&width| SourceView { url: self.url(&picture.url(width)), width }).collect();
        PictureView { alt: picture.alt, sources }
    }
}

#[derive(Serialize, ToSchema)]
pub struct CardView {
    id: ProductId,
    slug: Slug,
    name: String,
    url: String,
    vendor: NamedView,
    /// The lowest of its variants'.
    price: Money,
    compare_at: Option<Money>,
    has_options: bool,
    stock: StockState,
    rating: Option<RatingView>,
    picture: Option<PictureView>,
}

impl CardView {
    pub fn new(card: ProductCard, site: &Site<'_>) -> Self {
        Self {
            url: site.url(&card.url()),
            rating: rating(card.rating(), card.rating_count),
            id: card.id,
            slug: card.slug,
            name: card.name,
            vendor: NamedView { slug: card.vendor_slug, name: card.vendor_name },
            price: card.price,
            compare_at: card.compare_at,
            has_options: card.has_options,
            stock: StockState::of(card.available),
            picture: card.picture.map(|picture| site.picture(picture)),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct ProductList {
    data: Vec<CardView>,
    /// `cursor` of the next page; null on the last one.
    next: Option<Cursor>,
    /// The spelling that was searched for, where nothing matched the one that was sent.
    corrected_query: Option<String>,
}

/// What `GET /products` is asked for.
struct Asked {
    query: ListingQuery,
    per_page: u32,
}

impl Asked {
    /// Every parameter that is unknown, repeated or makes no sense is an error: a filter that is silently ignored shows what nobody asked for.
    fn parse(parameters: Vec<(String, String)>, currency: Currency) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut asked = Self { query: ListingQuery::default(), per_page: PER_PAGE };
        let mut seen: Vec<String> = Vec::new();
        for (name, value) in parameters {
            if seen.contains(&name) {
                errors.push(&name, FieldProblem::UnknownField);
                continue;
            }
            if let Err(problem) = asked.set(&name, &value, currency) {
                errors.push(&name, problem);
            }
            seen.push(name);
        }
        if asked.query.after.is_some_and(|after| after.sort != asked.query.effective_sort()) {
            errors.push("cursor", FieldProblem::UnknownChoice);
        }
        errors.into_result(asked)
    }

    fn set(&mut self, name: &str, value: &str, currency: Currency) -> Result<(), FieldProblem> {
        const WRONG: FieldProblem = FieldProblem::UnknownChoice;
        let amount = || Money::parse(value, currency).map(Some).map_err(|_| FieldProblem::NotAnAmount);
        let query = &mut self.query;
        match name {
            "q" => query.q = Some(SearchText::parse(value).ok_or(FieldProblem::Required)?),
            "category" => query.category = Some(value.parse().map_err(|_| WRONG)?),
            "vendor" => query.vendor = Some(value.parse().map_err(|_| WRONG)?),
            "min_price" => query.min_price = amount()?,
            "max_price" => query.max_price = amount()?,
            "in_stock" => query.in_stock = value.parse().map_err(|_| WRONG)?,
            "rating" => query.rating = Some(value.parse().ok().filter(|rating| RATINGS.contains(rating)).ok_or(WRONG)?),
            "sort" => query.sort = Some(value.parse().map_err(|_| WRONG)?),
            "cursor" => query.after = Some(value.parse().map_err(|_| WRONG)?),
            "per_page" => {
                let per_page = value.parse().map_err(|_| FieldProblem::NotANumber)?;
                self.per_page = Some(per_page).filter(|n| (1..=MAX_PER_PAGE).contains(n)).ok_or(FieldProblem::OutOfRange)?;
            }
            _ => return Err(FieldProblem::UnknownField),
        }
        Ok(())
    }
}

/// What is for sale, filtered, searched and sorted.
#[utoipa::path(get, path = "/products", tag = "Catalogue", security(()), params(
    ("q" = Option<String>, Query, description = "Words of a search."),
    ("category" = Option<Slug>, Query, description = "With all that lies below it."),
    ("vendor" = Option<Slug>, Query),
    ("min_price" = Option<String>, Query, description = "In the shop's currency, such as 24 or 24.50.", pattern = r"^[0-9]{1,7}(\.[0-9]{1,2})?$"),
    ("max_price" = Option<String>, Query, pattern = r"^[0-9]{1,7}(\.[0-9]{1,2})?$"),
    ("in_stock" = Option<bool>, Query),
    ("rating" = Option<u8>, Query, description = "This many stars or more.", minimum = 1, maximum = 5),
    ("sort" = Option<Sort>, Query),
    ("per_page" = Option<u32>, Query, description = "24 unless given.", minimum = 1, maximum = 100),
    ("cursor" = Option<Cursor>, Query, description = "`next` of the page before."),
), responses((status = 200, body = ProductList), (status = 304, description = "As it was under `If-None-Match`.")))]
pub async fn products(
    State(state): State<AppState>,
    headers: HeaderMap,
    parameters: Result<Query<Vec<(String, String)>>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(parameters) = parameters.map_err(|error| Problem::malformed(error.body_text()))?;
    let others: Vec<(String, String)> = parameters.iter().filter(|(name, _)| name != "cursor").cloned().collect();
    let currency = service::shop_currency(&state.db).await?;
    let Asked { query, per_page } = Asked::parse(parameters, currency).map_err(AppError::from)?;
    let page = finding::page(&state.db, &query, per_page).await.map_err(|error| match error {
        AppError::NotFound => AppError::field("category", FieldProblem::UnknownChoice),
        other => other,
    })?;
    let site = Site(&state.config.base_url);
    // A cursor goes on in the spelling that found something.
    let corrected = match &page.spelling {
        Spelling::Replaced { found, .. } => Some(found.to_string()),
        _ => None,
    };
    let link = page.next.and_then(|next| {
        let spelt = |name: &str, value: &str| match (&corrected, name) {
            (Some(corrected), "q") => percent_encoded(corrected),
            _ => percent_encoded(value),
        };
        let parameters = others.iter().map(|(name, value)| format!("{}={}", percent_encoded(name), spelt(name, value)));
        let parameters = parameters.chain(std::iter::once(format!("cursor={next}"))).collect::<Vec<_>>().join("&");
        HeaderValue::from_str(&format!("<{}>; rel=\"next\"", site.url(&format!("/api/v1/products?{parameters}")))).ok()
    });
    let data = page.cards.into_iter().map(|card| CardView::new(card, &site)).collect();
    Ok(kept(&ProductList { data, next: page.next, corrected_query: corrected }, &headers, link)?)
}

/// One fact about a product: "Material" – "Stoneware".
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttributeView {
    pub name: String,
    pub value: String,
}

#[derive(Serialize, ToSchema)]
struct VariantView {
    id: crate::values::VariantId,
    title: String,
    price: Money,
    compare_at: Option<Money>,
    stock: StockState,
}

impl From<Variant> for VariantView {
    fn from(variant: Variant) -> Self {
        let Variant { id, title, price, compare_at, available } = variant;
        Self { id, title, price, compare_at, stock: StockState::of(available) }
    }
}

#[derive(Serialize, ToSchema)]
pub struct ProductView {
    id: ProductId,
    slug: Slug,
    name: String,
    url: String,
    vendor: NamedView,
    category: NamedView,
    summary: String,
    description: String,
    attributes: Vec<AttributeView>,
    tags: Vec<String>,
    rating: Option<RatingView>,
    variants: Vec<VariantView>,
    pictures: Vec<PictureView>,
}

impl ProductView {
    fn new(product: Product, site: &Site<'_>) -> Self {
        Self {
            url: site.url(&product.url()),
            rating: rating(product.rating(), product.rating_count),
            id: product.id,
            slug: product.slug,
            name: product.name,
            vendor: NamedView { slug: product.vendor_slug, name: product.vendor_name },
            category: NamedView { slug: product.category.slug, name: product.category.name },
            summary: product.summary,
            description: product.description,
            attributes: product.attributes.into_iter().map(AttributeView::from).collect(),
            tags: product.tags,
            variants: product.variants.into_iter().map(VariantView::from).collect(),
            pictures: product.pictures.into_iter().map(|picture| site.picture(picture)).collect(),
        }
    }
}

fn slug(text: &str) -> Result<Slug, AppError> {
    text.parse().map_err(|_| AppError::NotFound)
}

/// A product as everybody sees it.
#[utoipa::path(get, path = "/products/{slug}", tag = "Catalogue", security(()), responses((status = 200, body = ProductView)))]
pub async fn product(State(state): State<AppState>, headers: HeaderMap, Path(text): Path<String>) -> Result<Response, Problem> {
    let product = service::product(&state.db, &slug(&text)?).await?;
    Ok(kept(&ProductView::new(product, &Site(&state.config.base_url)), &headers, None)?)
}

#[derive(Serialize, ToSchema)]
pub struct CategoryView {
    slug: Slug,
    name: String,
    description: String,
    url: String,
    #[schema(no_recursion)]
    children: Vec<CategoryView>,
}

fn branches(tree: &CategoryTree, parent: Option<CategoryId>, site: &Site<'_>) -> Vec<CategoryView> {
    let children = tree.branches().iter().filter(|branch| branch.parent_id == parent).map(|branch| &branch.category);
    children
        .map(|category| CategoryView {
            slug: category.slug.clone(),
            name: category.name.clone(),
            description: category.description.clone(),
            url: site.url(&category_url(&category.slug)),
            children: branches(tree, Some(category.id), site),
        })
        .collect()
}

#[derive(Serialize, ToSchema)]
pub struct CategoryList {
    data: Vec<CategoryView>,
}

/// The tree of categories.
#[utoipa::path(get, path = "/categories", tag = "Catalogue", security(()), responses((status = 200, body = CategoryList)))]
pub async fn categories(State(state): State<AppState>, headers: HeaderMap) -> Result<Response, Problem> {
    let tree = service::category_tree(&state.db).await?;
    Ok(kept(&CategoryList { data: branches(&tree, None, &Site(&state.config.base_url)) }, &headers, None)?)
}

#[derive(Serialize, ToSchema)]
pub struct VendorView {
    slug: Slug,
    name: String,
    url: String,
    tagline: String,
    story: String,
    city: String,
    country_code: String,
    product_count: i64,
}

/// A shop as everybody sees it.
#[utoipa::path(get, path = "/vendors/{slug}", tag = "Catalogue", security(()), responses((status = 200, body = VendorView)))]
pub async fn vendor(State(state): State<AppState>, headers: HeaderMap, Path(text): Path<String>) -> Result<Response, Problem> {
    let shop = service::shop(&state.db, &slug(&text)?).await?;
    let url = Site(&state.config.base_url).url(&shop.url());
    let Shop { slug, name, tagline, story, city, country_code, product_count, .. } = shop;
    Ok(kept(&VendorView { slug, name, url, tagline, story, city, country_code, product_count }, &headers, None)?)
}
