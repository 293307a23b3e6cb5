//! Requests that another site makes a browser send change nothing; redirects stay on the site.

use http::header::{COOKIE, HOST, ORIGIN, REFERER};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use souk::error::AppError;
use souk::platform::config::Config;
use souk::platform::security::{Verdict, verdict};
use sqlx::PgPool;

use crate::support::{App, functions};

const OWN: &str = "https://shop.example";

fn production() -> Config {
    let var = |name: &str| {
        let value = match name {
            "SOUK_ENV" => "production",
            "BASE_URL" => OWN,
            "SOUK_SECRET_KEY" => "0123456789abcdef0123456789abcdef",
            "MAIL" => "smtp",
            "SMTP_URL" => "smtps://mail.example",
            "MAIL_FROM" => "shop@shop.example",
            "STRIPE_SECRET_KEY" => "sk_live_x",
            "STRIPE_PUBLISHABLE_KEY" => "pk_live_x",
            "STRIPE_WEBHOOK_SECRET" => "whsec_0123456789abcdef",
            _ => return None,
        };
        Some(value.to_owned())
    };
    Config::from_env(var, ([0, 0, 0, 0], 3000).into()).unwrap()
}

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

#[test]
fn who_may_send_what() {
    use Verdict::{Foreign, NoBrowser, Own, Unexplained};
    let config = production();
    let cookie = (COOKIE, "__Host-session=x");
    let rows: &[(&[(HeaderName, &str)], Verdict)] = &[
        (&[(SITE, "same-origin"), cookie.clone()], Own),
        (&[(SITE, "none"), cookie.clone()], Own),
        (&[(SITE, "cross-site"), cookie.clone()], Foreign),
        (&[(SITE, "same-site"), cookie.clone()], Foreign),
        (&[(SITE, "cross-site")], Foreign),
        (&[(SITE, "")], Foreign),
        (&[(SITE, "nonsense"), (ORIGIN, OWN)], Foreign),
        (&[(SITE, "cross-site"), (ORIGIN, OWN)], Foreign),
        (&[(SITE, "same-origin"), (SITE, "cross-site")], Foreign),
        (&[(ORIGIN, OWN), cookie.clone()], Own),
        (&[(ORIGIN, "https://evil.example"), cookie.clone()], Foreign),
        (&[(ORIGIN, "https://shop.example.evil.example")], Foreign),
        (&[(ORIGIN, "https://shop.example:8443")], Foreign),
        (&[(ORIGIN, "http://shop.example")], Foreign),
        (&[(ORIGIN, "null"), cookie.clone()], Foreign),
        (&[(ORIGIN, "")], Foreign),
        (&[(ORIGIN, OWN), (ORIGIN, "https://evil.example")], Foreign),
        // A Host that agrees with the attacker proves nothing in production.
        (&[(ORIGIN, "http://evil.example"), (HOST, "evil.example")], Foreign),
        (std::slice::from_ref(&cookie), Unexplained),
        (&[(REFERER, "https://shop.example/cart"), cookie.clone()], Unexplained),
        (&[], NoBrowser),
    ];
    for (pairs, expected) in rows {
        let mut headers = HeaderMap::new();
        for (name, value) in *pairs {
            headers.append(name, HeaderValue::from_static(value));
        }
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::from_bytes(b"BREW").unwrap()] {
            assert_eq!(verdict(&config, &method, &headers), *expected, "{method} {pairs:?}");
        }
        assert_eq!(verdict(&config, &Method::GET, &headers), Verdict::Safe);
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn every_server_function_is_behind_the_check(pool: PgPool) {
    let app = App::start(pool).await;
    let browser = app.browser();
    let posts = server_fn::axum::server_fn_paths().filter(|(_, method)| *method == Method::POST).map(|(path, _)| path);
    // The test's own function stands for all as long as there are no others; its siblings hang or panic on purpose.
    for path in posts.filter(|path| !path.starts_with(functions::PREFIX) || path.ends_with("refuse")) {
        for site in ["cross-site", "same-site"] {
            let answer = browser.send(browser.request(Method::POST, path).header(SITE, site).body("")).await;
            assert_eq!(answer.status, 403, "{path} {site}");
        }
        // The negative control: the very same request from our own page goes through the check.
        let answer = browser.call(path, &[]).await;
        assert!(answer.status != 403 || answer.json::<AppError>() != AppError::Forbidden, "{path}: {}", answer.text);
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_plain_route_is_behind_it_too_and_a_webhook_passes(pool: PgPool) {
    let app = App::start(pool).await;
    let browser = app.browser();
    let post = |site: &'static str| browser.request(Method::POST, "/health/live").header(SITE, site).body("");
    assert_eq!(browser.send(post("cross-site")).await.status, 403);
    // Neither cookie nor a browser's headers: the check lets it by, and routing says that this is no POST route.
    assert_eq!(browser.send(browser.request(Method::POST, "/health/live").body("")).await.status, 405);
    assert_eq!(browser.send(post("same-origin")).await.status, 405);
}
