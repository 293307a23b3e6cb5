//! Health and metrics.

use axum::body::Body;
use http::{Method, Request};
use souk::platform::health::Draining;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::support::{App, Setup};

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn ready_with_a_database_and_not_without(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    let browser = app.browser();
    assert_eq!(browser.get("/health/live").await.status, 200);
    assert_eq!(browser.get("/health/ready").await.status, 200);
    pool.close().await;
    let down = browser.get("/health/ready").await;
    assert_eq!(down.status, 503);
    assert!(!down.header("retry-after").is_empty());
    assert_eq!(browser.get("/health/live").await.status, 200, "a server without a database is alive");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn not_ready_while_draining(pool: PgPool) {
    let app = App::start(pool).await;
    let token = CancellationToken::new();
    let router = souk::server::router(app.state.clone()).layer(axum::Extension(Draining(token.clone())));
    let ready = || Request::get("/health/ready").body(Body::empty()).unwrap();
    assert_eq!(router.clone().oneshot(ready()).await.unwrap().status(), 200);
    token.cancel();
    assert_eq!(router.oneshot(ready()).await.unwrap().status(), 503);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn metrics_are_for_this_machine(pool: PgPool) {
    let app = App::start(pool).await;
    let browser = app.browser();
    browser.get("/").await;
    browser.get("/no/such/page/canary").await;
    let metrics = browser.get("/metrics").await;
    assert_eq!(metrics.status, 200);
    for line in [r#"route="/""#, r#"route="(none)""#, "souk_request_seconds_bucket", "souk_db_connections"] {
        assert!(metrics.text.contains(line), "{line} in {}", metrics.text);
    }
    assert!(!metrics.text.contains("canary"), "one label for all unknown paths");
    let forwarded = browser.send(browser.request(Method::GET, "/metrics").header("x-forwarded-for", "127.0.0.1")).await;
    assert_eq!(forwarded.status, 404, "a proxy on this machine is not this machine");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_token_opens_them_and_then_nothing_else_does(pool: PgPool) {
    let setup = Setup { variables: &[("METRICS_TOKEN", "a-token-of-sixteen")], ..Setup::default() };
    let app = App::start_with(pool, setup).await;
    let browser = app.browser();
    let metrics = |token: &'static str| browser.request(Method::GET, "/metrics").bearer_auth(token);
    assert_eq!(browser.send(metrics("a-token-of-sixteen")).await.status, 200);
    assert_eq!(browser.send(metrics("a-token-of-sixteem")).await.status, 404);
    assert_eq!(browser.get("/metrics").await.status, 404);
}
