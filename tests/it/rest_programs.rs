//! Tokens and webhooks of vendors' programs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::Method;
use serde_json::{Value, json};
use sha2::Sha256;
use souk::webhooks::service::send_due;
use sqlx::PgPool;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::api::Api;
use crate::support::shop::{VISA, field};
use crate::support::{App, Browser, Setup};

/// Makes a token on its page and reads it there; it is not there a second time.
async fn token(app: &App, owner: &Browser, scopes: &[(&str, &str)]) -> String {
    let mut fields = vec![("program_name", "Stock")];
    fields.extend(scopes);
    let made = owner.submit("/vendor/api-tokens", "/api/vendors/api-tokens/create", &fields).await;
    let page = made.location().to_owned();
    let page = page.strip_prefix(&app.url).unwrap_or(&page);
    let shown = owner.get(page).await.text;
    let text = shown.split("fresh-token").nth(1).unwrap().split("souk_api_").nth(1).unwrap().split('<').next().unwrap();
    assert!(!owner.get(page).await.text.contains(text), "shown once");
    format!("souk_api_{text}")
}

fn with<'a>(app: &'a App, token: &str) -> Api<'a> {
    let mut api = app.api();
    api.token = Some(token.to_owned());
    api
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_token_opens_what_its_scopes_say_and_nothing_else(pool: PgPool) {
    let app = App::start(pool).await;
    let (owner, vendor) = app.open_shop("kiln").await;
    app.goods(vendor, 1500, 5).await;
    let refused = owner.submit("/vendor/api-tokens", "/api/vendors/api-tokens/create", &[("program_name", "Stock")]).await;
    assert!(owner.get(refused.location().strip_prefix(&app.url).unwrap_or(refused.location())).await.text.contains("Please fill this in."));
    let text = token(&app, &owner, &[("read_products", "yes"), ("read_orders", "yes")]).await;
    let stored: String = sqlx::query_scalar("select to_jsonb(t)::text from api_tokens t").fetch_one(app.pool()).await.unwrap();
    assert!(!stored.contains(&text[15..]), "only a hash is stored: {stored}");

    let stock = with(&app, &text);
    let products = stock.get("/vendor/products").await.done();
    let id = products["data"][0]["id"].as_str().unwrap().to_owned();
    stock.get("/vendor/orders").await.done();
    stock.get(&format!("/vendor/products/{id}")).await.done();
    let draft = json!({ "name": "Cup", "category": "things", "price": { "amount_minor": 100, "currency": "USD" } });
    stock.post("/vendor/products", draft.clone()).await.refused(403, "insufficient_scope");
    let shipment = json!({ "carrier": "CTT" });
    stock.post(&format!("/vendor/orders/{id}/ship"), shipment).await.refused(403, "insufficient_scope");
    for path in ["/me", "/cart", "/orders", "/addresses", "/admin/users", "/wishlist"] {
        stock.get(path).await.refused(401, "unauthenticated");
    }
    stock.order("/auth/logout").await.refused(401, "unauthenticated");
    let browser = app.browser();
    let page = browser.request(Method::GET, "/vendor/products").header("accept", "text/html").bearer_auth(&text);
    assert_eq!(browser.send(page).await.status, 302, "no page either: it asks to sign in");
    assert_eq!(app.count("select count(*) from api_tokens where last_used_at is not null").await, 1);

    // A program's requests are done once as well, under its owner's keys.
    let writer = with(&app, &token(&app, &owner, &[("write_products", "yes")]).await);
    let key = [("idempotency-key", "draft")];
    let first = writer.send(Method::POST, "/vendor/products", &key, Some(&draft)).await.done();
    let again = writer.send(Method::POST, "/vendor/products", &key, Some(&draft)).await;
    assert_eq!((&again.done()["id"], again.header("idempotent-replayed")), (&first["id"], "true"));

    for (what, statement, code) in [
        ("suspended", "update vendors set status = 'suspended', status_reason = 'x'", 403),
        ("revoked", "update api_tokens set revoked_at = now()", 401),
    ] {
        sqlx::query(statement).execute(app.pool()).await.unwrap();
        assert_eq!(writer.post("/vendor/products", draft.clone()).await.status, code, "{what}");
    }
    for forged in ["souk_api_", "souk_api_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", &text[..text.len() - 1]] {
        with(&app, forged).get("/vendor/products").await.refused(401, "unauthenticated");
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_disabled_owner_has_no_programs(pool: PgPool) {
    let app = App::start(pool).await;
    let (owner, _) = app.open_shop("kiln").await;
    let stock = with(&app, &token(&app, &owner, &[("read_products", "yes")]).await);
    stock.get("/vendor/products").await.done();
    sqlx::query("update users set disabled_at = now()").execute(app.pool()).await.unwrap();
    stock.get("/vendor/products").await.refused(401, "unauthenticated");
}

/// Answers one request with this status; gives back what was sent.
async fn receive(listener: &TcpListener, status: u16) -> String {
    let (mut socket, _) = listener.accept().await.unwrap();
    let (mut text, mut piece) = (String::new(), [0; 4096]);
    loop {
        let length = socket.read(&mut piece).await.unwrap();
        text.push_str(std::str::from_utf8(&piece[..length]).unwrap());
        let whole = text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
            let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(str::to_owned));
            body.len() >= length.unwrap().parse().unwrap()
        });
        if whole {
            break;
        }
    }
    let location = if status == 307 { "location: http://127.0.0.1:1/\r\n" } else { "" };
    socket.write_all(format!("HTTP/1.1 {status} x\r\n{location}content-length: 0\r\nconnection: close\r\n\r\n").as_bytes()).await.unwrap();
    text
}

