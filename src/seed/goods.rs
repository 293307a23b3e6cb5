//! Categories and products of the demo.

use std::collections::HashMap;
use std::path::Path;

use futures::{StreamExt, TryStreamExt, stream};
use time::{Duration, OffsetDateTime};

use super::Added;
use super::demo_file::{DemoFile, DemoProduct, DemoReview};
use crate::catalogue::service as catalogue;
use crate::catalogue::service::ExistingProduct;
use crate::catalogue::{NewProduct, ProductForm, VariantForm};
use crate::error::AppError;
use crate::media::service as media;
use crate::media::service::StoredPicture;
use crate::platform::db::Db;
use crate::platform::storage::Storage;
use crate::reviews::{ImportedReview, service as reviews};
use crate::values::{CategoryId, Currency, Money, ProductId, Slug, VendorId};

/// Products in work at once: enough to keep the cores busy while others wait for the disk.
const AT_ONCE: usize = 4;
/// Products appeared one after another over this many days.
const SPREAD_DAYS: usize = 120;

/// What the import of each product needs.
struct Import<'a> {
    db: &'a Db,
    storage: &'a Storage,
    folder: &'a Path,
    file: &'a DemoFile,
    vendors: &'a HashMap<Slug, VendorId>,
    categories: HashMap<Slug, CategoryId>,
    currency: Currency,
}

/// Adds what is missing, several products at a time.
pub async fn import(
    db: &Db,
    storage: &Storage,
    folder: &Path,
    file: &DemoFile,
    vendors: &HashMap<Slug, VendorId>,
    added: &mut Added,
) -> Result<(), AppError> {
    let currency = catalogue::shop_currency(db).await?;
    if file.currency != currency.code() {
        return Err(AppError::internal(format!("the demo catalogue is in {}, the shop in {currency}", file.currency)));
    }
    for category in &file.categories {
        let made = catalogue::ensure_category(db, &category.slug, &category.name, &category.description, category.sort).await?;
        added.categories += u32::from(made);
    }
    let categories = catalogue::categories(db).await?.into_iter().map(|category| (category.slug, category.id)).collect();
    let slugs: Vec<String> = file.products.iter().map(|product| product.slug.to_string()).collect();
    let existing = catalogue::existing(db, &slugs).await?;
    let existing: HashMap<&Slug, &ExistingProduct> = existing.iter().map(|product| (&product.slug, product)).collect();
    let import = Import { db, storage, folder, file, vendors, categories, currency };
    let import = &import;
    let results: Vec<Added> = stream::iter(file.products.iter().enumerate())
        .map(|(index, product)| {
            let found = existing.get(&product.slug).copied();
            async move {
                let added = match found {
                    Some(found) => import.restore_pictures(product, found).await?,
                    None => import.add(index, product).await?,
                };
                Ok::<_, AppError>(Added { reviews: import.add_reviews(product).await?, ..added })
            }
        })
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    for one in results {
        added.products += one.products;
        added.pictures += one.pictures;
        added.restored_pictures += one.restored_pictures;
        added.reviews += one.reviews;
    }
    Ok(())
}

