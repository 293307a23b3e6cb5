//! A vendor's own products: who may do what with them, and what editing keeps.

mod access;
mod editing;

use http::StatusCode;
use souk::accounts::Role;
use sqlx::PgPool;

use crate::support::shop::field;
use crate::support::{App, Browser, Page};

const CREATE: &str = "/api/catalogue/create-product";
const SAVE: &str = "/api/catalogue/save-product";
const PUBLISH: &str = "/api/catalogue/publish-product";
const UNPUBLISH: &str = "/api/catalogue/unpublish-product";
const ARCHIVE: &str = "/api/catalogue/archive-product";
const DELETE: &str = "/api/catalogue/delete-product";

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
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        for (name, value) in changed {
            fields.retain(|(known, _)| known != name);
            fields.push(((*name).to_owned(), (*value).to_owned()));
        }
        fields
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
    market.form(&[changed, &[("product_id", id), ("version", &version)]].concat())
}
