//! Products from behind: who may do what with them, and what editing keeps.

mod access;
mod editing;
mod list;
pub mod markup;
mod moderation;
mod options;
mod stock;

use http::StatusCode;
use souk::accounts::Role;
use souk::values::VariantId;
use sqlx::PgPool;

use crate::support::shop::{VISA, field};
use crate::support::{App, Browser, Page};

const CREATE: &str = "/api/catalogue/create-product";
const SAVE: &str = "/api/catalogue/save-product";
const PUBLISH: &str = "/api/catalogue/publish-product";
const UNPUBLISH: &str = "/api/catalogue/unpublish-product";
const ARCHIVE: &str = "/api/catalogue/archive-product";
const DELETE: &str = "/api/catalogue/delete-product";
const DUPLICATE: &str = "/api/catalogue/duplicate-product";
const SET_PRICE: &str = "/api/catalogue/set-price";
const CORRECT: &str = "/api/catalogue/correct-stock";
const CREATE_FOR: &str = "/api/catalogue/create-product-for";
const HOLD: &str = "/api/catalogue/hold-product";
const RELEASE: &str = "/api/catalogue/release-product";

type Fields = Vec<(String, String)>;

/// A shop with a category, and the ways of vendors and strangers through it.
struct Market {
    app: App,
    category: String,
}

impl Market {
    async fn start(pool: PgPool) -> Self {
        let app = App::start(pool).await;
        let category = "insert into categories (id, slug, name) values (gen_random_uuid(), 'tea', 'Tea') returning id::text";
        let category = sqlx::query_scalar(category).fetch_one(app.pool()).await.unwrap();
        Self { app, category }
    }

    /// Somebody with a shop in this status.
    async fn vendor(&self, name: &str, status: &str) -> Browser {
        let browser = self.app.signed_in(&format!("{name}@example.com"), Role::Vendor).await;
        sqlx::query(
            "insert into vendors (id, owner_id, slug, name, contact_email, status, status_reason)
             select gen_random_uuid(), id, $1, $1, email, $2, 'because' from users where email = $1 || '@example.com'",
        )
        .bind(name)
        .bind(status)
        .execute(self.app.pool())
        .await
        .unwrap();
        browser
    }

    async fn set_status(&self, name: &str, status: &str) {
        sqlx::query("update vendors set status = $2, status_reason = 'because' where slug = $1")
            .bind(name)
            .bind(status)
            .execute(self.app.pool())
            .await
            .unwrap();
    }

    /// A good form, with these fields changed or added.
    fn form(&self, changed: &[(&str, &str)]) -> Fields {
        let mut fields: Fields = [
            ("name", "Celadon teapot"),
            ("category_id", &self.category),
            ("summary", "For two."),
            ("description", "Thrown by hand.\r\n\r\nFired twice."),
            ("tags", "Tea, ceramic"),
            ("price", "48.50"),
            ("compare_at", ""),
            ("sku", ""),
            ("stock", "5"),
        ]
        .map(|(name, value)| (in_form(name), value.to_owned()))
        .into();
        for (name, value) in changed {
            fields.retain(|(known, _)| *known != in_form(name));
            fields.push((in_form(name), (*value).to_owned()));
        }
        fields
    }

    /// The one variant of a plain product, or the first of several.
    async fn variant(&self, id: &str) -> VariantId {
        let sql = "select id from product_variants where product_id = $1::uuid and retired_at is null order by position limit 1";
        sqlx::query_scalar(sql).bind(id).fetch_one(self.app.pool()).await.unwrap()
    }

    /// Title, price and stock of each variant that is offered, in order.
    async fn variants(&self, id: &str) -> Vec<(String, i64, i32)> {
        let sql =
            "select title, price_minor, stock from product_variants where product_id = $1::uuid and retired_at is null order by position";
        sqlx::query_as(sql).bind(id).fetch_all(self.app.pool()).await.unwrap()
    }

    /// Makes the product's variants of these options.
    async fn arrange(&self, who: &Browser, id: &str, options: &[(&str, &str)]) -> Page {
        let mut fields = edit(self, who, id, &[]).await;
        fields.retain(|(name, _)| !name.starts_with("variants["));
        for (index, (name, values)) in options.iter().enumerate() {
            fields.push((format!("options[{index}][name]"), (*name).to_owned()));
            fields.push((format!("options[{index}][values]"), (*values).to_owned()));
        }
        fields.push(("arrange".to_owned(), "1".to_owned()));
        submit(who, &editor(id), SAVE, &fields).await
    }

