//! Shared counters.

use std::time::Duration;

use souk::error::AppError;
use souk::platform::db::Db;
use souk::platform::rate_limit::hit;
use sqlx::PgPool;

const WINDOW: Duration = Duration::from_secs(3600);

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn parallel_attempts_do_not_slip_past(pool: PgPool) {
    let db = Db::new(pool);
    let attempts = futures::future::join_all((0..50).map(|_| hit(&db, "sign-in:a", 20, WINDOW))).await;
    assert_eq!(attempts.iter().filter(|attempt| attempt.is_ok()).count(), 20);
    for refused in attempts.into_iter().filter_map(Result::err) {
        assert!(matches!(refused, AppError::TooManyRequests { retry_after_s: 1..=3600 }), "{refused:?}");
    }
    hit(&db, "sign-in:b", 20, WINDOW).await.expect("another key has a window of its own");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_new_window_starts_afresh_and_old_ones_go(pool: PgPool) {
    let app = crate::support::App::start(pool.clone()).await;
    let db = &app.state.db;
    hit(db, "k", 1, WINDOW).await.unwrap();
    hit(db, "k", 1, WINDOW).await.unwrap_err();
    sqlx::query!("update rate_limits set window_start = window_start - interval '2 days'").execute(&pool).await.unwrap();
    hit(db, "k", 1, WINDOW).await.unwrap();
    souk::platform::rate_limit::prune(app.state.clone()).await.unwrap();
    let left = sqlx::query_scalar!("select count(*) from rate_limits").fetch_one(&pool).await.unwrap();
    assert_eq!(left, Some(1));
}
