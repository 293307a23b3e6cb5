//! The counts beside a listing: each is what one finds by choosing it. And pages behind a cursor.

use std::collections::BTreeSet;

use souk::catalogue::service::{counts, finding};
use souk::catalogue::{Dimension, ListingQuery, Precision, SearchText, Sort, service};
use souk::platform::db::MIGRATOR;
use souk::values::{CategoryId, Currency, Money, PageNumber, ProductId, VendorId};
use sqlx::PgPool;

use super::{Shelf, form, search, slug, sorted};
use crate::support::App;

/// Products without the cost of a form, spread over prices, ratings, stock and time by their number.
pub async fn many(pool: &PgPool, vendor: VendorId, category: CategoryId, prefix: &str, count: i32) {
    sqlx::query(
        "with made as (
           insert into products (id, vendor_id, category_id, slug, name, tags, status, published_at, units_sold, rating_count, rating_sum)
           select gen_random_uuid(), $1, $2, $3 || '-' || n, initcap($3) || ' thing ' || n, array['tag' || n % 7], 'published',
             now() - n % 50 * interval '1 hour', n % 11, n % 4, n % 4 * (1 + n % 5)
           from generate_series(1, $4) n returning id, split_part(slug, '-', 2)::integer as n)
         insert into product_variants (id, product_id, vendor_id, price_minor, currency, stock)
         select gen_random_uuid(), id, $1, 100 + (n * 7919) % 30000, 'USD', n % 3 from made",
    )
    .bind(vendor)
    .bind(category)
    .bind(prefix)
    .bind(count)
    .execute(pool)
    .await
    .unwrap();
}

/// A category below another one.
pub async fn category_below(pool: &PgPool, parent: CategoryId, name: &str) -> CategoryId {
    let id = CategoryId::new();
    sqlx::query("insert into categories (id, parent_id, slug, name) values ($1, $2, $3, $3)")
        .bind(id)
        .bind(parent)
        .bind(name)
        .execute(pool)
        .await
        .unwrap();
    id
}

/// Two shops and a tree of three categories with 180 products in all.
async fn market(pool: PgPool) -> Shelf {
    let shelf = Shelf::new(pool).await;
    let (kiln, loom) = (shelf.vendor("kiln", "approved").await, shelf.vendor("loom", "approved").await);
    let pots = category_below(&shelf.pool, shelf.category, "pots").await;
    let small = category_below(&shelf.pool, pots, "small-pots").await;
    many(&shelf.pool, kiln, shelf.category, "tea", 60).await;
    many(&shelf.pool, kiln, pots, "pot", 50).await;
    many(&shelf.pool, loom, small, "mini", 40).await;
    many(&shelf.pool, loom, shelf.category, "cloth", 30).await;
    // What nobody may see counts nowhere.
    let closed = shelf.vendor("closed", "suspended").await;
    many(&shelf.pool, closed, pots, "gone", 20).await;
    shelf
}

