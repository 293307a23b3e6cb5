//! Refunds that somebody made by hand at the gateway: the books say so, and the admins hear of it.

use http::Method;
use souk::accounts::Role;
use souk::checkout::jobs;
use souk::values::{OrderId, VariantId};
use sqlx::PgPool;

use crate::support::shop::VISA;
use crate::support::{App, Browser};

/// A paid order of three cups and one bowl of two shops, over $70.00 with shipping, and an admin.
struct Sale {
    app: App,
    admin: Browser,
    cup: VariantId,
    bowl: VariantId,
    order: OrderId,
}

impl Sale {
    async fn new(pool: PgPool) -> Self {
        let app = App::start(pool).await;
        let admin = app.signed_in("admin@example.com", Role::Admin).await;
        let cup = app.goods(app.vendor("kiln").await, 1500, 5).await;
        let bowl = app.goods(app.vendor("mill").await, 1500, 5).await;
        let order = app.buyer("ada").await.order(&[(cup, 3), (bowl, 1)]).await;
        app.confirm(order, VISA).await;
        assert_eq!(app.webhook(&app.event("evt_paid", "payment_intent.succeeded", order).await).await, 200);
        Self { app, admin, cup, bowl, order }
    }

    /// By hand, in the gateway's dashboard; all of it without an amount. The shop hears of it by the events, in copies.
    async fn by_hand(&self, amount: Option<&str>) -> String {
        let intent = self.app.intent_id(self.order).await;
        let fields: Vec<_> = [("payment_intent", intent.as_str())].into_iter().chain(amount.map(|amount| ("amount", amount))).collect();
        let made = self.app.sandbox(Method::POST, "v1/refunds", &fields).await;
        for kind in ["refund.created", "refund.updated", "refund.created"] {
            let event = self.app.sandbox(Method::GET, &format!("v1/events?type={kind}&limit=1"), &[]).await["data"][0].clone();
            if !event.is_null() {
                assert_eq!(self.app.webhook(&event.to_string()).await, 200);
            }
        }
        made["id"].as_str().unwrap().to_owned()
    }

    /// By an admin, here: the worker has not been yet.
    async fn one_cup_back(&self) {
        let cups = "select id::text from order_lines order by quantity desc";
        let line: String = sqlx::query_scalar(cups).fetch_one(self.app.pool()).await.unwrap();
        let order = self.order.to_string();
        let fields = [
            ("order_id", order.as_str()),
            ("lines[0][line_id]", &line),
            ("lines[0][quantity]", "1"),
            ("reason", "requested_by_customer"),
            ("restock", "yes"),
        ];
        assert_eq!(self.admin.call("/api/checkout/refund", &fields).await.status, 200);
    }

