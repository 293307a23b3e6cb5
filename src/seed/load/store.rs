//! Writes what was made up: each table by `COPY`, in the order of its references.

use std::time::Instant;

use sqlx::PgConnection;
use uuid::Uuid;

use super::goods::{self, Category, Goods, Product, Standing, Vendor};
use super::random::{Random, Stream};
use super::sales::Calendar;
use super::sheet::Sheet;
use super::words::{CHOICES, FIRST_NAMES, Kind, LAST_NAMES, SENTENCES};
use super::{Loaded, Size, people};
use crate::error::AppError;
use crate::platform::db::{Db, Tx};

/// Sent when a sheet has grown to this.
const CHUNK_BYTES: usize = 1 << 20;
/// Of [`crate::seed::DEMO_PASSWORD`], for all accounts: a hash for each would take an hour.
const PASSWORD_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$2yVH/GvfpeWG57/ZbkGvuw$hnMWEQXRWxUsPtQ+G1pFhlky46T6ARPCMQymkyErVGM";

/// A transaction in which a statement may take its time.
pub async fn begin(db: &Db) -> Result<Tx, AppError> {
    let mut tx = db.begin().await?;
    sqlx::query("select set_config(name, '0', true) from unnest('{statement_timeout,idle_in_transaction_session_timeout}'::text[]) name")
        .execute(&mut *tx)
        .await?;
    Ok(tx)
}

pub async fn is_empty(tx: &mut Tx) -> Result<bool, AppError> {
    let statement = "select not exists (select from products) and not exists (select from vendors) and not exists (select from categories)
                       and not exists (select from orders) and not exists (select from users where email_key like '%@load.example')";
    Ok(sqlx::query_scalar(statement).fetch_one(&mut **tx).await?)
}

pub async fn currency(tx: &mut Tx) -> Result<String, AppError> {
    Ok(sqlx::query_scalar("select currency from shop").fetch_one(&mut **tx).await?)
}

/// Triggers that run once for each row and would take longer than all the rest. What they keep is written here, and what they check is
/// checked at the end. Foreign keys and all other constraints stay on.
pub async fn pause_triggers(tx: &mut Tx) -> Result<(), AppError> {
    for statement in [
        "alter table product_variants disable trigger keep_product_price",
        "alter table product_variants disable trigger begin_stock",
        "alter table product_variants disable trigger keep_product_in_stock",
        "alter table stock_movements disable trigger move_stock",
        "alter table orders disable trigger orders_parts_add_up",
        "alter table order_parts disable trigger order_parts_add_up",
        "alter table order_lines disable trigger order_lines_add_up",
        "alter table refunds disable trigger refunds_add_up",
        "alter table refund_items disable trigger refund_items_add_up",
        "alter table orders disable trigger count_placed",
        "alter table refund_items disable trigger count_refund",
    ] {
        sqlx::query(statement).execute(&mut **tx).await?;
    }
    Ok(())
}

