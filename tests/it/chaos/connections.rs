//! F8, F18, F19, F24, F25: connections that break or are not to be had, a full database, customers who hang up, and panics.

use std::time::Duration;

use http::header::{ACCEPT, CONTENT_TYPE, COOKIE, ORIGIN};
use http::{Method, Request};
use souk::error::AppError;
use souk::platform::db::Db;
use souk::platform::uncancelled::uncancelled;
use sqlx::PgPool;
use tower::ServiceExt;

use super::halt::Halt;
use crate::pool::drop_after;
use crate::support::shop::VISA;
use crate::support::{App, Page};

/// All that there are in a small pool.
const FEW: u32 = 2;

/// A page asks for a connection twice, and waits 3 s each time: for its visitor's session, and for what it shows.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);

fn assert_not_now(page: &Page) {
    assert_eq!(page.status, 503, "{}", page.text.chars().take(300).collect::<String>());
    assert!(!page.header("retry-after").is_empty());
}

/// At each of these places of a checkout, the commit among them, its connection breaks.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn f8_a_connection_breaks_while_an_order_is_placed(pool: PgPool) {
    let app = App::start_with(Db::connect((*pool.connect_options()).clone(), 5).await.unwrap().pool().clone(), Default::default()).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
    let ada = app.buyer("ada").await;
    ada.add(cup, "1").await;
    let fingerprint = ada.fingerprint().await;
    for place in ["before insert on orders", "after insert on payments", "after insert on stock_holds"] {
        let mut halt = Halt::at(&pool, place).await;
        let breaks = async {
            halt.reached().await;
            halt.bury().await;
        };
        let (page, ()) = tokio::join!(ada.place(&fingerprint), breaks);
        assert_not_now(&page);
        assert_eq!(app.count("select count(*) from orders").await, 0, "{place}");
        Halt::nowhere(&pool, place).await;
    }
    let mut halt = Halt::at_commit(&pool, "orders").await;
    let breaks = async {
        halt.reached().await;
        halt.bury().await;
    };
    let (page, ()) = tokio::join!(ada.place(&fingerprint), breaks);
    assert_not_now(&page);
    assert_eq!(app.count("select count(*) from orders").await, 0);
    // The same click again, over connections that are whole.
    let order = ada.place(&fingerprint).await.json();
    assert_eq!(app.confirm(order, VISA).await, 200);
    assert_eq!(app.webhook(&app.event("evt_1", "payment_intent.succeeded", order).await).await, 200);
    assert_eq!(app.count("select count(*) from orders where status = 'paid'").await, 1);
    app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn f8_a_connection_breaks_while_a_payment_is_applied(pool: PgPool) {
    let app = App::start_with(Db::connect((*pool.connect_options()).clone(), 5).await.unwrap().pool().clone(), Default::default()).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
    let order = app.buyer("ada").await.order(&[(cup, 1)]).await;
    assert_eq!(app.confirm(order, VISA).await, 200);
    let event = app.event("evt_1", "payment_intent.succeeded", order).await;
    for place in ["after insert on stripe_events", "after insert on stock_movements", "after update on orders", "before insert on outbox"] {
        let mut halt = Halt::at(&pool, place).await;
        let breaks = async {
            halt.reached().await;
            halt.bury().await;
        };
        let (status, ()) = tokio::join!(app.webhook(&event), breaks);
        assert_eq!(status, 503, "{place}: the gateway sends it again");
        assert_eq!((app.status(order).await.as_str(), app.stock(cup).await), ("pending", 5), "{place}");
        Halt::nowhere(&pool, place).await;
    }
    assert_eq!(app.webhook(&event).await, 200);
    assert_eq!((app.status(order).await.as_str(), app.stock(cup).await), ("paid", 4));
    assert_eq!(app.count("select count(*) from outbox where kind = 'receipt'").await, 1);
    app.assert_invariants().await;
}

