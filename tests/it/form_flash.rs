//! A plain form that fails comes back with what was typed, once, and without secrets.

use souk::accounts::Role;
use souk::error::AppError;
use souk::platform::form_flash;
use souk::values::FieldProblem;
use sqlx::PgPool;

use crate::support::App;
use crate::support::people::{PASSWORD, account};

const REFUSE: &str = "/api/_test/refuse";

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_failed_form_is_sent_back_with_a_clean_address(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    let browser = app.browser();
    let answer = browser.submit("/?page=2&__err=old&__path=x", REFUSE, &[("email", "no address"), ("password", "canary-secret")]).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert_eq!(answer.location(), "/?page=2");
    let cookie = answer.header("set-cookie");
    for attribute in ["__Host-souk_flash=", "HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(attribute), "{attribute} in {cookie}");
    }

    let row = sqlx::query!("select path, fields, error from form_flashes").fetch_one(&pool).await.unwrap();
    assert_eq!(row.path, REFUSE);
    assert_eq!(row.fields, serde_json::json!([["email", "no address"]]), "no secrets");
    assert_eq!(serde_json::from_value::<AppError>(row.error).unwrap(), AppError::field("email", FieldProblem::NotAnEmail));

    // A prefetch leaves it for the real view, which takes it away.
    let prefetch = browser.request(http::Method::GET, "/").header("accept", "text/html").header("sec-purpose", "prefetch");
    browser.send(prefetch).await;
    assert!(browser.cookie("__Host-souk_flash").is_some());
    let page = browser.get("/?page=2").await;
    assert_eq!(page.status, 200);
    assert_eq!(browser.cookie("__Host-souk_flash"), None);
    let left = sqlx::query_scalar!("select count(*) from form_flashes").fetch_one(&pool).await.unwrap();
    assert_eq!(left, Some(0));
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn programs_get_the_error_and_its_status(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    let browser = app.browser();
    let rows: &[(&[(&str, &str)], u16)] = &[
        (&[("email", "fine@example.com"), ("password", "123")], 200),
        (&[("email", "x"), ("password", "y")], 422),
        (&[("email", "stranger"), ("password", "y")], 401),
        (&[("email", "hasty"), ("password", "y")], 429),
        (&[("email", "x")], 422),
        (&[], 422),
    ];
    for (fields, status) in rows {
        let answer = browser.call(REFUSE, fields).await;
        assert_eq!(answer.status, *status, "{fields:?}: {}", answer.text);
        if *status != 200 {
            answer.json::<AppError>();
        }
        if *status == 429 {
            assert_eq!(answer.header("retry-after"), "7");
        }
    }
    let kept = sqlx::query_scalar!("select count(*) from form_flashes").fetch_one(&pool).await.unwrap();
    assert_eq!(kept, Some(0));
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn who_must_sign_in_first_is_sent_there_and_back(pool: PgPool) {
    let app = App::start(pool).await;
    let answer = app.browser().submit("/products?q=tea%20pot", REFUSE, &[("email", "stranger"), ("password", "y")]).await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.location(), "/sign-in?next=/products%3Fq%3Dtea%2520pot");
}

/// A session may end while somebody types: the form waits for its own page, whatever is refused on the way there.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_was_typed_outlives_the_session(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    account(&app.state, "ada@example.com", Role::Customer).await;
    let browser = app.browser();
    let answer =
        browser.submit("/account?done=name", "/api/accounts/rename", &[("name", "Grace Hopper"), ("password", "never kept")]).await;
    assert_eq!(answer.status, 303);
    // One of its fields is unknown, which is said before anybody is asked to sign in: this one is not kept for later.
    assert!(answer.location().ends_with("/account?done=name"), "{answer:?}");
    browser.get("/").await;
    let answer = browser.submit("/account?done=name", "/api/accounts/rename", &[("name", "Grace Hopper")]).await;
    assert_eq!(answer.location(), "/sign-in?next=/account%3Fdone%3Dname");
    let sign_in =
        async |password| browser.submit("/sign-in", "/api/accounts/sign-in", &[("email", "ada@example.com"), ("password", password)]).await;
    assert!(!browser.get("/sign-in").await.text.contains("Grace Hopper"));
    sign_in("not the password").await;
    assert!(browser.get("/sign-in").await.text.contains("E-mail address or password is not right"));
    sign_in(PASSWORD).await;
    let page = browser.get("/account?done=name").await.text;
    assert!(page.contains("value=\"Grace Hopper\"") && page.contains("You were signed out in between"), "{page}");
    assert!(!page.contains("Your name is changed"));
    assert!(!browser.get("/account").await.text.contains("Grace Hopper"), "once");
    assert_eq!(app.count("select count(*) from form_flashes").await, 0);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_form_that_succeeds_goes_back_too_and_never_off_the_site(pool: PgPool) {
    let app = App::start(pool).await;
    let browser = app.browser();
    let fine = [("email", "fine@example.com"), ("password", "123")];
    let answer = browser.submit("/?__err=old&__path=x", REFUSE, &fine).await;
    assert_eq!((answer.status.as_u16(), answer.location()), (302, "/"));

    let elsewhere = browser.submit("/", REFUSE, &[("email", "elsewhere"), ("password", "y")]).await;
    assert_eq!(elsewhere.location(), "/");

    for referer in [
        "https://evil.example/",
        "http://127.0.0.1.evil.example/",
        "//evil.example/",
        "javascript:alert(1)",
        "http://127.0.0.1:1/",
        "/\\evil.example",
    ] {
        for fields in [fine, [("email", "x"), ("password", "y")]] {
            let request = browser.request(http::Method::POST, REFUSE).header("accept", "text/html").header("sec-fetch-site", "same-origin");
            let answer = browser.send(request.header("referer", referer).form(&fields)).await;
            assert_eq!(answer.location(), "/", "{referer} {fields:?}");
        }
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_nobody_comes_back_for_goes(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    let browser = app.browser();
    browser.submit("/", REFUSE, &[("email", "x"), ("password", "y")]).await;
    sqlx::query!("update form_flashes set created_at = now() - interval '11 minutes'").execute(&pool).await.unwrap();
    form_flash::prune(app.state.clone()).await.unwrap();
    let left = sqlx::query_scalar!("select count(*) from form_flashes").fetch_one(&pool).await.unwrap();
    assert_eq!(left, Some(0));
    assert_eq!(browser.get("/").await.status, 200);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_form_too_large_is_refused(pool: PgPool) {
    let app = App::start(pool).await;
    let browser = app.browser();
    let long = "x".repeat(321 * 1024);
    for answer in [
        browser.submit("/", REFUSE, &[("email", &long), ("password", "y")]).await,
        browser.call(REFUSE, &[("email", &long), ("password", "y")]).await,
    ] {
        assert_eq!(answer.status, 413, "{}", answer.text);
    }
}
