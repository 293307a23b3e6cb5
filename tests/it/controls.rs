//! Negative controls: what happens without a safeguard. A safeguard that could be taken away without any test noticing would be none, or the
//! tests would be worth nothing. What can be taken from the database's side is taken there, under the real finaliser; a lock stands in the
//! code, so for those a short finaliser is put together here from the real one's parts, and with the lock it must do right.

use std::time::Duration;

use futures::future::join_all;
use souk::analytics::invariants;
use souk::checkout::invariants::Violation;
use souk::checkout::service::{Applied, apply_payment_intent};
use souk::orders::OrderStatus;
use souk::payments::PaymentStatus;
use souk::payments::service::Payment;
use souk::platform::db::Tx;
use souk::platform::gateway::{Intent, IntentStatus};
use souk::values::{OrderId, VariantId};
use souk::{catalogue, orders, payments};
use sqlx::PgPool;

use crate::support::App;
use crate::support::shop::VISA;

/// Deadlocks are found after a second; a busy machine takes longer.
const PATIENCE: Duration = Duration::from_secs(20);

/// An order that is paid at the gateway, and of which no news has come yet.
async fn paid_at_the_gateway(pool: PgPool) -> (App, VariantId, OrderId, Intent) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
    let order = app.buyer("ada").await.order(&[(cup, 1)]).await;
    assert_eq!(app.confirm(order, VISA).await, 200);
    let intent = app.state.gateway.retrieve_intent(&app.intent_id(order).await).await.unwrap();
    (app, cup, order, intent)
}

/// The first half of the finaliser: where order and payment stand, with their rows locked or merely read.
async fn look(app: &App, order: OrderId, intent: &Intent, locked: bool) -> (Tx, OrderStatus, Payment) {
    let mut tx = app.state.db.begin().await.unwrap();
    if locked {
        let status = orders::service::lock(&mut tx, order).await.unwrap();
        let payment = payments::service::lock_for_intent(&mut tx, order, &intent.id).await.unwrap().unwrap();
        return (tx, status, payment);
    }
    let status = orders::service::load(&mut tx, order).await.unwrap().order.status;
    let payment = payments::service::of_order(&app.state.db, order).await.unwrap();
    (tx, status, payment)
}

/// The second half, for a success: as `checkout/service/finalise.rs` has it.
async fn act((mut tx, status, payment): (Tx, OrderStatus, Payment), order: OrderId) {
    let moved = payments::service::set_status(&mut tx, payment.id, PaymentStatus::Succeeded, None).await.unwrap();
    if (moved || payment.status != PaymentStatus::Succeeded) && status == OrderStatus::Pending {
        let bought = orders::service::load(&mut tx, order).await.unwrap().bought;
        let variants: Vec<VariantId> = bought.iter().map(|(variant, _)| *variant).collect();
        catalogue::service::stock::lock(&mut tx, &variants).await.unwrap();
        assert!(catalogue::service::stock::take(&mut tx, order, &bought, "http://127.0.0.1").await.unwrap());
        orders::service::mark_paid(&mut tx, order).await.unwrap();
        let receipt = "insert into outbox (id, kind, dedupe_key, recipient, subject, body_text, body_html)
                       values (gen_random_uuid(), 'receipt', 'receipt:' || $1, 'ada@buyers.example', 'Receipt', '', '') on conflict do nothing";
        sqlx::query(receipt).bind(order.to_string()).execute(&mut *tx).await.unwrap();
    }
    tx.commit().await.unwrap();
}

fn broken(violations: &[Violation], id: &str) -> bool {
    violations.iter().any(|violation| violation.invariant.starts_with(id))
}