fn money(cents: i64) -> Option<Money> {
    Some(Money::new(cents, Currency::USD))
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn each_count_is_what_one_finds_by_choosing_it(pool: PgPool) {
    let shelf = market(pool).await;
    let total = async |query: &ListingQuery| service::list(&shelf.db, query).await.unwrap().total;
    let everything = ListingQuery::default();
    let mut queries = vec![everything.clone(), search("thing"), search("mini"), everything.clone().of_shop(slug("loom"))];
    queries.push(everything.clone().of_category(slug("pots")));
    queries.push(ListingQuery { vendor: Some(slug("kiln")), ..everything.clone() });
    queries.push(ListingQuery { in_stock: true, rating: Some(3), ..everything.clone() });
    queries.push(ListingQuery {
        min_price: money(5_000),
        max_price: money(15_000),
        in_stock: true,
        ..everything.clone().of_category(slug("tea"))
    });
    queries.push(ListingQuery { rating: Some(4), vendor: Some(slug("loom")), min_price: money(2_500), ..search("thing") });
    for query in queries {
        let listing = service::list(&shelf.db, &query).await.unwrap();
        assert_eq!((listing.precision, listing.facets.rounded), (Precision::Exact, false), "{query:?}");
        let facets = listing.facets;
        assert!(facets.categories.len() + facets.prices.len() + facets.shops.len() >= 4, "{query:?}");
        for choice in &facets.categories {
            let chosen = ListingQuery { category: Some(choice.category.slug.clone()), ..query.clone() };
            assert_eq!(choice.count, Some(total(&chosen).await), "{query:?} {}", choice.category.slug);
        }
        for choice in &facets.prices {
            let chosen = ListingQuery { min_price: choice.min, max_price: choice.max, ..query.clone() };
            assert_eq!(choice.count, Some(total(&chosen).await), "{query:?} {:?}", choice.min);
        }
        for (stars, count) in &facets.ratings {
            assert_eq!(*count, Some(total(&ListingQuery { rating: Some(*stars), ..query.clone() }).await), "{query:?} {stars}");
        }
        for shop in &facets.shops {
            let chosen = ListingQuery { vendor: Some(shop.slug.clone()), ..query.clone() };
            assert_eq!(shop.count, Some(total(&chosen).await), "{query:?} {}", shop.slug);
        }
        assert_eq!(facets.in_stock, Some(total(&ListingQuery { in_stock: true, ..query.clone() }).await), "{query:?}");
        // And the total itself, against the view.
        for dimension in Dimension::ALL {
            assert!(total(&query.without(dimension)).await >= total(&query).await);
        }
    }
    let seen: i64 = sqlx::query_scalar("select count(*) from visible_products").fetch_one(&shelf.pool).await.unwrap();
    assert_eq!((total(&everything).await, seen), (180, 180));
    assert_eq!(total(&everything.clone().of_category(slug("pots"))).await, 90, "a category holds what is below it");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_is_too_much_to_count_is_counted_by_a_job_and_found_at_once(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    let shelf = Shelf::of(app.state.db.clone(), pool).await;
    let kiln = shelf.vendor("kiln", "approved").await;
    many(&shelf.pool, kiln, shelf.category, "tea", 2_500).await;
    let listing = service::list(&shelf.db, &ListingQuery::default()).await.unwrap();
    assert_eq!((listing.total, listing.precision, listing.last_page.get()), (2_000, Precision::AtLeast, 84));
    assert!(listing.facets.rounded && listing.facets.in_stock.is_none() && listing.facets.prices.iter().all(|price| price.count.is_none()));
    let page = app.browser().get("/products").await;
    assert!(page.text.contains("More than 2,000 results") && page.text.contains("not to their end"), "{}", page.text);

    counts::count_listings(app.state.clone()).await.unwrap();
    // Another process, which remembers nothing.
    let db = souk::platform::db::Db::new(shelf.pool.clone());
    for query in [ListingQuery::default(), ListingQuery::default().of_category(slug("tea"))] {
        let listing = service::list(&db, &query).await.unwrap();
        assert_eq!((listing.total, listing.precision, listing.last_page.get()), (2_500, Precision::About, 105));
        assert_eq!(listing.facets.in_stock, Some(1_667));
        assert_eq!(listing.facets.shops[0].count, Some(2_500));
    }
    // Narrower than the cap it is counted to the end all the same.
    let narrow = ListingQuery { min_price: money(1_000), max_price: money(2_000), ..ListingQuery::default() };
    let listing = service::list(&db, &narrow).await.unwrap();
    assert_eq!(listing.precision, Precision::Exact);
    let exact: i64 = sqlx::query_scalar("select count(*) from visible_products where price_minor between 1000 and 2000")
        .fetch_one(&shelf.pool)
        .await
        .unwrap();
    assert_eq!(listing.total, exact.unsigned_abs());

    shelf.product(kiln, &form("Fresh pot", "5", 1), 0).await;
    let listing = service::list(&db, &ListingQuery::default()).await.unwrap();
    assert_eq!(listing.cards[0].name, "Fresh pot");
    assert_eq!(service::list(&db, &search("fresh")).await.unwrap().cards.len(), 1);
    // The last page is what there is and not what was counted.
    let last = ListingQuery { page: PageNumber::from_query(Some("150")), ..ListingQuery::default() };
    let listing = service::list(&db, &last).await.unwrap();
    assert_eq!((listing.page.get(), listing.last_page.get(), listing.cards.len()), (105, 105, 5));
}

/// Every product once, whatever is published, sold and repriced among the pages that were read already.
#[sqlx::test(migrator = "MIGRATOR")]
async fn behind_a_cursor_each_product_comes_exactly_once(pool: PgPool) {
    let shelf = market(pool).await;
    let owner: VendorId = sqlx::query_scalar("select id from vendors where slug = 'kiln'").fetch_one(&shelf.pool).await.unwrap();
    let at_start: BTreeSet<ProductId> = ids(&shelf, "select id from visible_products").await;
    for (round, sort) in Sort::ALL.iter().enumerate() {
        let base = ListingQuery { q: SearchText::parse("thing"), ..sorted(*sort) };
        for base in [base, sorted(*sort), sorted(*sort).of_category(slug("pots"))] {
            let expected = ids_of(&shelf, &base).await;
            let (mut seen, mut after, mut turned) = (Vec::new(), None, 0);
            loop {
                let page = finding::page(&shelf.db, &ListingQuery { after, ..base.clone() }, 13).await.unwrap();
                seen.extend(page.cards.iter().map(|card| card.id).filter(|id| at_start.contains(id)));
                turned += 1;
                // One more in between: somewhere, perhaps on a page that was read.
                many(&shelf.pool, owner, shelf.category, &format!("new{round}{turned}{}", uuid::Uuid::new_v4().simple()), 1).await;
                match page.next {
                    Some(next) => after = Some(next),
                    None => break,
                }
            }
            let once: BTreeSet<ProductId> = seen.iter().copied().collect();
            assert_eq!((seen.len(), &once), (expected.len(), &expected), "{base:?}");
            assert!(turned >= expected.len() / 13);
        }
    }
}

async fn ids(shelf: &Shelf, sql: &'static str) -> BTreeSet<ProductId> {
    sqlx::query_scalar(sql).fetch_all(&shelf.pool).await.unwrap().into_iter().collect()
}

async fn ids_of(shelf: &Shelf, query: &ListingQuery) -> BTreeSet<ProductId> {
    let below =
        "select id from visible_products where slug !~ '^new' and category_id in (select id from categories where slug like '%pots')";
    if query.category.is_some() {
        ids(shelf, below).await
    } else {
        ids(shelf, "select id from visible_products where slug !~ '^new'").await
    }
}

/// Past the last number there is a way on; a cursor of another order, or one that was tampered with, is the beginning.
#[sqlx::test(migrator = "MIGRATOR")]
async fn after_the_numbers_there_is_a_cursor(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    let shelf = Shelf::of(app.state.db.clone(), pool).await;
    let kiln = shelf.vendor("kiln", "approved").await;
    many(&shelf.pool, kiln, shelf.category, "tea", 4_830).await;
    let last = app.browser().get("/products?page=200").await;
    let next = last.text.split("href=\"").find(|part| part.starts_with("/products?after=")).unwrap().split('"').next().unwrap().to_owned();
    let beyond = app.browser().get(&next).await;
    assert_eq!(beyond.text.matches("<article class=\"product-card").count(), 24);
    assert!(beyond.text.contains("First page") && !beyond.text.contains("aria-current=\"page\"><span"), "no numbers");
    let first = app.browser().get("/products").await;
    for odd in
        ["/products?after=n1.x", "/products?after=a100.0.00000000000000000000000000000001", "/products?after=%00", "/products?after="]
    {
        let page = app.browser().get(odd).await;
        assert_eq!(cards(&page.text), cards(&first.text), "{odd}");
    }
}

/// The products of a page in order.
fn cards(html: &str) -> Vec<&str> {
    html.split("<h3><a href=\"").skip(1).filter_map(|part| part.split('"').next()).collect()
}
