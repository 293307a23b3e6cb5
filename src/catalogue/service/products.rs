//! Products from behind: listed, drafted, edited, copied, priced. Somebody else's are not found, as if they did not exist.

use serde_json::{Value, json};

use crate::accounts::guard::Admin;
use crate::catalogue::guard::{ProductEditor, ProductViewer};
use crate::catalogue::product_form::parse_price;
use crate::catalogue::{
    Category, NewProduct, NewVariant, OwnedFilter, OwnedLine, OwnedList, OwnedProduct, Product, ProductChanges, ProductTexts,
    ProductVersion, TypedProduct, arrange, field, store, title_of,
};
use crate::error::{AppError, Conflict, OnConstraint};
use crate::platform::db::{Db, Tx};
use crate::values::{Currency, FieldErrors, FieldProblem, Money, ProductId, Slug, VariantId, VendorId};

/// Products on a page of a list.
pub const PAGE_SIZE: usize = 50;

/// Stands behind the name of a copy.
const COPY: &str = " (copy)";
/// A name with that behind it is cut to the table's bound.
const MAX_NAME: usize = 120;

/// Room for the variants of a product, retired ones among them, to change places in.
const BEHIND_ALL: i32 = 1_000_000;

/// The shop's products, newest first.
///
/// # Errors
/// `Offline`.
pub async fn list(db: &Db, viewer: &ProductViewer, filter: &OwnedFilter) -> Result<OwnedList, AppError> {
    let vendor = viewer.vendor_id();
    let mut tx = viewer.begin(db).await?;
    let counts = store::list::counts_of_vendor(&mut *tx, vendor).await?;
    // One more than is shown says whether there is another page.
    let products = store::list::of_vendor(&mut *tx, vendor, filter, PAGE_SIZE as i64 + 1).await?;
    tx.commit().await?;
    let (products, next) = page(products);
    Ok(OwnedList { products, next, counts })
}

/// The products of all shops, newest first.
///
/// # Errors
/// `Offline`.
pub async fn list_all(db: &Db, _: &Admin, filter: &OwnedFilter) -> Result<OwnedList, AppError> {
    let counts = store::list::counts_of_all(db.pool()).await?;
    let (products, next) = page(store::list::of_all(db.pool(), filter, PAGE_SIZE as i64 + 1).await?);
    Ok(OwnedList { products, next, counts })
}

fn page(mut products: Vec<OwnedLine>) -> (Vec<OwnedLine>, Option<ProductId>) {
    let more = products.len() > PAGE_SIZE;
    products.truncate(PAGE_SIZE);
    let next = products.last().filter(|_| more).map(|product| product.id);
    (products, next)
}

/// Whose a product is.
///
/// # Errors
/// `NotFound`.
pub async fn vendor_of(db: &Db, _: &Admin, id: ProductId) -> Result<VendorId, AppError> {
    Ok(store::owned::vendor_of(db.pool(), id).await?)
}

/// # Errors
/// `NotFound` for others' products.
pub async fn find(db: &Db, viewer: &ProductViewer, id: ProductId) -> Result<OwnedProduct, AppError> {
    let mut tx = viewer.begin(db).await?;
    let product = store::owned::find(&mut *tx, viewer.vendor_id(), id).await?;
    tx.commit().await?;
    Ok(product)
}

/// The product as customers would get it, whatever its status.
///
/// # Errors
/// `NotFound` for others' products.
pub async fn preview(db: &Db, viewer: &ProductViewer, id: ProductId) -> Result<Product, AppError> {
    // Not under the vendor's role, which sees neither categories nor shops; the statement names the vendor.
    Ok(store::preview::product(db.pool(), viewer.vendor_id(), id).await?)
}

/// A draft. Its address is made of its name, with a tail where another product has that address.
///
/// # Errors
/// `Invalid` for bad fields, and for a SKU that another product of the shop has.
pub async fn create(db: &Db, editor: &ProductEditor, typed: &TypedProduct) -> Result<ProductId, AppError> {
    let (categories, currency) = choices(db).await?;
    let product = typed.parse_new(&categories, currency)?;
    let mut tx = editor.begin(db).await?;
    let id = insert(&mut tx, editor.vendor_id(), &product).await?;
    let after = store::owned::find(&mut *tx, editor.vendor_id(), id).await?;
    editor.record(&mut tx, "product.created", id, (None, snapshot(&after)), None).await?;
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
        inserted.on_constraint("product_variants_sku_key", &field::error_in_row(field::VARIANTS, 0, field::SKU), FieldProblem::Taken)?;
    }
    Ok(id)
}

