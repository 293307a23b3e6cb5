//! What customers may read, and what vendors write. Reads go through `visible_products`; writes carry the vendor's id into every statement.

pub mod categories;
pub mod counts;
pub mod finding;
pub mod ledger;
pub mod lifecycle;
pub mod machines;
pub mod markdown;
pub mod pictures;
pub mod products;
mod spelling;
pub mod stock;

use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;

pub use super::store::HOME_COUNT;
use super::{Category, CategoryTree, HomePage, NewProduct, Product, ProductCard, SearchText, Shop, Suggestion, store};
use crate::error::{AppError, OnConstraint};
use crate::media::service::StoredPicture;
use crate::platform::db::{Db, Reader, Tx};
use crate::values::{Currency, FieldErrors, FieldProblem, PictureId, ProductId, Slug, VendorId};
pub use finding::list;

/// Cards on a page of a listing: fills rows of two, three and four.
pub const PER_PAGE: u32 = 24;
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

/// For how long a process shows the categories that it read; each page shows them.
const CATEGORIES_AGE: Duration = Duration::from_secs(5);
/// Nobody changes the currency of a running shop.
const CURRENCY_AGE: Duration = Duration::from_secs(60);

/// All categories in their order, each followed by those below it; as they were some seconds ago.
///
/// # Errors
/// `Offline`.
pub async fn category_tree(db: &Db) -> Result<Arc<CategoryTree>, AppError> {
    db.recent(CATEGORIES_AGE, async { Ok(CategoryTree::new(store::categories(db.pool()).await?)) }).await
}

/// The same as they are now.
async fn read_category_tree(db: &Db) -> Result<Arc<CategoryTree>, AppError> {
    db.recent(Duration::ZERO, async { Ok(CategoryTree::new(store::categories(db.pool()).await?)) }).await
}

/// All categories as they are now, as [`category_tree`] has them.
///
/// # Errors
/// `Offline`.
pub async fn categories(db: &Db) -> Result<Vec<Category>, AppError> {
    Ok(read_category_tree(db).await?.branches().iter().map(|branch| branch.category.clone()).collect())
}

/// # Errors
/// `Offline`.
pub async fn home(db: &Db) -> Result<HomePage, AppError> {
    let kept = counts::kept(db).await?;
    let mut reader = db.reader().await?;
    let row = store::home(&mut *reader).await?;
    let mut ids = row.newest.clone();
    ids.extend(row.best_selling.iter().filter(|id| !row.newest.contains(id)));
    let cards = store::cards(&mut *reader, &ids).await?;
    let pick = |ids: &[ProductId]| ids.iter().filter_map(|id| cards.iter().find(|card| card.id == *id).cloned()).collect();
    let (newest, best_selling) = (pick(&row.newest), pick(&row.best_selling));
    let mut categories = row.categories.0;
    for tile in categories.iter_mut().filter(|tile| tile.product_count >= HOME_COUNT) {
        if let Some(counts) = kept.get(Some(tile.category.id)) {
            tile.product_count = counts.total.try_into().unwrap_or(HOME_COUNT);
        }
    }
    Ok(HomePage { categories, newest, best_selling, shops: row.shops.0 })
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
    Ok(store::product(db.pool(), slug).await?.0)
}

/// Where a product is now that once had this address.
///
/// # Errors
/// `Offline`.
pub async fn moved(reader: &mut Reader, slug: &Slug) -> Result<Option<Slug>, AppError> {
    Ok(store::preview::moved(&mut **reader, slug).await?)
}

/// A product, and what else there is in its category, best rated first.
///
/// # Errors
/// As [`product`].
pub async fn with_related(reader: &mut Reader, slug: &Slug) -> Result<(Product, Vec<ProductCard>), AppError> {
    Ok(store::product(&mut **reader, slug).await?)
}

/// What sells best.
async fn popular(reader: &mut Reader, limit: i64) -> Result<Vec<ProductCard>, AppError> {
    let ids = store::popular_ids(&mut **reader, limit).await?;
    Ok(store::cards(&mut **reader, &ids).await?)
}

/// # Errors
/// `NotFound` for a shop that does not exist or is not approved.
pub async fn shop(db: &Db, slug: &Slug) -> Result<Shop, AppError> {
    Ok(store::shop(db.pool(), slug).await?)
}

/// Names that begin like the text, eight at most. Where there is none, what a misspelt text was meant to be.
///
/// # Errors
/// `Offline`.
pub async fn suggest(db: &Db, q: &str) -> Result<Vec<Suggestion>, AppError> {
    let Some(text) = SearchText::parse(q) else { return Ok(Vec::new()) };
    let mut reader = db.reader().await?;
    let found = suggest_as_typed(&mut reader, &text).await?;
    if !found.is_empty() {
        return Ok(found);
    }
    match spelling::correct(&mut reader, &text).await? {
        Some(other) => suggest_as_typed(&mut reader, &other).await,
        None => Ok(found),
    }
}

async fn suggest_as_typed(reader: &mut Reader, text: &SearchText) -> Result<Vec<Suggestion>, AppError> {
    let prefix = text.prefix_query();
    if prefix.is_empty() {
        return Ok(Vec::new());
    }
    // Only names: a suggestion that does not contain what was typed would puzzle.
    Ok(store::suggestions(&mut **reader, &prefix, SUGGESTIONS).await?)
}

/// The one currency of the shop.
///
/// # Errors
/// `Offline`.
pub async fn shop_currency(db: &Db) -> Result<Currency, AppError> {
    Ok(*db.recent(CURRENCY_AGE, async { Ok(store::shop_currency(db.pool()).await?) }).await?)
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

/// Which product has this address, seen or not.
///
/// # Errors
/// `Offline`.
pub async fn product_id(db: &Db, slug: &Slug) -> Result<Option<ProductId>, AppError> {
    Ok(store::product_id(db.pool(), slug).await?)
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
