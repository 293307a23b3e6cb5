//! What admins do with accounts, and that one admin is always left.

use http::StatusCode;
use souk::accounts::Role;
use souk::notifications::service::{mailbox, send_due};
use sqlx::PgPool;

use crate::support::people::{PASSWORD, account, sign_in, with_bearer};
use crate::support::{App, Browser, Page};

const ADA: &str = "ada@example.com";
const DISABLE: &str = "/api/accounts/disable";
const ROLE: &str = "/api/accounts/role";

async fn id(app: &App, email: &str) -> String {
    sqlx::query_scalar("select id::text from users where email = $1").bind(email).fetch_one(app.pool()).await.unwrap()
}

async fn set_role(browser: &Browser, id: &str, seen: &str, next: &str) -> Page {
    browser.call(ROLE, &[("user_id", id), ("seen", seen), ("next", next)]).await
}

fn done(page: &Page) -> bool {
    page.status.is_success() || page.status.is_redirection()
}

/// CVE-2024-22513, CVE-2020-10594: the token of a disabled account was still good.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_disabled_account_is_out_at_once_and_may_come_back(pool: PgPool) {
    let app = App::start(pool).await;
    let admin = app.signed_in("root@example.com", Role::Admin).await;
    account(&app.state, ADA, Role::Customer).await;
    let token = sign_in(&app.state, ADA).await.access;
    let ada = id(&app, ADA).await;
    assert!(admin.get(&format!("/admin/users/{ada}")).await.text.contains("/admin/orders?q=ada%40example.com"), "what they bought");
    assert_eq!(admin.call(DISABLE, &[("user_id", &ada), ("reason", " ")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(with_bearer(&app.state, "/who", &token).await.status, StatusCode::OK, "the control");
    assert!(admin.submit("/admin/users", DISABLE, &[("user_id", &ada), ("reason", "Fraud.")]).await.location().contains(&ada));
    assert_eq!(with_bearer(&app.state, "/who", &token).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(admin.call(DISABLE, &[("user_id", &ada), ("reason", "Fraud.")]).await.status, StatusCode::CONFLICT, "it is already");
    let page = app.browser().call("/api/accounts/sign-in", &[("email", ADA), ("password", PASSWORD)]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(done(&admin.call("/api/accounts/enable", &[("user_id", &ada)]).await));
    assert_eq!(with_bearer(&app.state, "/who", &token).await.status, StatusCode::UNAUTHORIZED, "old sessions do not come back");
    sign_in(&app.state, ADA).await;
    send_due(app.state.clone()).await.unwrap();
    let mails = mailbox(&app.state.db, 10).await.unwrap();
    assert!(mails.iter().any(|mail| mail.subject == "Your account is disabled" && mail.body_text.contains("Fraud.")));
    let rows: Vec<(String, String, Option<String>)> =
        sqlx::query_as("select action, before::text || after::text, reason from audit_log order by id")
            .fetch_all(app.pool())
            .await
            .unwrap();
    assert_eq!(rows[0], ("user.disabled".into(), r#"{"disabled": false}{"disabled": true}"#.into(), Some("Fraud.".into())));
    assert_eq!(rows[1].0, "user.enabled");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn roles_change_at_the_next_request(pool: PgPool) {
    let app = App::start(pool).await;
    let root = app.signed_in("root@example.com", Role::Admin).await;
    let ada = app.signed_in(ADA, Role::Customer).await;
    let ada_id = id(&app, ADA).await;
    assert_eq!(ada.get("/admin/users").await.status, StatusCode::FORBIDDEN);
    assert_eq!(set_role(&ada, &ada_id, "customer", "admin").await.status, StatusCode::FORBIDDEN, "nobody promotes themselves");
    assert!(done(&set_role(&root, &ada_id, "customer", "admin").await));
    assert_eq!(ada.get("/admin/users").await.status, StatusCode::OK);
    assert_eq!(set_role(&root, &ada_id, "customer", "admin").await.status, StatusCode::CONFLICT, "seen too long ago");
    assert!(done(&set_role(&root, &ada_id, "admin", "customer").await));
    assert_eq!(ada.get("/admin/users").await.status, StatusCode::FORBIDDEN);
    for (seen, next) in [("customer", "vendor"), ("vendor", "admin"), ("customer", "customer")] {
        assert_eq!(set_role(&root, &ada_id, seen, next).await.status, StatusCode::FORBIDDEN, "{seen} {next}");
    }
    assert_eq!(app.count("select count(*) from audit_log where action = 'user.role_changed'").await, 2);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn the_last_admin_stays_whoever_is_quicker(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    let one = app.signed_in("one@example.com", Role::Admin).await;
    let one_id = id(&app, "one@example.com").await;
    assert_eq!(set_role(&one, &one_id, "admin", "customer").await.status, StatusCode::CONFLICT);
    assert_eq!(one.call(DISABLE, &[("user_id", &one_id), ("reason", "x")]).await.status, StatusCode::CONFLICT);
    for round in 0..10 {
        let email = format!("two{round}@example.com");
        let two = app.signed_in(&email, Role::Admin).await;
        let two_id = id(&app, &email).await;
        // Each removes the other, in two ways.
        let reason = [("user_id", two_id.as_str()), ("reason", "x")];
        let (a, b) = tokio::join!(one.call(DISABLE, &reason), set_role(&two, &one_id, "admin", "customer"));
        assert_eq!(app.count("select count(*) from users where role = 'admin' and disabled_at is null").await, 1, "{a:?} {b:?}");
        sqlx::query("update users set role = 'customer', disabled_at = null where email <> 'one@example.com'")
            .execute(&pool)
            .await
            .unwrap();
        sqlx::query("update users set role = 'admin' where email = 'one@example.com'").execute(&pool).await.unwrap();
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn accounts_are_found_and_paged(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    let admin = app.signed_in("root@example.com", Role::Admin).await;
    sqlx::query(
        "insert into users (id, email, name, password_hash)
         select ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'p_' || n || '@example.com', 'P', 'none' from generate_series(1, 101) n",
    )
    .execute(&pool)
    .await
    .unwrap();
    let mut seen = std::collections::BTreeSet::new();
    let mut path = "/admin/users?role=customer&q=P_".to_owned();
    let mut pages = 0;
    loop {
        let page = admin.get(&path).await.text;
        pages += 1;
        for part in page.split("href=\"/admin/users/").skip(1) {
            assert!(seen.insert(part[..36].to_owned()), "each once");
        }
        let Some(next) = page.split("&amp;before=").nth(1).or_else(|| page.split("&before=").nth(1)) else { break };
        path = format!("/admin/users?role=customer&q=P_&before={}", &next[..36]);
    }
    assert_eq!((seen.len(), pages), (101, 3));
    // A sign of `like` means itself.
    for (text, found) in [("p%", 0), ("p_101@", 1), ("px", 0), ("\\", 0)] {
        let page = admin.get(&format!("/admin/users?q={}", text.replace('%', "%25").replace('\\', "%5C"))).await.text;
        assert_eq!(page.matches("href=\"/admin/users/").count(), found, "{text}");
    }
}
