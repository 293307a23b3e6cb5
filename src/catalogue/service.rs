//! What customers may read, and what vendors write. Reads go through `visible_products`; writes carry the vendor's id into every statement.

pub mod ledger;
pub mod lifecycle;
pub mod markdown;
pub mod products;
pub mod stock;

use time::OffsetDateTime;

use super::{Category, HomePage, Listing, ListingQuery, NewProduct, Product, ProductCard, SearchText, Shop, Suggestion, store};
use crate::error::{AppError, OnConstraint};
use crate::media::service::StoredPicture;
use crate::platform::db::{Db, Tx};
use crate::values::{Currency, FieldErrors, FieldProblem, PageNumber, PictureId, ProductId, Slug, VendorId};

/// Cards on a page of a listing: fills rows of two, three and four.
pub const PER_PAGE: u32 = 24;
/// Cards in each row of the home page.
const HOME_CARDS: i64 = 8;
/// Shops on the home page.
const HOME_SHOPS: i64 = 6;
/// Cards under a product.
const RELATED_CARDS: i64 = 4;
/// Lines under the search box.
const SUGGESTIONS: i64 = 8;
/// Longest alternative text of a picture; the table has the same bound.
const MAX_ALT: usize = 300;
/// Bounds of the table of categories.
const MAX_CATEGORY_NAME: usize = 80;
const MAX_CATEGORY_DESCRIPTION: usize = 500;

/// A product that an import finds already there.
#[derive(Clone, Debug)]
pub struct ExistingProduct {
    pub slug: Slug,
    /// Id and widths, in order.
    pub pictures: Vec<(PictureId, Vec<i32>)>,
}

/// All categories in their order.
///
/// # Errors
/// `Offline`.
pub async fn categories(db: &Db) -> Result<Vec<Category>, AppError> {
    Ok(store::categories(db.pool()).await?)
}

/// # Errors
/// `Offline`.
pub async fn home(db: &Db) -> Result<HomePage, AppError> {
    let row = store::home(db.pool(), HOME_CARDS, HOME_SHOPS).await?;
    let mut ids = row.newest.clone();
    ids.extend(row.best_selling.iter().filter(|id| !row.newest.contains(id)));
    let cards = store::cards(db.pool(), &ids).await?;
    let pick = |ids: &[ProductId]| ids.iter().filter_map(|id| cards.iter().find(|card| card.id == *id).cloned()).collect();
    let (newest, best_selling) = (pick(&row.newest), pick(&row.best_selling));
    Ok(HomePage { categories: row.categories.0, newest, best_selling, shops: row.shops.0 })
}

/// One page of what the query asks for. A page behind the end answers with the last one.
///
/// # Errors
/// `NotFound` for an unknown category; `Offline`.
pub async fn list(db: &Db, query: &ListingQuery) -> Result<Listing, AppError> {
    let mut query = query.clone();
    let mut page = store::listing_page(db.pool(), &query, PER_PAGE).await?;
    if query.category.is_some() && page.category.is_none() {
        return Err(AppError::NotFound);
    }
    let last_page = PageNumber::last(page.total.unsigned_abs(), PER_PAGE);
    if query.page > last_page {
        query.page = last_page;
        page = store::listing_page(db.pool(), &query, PER_PAGE).await?;
    }
    let cards = store::cards(db.pool(), &page.ids).await?;
    let category = page.category.map(|category| category.0);
    Ok(Listing { category, cards, total: page.total.unsigned_abs(), page: query.page, last_page, query })
}

/// The cards of these products in this order (a wishlist, for one); what may not be seen is left out.
///
/// # Errors
/// `Offline`.
pub async fn cards(db: &Db, ids: &[ProductId]) -> Result<Vec<ProductCard>, AppError> {
    Ok(store::cards(db.pool(), ids).await?)
}

/// # Errors
/// `NotFound` for what does not exist and for what may not be seen, alike.
pub async fn product(db: &Db, slug: &Slug) -> Result<Product, AppError> {
    Ok(store::product(db.pool(), slug).await?)
}

/// Where a product is now that once had this address.
///
/// # Errors
/// `Offline`.
pub async fn moved(db: &Db, slug: &Slug) -> Result<Option<Slug>, AppError> {
    Ok(store::preview::moved(db.pool(), slug).await?)
}

/// What else there is in the product's category.
///
/// # Errors
/// `Offline`.
pub async fn related(db: &Db, product: &Product) -> Result<Vec<ProductCard>, AppError> {
    let ids = store::related_ids(db.pool(), product.id, product.category.id, RELATED_CARDS).await?;
    Ok(store::cards(db.pool(), &ids).await?)
}

