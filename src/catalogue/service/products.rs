//! A vendor's own products: drafted, edited, published, taken back, archived, deleted. Somebody else's are not found, as if they did not exist.

use crate::catalogue::{Category, NewProduct, OwnedLine, OwnedProduct, ProductStatus, ProductVersion, TypedProduct, field, store};
use crate::error::{AppError, Conflict, OnConstraint};
use crate::platform::db::{Db, Tx};
use crate::platform::state::AppState;
use crate::values::{Currency, FieldProblem, ProductId, Slug, VendorId};
use crate::vendors::guard::{ApprovedVendor, DraftingVendor, ShopOwner};

/// Products on a page of the vendor's list.
pub const PAGE_SIZE: usize = 50;

/// A page of the vendor's list.
#[derive(Clone, Debug)]
pub struct OwnedList {
    pub products: Vec<OwnedLine>,
    /// Before which one the next page begins; none on the last one.
    pub next: Option<ProductId>,
    /// How many there are in each status; those without any are missing.
    pub counts: Vec<(ProductStatus, i64)>,
}

/// What became of a wish to delete.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Deletion {
    Done,
    /// An order names it, so it stays.
    Ordered,
    /// It is not as it was seen.
    Overtaken,
}

/// Newest first, older than the one given.
///
/// # Errors
/// `Offline`.
pub async fn list(db: &Db, owner: &ShopOwner, status: Option<ProductStatus>, before: Option<ProductId>) -> Result<OwnedList, AppError> {
    let vendor = owner.vendor_id();
    let mut tx = db.begin_as_vendor(vendor.0).await?;
    let counts = store::owned::counts(&mut *tx, vendor).await?;
    // One more than is shown says whether there is another page.
    let mut products = store::owned::list(&mut *tx, vendor, status, before, PAGE_SIZE as i64 + 1).await?;
    tx.commit().await?;
    let more = products.len() > PAGE_SIZE;
    products.truncate(PAGE_SIZE);
    let next = products.last().filter(|_| more).map(|product| product.id);
    Ok(OwnedList { products, next, counts })
}

/// # Errors
/// `NotFound` for others' products.
pub async fn find(db: &Db, owner: &ShopOwner, id: ProductId) -> Result<OwnedProduct, AppError> {
    let mut tx = db.begin_as_vendor(owner.vendor_id().0).await?;
    let product = store::owned::find(&mut *tx, owner.vendor_id(), id).await?;
    tx.commit().await?;
    Ok(product)
}

/// A draft. Its address is made of its name, with a tail where another product has that address.
///
/// # Errors
/// `Invalid` for bad fields, and for a SKU that another product of the shop has.
pub async fn create(db: &Db, vendor: &DraftingVendor, typed: &TypedProduct) -> Result<ProductId, AppError> {
    let (categories, currency) = choices(db).await?;
    let product = typed.parse_new(&categories, currency)?;
    let mut tx = db.begin_as_vendor(vendor.vendor_id().0).await?;
    let id = insert(&mut tx, vendor.vendor_id(), &product).await?;
    tx.commit().await?;
    Ok(id)
}

async fn choices(db: &Db) -> Result<(Vec<Category>, Currency), AppError> {
    Ok((super::categories(db).await?, super::shop_currency(db).await?))
}

async fn insert(tx: &mut Tx, vendor: VendorId, product: &NewProduct) -> Result<ProductId, AppError> {
    let id = ProductId::new();
    let with_tail = product.slug.followed_by(&tail(id));
    let inserted = store::insert_product(tx, id, vendor, product, &product.slug).await?
        || store::insert_product(tx, id, vendor, product, &with_tail).await?;
    if !inserted {
        return Err(AppError::field(field::NAME, FieldProblem::Taken));
    }
    for (position, variant) in (0..).zip(&product.variants) {
        let inserted = store::insert_variant(tx, id, vendor, position, variant).await;
        inserted.on_constraint("product_variants_sku_key", field::SKU, FieldProblem::Taken)?;
    }
    Ok(id)
}

/// Eight figures of an id that are random.
fn tail(id: ProductId) -> Slug {
    let tail: String = id.0.simple().to_string().chars().skip(24).collect();
    tail.parse().unwrap_or_else(|_| unreachable!("hexadecimal figures make a slug"))
}

