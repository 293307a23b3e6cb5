//! Figures: exact after each sale and refund, whether they were added up or not; nobody's but one's own; and they arrive on open pages.

mod kept;
mod live;
mod pages;

use serde_json::Value;
use souk::analytics::service::add_up;
use souk::analytics::{AdminFigures, Sales, VendorFigures};
use souk::values::{OrderId, VariantId, VendorId};
use sqlx::PgPool;

use crate::support::shop::{Buyer, VISA};
use crate::support::{App, Browser};

const VENDOR: &str = "/api/analytics/vendor";
const ADMIN: &str = "/api/analytics/admin";

/// Two shops with their owners' browsers, and their goods: a cup for 15.00 and a lamp for 40.00. Shipping costs 5.00 each.
struct Market {
    app: App,
    kiln: (Browser, VendorId),
    forge: (Browser, VendorId),
    cup: VariantId,
    lamp: VariantId,
    admin: Browser,
}

impl Market {
    async fn open(pool: PgPool) -> Self {
        let app = App::start(pool).await;
        let (kiln, forge) = (app.open_shop("kiln").await, app.open_shop("forge").await);
        let (cup, lamp) = (app.goods(kiln.1, 1500, 90).await, app.goods(forge.1, 4000, 90).await);
        let admin = app.signed_in("admin@example.com", souk::accounts::Role::Admin).await;
        Self { app, kiln, forge, cup, lamp, admin }
    }

    async fn buy(&self, buyer: &Buyer, goods: &[(VariantId, u32)]) -> OrderId {
        let order = buyer.order(goods).await;
        self.pay(order).await;
        order
    }

    async fn pay(&self, order: OrderId) {
        assert_eq!(self.app.confirm(order, VISA).await, 200);
        let event = self.app.event(&format!("evt_{order}"), "payment_intent.succeeded", order).await;
        assert_eq!(self.app.webhook(&event).await, 200);
    }

    /// A refund by an admin: pieces of the line of this variant, and of the shipping of its part.
    async fn refund(&self, order: OrderId, variant: VariantId, pieces: &str, shipping: &str, restock: bool) {
        let (line, part): (String, String) =
            sqlx::query_as("select id::text, part_id::text from order_lines where order_id = $1 and variant_id = $2")
                .bind(order)
                .bind(variant)
                .fetch_one(self.app.pool())
                .await
                .unwrap();
        let order = order.to_string();
        let mut fields = vec![
            ("order_id", order.as_str()),
            ("lines[0][line_id]", &line),
            ("lines[0][quantity]", pieces),
            ("lines[0][amount]", ""),
            ("shipping[0][part_id]", &part),
            ("shipping[0][amount]", shipping),
            ("reason", "requested_by_customer"),
        ];
        if restock {
            fields.push(("restock", "yes"));
        }
        let page = self.admin.call("/api/checkout/refund", &fields).await;
        assert!(page.status.is_success(), "{page:?}");
    }

    async fn add_up(&self) {
        add_up(self.app.state.clone()).await.unwrap();
        assert_eq!(self.app.count("select count(*) from sales_deltas").await, 0);
    }

    async fn site(&self) -> AdminFigures {
        figures(&self.admin, &format!("{ADMIN}?range=7d")).await
    }
}

async fn figures<T: serde::de::DeserializeOwned>(browser: &Browser, path: &str) -> T {
    let page = browser.send(browser.request(http::Method::GET, path).header("accept", "application/json")).await;
    assert_eq!(page.status, 200, "{path}: {}", page.text);
    page.json()
}

async fn of(shop: &(Browser, VendorId)) -> VendorFigures {
    figures(&shop.0, &format!("{VENDOR}?range=7d")).await
}