    /// Status, stock of both goods, and what is given back by our books.
    async fn state(&self) -> (String, i32, i32, i64) {
        let back = self.app.count("select coalesce(sum(amount_minor), 0)::bigint from refunds where status = 'succeeded'").await;
        (self.app.status(self.order).await, self.app.stock(self.cup).await, self.app.stock(self.bowl).await, back)
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_part_of_the_money_is_shared_among_the_lines(pool: PgPool) {
    let sale = Sale::new(pool).await;
    let paid: i64 = sale.app.count("select total_minor from orders").await;
    sale.by_hand(Some("1001")).await;
    assert_eq!(sale.state().await, ("partially_refunded".to_owned(), 2, 4, 1001));
    let shares: Vec<i64> = sqlx::query_scalar("select sum(amount_minor)::bigint from refund_items group by vendor_id order by 1 desc")
        .fetch_all(sale.app.pool())
        .await
        .unwrap();
    assert!(shares.len() == 2 && shares[0] > shares[1], "both shops bear their share: {shares:?}");
    assert_eq!((sale.app.mails("payment_attention").await, sale.app.mails("refunded").await), (1, 1));
    let page = sale.admin.get(&format!("/admin/orders/{}", sale.order)).await.text;
    assert!(page.contains("Refund of $10.01, made by hand at the payment provider"), "{page}");
    assert_eq!(sale.app.count("select count(*) from order_parts where fulfilment = 'unfulfilled'").await, 2, "it is still to be sent");

    // What is left can go back here, and no more.
    let left = paid - 1001;
    sale.by_hand(Some(&left.to_string())).await;
    assert_eq!(sale.state().await.3, paid);
    sale.app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn all_of_the_money_cancels_what_was_not_sent(pool: PgPool) {
    let sale = Sale::new(pool).await;
    let paid: i64 = sale.app.count("select total_minor from orders").await;
    sale.by_hand(None).await;
    assert_eq!(sale.state().await, ("refunded".to_owned(), 5, 5, paid));
    assert_eq!(sale.app.count("select count(*) from order_parts where fulfilment = 'canceled'").await, 2);
    assert_eq!((sale.app.mails("nothing_to_send").await, sale.app.mails("payment_attention").await), (2, 1));
    sale.app.assert_invariants().await;
}

/// One of ours hangs, somebody sees it and gives the money back there: that is it, and no second one.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn by_hand_is_the_end_of_one_that_hangs(pool: PgPool) {
    let sale = Sale::new(pool).await;
    sale.one_cup_back().await;
    sqlx::query("update refunds set attempts = 6, next_attempt_at = now() + interval '1 hour'").execute(sale.app.pool()).await.unwrap();
    sale.by_hand(Some("1500")).await;
    assert_eq!(sale.state().await, ("partially_refunded".to_owned(), 3, 4, 1500));
    assert_eq!(sale.app.count("select count(*) from refunds").await, 1);
    sale.app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn one_of_ours_that_is_not_noted_yet_is_not_taken_for_one_by_hand(pool: PgPool) {
    let sale = Sale::new(pool).await;
    sale.one_cup_back().await;
    jobs::send_refunds(sale.app.state.clone()).await.unwrap();
    // Killed before the answer was written down; the event is faster than the next attempt.
    let forget = "update refunds set gateway_id = null, status = 'pending', finished_at = null";
    sqlx::query(forget).execute(sale.app.pool()).await.unwrap();
    assert_eq!(sale.app.webhook(&sale.app.sandbox_event("refund.created").await).await, 200);
    assert_eq!(sale.app.count("select count(*) from refunds where status = 'succeeded' and gateway_id is not null").await, 1);
    assert_eq!(sale.app.mails("payment_attention").await, 0);
    sale.app.assert_invariants().await;
}

/// The gateway sends each event when it can: news of the refund may come before that of the payment.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn news_that_overtakes_the_payments_counts(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("kiln").await, 1500, 5).await;
    let order = app.buyer("ada").await.order(&[(cup, 1)]).await;
    app.confirm(order, VISA).await;
    let intent = app.intent_id(order).await;
    app.sandbox(Method::POST, "v1/refunds", &[("payment_intent", intent.as_str())]).await;
    assert_eq!(app.webhook(&app.sandbox_event("refund.created").await).await, 200);
    assert_eq!(app.webhook(&app.event("evt_paid", "payment_intent.succeeded", order).await).await, 200);
    assert_eq!((app.status(order).await.as_str(), app.stock(cup).await), ("refunded", 5));
    assert_eq!(
        app.count("select count(*) from order_parts where fulfilment = 'unfulfilled'").await,
        0,
        "nothing is sent for money that is back"
    );
    app.assert_invariants().await;
}

/// Somebody makes a refund in the dashboard, and cancels it there.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn one_that_is_canceled_there_is_not_made_here(pool: PgPool) {
    let sale = Sale::new(pool).await;
    sale.app.switch(&[("stay_pending", "true")]).await;
    let id = sale.by_hand(Some("1000")).await;
    let refund = souk::payments::service::refund_called(&sale.app.state.db, &id).await.unwrap().unwrap();
    let mut told = sale.app.state.gateway.retrieve_refund(&id).await.unwrap();
    told.status = souk::platform::gateway::GatewayRefundStatus::Canceled;
    for _ in 0..2 {
        souk::checkout::service::settle(&sale.app.state, &refund, &told, None).await.unwrap();
    }
    assert_eq!(sale.app.count("select count(*) from refunds where status = 'failed'").await, 1);
    sqlx::query("update refunds set next_attempt_at = now()").execute(sale.app.pool()).await.unwrap();
    jobs::send_refunds(sale.app.state.clone()).await.unwrap();
    assert_eq!((sale.state().await.0.as_str(), sale.state().await.3, sale.app.mails("payment_attention").await), ("paid", 0, 2));
    sale.app.assert_invariants().await;
}

/// The gateway said that it was done before it said by what; should that fail later, somebody must hear of it.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn one_by_hand_gets_to_be_known_as_ours_that_it_ended(pool: PgPool) {
    let sale = Sale::new(pool).await;
    let intent = sale.app.intent_id(sale.order).await;
    sale.one_cup_back().await;
    let refund = souk::payments::service::claim_refunds(&sale.app.state.db, 1).await.unwrap().remove(0);
    souk::checkout::service::settle_given_back(&sale.app.state, &refund).await.unwrap();
    sale.app.sandbox(Method::POST, "v1/refunds", &[("payment_intent", intent.as_str()), ("amount", "1500")]).await;
    assert_eq!(sale.app.webhook(&sale.app.sandbox_event("refund.created").await).await, 200);
    assert_eq!(sale.app.count("select count(*) from refunds where gateway_id is not null").await, 1);
    assert_eq!((sale.app.count("select count(*) from refunds").await, sale.app.mails("payment_attention").await), (1, 0));
    sale.app.assert_invariants().await;
}