/// Eight figures of an id that are random.
fn tail(id: ProductId) -> Slug {
    let tail: String = id.0.simple().to_string().chars().skip(24).collect();
    tail.parse().unwrap_or_else(|_| unreachable!("hexadecimal figures make a slug"))
}

/// What an audit row holds of a product.
pub(super) fn snapshot(product: &OwnedProduct) -> Option<Value> {
    serde_json::to_value(product).ok()
}

/// Writes what was typed over what is there. Options that changed, or `rearrange`, make the variants that are missing and put those away that
/// fell out: deleted if nobody ever ordered them, else retired. Orders keep what they say.
///
/// # Errors
/// `Invalid` for bad fields, and for an address or a SKU that another product has; `NotFound` for others' products; `Conflict(Stale)` when it
/// was edited since `seen`.
pub async fn save(
    db: &Db,
    editor: &ProductEditor,
    id: ProductId,
    seen: ProductVersion,
    typed: &TypedProduct,
    rearrange: bool,
) -> Result<(), AppError> {
    let (categories, currency) = choices(db).await?;
    let vendor = editor.vendor_id();
    let mut tx = editor.begin(db).await?;
    let known = lock(&mut tx, vendor, id).await?;
    if known.version != seen {
        return Err(Conflict::Stale.into());
    }
    let changes = typed.parse_changes(&known, &categories, currency)?;
    let html = super::markdown::to_html(&changes.texts.description);
    let saved = store::owned::update_texts(&mut tx, vendor, id, &changes, &html).await;
    if !saved.on_constraint("products_slug_key", field::SLUG, FieldProblem::Taken)? {
        return Err(AppError::field(field::SLUG, FieldProblem::Taken));
    }
    save_variants(&mut tx, vendor, &known, &changes).await?;
    if changes.options != known.options || (rearrange && !changes.options.is_empty()) {
        rebuild(&mut tx, vendor, &known, &changes).await?;
    }
    let after = store::owned::find(&mut *tx, vendor, id).await?;
    editor.record(&mut tx, "product.edited", id, (snapshot(&known), snapshot(&after)), None).await?;
    tx.commit().await?;
    Ok(())
}

/// The rows as they were typed.
async fn save_variants(tx: &mut Tx, vendor: VendorId, known: &OwnedProduct, changes: &ProductChanges) -> Result<(), AppError> {
    let before = |id: VariantId| known.variants.iter().find(|variant| variant.id == id);
    let renamed = changes.variants.iter().filter(|change| before(change.id).is_some_and(|variant| variant.sku != change.sku));
    let renamed: Vec<VariantId> = renamed.map(|change| change.id).collect();
    put_away(tx, vendor, &changes.removed).await?;
    store::variants::clear_skus(tx, vendor, &renamed).await?;
    for change in &changes.variants {
        let same = before(change.id).is_some_and(|variant| {
            (&variant.sku, variant.price, variant.compare_at, variant.low_stock_at)
                == (&change.sku, change.price, change.compare_at, change.low_stock_at)
        });
        if !same {
            let updated = store::variants::update(tx, vendor, change).await;
            let field = field::error_in_row(field::VARIANTS, change.index, field::SKU);
            updated.on_constraint("product_variants_sku_key", &field, FieldProblem::Taken)?;
        }
    }
    Ok(())
}

/// Deletes what nobody ever ordered; the rest is not offered any more. The variants are locked.
async fn put_away(tx: &mut Tx, vendor: VendorId, variants: &[VariantId]) -> Result<(), AppError> {
    if variants.is_empty() {
        return Ok(());
    }
    let ordered = store::variants::ordered(&mut **tx, variants).await?;
    let unordered: Vec<VariantId> = variants.iter().copied().filter(|id| !ordered.contains(id)).collect();
    store::variants::delete(tx, vendor, &unordered).await?;
    store::variants::retire(tx, vendor, &ordered).await?;
    Ok(())
}