    /// What was counted of a variant, having seen so many.
    async fn count(&self, who: &Browser, id: &str, variant: VariantId, seen: i32, count: &str) -> Page {
        let (variant, seen) = (variant.to_string(), seen.to_string());
        let fields = [
            ("product_id", id),
            ("reason", "counted"),
            ("counts[0][id]", &variant),
            ("counts[0][seen]", &seen),
            ("counts[0][count]", count),
        ];
        who.call(CORRECT, &fields).await
    }

    /// Somebody new buys pieces of a variant.
    async fn buy(&self, name: &str, variant: VariantId, pieces: u32) {
        let buyer = self.app.buyer(name).await;
        let order = buyer.order(&[(variant, pieces)]).await;
        assert_eq!(self.app.confirm(order, VISA).await, 200);
        let page = buyer.browser.call("/api/checkout/progress", &[("order_id", &order.to_string())]).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    }

    /// Drafts by the page, and answers with the id.
    async fn draft(&self, who: &Browser, changed: &[(&str, &str)]) -> String {
        let page = submit(who, "/vendor/products/new", CREATE, &self.form(changed)).await;
        let id = page.location().strip_prefix("/vendor/products/").and_then(|rest| rest.strip_suffix("?done=created"));
        id.unwrap_or_else(|| panic!("{page:?}")).to_owned()
    }

    /// Everything about a product, as it lies in the tables.
    async fn row(&self, id: &str) -> Option<String> {
        let sql = "select row_to_json(p)::text || (select coalesce(json_agg(v order by v.id)::text, '') from product_variants v where v.product_id = p.id)
                   from products p where id = $1::uuid";
        sqlx::query_scalar(sql).bind(id).fetch_optional(self.app.pool()).await.unwrap()
    }

    async fn text(&self, column: &'static str, id: &str) -> String {
        let sql = sqlx::AssertSqlSafe(format!("select {column}::text from products where id = $1::uuid"));
        sqlx::query_scalar(sql).bind(id).fetch_one(self.app.pool()).await.unwrap()
    }

    async fn status(&self, id: &str) -> String {
        self.text("status", id).await
    }

    /// Where a stranger comes across it: the listing, the search, its own page.
    async fn seen_by_strangers(&self, id: &str) -> [bool; 3] {
        let slug = self.text("slug", id).await;
        let stranger = self.app.browser();
        let listing = stranger.get("/products").await.text.contains(&format!("/product/{slug}"));
        let search = stranger.get("/search?q=teapot").await.text.contains(&format!("/product/{slug}"));
        [listing, search, stranger.get(&format!("/product/{slug}")).await.status == StatusCode::OK]
    }
}

/// Fields of the one variant stand in its row.
fn in_form(name: &str) -> String {
    let in_row = ["price", "compare_at", "sku", "stock", "low_stock_at", "remove"].contains(&name);
    if in_row { format!("variants[0][{name}]") } else { name.to_owned() }
}

fn pairs(fields: &Fields) -> Vec<(&str, &str)> {
    fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

async fn submit(who: &Browser, from: &str, path: &str, fields: &Fields) -> Page {
    who.submit(from, path, &pairs(fields)).await
}

async fn call(who: &Browser, path: &str, fields: &Fields) -> Page {
    who.call(path, &pairs(fields)).await
}

fn editor(id: &str) -> String {
    format!("/vendor/products/{id}")
}

/// A step of the product's life, sent from its page.
async fn step(who: &Browser, id: &str, path: &str, seen: &str) -> Page {
    let fields = [("product_id", id), ("seen", seen)];
    who.submit(&editor(id), path, if path == UNPUBLISH { &fields[..1] } else { &fields }).await
}

/// The same by hand; answers with the status.
async fn step_by_hand(who: &Browser, id: &str, path: &str, seen: &str) -> StatusCode {
    let fields = [("product_id", id), ("seen", seen)];
    who.call(path, if path == UNPUBLISH { &fields[..1] } else { &fields }).await.status
}

/// What the editor's form would send: what is to be changed, the product, and the version that the page shows.
async fn edit(market: &Market, who: &Browser, id: &str, changed: &[(&str, &str)]) -> Fields {
    let page = who.get(&editor(id)).await.text;
    let version = field(&page, "version").unwrap_or_else(|| panic!("no version: {page}"));
    let mut fields = market.form(&[changed, &[("product_id", id), ("version", &version)]].concat());
    if !changed.iter().any(|(name, _)| *name == "stock") {
        fields.retain(|(name, _)| name != "variants[0][stock]");
    }
    fields.push(("variants[0][id]".to_owned(), market.variant(id).await.to_string()));
    fields
}
