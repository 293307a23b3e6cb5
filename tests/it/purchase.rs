//! The money path: what is paid is delivered or refunded, once, whatever the order of things.

use futures::StreamExt;
use futures::stream::iter;
use souk::accounts::Role;
use souk::checkout::{jobs, service};
use souk::values::OrderId;
use sqlx::PgPool;

use crate::support::App;
use crate::support::shop::{DECLINED, VISA, signature};

/// One fewer on the shelf than thought, and one more.
const CORRECT_DOWN: &str = "insert into stock_movements (id, variant_id, vendor_id, kind, delta, reason)
    select gen_random_uuid(), id, vendor_id, 'correction', -1, 'Counted' from product_variants";
const CORRECT_UP: &str = "insert into stock_movements (id, variant_id, vendor_id, kind, delta, reason)
    select gen_random_uuid(), id, vendor_id, 'correction', 1, 'Counted' from product_variants";

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn goods_of_two_shops_are_bought_with_one_payment(pool: PgPool) {
    let app = App::start(pool).await;
    let (a, b) = (app.vendor("a-shop").await, app.vendor("b-shop").await);
    let (cup, lamp) = (app.goods(a, 1500, 5).await, app.goods(b, 4000, 3).await);
    let ada = app.buyer("ada").await;
    let order = ada.order(&[(cup, 2), (lamp, 1)]).await;
    assert_eq!((app.stock(cup).await, app.stock(lamp).await), (5, 3), "a pending order takes nothing");
    ada.add(cup, "1").await;

    assert_eq!(app.confirm(order, VISA).await, 200);
    assert_eq!(app.webhook(&app.event("evt_1", "payment_intent.succeeded", order).await).await, 200);

    assert_eq!(app.status(order).await, "paid");
    assert_eq!((app.stock(cup).await, app.stock(lamp).await), (3, 2));
    let total: i64 = sqlx::query_scalar("select total_minor from orders").fetch_one(app.pool()).await.unwrap();
    assert_eq!(total, 2 * 1500 + 4000 + 2 * 500);
    let left: Vec<i32> = sqlx::query_scalar("select quantity from cart_items").fetch_all(app.pool()).await.unwrap();
    assert_eq!(left, [1], "what was added after checkout stays in the cart (I9)");
    assert_eq!(app.count("select count(*) from outbox where kind = 'receipt'").await, 1);
    assert_eq!(app.count("select count(*) from outbox where kind = 'new_order'").await, 2);
    app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn twenty_copies_of_one_event_take_effect_once(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
    let order = app.buyer("ada").await.order(&[(cup, 2)]).await;
    app.confirm(order, VISA).await;
    let event = app.event("evt_same", "payment_intent.succeeded", order).await;
    let answers: Vec<u16> = iter(0..20).map(|_| app.webhook(&event)).buffer_unordered(20).collect().await;
    assert_eq!(answers, [200; 20]);
    assert_eq!(app.stock(cup).await, 3);
    assert_eq!(app.count("select count(*) from stripe_events").await, 1);
    assert_eq!(app.count("select count(*) from outbox where kind = 'receipt'").await, 1);
    app.assert_invariants().await;
}

/// Twenty different events with the same news: the order's state, and not the event's id alone, keeps them from repeating.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn twenty_events_with_the_same_news_take_effect_once(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
    let order = app.buyer("ada").await.order(&[(cup, 2)]).await;
    app.confirm(order, VISA).await;
    let mut events = Vec::new();
    for n in 0..20 {
        events.push(app.event(&format!("evt_{n}"), "payment_intent.succeeded", order).await);
    }
    let answers: Vec<u16> = iter(&events).map(|event| app.webhook(event)).buffer_unordered(20).collect().await;
    assert_eq!(answers, [200; 20]);
    assert_eq!(app.stock(cup).await, 3);
    app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_second_click_finds_the_same_order(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
    let ada = app.buyer("ada").await;
    ada.add(cup, "5").await;
    let fingerprint = ada.fingerprint().await;
    let pages = iter(0..10).map(|_| ada.place(&fingerprint)).buffer_unordered(10).collect::<Vec<_>>().await;
    let orders: Vec<OrderId> = pages.iter().map(|page| page.json()).collect();
    assert!(orders.windows(2).all(|pair| pair[0] == pair[1]), "{orders:?}");
    assert_eq!(app.count("select count(*) from orders").await, 1);
    assert_eq!(app.count("select count(distinct id) from stripe_sandbox.objects where kind = 'payment_intent'").await, 1);
    app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_changed_between_cart_and_checkout_is_a_conflict_and_no_order(pool: PgPool) {
    let app = App::start(pool).await;
    let vendor = app.vendor("shop").await;
    let cup = app.goods(vendor, 1500, 5).await;
    let ada = app.buyer("ada").await;
    ada.add(cup, "5").await;
    let changes = [
        ("update product_variants set price_minor = 1501", "update product_variants set price_minor = 1500"),
        (CORRECT_DOWN, CORRECT_UP),
        ("update products set status = 'archived'", "update products set status = 'published'"),
        ("update vendors set status = 'suspended', status_reason = 'test'", "update vendors set status = 'approved'"),
        ("update vendors set shipping_flat_minor = 700", "update vendors set shipping_flat_minor = 500"),
    ];
    for (change, undo) in changes {
        let seen = ada.fingerprint().await;
        sqlx::query(change).execute(app.pool()).await.unwrap();
        let page = ada.place(&seen).await;
        assert_eq!(page.status, 409, "{change}: {}", page.text);
        sqlx::query(undo).execute(app.pool()).await.unwrap();
    }
    assert_eq!(app.count("select count(*) from orders").await, 0);
}

/// F30: between checkout and payment everything changes, and the goods are taken off the shelf.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_changes_after_checkout_leaves_the_order_as_it_was(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
    let order = app.buyer("ada").await.order(&[(cup, 2)]).await;
    let bought = "select row_to_json(l) from order_lines l";
    let before: serde_json::Value = sqlx::query_scalar(bought).fetch_one(app.pool()).await.unwrap();
    for change in [
        "update product_variants set price_minor = 9900",
        "update products set name = 'Something else', status = 'archived'",
        "update vendors set name = 'Somebody else', shipping_flat_minor = 700",
    ] {
        sqlx::query(change).execute(app.pool()).await.unwrap();
    }
    assert_eq!(app.confirm(order, VISA).await, 200);
    assert_eq!(app.webhook(&app.event("evt_1", "payment_intent.succeeded", order).await).await, 200);
    assert_eq!((app.status(order).await.as_str(), app.stock(cup).await), ("paid", 3));
    let after: serde_json::Value = sqlx::query_scalar(bought).fetch_one(app.pool()).await.unwrap();
    assert_eq!(after, before);
    assert_eq!(app.count("select total_minor from orders").await, 2 * 1500 + 500);
    app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn bad_quantities_and_smuggled_prices_are_refused(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
    let ada = app.buyer("ada").await;
    for quantity in ["0", "-1", "1.5", "1e9", "1000000000", "2147483648", "9223372036854775808", "NaN", "", "ten"] {
        let page = ada.add(cup, quantity).await;
        assert_eq!(page.status, 422, "{quantity}: {}", page.text);
    }
    assert_eq!(ada.add(cup, "6").await.status, 409, "more than there is");
    for smuggled in ["price_minor", "price", "total", "discount", "unit_price"] {
        let fields = [("variant_id", cup.to_string()), ("quantity", "1".to_owned()), (smuggled, "1".to_owned())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(ada.browser.call("/api/cart/add", &fields).await.status, 422, "{smuggled}");
    }
    let unknown = souk::values::VariantId::new();
    assert_eq!(ada.add(unknown, "1").await.status, 409, "as what is no longer for sale");
    assert_eq!(app.count("select count(*) from cart_items").await, 0);
    assert_eq!(ada.add(cup, "5").await.status, 200, "the same request with nothing wrong");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_decline_leaves_the_order_open_and_says_so_once(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
    let order = app.buyer("ada").await.order(&[(cup, 1)]).await;
    for n in 0..2 {
        assert_eq!(app.confirm(order, DECLINED).await, 402);
        assert_eq!(app.webhook(&app.event(&format!("evt_f{n}"), "payment_intent.payment_failed", order).await).await, 200);
    }
    assert_eq!((app.status(order).await.as_str(), app.stock(cup).await), ("pending", 5));
    assert_eq!(app.count("select count(*) from outbox where kind = 'payment_failed'").await, 1);
    assert_eq!(app.count("select count(*) from payments where last_error_message is not null").await, 1);
    app.confirm(order, VISA).await;
    // The failure's event comes late and after the success: nothing goes backwards.
    assert_eq!(app.webhook(&app.event("evt_ok", "payment_intent.succeeded", order).await).await, 200);
    assert_eq!(app.webhook(&app.event("evt_late", "payment_intent.payment_failed", order).await).await, 200);
    assert_eq!((app.status(order).await.as_str(), app.stock(cup).await), ("paid", 4));
    app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_stop_between_order_and_intent_loses_and_doubles_nothing(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
    let ada = app.buyer("ada").await;
    let order = ada.order(&[(cup, 1)]).await;
    let intent = app.intent_id(order).await;
    // As if the process had died before it could keep the intent's id.
    sqlx::query("update payments set intent_id = null, status = 'creating'").execute(app.pool()).await.unwrap();
    let page = ada.browser.get(&format!("/checkout/{order}/pay")).await;
    assert_eq!(page.status, 200);
    assert_eq!(app.intent_id(order).await, intent, "the key brings the same intent");
    // And if nobody comes back to the page, the webhook finds its way too.
    sqlx::query("update payments set intent_id = null, status = 'creating'").execute(app.pool()).await.unwrap();
    let client_secret = app.state.gateway.retrieve_intent(&intent).await.unwrap().client_secret.unwrap();
    let fields = [("client_secret", client_secret.as_str()), ("payment_method", VISA)];
    let path = format!("/_stripe/v1/payment_intents/{intent}/confirm");
    let request = app.browser().request(http::Method::POST, &path).bearer_auth(&app.state.config.stripe.publishable_key).form(&fields);
    assert_eq!(request.send().await.unwrap().status(), 200);
    let intent = app.state.gateway.retrieve_intent(&intent).await.unwrap();
    assert_eq!(service::apply_payment_intent(&app.state, &intent, None).await.unwrap(), service::Applied::Paid);
    app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_success_without_stock_is_refunded_by_itself(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 1).await;
    let order = app.buyer("ada").await.order(&[(cup, 1)]).await;
    app.confirm(order, VISA).await;
    // A correction by the vendor: it was broken.
    sqlx::query(CORRECT_DOWN).execute(app.pool()).await.unwrap();
    assert_eq!(app.webhook(&app.event("evt_1", "payment_intent.succeeded", order).await).await, 200);
    assert_eq!(app.status(order).await, "refund_pending");
    jobs::send_refunds(app.state.clone()).await.unwrap();
    assert_eq!(app.status(order).await, "refunded");
    assert_eq!(app.count("select count(*) from outbox where kind in ('refund_announced', 'refunded')").await, 2);
    assert_eq!(app.count("select count(*) from outbox where kind in ('receipt', 'new_order')").await, 0);
    app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn an_unpaid_order_expires_and_a_paid_one_does_not(pool: PgPool) {
    let app = App::start(pool).await;
    let vendor = app.vendor("shop").await;
    let cup = app.goods(vendor, 1500, 5).await;
    let unpaid = app.buyer("ada").await.order(&[(cup, 1)]).await;
    let paid = app.buyer("bob").await.order(&[(cup, 1)]).await;
    app.confirm(paid, VISA).await;
    // Both are old, and no webhook ever came.
    sqlx::query("update orders set placed_at = now() - interval '61 minutes'").execute(app.pool()).await.unwrap();
    jobs::expire_orders(app.state.clone()).await.unwrap();
    assert_eq!((app.status(unpaid).await.as_str(), app.status(paid).await.as_str()), ("expired", "paid"));
    let intent = app.state.gateway.retrieve_intent(&app.intent_id(unpaid).await).await.unwrap();
    assert_eq!(intent.status.as_str(), "canceled", "canceled at the gateway first");
    assert_eq!(app.stock(cup).await, 4);
    app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_success_after_closing_is_refunded(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
    let order = app.buyer("ada").await.order(&[(cup, 1)]).await;
    app.confirm(order, VISA).await;
    sqlx::query("update orders set status = 'canceled', closed_at = now()").execute(app.pool()).await.unwrap();
    assert_eq!(app.webhook(&app.event("evt_1", "payment_intent.succeeded", order).await).await, 200);
    jobs::send_refunds(app.state.clone()).await.unwrap();
    assert_eq!((app.status(order).await.as_str(), app.stock(cup).await), ("refunded", 5));
    app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_lost_webhook_is_made_up_for_by_the_reconciler(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
    let order = app.buyer("ada").await.order(&[(cup, 1)]).await;
    app.confirm(order, VISA).await;
    jobs::reconcile_payments(app.state.clone()).await.unwrap();
    assert_eq!(app.status(order).await, "pending", "not before its time");
    sqlx::query("update payments set check_after = now()").execute(app.pool()).await.unwrap();
    jobs::reconcile_payments(app.state.clone()).await.unwrap();
    assert_eq!(app.status(order).await, "paid");
    app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn another_amount_goes_to_review_and_takes_no_goods(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
    let order = app.buyer("ada").await.order(&[(cup, 1)]).await;
    app.signed_in("admin@example.com", Role::Admin).await;
    app.confirm(order, VISA).await;
    let mut intent = app.state.gateway.retrieve_intent(&app.intent_id(order).await).await.unwrap();
    intent.amount.amount_minor -= 1;
    assert_eq!(service::apply_payment_intent(&app.state, &intent, None).await.unwrap(), service::Applied::Review);
    assert_eq!(service::apply_payment_intent(&app.state, &intent, None).await.unwrap(), service::Applied::Nothing);
    assert_eq!(app.count("select count(*) from outbox where kind = 'payment_attention'").await, 1, "the admin hears of it once");
    assert_eq!((app.status(order).await.as_str(), app.stock(cup).await), ("review", 5));
}

/// CVE-2026-80342: a captured payment of another order pays for this one.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn another_orders_payment_does_not_pay_for_this_one(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
    let mine = app.buyer("ada").await.order(&[(cup, 1)]).await;
    let other = app.buyer("bob").await.order(&[(cup, 1)]).await;
    app.confirm(other, VISA).await;
    let mut intent = app.state.gateway.retrieve_intent(&app.intent_id(other).await).await.unwrap();
    intent.order_id = Some(mine);
    assert_eq!(service::apply_payment_intent(&app.state, &intent, None).await.unwrap(), service::Applied::NotOurs);
    assert_eq!(app.status(mine).await, "pending");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_forged_webhook_changes_nothing(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
    let order = app.buyer("ada").await.order(&[(cup, 1)]).await;
    app.confirm(order, VISA).await;
    let event = app.event("evt_1", "payment_intent.succeeded", order).await;
    for forged in ["", "t=1,v1=00", &signature("whsec_wrong", &event), &signature("", &event)] {
        assert_eq!(app.webhook_signed(&event, forged).await, 400, "{forged}");
    }
    let live = event.replace("\"livemode\":false", "\"livemode\":true");
    assert_eq!(app.webhook(&live).await, 400, "signed, but of the other mode");
    let huge = format!("{event}{}", " ".repeat(300 * 1024));
    assert_eq!(app.webhook(&huge).await, 413);
    assert_eq!((app.status(order).await.as_str(), app.count("select count(*) from stripe_events").await), ("pending", 0));
    assert_eq!(app.webhook(&event).await, 200, "the same event with nothing wrong");
    assert_eq!(app.status(order).await, "paid");
}

/// CVE-2026-22588 and CVE-2026-25757: addresses and orders of others answer like missing ones.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn other_peoples_orders_and_addresses_are_not_found(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
    let (ada, eve) = (app.buyer("ada").await, app.buyer("eve").await);
    let order = ada.order(&[(cup, 1)]).await;
    eve.add(cup, "1").await;
    for path in [format!("/checkout/{order}/pay"), format!("/orders/{order}/thanks"), format!("/account/orders/{order}")] {
        assert_eq!(eve.browser.get(&path).await.status, 404, "{path}");
        assert_eq!(ada.browser.get(&path).await.status, 200, "{path}");
    }
    let fingerprint = eve.fingerprint().await;
    let stolen = [("address_id", ada.address_id.to_string()), ("fingerprint", fingerprint)];
    let stolen: Vec<(&str, &str)> = stolen.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(eve.browser.call("/api/checkout/place-order", &stolen).await.status, 404);
    assert_eq!(eve.browser.call("/api/checkout/progress", &[("order_id", &order.to_string())]).await.status, 404);
}
