//! The JSON API of the catalogue: what everybody may read, page by page, and how wrong questions are answered.

use http::header::{IF_NONE_MATCH, LINK};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use souk::catalogue::Sort;
use souk::values::VendorId;
use sqlx::PgPool;

use crate::support::{App, Page};

async fn get(app: &App, path: &str) -> Page {
    let browser = app.browser();
    browser.send(browser.request(Method::GET, &format!("/api/v1{path}"))).await
}

/// Products with a price in dollars and so many in stock.
async fn goods(app: &App, vendor: VendorId, count: i64) {
    for n in 1..=count {
        app.goods(vendor, n * 100, i32::try_from(n % 7).unwrap()).await;
    }
    sqlx::query("update products set name = 'Celadon teapot ' || price_minor / 100").execute(app.pool()).await.unwrap();
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn products_are_turned_page_by_page(pool: PgPool) {
    let app = App::start(pool).await;
    let vendor = app.vendor("kiln").await;
    goods(&app, vendor, 30).await;
    for sort in Sort::ALL {
        let (mut path, mut seen, mut pages) = (format!("/products?q=teapot&per_page=7&sort={sort}"), Vec::new(), 0);
        loop {
            let page = get(&app, &path).await;
            assert_eq!(page.status, StatusCode::OK, "{}", page.text);
            let body: Value = page.json();
            seen.extend(body["data"].as_array().unwrap().iter().map(|card| card["id"].to_string()));
            pages += 1;
            let link = page.header(LINK.as_str());
            let Some(next) = body["next"].as_str() else {
                assert_eq!(link, "");
                break;
            };
            let url = link.strip_prefix('<').unwrap().split_once(">; rel=\"next\"").unwrap().0;
            assert!(url.ends_with(&format!("&cursor={next}")), "{link}");
            path = url.split_once("/api/v1").unwrap().1.to_owned();
        }
        let all: std::collections::BTreeSet<_> = seen.iter().collect();
        assert_eq!((seen.len(), all.len(), pages), (30, 30, 5), "{sort}");
    }
    let cheapest: Value = get(&app, "/products?sort=price_asc&min_price=2&max_price=4.00&in_stock=true&per_page=2").await.json();
    let card = &cheapest["data"][0];
    assert_eq!(card["price"], json!({ "amount_minor": 200, "currency": "USD" }));
    assert_eq!((&card["vendor"]["slug"], &card["stock"], &card["rating"]), (&json!("kiln"), &json!("low_stock"), &Value::Null));
    assert!(card["url"].as_str().unwrap().starts_with(&format!("{}/product/", app.state.config.base_url)));
    // Misspelt, and spelt anew on the next page as well.
    let body: Value = get(&app, "/products?q=celadno&per_page=20").await.json();
    assert_eq!((body["corrected_query"].as_str(), body["data"].as_array().unwrap().len()), (Some("celadon"), 20));
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_makes_no_sense_is_refused_by_name(pool: PgPool) {
    let app = App::start(pool).await;
    let vendor = app.vendor("kiln").await;
    goods(&app, vendor, 3).await;
    for (query, field, code) in [
        ("price=1", "price", "unknown_field"),
        ("page=2", "page", "unknown_field"),
        ("Q=tea", "Q", "unknown_field"),
        ("q=tea&q=pot", "q", "unknown_field"),
        ("q=", "q", "required"),
        ("q=%20%00", "q", "required"),
        ("category=no-such-thing", "category", "unknown_choice"),
        ("category=..", "category", "unknown_choice"),
        ("vendor=A", "vendor", "unknown_choice"),
        ("min_price=-1", "min_price", "not_an_amount"),
        ("max_price=1e9", "max_price", "not_an_amount"),
        ("max_price=1.234", "max_price", "not_an_amount"),
        ("in_stock=1", "in_stock", "unknown_choice"),
        ("rating=6", "rating", "unknown_choice"),
        ("sort=price", "sort", "unknown_choice"),
        ("per_page=0", "per_page", "out_of_range"),
        ("per_page=101", "per_page", "out_of_range"),
        ("per_page=x", "per_page", "not_a_number"),
        ("cursor=abc", "cursor", "unknown_choice"),
        ("cursor=a1.0.00000000000000000000000000000001", "cursor", "unknown_choice"),
    ] {
        let page = get(&app, &format!("/products?{query}")).await;
        assert_eq!((page.status, page.header("content-type")), (StatusCode::UNPROCESSABLE_ENTITY, "application/problem+json"), "{query}");
        let body: Value = page.json();
        assert_eq!((&body["errors"][0]["field"], &body["errors"][0]["code"]), (&json!(field), &json!(code)), "{query}: {body}");
    }
    // A cursor out of all bounds is the end, and never an error of ours.
    for cursor in ["n9223372036854775807.0", "n-9223372036854775808.0"] {
        let page = get(&app, &format!("/products?cursor={cursor}.ffffffffffffffffffffffffffffffff")).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    }
    assert_eq!(get(&app, "/products?vendor=nobody").await.json::<Value>()["data"], json!([]));
    for path in ["/products/no-such-thing", "/products/..%2f", "/vendors/nobody", "/vendors/A"] {
        assert_eq!(get(&app, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_product_its_shop_and_the_categories_are_read(pool: PgPool) {
    let app = App::start(pool).await;
    let vendor = app.vendor("kiln").await;
    goods(&app, vendor, 2).await;
    let slug: String = sqlx::query_scalar("select slug from products order by price_minor limit 1").fetch_one(app.pool()).await.unwrap();
    let product: Value = get(&app, &format!("/products/{slug}")).await.json();
    assert_eq!((&product["name"], &product["variants"][0]["price"]["amount_minor"]), (&json!("Celadon teapot 1"), &json!(100)));
    let shop = get(&app, "/vendors/kiln").await;
    assert_eq!(shop.json::<Value>()["product_count"], 2);
    assert!(!shop.text.contains("vendors.example"), "the shop's address is no business of strangers");
    let below = "with cups as (insert into categories (id, slug, name, parent_id) select gen_random_uuid(), 'cups', 'Cups', id from categories returning id)
                 update products set category_id = (select id from cups) where slug <> $1";
    sqlx::query(below).bind(&slug).execute(app.pool()).await.unwrap();
    let fresh = App::start(app.pool().clone()).await;
    let categories: Value = get(&fresh, "/categories").await.json();
    assert_eq!((categories["data"].as_array().unwrap().len(), categories["data"][0]["children"].as_array().unwrap().len()), (1, 1));

    let page = get(&app, &format!("/products/{slug}")).await;
    assert_eq!(page.header("cache-control"), "public, max-age=30");
    let tag = page.header("etag").to_owned();
    let browser = app.browser();
    let ask = |tag: &str| browser.request(Method::GET, &format!("/api/v1/products/{slug}")).header(IF_NONE_MATCH, tag);
    for known in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}")] {
        let again = browser.send(ask(&known)).await;
        assert_eq!((again.status, again.text.as_str()), (StatusCode::NOT_MODIFIED, ""));
    }
    assert_eq!(browser.send(ask("\"x\"")).await.status, StatusCode::OK);
    sqlx::query("update vendors set status = 'suspended', status_reason = 'x'").execute(app.pool()).await.unwrap();
    assert_eq!(browser.send(ask(&tag)).await.status, StatusCode::NOT_FOUND, "a tag opens nothing");
    assert_eq!(get(&app, "/vendors/kiln").await.status, StatusCode::NOT_FOUND);
    assert_eq!(get(&app, "/products").await.json::<Value>()["data"], json!([]));
}