/// Webhook and thanks page bring the same success at the same moment. Without the locks of order and payment both find the order pending.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn without_the_locks_one_payment_takes_the_goods_twice(pool: PgPool) {
    let (app, cup, order, intent) = paid_at_the_gateway(pool).await;
    let webhook = look(&app, order, &intent, false).await;
    let thanks_page = look(&app, order, &intent, false).await;
    act(webhook, order).await;
    act(thanks_page, order).await;
    assert_eq!(app.stock(cup).await, 3, "one was bought, and two are gone");
    let violations = invariants::check(&app.state.db).await.unwrap();
    assert!(broken(&violations, "I1") && broken(&violations, "I5"), "{violations:#?}");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn with_the_locks_the_second_comes_to_a_paid_order(pool: PgPool) {
    let (app, cup, order, intent) = paid_at_the_gateway(pool).await;
    let webhook = look(&app, order, &intent, true).await;
    let thanks_page = async { act(look(&app, order, &intent, true).await, order).await };
    let first = async {
        app.until_waiting(1).await;
        act(webhook, order).await;
    };
    tokio::join!(thanks_page, first);
    assert_eq!(app.stock(cup).await, 4);
    app.assert_invariants().await;
}

/// The order is closed between the look at it and what follows from it. Only the order's lock is missing.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn without_the_orders_lock_goods_go_to_a_closed_order(pool: PgPool) {
    let (app, cup, order, intent) = paid_at_the_gateway(pool).await;
    let webhook = look(&app, order, &intent, false).await;
    let canceled = Intent { status: IntentStatus::Canceled, ..intent.clone() };
    assert_eq!(apply_payment_intent(&app.state, &canceled, None).await.unwrap(), Applied::Closed);
    act(webhook, order).await;
    assert_eq!((app.status(order).await.as_str(), app.stock(cup).await), ("canceled", 4));
    let violations = invariants::check(&app.state.db).await.unwrap();
    assert!(broken(&violations, "I1") && broken(&violations, "I7"), "{violations:#?}");
}

/// The real closing meets the lock, waits, and finds the order paid.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn with_the_orders_lock_the_closing_waits(pool: PgPool) {
    let (app, cup, order, intent) = paid_at_the_gateway(pool).await;
    let webhook = look(&app, order, &intent, true).await;
    let canceled = Intent { status: IntentStatus::Canceled, ..intent.clone() };
    let closing = async { assert_eq!(apply_payment_intent(&app.state, &canceled, None).await.unwrap(), Applied::Nothing) };
    let first = async {
        app.until_waiting(1).await;
        act(webhook, order).await;
    };
    tokio::join!(closing, first);
    assert_eq!((app.status(order).await.as_str(), app.stock(cup).await), ("paid", 4));
    app.assert_invariants().await;
}

/// Two orders over the same goods, each locking what it bought in the order in which it was bought.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn stock_locked_as_bought_is_a_deadlock(pool: PgPool) {
    let app = App::start(pool).await;
    let vendor = app.vendor("shop").await;
    let (cup, lamp) = (app.goods(vendor, 1500, 5).await, app.goods(vendor, 4000, 5).await);
    let lock_one = async |tx: &mut Tx, variant| catalogue::service::stock::lock(tx, &[variant]).await;
    let (mut one, mut other) = (app.state.db.begin().await.unwrap(), app.state.db.begin().await.unwrap());
    lock_one(&mut one, cup).await.unwrap();
    lock_one(&mut other, lamp).await.unwrap();
    let second_lock = async |mut tx: Tx, variant| {
        let locked = lock_one(&mut tx, variant).await;
        // Whoever lost gives way at once, so that the other one goes on.
        tx.rollback().await.unwrap();
        locked.map_err(|error| error.to_string())
    };
    let both = tokio::time::timeout(PATIENCE, async { tokio::join!(second_lock(one, lamp), second_lock(other, cup)) }).await.unwrap();
    let lost = [both.0, both.1].into_iter().filter_map(Result::err).collect::<Vec<_>>();
    assert_eq!(lost.len(), 1, "one of the two is told of a deadlock: {lost:?}");
}

/// The same two orders, through the one statement that locks by id.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn stock_locked_by_id_is_a_queue(pool: PgPool) {
    let app = App::start(pool).await;
    let vendor = app.vendor("shop").await;
    let (cup, lamp) = (app.goods(vendor, 1500, 5).await, app.goods(vendor, 4000, 5).await);
    let mut one = app.state.db.begin().await.unwrap();
    catalogue::service::stock::lock(&mut one, &[cup, lamp]).await.unwrap();
    let second = async {
        let mut other = app.state.db.begin().await.unwrap();
        catalogue::service::stock::lock(&mut other, &[lamp, cup]).await.unwrap();
    };
    let first = async {
        app.until_waiting(1).await;
        one.commit().await.unwrap();
    };
    tokio::join!(second, first);
}

