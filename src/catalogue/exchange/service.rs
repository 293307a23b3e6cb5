//! A file comes in: checked in the request, brought in by a job. And goes out, in pieces.

use std::collections::HashSet;
use std::time::Duration;

use super::cells::Column;
use super::lines::{Line, read};
use super::plan::{Known, Plan, Problems, Seen, plan};
use super::plan_changes::{names_of, values_of};
use super::write::{self, Writer};
use super::{Import, ImportLine, ImportStatus, store};
use crate::catalogue::guard::{ProductEditor, ProductViewer};
use crate::catalogue::{Category, OwnedProduct};
use crate::error::{AppError, Conflict};
use crate::platform::db::{Db, Tx};
use crate::platform::spreadsheet::guarded;
use crate::platform::state::AppState;
use crate::platform::{jobs, rate_limit};
use crate::values::{Currency, ImportId, ProductId, VendorId};

/// Name of the job; woken when a vendor lets a file in.
pub const IMPORTS: &str = "product-imports";

/// Files that a shop may have checked in an hour: each costs as much as some hundred pages.
const CHECKS_AN_HOUR: u32 = 60;
const HOUR: Duration = Duration::from_secs(60 * 60);
/// Longest name of a file that is kept; the table has the same bound.
const MAX_FILE_NAME: usize = 200;
/// Imports on the page.
const RECENT: i64 = 10;
/// A worker that has not been heard of for so long is gone.
const LEASE_S: f64 = 60.0;
/// Products written between two signs of life.
const STRIDE: usize = 50;
/// A file on which the server breaks down is not tried for ever.
const MAX_ATTEMPTS: i32 = 3;
/// How long one can look up what a file has done.
const KEPT_DAYS: i32 = 90;
/// Products read at once for an export.
const BATCH: i64 = 200;
/// More products than a file has rows.
const ALL: i64 = i64::MAX;

/// What an import and its check need to know beside the shop's own rows.
struct Shop {
    categories: Vec<Category>,
    currency: Currency,
}

impl Shop {
    async fn of(db: &Db) -> Result<Self, AppError> {
        use crate::catalogue::service::{categories, shop_currency};
        Ok(Self { categories: categories(db).await?, currency: shop_currency(db).await? })
    }

    /// Reads what there is, in the vendor's transaction.
    async fn known(self, tx: &mut Tx, vendor: VendorId, lines: &[Line], may_publish: bool) -> Result<Known, AppError> {
        let texts = |column: Column| {
            let texts: HashSet<&str> = lines.iter().map(|line| line.text(column)).filter(|text| !text.is_empty()).collect();
            texts.into_iter().map(str::to_owned).collect::<Vec<String>>()
        };
        let handles = texts(Column::Handle);
        let products = store::products(&mut **tx, vendor, Some(&handles), None, ALL).await?;
        let products = products.into_iter().map(|product| (product.slug.to_string(), product)).collect();
        let taken = store::taken(&mut **tx, &handles).await?.into_iter().collect();
        let skus = store::skus(&mut **tx, vendor, &texts(Column::Sku)).await?.into_iter().collect();
        Ok(Known { categories: self.categories, currency: self.currency, products, taken, skus, may_publish })
    }
}

/// Before a file is received: whether it would be looked at.
///
/// # Errors
/// `TooManyRequests`.
pub async fn expect(db: &Db, editor: &ProductEditor) -> Result<(), AppError> {
    rate_limit::hit(db, &format!("import:{}", editor.vendor_id()), CHECKS_AN_HOUR, HOUR).await
}

/// Checks a file. Writes what was found, and nothing else.
///
/// # Errors
/// `Offline`. What is wrong with the file is no error: it stands in the import.
pub async fn check(db: &Db, editor: &ProductEditor, may_publish: bool, file_name: &str, file: &[u8]) -> Result<ImportId, AppError> {
    let vendor = editor.vendor_id();
    let mut problems = Problems::default();
    let lines = read(file, &mut problems);
    let shop = Shop::of(db).await?;
    let mut tx = editor.begin(db).await?;
    let known = shop.known(&mut tx, vendor, &lines, may_publish).await?;
    let seen = known.seen();
    let plan = plan(&lines, &known, &seen, problems);
    let refused = !plan.problems.is_empty();
    let checked = store::Checked {
        file_name: &printable(file_name),
        // What will not be let in is not kept.
        file: if refused { &[] } else { file },
        status: if refused { ImportStatus::Refused } else { ImportStatus::Checked },
        rows_total: count(lines.len()),
        found: found(plan, if refused { Seen::new() } else { seen }),
    };
    let id = store::insert(&mut *tx, vendor, editor.user_id(), &checked).await?;
    tx.commit().await?;
    Ok(id)
}

