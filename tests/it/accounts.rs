//! Signing up, in and out through the real router; what must not be believed of a form; the address book.

use std::collections::BTreeMap;

use http::StatusCode;
use souk::accounts::guard::{ACCESS_COOKIE, Customer, REFRESH_COOKIE};
use souk::accounts::service::{self, Caller, passwords};
use souk::accounts::{Password, Role, SavedAddress, SignUpForm};
use souk::error::AppError;
use souk::notifications::service::{mailbox, send_due};
use souk::values::{Address, FieldProblem};
use sqlx::PgPool;

use crate::support::people::{PASSWORD, account, sign_in, with_bearer, with_cookies};
use crate::support::{App, Browser, Page};

const ADA: &str = "ada@example.com";
const SIGN_IN: &str = "/api/accounts/sign-in";
const SIGN_UP: &str = "/api/accounts/sign-up";
const SIGN_OUT: &str = "/api/accounts/sign-out";

fn sign_up_fields<'a>(email: &'a str, password: &'a str) -> [(&'a str, &'a str); 3] {
    [("name", "Ada"), ("email", email), ("password", password)]
}

async fn count(pool: &PgPool, table: &'static str) -> i64 {
    sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select count(*) from {table}"))).fetch_one(pool).await.unwrap()
}

/// Whether the browser's cookies open a page for signed-in people.
async fn is_signed_in(app: &App, browser: &Browser) -> bool {
    let (access, refresh) = (browser.cookie(ACCESS_COOKIE), browser.cookie(REFRESH_COOKIE));
    with_cookies(&app.state, "/who", access.as_deref(), refresh.as_deref()).await.status == StatusCode::OK
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn signing_up_out_and_in_again_without_javascript(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    let browser = app.browser();
    let fields = [sign_up_fields(" Ada@Example.com ", PASSWORD).as_slice(), &[("next", "/checkout/address")]].concat();
    let page = browser.submit("/sign-up", SIGN_UP, &fields).await;
    assert!(page.status.is_redirection(), "{page:?}");
    assert!(page.location().ends_with("/sign-in?after=signed-up&next=/checkout/address"), "{}", page.location());
    assert!(!is_signed_in(&app, &browser).await, "a session for a new address alone would tell that it was new");
    browser.submit("/sign-in", SIGN_IN, &[("email", "ada@example.com"), ("password", PASSWORD)]).await;
    assert!(is_signed_in(&app, &browser).await);
    let user: (String, String, String) = sqlx::query_as("select email, name, role from users").fetch_one(&pool).await.unwrap();
    assert_eq!(user, ("Ada@Example.com".to_owned(), "Ada".to_owned(), "customer".to_owned()));

    let tokens = (browser.cookie(ACCESS_COOKIE), browser.cookie(REFRESH_COOKIE));
    let page = browser.submit("/account", SIGN_OUT, &[]).await;
    assert!(page.status.is_redirection() && page.location().ends_with('/'));
    assert_eq!((browser.cookie(ACCESS_COOKIE), browser.cookie(REFRESH_COOKIE)), (None, None));
    let copied = with_cookies(&app.state, "/who", tokens.0.as_deref(), tokens.1.as_deref()).await;
    assert_eq!(copied.status, StatusCode::UNAUTHORIZED, "copies of the tokens are worth nothing either");

    let page = browser.submit("/sign-in", SIGN_IN, &[("email", ADA), ("password", PASSWORD)]).await;
    assert!(page.status.is_redirection() && page.location().ends_with('/'));
    assert!(is_signed_in(&app, &browser).await);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn signing_in_again_ends_the_session_before(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    account(&app.state, ADA, Role::Customer).await;
    let browser = app.browser();
    let fields = [("email", ADA), ("password", PASSWORD)];
    browser.submit("/sign-in", SIGN_IN, &fields).await;
    let first = browser.cookie(ACCESS_COOKIE).unwrap();
    browser.submit("/sign-in", SIGN_IN, &fields).await;
    assert_eq!(with_bearer(&app.state, "/who", &first).await.status, StatusCode::UNAUTHORIZED);
    assert!(is_signed_in(&app, &browser).await);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn one_welcome_mail_for_an_account(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    for _ in 0..2 {
        app.browser().submit("/sign-up", SIGN_UP, &sign_up_fields(ADA, PASSWORD)).await;
    }
    send_due(app.state.clone()).await.unwrap();
    let mails = mailbox(&app.state.db, 10).await.unwrap();
    assert_eq!((mails.len(), mails[0].recipient.as_str(), count(&pool, "users").await), (1, ADA, 1));
    assert!(mails[0].body_text.contains(&app.state.config.base_url));
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn an_address_has_one_account(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    account(&app.state, ADA, Role::Customer).await;
    app.browser().submit("/sign-up", SIGN_UP, &sign_up_fields("ADA@example.com", "another good password")).await;
    app.browser().submit("/sign-up", SIGN_UP, &sign_up_fields(ADA, PASSWORD)).await;
    assert_eq!(count(&pool, "users").await, 1);
    sign_in(&app.state, ADA).await;
    send_due(app.state.clone()).await.unwrap();
    let mails = mailbox(&app.state.db, 10).await.unwrap();
    assert_eq!(mails.len(), 1, "the owner hears of the first; the second was the same form sent twice");
    assert_eq!(mails[0].subject, "You already have an account");

    let rivals = (0..8).map(|_| {
        let browser = app.browser();
        async move { browser.call(SIGN_UP, &sign_up_fields("new@example.com", PASSWORD)).await.status }
    });
    futures::future::join_all(rivals).await;
    assert_eq!(count(&pool, "users").await, 2);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn bad_fields_are_named_and_weak_passwords_refused(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    let browser = app.browser();
    let page = browser.call(SIGN_UP, &[("name", ""), ("email", "x"), ("password", "short")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let AppError::Invalid(errors) = page.json() else { panic!("{page:?}") };
    assert_eq!(
        ["name", "email", "password"].map(|field| errors.of(field)),
        [Some(FieldProblem::Required), Some(FieldProblem::NotAnEmail), Some(FieldProblem::TooShort)]
    );
    for weak in ["password1234", "ada@example.com", "qwertyuiop123", "111111111111"] {
        let page = browser.call(SIGN_UP, &sign_up_fields(ADA, weak)).await;
        assert_eq!(page.json::<AppError>(), AppError::field("password", FieldProblem::TooCommon), "{weak}");
    }
    assert_eq!(count(&pool, "users").await, 0);
}

/// Everything of an answer but what differs at each request.
fn essence(page: &Page) -> (StatusCode, BTreeMap<String, String>, String) {
    // The last one counts the calls from an address of the network, whatever they ask.
    let changing = ["date", "x-request-id", "content-security-policy", "set-cookie", "ratelimit"];
    let headers = page.headers.iter().filter(|(name, _)| !changing.contains(&name.as_str()));
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    (page.status, headers, page.text.clone())
}

/// CVE-2026-25050: the time a sign-in took told who has an account. Work is counted here; a benchmark shows the time.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn known_and_unknown_addresses_get_the_same_answer_for_the_same_work(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    account(&app.state, ADA, Role::Customer).await;
    account(&app.state, "off@example.com", Role::Customer).await;
    sqlx::query("update users set disabled_at = now() where email = 'off@example.com'").execute(&pool).await.unwrap();
    let attempts = [(ADA, "wrong but long enough"), ("nobody@example.com", "wrong but long enough"), ("off@example.com", PASSWORD)];

    let mut answers = Vec::new();
    for (email, password) in attempts {
        let fields = [("email", email), ("password", password)];
        let page = app.browser().call(SIGN_IN, &fields).await;
        assert!(page.headers.get("set-cookie").is_none());
        let form = app.browser().submit("/sign-in", SIGN_IN, &fields).await;
        answers.push((essence(&page), essence(&form)));
        let (result, hashes) = passwords::counting(service::sign_in(&app.state, email, &Password::new(password), &Caller::default())).await;
        assert!(matches!(result, Err(AppError::Invalid(_))));
        assert_eq!(hashes, 1, "{email}");
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
    assert_eq!(answers[0].0.0, StatusCode::UNPROCESSABLE_ENTITY);

    // Control: the counter counts, and the right password does as much work.
    let (result, hashes) = passwords::counting(service::sign_in(&app.state, ADA, &Password::new(PASSWORD), &Caller::default())).await;
    assert!(result.is_ok());
    assert_eq!(hashes, 1);
}

/// The same for a sign-up, of a customer and of a vendor, by form and by JSON: bytes, status, headers, hashing.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn signing_up_tells_nobody_who_has_an_account(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    account(&app.state, ADA, Role::Customer).await;
    let shop = |name: &'static str| [("shop_name", name), ("story", "Boats."), ("city", "Porto"), ("country_code", "PT")];
    let mut answers = Vec::new();
    // Of equal length, so that an answer that repeats the address would still be alike.
    for (email, name) in [(ADA, "Tide"), ("eve@example.com", "Tide")] {
        let form = app.browser().submit("/sign-up", SIGN_UP, &sign_up_fields(email, "another good password")).await;
        let call = app.browser().call(SIGN_UP, &sign_up_fields(email, "another good password")).await;
        let fields = [sign_up_fields(email, "another good password").as_slice(), &shop(name)].concat();
        let vendor = app.browser().submit("/sell/sign-up", "/api/vendors/sign-up", &fields).await;
        let json = app.browser();
        let request = json.request(http::Method::POST, "/api/v1/auth/register").header("content-type", "application/json");
        let body = format!(r#"{{"name":"Ada","email":"{email}","password":"another good password"}}"#);
        let api = json.send(request.body(body)).await;
        assert!(api.text.contains(email));
        for page in [&form, &call, &vendor, &api] {
            assert!(page.headers.get("set-cookie").is_none());
            assert!(page.status.is_success() || page.status.is_redirection(), "{page:?}");
        }
        let api = Page { text: api.text.replace(email, ""), ..api };
        answers.push([essence(&form), essence(&call), essence(&vendor), essence(&api)]);
        sqlx::query("delete from rate_limits").execute(&pool).await.unwrap();
        let parsed = SignUpForm::parse("Ada", email, Password::new("another good password")).unwrap();
        let (result, hashes) = passwords::counting(service::sign_up(&app.state, parsed, &Caller::default())).await;
        assert!(result.is_ok());
        assert_eq!(hashes, 1, "{email}");
    }
    assert_eq!(answers[0], answers[1]);
    // Control: an account was made for one of them, and none changed hands.
    assert_eq!(count(&pool, "users").await, 2);
    sign_in(&app.state, ADA).await;
    for email in [ADA, "new@example.com"] {
        let mut statuses = Vec::new();
        for _ in 0..8 {
            statuses.push(app.browser().call(SIGN_UP, &sign_up_fields(email, "one more good password")).await.status.as_u16());
        }
        assert_eq!(statuses.iter().filter(|&&status| status == 429).count(), 3, "{email}: {statuses:?}");
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn guessing_is_slowed_down_alike_for_known_and_unknown(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    account(&app.state, ADA, Role::Customer).await;
    for email in [ADA, "nobody@example.com"] {
        let mut statuses = Vec::new();
        for n in 0..12 {
            let caller = Caller { address: format!("192.0.2.{n}"), ..Caller::default() };
            let (result, hashes) =
                passwords::counting(service::sign_in(&app.state, email, &Password::new("wrong but long enough"), &caller)).await;
            statuses.push((matches!(result, Err(AppError::TooManyRequests { .. })), hashes));
        }
        let expected: Vec<_> = (0..12).map(|n| if n < 10 { (false, 1) } else { (true, 0) }).collect();
        assert_eq!(statuses, expected, "{email}");
    }
    let right = service::sign_in(&app.state, ADA, &Password::new(PASSWORD), &Caller::default()).await;
    assert!(matches!(right, Err(AppError::TooManyRequests { .. })), "not even the right password");
    sqlx::query("delete from rate_limits").execute(&pool).await.unwrap();
    for _ in 0..15 {
        sign_in(&app.state, ADA).await;
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn one_address_cannot_try_many_accounts(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    let caller = Caller { address: "192.0.2.1".to_owned(), ..Caller::default() };
    let db = &app.state.db;
    let first = service::sign_in(&app.state, "a0@example.com", &Password::new("wrong but long enough"), &caller).await;
    assert!(matches!(first, Err(AppError::Invalid(_))));
    // As if it were the hundredth, without the hashing.
    let row: (String, i32) = sqlx::query_as("update rate_limits set hits = 100 where key like 'sign-in:from:%' returning key, hits")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert!(!row.0.contains("192.0.2.1"), "counters are no list of visitors");
    let blocked = service::sign_in(&app.state, "a1@example.com", &Password::new("wrong but long enough"), &caller).await;
    assert!(matches!(blocked, Err(AppError::TooManyRequests { .. })));
    let elsewhere = service::sign_in(&app.state, "a1@example.com", &Password::new("wrong but long enough"), &Caller::default()).await;
    assert!(matches!(elsewhere, Err(AppError::Invalid(_))));
    assert!(service::find_user(db, &"a1@example.com".parse().unwrap()).await.unwrap().is_none());
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn no_next_leads_off_the_site(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    account(&app.state, ADA, Role::Customer).await;
    for next in
        ["//evil.example", "https://evil.example", "/\\evil.example", "/\tevil", "/é", "/a\r\nSet-Cookie: x=y", "javascript:alert(1)"]
    {
        let page = app.browser().submit("/sign-in", SIGN_IN, &[("email", ADA), ("password", PASSWORD), ("next", next)]).await;
        assert!(page.status.is_redirection(), "{next:?}: {page:?}");
        assert!(page.location() == "/" || page.location() == format!("{}/", app.url), "{next:?}: {}", page.location());
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn an_old_hash_is_replaced_at_the_next_sign_in(pool: PgPool) {
    use argon2::password_hash::PasswordHasher;
    let app = App::start(pool.clone()).await;
    account(&app.state, ADA, Role::Customer).await;
    let old = argon2::Argon2::from(argon2::Params::new(8192, 1, 1, None).unwrap()).hash_password(PASSWORD.as_bytes()).unwrap().to_string();
    sqlx::query("update users set password_hash = $1").bind(&old).execute(&pool).await.unwrap();
    sign_in(&app.state, ADA).await;
    let stored: String = sqlx::query_scalar("select password_hash from users").fetch_one(&pool).await.unwrap();
    assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
    sign_in(&app.state, ADA).await;
}

/// A customer as the guard makes one: there is no other way to get the proof.
async fn customer(app: &App, email: &str) -> Customer {
    use axum::extract::FromRequestParts;
    use tower::{Layer, ServiceExt, service_fn};
    let access = sign_in(&app.state, email).await.access;
    let (send, receive) = std::sync::mpsc::channel();
    let inner = service_fn(move |request: http::Request<axum::body::Body>| {
        let send = send.clone();
        async move {
            let mut parts = request.into_parts().0;
            send.send(Customer::from_request_parts(&mut parts, &()).await).unwrap();
            Ok::<_, std::convert::Infallible>(axum::response::Response::new(axum::body::Body::empty()))
        }
    });
    let request = http::Request::get("/").header("authorization", format!("Bearer {access}")).body(axum::body::Body::empty()).unwrap();
    souk::accounts::guard::sessions(app.state.clone()).layer(inner).oneshot(request).await.unwrap();
    receive.recv().unwrap().unwrap()
}

/// CVE-2026-22588: address ids of others were bound to an order.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn an_address_book_is_ones_own(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    let db = &app.state.db;
    for email in [ADA, "eve@example.com"] {
        account(&app.state, email, Role::Customer).await;
    }
    let (ada, eve) = (customer(&app, ADA).await, customer(&app, "eve@example.com").await);
    let home = Address {
        name: " Ada ".to_owned(),
        line1: "1 Mill Lane".to_owned(),
        line2: String::new(),
        city: "London".to_owned(),
        region: String::new(),
        postal_code: "N1".to_owned(),
        country_code: "gb".to_owned(),
    };
    let id = service::add_address(db, &ada, &home, true).await.unwrap();
    assert_eq!(service::add_address(db, &ada, &home, true).await, Ok(id), "the same address is kept once");
    let stored = service::address(db, &ada, id).await.unwrap();
    assert_eq!((stored.name.as_str(), stored.country_code.as_str()), ("Ada", "GB"));
    assert_eq!(service::addresses(db, &ada).await, Ok(vec![SavedAddress { id, address: stored, kept: true }]));
    assert_eq!(service::address(db, &eve, id).await, Err(AppError::NotFound));
    assert_eq!(service::delete_address(db, &eve, id).await, Err(AppError::NotFound));
    assert_eq!(service::addresses(db, &eve).await, Ok(vec![]));
    let bad = Address { city: String::new(), ..home };
    assert_eq!(service::add_address(db, &ada, &bad, true).await, Err(AppError::field("city", FieldProblem::Required)));
    assert_eq!(service::delete_address(db, &ada, id).await, Ok(()));
}