/// Makes the variants what the options say.
async fn rebuild(tx: &mut Tx, vendor: VendorId, known: &OwnedProduct, changes: &ProductChanges) -> Result<(), AppError> {
    let current = store::owned::find(&mut **tx, vendor, known.id).await?;
    let matrix = arrange(&current.variants, &current.retired, &changes.options);
    let Some(first) = current.variants.first().or(known.variants.first()) else { return Ok(()) };
    put_away(tx, vendor, &matrix.fallen).await?;
    let mut order = Vec::with_capacity(matrix.places.len());
    for (place, position) in matrix.places.iter().zip(BEHIND_ALL..) {
        let title = title_of(&place.values);
        let id = match place.variant {
            Some(id) => {
                store::variants::place(tx, vendor, id, &title, &place.values).await?;
                id
            }
            None => {
                let variant = NewVariant {
                    title,
                    option_values: place.values.clone(),
                    sku: String::new(),
                    price: first.price,
                    compare_at: first.compare_at,
                    stock: 0,
                };
                store::insert_variant(tx, known.id, vendor, position, &variant).await?
            }
        };
        order.push(id);
    }
    store::variants::renumber(tx, vendor, known.id, &order).await?;
    Ok(())
}

/// The product as it is until the transaction ends.
pub(super) async fn lock(tx: &mut Tx, vendor: VendorId, id: ProductId) -> Result<OwnedProduct, AppError> {
    store::owned::lock_variants(tx, vendor, id).await?;
    store::lock_product(tx, vendor, id).await?;
    Ok(store::owned::find(&mut **tx, vendor, id).await?)
}

/// A draft with the same texts, options and prices, without pictures, numbers and stock.
///
/// # Errors
/// `NotFound` for others' products.
pub async fn duplicate(db: &Db, editor: &ProductEditor, id: ProductId) -> Result<ProductId, AppError> {
    let vendor = editor.vendor_id();
    let mut tx = editor.begin(db).await?;
    let known = lock(&mut tx, vendor, id).await?;
    let copy = copy_of(&known);
    let made = insert(&mut tx, vendor, &copy).await?;
    let after = store::owned::find(&mut *tx, vendor, made).await?;
    editor.record(&mut tx, "product.created", made, (None, snapshot(&after)), Some(format!("copy of {id}"))).await?;
    tx.commit().await?;
    Ok(made)
}

fn copy_of(known: &OwnedProduct) -> NewProduct {
    let name: String = known.name.chars().take(MAX_NAME - COPY.len()).collect();
    let name = format!("{}{COPY}", name.trim_end());
    let variants = known.variants.iter().map(|variant| NewVariant {
        title: variant.title.clone(),
        option_values: variant.option_values.clone(),
        sku: String::new(),
        price: variant.price,
        compare_at: variant.compare_at,
        stock: 0,
    });
    NewProduct {
        slug: Slug::of_name(&name).unwrap_or_else(|| known.slug.clone()),
        texts: ProductTexts {
            category_id: known.category_id,
            name,
            summary: known.summary.clone(),
            description: known.description.clone(),
            tags: known.tags.clone(),
        },
        attributes: known.attributes.clone(),
        options: known.options.clone(),
        variants: variants.collect(),
    }
}

/// Writes a price over the one that was seen, for the one variant that is named.
///
/// # Errors
/// `Invalid` for what is no price, or not below the struck-through one; `NotFound` for others' products; `Conflict(Stale)` when the price is
/// not what was seen.
pub async fn set_price(
    db: &Db,
    editor: &ProductEditor,
    (id, variant): (ProductId, VariantId),
    seen: &str,
    price: &str,
) -> Result<(), AppError> {
    let (price, seen) = read_prices(price, seen, super::shop_currency(db).await?)?;
    let vendor = editor.vendor_id();
    let mut tx = editor.begin(db).await?;
    let known = lock(&mut tx, vendor, id).await?;
    if known.variants.iter().any(|known| known.id == variant && known.compare_at.is_some_and(|was| was.amount_minor <= price.amount_minor))
    {
        return Err(AppError::field(field::PRICE, FieldProblem::OutOfRange));
    }
    if !store::variants::set_price(&mut tx, vendor, (id, variant), seen, price).await? {
        return Err(Conflict::Stale.into());
    }
    store::owned::touch(&mut tx, vendor, id).await?;
    let prices = (Some(json!({ "variant": variant, "price": seen })), Some(json!({ "variant": variant, "price": price })));
    editor.record(&mut tx, "product.priced", id, prices, None).await?;
    tx.commit().await?;
    Ok(())
}

/// A price that was typed, and the one that was seen.
fn read_prices(price: &str, seen: &str, currency: Currency) -> Result<(Money, Money), FieldErrors> {
    let mut errors = FieldErrors::default();
    let price = parse_price(field::PRICE, price, currency, &mut errors);
    let seen = parse_price("seen", seen, currency, &mut errors);
    match price.zip(seen) {
        Some(prices) => errors.into_result(prices),
        None => Err(errors),
    }
}