/// Pieces come back to two products that a sale is about to count. Their variants stand in the other order than their products, and the
/// trigger that asks for the products at the end goes by the variants.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn pieces_come_back_behind_a_sale_of_the_same_products(pool: PgPool) {
    let app = App::start(pool).await;
    let vendor = app.vendor("shop").await;
    let (cup, lamp) = (app.goods(vendor, 1500, 5).await, app.goods(vendor, 4000, 5).await);
    let large_cup = VariantId::new();
    let another_size = "insert into product_variants (id, product_id, vendor_id, title, position, price_minor, currency, stock)
                        select $1, product_id, vendor_id, 'Large', 1, price_minor, currency, 5 from product_variants where id = $2";
    sqlx::query(another_size).bind(large_cup).bind(cup).execute(app.pool()).await.unwrap();
    let ada = app.buyer("ada").await;
    let order = ada.order(&[(lamp, 1), (large_cup, 1)]).await;
    assert_eq!(app.confirm(order, VISA).await, 200);
    assert_eq!(app.webhook(&app.event("evt_1", "payment_intent.succeeded", order).await).await, 200);

    let lock = "select from products where id = (select product_id from product_variants where id = $1) for no key update";
    let mut sale = app.state.db.begin().await.unwrap();
    sqlx::query(lock).bind(cup).execute(&mut *sale).await.unwrap();
    let back = async { ada.browser.call("/api/checkout/cancel-paid", &[("order_id", &order.to_string())]).await.status };
    let first = async {
        app.until_waiting(1).await;
        sqlx::query(lock).bind(lamp).execute(&mut *sale).await.unwrap();
        sale.commit().await.unwrap();
    };
    let (status, ()) = tokio::join!(back, first);
    assert_eq!(status, 200, "a deadlock would be a 503");
    assert_eq!((app.stock(lamp).await, app.stock(large_cup).await), (5, 5));
    app.assert_invariants().await;
}

/// The inbox forgets: a trigger gives each copy of an event another id. The finaliser is the real one, and what still holds is the order's
/// state; what turns red is the count that the tests of duplicates look at.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn without_the_inbox_each_copy_counts_as_new(pool: PgPool) {
    let (app, cup, order, _) = paid_at_the_gateway(pool).await;
    sqlx::raw_sql(
        "create function forget() returns trigger language plpgsql as $$ begin new.id := gen_random_uuid()::text; return new; end $$;
         create trigger forget before insert on stripe_events for each row execute function forget()",
    )
    .execute(app.pool())
    .await
    .unwrap();
    let event = app.event("evt_same", "payment_intent.succeeded", order).await;
    let answers = join_all((0..20).map(|_| app.webhook(&event))).await;
    assert_eq!(answers, [200; 20]);
    assert_eq!(app.count("select count(*) from stripe_events").await, 20, "with the inbox it is one");
    assert_eq!(app.stock(cup).await, 4, "the second line of defence");
    app.assert_invariants().await;
}

/// Without the hold two pay for one piece, and the finaliser's second look at the stock is what is left: one of them gets the money back.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn holds_are_what_keeps_two_from_paying_for_one(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 1).await;
    let ada = app.buyer("ada").await.order(&[(cup, 1)]).await;
    let eve = app.buyer("eve").await;
    assert_eq!(eve.add(cup, "1").await.status, 409, "held for Ada");
    sqlx::query("delete from stock_holds").execute(app.pool()).await.unwrap();
    let eve = eve.order(&[(cup, 1)]).await;
    for order in [ada, eve] {
        assert_eq!(app.confirm(order, VISA).await, 200);
        assert_eq!(app.webhook(&app.event(&format!("evt_{order}"), "payment_intent.succeeded", order).await).await, 200);
    }
    // The hold is Eve's by now.
    assert_eq!((app.status(ada).await.as_str(), app.status(eve).await.as_str()), ("refund_pending", "paid"));
    app.assert_invariants().await;
}
