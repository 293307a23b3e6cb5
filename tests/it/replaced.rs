//! The same goods are ordered again while an order for them waits to be paid: the new one comes in its place.

use http::StatusCode;
use souk::checkout::jobs;
use souk::values::{OrderId, VariantId};
use sqlx::PgPool;

use crate::support::App;
use crate::support::shop::{Buyer, VISA};

/// An unpaid order of two cups.
async fn unpaid(pool: PgPool) -> (App, Buyer, VariantId, OrderId) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
    let ada = app.buyer("ada").await;
    let order = ada.order(&[(cup, 2)]).await;
    (app, ada, cup, order)
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn an_unpaid_order_is_replaced_by_the_next_for_the_same_goods(pool: PgPool) {
    let (app, ada, cup, first) = unpaid(pool).await;
    let second = ada.order(&[(cup, 1)]).await;
    assert_ne!(first, second);
    assert_eq!((app.status(first).await, app.status(second).await), ("canceled".to_owned(), "pending".to_owned()));
    assert_ne!(app.confirm(first, VISA).await, 200, "nobody can pay for both");
    assert_eq!(app.confirm(second, VISA).await, 200);
    assert_eq!(app.webhook(&app.event("evt_paid", "payment_intent.succeeded", second).await).await, 200);
    assert_eq!((app.status(second).await.as_str(), app.stock(cup).await), ("paid", 2));
    app.assert_invariants().await;
}

/// Killed between the order and what follows from it.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_was_interrupted_is_done_by_the_job_and_nobody_can_pay_for_it(pool: PgPool) {
    let (app, ada, cup, first) = unpaid(pool).await;
    let bowl = app.goods(app.vendor("mill").await, 900, 5).await;
    assert_eq!(ada.browser.call("/api/cart/remove", &[("variant_id", &cup.to_string())]).await.status, StatusCode::OK);
    let second = ada.order(&[(bowl, 1)]).await;
    let third = app.buyer("bob").await.order(&[(cup, 1)]).await;
    for (earlier, later) in [(first, second), (second, third)] {
        sqlx::query("update orders set replaced_by = $2 where id = $1").bind(earlier).bind(later).execute(app.pool()).await.unwrap();
    }
    let page = ada.browser.get(&format!("/checkout/{first}/pay")).await.text;
    assert!(!page.contains("_secret_"), "{page}");
    assert_eq!(app.status(first).await, "canceled");
    jobs::expire_orders(app.state.clone()).await.unwrap();
    assert_eq!((app.status(second).await, app.status(third).await), ("canceled".to_owned(), "pending".to_owned()));
    app.assert_invariants().await;
}

/// The control: other goods are another order.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn an_order_for_other_goods_stands_beside_it(pool: PgPool) {
    let (app, ada, cup, first) = unpaid(pool).await;
    let bowl = app.goods(app.vendor("mill").await, 900, 5).await;
    assert_eq!(ada.browser.call("/api/cart/remove", &[("variant_id", &cup.to_string())]).await.status, StatusCode::OK);
    let second = ada.order(&[(bowl, 1)]).await;
    assert_eq!((app.status(first).await, app.status(second).await), ("pending".to_owned(), "pending".to_owned()));
    app.assert_invariants().await;
}

/// Paid in another tab, and the webhook is late.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_turns_out_to_be_paid_is_not_replaced(pool: PgPool) {
    let (app, ada, cup, first) = unpaid(pool).await;
    ada.add(cup, "1").await;
    let fingerprint = ada.fingerprint().await;
    assert_eq!(app.confirm(first, VISA).await, 200);
    assert_eq!(ada.place(&fingerprint).await.status, StatusCode::CONFLICT);
    assert_eq!((app.status(first).await.as_str(), app.stock(cup).await), ("paid", 3));
    assert_eq!(app.count("select count(*) from orders where status = 'canceled'").await, 1, "the new one is closed");
    app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_the_bank_works_on_is_not_replaced(pool: PgPool) {
    let (app, ada, cup, first) = unpaid(pool).await;
    ada.add(cup, "1").await;
    let fingerprint = ada.fingerprint().await;
    app.switch(&[("stay_processing", "true")]).await;
    app.confirm(first, VISA).await;
    assert_eq!(ada.place(&fingerprint).await.status, StatusCode::CONFLICT);
    assert_eq!(app.status(first).await, "pending");
    assert_eq!(app.count("select count(*) from orders where status = 'canceled'").await, 1);
    app.assert_invariants().await;
}

/// Two tabs, two addresses, one click each at the same time.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn of_two_that_are_placed_at_once_one_can_be_paid(pool: PgPool) {
    let (app, ada, cup, first) = unpaid(pool).await;
    ada.add(cup, "1").await;
    let three = ada.fingerprint().await;
    let again = async { ada.place(&three).await };
    let also = async { ada.place(&three).await };
    let (again, also) = tokio::join!(again, also);
    assert_eq!(again.json::<OrderId>(), also.json::<OrderId>());
    assert_eq!(app.status(first).await, "canceled");
    assert_eq!(app.count("select count(*) from orders where status = 'pending'").await, 1);
    app.assert_invariants().await;
}
