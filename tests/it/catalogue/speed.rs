//! No listing reads all products: with many of them, what pages and programs ask for is found through indexes. Counted by Postgres itself, so
//! that it is about the statements that were really run.

use souk::catalogue::service::{counts, finding};
use souk::catalogue::{ListingQuery, Sort, service};
use souk::platform::db::{Db, MIGRATOR};
use souk::values::{Currency, Money, PageNumber};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

use super::facets::{category_below, many};
use super::{Shelf, search, slug, sorted};
use crate::support::App;

/// Sequential scans of products so far. What a connection did is known once it has said so.
async fn scans(pool: &PgPool) -> i64 {
    sqlx::query("select pg_stat_force_next_flush()").execute(pool).await.unwrap();
    sqlx::query_scalar("select seq_scan from pg_stat_user_tables where relname = 'products'").fetch_one(pool).await.unwrap()
}

async fn others(pool: &PgPool) -> i64 {
    let sql = "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'";
    sqlx::query_scalar(sql).fetch_one(pool).await.unwrap()
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn no_listing_reads_all_products(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    let shelf = Shelf::of(app.state.db.clone(), pool.clone()).await;
    let pots = category_below(&pool, shelf.category, "pots").await;
    for n in 0..40 {
        let vendor = shelf.vendor(&format!("shop-{n}"), "approved").await;
        many(&pool, vendor, if n % 4 == 0 { pots } else { shelf.category }, &format!("kind{n}"), 500).await;
    }
    counts::count_listings(app.state.clone()).await.unwrap();
    counts::read_words(app.state.clone()).await.unwrap();
    sqlx::query("vacuum analyze products, product_variants, vendors, categories, search_words").execute(&pool).await.unwrap();

    let options = (*pool.connect_options()).clone();
    // What others did may become known later; what has ended has told everything.
    pool.close().await;
    let one = PgPoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    while others(&one).await > 0 {
        tokio::task::yield_now().await;
    }
    let db = Db::new(one.clone());
    let mut queries: Vec<ListingQuery> = Vec::new();
    for &sort in Sort::ALL {
        queries.extend([
            sorted(sort),
            sorted(sort).of_category(slug("tea")),
            sorted(sort).of_category(slug("pots")),
            sorted(sort).of_shop(slug("shop-3")),
        ]);
        let deep = ListingQuery { page: PageNumber::from_query(Some("200")), ..sorted(sort) };
        let narrow = ListingQuery {
            min_price: Some(Money::new(1_000, Currency::USD)),
            max_price: Some(Money::new(1_100, Currency::USD)),
            ..sorted(sort)
        };
        queries.extend([deep, narrow, ListingQuery { in_stock: true, rating: Some(4), ..sorted(sort) }]);
        for text in ["kind7", "kind7 44", "tag3", "nosuchthing"] {
            queries.push(ListingQuery { sort: Some(sort), ..search(text) });
        }
    }
    let before = scans(&one).await;
    for query in &queries {
        let scanned = scans(&one).await;
        service::list(&db, query).await.unwrap();
        finding::page(&db, query, 24).await.unwrap();
        assert_eq!(scans(&one).await, scanned, "{query:?}");
    }
    for text in ["kind3", "kidn7", "kind7 4"] {
        service::suggest(&db, text).await.unwrap();
    }
    service::home(&db).await.unwrap();
    service::with_related(&mut db.reader().await.unwrap(), &slug("kind7-44")).await.unwrap();
    service::shop(&db, &slug("shop-3")).await.unwrap();
    assert_eq!(scans(&one).await, before);
    // The control: the count sees one.
    let _: i64 = sqlx::query_scalar("select count(*) from products where description like '%x%'").fetch_one(&one).await.unwrap();
    assert!(scans(&one).await > before);
}