fn header<'a>(request: &'a str, name: &str) -> &'a str {
    let line = request.lines().find(|line| line.to_lowercase().starts_with(&format!("{name}: ")));
    line.unwrap().split_once(": ").unwrap().1
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_paid_order_is_told_signed_and_until_it_is_heard(pool: PgPool) {
    let app = App::start_with(pool, Setup { variables: &[("WEBHOOKS_TO_LOCALHOST", "yes")], ..Setup::default() }).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/souk", listener.local_addr().unwrap());
    let (owner, vendor) = app.open_shop("kiln").await;
    let cup = app.goods(vendor, 1500, 5).await;
    owner.submit("/vendor/webhooks", "/api/webhooks/add", &[("url", &url)]).await;
    let page = owner.get("/vendor/webhooks").await.text;
    let secret = page.split("whsec_").nth(1).unwrap().split('<').next().unwrap();
    let secret = STANDARD.decode(secret).unwrap();

    let order = app.buyer("ada").await.order(&[(cup, 1)]).await;
    app.confirm(order, VISA).await;
    assert_eq!(app.count("select count(*) from webhook_deliveries").await, 0, "nothing is told before it is true");
    let event = app.event("evt_1", "payment_intent.succeeded", order).await;
    for _ in 0..2 {
        assert_eq!(app.webhook(&event).await, 200);
    }
    assert_eq!(app.count("select count(*) from webhook_deliveries").await, 1);

    let (sent, request) = tokio::join!(send_due(app.state.clone()), receive(&listener, 500));
    sent.unwrap();
    let (_, body) = request.split_once("\r\n\r\n").unwrap();
    let told: Value = serde_json::from_str(body).unwrap();
    assert_eq!((&told["type"], &told["data"]["order_id"]), (&json!("order.paid"), &json!(order)));
    assert!(!body.contains("Ada"), "nothing of the customer");
    let (id, at) = (header(&request, "webhook-id"), header(&request, "webhook-timestamp"));
    let mut mac = Hmac::<Sha256>::new_from_slice(&secret).unwrap();
    mac.update(format!("{id}.{at}.{body}").as_bytes());
    assert_eq!(header(&request, "webhook-signature"), format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())));

    // Not heard: once more, later, under the same id; a redirect is no way to be heard.
    let state = "select status || ' ' || attempts || ' ' || coalesce(response_status::text, '-') from webhook_deliveries";
    let read = || async { sqlx::query_scalar::<_, String>(state).fetch_one(app.pool()).await.unwrap() };
    assert_eq!(read().await, "queued 1 500");
    send_due(app.state.clone()).await.unwrap();
    assert_eq!(read().await, "queued 1 500", "not before its time");
    for (status, becomes) in [(307, "queued 2 307"), (204, "delivered 3 204")] {
        sqlx::query("update webhook_deliveries set next_attempt_at = now()").execute(app.pool()).await.unwrap();
        let (sent, request) = tokio::join!(send_due(app.state.clone()), receive(&listener, status));
        sent.unwrap();
        assert_eq!((header(&request, "webhook-id"), read().await.as_str()), (id, becomes));
    }
    let delivery = field(&owner.get("/vendor/webhooks").await.text, "delivery_id").unwrap();
    owner.submit("/vendor/webhooks", "/api/webhooks/resend", &[("delivery_id", &delivery)]).await;
    let (sent, request) = tokio::join!(send_due(app.state.clone()), receive(&listener, 200));
    sent.unwrap();
    assert_eq!((header(&request, "webhook-id"), read().await.as_str()), (id, "delivered 1 200"));

    owner.call("/api/checkout/ship-part", &[("order_id", &order.to_string()), ("carrier", "CTT")]).await;
    assert_eq!(app.count("select count(*) from webhook_deliveries where event = 'order.shipped'").await, 1);
    app.assert_invariants().await;
}

