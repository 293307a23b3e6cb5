//! A customer's bank disputes a payment.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use souk::accounts::Role;
use souk::checkout::jobs;
use souk::values::OrderId;
use sqlx::PgPool;

use crate::support::shop::{Buyer, DISPUTED, VISA};
use crate::support::{App, Browser};

const CREATED: &str = "charge.dispute.created";
const CLOSED: &str = "charge.dispute.closed";

/// An order that was paid with a card whose bank disputes it at once; the shop has not heard of either.
struct Case {
    app: App,
    shop: Browser,
    admin: Browser,
    ada: Buyer,
    order: OrderId,
}

impl Case {
    async fn new(pool: PgPool) -> Self {
        let app = App::start(pool).await;
        let (shop, shop_id) = app.open_shop("shop").await;
        let cup = app.goods(shop_id, 1500, 5).await;
        let admin = app.signed_in("admin@example.com", Role::Admin).await;
        app.signed_in("second@example.com", Role::Admin).await;
        let ada = app.buyer("ada").await;
        let order = ada.order(&[(cup, 2)]).await;
        assert_eq!(app.confirm(order, DISPUTED).await, 200);
        Self { app, shop, admin, ada, order }
    }

    async fn hear(&self, kind: &str) {
        assert_eq!(self.app.webhook(&self.app.sandbox_event(kind).await).await, 200, "{kind}");
    }

    async fn dispute_id(&self) -> String {
        sqlx::query_scalar("select gateway_id from disputes").fetch_one(self.app.pool()).await.unwrap()
    }

    async fn decide(&self, outcome: &str) {
        self.app.switch(&[("settle", &self.dispute_id().await), ("outcome", outcome)]).await;
        self.hear(CLOSED).await;
    }

    async fn refund(&self) -> StatusCode {
        let line: String = sqlx::query_scalar("select id::text from order_lines").fetch_one(self.app.pool()).await.unwrap();
        let order = self.order.to_string();
        let fields =
            [("order_id", order.as_str()), ("lines[0][line_id]", &line), ("lines[0][quantity]", "1"), ("reason", "requested_by_customer")];
        self.admin.call("/api/checkout/refund", &fields).await.status
    }

    async fn statuses(&self) -> Vec<String> {
        sqlx::query_scalar("select status from disputes").fetch_all(self.app.pool()).await.unwrap()
    }