/// # Errors
/// `Internal` if the rows are not as the triggers would have had them.
pub async fn resume_triggers(tx: &mut Tx) -> Result<(), AppError> {
    let faults: i64 = sqlx::query_scalar(
        "select (select count(*) from products p
              left join (select distinct on (product_id) product_id, price_minor, compare_at_minor from product_variants
                order by product_id, price_minor, position) v on v.product_id = p.id
              where (p.price_minor, p.compare_at_minor) is distinct from (v.price_minor, v.compare_at_minor))
           + (select count(*) from product_variants v
              left join (select variant_id, sum(delta) stock from stock_movements group by variant_id) m on m.variant_id = v.id
              where v.stock is distinct from m.stock)
           + (select count(*) from orders o
              left join (select order_id, sum(items_minor) items, sum(shipping_minor) shipping, sum(tax_minor) tax, sum(discount_minor) discount
                from order_parts group by order_id) p on p.order_id = o.id
              where (o.items_minor, o.shipping_minor, o.tax_minor, o.discount_minor) is distinct from (p.items, p.shipping, p.tax, p.discount))
           + (select count(*) from order_parts x
              left join (select part_id, vendor_id, sum(subtotal_minor) items from order_lines group by part_id, vendor_id) l
                on l.part_id = x.id and l.vendor_id = x.vendor_id
              where x.items_minor is distinct from l.items)
           + (select count(*) from refunds r
              left join (select refund_id, sum(amount_minor) amount from refund_items group by refund_id) i on i.refund_id = r.id
              where r.amount_minor is distinct from i.amount)
           + (select count(*) from order_lines l
              join (select line_id, sum(quantity) quantity, sum(amount_minor) amount from refund_items group by line_id) i on i.line_id = l.id
              where i.quantity > l.quantity or i.amount > l.subtotal_minor)
           + (select count(*) from order_parts p
              join (select part_id, sum(amount_minor) amount from refund_items where line_id is null group by part_id) i on i.part_id = p.id
              where i.amount > p.shipping_minor)",
    )
    .fetch_one(&mut **tx)
    .await?;
    if faults > 0 {
        return Err(AppError::internal(format!("{faults} made-up rows do not add up")));
    }
    for statement in [
        "alter table product_variants enable trigger keep_product_price",
        "alter table product_variants enable trigger begin_stock",
        "alter table product_variants enable trigger keep_product_in_stock",
        "alter table stock_movements enable trigger move_stock",
        "alter table orders enable trigger orders_parts_add_up",
        "alter table order_parts enable trigger order_parts_add_up",
        "alter table order_lines enable trigger order_lines_add_up",
        "alter table refunds enable trigger refunds_add_up",
        "alter table refund_items enable trigger refund_items_add_up",
        "alter table orders enable trigger count_placed",
        "alter table refund_items enable trigger count_refund",
    ] {
        sqlx::query(statement).execute(&mut **tx).await?;
    }
    Ok(())
}

/// Figures for the planner, and the visibility map for scans of an index alone: without them the first measurements are of another shop.
pub async fn tidy_up(db: &Db) -> Result<(), AppError> {
    // Not given back to the pool: it has no time limit any more.
    let mut connection = db.pool().acquire().await?.detach();
    sqlx::query("set statement_timeout = 0").execute(&mut connection).await?;
    sqlx::query(
        "vacuum (analyze) users, addresses, vendors, categories, products, product_variants, stock_movements, reviews, orders, order_parts, order_lines, payments,
           refunds, refund_items, outbox, vendor_sales, product_sales, site_sales, buying_days, active_counts",
    )
    .execute(&mut connection)
    .await?;
    sqlx::Connection::close(connection).await?;
    Ok(())
}

/// Sends rows to one table.
async fn copy(
    connection: &mut PgConnection,
    loaded: &mut Loaded,
    table: &'static str,
    statement: &'static str,
    rows: impl Iterator<Item = usize> + Send,
    mut write: impl FnMut(usize, &mut Sheet) + Send,
) -> Result<(), AppError> {
    let started = Instant::now();
    let mut copy = connection.copy_in_raw(statement).await?;
    let mut sheet = Sheet::new();
    for row in rows {
        write(row, &mut sheet);
        if sheet.bytes().len() >= CHUNK_BYTES {
            copy.send(sheet.bytes()).await?;
            sheet.clear();
        }
    }
    copy.send(sheet.bytes()).await?;
    let rows = copy.finish().await?;
    loaded.add(table, rows, started.elapsed());
    Ok(())
}

/// Everything that rows are made of.
#[derive(Clone, Copy)]
pub struct Shop<'a> {
    pub size: &'a Size,
    pub currency: &'a str,
    pub vendors: &'a [Vendor],
    pub leaves: &'a [(Uuid, &'static Kind)],
    pub goods: &'a Goods,
    pub calendar: &'a Calendar,
    /// Units of each variant, by number.
    pub sold: &'a [i64],
}

const USERS: &str = "copy users (id, email, name, password_hash, role, email_verified_at, created_at) from stdin";
const ADDRESSES: &str = "copy addresses (id, user_id, name, line1, city, postal_code, country_code, created_at) from stdin";
const VENDORS: &str = "copy vendors (id, owner_id, slug, name, tagline, story, city, country_code, contact_email, status, status_reason,
  status_changed_at, shipping_flat_minor, shipping_free_from_minor, created_at) from stdin";
const CATEGORIES: &str = "copy categories (id, parent_id, slug, name, position) from stdin";
const PRODUCTS: &str = "copy products (id, vendor_id, category_id, slug, name, summary, description, attributes, tags, status, price_minor,
  compare_at_minor, rating_count, rating_sum, units_sold, created_at, published_at, updated_at, description_html, options, in_stock)
  from stdin";
