//! Signing in by two steps: setting it up, the code once and no longer, recovery codes, the doors, and admins in production.

use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};
use souk::accounts::Role;
use souk::accounts::guard::{ACCESS_COOKIE, CHALLENGE_COOKIE};
use souk::notifications::service::{mailbox, send_due};
use sqlx::PgPool;
use totp_rs::{Builder, Secret, Totp};

use crate::support::people::{PASSWORD, account, sign_in, with_cookies};
use crate::support::{App, Browser, PRODUCTION, Page, Setup};

const ADA: &str = "ada@example.com";
const SIGN_IN: &str = "/api/accounts/sign-in";
const SECOND: &str = "/api/accounts/second-step";

struct Ada {
    app: App,
    browser: Browser,
    totp: Totp,
    recovery: Vec<String>,
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    text.split(start).skip(1).filter_map(|part| part.split(end).next()).collect()
}

fn now() -> u64 {
    time::OffsetDateTime::now_utc().unix_timestamp().try_into().unwrap()
}

/// Signs in by form; the cookies stay in the browser.
async fn first_step(browser: &Browser) -> Page {
    browser.submit("/sign-in", SIGN_IN, &[("email", ADA), ("password", PASSWORD), ("next", "/account")]).await
}

impl Ada {
    async fn start(pool: PgPool) -> Self {
        let app = App::start(pool).await;
        account(&app.state, ADA, Role::Customer).await;
        let browser = app.browser();
        first_step(&browser).await;
        let page = browser.submit("/account/two-step", "/api/accounts/two-step/start", &[("current_password", PASSWORD)]).await;
        assert!(page.location().ends_with("/account/two-step"), "{page:?}");
        let page = browser.get("/account/two-step").await.text;
        assert!(page.contains("QR code for your authenticator app"), "{page}");
        let secret = between(&page, "<code class=\"secret\">", "<")[0];
        let recovery: Vec<String> = between(&page, "<li><code>", "<").into_iter().map(str::to_owned).collect();
        assert_eq!(recovery.len(), 10);
        let secret = Secret::try_from_base32(secret).unwrap();
        let totp = Builder::new().with_secret(secret).with_account_name(ADA).with_issuer(Some("Souk")).build().unwrap();
        Self { app, browser, totp, recovery }
    }

    /// A code that was not used yet: one step ahead of the last is still good.
    fn code(&self, ahead: u64) -> String {
        self.totp.generate(now() + 30 * ahead).to_string()
    }

    async fn turn_on(&self) {
        let page = self.browser.submit("/account/two-step", "/api/accounts/two-step/turn-on", &[("code", &self.code(0))]).await;
        assert!(page.location().ends_with("?done=two-step-on"), "{page:?}");
    }