/// Nobody answers at all: it is given up after a good day, and the log says why.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_is_never_heard_is_given_up(pool: PgPool) {
    let app = App::start_with(pool, Setup { variables: &[("WEBHOOKS_TO_LOCALHOST", "yes")], ..Setup::default() }).await;
    let (owner, vendor) = app.open_shop("kiln").await;
    let cup = app.goods(vendor, 1500, 5).await;
    owner.submit("/vendor/webhooks", "/api/webhooks/add", &[("url", "http://127.0.0.1:1/")]).await;
    let order = app.buyer("ada").await.order(&[(cup, 1)]).await;
    app.confirm(order, VISA).await;
    app.webhook(&app.event("evt_1", "payment_intent.succeeded", order).await).await;
    for attempt in 1..=9 {
        sqlx::query("update webhook_deliveries set next_attempt_at = now() where status = 'queued'").execute(app.pool()).await.unwrap();
        send_due(app.state.clone()).await.unwrap();
        let expected = if attempt < 9 { "queued" } else { "failed" };
        let status: String = sqlx::query_scalar("select status from webhook_deliveries").fetch_one(app.pool()).await.unwrap();
        assert_eq!(status, expected, "{attempt}");
    }
    assert!(owner.get("/vendor/webhooks").await.text.contains("nobody answers there"));
}

/// The rules of addresses have tests of their own; here they stand between the form and the wire.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn nothing_is_sent_to_this_machine(pool: PgPool) {
    let app = App::start(pool).await;
    let (owner, vendor) = app.open_shop("kiln").await;
    let cup = app.goods(vendor, 1500, 5).await;
    for inside in
        ["http://127.0.0.1/", "https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/", "https://localhost/", "https://10.0.0.1/"]
    {
        let page = owner.call("/api/webhooks/add", &[("url", inside)]).await;
        assert_eq!(page.status, 422, "{inside}");
    }
    assert_eq!(app.count("select count(*) from webhook_endpoints").await, 0);
    // One that got in before the rules were as strict.
    assert_eq!(owner.call("/api/webhooks/add", &[("url", "https://hooks.example/")]).await.status, 200);
    sqlx::query("update webhook_endpoints set url = 'https://127.0.0.1:1/'").execute(app.pool()).await.unwrap();
    let order = app.buyer("ada").await.order(&[(cup, 1)]).await;
    app.confirm(order, VISA).await;
    app.webhook(&app.event("evt_1", "payment_intent.succeeded", order).await).await;
    send_due(app.state.clone()).await.unwrap();
    let error: String = sqlx::query_scalar("select last_error from webhook_deliveries").fetch_one(app.pool()).await.unwrap();
    assert!(error.contains("public network"), "{error}");
}