/// Writes what was typed over what is there. The address stays: links lead to it.
///
/// # Errors
/// `Invalid` for bad fields; `NotFound` for others' products; `Conflict(Stale)` when it was edited since `seen`, or when a stock was typed
/// while some of it was sold.
pub async fn save(db: &Db, vendor: &DraftingVendor, id: ProductId, seen: ProductVersion, typed: &TypedProduct) -> Result<(), AppError> {
    let (categories, currency) = choices(db).await?;
    let vendor = vendor.vendor_id();
    let mut tx = db.begin_as_vendor(vendor.0).await?;
    let known = lock(&mut tx, vendor, id).await?;
    if known.version.edited_at != seen.edited_at {
        return Err(Conflict::Stale.into());
    }
    let changes = typed.parse_changes(&categories, currency, known.only_variant().is_none())?;
    store::owned::update_texts(&mut tx, vendor, id, &changes.texts).await?;
    if let (Some(variant), Some(changed)) = (known.only_variant(), &changes.variant) {
        let stock = if changed.stock == seen.stock {
            variant.stock
        } else if variant.stock == seen.stock {
            changed.stock
        } else {
            return Err(Conflict::Stale.into());
        };
        let updated = store::owned::update_variant(&mut tx, vendor, variant.id, changed, stock).await;
        updated.on_constraint("product_variants_sku_key", field::SKU, FieldProblem::Taken)?;
    }
    tx.commit().await?;
    Ok(())
}

/// The product as it is until the transaction ends.
async fn lock(tx: &mut Tx, vendor: VendorId, id: ProductId) -> Result<OwnedProduct, AppError> {
    store::owned::lock_variants(tx, vendor, id).await?;
    store::lock_product(tx, vendor, id).await?;
    Ok(store::owned::find(&mut **tx, vendor, id).await?)
}

/// Puts a draft, or what was archived, up for sale.
///
/// # Errors
/// `NotFound` for others' products; `Conflict(Stale)` when it is no longer as it was seen.
pub async fn publish(db: &Db, vendor: &ApprovedVendor, id: ProductId, seen: ProductStatus) -> Result<(), AppError> {
    change_status(db, vendor.vendor_id(), id, seen, ProductStatus::Published).await
}

/// Makes a draft of what is for sale.
///
/// # Errors
/// As [`publish`].
pub async fn unpublish(db: &Db, vendor: &DraftingVendor, id: ProductId) -> Result<(), AppError> {
    change_status(db, vendor.vendor_id(), id, ProductStatus::Published, ProductStatus::Draft).await
}

/// Puts a product away; its orders keep it.
///
/// # Errors
/// As [`publish`].
pub async fn archive(db: &Db, vendor: &DraftingVendor, id: ProductId, seen: ProductStatus) -> Result<(), AppError> {
    change_status(db, vendor.vendor_id(), id, seen, ProductStatus::Archived).await
}

async fn change_status(db: &Db, vendor: VendorId, id: ProductId, seen: ProductStatus, next: ProductStatus) -> Result<(), AppError> {
    let mut tx = db.begin_as_vendor(vendor.0).await?;
    if !seen.may_become(next) || !store::owned::set_status(&mut tx, vendor, id, seen, next).await? {
        // Others' products are not found before they are stale.
        store::lock_product(&mut tx, vendor, id).await?;
        return Err(Conflict::Stale.into());
    }
    tx.commit().await?;
    Ok(())
}

/// Deletes a product that nobody ever ordered, with its pictures; another one is archived. Says which: `Done` or `Ordered`.
///
/// # Errors
/// As [`publish`].
pub async fn delete(state: &AppState, vendor: &DraftingVendor, id: ProductId, seen: ProductStatus) -> Result<Deletion, AppError> {
    let vendor = vendor.vendor_id();
    let mut tx = state.db.begin_as_vendor(vendor.0).await?;
    lock(&mut tx, vendor, id).await?;
    let pictures = store::owned::picture_ids(&mut *tx, vendor, id).await?;
    let outcome = store::owned::delete(&mut tx, vendor, id, seen).await?;
    match outcome {
        Deletion::Overtaken => return Err(Conflict::Stale.into()),
        Deletion::Done => {
            tx.commit().await?;
            for picture in pictures {
                super::pictures::discard(state, picture).await;
            }
        }
        Deletion::Ordered => {
            // The refusal has ended this transaction.
            tx.rollback().await?;
            if seen != ProductStatus::Archived {
                change_status(&state.db, vendor, id, seen, ProductStatus::Archived).await?;
            }
        }
    }
    Ok(outcome)
}