    async fn second_step(&self, browser: &Browser, code: &str) -> Page {
        browser.call(SECOND, &[("code", code), ("next", "/account")]).await
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_password_alone_opens_nothing_any_more(pool: PgPool) {
    let ada = Ada::start(pool).await;
    sign_in(&ada.app.state, ADA).await; // the control: not before a code has confirmed it
    let wrong = ada.browser.call("/api/accounts/two-step/turn-on", &[("code", "000000")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    sign_in(&ada.app.state, ADA).await;
    ada.turn_on().await;
    let page = ada.browser.get("/account/two-step").await.text;
    assert!(ada.recovery.iter().all(|code| !page.contains(code)), "shown once");

    let other = ada.app.browser();
    let page = first_step(&other).await;
    assert!(page.location().ends_with("/sign-in/code?next=/account"), "{page:?}");
    assert_eq!(other.cookie(ACCESS_COOKIE), None);
    assert!(other.get("/account").await.location().starts_with("/sign-in"));
    assert_eq!(ada.second_step(&other, "000000").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = other.submit("/sign-in/code", SECOND, &[("code", &ada.code(1)), ("next", "/account")]).await;
    assert!(page.location().ends_with("/account"), "{page:?}");
    assert_eq!(other.get("/account").await.status, StatusCode::OK);
    assert_eq!(other.cookie(CHALLENGE_COOKIE), None);
    send_due(ada.app.state.clone()).await.unwrap();
    assert!(mailbox(&ada.app.state.db, 10).await.unwrap().iter().any(|mail| mail.subject == "Two-step sign-in is on"));
}

/// RFC 6238, section 5.2: a code that somebody looked at over a shoulder is worth nothing.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_code_is_good_once_and_so_is_a_recovery_code(pool: PgPool) {
    let ada = Ada::start(pool).await;
    let used = ada.code(0);
    ada.turn_on().await;
    let [first, second] = [ada.app.browser(), ada.app.browser()];
    first_step(&first).await;
    first_step(&second).await;
    assert_eq!(ada.second_step(&first, &used).await.status, StatusCode::UNPROCESSABLE_ENTITY, "it turned the second step on");
    let code = ada.code(1);
    let (one, two) = tokio::join!(ada.second_step(&first, &code), ada.second_step(&second, &code));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert!(statuses[0] < 400 && statuses[1] == 422, "{statuses:?}");

    let typed = ada.recovery[3].replace('-', " ");
    for (code, fine) in [(typed.as_str(), true), (typed.as_str(), false), (&ada.recovery[4], true)] {
        let browser = ada.app.browser();
        first_step(&browser).await;
        assert_eq!(ada.second_step(&browser, code).await.status.as_u16() < 400, fine, "{code}");
    }
    assert!(ada.browser.get("/account/security").await.text.contains("8 recovery codes left"));
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn codes_cannot_be_guessed_and_challenges_end(pool: PgPool) {
    let ada = Ada::start(pool.clone()).await;
    ada.turn_on().await;
    let browser = ada.app.browser();
    first_step(&browser).await;
    let mut statuses = Vec::new();
    for _ in 0..8 {
        statuses.push(ada.second_step(&browser, "000000").await.status.as_u16());
    }
    assert_eq!(statuses, [422, 422, 422, 422, 422, 422, 429, 429]);
    assert_eq!(ada.second_step(&browser, &ada.code(1)).await.status.as_u16(), 429, "not even the right one");
    sqlx::query("delete from rate_limits").execute(&pool).await.unwrap();

    sqlx::query("update sign_in_challenges set expires_at = now()").execute(&pool).await.unwrap();
    assert_eq!(ada.second_step(&browser, &ada.code(1)).await.status, StatusCode::UNAUTHORIZED, "too late");
    first_step(&browser).await;
    let fields = [("current_password", PASSWORD), ("password", "eleven paper boats adrift")];
    ada.browser.submit("/account/security", "/api/accounts/change-password", &fields).await;
    assert_eq!(ada.second_step(&browser, &ada.code(1)).await.status, StatusCode::UNAUTHORIZED, "the password is another one");
    assert_eq!(ada.second_step(&ada.app.browser(), &ada.code(1)).await.status, StatusCode::UNAUTHORIZED, "without the first step");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn the_api_has_the_second_step_too(pool: PgPool) {
    let ada = Ada::start(pool).await;
    ada.turn_on().await;
    let post = async |path: &str, body: Value| {
        let browser = ada.app.browser();
        browser.send(browser.request(http::Method::POST, path).header(CONTENT_TYPE, "application/json").body(body.to_string())).await
    };
    let page = post("/api/v1/auth/token", json!({ "email": ADA, "password": PASSWORD })).await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED);
    let problem: Value = page.json();
    assert_eq!(problem["code"], "second_factor_required");
    let challenge = problem["challenge"].as_str().unwrap();
    let second = "/api/v1/auth/token/second-factor";
    assert_eq!(post(second, json!({ "challenge": challenge, "code": "000000" })).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = post(second, json!({ "challenge": challenge, "code": ada.code(1) })).await;
    assert!(page.json::<Value>()["access_token"].is_string(), "{}", page.text);
    let again = post(second, json!({ "challenge": challenge, "code": ada.recovery[0] })).await;
    assert_eq!(again.status, StatusCode::UNAUTHORIZED, "a challenge is good once");
}

/// A stolen database gives no codes away, and a row that is copied to another account opens nothing.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn the_seed_lies_sealed(pool: PgPool) {
    let ada = Ada::start(pool.clone()).await;
    let sealed: Vec<u8> = sqlx::query_scalar("select sealed_seed from second_factors").fetch_one(&pool).await.unwrap();
    let secret = ada.totp.secret().as_bytes();
    assert!(!sealed.windows(secret.len()).any(|part| part == secret));
    let bob = account(&ada.app.state, "bob@example.com", Role::Customer).await;
    sqlx::query("insert into second_factors (user_id, sealed_seed) values ($1, $2)").bind(bob).bind(&sealed).execute(&pool).await.unwrap();
    let browser = ada.app.browser();
    browser.submit("/sign-in", SIGN_IN, &[("email", "bob@example.com"), ("password", PASSWORD)]).await;
    assert_eq!(browser.get("/account/two-step").await.status, StatusCode::INTERNAL_SERVER_ERROR);
}

/// Who signs up with somebody else's address must not be able to lock the owner out.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn an_unconfirmed_address_gets_no_second_step(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    account(&app.state, ADA, Role::Customer).await;
    sqlx::query("update users set email_verified_at = null").execute(&pool).await.unwrap();
    let browser = app.browser();
    first_step(&browser).await;
    let page = browser.call("/api/accounts/two-step/start", &[("current_password", PASSWORD)]).await;
    assert_eq!(page.status, StatusCode::CONFLICT, "{}", page.text);
    assert_eq!(app.count("select count(*) from second_factors").await, 0);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn in_production_an_admin_needs_it(pool: PgPool) {
    let app = App::start_with(pool.clone(), Setup { variables: &PRODUCTION, ..Setup::default() }).await;
    account(&app.state, ADA, Role::Admin).await;
    let issued = sign_in(&app.state, ADA).await;
    let seen = with_cookies(&app.state, "/admin", Some(&issued.access), None).await;
    assert_eq!(seen.status, StatusCode::FORBIDDEN, "{seen:?}");
    assert_eq!(with_cookies(&app.state, "/who", Some(&issued.access), None).await.status, StatusCode::OK);
    sqlx::query("update users set two_step_at = now()").execute(&pool).await.unwrap();
    assert_eq!(with_cookies(&app.state, "/admin", Some(&issued.access), None).await.status, StatusCode::OK, "the control");
}
