//! Reviews: who may write one, what counts, what vendors answer, and what admins make of reports.

mod answers;
mod imported;
mod markup;
mod moderation;
mod writing;

use http::StatusCode;
use souk::values::{OrderId, VendorId};
use sqlx::PgPool;

use crate::support::shop::{Buyer, VISA};
use crate::support::{App, Browser, Page};

const SAVE: &str = "/api/reviews/save";
const DELETE: &str = "/api/reviews/delete";
const REPLY: &str = "/api/reviews/reply";
const REMOVE_REPLY: &str = "/api/reviews/remove-reply";
const REPORT: &str = "/api/reviews/report";
const MODERATE: &str = "/api/reviews/moderate";
const BODY: &str = "It pours well, and the lid stays on.";

/// A shop of which Ada has bought something.
struct Purchase {
    app: App,
    vendor: Browser,
    vendor_id: VendorId,
    buyer: Buyer,
    order: OrderId,
    line: String,
    slug: String,
}

impl Purchase {
    async fn paid(pool: PgPool) -> Self {
        let app = App::start(pool).await;
        let (vendor, vendor_id) = app.open_shop("kiln").await;
        let goods = app.goods(vendor_id, 1500, 9).await;
        let buyer = app.buyer("ada").await;
        let order = buyer.order(&[(goods, 1)]).await;
        app.confirm(order, VISA).await;
        assert_eq!(app.webhook(&app.event("evt_1", "payment_intent.succeeded", order).await).await, 200);
        let line = sqlx::query_scalar("select id::text from order_lines").fetch_one(app.pool()).await.unwrap();
        let slug = sqlx::query_scalar("select slug from products").fetch_one(app.pool()).await.unwrap();
        Self { app, vendor, vendor_id, buyer, order, line, slug }
    }

    async fn delivered(pool: PgPool) -> Self {
        let purchase = Self::paid(pool).await;
        purchase.deliver().await;
        purchase
    }

    /// With a review of four stars.
    async fn reviewed(pool: PgPool) -> Self {
        let purchase = Self::delivered(pool).await;
        assert_eq!(purchase.save("4", "Well made", BODY).await, StatusCode::OK);
        purchase
    }

    async fn deliver(&self) {
        for function in ["/api/checkout/ship-part", "/api/checkout/deliver-part"] {
            assert_eq!(self.vendor.call(function, &[("order_id", &self.order.to_string())]).await.status, StatusCode::OK);
        }
    }

    fn page(&self) -> String {
        format!("/account/orders/{}/lines/{}/review", self.order, self.line)
    }

    async fn product(&self) -> Page {
        self.app.browser().get(&format!("/product/{}", self.slug)).await
    }

    async fn save(&self, rating: &str, title: &str, body: &str) -> StatusCode {
        let fields = [("line_id", self.line.as_str()), ("rating", rating), ("title", title), ("body", body)];
        self.buyer.browser.call(SAVE, &fields).await.status
    }

    async fn delete(&self) -> StatusCode {
        self.buyer.browser.call(DELETE, &[("line_id", &self.line)]).await.status
    }

    async fn review(&self) -> String {
        sqlx::query_scalar("select id::text from reviews").fetch_one(self.app.pool()).await.unwrap()
    }

    async fn mails(&self, kind: &str) -> Vec<(String, String)> {
        let sql = "select recipient, body_text from outbox where kind = $1 order by created_at";
        sqlx::query_as(sql).bind(kind).fetch_all(self.app.pool()).await.unwrap()
    }

    /// Count and sum that the product shows.
    async fn rating(&self) -> (i32, i64) {
        sqlx::query_as("select rating_count, rating_sum from products").fetch_one(self.app.pool()).await.unwrap()
    }
}