    async fn warnings(&self) -> i64 {
        self.app.count("select count(*) from outbox where kind = 'payment_attention'").await
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_dispute_is_kept_shown_and_told_once(pool: PgPool) {
    let case = Case::new(pool).await;
    // News of the dispute overtakes that of the payment, and comes in copies.
    let event = case.app.sandbox_event(CREATED).await;
    let answers = futures::future::join_all((0..8).map(|_| case.app.webhook(&event))).await;
    assert_eq!(answers, [200; 8]);
    assert_eq!(case.app.status(case.order).await, "paid", "and the payment is known by now");
    assert_eq!(case.statuses().await, ["needs_response"]);
    assert_eq!(case.warnings().await, 2, "one mail to each admin");
    let due: i64 = sqlx::query_scalar("select extract(day from evidence_due_at - opened_at)::bigint from disputes")
        .fetch_one(case.app.pool())
        .await
        .unwrap();
    assert_eq!(due, 9);

    let list = case.admin.get("/admin/disputes").await.text;
    for words in [format!("/admin/orders/{}", case.order), "$35.00".into(), "fraudulent".into(), "To answer".into()] {
        assert!(list.contains(&words), "{words}: {list}");
    }
    assert!(case.admin.get("/admin/disputes?state=won").await.text.contains("No disputes here"));
    assert!(case.admin.get("/admin/disputes?state=all").await.text.contains("fraudulent"));
    let page = case.admin.get(&format!("/admin/orders/{}", case.order)).await.text;
    assert!(page.contains("bank disputes $35.00") && page.contains("A bank disputes this payment"), "{page}");
    assert!(!page.contains("Give money back"), "no form that would be refused");
    let page = case.ada.browser.get(&format!("/account/orders/{}", case.order)).await.text;
    assert!(page.contains("Your bank asked us about this payment") && !page.contains("fraudulent"), "{page}");
    case.app.assert_invariants().await;
}

/// Not what the bank says, nor anything of others' orders: whether to ask before sending.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_vendor_hears_of_it_before_the_goods_are_gone(pool: PgPool) {
    let case = Case::new(pool).await;
    let (other, other_id) = case.app.open_shop("other").await;
    let lamp = case.app.goods(other_id, 4000, 3).await;
    let sound = case.app.buyer("bob").await.order(&[(lamp, 1)]).await;
    case.app.confirm(sound, VISA).await;
    assert_eq!(case.app.webhook(&case.app.event("evt_sound", "payment_intent.succeeded", sound).await).await, 200);
    let warned = async |shop: &Browser, order: OrderId| {
        let page = shop.get(&format!("/vendor/orders/{order}")).await;
        (page.status, page.text.contains("bank disputes this payment"))
    };
    case.hear(CREATED).await;
    assert_eq!(warned(&case.shop, case.order).await, (StatusCode::OK, true));
    assert!(!case.shop.get(&format!("/vendor/orders/{}", case.order)).await.text.contains("fraudulent"));
    assert_eq!(warned(&other, sound).await, (StatusCode::OK, false));
    assert_eq!(warned(&other, case.order).await, (StatusCode::NOT_FOUND, false));
    let mut tx = case.app.state.db.begin_as_vendor(other_id.0).await.unwrap();
    let seen: Vec<bool> = sqlx::query_scalar("select disputed from vendor_orders").fetch_all(&mut *tx).await.unwrap();
    assert_eq!(seen, [false], "their own order alone");
    assert!(sqlx::query("select * from disputes").execute(&mut *tx).await.is_err(), "disputes themselves are out of reach");
    tx.rollback().await.unwrap();
    case.decide("lost").await;
    assert_eq!(warned(&case.shop, case.order).await, (StatusCode::OK, true), "the money is gone");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_disputed_payment_is_not_given_back(pool: PgPool) {
    let case = Case::new(pool).await;
    case.hear(CREATED).await;
    assert_eq!(case.refund().await, StatusCode::CONFLICT);
    let mine = case.ada.browser.call("/api/checkout/cancel-paid", &[("order_id", &case.order.to_string())]).await;
    assert!(mine.status == StatusCode::CONFLICT && mine.text.contains("disputed"), "{mine:?}");
    assert_eq!(case.app.count("select count(*) from refunds").await, 0);
    case.decide("lost").await;
    assert_eq!(case.refund().await, StatusCode::CONFLICT, "the bank has given it back itself");
    assert_eq!(case.app.status(case.order).await, "paid", "the order's money moves by refunds alone");
    assert_eq!(case.warnings().await, 4, "opened and lost");
    case.app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_is_won_may_be_given_back(pool: PgPool) {
    let case = Case::new(pool).await;
    case.hear(CREATED).await;
    case.decide("won").await;
    assert_eq!(case.statuses().await, ["won"]);
    // Once more and late: what is closed stays so.
    let late: Value = serde_json::from_str(&case.app.sandbox_event(CREATED).await).unwrap();
    let late = json!({ "id": "evt_late", "object": "event", "type": CREATED, "livemode": false, "created": late["created"],
        "data": late["data"] });
    assert_eq!(case.app.webhook(&late.to_string()).await, 200);
    assert_eq!(case.statuses().await, ["won"]);
    assert!(!case.shop.get(&format!("/vendor/orders/{}", case.order)).await.text.contains("bank disputes this payment"));
    assert_eq!(case.warnings().await, 4, "opened and won");
    assert_eq!(case.refund().await, StatusCode::OK);
    jobs::send_refunds(case.app.state.clone()).await.unwrap();
    assert_eq!(case.app.status(case.order).await, "partially_refunded", "the gateway agrees");
    case.app.assert_invariants().await;
}

/// A dispute that comes between the decision to refund and the refund: the gateway refuses, and somebody hears of it.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_refund_that_the_gateway_refuses_is_not_forgotten(pool: PgPool) {
    let case = Case::new(pool).await;
    // Only the payment is known.
    case.hear("payment_intent.succeeded").await;
    assert_eq!(case.refund().await, StatusCode::OK);
    for attempt in 1..=6 {
        sqlx::query("update refunds set next_attempt_at = now()").execute(case.app.pool()).await.unwrap();
        jobs::send_refunds(case.app.state.clone()).await.unwrap();
        assert_eq!(case.warnings().await, if attempt < 5 { 0 } else { 2 }, "after {attempt} attempts");
    }
    let error: String =
        sqlx::query_scalar("select last_error from refunds where status = 'pending'").fetch_one(case.app.pool()).await.unwrap();
    assert!(error.contains("charge_disputed"), "{error}");
    case.app.assert_invariants().await;
}

/// The sandbox's own routes, as Stripe has them.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn the_sandbox_lists_disputes_and_gives_in(pool: PgPool) {
    let case = Case::new(pool).await;
    let intent = case.app.intent_id(case.order).await;
    let list = case.app.sandbox(Method::GET, &format!("v1/disputes?payment_intent={intent}"), &[]).await;
    assert_eq!((list["object"].as_str(), list["data"].as_array().unwrap().len()), (Some("list"), 1));
    let path = format!("v1/disputes/{}", list["data"][0]["id"].as_str().unwrap());
    let dispute = case.app.sandbox(Method::GET, &path, &[]).await;
    assert_eq!((dispute["status"].as_str(), dispute["payment_intent"].as_str()), (Some("needs_response"), Some(intent.as_str())));
    let charge = case.app.sandbox(Method::GET, &format!("v1/charges/{}", dispute["charge"].as_str().unwrap()), &[]).await;
    assert_eq!(charge["disputed"], true);
    assert_eq!(case.app.sandbox(Method::POST, &format!("{path}/close"), &[]).await["status"], "lost");
    case.hear(CLOSED).await;
    assert_eq!(case.statuses().await, ["lost"], "known from its end alone");
    assert_eq!(case.warnings().await, 2);
    case.app.assert_invariants().await;
}

/// The gateway's newer words: what we do not know is not guessed, and what is not ours is nobody's.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn strange_disputes_change_nothing(pool: PgPool) {
    let case = Case::new(pool).await;
    let event = case.app.sandbox_event(CREATED).await;
    let strange = event.replace("needs_response", "on_the_moon");
    assert_eq!(case.app.webhook(&strange).await, 500, "to be sent again, when we know more");
    let kept: Vec<String> = sqlx::query_scalar("select outcome from stripe_events").fetch_all(case.app.pool()).await.unwrap();
    assert_eq!(kept, ["failed"]);
    let foreign = case.app.sandbox(Method::POST, "v1/payment_intents", &[("amount", "900"), ("currency", "usd")]).await;
    let ours = case.app.intent_id(case.order).await;
    let foreign = event.replace(&ours, foreign["id"].as_str().unwrap()).replace("\"evt_", "\"evt_x");
    assert_eq!(case.app.webhook(&foreign).await, 200);
    assert_eq!(case.app.count("select count(*) from disputes").await, 0);
    assert_eq!(case.app.webhook(&event).await, 200, "the same event with nothing wrong");
    assert_eq!(case.statuses().await, ["needs_response"]);
    case.app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn the_list_goes_on_where_it_ended(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
    let admin = app.signed_in("admin@example.com", Role::Admin).await;
    let order = app.buyer("ada").await.order(&[(cup, 1)]).await;
    app.confirm(order, VISA).await;
    app.webhook(&app.event("evt_1", "payment_intent.succeeded", order).await).await;
    // Many at the same second: the id decides between them.
    sqlx::query(
        "insert into disputes (id, gateway_id, order_id, payment_id, amount_minor, currency, reason, status, refundable, opened_at, told_at)
         select gen_random_uuid(), 'du_' || n, p.order_id, p.id, 100 + n, 'USD', 'reason-' || n, 'under_review', true, now(), now()
         from payments p, generate_series(1, 120) n",
    )
    .execute(app.pool())
    .await
    .unwrap();
    let (mut path, mut seen) = ("/admin/disputes".to_owned(), Vec::new());
    loop {
        let text = admin.get(&path).await.text;
        seen.extend(text.match_indices("reason-").map(|(at, _)| text[at..].split('<').next().unwrap().to_owned()));
        let Some(rest) = text.split("/admin/disputes?state=open&amp;before=").nth(1) else { break };
        path = format!("/admin/disputes?state=open&before={}", rest.split('"').next().unwrap());
    }
    assert_eq!(seen.len(), 120);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 120, "each once");
    app.assert_invariants().await;
}
