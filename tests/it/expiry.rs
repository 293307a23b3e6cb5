//! Unpaid orders whose time is up: each is closed, whatever becomes of the others.

use souk::checkout::jobs;
use sqlx::PgPool;

use crate::support::App;

/// As if no intent had ever come about, and none could: this is less than the gateway charges.
const TOO_SMALL: &str =
    "update payments set intent_id = null, status = 'creating', idempotency_key = idempotency_key || ':small', amount_minor = 10";

async fn run(app: &App, statement: &'static str) {
    sqlx::query(statement).execute(app.pool()).await.unwrap();
}

async fn expire(app: &App) {
    jobs::expire_orders(app.state.clone()).await.unwrap();
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn an_order_that_the_gateway_will_not_take_is_closed_without_it(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
    let order = app.buyer("ada").await.order(&[(cup, 1)]).await;
    run(&app, TOO_SMALL).await;
    run(&app, "update orders set placed_at = now() - interval '61 minutes'").await;
    app.switch(&[("fault", "fail_before"), ("fault_operation", "payment_intents.create"), ("fault_times", "20")]).await;
    expire(&app).await;
    assert_eq!(app.status(order).await, "pending", "silence is no refusal");
    app.switch(&[("fault", "none")]).await;
    expire(&app).await;
    assert_eq!(app.status(order).await, "pending", "looked at again, but not at once");
    run(&app, "update orders set close_after = now()").await;
    expire(&app).await;
    assert_eq!(app.status(order).await, "expired");
    assert_eq!(app.count("select count(*) from stock_holds").await, 0);
    run(&app, "update payments set amount_minor = (select total_minor from orders)").await;
    app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn orders_that_cannot_be_closed_do_not_stop_the_others(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
    let order = app.buyer("ada").await.order(&[(cup, 1)]).await;
    run(&app, "update orders set placed_at = now() - interval '61 minutes'").await;
    // As many as one run takes, all older, and without a payment that the gateway could be asked about.
    run(
        &app,
        "insert into orders (id, email, currency, items_minor, total_minor, ship_name, ship_line1, ship_city, ship_country_code, fingerprint,
           placed_at)
         select gen_random_uuid(), 'eve@buyers.example', 'USD', 0, 0, 'Eve', '1 Mill Lane', 'London', 'GB', sha256(n::text::bytea),
           now() - interval '2 hours'
         from generate_series(1, 50) n",
    )
    .await;
    expire(&app).await;
    assert_eq!(app.status(order).await, "pending", "the oldest come first");
    expire(&app).await;
    assert_eq!(app.status(order).await, "expired");
    assert_eq!(app.count("select count(*) from orders where status = 'pending' and close_after > now()").await, 50);
    app.assert_invariants().await;
}