/// F18, as far as it goes without filling a disk: what PostgreSQL says then is said by a trigger.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn f18_a_database_that_is_full_says_so_and_recovers(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
    let ada = app.buyer("ada").await;
    ada.add(cup, "1").await;
    let fingerprint = ada.fingerprint().await;
    for sql in [
        "create function full_disk() returns trigger language plpgsql as $$
           begin raise exception 'could not extend file: No space left on device' using errcode = 'disk_full'; end $$",
        "create trigger full_disk before insert on order_lines for each row execute function full_disk()",
    ] {
        sqlx::query(sql).execute(&pool).await.unwrap();
    }
    assert_not_now(&ada.place(&fingerprint).await);
    assert_eq!(app.count("select count(*) from orders").await, 0);
    sqlx::query("drop trigger full_disk on order_lines").execute(&pool).await.unwrap();
    assert!(ada.place(&fingerprint).await.status.is_success());
    app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn f19_without_a_free_connection_people_are_told_to_come_back(pool: PgPool) {
    let app = App::start_with(Db::connect((*pool.connect_options()).clone(), FEW).await.unwrap().pool().clone(), Default::default()).await;
    let mut held = Vec::new();
    for _ in 0..FEW {
        held.push(app.pool().acquire().await.unwrap());
    }
    let browser = app.browser();
    assert_not_now(&tokio::time::timeout(ANSWER_LIMIT, browser.get("/products")).await.expect("an answer"));
    assert_eq!(browser.get("/health/live").await.status, 200);
    drop(held);
    assert_eq!(browser.get("/products").await.status, 200);
}

/// F25: what a panic leaves in the middle of a transaction. That the server answers and lives on is shown in `http/limits.rs`.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn f25_a_panic_leaves_the_connection_whole(pool: PgPool) {
    let db = Db::connect((*pool.connect_options()).clone(), 1).await.unwrap();
    sqlx::query("create table kept (n bigint)").execute(&pool).await.unwrap();
    let panicking = db.clone();
    let work: Result<(), AppError> = uncancelled(async move {
        let mut tx = panicking.begin().await?;
        sqlx::query("insert into kept values (1)").execute(&mut *tx).await?;
        panic!("in the middle of it")
    })
    .await;
    assert!(matches!(work, Err(AppError::Internal { .. })));
    sqlx::query("insert into kept values (2)").execute(db.pool()).await.unwrap();
    let kept: Vec<i64> = sqlx::query_scalar("select n from kept").fetch_all(&pool).await.unwrap();
    assert_eq!(kept, [2]);
}

/// F24: the customer hangs up at every await of "Place the order", over the one connection that all have to use afterwards.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn f24_a_customer_hangs_up_at_every_await_of_the_checkout(pool: PgPool) {
    let app = App::start_with(Db::connect((*pool.connect_options()).clone(), 1).await.unwrap().pool().clone(), Default::default()).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
    let ada = app.buyer("ada").await;
    ada.add(cup, "1").await;
    let body = format!("address_id={}&fingerprint={}", ada.address_id, ada.fingerprint().await);
    let cookie = format!("__Host-souk_access={}", ada.browser.cookie("__Host-souk_access").unwrap());
    let router = souk::server::router(app.state.clone());
    sqlx::query("create table kept (n bigint)").execute(&pool).await.unwrap();
    let mut hung_up: i64 = 0;
    loop {
        let request = Request::builder().method(Method::POST).uri("/api/checkout/place-order").header(COOKIE, &cookie);
        let request = request.header(ORIGIN, &app.url).header("sec-fetch-site", "same-origin").header(ACCEPT, "application/json");
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(axum::body::Body::from(body.clone())).unwrap();
        let polls = usize::try_from(hung_up).unwrap() + 1;
        let answer = drop_after(polls, router.clone().oneshot(request)).await;
        // Acknowledged, over the connection that was in use when it was dropped.
        sqlx::query("insert into kept values ($1)").bind(hung_up).execute(app.pool()).await.unwrap();
        if let Some(Ok(answer)) = answer {
            assert!(answer.status().is_success(), "{}", answer.status());
            break;
        }
        hung_up += 1;
    }
    println!("hung up at {hung_up} awaits");
    assert!(hung_up > 5, "only at {hung_up}");
    assert_eq!(app.count("select count(*) from kept").await, hung_up + 1, "acknowledged writes");
    assert_eq!((app.count("select count(*) from orders").await, app.count("select count(*) from payments").await), (1, 1));
    assert_eq!(app.count("select count(*) from stripe_sandbox.objects where kind = 'payment_intent'").await, 1);
    let open = "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'";
    assert_eq!(sqlx::query_scalar::<_, i64>(open).fetch_one(&pool).await.unwrap(), 0);
    app.assert_invariants().await;
}