fn found(plan: Plan, seen: Seen) -> store::Found {
    store::Found {
        new: count(plan.new),
        changed: count(plan.changed),
        same: count(plan.same),
        changes: plan.changes,
        problem_count: count(plan.problems.count()),
        problems: plan.problems.first(),
        seen,
    }
}

fn count(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn printable(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(MAX_FILE_NAME).collect()
}

/// Lets a checked file in. The job does the rest.
///
/// # Errors
/// `NotFound` for others' imports; `Conflict(Stale)` for one that is not waiting for it.
pub async fn start(db: &Db, editor: &ProductEditor, id: ImportId) -> Result<(), AppError> {
    let mut tx = editor.begin(db).await?;
    if !store::queue(&mut *tx, editor.vendor_id(), id).await? {
        // Others' are not found before they are stale.
        store::find(&mut *tx, editor.vendor_id(), id).await?;
        return Err(Conflict::Stale.into());
    }
    tx.commit().await?;
    jobs::wake(IMPORTS);
    Ok(())
}

/// # Errors
/// `NotFound` for others' imports.
pub async fn find(db: &Db, viewer: &ProductViewer, id: ImportId) -> Result<Import, AppError> {
    let mut tx = viewer.begin(db).await?;
    let import = store::find(&mut *tx, viewer.vendor_id(), id).await?;
    tx.commit().await?;
    Ok(import)
}

/// The last ones, newest first.
///
/// # Errors
/// `Offline`.
pub async fn recent(db: &Db, viewer: &ProductViewer) -> Result<Vec<ImportLine>, AppError> {
    let mut tx = viewer.begin(db).await?;
    let imports = store::list(&mut *tx, viewer.vendor_id(), RECENT).await?;
    tx.commit().await?;
    Ok(imports)
}

/// Brings in what waits. A job.
///
/// # Errors
/// `Offline` when the database is away.
pub async fn bring_in(state: AppState) -> Result<(), AppError> {
    while let Some(claimed) = store::claim(state.db.pool(), LEASE_S).await? {
        let key = (claimed.id, claimed.attempt);
        if claimed.attempt > MAX_ATTEMPTS {
            tracing::error!(import = %key.0, "given up: no worker has survived this import");
            store::give_up(state.db.pool(), key, ImportStatus::Failed, &[], 0).await?;
            continue;
        }
        match write(&state.db, claimed).await {
            Ok(Outcome::Done) => tracing::info!(import = %key.0, "products imported"),
            Ok(Outcome::Lost) => tracing::warn!(import = %key.0, "another worker has this import"),
            Ok(Outcome::Refused(problems)) => {
                let total = count(problems.count());
                store::give_up(state.db.pool(), key, ImportStatus::Refused, &problems.first(), total).await?;
            }
            // Tried again when its lease has run out.
            Err(AppError::Offline) => return Err(AppError::Offline),
            Err(error) => {
                tracing::error!(import = %key.0, %error, "import failed");
                store::give_up(state.db.pool(), key, ImportStatus::Failed, &[], 0).await?;
            }
        }
    }
    store::prune(state.db.pool(), KEPT_DAYS).await?;
    Ok(())
}

enum Outcome {
    Done,
    /// Something is wrong with the file as things are now.
    Refused(Problems),
    /// This worker was thought dead, and another one went on.
    Lost,
}

/// All of a file in one transaction, checked once more against what is there now and held fast.
async fn write(db: &Db, claimed: store::Claimed) -> Result<Outcome, AppError> {
    let refused = |message: &str| {
        let mut problems = Problems::default();
        problems.add(1, "", message);
        Ok(Outcome::Refused(problems))
    };
    let Some(user) = claimed.user.filter(|_| claimed.shop.may_draft()) else {
        return refused("Your shop may not change its products at present.");
    };
    let writer = Writer { vendor: claimed.vendor, user };
    let mut problems = Problems::default();
    let lines = read(&claimed.file, &mut problems);
    let handles: Vec<String> = lines.iter().map(|line| line.text(Column::Handle).to_owned()).collect();
    let shop = Shop::of(db).await?;
    let mut tx = db.begin_as_vendor(claimed.vendor.0).await?;
    store::lock(&mut tx, claimed.vendor, &handles).await?;
    let known = shop.known(&mut tx, claimed.vendor, &lines, claimed.shop.may_publish()).await?;
    let plan = plan(&lines, &known, &claimed.seen, problems);
    if !plan.problems.is_empty() {
        tx.rollback().await?;
        return Ok(Outcome::Refused(plan.problems));
    }
    write::free_skus(&mut tx, writer, &plan).await?;
    for (place, step) in plan.steps.iter().enumerate() {
        // Beside the transaction, so that it is seen while that is open.
        if place % STRIDE == 0 && !store::renew(db.pool(), claimed.id, claimed.attempt, count(place), LEASE_S).await? {
            return Ok(Outcome::Lost);
        }
        match write::step(&mut tx, writer, step).await {
            Ok(()) => {}
            Err(AppError::Conflict(_)) => return refused("Something else took a handle or a number of this file. Please check it again."),
            Err(error) => return Err(error),
        }
    }
    if !store::finish(&mut *tx, claimed.vendor, (claimed.id, claimed.attempt), count(plan.steps.len())).await? {
        return Ok(Outcome::Lost);
    }
    tx.commit().await?;
    Ok(Outcome::Done)
}

/// An export that is being read.
pub struct Export {
    db: Db,
    viewer: ProductViewer,
    categories: Vec<Category>,
    /// None: nothing was sent yet. Then the last product that was, none before the first.
    last: Option<Option<ProductId>>,
}

impl Export {
    /// # Errors
    /// `Offline`.
    pub async fn of(db: &Db, viewer: ProductViewer) -> Result<Self, AppError> {
        let categories = crate::catalogue::service::categories(db).await?;
        Ok(Self { db: db.clone(), viewer, categories, last: None })
    }

    /// The next piece; none at the end. Between two of them no connection is held, however slowly they are read.
    ///
    /// # Errors
    /// `Offline`.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, AppError> {
        let Some(last) = self.last else {
            self.last = Some(None);
            let mut head = b"\xEF\xBB\xBF".to_vec();
            head.extend(rows(std::iter::once(Column::ALL.iter().map(|column| column.as_str().to_owned()).collect()))?);
            return Ok(Some(head));
        };
        let mut tx = self.viewer.begin(&self.db).await?;
        let products = store::products(&mut *tx, self.viewer.vendor_id(), None, last, BATCH).await?;
        tx.commit().await?;
        let Some(newest) = products.last() else { return Ok(None) };
        self.last = Some(Some(newest.id));
        let category = |product: &OwnedProduct| {
            let found = self.categories.iter().find(|category| category.id == product.category_id);
            found.map(|category| category.slug.to_string()).unwrap_or_default()
        };
        Ok(Some(rows(products.iter().flat_map(|product| product_rows(product, category(product))))?))
    }
}

