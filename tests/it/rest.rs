//! The JSON API: tokens, who the caller is, applying for a shop and deciding about it; and what must not get through this door.

use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use souk::accounts::Role;
use souk::accounts::guard::{ACCESS_COOKIE, REFRESH_COOKIE};
use sqlx::PgPool;

use crate::support::people::{PASSWORD, account, sign_in};
use crate::support::{App, Page};

const V1: &str = "/api/v1";

async fn send(app: &App, method: Method, path: &str, token: Option<&str>, body: Option<&Value>) -> Page {
    let browser = app.browser();
    let mut request = browser.request(method, &format!("{V1}{path}"));
    if let Some(token) = token {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    if let Some(body) = body {
        request = request.header(CONTENT_TYPE, "application/json").body(body.to_string());
    }
    browser.send(request).await
}

async fn post(app: &App, path: &str, token: Option<&str>, body: Value) -> Page {
    send(app, Method::POST, path, token, Some(&body)).await
}

async fn get(app: &App, path: &str, token: &str) -> Page {
    send(app, Method::GET, path, Some(token), None).await
}

fn text(page: &Page, name: &str) -> String {
    page.json::<Value>()[name].as_str().unwrap_or_default().to_owned()
}

/// Every refusal is a problem document that says the same status.
fn problem(page: &Page, status: StatusCode, code: &str) {
    assert_eq!(page.status, status, "{}", page.text);
    assert_eq!(page.header("content-type"), "application/problem+json");
    let body: Value = page.json();
    assert_eq!(body["status"], status.as_u16());
    assert_eq!(body["code"], code, "{body}");
    assert!(body["title"].is_string() && body["detail"].is_string() && body["type"] == "about:blank", "{body}");
}

fn registration() -> Value {
    json!({ "name": "Ada", "email": "ada@example.com", "password": PASSWORD })
}

fn application() -> Value {
    json!({ "shop_name": "Tide & Timber", "story": "Boats.", "city": "Porto", "country_code": "PT" })
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_it_does_not_know_it_refuses_in_its_own_words(pool: PgPool) {
    let app = App::start(pool).await;
    for method in [Method::GET, Method::POST, Method::DELETE, Method::PUT] {
        problem(&send(&app, method, "/no/such/thing", None, None).await, StatusCode::NOT_FOUND, "not_found");
    }
    for (method, path) in [(Method::GET, "/auth/token"), (Method::DELETE, "/me")] {
        problem(&send(&app, method, path, None, None).await, StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed");
    }
    assert_eq!(send(&app, Method::DELETE, "/me", None, None).await.header("allow"), "GET,HEAD");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn registers_signs_in_refreshes_and_signs_out(pool: PgPool) {
    let app = App::start(pool).await;
    let page = post(&app, "/auth/register", None, registration()).await;
    assert_eq!(page.status, StatusCode::ACCEPTED, "{}", page.text);
    let page = post(&app, "/auth/token", None, json!({ "email": "ada@example.com", "password": PASSWORD })).await;
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("set-cookie"), "", "tokens travel in the body alone");
    let (first_access, first_refresh) = (text(&page, "access_token"), text(&page, "refresh_token"));
    let me: Value = get(&app, "/me", &first_access).await.json();
    assert_eq!((&me["email"], &me["role"], &me["shop"]), (&json!("ada@example.com"), &json!("customer"), &Value::Null));

    let page = post(&app, "/auth/token", None, json!({ "email": "ada@example.com", "password": PASSWORD })).await;
    assert_eq!((page.status, text(&page, "token_type")), (StatusCode::OK, "Bearer".to_owned()));
    let other = text(&page, "access_token");

    let page = post(&app, "/auth/token/refresh", None, json!({ "refresh_token": first_refresh })).await;
    assert_eq!(page.status, StatusCode::OK);
    let (access, refresh) = (text(&page, "access_token"), text(&page, "refresh_token"));
    assert_ne!(refresh, first_refresh);

    assert_eq!(send(&app, Method::POST, "/auth/logout", Some(&access), None).await.status, StatusCode::NO_CONTENT);
    for dead in [&access, &first_access] {
        problem(&get(&app, "/me", dead).await, StatusCode::UNAUTHORIZED, "unauthenticated");
    }
    problem(
        &post(&app, "/auth/token/refresh", None, json!({ "refresh_token": refresh })).await,
        StatusCode::UNAUTHORIZED,
        "unauthenticated",
    );
    assert_eq!(get(&app, "/me", &other).await.status, StatusCode::OK, "the other session lives on");
}

/// OWASP API3:2023, mass assignment: what is not asked for is refused and not ignored.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn unknown_fields_are_refused_everywhere(pool: PgPool) {
    let app = App::start(pool).await;
    account(&app.state, "bob@example.com", Role::Customer).await;
    let token = sign_in(&app.state, "bob@example.com").await.access;
    let endpoints = [
        ("/auth/register", registration()),
        ("/auth/token", json!({ "email": "bob@example.com", "password": PASSWORD })),
        ("/vendor/application", application()),
    ];
    let smuggled = [
        "role",
        "roles",
        "is_admin",
        "admin",
        "isAdmin",
        "status",
        "approved",
        "id",
        "user_id",
        "owner_id",
        "vendor_id",
        "slug",
        "created_at",
        "disabled_at",
        "email_verified",
        "permissions",
        "scope",
        "contact_email",
        "status_reason",
        "shipping_flat_minor",
        "__proto__",
        "rest",
    ];
    let mut payloads = 0;
    for (path, body) in &endpoints {
        for field in smuggled {
            for value in [json!("admin"), json!(true), json!(null)] {
                let mut body = body.clone();
                body[field] = value;
                problem(&post(&app, path, Some(&token), body).await, StatusCode::UNPROCESSABLE_ENTITY, "malformed");
                payloads += 1;
            }
        }
    }
    assert!(payloads >= 60 * endpoints.len());
    assert_eq!(app.count("select count(*) from users").await, 1);
    assert_eq!(app.count("select count(*) from vendors").await, 0);
    // The control: without the stranger the same bodies are taken.
    for (path, body) in endpoints {
        assert!(post(&app, path, Some(&token), body).await.status.is_success(), "{path}");
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_is_wrong_is_said_by_field(pool: PgPool) {
    let app = App::start(pool).await;
    let page = post(&app, "/auth/register", None, json!({ "name": "", "email": "x", "password": "short" })).await;
    problem(&page, StatusCode::UNPROCESSABLE_ENTITY, "invalid");
    let errors = page.json::<Value>()["errors"].clone();
    let found: Vec<_> =
        errors.as_array().unwrap().iter().map(|error| (error["field"].as_str().unwrap(), error["code"].as_str().unwrap())).collect();
    assert_eq!(found, [("name", "required"), ("email", "not_an_email"), ("password", "too_short")]);
    for body in ["", "{", "[]", "null", "\"x\"", "{\"name\":1}"] {
        let browser = app.browser();
        let request = browser.request(Method::POST, "/api/v1/auth/register").header(CONTENT_TYPE, "application/json").body(body);
        problem(&browser.send(request).await, StatusCode::UNPROCESSABLE_ENTITY, "malformed");
    }
    let browser = app.browser();
    let form = browser.request(Method::POST, "/api/v1/auth/register").form(&[("name", "Ada")]);
    problem(&browser.send(form).await, StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json");
}

/// A known and an unknown address get the same bytes.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_wrong_password_tells_nothing_about_the_account(pool: PgPool) {
    let app = App::start(pool).await;
    account(&app.state, "ada@example.com", Role::Customer).await;
    let known = post(&app, "/auth/token", None, json!({ "email": "ada@example.com", "password": "not her password" })).await;
    let unknown = post(&app, "/auth/token", None, json!({ "email": "eve@example.com", "password": "not her password" })).await;
    problem(&known, StatusCode::UNPROCESSABLE_ENTITY, "invalid");
    assert_eq!((known.status, &known.text), (unknown.status, &unknown.text));
}

/// Cross-site requests carry cookies by themselves and never a bearer token: cookies must be worth nothing here.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn cookies_do_not_sign_in(pool: PgPool) {
    let app = App::start(pool).await;
    account(&app.state, "ada@example.com", Role::Admin).await;
    let issued = sign_in(&app.state, "ada@example.com").await;
    let cookies = format!("{ACCESS_COOKIE}={}; {REFRESH_COOKIE}={}", issued.access, issued.refresh);
    let browser = app.browser();
    for path in ["/me", "/admin/vendors"] {
        let page = browser.send(browser.request(Method::GET, &format!("{V1}{path}")).header(COOKIE, &cookies)).await;
        problem(&page, StatusCode::UNAUTHORIZED, "unauthenticated");
        assert_eq!(page.header("set-cookie"), "");
        assert_eq!(get(&app, path, &issued.access).await.status, StatusCode::OK, "the control: the same session by its token");
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_shop_is_applied_for_and_approved_through_the_api_alone(pool: PgPool) {
    let app = App::start(pool).await;
    account(&app.state, "admin@example.com", Role::Admin).await;
    let admin = sign_in(&app.state, "admin@example.com").await.access;
    post(&app, "/auth/register", None, registration()).await;
    let credentials = json!({ "email": "ada@example.com", "password": PASSWORD });
    let vendor = text(&post(&app, "/auth/token", None, credentials).await, "access_token");

    let page = post(&app, "/vendor/application", Some(&vendor), application()).await;
    assert_eq!((page.status, text(&page, "status")), (StatusCode::OK, "pending".to_owned()));
    let id = text(&page, "id");
    problem(&get(&app, "/admin/vendors", &vendor).await, StatusCode::FORBIDDEN, "forbidden");
    let decision = format!("/admin/vendors/{id}/decision");
    let approve = json!({ "seen": "pending", "next": "approved" });
    problem(&post(&app, &decision, Some(&vendor), approve.clone()).await, StatusCode::FORBIDDEN, "forbidden");
    problem(&post(&app, &decision, None, approve.clone()).await, StatusCode::UNAUTHORIZED, "unauthenticated");

    let waiting: Value = get(&app, "/admin/vendors?status=pending", &admin).await.json();
    assert_eq!((waiting["data"][0]["id"].as_str(), &waiting["next"]), (Some(&*id), &Value::Null));
    problem(&get(&app, "/admin/vendors?status=nonsense", &admin).await, StatusCode::UNPROCESSABLE_ENTITY, "malformed");
    problem(&post(&app, "/admin/vendors/nonsense/decision", Some(&admin), approve.clone()).await, StatusCode::NOT_FOUND, "not_found");
    let no_reason = json!({ "seen": "pending", "next": "rejected" });
    problem(&post(&app, &decision, Some(&admin), no_reason).await, StatusCode::UNPROCESSABLE_ENTITY, "invalid");
    assert_eq!(text(&post(&app, &decision, Some(&admin), approve.clone()).await, "status"), "approved");
    problem(&post(&app, &decision, Some(&admin), approve).await, StatusCode::CONFLICT, "stale");
    let me: Value = get(&app, "/me", &vendor).await.json();
    assert_eq!((&me["role"], &me["shop"]["status"]), (&json!("vendor"), &json!("approved")));
}

/// A page that is exactly full and the last one promises no other.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn the_list_of_shops_is_turned_page_by_page_and_ends(pool: PgPool) {
    let app = App::start(pool).await;
    account(&app.state, "admin@example.com", Role::Admin).await;
    let admin = sign_in(&app.state, "admin@example.com").await.access;
    for (shops, pages) in [(50, 1), (51, 2), (100, 2)] {
        while app.count("select count(*) from vendors").await < shops {
            app.vendor(&format!("shop-{}", uuid::Uuid::new_v4().simple())).await;
        }
        let (mut seen, mut turned, mut after) = (std::collections::BTreeSet::new(), 0, String::new());
        loop {
            let list: Value = get(&app, &format!("/admin/vendors?status=approved{after}"), &admin).await.json();
            seen.extend(list["data"].as_array().unwrap().iter().map(|shop| shop["id"].to_string()));
            turned += 1;
            match list["next"].as_str() {
                Some(next) => after = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!((i64::try_from(seen.len()).unwrap(), turned), (shops, pages));
    }
}
