//! Customers who change their minds: before paying, and before anything is sent.

use futures::future::join_all;
use http::StatusCode;
use souk::checkout::jobs;
use souk::values::OrderId;
use sqlx::PgPool;

use crate::support::App;
use crate::support::shop::{Buyer, VISA};

const UNPAID: &str = "/api/checkout/cancel-unpaid";
const PAID: &str = "/api/checkout/cancel-paid";

async fn cancel(who: &Buyer, function: &str, order: OrderId) -> StatusCode {
    who.browser.call(function, &[("order_id", &order.to_string())]).await.status
}

async fn pay(app: &App, order: OrderId) {
    assert_eq!(app.confirm(order, VISA).await, 200);
    assert_eq!(app.webhook(&app.event(&format!("evt_{order}"), "payment_intent.succeeded", order).await).await, 200);
}

async fn intent_status(app: &App, order: OrderId) -> String {
    app.state.gateway.retrieve_intent(&app.intent_id(order).await).await.unwrap().status.to_string()
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn an_unpaid_order_is_canceled_at_the_gateway_and_here(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 1).await;
    let (ada, bob) = (app.buyer("ada").await, app.buyer("bob").await);
    let order = ada.order(&[(cup, 1)]).await;
    assert_eq!(bob.add(cup, "1").await.status, 409, "held for Ada");
    assert_eq!(cancel(&bob, UNPAID, order).await, 404, "somebody else's");
    let page = ada.browser.get(&format!("/account/orders/{order}")).await.text;
    assert!(page.contains("Pay now") && page.contains("Cancel this order"), "{page}");

    let path = format!("/account/orders/{order}");
    let answer = ada.browser.submit(&path, UNPAID, &[("order_id", &order.to_string())]).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::FOUND, format!("{path}?done=canceled").as_str()));
    assert_eq!((app.status(order).await.as_str(), intent_status(&app, order).await.as_str()), ("canceled", "canceled"));
    let page = ada.browser.get(&format!("{path}?done=canceled")).await.text;
    assert!(page.contains("Nothing was charged.") && page.contains("Canceled before it was paid"), "{page}");
    assert!(!page.contains("Pay now") && !page.contains("Cancel this order"), "{page}");
    assert_eq!(bob.add(cup, "1").await.status, 200, "for sale again at once");
    assert_eq!(app.confirm(order, VISA).await, 400, "nobody can pay it any more");
    app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn sixteen_clicks_cancel_once(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
    let ada = app.buyer("ada").await;
    let order = ada.order(&[(cup, 1)]).await;
    let answers = join_all((0..16).map(|_| cancel(&ada, UNPAID, order))).await;
    assert!(answers.iter().all(|status| *status == StatusCode::OK), "{answers:?}");
    assert_eq!(app.status(order).await, "canceled");
    app.assert_invariants().await;
}

/// The webhook is still on its way when the customer cancels in another tab.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_the_gateway_has_taken_counts_as_paid(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
    let ada = app.buyer("ada").await;
    let order = ada.order(&[(cup, 2)]).await;
    app.confirm(order, VISA).await;
    let path = format!("/account/orders/{order}");
    let answer = ada.browser.submit(&path, UNPAID, &[("order_id", &order.to_string())]).await;
    let page = ada.browser.get(answer.location().strip_prefix(&app.url).unwrap_or(answer.location())).await.text;
    assert!(page.contains("This order is already paid."), "{page}");
    assert_eq!((app.status(order).await.as_str(), app.stock(cup).await), ("paid", 3));
    assert_eq!(cancel(&ada, UNPAID, order).await, 409, "a second click does not give anything back");
    assert_eq!(app.count("select count(*) from refunds").await, 0);
    app.assert_invariants().await;
}

