//! The inbox of the gateway's events: nothing that came is lost, and nothing takes effect twice.

use futures::future::join_all;
use souk::checkout::service;
use souk::error::AppError;
use souk::payments::inbox;
use sqlx::PgPool;

use crate::support::App;
use crate::support::shop::VISA;

async fn outcome(app: &App, id: &str) -> (String, i32, Option<String>) {
    sqlx::query_as("select outcome, attempts, last_error from stripe_events where id = $1").bind(id).fetch_one(app.pool()).await.unwrap()
}

/// The order is not there yet: a database that was set back, or an order of another shop on the same account.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_cannot_be_applied_stands_as_such_until_it_can(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
    let order = app.buyer("ada").await.order(&[(cup, 2)]).await;
    app.confirm(order, VISA).await;
    let event = app.event("evt_1", "payment_intent.succeeded", order).await;
    app.switch(&[("fault", "fail_before"), ("fault_operation", "payment_intents.retrieve"), ("fault_times", "20")]).await;
    assert_eq!(app.webhook(&event).await, 503);
    let (state, attempts, why) = outcome(&app, "evt_1").await;
    assert_eq!((state.as_str(), attempts), ("failed", 1));
    assert!(why.is_some_and(|why| !why.is_empty()));
    assert_eq!(app.webhook(&event).await, 503, "sent again");
    assert_eq!(outcome(&app, "evt_1").await.1, 2);
    let failed = inbox::failed(&app.state.db).await.unwrap();
    assert_eq!(failed.iter().map(|event| event.id.as_str()).collect::<Vec<_>>(), ["evt_1"]);
    assert!(service::replay(&app.state, None, "evt_1").await.is_err(), "still away");
    assert_eq!(app.status(order).await, "pending");

    app.switch(&[("fault", "none")]).await;
    assert_eq!(app.webhook(&event).await, 200);
    assert_eq!(outcome(&app, "evt_1").await, ("applied".to_owned(), 4, None));
    assert_eq!((app.status(order).await.as_str(), app.stock(cup).await), ("paid", 3));
    app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_replay_makes_up_for_what_failed_and_repeats_nothing(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
    let order = app.buyer("ada").await.order(&[(cup, 2)]).await;
    app.confirm(order, VISA).await;
    let event = app.event("evt_1", "payment_intent.succeeded", order).await;
    app.switch(&[("fault", "fail_before"), ("fault_operation", "payment_intents.retrieve"), ("fault_times", "20")]).await;
    assert_eq!(app.webhook(&event).await, 503);
    app.switch(&[("fault", "none")]).await;

    // Several people at once, and the gateway's own next attempt.
    let (replays, delivered) = tokio::join!(join_all((0..8).map(|_| service::replay(&app.state, None, "evt_1"))), app.webhook(&event));
    assert!(replays.iter().all(Result::is_ok), "{replays:?}");
    assert_eq!(delivered, 200);
    assert_eq!(outcome(&app, "evt_1").await.0, "applied");
    assert!(inbox::failed(&app.state.db).await.unwrap().is_empty());
    for _ in 0..2 {
        service::replay(&app.state, None, "evt_1").await.unwrap();
    }
    assert_eq!((app.status(order).await.as_str(), app.stock(cup).await), ("paid", 3), "the goods fell once");
    assert_eq!(app.count("select count(*) from outbox where kind in ('receipt', 'new_order')").await, 2);
    assert_eq!(app.count("select count(*) from audit_log where action = 'event.replayed'").await, 10);
    assert_eq!(service::replay(&app.state, None, "evt_none").await.unwrap_err(), AppError::NotFound);
    app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn an_order_that_is_not_there_is_asked_for_again(pool: PgPool) {
    let app = App::start(pool).await;
    let nobody = souk::values::OrderId::new().to_string();
    let fields = [("amount", "900"), ("currency", "usd"), ("metadata[order_id]", nobody.as_str())];
    app.sandbox(http::Method::POST, "v1/payment_intents", &fields).await;
    let event = app.sandbox_event("payment_intent.created").await;
    assert_eq!(app.webhook(&event).await, 404);
    let (state, why): (String, String) =
        sqlx::query_as("select outcome, last_error from stripe_events").fetch_one(app.pool()).await.unwrap();
    assert_eq!((state.as_str(), why.as_str()), ("failed", "We could not find this."));
    // What does not say that it is ours is somebody else's.
    app.sandbox(http::Method::POST, "v1/payment_intents", &fields[..2]).await;
    assert_eq!(app.webhook(&app.sandbox_event("payment_intent.created").await).await, 200);
    assert_eq!(app.count("select count(*) from stripe_events where outcome = 'ignored'").await, 1);
}
