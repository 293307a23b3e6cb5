//! Money that goes back: what the gateway says of it later, and requests that come twice.

use http::StatusCode;
use souk::accounts::Role;
use souk::checkout::{jobs, service};
use souk::payments::service::Refund;
use souk::platform::gateway::GatewayRefund;
use souk::values::{OrderId, VariantId};
use sqlx::PgPool;

use crate::support::shop::VISA;
use crate::support::{App, Browser};

const REFUND: &str = "/api/checkout/refund";

/// A paid order of three cups, and an admin.
struct Sale {
    app: App,
    vendor: Browser,
    admin: Browser,
    ada: Browser,
    cup: VariantId,
    order: OrderId,
}

impl Sale {
    async fn new(pool: PgPool) -> Self {
        let app = App::start(pool).await;
        let (vendor, shop) = app.open_shop("shop").await;
        let admin = app.signed_in("admin@example.com", Role::Admin).await;
        let cup = app.goods(shop, 1500, 5).await;
        let ada = app.buyer("ada").await;
        let order = ada.order(&[(cup, 3)]).await;
        app.confirm(order, VISA).await;
        assert_eq!(app.webhook(&app.event("evt_paid", "payment_intent.succeeded", order).await).await, 200);
        Self { app, vendor, admin, ada: ada.browser, cup, order }
    }

    async fn line(&self) -> String {
        sqlx::query_scalar("select id::text from order_lines").fetch_one(self.app.pool()).await.unwrap()
    }

    async fn one_back(&self, request: &str) -> StatusCode {
        let (line, order) = (self.line().await, self.order.to_string());
        let fields = [
            ("order_id", order.as_str()),
            ("lines[0][line_id]", &line),
            ("lines[0][quantity]", "1"),
            ("reason", "requested_by_customer"),
            ("restock", "yes"),
            ("request", request),
        ];
        self.admin.call(REFUND, &fields).await.status
    }

    /// What the worker does once time has passed.
    async fn work(&self) {
        sqlx::query("update refunds set next_attempt_at = now()").execute(self.app.pool()).await.unwrap();
        jobs::send_refunds(self.app.state.clone()).await.unwrap();
    }

    async fn refunds(&self) -> Vec<(String, i32, bool)> {
        let sql = "select status, failures, gateway_id is not null from refunds order by id";
        sqlx::query_as(sql).fetch_all(self.app.pool()).await.unwrap()
    }

    async fn gateway_id(&self) -> String {
        sqlx::query_scalar("select gateway_id from refunds").fetch_one(self.app.pool()).await.unwrap()
    }

    /// The refund as the worker took it, and what the gateway said of it then.
    async fn asked(&self) -> (Refund, GatewayRefund) {
        let gateway_id = self.gateway_id().await;
        let refund = souk::payments::service::refund_called(&self.app.state.db, &gateway_id).await.unwrap().unwrap();
        (refund, self.app.state.gateway.retrieve_refund(&gateway_id).await.unwrap())
    }