fn rows(rows: impl Iterator<Item = Vec<String>>) -> Result<Vec<u8>, AppError> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row.iter().map(|cell| guarded(cell).into_owned())).map_err(AppError::internal)?;
    }
    writer.into_inner().map_err(AppError::internal)
}

/// One row for each variant; what is said about the product stands in the first.
fn product_rows(product: &OwnedProduct, category: String) -> Vec<Vec<String>> {
    let names = names_of(product);
    let row = |(place, variant): (usize, &crate::catalogue::OwnedVariant)| {
        let values = values_of(variant);
        let of_product = |text: &str| if place == 0 { text.to_owned() } else { String::new() };
        let cell = |column: &Column| match column {
            Column::Handle => product.slug.to_string(),
            Column::Name => of_product(&product.name),
            Column::Category => of_product(&category),
            Column::Summary => of_product(&product.summary),
            Column::Description => of_product(&product.description),
            Column::Tags => of_product(&product.tags.join(", ")),
            Column::Status => of_product(product.status.as_str()),
            Column::Option1Name => of_product(names.first().map_or("", String::as_str)),
            Column::Option2Name => of_product(names.get(1).map_or("", String::as_str)),
            Column::Option3Name => of_product(names.get(2).map_or("", String::as_str)),
            Column::Option1Value => values.first().cloned().unwrap_or_default(),
            Column::Option2Value => values.get(1).cloned().unwrap_or_default(),
            Column::Option3Value => values.get(2).cloned().unwrap_or_default(),
            Column::Sku => variant.sku.clone(),
            Column::Price => variant.price.plain(),
            Column::CompareAt => variant.compare_at.map(|price| price.plain()).unwrap_or_default(),
            Column::Stock => variant.stock.to_string(),
        };
        Column::ALL.iter().map(cell).collect()
    };
    product.variants.iter().enumerate().map(row).collect()
}