impl Import<'_> {
    /// Pictures first, since nothing slow belongs into a transaction; then all rows at once.
    async fn add(&self, index: usize, product: &DemoProduct) -> Result<Added, AppError> {
        let mut pictures = Vec::with_capacity(product.images.len());
        for image in &product.images {
            let bytes = self.picture_bytes(&image.file).await?;
            pictures.push((media::store_picture(self.storage, bytes).await?, image.alt.as_str()));
        }
        let count = u32::try_from(pictures.len()).unwrap_or(u32::MAX);
        match self.insert(index, product, &pictures).await {
            Ok(_) => Ok(Added { products: 1, pictures: count, ..Added::default() }),
            Err(error) => {
                for (picture, _) in &pictures {
                    media::discard(self.storage, picture.id).await?;
                }
                Err(error)
            }
        }
    }

    async fn insert(&self, index: usize, product: &DemoProduct, pictures: &[(StoredPicture, &str)]) -> Result<ProductId, AppError> {
        let missing = |what: &str| AppError::internal(format!("demo product {} names an unknown {what}", product.slug));
        let vendor = *self.vendors.get(&product.vendor).ok_or_else(|| missing("vendor"))?;
        let category = *self.categories.get(&product.category).ok_or_else(|| missing("category"))?;
        let new = parse(product, category, self.currency)?;
        let mut tx = self.db.begin_as_vendor(vendor.0).await?;
        let id = catalogue::create_product(&mut tx, vendor, &new).await?;
        for (picture, alt) in pictures {
            catalogue::attach_picture(&mut tx, vendor, id, picture, alt).await?;
        }
        if product.status == "published" {
            catalogue::publish(&mut tx, vendor, id, self.published_at(index, product)).await?;
        }
        tx.commit().await?;
        Ok(id)
    }

    /// What others said, unless it is there: a second transaction, since vendors write no reviews.
    async fn add_reviews(&self, product: &DemoProduct) -> Result<u32, AppError> {
        let reviews: Vec<ImportedReview> = self.file.reviews.iter().filter(|review| review.product == product.slug).map(imported).collect();
        if reviews.is_empty() {
            return Ok(0);
        }
        match catalogue::product_id(self.db, &product.slug).await? {
            Some(id) => reviews::import(self.db, id, &reviews).await,
            // Its vendor has given it another address.
            None => Ok(0),
        }
    }

    /// Spread out, and before the first review.
    fn published_at(&self, index: usize, product: &DemoProduct) -> OffsetDateTime {
        let reviewed = self.file.reviews.iter().filter(|review| review.product == product.slug).map(|review| review.days_ago).max();
        // A step that shares no factor with the spread: neighbours in the file lie far apart, and no two products share a day for long.
        let days = index * 37 % SPREAD_DAYS;
        let days = reviewed.map_or(days, |reviewed| days.max(reviewed as usize + 1));
        let hours = index % 24;
        OffsetDateTime::now_utc() - Duration::hours(i64::try_from(days * 24 + hours).unwrap_or(0))
    }

    /// Files that were lost while the rows stayed (another media directory, say) are made again.
    async fn restore_pictures(&self, product: &DemoProduct, found: &ExistingProduct) -> Result<Added, AppError> {
        let mut added = Added::default();
        // A vendor who changed the pictures has others than the file; theirs cannot be made from it.
        if found.pictures.len() == product.images.len() {
            for ((id, widths), image) in found.pictures.iter().zip(&product.images) {
                if !media::is_stored(self.storage, *id, widths).await? {
                    let bytes = self.picture_bytes(&image.file).await?;
                    media::store_picture_as(self.storage, *id, bytes).await?;
                    added.restored_pictures += 1;
                }
            }
        }
        Ok(added)
    }

    async fn picture_bytes(&self, file: &str) -> Result<Vec<u8>, AppError> {
        let path = self.folder.join(file);
        tokio::fs::read(&path).await.map_err(|error| AppError::internal(format!("cannot read {}: {error}", path.display())))
    }
}

fn imported(review: &DemoReview) -> ImportedReview {
    ImportedReview {
        author_name: review.reviewer.clone(),
        rating: review.rating,
        title: review.title.clone(),
        body: review.body.clone(),
        days_ago: review.days_ago,
    }
}

/// As if its vendor had typed it.
fn parse(product: &DemoProduct, category: CategoryId, currency: Currency) -> Result<NewProduct, AppError> {
    let typed = |minor: i64| Money::new(minor, currency).plain();
    let form = ProductForm {
        name: product.name.clone(),
        slug: product.slug.to_string(),
        summary: product.summary.clone(),
        description: product.description.clone(),
        attributes: product.attributes.clone(),
        tags: product.tags.clone(),
        variants: vec![VariantForm {
            price: typed(product.price_cents),
            compare_at: product.compare_at_cents.map(typed).unwrap_or_default(),
            stock: product.stock.to_string(),
            ..VariantForm::default()
        }],
    };
    Ok(form.parse(category, currency)?)
}