/// More than our books have left: nothing is invented, and people look at it.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_does_not_fit_is_told_and_not_noted(pool: PgPool) {
    let sale = Sale::new(pool).await;
    let parts: Vec<String> = sqlx::query_scalar("select id::text from order_parts").fetch_all(sale.app.pool()).await.unwrap();
    let lines: Vec<(String, i32)> = sqlx::query_as("select id::text, quantity from order_lines").fetch_all(sale.app.pool()).await.unwrap();
    let mut fields = vec![("order_id".to_owned(), sale.order.to_string()), ("reason".to_owned(), "duplicate".to_owned())];
    for (index, (line, quantity)) in lines.iter().enumerate() {
        fields.push((format!("lines[{index}][line_id]"), line.clone()));
        fields.push((format!("lines[{index}][quantity]"), quantity.to_string()));
    }
    for (index, part) in parts.iter().enumerate() {
        fields.push((format!("shipping[{index}][part_id]"), part.clone()));
        fields.push((format!("shipping[{index}][amount]"), "5".to_owned()));
    }
    let typed: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(sale.admin.call("/api/checkout/refund", &typed).await.status, 200);
    sale.by_hand(Some("1000")).await;
    assert_eq!(sale.app.count("select count(*) from refunds").await, 1, "ours alone");
    assert_eq!(sale.app.mails("payment_attention").await, 1);
}

/// Stripe may tell weeks later that a refund which had succeeded has failed after all.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn one_that_fails_after_it_had_succeeded_is_made_anew(pool: PgPool) {
    let sale = Sale::new(pool).await;
    let id = sale.by_hand(None).await;
    let paid = sale.state().await.3;
    sale.app.switch(&[("settle", &id), ("outcome", "failed")]).await;
    assert_eq!(sale.app.webhook(&sale.app.sandbox_event("refund.updated").await).await, 200);
    assert_eq!(sale.app.count("select count(*) from refunds where status = 'pending' and failures = 1").await, 1, "the customer waits");
    assert_eq!(sale.state().await.0, "refunded");
    let page = sale.admin.get(&format!("/admin/orders/{}", sale.order)).await.text;
    assert!(page.contains("A refund does not get through"), "{page}");
    sale.app.assert_invariants().await;
    sqlx::query("update refunds set next_attempt_at = now()").execute(sale.app.pool()).await.unwrap();
    jobs::send_refunds(sale.app.state.clone()).await.unwrap();
    assert_eq!(sale.state().await, ("refunded".to_owned(), 5, 5, paid));
    assert_eq!(sale.app.mails("refunded").await, 1, "told once");
    sale.app.assert_invariants().await;
}
