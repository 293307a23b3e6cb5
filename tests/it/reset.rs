//! The forgotten password: what the link in the mail can do, and what nobody learns.

use http::StatusCode;
use souk::accounts::service::{self, Caller};
use souk::accounts::{Password, Role};
use souk::notifications::service::{mailbox, send_due};
use sqlx::PgPool;

use crate::support::people::{PASSWORD, account, sign_in, with_bearer};
use crate::support::{App, Page};

const ADA: &str = "ada@example.com";
const NEW: &str = "eleven paper boats adrift";
const FORGOT: &str = "/api/accounts/forgot-password";
const RESET: &str = "/api/accounts/reset-password";

async fn ask(app: &App, email: &str) -> Page {
    app.browser().submit("/forgot-password", FORGOT, &[("email", email)]).await
}

/// The secrets of all links that were mailed, the newest first.
async fn tokens(app: &App) -> Vec<String> {
    send_due(app.state.clone()).await.unwrap();
    let mut mails = mailbox(&app.state.db, 50).await.unwrap();
    mails.sort_by_key(|mail| std::cmp::Reverse(mail.received_at));
    mails.iter().filter_map(|mail| Some(mail.body_text.split("token=").nth(1)?.split_whitespace().next()?.to_owned())).collect()
}

async fn reset(app: &App, token: &str, password: &str) -> StatusCode {
    app.browser().call(RESET, &[("token", token), ("password", password)]).await.status
}

async fn signs_in(app: &App, email: &str, password: &str) -> bool {
    service::sign_in(&app.state, email, &Password::new(password), &Caller::default()).await.is_ok()
}

fn done(status: StatusCode) -> bool {
    status.is_success() || status.is_redirection()
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_link_sets_a_new_password_once_and_ends_every_session(pool: PgPool) {
    let app = App::start(pool).await;
    account(&app.state, ADA, Role::Customer).await;
    let session = sign_in(&app.state, ADA).await;
    assert!(ask(&app, " Ada@Example.com ").await.location().ends_with("/forgot-password?sent=1"));
    let token = tokens(&app).await.remove(0);
    for _ in 0..3 {
        let page = app.browser().get(&format!("/reset-password?token={token}")).await;
        assert!(page.text.contains("Set the password"), "looking uses nothing up");
    }
    for weak in ["short", "aaaaaaaaaaaa", "password1234"] {
        assert_eq!(reset(&app, &token, weak).await, StatusCode::UNPROCESSABLE_ENTITY, "{weak}");
    }
    assert!(done(reset(&app, &token, NEW).await), "and neither does a weak password");
    assert!(signs_in(&app, ADA, NEW).await && !signs_in(&app, ADA, PASSWORD).await);
    assert_eq!(with_bearer(&app.state, "/who", &session.access).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(reset(&app, &token, PASSWORD).await, StatusCode::UNPROCESSABLE_ENTITY, "once");
    assert!(app.browser().get(&format!("/reset-password?token={token}")).await.text.contains("used up"));
    send_due(app.state.clone()).await.unwrap();
    let mails = mailbox(&app.state.db, 10).await.unwrap();
    assert!(mails.iter().any(|mail| mail.subject == "Your password was changed"));
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn of_many_resets_by_one_link_one_counts(pool: PgPool) {
    let app = App::start(pool).await;
    account(&app.state, ADA, Role::Customer).await;
    ask(&app, ADA).await;
    let token = tokens(&app).await.remove(0);
    let words = ["first paper boats adrift", "second paper boats adrift", "third paper boats adrift", "fourth paper boats adrift"];
    let statuses = futures::future::join_all(words.map(|password| reset(&app, &token, password))).await;
    assert_eq!(statuses.iter().filter(|&&status| done(status)).count(), 1, "{statuses:?}");
    let mut good = 0;
    for password in words {
        good += u32::from(signs_in(&app, ADA, password).await);
    }
    assert_eq!(good, 1);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn other_and_old_links_are_worth_nothing(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    account(&app.state, ADA, Role::Customer).await;
    account(&app.state, "bob@example.com", Role::Customer).await;
    for bad in ["", "x", &"A".repeat(43), &"A".repeat(44), &"A".repeat(100_000), "' or 1=1 --"] {
        assert!(reset(&app, bad, NEW).await.is_client_error());
    }
    ask(&app, ADA).await;
    ask(&app, ADA).await;
    let (first, second) = (tokens(&app).await.remove(1), tokens(&app).await.remove(0));
    sqlx::query("update mail_tokens set expires_at = now() - interval '1 second' where hash = sha256($1)")
        .bind(base64_bytes(&first))
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(reset(&app, &first, NEW).await, StatusCode::UNPROCESSABLE_ENTITY, "too old");
    assert!(done(reset(&app, &second, NEW).await), "the control: a young one");
    assert!(signs_in(&app, "bob@example.com", PASSWORD).await, "nobody else's password has changed");
    assert_eq!(app.count("select count(*) from mail_tokens").await, 0, "all links of the account are gone");
    // Who is shut out stays out.
    ask(&app, ADA).await;
    let token = tokens(&app).await.remove(0);
    sqlx::query("update users set disabled_at = now() where email = $1").bind(ADA).execute(&pool).await.unwrap();
    assert_eq!(reset(&app, &token, PASSWORD).await, StatusCode::UNPROCESSABLE_ENTITY);
}

fn base64_bytes(token: &str) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(token).unwrap()
}

/// Bytes, status and hashing are the same; and a stranger's `Host` does not get into the link (password reset poisoning).
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn asking_tells_nobody_who_has_an_account(pool: PgPool) {
    let app = App::start(pool).await;
    account(&app.state, ADA, Role::Customer).await;
    let known = ask(&app, ADA).await;
    let unknown = ask(&app, "eve@example.com").await;
    assert_eq!((known.status, known.location(), &known.text), (unknown.status, unknown.location(), &unknown.text));
    send_due(app.state.clone()).await.unwrap();
    let mails = mailbox(&app.state.db, 10).await.unwrap();
    let of = |recipient: &str| mails.iter().find(|mail| mail.recipient == recipient).unwrap();
    assert_eq!(mails.len(), 2, "the same work: a mail each");
    assert!(!of("eve@example.com").body_text.contains("token="));
    assert!(of(ADA).body_text.contains(&format!("{}/reset-password?token=", app.state.config.base_url)));
    for email in [ADA, "eve@example.com"] {
        let mut last = StatusCode::OK;
        for _ in 0..6 {
            last = app.browser().call(FORGOT, &[("email", email)]).await.status;
        }
        assert_eq!(last, StatusCode::TOO_MANY_REQUESTS, "{email}: throttled alike");
    }
}
