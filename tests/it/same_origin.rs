//! Requests that another site makes a browser send change nothing; redirects stay on the site.

use futures::StreamExt;
use futures::stream::iter;
use http::header::{CONTENT_TYPE, COOKIE, HOST, ORIGIN, REFERER};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use souk::platform::config::Config;
use souk::platform::security::{Verdict, verdict};
use sqlx::PgPool;

use crate::matrix::fill::cookie;
use crate::matrix::scene::Scene;
use crate::matrix::{Ready, for_nobody};
use crate::policy::{POLICY, Row, Who};
use crate::support::App;
use crate::support::tables::{changed, contents};

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

/// Rows of the policy that another site could abuse: those that may change something (GET never does) in the name of whoever's cookies the browser adds by
/// itself. The webhook knows its caller by a signature, `/api/v1` by a bearer token and most of the sandbox by a key, which no browser adds;
/// that cookies alone do nothing there is shown by `matrix`.
fn by_cookie(row: &Row) -> bool {
    row.method != "GET" && !row.path.starts_with("/api/v1/") && !matches!(row.who, Who::Signer | Who::SandboxKey)
}

/// Headers of requests that some other site made the browser send.
fn foreign_shapes(own: &str) -> Vec<Vec<(HeaderName, String)>> {
    let site = |value: &str| (SITE, value.to_owned());
    let origin = |value: &str| (ORIGIN, value.to_owned());
    let (scheme, host) = own.split_once("://").unwrap();
    let (name, port) = host.rsplit_once(':').unwrap();
    assert_eq!(scheme, "http");
    let mut shapes = vec![
        vec![],
        vec![(REFERER, format!("{own}/cart"))],
        vec![site("same-origin"), site("same-origin")],
        vec![site("same-origin"), site("cross-site")],
        vec![site("cross-site"), origin("https://evil.example")],
        vec![site("cross-site"), origin(own)],
        vec![origin(own), origin(own)],
        vec![origin(own), origin("https://evil.example")],
    ];
    for value in ["cross-site", "same-site", "nonsense", "", "Same-Origin", "same-origin, cross-site"] {
        shapes.push(vec![site(value)]);
    }
    for value in [
        "https://evil.example",
        "null",
        "",
        "*",
        &format!("https://{host}"),
        &format!("{scheme}://{name}:1{port}"),
        &format!("{scheme}://{name}"),
        &format!("{own}.evil.example"),
        &format!("{scheme}://{name}.evil.example:{port}"),
        &format!("{scheme}://evil.example@{host}"),
        &format!("{own}/"),
        &format!("{own}, https://evil.example"),
    ] {
        shapes.push(vec![origin(value)]);
    }
    shapes
}

/// What a form or a script of another site can send without asking first, and what it cannot.
const KINDS: [&str; 4] = ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", "application/json"];

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn whatever_another_site_makes_a_browser_send_changes_nothing(pool: PgPool) {
    let scene = Scene::set(App::start(pool).await).await;
    let (shapes, rows) = (foreign_shapes(&scene.app.url), POLICY.iter().filter(|row| by_cookie(row)));
    let (mut sent, mut routes) = (0, 0);
    for row in rows {
        // Somebody whom the row lets in: a refusal comes from nothing but the shape.
        let ready = Ready::to_succeed(&scene, row).await;
        let cookie = cookie(&ready.me).unwrap();
        let before = contents(scene.app.pool()).await;
        let all = shapes.iter().flat_map(|shape| KINDS.map(|kind| (shape, kind)));
        let answers = iter(all.map(|(shape, kind)| {
            let request = ready.filled.bare(&scene).header(COOKIE, &cookie);
            let request = shape.iter().fold(request, |request, (name, value)| request.header(name, value));
            let mut request = request.build().unwrap();
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
            let answer = scene.http.execute(request);
            async move { (shape, kind, answer.await.unwrap()) }
        }));
        let answers: Vec<_> = answers.buffer_unordered(8).collect().await;
        for (shape, kind, answer) in &answers {
            assert_eq!(answer.status(), 403, "{} {shape:?} {kind}", row.path);
            assert!(!answer.headers().contains_key("set-cookie"), "{} {shape:?} {kind}", row.path);
        }
        assert_eq!(changed(&before, &contents(scene.app.pool()).await), [""; 0], "{}", row.path);
        (sent, routes) = (sent + answers.len(), routes + 1);

        // The negative control: the same request from our own page is done, by a session that still lives.
        let answer = scene.send(ready.request(&scene)).await;
        assert!(answer.status != 403 && (answer.status < 400 || for_nobody(row)), "{}: {answer:?}", row.path);
    }
    eprintln!("same origin: {sent} foreign requests to {routes} routes");
    assert!(routes >= 15 && shapes.len() >= 20);
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