fn sales(goods_minor: i64, shipping_minor: i64, refunded_minor: i64, units: i64, units_refunded: i64, orders: i64) -> Sales {
    Sales { goods_minor, shipping_minor, refunded_minor, units, units_refunded, orders }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn sales_and_refunds_are_counted_to_the_cent_before_and_after_they_are_added_up(pool: PgPool) {
    let market = Market::open(pool).await;
    let (ada, bob) = (market.app.buyer("ada").await, market.app.buyer("bob").await);
    let both = market.buy(&ada, &[(market.cup, 3), (market.lamp, 1)]).await;
    market.buy(&bob, &[(market.cup, 1)]).await;
    // Placed and never paid.
    bob.order(&[(market.lamp, 2)]).await;
    market.refund(both, market.cup, "1", "2.50", true).await;
    for added_up in [false, true, true] {
        if added_up {
            market.add_up().await;
        }
        let (kiln, forge, site) = (of(&market.kiln).await, of(&market.forge).await, market.site().await);
        assert_eq!(kiln.figures.total, sales(6000, 1000, 1750, 4, 1, 2));
        assert_eq!(forge.figures.total, sales(4000, 500, 0, 1, 0, 1));
        assert_eq!(site.figures.total, sales(10_000, 1500, 1750, 5, 1, 2));
        assert_eq!((kiln.cart_lines, kiln.lines, forge.cart_lines, forge.lines), (2, 2, 2, 1));
        // Bob's cart was empty again when he came for the lamp.
        assert_eq!((site.carts, site.placed), (3, 3));
        assert_eq!(kiln.products.len(), 1);
        assert_eq!((kiln.products[0].goods_minor, kiln.products[0].refunded_minor, kiln.products[0].units), (6000, 1500, 4));
        let today = kiln.figures.buckets.last().unwrap();
        assert!(today.partial && today.sales == kiln.figures.total && kiln.figures.buckets.len() == 7);
        market.app.assert_invariants().await;
    }
    let active = market.site().await.figures.buckets.last().unwrap().active.unwrap();
    assert_eq!((active.customers, active.vendors), (2, 2));
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_was_never_sold_is_no_sale_and_no_refund(pool: PgPool) {
    let market = Market::open(pool).await;
    let last = market.app.goods(market.kiln.1, 700, 1).await;
    let (ada, bob) = (market.app.buyer("ada").await, market.app.buyer("bob").await);
    // The goods are gone when the money comes.
    let too_late = ada.order(&[(last, 1)]).await;
    let gone = "insert into stock_movements (id, variant_id, vendor_id, kind, delta, reason)
                select gen_random_uuid(), id, vendor_id, 'correction', -1, 'Broken' from product_variants where id = $1";
    sqlx::query(gone).bind(last).execute(market.app.pool()).await.unwrap();
    market.pay(too_late).await;
    // The order was closed when the money came.
    let closed = bob.order(&[(market.cup, 1)]).await;
    market.app.confirm(closed, VISA).await;
    sqlx::query("update orders set status = 'canceled', closed_at = now() where id = $1")
        .bind(closed)
        .execute(market.app.pool())
        .await
        .unwrap();
    market.pay_event(closed).await;
    souk::checkout::jobs::send_refunds(market.app.state.clone()).await.unwrap();
    assert_eq!((market.app.status(too_late).await.as_str(), market.app.status(closed).await.as_str()), ("refunded", "refunded"));
    for _ in 0..2 {
        assert_eq!(of(&market.kiln).await.figures.total, Sales::default());
        let site = market.site().await;
        assert_eq!((site.figures.total, site.placed), (Sales::default(), 2));
        market.app.assert_invariants().await;
        market.add_up().await;
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn cancellations_by_customers_and_vendors_are_refunds_of_all(pool: PgPool) {
    let market = Market::open(pool).await;
    let (ada, bob) = (market.app.buyer("ada").await, market.app.buyer("bob").await);
    let order = market.buy(&ada, &[(market.cup, 2)]).await;
    assert!(ada.browser.call("/api/checkout/cancel-paid", &[("order_id", &order.to_string())]).await.status.is_success());
    market.add_up().await;
    let order = market.buy(&bob, &[(market.cup, 1), (market.lamp, 1)]).await;
    let fields = [("order_id", order.to_string()), ("reason", "The kiln broke.".to_owned())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert!(market.kiln.0.call("/api/checkout/cancel-part", &fields).await.status.is_success());
    assert_eq!(of(&market.kiln).await.figures.total, sales(4500, 1000, 5500, 3, 3, 2));
    assert_eq!(of(&market.kiln).await.figures.total.left_minor(), 0);
    assert_eq!(of(&market.forge).await.figures.total, sales(4000, 500, 0, 1, 0, 1));
    market.app.assert_invariants().await;
}

/// Whatever an address says of others, a vendor gets their own; under the vendor's role the tables hold nothing else.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn vendors_see_their_own_figures_alone(pool: PgPool) {
    let market = Market::open(pool).await;
    let ada = market.app.buyer("ada").await;
    market.buy(&ada, &[(market.cup, 1), (market.lamp, 1)]).await;
    market.add_up().await;
    market.buy(&ada, &[(market.lamp, 1)]).await;
    let (kiln, forge) = (market.kiln.1, market.forge.1);
    let own: Value = figures(&market.kiln.0, VENDOR).await;
    for query in [format!("vendor_id={forge}"), format!("vendor={forge}&id={forge}"), format!("range=30d&owner={forge}")] {
        let page = market.kiln.0.send(market.kiln.0.request(http::Method::GET, &format!("{VENDOR}?{query}"))).await;
        assert_eq!(page.json::<Value>(), own, "{query}");
        let page = market.kiln.0.get(&format!("/vendor/analytics?{query}")).await;
        assert!(page.status == 200 && page.text.contains("$20.00") && !page.text.contains("$45.00"), "{query}");
        let csv = market.kiln.0.get(&format!("/vendor/analytics/csv?table=products&{query}")).await;
        assert!(csv.text.contains("15.00") && !csv.text.contains("40.00"), "{}", csv.text);
        assert!(!market.kiln.0.get(&format!("/vendor/settlement/csv?{query}")).await.text.contains("45.00"));
    }
    // Lists of others are no table of a vendor's.
    for table in ["vendors", "categories"] {
        assert_eq!(market.kiln.0.get(&format!("/vendor/analytics/csv?table={table}")).await.status, 404);
    }
    let mut tx = market.app.state.db.begin_as_vendor(kiln.0).await.unwrap();
    for table in ["vendor_sales", "product_sales", "sales_deltas"] {
        let sql = format!("select count(*) filter (where vendor_id is distinct from $1) from {table}");
        let others: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(kiln).fetch_one(&mut *tx).await.unwrap();
        assert_eq!(others, 0, "{table}");
    }
    let denied = sqlx::query("select * from site_sales").fetch_all(&mut *tx).await.unwrap_err();
    assert_eq!(denied.as_database_error().unwrap().code().as_deref(), Some("42501"));
}

impl Market {
    async fn pay_event(&self, order: OrderId) {
        let event = self.app.event(&format!("evt_{order}"), "payment_intent.succeeded", order).await;
        assert_eq!(self.app.webhook(&event).await, 200);
    }
}
