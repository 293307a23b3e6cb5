//! Security headers, request ids, compression.

use http::Method;
use sqlx::PgPool;

use crate::support::{App, PRODUCTION, Setup};

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_page_may_load_what_is_ours_and_no_more(pool: PgPool) {
    let app = App::start(pool).await;
    let browser = app.browser();
    let page = browser.get("/").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("</html>"), "the page arrives whole");
    let csp = page.header("content-security-policy");
    let nonce = csp.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap();
    assert!(page.text.contains(&format!("nonce=\"{nonce}\"")), "{nonce} in {}", page.text);
    assert_eq!(
        page.text.matches("<script").count(),
        page.text.matches(&format!("nonce=\"{nonce}\"")).count(),
        "every script has it: {}",
        page.text
    );
    assert!(!page.text.contains("style=\""), "inline styles do not pass style-src 'self'");
    let again = browser.get("/").await;
    assert_ne!(again.header("content-security-policy"), csp, "a nonce is used once");

    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("x-frame-options", "DENY"),
        ("strict-transport-security", ""),
        ("cache-control", "private, no-cache"),
    ] {
        assert_eq!(page.header(name), value, "{name}");
    }
    browser.set_cookie("theme", "dark");
    assert_eq!(browser.get("/").await.header("cache-control"), "private, no-cache");
    browser.set_cookie("__Host-anything", "x");
    assert_eq!(browser.get("/").await.header("cache-control"), "private, no-store");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn errors_carry_the_headers_too(pool: PgPool) {
    let app = App::start(pool).await;
    let browser = app.browser();
    let missing = browser.get("/no/such/page").await;
    assert_eq!(missing.status, 404);
    assert!(missing.header("content-type").starts_with("text/html"), "the site's own page");
    let panicked = browser.call("/api/_test/panic", &[]).await;
    let refused = browser.send(browser.request(Method::POST, "/").header("sec-fetch-site", "cross-site")).await;
    for answer in [missing, panicked, refused] {
        assert!(answer.header("content-security-policy").contains("nonce-"), "{}", answer.status);
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(!answer.header("x-request-id").is_empty());
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn production_insists_on_https(pool: PgPool) {
    let app = App::start_with(pool, Setup { variables: &PRODUCTION, ..Setup::default() }).await;
    let page = app.browser().get("/").await;
    assert!(page.header("strict-transport-security").starts_with("max-age=63072000"));
    assert!(!page.header("content-security-policy").contains("stripe.com"), "Stripe's hosts are for the pay page alone");
    let sandbox = app.browser().get("/_stripe/v3.js").await;
    assert_eq!(sandbox.status, 404, "no sandbox in live mode");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_request_has_an_id_that_nobody_can_forge_lines_with(pool: PgPool) {
    let app = App::start(pool).await;
    let browser = app.browser();
    let id = |given: &'static str| {
        let request = browser.request(Method::GET, "/health/live").header("x-request-id", given);
        let browser = &browser;
        async move { browser.send(request).await.header("x-request-id").to_owned() }
    };
    assert_eq!(id("0c9d8f-from-a-proxy").await, "0c9d8f-from-a-proxy");
    for odd in ["short", "with space and more", "a=\"b\" level=error", ""] {
        let own = id(odd).await;
        assert_ne!(own, odd);
        assert_eq!(own.len(), 32);
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn pages_are_compressed_and_small_answers_are_not(pool: PgPool) {
    let app = App::start(pool).await;
    let browser = app.browser();
    for (accepted, encoding) in [("br, gzip", "br"), ("gzip", "gzip"), ("identity", "")] {
        let page = browser.send(browser.request(Method::GET, "/health/live").header("accept-encoding", accepted)).await;
        assert_eq!(page.header("content-encoding"), "");
        let http = reqwest::Client::new();
        let page = http.get(&app.url).header("accept-encoding", accepted).send().await.unwrap();
        assert_eq!(page.headers().get("content-encoding").map_or("", |value| value.to_str().unwrap()), encoding);
    }
}
