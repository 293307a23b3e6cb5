//! What holds for the whole API: keys that make a request once, versions, limits, documents everywhere, other sites.

use std::collections::BTreeSet;

use futures::StreamExt;
use futures::stream::iter;
use http::Method;
use serde_json::{Value, json};
use souk::accounts::Role;
use sqlx::PgPool;

use crate::support::people::account;
use crate::support::{App, Setup};

const ADDRESS: &str = r#"{"name":"Ada","line1":"1 Mill Lane","city":"London","country_code":"GB"}"#;

fn address() -> Value {
    serde_json::from_str(ADDRESS).unwrap()
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn twenty_copies_of_a_request_are_done_once(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 100).await;
    account(&app.state, "ada@example.com", Role::Customer).await;
    let ada = app.api_of("ada@example.com").await;
    let body = json!({ "variant_id": cup, "quantity": 2 });
    let key = [("idempotency-key", "one")];
    let send = || ada.send(Method::POST, "/cart/items", &key, Some(&body));
    let answers: Vec<_> = iter(0..20).map(|_| send()).buffer_unordered(20).collect().await;
    let done = answers.iter().filter(|page| page.status == 201).count();
    assert!(done >= 1);
    for page in answers.iter().filter(|page| page.status != 201) {
        page.refused(409, "idempotency_in_progress");
        assert_eq!(page.header("retry-after"), "1");
    }
    assert_eq!(ada.get("/cart").await.done()["count"], 2);
    let again = send().await;
    assert_eq!((again.done()["count"].clone(), again.header("idempotent-replayed")), (json!(2), "true"));
    // Another body, and another address, under the same key.
    let other = json!({ "variant_id": cup, "quantity": 3 });
    ada.send(Method::POST, "/cart/items", &key, Some(&other)).await.refused(422, "idempotency_key_reused");
    ada.send(Method::POST, "/addresses", &key, Some(&address())).await.refused(422, "idempotency_key_reused");
    assert_eq!(ada.send(Method::POST, "/cart/items", &[("idempotency-key", "two")], Some(&body)).await.done()["count"], 4);
    for bad in ["", "one two", &"x".repeat(256)] {
        ada.send(Method::POST, "/cart/items", &[("idempotency-key", bad)], Some(&body)).await.refused(400, "idempotency_key_malformed");
    }
    // The control: without a key each copy counts.
    let answers: Vec<_> = iter(0..3).map(|_| ada.post("/cart/items", body.clone())).buffer_unordered(3).collect().await;
    assert!(answers.iter().all(|page| page.status == 201));
    assert_eq!(ada.get("/cart").await.done()["count"], 10);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_key_is_its_owners_and_a_refusal_frees_it(pool: PgPool) {
    let app = App::start(pool).await;
    for email in ["ada@example.com", "bob@example.com"] {
        account(&app.state, email, Role::Customer).await;
    }
    let (ada, bob) = (app.api_of("ada@example.com").await, app.api_of("bob@example.com").await);
    let key = [("idempotency-key", "mine")];
    let first = ada.send(Method::POST, "/addresses", &key, Some(&address())).await.done();
    let others = bob.send(Method::POST, "/addresses", &key, Some(&address())).await;
    assert_eq!((others.status.as_u16(), others.header("idempotent-replayed")), (201, ""));
    assert_ne!(others.done()["id"], first["id"]);
    // Refused, put right at the shop, and sent again as it was.
    let cup = app.goods(app.vendor("shop").await, 1500, 0).await;
    let (key, body) = ([("idempotency-key", "again")], json!({ "variant_id": cup, "quantity": 1 }));
    ada.send(Method::POST, "/cart/items", &key, Some(&body)).await.refused(409, "not_enough_stock");
    sqlx::query(
        "insert into stock_movements (id, variant_id, vendor_id, kind, delta, reason)
           select gen_random_uuid(), id, vendor_id, 'correction', 1, 'Counted' from product_variants",
    )
    .execute(app.pool())
    .await
    .unwrap();
    ada.send(Method::POST, "/cart/items", &key, Some(&body)).await.done();
    // Who took a key and died holds it for two minutes.
    let statement = "insert into idempotency_keys (user_id, key, fingerprint, taken_until)
                     select user_id, 'dead', fingerprint, now() + interval '1 minute' from idempotency_keys where key = 'again'";
    sqlx::query(statement).execute(app.pool()).await.unwrap();
    let dead = [("idempotency-key", "dead")];
    ada.send(Method::POST, "/cart/items", &dead, Some(&body)).await.refused(409, "idempotency_in_progress");
    sqlx::query("update idempotency_keys set taken_until = now() - interval '1 second' where status is null")
        .execute(app.pool())
        .await
        .unwrap();
    ada.send(Method::POST, "/cart/items", &dead, Some(&body)).await.refused(409, "not_enough_stock");
    sqlx::query("update idempotency_keys set created_at = now() - interval '25 hours'").execute(app.pool()).await.unwrap();
    souk::platform::idempotency::prune(app.state.clone()).await.unwrap();
    assert_eq!(app.count("select count(*) from idempotency_keys").await, 0);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn an_edit_over_another_version_is_refused(pool: PgPool) {
    let app = App::start(pool).await;
    let owner = account(&app.state, "rui@example.com", Role::Vendor).await;
    let vendor = app.vendor("kiln").await;
    sqlx::query("update vendors set owner_id = $1").bind(owner).execute(app.pool()).await.unwrap();
    let cup = app.goods(vendor, 1500, 5).await;
    let id: uuid::Uuid = sqlx::query_scalar("select product_id from product_variants").fetch_one(app.pool()).await.unwrap();
    let rui = app.api_of("rui@example.com").await;
    let path = format!("/vendor/products/{id}");
    let change = |text: &str| json!({ "summary": text });
    rui.send(Method::PATCH, &path, &[], Some(&change("x"))).await.refused(428, "precondition_required");
    rui.send(Method::DELETE, &path, &[], None).await.refused(428, "precondition_required");
    let seen = rui.get(&path).await.header("etag").to_owned();
    let first = rui.send(Method::PATCH, &path, &[("if-match", &seen)], Some(&change("First"))).await;
    assert_eq!(first.done()["summary"], "First");
    assert_ne!(first.header("etag"), seen);
    rui.send(Method::PATCH, &path, &[("if-match", &seen)], Some(&change("Second"))).await.refused(412, "precondition_failed");
    rui.send(Method::DELETE, &path, &[("if-match", &seen)], None).await.refused(412, "precondition_failed");
    // Two who have seen the same: one of them wins.
    let seen = format!("W/{}", first.header("etag"));
    let headers = [("if-match", seen.as_str())];
    let bodies: Vec<Value> = (0..6).map(|n| change(&n.to_string())).collect();
    let answers: Vec<_> =
        iter(&bodies).map(|body| rui.send(Method::PATCH, &path, &headers, Some(body))).buffer_unordered(6).collect().await;
    let statuses: Vec<u16> = answers.iter().map(|page| page.status.as_u16()).collect();
    assert_eq!(
        (statuses.iter().filter(|it| **it == 200).count(), statuses.iter().filter(|it| **it == 412).count()),
        (1, 5),
        "{statuses:?}"
    );
    // Prices have no sign, and one currency.
    let seen = rui.get(&path).await.header("etag").to_owned();
    for (amount, currency) in [(-100, "USD"), (100, "EUR"), (0, "USD")] {
        let body = json!({ "variants": [{ "id": cup, "price": { "amount_minor": amount, "currency": currency } }] });
        rui.send(Method::PATCH, &path, &[("if-match", &seen)], Some(&body)).await.refused(422, "invalid");
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn who_asks_too_often_is_told_when_to_come_back(pool: PgPool) {
    let app = App::start_with(pool, Setup { variables: &[("API_REQUESTS_PER_MINUTE", "5")], ..Setup::default() }).await;
    let mut refused = 0;
    for _ in 0..12 {
        let page = app.api().get("/categories").await;
        assert_eq!(page.header("ratelimit-policy"), "\"default\";q=5;w=60");
        assert!(page.header("ratelimit").starts_with("\"default\";r="), "{}", page.header("ratelimit"));
        if page.status == 429 {
            page.refused(429, "too_many_requests");
            assert!((1..=60).contains(&page.header("retry-after").parse::<u32>().unwrap()));
            refused += 1;
        }
    }
    // The minute may end in between, once.
    assert!((2..=7).contains(&refused), "{refused}");
    assert_eq!(app.browser().get("/").await.status, 200, "pages are not counted");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn every_refusal_is_a_document(pool: PgPool) {
    let app = App::start(pool).await;
    for path in ["", "/", "/no/such/thing", "/products/x/y/z"] {
        let browser = app.browser();
        let html = browser.send(browser.request(Method::GET, &format!("/api/v1{path}")).header("accept", "text/html")).await;
        html.refused(404, "not_found");
    }
    account(&app.state, "ada@example.com", Role::Customer).await;
    let ada = app.api_of("ada@example.com").await;
    for path in ["/cart?x=1", "/me?role=admin", "/categories?q=", "/orders?x=1", "/admin/users?x=1"] {
        let page = ada.get(path).await;
        assert!([403, 422].contains(&page.status.as_u16()), "{path}: {}", page.status);
    }
    ada.get("/cart?x=1").await.refused(422, "malformed");
    ada.get("/orders?x=1").await.refused(422, "malformed");
    let huge = json!({ "name": "x".repeat(70_000), "line1": "x", "city": "x", "country_code": "GB" });
    assert_eq!(ada.post("/addresses", huge).await.header("content-type"), "application/problem+json");
    // What no text of the database can hold is the sender's mistake.
    let nul = json!({ "name": "A\0da", "line1": "x", "city": "x", "country_code": "GB" });
    ada.post("/addresses", nul).await.refused(422, "invalid");
    let browser = app.browser();
    let foreign = browser.request(Method::POST, "/api/v1/addresses").header("origin", "https://evil.example").body(ADDRESS);
    browser.send(foreign).await.refused(403, "forbidden");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn pages_of_other_sites_call_it_where_they_are_named(pool: PgPool) {
    const APP: &str = "https://app.example";
    let app = App::start_with(pool, Setup { variables: &[("API_ORIGINS", APP)], ..Setup::default() }).await;
    let preflight = |origin: &'static str| {
        let browser = app.browser();
        let request = browser.request(Method::OPTIONS, "/api/v1/auth/token").header("origin", origin);
        let request = request.header("access-control-request-method", "POST").header("access-control-request-headers", "content-type");
        async move { browser.send(request).await }
    };
    let named = preflight(APP).await;
    assert_eq!((named.status.as_u16(), named.header("access-control-allow-origin")), (200, APP));
    assert_eq!(named.header("access-control-allow-credentials"), "");
    assert_eq!(preflight("https://evil.example").await.header("access-control-allow-origin"), "");
    let closed = App::start(app.pool().clone()).await;
    let browser = closed.browser();
    let preflight = browser.request(Method::OPTIONS, "/api/v1/me").header("origin", APP).header("access-control-request-method", "GET");
    browser.send(preflight).await.refused(405, "method_not_allowed");
    let token = |origin: &'static str| {
        let browser = app.browser();
        let request = browser.request(Method::POST, "/api/v1/auth/token").header("origin", origin).header("sec-fetch-site", "cross-site");
        let request = request.header("content-type", "application/json").body(r#"{"email":"x@example.com","password":"not a password"}"#);
        async move { browser.send(request).await }
    };
    token(APP).await.refused(422, "invalid");
    token("https://evil.example").await.refused(403, "forbidden");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn the_document_tells_of_every_route_and_of_no_other(pool: PgPool) {
    let app = App::start(pool).await;
    let document: Value = app.api().get("/openapi.json").await.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut told = BTreeSet::new();
    let mut names = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            told.insert((method.to_uppercase(), format!("/api/v1{path}")));
            assert!(names.insert(operation["operationId"].to_string()), "{operation}");
        }
    }
    let routes = souk::server::api_routes();
    let routes: BTreeSet<_> = routes.listed().iter().map(|route| (route.method.to_string(), route.path.clone())).collect();
    let unsaid: Vec<_> = routes.difference(&told).map(|(_, path)| path.as_str()).collect();
    assert_eq!(unsaid, ["/api/v1/openapi.json", "/api/v1/{*rest}"]);
    assert_eq!(told.difference(&routes).count(), 0);
    let text = document.to_string();
    let missing: Vec<&str> = text
        .split("#/components/schemas/")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .filter(|name| document["components"]["schemas"][name].is_null())
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    let page = app.browser().get("/api/docs").await;
    assert!(page.text.contains("/vendor/products/{id}/stock-corrections"));
}