    /// The gateway decides about the pending refund, and says so.
    async fn decide(&self, outcome: &str) -> u16 {
        self.app.switch(&[("settle", &self.gateway_id().await), ("outcome", outcome)]).await;
        self.app.webhook(&self.app.sandbox_event("refund.updated").await).await
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_refund_that_takes_time_is_done_when_the_gateway_says_so(pool: PgPool) {
    let sale = Sale::new(pool).await;
    sale.app.switch(&[("stay_pending", "true")]).await;
    assert_eq!(sale.one_back("").await, StatusCode::OK);
    // Asked again and again, it is still one.
    for _ in 0..3 {
        sale.work().await;
        assert_eq!(sale.refunds().await, [("pending".to_owned(), 0, true)]);
    }
    assert_eq!((sale.app.status(sale.order).await, sale.app.mails("refunded").await), ("paid".to_owned(), 0), "nobody is told too early");
    let pages = [(&sale.admin, format!("/admin/orders/{}", sale.order)), (&sale.ada, format!("/account/orders/{}", sale.order))];
    for (reader, page) in &pages {
        let shown = reader.get(page).await.text;
        assert!(shown.contains("On its way back") && shown.contains("is-waiting") && !shown.contains("After refunds"), "{page}: {shown}");
    }
    assert_eq!(sale.decide("succeeded").await, 200);
    for (reader, page) in &pages {
        let shown = reader.get(page).await.text;
        assert!(shown.contains("After refunds") && !shown.contains("On its way back") && !shown.contains("is-waiting"), "{page}: {shown}");
    }
    assert_eq!(sale.refunds().await, [("succeeded".to_owned(), 0, true)]);
    assert_eq!(sale.app.status(sale.order).await, "partially_refunded");
    // The event in copies, and the worker, change nothing any more.
    assert_eq!(sale.app.webhook(&sale.app.sandbox_event("refund.updated").await).await, 200);
    sale.work().await;
    assert_eq!(sale.app.mails("refunded").await, 1);
    sale.app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_lost_event_about_a_refund_costs_an_hour_and_no_refund(pool: PgPool) {
    let sale = Sale::new(pool).await;
    sale.app.switch(&[("stay_pending", "true")]).await;
    assert_eq!(sale.one_back("").await, StatusCode::OK);
    sale.work().await;
    sale.app.switch(&[("settle", &sale.gateway_id().await), ("outcome", "succeeded")]).await;
    sale.work().await;
    assert_eq!(sale.refunds().await, [("succeeded".to_owned(), 0, true)]);
    sale.app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_refund_that_failed_is_made_anew_and_the_admins_hear_of_it(pool: PgPool) {
    let sale = Sale::new(pool).await;
    sale.app.switch(&[("stay_pending", "true")]).await;
    assert_eq!(sale.one_back("").await, StatusCode::OK);
    sale.work().await;
    let asked = sale.asked().await;
    assert_eq!(sale.decide("failed").await, 200);
    assert_eq!(sale.refunds().await, [("pending".to_owned(), 1, false)], "the customer still waits");
    assert_eq!((sale.app.status(sale.order).await, sale.app.mails("refunded").await), ("paid".to_owned(), 0));
    assert_eq!(sale.app.mails("payment_attention").await, 1);
    let due = sale.app.count("select count(*) from refunds where next_attempt_at <= now()").await;
    assert_eq!(due, 0, "what fails now would fail again");

    // Who had asked before that hears of it late: it is no news of the attempt to come.
    service::settle(&sale.app.state, &asked.0, &asked.1, None).await.unwrap();
    assert_eq!(sale.refunds().await, [("pending".to_owned(), 1, false)]);

    sale.app.switch(&[("stay_pending", "false")]).await;
    sale.work().await;
    assert_eq!(sale.refunds().await, [("succeeded".to_owned(), 1, true)]);
    assert_eq!((sale.app.status(sale.order).await, sale.app.mails("refunded").await), ("partially_refunded".to_owned(), 1));
    assert_eq!(sale.app.stock(sale.cup).await, 3, "back for sale once");
    sale.app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_request_that_comes_twice_gives_back_once(pool: PgPool) {
    let sale = Sale::new(pool).await;
    let page = sale.admin.get(&format!("/admin/orders/{}", sale.order)).await.text;
    assert!(page.contains("name=\"request\""), "the form names each of its requests: {page}");
    let both = tokio::join!(sale.one_back("a click"), sale.one_back("a click"));
    assert_eq!(both, (StatusCode::OK, StatusCode::OK));
    assert_eq!(sale.refunds().await.len(), 1);
    // The control: another request is another refund.
    assert_eq!(sale.one_back("another").await, StatusCode::OK);
    assert_eq!(sale.refunds().await.len(), 2);
    assert_eq!(sale.one_back(&"x".repeat(256)).await, StatusCode::UNPROCESSABLE_ENTITY);
    sale.work().await;
    assert_eq!(sale.app.stock(sale.cup).await, 4);
    sale.app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_is_wrong_with_a_row_is_told_by_its_name(pool: PgPool) {
    let sale = Sale::new(pool).await;
    let (line, order) = (sale.line().await, sale.order.to_string());
    let fields =
        [("order_id", order.as_str()), ("lines[0][line_id]", &line), ("lines[0][quantity]", "4"), ("reason", "requested_by_customer")];
    let page = format!("/admin/orders/{order}");
    assert_eq!(sale.admin.submit(&page, REFUND, &fields).await.location(), page);
    let shown = sale.admin.get(&page).await.text;
    let name: String = sqlx::query_scalar("select product_name from order_lines").fetch_one(sale.app.pool()).await.unwrap();
    assert!(shown.contains(&format!("href=\"#lines.0.quantity\">{name}, pieces: ")), "{shown}");
    assert!(
        shown.contains("aria-describedby=\"lines.0.quantity-problem\"") && shown.contains("id=\"lines.0.quantity-problem\""),
        "{shown}"
    );
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn pieces_of_what_was_paid_back_before_come_back_when_it_is_not_sent(pool: PgPool) {
    let sale = Sale::new(pool).await;
    let line = sale.line().await;
    let part: String = sqlx::query_scalar("select id::text from order_parts").fetch_one(sale.app.pool()).await.unwrap();
    let order = sale.order.to_string();
    let all = [
        ("order_id", order.as_str()),
        ("lines[0][line_id]", &line),
        ("lines[0][amount]", "45"),
        ("shipping[0][part_id]", &part),
        ("shipping[0][amount]", "5"),
        ("reason", "requested_by_customer"),
    ];
    assert_eq!(sale.admin.call(REFUND, &all).await.status, StatusCode::OK);
    sale.work().await;
    assert_eq!((sale.app.status(sale.order).await, sale.app.stock(sale.cup).await), ("refunded".to_owned(), 2));
    let cancel = [("order_id", order.as_str()), ("reason", "Paid back, never sent")];
    assert_eq!(sale.vendor.call("/api/checkout/cancel-part", &cancel).await.status, StatusCode::OK);
    assert_eq!(sale.app.stock(sale.cup).await, 5);
    assert_eq!(sale.refunds().await.len(), 1);
    sale.app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_hangs_is_given_back_in_another_way_and_not_tried_any_more(pool: PgPool) {
    let sale = Sale::new(pool).await;
    sale.app.switch(&[("stay_pending", "true")]).await;
    assert_eq!(sale.one_back("").await, StatusCode::OK);
    sale.work().await;
    assert_eq!(sale.decide("failed").await, 200);
    let page = format!("/admin/orders/{}", sale.order);
    let shown = sale.admin.get(&page).await.text;
    for words in ["A refund does not get through", "href=\"#hanging\"", "$15.00", "is-problem"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(shown.find("id=\"hanging\"") < shown.find("id=\"refund\""), "before the form that gives more back");
    let home = sale.admin.get("/admin").await.text;
    let one_step = home.contains(&format!("href=\"{page}\"")) && !home.contains("/admin/health#stuck");
    assert!(one_step && home.contains("refund that does not get through"), "{home}");

    let order = sale.order.to_string();
    let say = async |note: &str| {
        sale.admin.call("/api/checkout/given-back-elsewhere", &[("order_id", order.as_str()), ("how", note)]).await.status
    };
    assert_eq!(say(" ").await, StatusCode::UNPROCESSABLE_ENTITY, "how must be said");
    assert_eq!(sale.refunds().await.len(), 1);
    // The worker may be asking for it at this moment: money would go back twice.
    let due = async |when: &'static str| {
        sqlx::query("update refunds set next_attempt_at = now() + $1::interval").bind(when).execute(sale.app.pool()).await.unwrap();
    };
    due("1 minute").await;
    assert_eq!(say("By a transfer").await, StatusCode::CONFLICT);
    due("1 hour").await;
    assert_eq!(say("By a transfer").await, StatusCode::OK);
    assert_eq!(say("By a transfer").await, StatusCode::OK, "said again, it is done already");

    assert_eq!(sale.refunds().await, [("succeeded".to_owned(), 1, false)]);
    assert_eq!((sale.app.status(sale.order).await, sale.app.mails("refunded").await), ("partially_refunded".to_owned(), 1));
    sale.app.switch(&[("stay_pending", "false")]).await;
    sale.work().await;
    assert_eq!(sale.refunds().await, [("succeeded".to_owned(), 1, false)], "never tried again");
    assert_eq!(sale.app.count("select count(*) from audit_log where action = 'refund.given_back_elsewhere'").await, 1);
    let shown = sale.admin.get(&page).await.text;
    assert!(!shown.contains("A refund does not get through"));
    for words in ["Refund of $15.00, given back in another way by Ada Lovelace", "By a transfer"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let shown = sale.ada.get(&format!("/account/orders/{order}")).await.text;
    assert!(shown.contains("Given back in another way") && !shown.contains("Sent to your card"), "{shown}");
    let mail: String = sqlx::query_scalar("select body_text from outbox where kind = 'refunded'").fetch_one(sale.app.pool()).await.unwrap();
    for (told, text) in [("customer's page", &shown), ("mail", &mail)] {
        assert!(!text.contains("By a transfer"), "the words are for the admins: {told}: {text}");
    }
    assert!(mail.contains("$15.00") && mail.contains("in another way than to your card"), "{mail}");
    sale.app.assert_invariants().await;
}