const VARIANTS: &str =
    "copy product_variants (id, product_id, vendor_id, title, sku, position, price_minor, compare_at_minor, currency, stock,
  created_at, option_values) from stdin";
const REVIEWS: &str = "copy reviews (id, product_id, author_name, rating, title, body, imported, created_at) from stdin";
const MOVEMENTS: &str = "copy stock_movements (id, variant_id, vendor_id, kind, delta, at) from stdin";

impl Shop<'_> {
    /// Accounts of customers and of shops' owners, addresses, shops.
    pub async fn write_people(&self, tx: &mut Tx, loaded: &mut Loaded) -> Result<(), AppError> {
        let size = self.size;
        let customer = |index, sheet: &mut Sheet| {
            let person = people::customer(size, index);
            sheet.id(person.id).text(&person.email).text(&person.name).text(PASSWORD_HASH).text("customer");
            sheet.time(person.joined_ms).time(person.joined_ms).end_row();
        };
        copy(tx, loaded, "users", USERS, 0..size.customers, customer).await?;
        let owner = |index: usize, sheet: &mut Sheet| {
            let vendor = &self.vendors[index];
            sheet.id(vendor.owner).plain(owner_email(index)).text(&vendor.name).text(PASSWORD_HASH).text("vendor");
            sheet.time(vendor.joined_ms).time(vendor.joined_ms).end_row();
        };
        copy(tx, loaded, "users", USERS, 0..size.vendors, owner).await?;
        let address = |index, sheet: &mut Sheet| {
            let person = people::customer(size, index);
            sheet.id(person.address_id).id(person.id).text(&person.name).text(&person.line1).text(person.city);
            sheet.text(person.postal_code).text(person.country_code).time(person.joined_ms).end_row();
        };
        copy(tx, loaded, "addresses", ADDRESSES, 0..size.customers, address).await?;
        copy(tx, loaded, "vendors", VENDORS, 0..size.vendors, |index, sheet| write_vendor(index, &self.vendors[index], sheet)).await
    }

    pub async fn write_goods(&self, tx: &mut Tx, categories: &[Category], loaded: &mut Loaded) -> Result<(), AppError> {
        let category = |index: usize, sheet: &mut Sheet| {
            let category = &categories[index];
            sheet
                .id(category.id)
                .maybe(category.parent)
                .text(category.slug.as_str())
                .text(category.name)
                .plain(category.position)
                .end_row();
        };
        copy(tx, loaded, "categories", CATEGORIES, 0..categories.len(), category).await?;
        let products = 0..self.size.products;
        copy(tx, loaded, "products", PRODUCTS, products.clone(), |index, sheet| self.write_product(index, sheet)).await?;
        copy(tx, loaded, "product_variants", VARIANTS, products.clone(), |index, sheet| self.write_variants(index, sheet)).await?;
        let first = |index, sheet: &mut Sheet| self.write_first_movements(index, sheet);
        copy(tx, loaded, "stock_movements", MOVEMENTS, products.clone(), first).await?;
        copy(tx, loaded, "reviews", REVIEWS, products, |index, sheet| self.write_reviews(index, sheet)).await
    }

    fn texts(&self, index: usize) -> (&Product, goods::Texts, i64) {
        let product = &self.goods.products[index];
        let sold = self.sold[product.first_variant as usize..][..product.variants as usize].iter().sum();
        (product, goods::texts(self.size, self.goods, &self.vendors[product.vendor as usize], index, sold), sold)
    }

    fn write_product(&self, index: usize, sheet: &mut Sheet) {
        let (product, texts, sold) = self.texts(index);
        // The first variant is the cheapest, and keeps its price before.
        let price_minor = self.goods.variants_of(product)[0].price_minor;
        sheet.id(product.id).id(self.vendors[product.vendor as usize].id).id(self.leaves[product.leaf as usize].0);
        sheet.text(&product.slug).text(&product.name).text(&texts.summary).text(&texts.description);
        sheet.plain(format_args!(r#"[{{"name":"Material","value":"{}"}}]"#, texts.material)).words(texts.tags.iter().copied());
        sheet.text(product.status).plain(price_minor).maybe(texts.compare_at_minor);
        sheet.plain(texts.rating_count).plain(texts.rating_sum).plain(sold);
        sheet.time(product.created_ms).maybe_time(product.published_ms).time(product.published_ms.unwrap_or(product.created_ms));
        let paragraphs = texts.description.split("\n\n").map(|text| format!("<p>{text}</p>"));
        sheet.text(&paragraphs.collect::<Vec<_>>().join("\n"));
        let in_stock = self.goods.variants_of(product).iter().any(|variant| variant.stock > 0);
        match product.choice {
            Some(choice) => {
                let values: Vec<&str> = self.goods.variants_of(product).iter().map(|variant| variant.title).collect();
                sheet.plain(format_args!(r#"[{{"name":"{}","values":{values:?}}}]"#, CHOICES[choice].0)).plain(in_stock).end_row();
            }
            None => sheet.plain("[]").plain(in_stock).end_row(),
        }
    }

    fn write_variants(&self, index: usize, sheet: &mut Sheet) {
        let (product, texts, _) = self.texts(index);
        for (position, variant) in self.goods.variants_of(product).iter().enumerate() {
            sheet.id(variant.id).id(product.id).id(self.vendors[product.vendor as usize].id).text(variant.title);
            sheet.plain(format_args!("{}-{position}", texts.sku)).plain(position).plain(variant.price_minor);
            sheet.maybe(texts.compare_at_minor.filter(|_| position == 0)).text(self.currency).plain(variant.stock);
            sheet.time(product.created_ms).words(Some(variant.title).filter(|title| !title.is_empty()).into_iter()).end_row();
        }
    }

    /// As if they had come with the goods: one that a customer wrote would name a delivered order line.
    fn write_reviews(&self, index: usize, sheet: &mut Sheet) {
        let (product, _, sold) = self.texts(index);
        let since = product.published_ms.unwrap_or(product.created_ms);
        let mut chance = Random::of(!self.size.seed, Stream::Rating, index);
        for rating in goods::ratings(self.size, index, sold) {
            let at_ms = chance.between(since, self.size.until_ms - 1);
            let author = format!("{} {}", chance.pick(FIRST_NAMES), chance.pick(LAST_NAMES));
            sheet.id(chance.id(at_ms)).id(product.id).text(&author).plain(rating);
            let title = *chance.pick(SENTENCES);
            sheet.text(title).text("").plain(true).time(at_ms).end_row();
        }
    }

    /// What there was before the first sale.
    fn write_first_movements(&self, index: usize, sheet: &mut Sheet) {
        let product = &self.goods.products[index];
        let first = product.first_variant as usize;
        for (variant, sold) in self.goods.variants_of(product).iter().zip(&self.sold[first..]) {
            sheet.id(variant.movement_id).id(variant.id).id(self.vendors[product.vendor as usize].id);
            sheet.text("initial").plain(variant.stock + sold).time(product.created_ms).end_row();
        }
    }
}

pub fn owner_email(index: usize) -> String {
    format!("vendor-{}@load.example", index + 1)
}

fn write_vendor(index: usize, vendor: &Vendor, sheet: &mut Sheet) {
    let (status, reason) = match vendor.standing {
        Standing::Approved => ("approved", None),
        Standing::Pending => ("pending", None),
        Standing::Suspended => ("suspended", Some("Orders were not sent.")),
        Standing::Rejected => ("rejected", Some("The application says too little.")),
    };
    sheet.id(vendor.id).id(vendor.owner).text(vendor.slug.as_str()).text(&vendor.name);
    sheet.text("Things that last.").text("A small workshop with a long bench.").text("Porto").text("PT").plain(owner_email(index));
    sheet.text(status).maybe(reason).time(vendor.joined_ms).plain(vendor.shipping_flat_minor);
    sheet.maybe(vendor.shipping_free_from_minor).time(vendor.joined_ms).end_row();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::Password;
    use crate::accounts::service::passwords;
    use crate::seed::DEMO_PASSWORD;

    /// As at a sign-in.
    #[tokio::test]
    async fn the_accounts_have_the_password_of_the_demonstration() {
        let verdict = passwords::verify(&Password::new(DEMO_PASSWORD), Some(PASSWORD_HASH)).await;
        assert_eq!(verdict, Ok(passwords::Verdict::Right));
    }
}
