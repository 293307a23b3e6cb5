//! Timeouts, load shedding, panics, shutdown.

use std::time::Duration;

use souk::error::AppError;
use souk::platform::config::Limits;
use sqlx::PgPool;

use crate::support::functions::{ENTERED, GO_ON};
use crate::support::{App, Setup};

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_request_that_takes_too_long_is_answered(pool: PgPool) {
    let limits = Limits { request: Duration::from_millis(200), ..Limits::default() };
    let app = App::start_with(pool, Setup { limits: Some(limits), ..Setup::default() }).await;
    let answer = app.browser().call("/api/_test/hang", &[]).await;
    assert_eq!(answer.status, 504);
    assert_eq!(answer.json::<AppError>(), AppError::TimedOut, "nobody knows whether it was done");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_panic_takes_one_request_and_says_nothing(pool: PgPool) {
    let app = App::start(pool).await;
    let browser = app.browser();
    let (for_island, for_person) = (browser.call("/api/_test/panic", &[]).await, browser.submit("/", "/api/_test/panic", &[]).await);
    assert!(matches!(for_island.json(), AppError::Internal { .. }));
    for answer in [for_island, for_person] {
        assert_eq!(answer.status, 500);
        assert!(answer.text.contains("reference"), "{}", answer.text);
        assert!(!answer.text.contains("canary"), "{}", answer.text);
    }
    assert_eq!(browser.get("/").await.status, 200);
}

/// One test, since it holds the gate that all waiting requests share.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn the_full_house_and_the_way_out(pool: PgPool) {
    let limits = Limits { requests_in_flight: 1, ..Limits::default() };
    let mut app = App::start_with(pool, Setup { limits: Some(limits), ..Setup::default() }).await;
    let (first, second) = (app.browser(), app.browser());
    let waiting = tokio::spawn(async move { first.call("/api/_test/wait", &[]).await });
    ENTERED.acquire().await.unwrap().forget();

    let shed = second.get("/").await;
    assert_eq!(shed.status, 503);
    assert!(!shed.header("retry-after").is_empty());
    assert!(shed.header("content-type").starts_with("text/html"), "people get a page");
    assert_eq!(second.get("/health/live").await.status, 200, "probes are answered");

    // A shutdown waits for the request in flight and takes no new ones.
    app.shutdown.cancel();
    let task = app.task.take().unwrap();
    while tokio::net::TcpStream::connect(app.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!task.is_finished() && !waiting.is_finished());
    GO_ON.notify_one();
    let answer = waiting.await.unwrap();
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, "\"done\""));
    tokio::time::timeout(Duration::from_secs(5), task).await.expect("drained").unwrap();
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_shutdown_does_not_wait_for_ever(pool: PgPool) {
    let limits = Limits { drain: Duration::from_millis(200), ..Limits::default() };
    let mut app = App::start_with(pool, Setup { limits: Some(limits), ..Setup::default() }).await;
    let browser = app.browser();
    // Connected and known to the server, and silent from here on.
    let silent = tokio::net::TcpStream::connect(app.address).await.unwrap();
    browser.get("/health/live").await;
    app.shutdown.cancel();
    tokio::time::timeout(Duration::from_secs(5), app.task.take().unwrap()).await.expect("stopped").unwrap();
    drop(silent);
}
