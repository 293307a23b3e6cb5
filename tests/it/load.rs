//! Made-up shops: the same from the same seed, whole or not there at all, and as true as those that people fill.

use souk::catalogue::{ListingQuery, service};
use souk::error::AppError;
use souk::platform::config::Config;
use souk::platform::state::{AppState, Parts};
use souk::seed::DEMO_PASSWORD;
use souk::seed::load::{Size, load};
use sqlx::PgPool;
use time::macros::date;

use crate::support::App;
use crate::support::tables::{Contents, contents};

fn size(seed: u64) -> Size {
    Size::new(200, 5, 50, 300, seed, date!(2026 - 11 - 01))
}

/// All rows, with the tables emptied afterwards: orders go on counting, and their numbers are part of the rows.
async fn loaded(app: &App, size: &Size) -> Contents {
    load(&app.state, size).await.unwrap();
    let rows = contents(app.pool()).await;
    sqlx::query("truncate users, categories, orders, outbox, stock_movements, site_sales, active_counts restart identity cascade")
        .execute(app.pool())
        .await
        .unwrap();
    rows
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn the_same_seed_gives_the_same_rows(pool: PgPool) {
    let app = App::start(pool).await;
    let first = loaded(&app, &size(7)).await;
    assert_eq!(loaded(&app, &size(7)).await, first);
    let other = loaded(&app, &size(8)).await;
    for table in ["users", "vendors", "products", "product_variants", "orders", "order_lines", "payments"] {
        let table = format!("public.{table}");
        assert_ne!(first[&table].split_once(':'), Some(("0", "0")), "{table} is filled");
        assert_ne!(other[&table], first[&table], "{table} depends on the seed");
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_is_made_up_is_a_shop_like_any_other(pool: PgPool) {
    let app = App::start(pool).await;
    let done = load(&app.state, &size(1)).await.unwrap();
    assert!(done.tables.iter().any(|written| (written.table, written.rows) == ("products", 200)), "{done:?}");
    app.assert_invariants().await;

    // What the paused triggers keep and check is there, and they run again.
    let off = "select count(*) from pg_trigger where not tgisinternal and tgenabled <> 'O'";
    assert_eq!(app.count(off).await, 0);
    let wrong_price =
        "select count(*) from products p where price_minor <> (select min(price_minor) from product_variants where product_id = p.id)";
    assert_eq!(app.count(wrong_price).await, 0);

    let lines = app.count("select count(*) from order_lines").await;
    assert!((600..1200).contains(&lines), "three lines an order: {lines}");
    let statuses = app.count("select count(distinct status) from orders").await;
    assert!(statuses >= 5, "{statuses}");
    assert_eq!(app.count("select count(*) from orders where placed_at > '2026-11-01' or paid_at > '2026-11-01'").await, 0);
    let early = "select count(*) from order_lines l join orders o on o.id = l.order_id join products p on p.id = l.product_id
                 where p.published_at > o.placed_at";
    assert_eq!(app.count(early).await, 0, "nothing is sold before it is there");
    assert_eq!(app.count("select count(*) from orders o join users u on u.id = o.user_id where u.created_at > o.placed_at").await, 0);
    let age = "select count(*) from orders where id < (select id from orders o order by placed_at limit 1)";
    assert_eq!(app.count(age).await, 0, "ids carry their age");

    // Customers see goods and owners can sign in.
    assert!(service::list(&app.state.db, &ListingQuery::default()).await.unwrap().total > 150);
    assert_eq!(app.browser().get("/products").await.status, 200);
    let browser = app.browser();
    let answer = browser.call("/api/accounts/sign-in", &[("email", "vendor-1@load.example"), ("password", DEMO_PASSWORD)]).await;
    assert!(answer.status.is_success(), "{answer:?}");
    assert_eq!(browser.get("/vendor/products").await.status, 200);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn only_an_empty_shop_that_is_not_real_is_filled(pool: PgPool) {
    let app = App::start(pool).await;
    let config = Config { production: true, ..app.state.config.clone() };
    let real = AppState::from(Parts { config, ..Parts::clone(&app.state) });
    let before = contents(app.pool()).await;
    assert_eq!(load(&real, &size(1)).await.unwrap_err(), AppError::Forbidden);
    assert_eq!(contents(app.pool()).await, before);

    let vendor = app.vendor("kiln").await;
    app.goods(vendor, 1500, 5).await;
    let before = contents(app.pool()).await;
    assert_eq!(load(&app.state, &size(1)).await.unwrap_err(), AppError::Forbidden);
    assert_eq!(contents(app.pool()).await, before);
}

/// A tiny shop is where corners are: one of everything, and no order at all.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn one_of_everything_is_enough(pool: PgPool) {
    let app = App::start(pool).await;
    for (products, vendors, customers, orders) in [(1, 1, 1, 40), (3, 60, 2, 0), (0, 0, 0, 5)] {
        load(&app.state, &Size::new(products, vendors, customers, orders, 3, date!(2026 - 11 - 01))).await.unwrap();
        app.assert_invariants().await;
        sqlx::query("truncate users, categories, orders, outbox, stock_movements, site_sales, active_counts restart identity cascade")
            .execute(app.pool())
            .await
            .unwrap();
    }
}
