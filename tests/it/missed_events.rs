//! Events whose webhook was lost: the gateway's own list brings them, once, by the same way.

use souk::accounts::Role;
use souk::checkout::service::receive_missed;
use souk::error::AppError;
use souk::values::OrderId;
use sqlx::PgPool;

use crate::support::App;
use crate::support::shop::DISPUTED;

const DISPUTES: &str = "select count(*) from disputes";

/// An order that was paid with a card whose bank disputes it at once; no webhook has come.
async fn disputed(pool: PgPool) -> (App, OrderId) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
    app.signed_in("admin@example.com", Role::Admin).await;
    let order = app.buyer("ada").await.order(&[(cup, 2)]).await;
    assert_eq!(app.confirm(order, DISPUTED).await, 200);
    (app, order)
}

async fn list(app: &App) -> Result<(), AppError> {
    receive_missed(app.state.clone()).await
}

/// As if the list had last been looked through then.
async fn listed_until(app: &App, when: &'static str) {
    sqlx::query("update events_listed set until = now() + $1::text::interval").bind(when).execute(app.pool()).await.unwrap();
}

async fn lags(app: &App) -> bool {
    sqlx::query_scalar("select until < now() - interval '1 hour' from events_listed").fetch_one(app.pool()).await.unwrap()
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_lost_dispute_is_found_in_the_list(pool: PgPool) {
    let (app, order) = disputed(pool).await;
    for round in 0..3 {
        list(&app).await.unwrap();
        assert_eq!((app.status(order).await.as_str(), app.count(DISPUTES).await), ("paid", 1), "round {round}");
        assert_eq!(app.count("select count(*) from outbox where kind = 'payment_attention'").await, 1, "told once");
        // The webhook comes after all, with the same event.
        assert_eq!(app.webhook(&app.sandbox_event("charge.dispute.created").await).await, 200);
    }
    assert_eq!(app.count("select count(*) from stripe_events where type = 'charge.dispute.created' and outcome = 'applied'").await, 1);
    assert_eq!(app.count("select count(*) from stripe_events where type = 'charge.succeeded'").await, 0, "nothing to us");
    app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_could_not_be_asked_about_is_listed_again(pool: PgPool) {
    let (app, order) = disputed(pool).await;
    listed_until(&app, "-1 day").await;
    for operation in ["events.list", "payment_intents.retrieve"] {
        app.switch(&[("fault", "fail_before"), ("fault_operation", operation), ("fault_times", "20")]).await;
        assert_eq!(list(&app).await.unwrap_err(), AppError::Offline, "{operation}");
        assert!(lags(&app).await, "{operation}");
    }
    assert_eq!((app.status(order).await.as_str(), app.count(DISPUTES).await), ("pending", 0));
    app.switch(&[("fault", "none")]).await;
    list(&app).await.unwrap();
    assert!(!lags(&app).await);
    assert_eq!((app.status(order).await.as_str(), app.count(DISPUTES).await), ("paid", 1));
    assert_eq!(app.count("select count(*) from stripe_events where outcome = 'failed'").await, 0);
    app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn the_list_is_read_from_where_it_was_left_to_its_end(pool: PgPool) {
    let (app, _) = disputed(pool).await;
    // More than a page of what others do with the account, and all of it newer.
    sqlx::query(
        "insert into stripe_sandbox.objects (id, kind, created, body)
         select 'evt_more' || n, kind, created, body || jsonb_build_object('id', 'evt_more' || n, 'type', 'customer.created')
         from stripe_sandbox.objects, generate_series(1, 120) n where kind = 'event' and body ->> 'type' = 'payment_intent.created'",
    )
    .execute(app.pool())
    .await
    .unwrap();
    listed_until(&app, "1 hour").await;
    list(&app).await.unwrap();
    assert_eq!(app.count("select count(*) from stripe_events").await, 0, "all of it is older");
    // Less than what each run looks at once more.
    listed_until(&app, "10 minutes").await;
    list(&app).await.unwrap();
    assert_eq!(app.count(DISPUTES).await, 1);
    assert_eq!(app.count("select count(*) from stripe_events where type = 'customer.created'").await, 0);
    app.assert_invariants().await;
}