/// # Errors
/// `NotFound` for a shop that does not exist or is not approved.
pub async fn shop(db: &Db, slug: &Slug) -> Result<Shop, AppError> {
    Ok(store::shop(db.pool(), slug).await?)
}

/// Names that begin like the text, eight at most.
///
/// # Errors
/// `Offline`.
pub async fn suggest(db: &Db, q: &str) -> Result<Vec<Suggestion>, AppError> {
    let prefix = SearchText::parse(q).map(|text| text.prefix_query()).unwrap_or_default();
    if prefix.is_empty() {
        return Ok(Vec::new());
    }
    // Weight A is the name: a suggestion that does not contain what was typed would puzzle.
    let in_name = prefix.replace(":*", ":*A");
    Ok(store::suggestions(db.pool(), &in_name, &prefix, SUGGESTIONS).await?)
}

/// The one currency of the shop.
///
/// # Errors
/// `Offline`.
pub async fn shop_currency(db: &Db) -> Result<Currency, AppError> {
    Ok(store::shop_currency(db.pool()).await?)
}

/// Makes the category unless there is one of this slug; says whether it was made.
///
/// # Errors
/// `Invalid` for a name or description out of bounds; `Offline`.
pub async fn ensure_category(db: &Db, slug: &Slug, name: &str, description: &str, position: i32) -> Result<bool, AppError> {
    let mut errors = FieldErrors::default();
    let name = errors.text("name", name, 1, MAX_CATEGORY_NAME);
    let description = errors.text("description", description, 0, MAX_CATEGORY_DESCRIPTION);
    errors.into_result(())?;
    Ok(store::insert_category(db.pool(), slug, &name, &description, position).await?)
}

/// The products of these slugs, seen or not, with their pictures in order: what an import finds already there.
///
/// # Errors
/// `Offline`.
pub async fn existing(db: &Db, slugs: &[String]) -> Result<Vec<ExistingProduct>, AppError> {
    Ok(store::existing(db.pool(), slugs).await?)
}

/// A draft with its variants, in the caller's transaction: pictures and publishing may follow in the same one.
///
/// # Errors
/// `Invalid` if the slug or a SKU is taken; `Offline`.
pub async fn create_product(tx: &mut Tx, vendor: VendorId, product: &NewProduct) -> Result<ProductId, AppError> {
    let id = ProductId::new();
    if !store::insert_product(tx, id, vendor, product, &product.slug).await? {
        return Err(AppError::field("slug", FieldProblem::Taken));
    }
    for (position, variant) in (0..).zip(&product.variants) {
        let inserted = store::insert_variant(tx, id, vendor, position, variant).await;
        inserted.on_constraint("product_variants_sku_key", &format!("variants.{position}.sku"), FieldProblem::Taken)?;
    }
    Ok(id)
}

/// Deletes all products of a shop that has never sold anything.
///
/// # Errors
/// `Internal` if one of them was sold after all: the order's lines hold on to it.
pub async fn delete_unsold(tx: &mut Tx, vendor: VendorId) -> Result<(), AppError> {
    Ok(store::delete_products_of(tx, vendor).await?)
}

/// Puts a stored picture behind the product's others.
///
/// # Errors
/// `NotFound` for others' products; `Invalid` for an alternative text that is too long.
pub async fn attach_picture(tx: &mut Tx, vendor: VendorId, product: ProductId, picture: &StoredPicture, alt: &str) -> Result<(), AppError> {
    let mut errors = FieldErrors::default();
    let alt = errors.text("alt", alt, 0, MAX_ALT);
    errors.into_result(())?;
    store::lock_product(tx, vendor, product).await?;
    Ok(store::insert_picture(tx, product, vendor, picture, &alt).await?)
}

/// Shows the product to customers, as soon as its shop is approved. The date is that of the first time.
///
/// # Errors
/// `NotFound` for others' products, archived ones, and those without a variant.
pub async fn publish(tx: &mut Tx, vendor: VendorId, product: ProductId, at: OffsetDateTime) -> Result<(), AppError> {
    if store::publish(tx, vendor, product, at).await? { Ok(()) } else { Err(AppError::NotFound) }
}

/// Ratings that were given elsewhere and came with the goods.
///
/// # Errors
/// `Offline`.
pub async fn import_ratings(tx: &mut Tx, product: ProductId, count: i32, sum: i64) -> Result<(), AppError> {
    Ok(store::import_ratings(tx, product, count, sum).await?)
}
