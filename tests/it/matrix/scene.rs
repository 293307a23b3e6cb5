//! The shop in which it all happens: what is on show, what is not, and how requests are sent.

use http::Method;
use http::header::{AUTHORIZATION, LOCATION};
use secrecy::ExposeSecret;
use serde_json::Value;
use souk::accounts::Role;
use souk::values::{ProductId, VariantId, VendorId};
use uuid::Uuid;

use super::actors::{person, shop};
use crate::support::App;
use crate::support::people::account;

/// Somebody with a password.
pub const KNOWN: &str = "known@people.example";

/// More than all cells together can buy or hold.
const PLENTY: i32 = 1_000_000;

pub struct Scene {
    pub app: App,
    pub http: reqwest::Client,
    pub shown: Goods,
    /// A draft; its shop is suspended, and so kept from view as well.
    pub hidden: Goods,
    pub picture: Uuid,
    /// What the review page asks everybody to confirm: all buy the same and have it sent to the same place.
    pub confirmed: String,
}

pub struct Goods {
    pub shop_slug: String,
    pub category_id: Uuid,
    pub category_slug: String,
    pub product_slug: String,
    pub product_id: ProductId,
    pub variant_id: VariantId,
}

/// An answer as far as cells differ in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    pub status: u16,
    /// Path and query.
    pub location: String,
    pub body: String,
    /// The error that a plain form was sent back with, as its page will say it.
    pub flash: Option<Value>,
}

impl Scene {
    pub async fn set(app: App) -> Self {
        account(&app.state, KNOWN, Role::Customer).await;
        let (open, closed) = (vendor(&app, "approved").await, vendor(&app, "suspended").await);
        let shown = goods(&app, open).await;
        let hidden = goods(&app, closed).await;
        sqlx::query("update products set status = 'draft' where id = $1").bind(hidden.product_id).execute(app.pool()).await.unwrap();
        let picture = Uuid::now_v7();
        app.state.storage.put_folder(picture, vec![("320.webp".to_owned(), b"RIFF".to_vec())]).await.unwrap();
        let buyer = app.buyer("confirms").await;
        assert_eq!(buyer.add(shown.variant_id, "1").await.status, 200);
        let confirmed = buyer.fingerprint().await;
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let scene = Self { app, http, shown, hidden, picture, confirmed };
        // The sandbox makes its tables when it is first used: before anything is counted.
        scene.stripe("customers", &[]).await;
        scene
    }

    /// Asks the payment sandbox, with the right key.
    pub async fn stripe(&self, path: &str, fields: &[(&str, &str)]) -> Value {
        let request = self.http.request(Method::POST, format!("{}/_stripe/v1/{path}", self.app.url)).form(fields);
        let answer = request.header(AUTHORIZATION, self.stripe_key()).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {answer:?}");
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }

    /// The id of the newest object in a list.
    pub async fn stripe_newest(&self, list: &str) -> String {
        let request = self.http.get(format!("{}/_stripe/v1/{list}", self.app.url)).header(AUTHORIZATION, self.stripe_key());
        let list: Value = serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap();
        list["data"][0]["id"].as_str().unwrap().to_owned()
    }

    pub fn stripe_key(&self) -> String {
        format!("Bearer {}", self.app.state.config.stripe.secret_key.expose_secret())
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let answer = request.send().await.unwrap();
        let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let location = header(LOCATION.as_str());
        let location = location.strip_prefix(&self.app.url).unwrap_or(&location).to_owned();
        let cookies = answer.headers().get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
        let flash = cookies.filter_map(|cookie| cookie.strip_prefix("__Host-souk_flash=")).find_map(|rest| rest.split(';').next());
        let flash: Option<Uuid> = flash.and_then(|id| id.parse().ok());
        let status = answer.status().as_u16();
        // A stream has no end: that it begins is the answer.
        let endless = header("content-type") == "text/event-stream";
        let body = if endless { String::new() } else { answer.text().await.unwrap() };
        let flash = match flash {
            Some(id) => {
                let error = sqlx::query_scalar("select error from form_flashes where id = $1").bind(id);
                error.fetch_optional(self.app.pool()).await.unwrap()
            }
            None => None,
        };
        Answer { status, location, body, flash }
    }

    /// Counters of attempts: with so many cells from one address they would answer in the guards' place.
    pub async fn forget_attempts(&self) {
        sqlx::query("delete from rate_limits").execute(self.app.pool()).await.unwrap();
    }
}

async fn vendor(app: &App, status: &str) -> VendorId {
    let owner = person(app, Role::Vendor).await;
    shop(app, owner.id, status).await
}

async fn goods(app: &App, vendor: VendorId) -> Goods {
    let variant_id = app.goods(vendor, 1500, PLENTY).await;
    // A slug of its own, since the category's stands in the header of every page.
    sqlx::query("update products set slug = 'goods-' || slug where vendor_id = $1").bind(vendor).execute(app.pool()).await.unwrap();
    let row: (Uuid, String, Uuid, String) = sqlx::query_as(
        "select p.id, p.slug, c.id, c.slug from product_variants v join products p on p.id = v.product_id
         join categories c on c.id = p.category_id where v.id = $1",
    )
    .bind(variant_id)
    .fetch_one(app.pool())
    .await
    .unwrap();
    let (product, product_slug, category_id, category_slug) = row;
    Goods { shop_slug: vendor.to_string(), product_id: ProductId(product), product_slug, category_id, category_slug, variant_id }
}