/// Whichever of the two is first, nobody is charged for nothing.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn paying_and_canceling_at_once_ends_in_one_of_them(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 20).await;
    for n in 0..6 {
        let buyer = app.buyer(&format!("buyer{n}")).await;
        let order = buyer.order(&[(cup, 1)]).await;
        let (paid, canceled) = tokio::join!(app.confirm(order, VISA), cancel(&buyer, UNPAID, order));
        let wanted = if paid == 200 { ("paid", 409) } else { ("canceled", 200) };
        assert_eq!((app.status(order).await.as_str(), canceled.as_u16()), wanted, "{paid}");
    }
    app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn while_the_bank_thinks_nothing_is_canceled(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
    let ada = app.buyer("ada").await;
    let order = ada.order(&[(cup, 1)]).await;
    app.switch(&[("stay_processing", "true")]).await;
    app.confirm(order, VISA).await;
    let page = ada.browser.call(UNPAID, &[("order_id", &order.to_string())]).await;
    assert!(page.status == StatusCode::CONFLICT && page.text.contains("payment_under_way"), "{page:?}");
    assert_eq!(app.status(order).await, "pending");
    app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn with_the_gateway_away_the_order_stays_open(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
    let ada = app.buyer("ada").await;
    let order = ada.order(&[(cup, 1)]).await;
    app.switch(&[("fault", "fail_before"), ("fault_operation", "payment_intents.retrieve"), ("fault_times", "20")]).await;
    assert_eq!(cancel(&ada, UNPAID, order).await, 503);
    assert_eq!(app.status(order).await, "pending");
    app.switch(&[("fault", "none")]).await;
    assert_eq!(cancel(&ada, UNPAID, order).await, 200);
    app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_is_paid_and_not_sent_is_given_back_once(pool: PgPool) {
    let app = App::start(pool).await;
    let (a, b) = (app.vendor("a-shop").await, app.vendor("b-shop").await);
    let (cup, lamp) = (app.goods(a, 1500, 5).await, app.goods(b, 4000, 3).await);
    let (ada, eve) = (app.buyer("ada").await, app.buyer("eve").await);
    let order = ada.order(&[(cup, 2), (lamp, 1)]).await;
    assert_eq!(cancel(&ada, PAID, order).await, 409, "not paid yet");
    pay(&app, order).await;
    assert!(ada.browser.get(&format!("/account/orders/{order}")).await.text.contains("Cancel and get the money back"));
    assert_eq!(cancel(&eve, PAID, order).await, 404, "somebody else's");

    let answers = join_all((0..8).map(|_| cancel(&ada, PAID, order))).await;
    assert!(answers.iter().all(|status| *status == StatusCode::OK), "{answers:?}");
    jobs::send_refunds(app.state.clone()).await.unwrap();
    assert_eq!(app.status(order).await, "refunded");
    assert_eq!(cancel(&ada, PAID, order).await, 200, "once more, when all is done");
    assert_eq!((app.stock(cup).await, app.stock(lamp).await), (5, 3), "for sale again");
    let given: Vec<i64> = sqlx::query_scalar("select amount_minor from refunds").fetch_all(app.pool()).await.unwrap();
    assert_eq!(given, [2 * 1500 + 4000 + 2 * 500]);
    let mails: Vec<(String, String)> =
        sqlx::query_as("select kind, recipient from outbox where kind in ('order_canceled', 'nothing_to_send', 'refunded') order by 1, 2")
            .fetch_all(app.pool())
            .await
            .unwrap();
    let mails: Vec<(&str, &str)> = mails.iter().map(|(kind, to)| (kind.as_str(), to.as_str())).collect();
    assert_eq!(
        mails,
        [
            ("nothing_to_send", "a-shop@vendors.example"),
            ("nothing_to_send", "b-shop@vendors.example"),
            ("order_canceled", "ada@buyers.example"),
            ("refunded", "ada@buyers.example"),
        ]
    );
    app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_is_on_its_way_is_not_canceled(pool: PgPool) {
    let app = App::start(pool).await;
    let ((a, a_id), b) = (app.open_shop("a-shop").await, app.vendor("b-shop").await);
    let (cup, lamp) = (app.goods(a_id, 1500, 5).await, app.goods(b, 4000, 3).await);
    let ada = app.buyer("ada").await;
    let order = ada.order(&[(cup, 2), (lamp, 1)]).await;
    pay(&app, order).await;
    let ship = [("order_id", order.to_string()), ("carrier", "CTT".to_owned())];
    let ship: Vec<(&str, &str)> = ship.iter().map(|(name, value)| (*name, value.as_str())).collect();
    // The shop sends it while the customer cancels: one of them is too late.
    let (sent, canceled) = tokio::join!(a.call("/api/checkout/ship-part", &ship), cancel(&ada, PAID, order));
    let parts: Vec<String> =
        sqlx::query_scalar("select fulfilment from order_parts order by vendor_name").fetch_all(app.pool()).await.unwrap();
    match (sent.status, canceled) {
        (StatusCode::OK, StatusCode::CONFLICT) => {
            assert_eq!(parts, ["shipped", "unfulfilled"]);
            assert_eq!(app.count("select count(*) from refunds").await, 0);
            assert_eq!(cancel(&ada, PAID, order).await, 409);
            assert!(!ada.browser.get(&format!("/account/orders/{order}")).await.text.contains("Cancel and get the money back"));
        }
        (StatusCode::CONFLICT, StatusCode::OK) => assert_eq!(parts, ["canceled", "canceled"]),
        other => panic!("{other:?}"),
    }
    app.assert_invariants().await;
}

/// What one customer sees of an order from its beginning to a refund.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn the_page_tells_the_story_and_the_invoice_adds_up(pool: PgPool) {
    let app = App::start(pool).await;
    let ((a, a_id), b) = (app.open_shop("a-shop").await, app.vendor("b-shop").await);
    let (cup, lamp) = (app.goods(a_id, 1500, 5).await, app.goods(b, 4000, 3).await);
    let ada = app.buyer("ada").await;
    let order = ada.order(&[(cup, 3), (lamp, 1)]).await;
    let (page, invoice) = (format!("/account/orders/{order}"), format!("/account/orders/{order}/invoice"));
    assert_eq!(ada.browser.get(&invoice).await.status, 404, "not paid");
    assert_eq!(app.confirm(order, crate::support::shop::DECLINED).await, 402);
    app.webhook(&app.event("evt_no", "payment_intent.payment_failed", order).await).await;
    pay(&app, order).await;
    let shipped = [("order_id", order.to_string()), ("carrier", "CTT".into()), ("tracking", "AB 1".into())];
    let shipped: Vec<(&str, &str)> = shipped.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(a.call("/api/checkout/ship-part", &shipped).await.status, 200);
    let admin = app.signed_in("admin@example.com", souk::accounts::Role::Admin).await;
    let line: String =
        sqlx::query_scalar("select id::text from order_lines where variant_id = $1").bind(cup).fetch_one(app.pool()).await.unwrap();
    let refund = [
        ("order_id", order.to_string()),
        ("lines[0][line_id]", line),
        ("lines[0][quantity]", "2".into()),
        ("reason", "requested_by_customer".into()),
        ("note", "Two came broken".into()),
    ];
    let refund: Vec<(&str, &str)> = refund.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(admin.call("/api/checkout/refund", &refund).await.status, 200);
    assert!(ada.browser.get(&page).await.text.contains("On its way"), "the refund waits for the worker");
    jobs::send_refunds(app.state.clone()).await.unwrap();

    let text = ada.browser.get(&page).await.text;
    let story = [
        "Order placed",
        "The payment was not accepted",
        "Paid $95.00",
        "CTT, tracking number AB 1",
        "Refund of $30.00",
        "Sent to your card",
    ];
    let places: Vec<usize> = story.iter().map(|words| text.find(words).unwrap_or_else(|| panic!("{words}: {text}"))).collect();
    assert!(places.is_sorted(), "{places:?}");
    for words in ["2 of 3 refunded: $30.00", "After refunds", "$65.00"] {
        assert!(text.contains(words), "{words}");
    }
    assert!(!text.contains("Two came broken"), "a note is for the log");
    let desk = admin.get(&format!("/admin/orders/{order}")).await.text;
    for words in ["Two came broken", "by Ada Lovelace", "The payment was not accepted", "After refunds"] {
        assert!(desk.contains(words), "{words}");
    }
    assert!(a.get(&format!("/vendor/orders/{order}")).await.text.contains("2 of 3 refunded"), "the vendor knows what not to send");

    let (text, theirs) = (ada.browser.get(&invoice).await, admin.get(&format!("/admin/orders/{order}/invoice")).await);
    assert_eq!((text.status, theirs.status), (StatusCode::OK, StatusCode::OK));
    for words in ["Invoice for order", "1 Mill Lane", "Sold by a-shop", "$45.00", "$95.00", "−$30.00", "$65.00", "Tax: $0.00"] {
        assert!(text.text.contains(words) && theirs.text.contains(words), "{words}");
    }
    assert_eq!(app.buyer("eve").await.browser.get(&invoice).await.status, 404, "somebody else's");
    app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn failed_attempts_are_told_once_each(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
    let ada = app.buyer("ada").await;
    let order = ada.order(&[(cup, 1)]).await;
    for n in 0..3 {
        let event = app.event(&format!("evt_{n}"), "payment_intent.payment_failed", order).await;
        for _ in 0..2 {
            assert_eq!(app.webhook(&event).await, 200);
        }
    }
    let text = ada.browser.get(&format!("/account/orders/{order}")).await.text;
    assert_eq!(text.matches("The payment was not accepted").count(), 3);
    let stranger = app.browser().get(&format!("/account/orders/{order}")).await;
    assert!(stranger.location().starts_with("/sign-in"), "{stranger:?}");
    app.assert_invariants().await;
}
