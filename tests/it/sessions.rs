//! Sessions: renewal that locks nobody out, reuse that ends the family, and ends that act at once.

use std::collections::BTreeSet;
use std::sync::Arc;

use http::StatusCode;
use http::header::{AUTHORIZATION, COOKIE};
use souk::accounts::Role;
use souk::accounts::guard::{ACCESS_COOKIE, REFRESH_COOKIE};
use souk::accounts::service::sessions;
use souk::accounts::service::tokens::Keys;
use sqlx::PgPool;

use crate::support::App;
use crate::support::people::{account, ask, sign_in, with_bearer, with_cookies};

const ADA: &str = "ada@example.com";

/// Sets the clock of all tokens back.
async fn pass_time(pool: &PgPool, seconds: i32) {
    sqlx::query(
        "update refresh_tokens set used_at = used_at - make_interval(secs => $1), expires_at = expires_at - make_interval(secs => $1)",
    )
    .bind(f64::from(seconds))
    .execute(pool)
    .await
    .unwrap();
}

async fn live_leaves(pool: &PgPool) -> i64 {
    sqlx::query_scalar("select count(*) from refresh_tokens where used_at is null").fetch_one(pool).await.unwrap()
}

async fn revoked_reason(pool: &PgPool) -> Option<String> {
    sqlx::query_scalar("select revoked_reason from sessions").fetch_one(pool).await.unwrap()
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn fifty_renewals_at_once_leave_one_live_token_and_lock_nobody_out(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    let user = account(&app.state, ADA, Role::Customer).await;
    let issued = sign_in(&app.state, ADA).await;
    let refresh: Arc<str> = issued.refresh.as_str().into();
    let tabs = (0..50).map(|_| {
        let (state, refresh) = (app.state.clone(), refresh.clone());
        tokio::spawn(async move { with_cookies(&state, "/who", None, Some(&refresh)).await })
    });
    let mut successors = BTreeSet::new();
    for tab in futures::future::join_all(tabs).await {
        let seen = tab.unwrap();
        assert_eq!((seen.status, &seen.body), (StatusCode::OK, &user.to_string()));
        let access = seen.cookie(ACCESS_COOKIE).unwrap().0;
        assert_eq!(with_cookies(&app.state, "/who", Some(&access), None).await.status, StatusCode::OK);
        successors.insert(seen.cookie(REFRESH_COOKIE).unwrap().0);
    }
    assert_eq!((successors.len(), live_leaves(&pool).await), (1, 1));
    let leaf = successors.pop_first().unwrap();
    assert_eq!(with_cookies(&app.state, "/who", None, Some(&leaf)).await.status, StatusCode::OK, "and the chain goes on");
    assert_eq!(revoked_reason(&pool).await, None);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_token_used_again_after_the_grace_ends_the_whole_session(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    account(&app.state, ADA, Role::Customer).await;
    let stolen = sign_in(&app.state, ADA).await.refresh;
    let first = with_cookies(&app.state, "/who", None, Some(&stolen)).await;
    let (access, leaf) = (first.cookie(ACCESS_COOKIE).unwrap().0, first.cookie(REFRESH_COOKIE).unwrap().0);
    pass_time(&pool, 9).await;
    let again = with_cookies(&app.state, "/who", None, Some(&stolen)).await;
    assert_eq!(again.cookie(REFRESH_COOKIE).unwrap().0, leaf, "within the grace: the same successor");
    pass_time(&pool, 2).await;
    let replay = with_cookies(&app.state, "/who", None, Some(&stolen)).await;
    assert_eq!(replay.status, StatusCode::UNAUTHORIZED);
    assert!(replay.cookie(REFRESH_COOKIE).unwrap().1.contains("Max-Age=0"));
    assert_eq!(revoked_reason(&pool).await.as_deref(), Some("reuse"));
    for (access, refresh) in [(Some(&*access), None), (None, Some(&*leaf)), (Some(&*access), Some(&*leaf))] {
        assert_eq!(with_cookies(&app.state, "/who", access, refresh).await.status, StatusCode::UNAUTHORIZED, "thief and owner alike");
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_late_tab_finds_the_live_token_although_the_chain_moved_on(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    account(&app.state, ADA, Role::Customer).await;
    let issued = sign_in(&app.state, ADA).await;
    let (db, keys) = (&app.state.db, Keys::of(&app.state.config));
    let second = sessions::renew(db, &keys, &issued.refresh).await.unwrap().unwrap();
    let third = sessions::renew(db, &keys, &second.refresh).await.unwrap().unwrap();
    let late = sessions::renew(db, &keys, &issued.refresh).await.unwrap().unwrap();
    assert_eq!(late.refresh, third.refresh);
    assert_eq!(live_leaves(&pool).await, 1);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_renewal_dropped_at_any_moment_loses_nothing(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    account(&app.state, ADA, Role::Customer).await;
    let mut refresh = sign_in(&app.state, ADA).await.refresh;
    for polls in 0..12 {
        let (state, token) = (app.state.clone(), refresh.clone());
        let mut renewal = Box::pin(async move { sessions::renew(&state.db, &Keys::of(&state.config), &token).await.is_ok() });
        for _ in 0..polls {
            if futures::future::poll_immediate(&mut renewal).await.is_some() {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(renewal);
        let renewed = sessions::renew(&app.state.db, &Keys::of(&app.state.config), &refresh).await.unwrap();
        refresh = renewed.map(|issued| issued.refresh).unwrap_or_else(|| panic!("locked out after {polls} polls"));
        assert_eq!(live_leaves(&pool).await, 1);
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn renewal_is_not_seen_by_the_visitor(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    let user = account(&app.state, ADA, Role::Customer).await;
    let issued = sign_in(&app.state, ADA).await;
    let live = with_cookies(&app.state, "/who", Some(&issued.access), Some(&issued.refresh)).await;
    assert!(live.cookie(ACCESS_COOKIE).is_none(), "a live access token is not renewed");
    let renewed = with_cookies(&app.state, "/who", Some("expired.or.broken"), Some(&issued.refresh)).await;
    assert_eq!(renewed.body, user.to_string());
    for name in [ACCESS_COOKIE, REFRESH_COOKIE] {
        let (_, line) = renewed.cookie(name).unwrap();
        for attribute in ["; Path=/;", "; HttpOnly", "; Secure", "; SameSite=Lax", "; Max-Age="] {
            assert!(line.contains(attribute) && !line.contains("Domain"), "{line}");
        }
    }
    assert_eq!(renewed.headers["cache-control"], "no-store");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn refresh_tokens_expire_and_strange_ones_are_nothing(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    account(&app.state, ADA, Role::Customer).await;
    let issued = sign_in(&app.state, ADA).await;
    let longer = format!("{}A", issued.refresh);
    let strange = ["", "x", &"A".repeat(43), &issued.refresh[1..], &longer, "null", "../..", &"A".repeat(100_000)];
    for token in strange {
        assert_eq!(with_cookies(&app.state, "/who", None, Some(token)).await.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(with_cookies(&app.state, "/who", Some(&issued.refresh), None).await.status, StatusCode::UNAUTHORIZED, "in the wrong cookie");
    assert_eq!(with_bearer(&app.state, "/who", &issued.refresh).await.status, StatusCode::UNAUTHORIZED, "as a bearer");
    pass_time(&pool, 30 * 24 * 3600 + 1).await;
    assert_eq!(with_cookies(&app.state, "/who", None, Some(&issued.refresh)).await.status, StatusCode::UNAUTHORIZED);
    let stored: Vec<Vec<u8>> = sqlx::query_scalar("select hash from refresh_tokens").fetch_all(&pool).await.unwrap();
    assert!(stored.iter().all(|hash| hash.len() == 32), "hashes alone are stored");
}

/// CVE-2024-22513, CVE-2020-10594: a disabled user's token was still valid.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_disabled_user_is_out_at_once(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    account(&app.state, ADA, Role::Customer).await;
    let issued = sign_in(&app.state, ADA).await;
    assert_eq!(with_bearer(&app.state, "/who", &issued.access).await.status, StatusCode::OK);
    sqlx::query("update users set disabled_at = now()").execute(&pool).await.unwrap();
    assert_eq!(with_bearer(&app.state, "/who", &issued.access).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(with_cookies(&app.state, "/who", Some(&issued.access), Some(&issued.refresh)).await.status, StatusCode::UNAUTHORIZED);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_session_that_was_ended_is_over_at_the_next_request(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    account(&app.state, ADA, Role::Customer).await;
    let (one, two) = (sign_in(&app.state, ADA).await, sign_in(&app.state, ADA).await);
    sessions::close(&app.state.db, one.session.session_id).await.unwrap();
    assert_eq!(with_bearer(&app.state, "/who", &one.access).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(with_cookies(&app.state, "/who", None, Some(&one.refresh)).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(with_bearer(&app.state, "/who", &two.access).await.status, StatusCode::OK, "the other device stays signed in");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn the_role_is_read_at_each_request(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    account(&app.state, ADA, Role::Admin).await;
    let access = sign_in(&app.state, ADA).await.access;
    for (role, status) in
        [("admin", StatusCode::OK), ("vendor", StatusCode::FORBIDDEN), ("customer", StatusCode::FORBIDDEN), ("admin", StatusCode::OK)]
    {
        sqlx::query("update users set role = $1").bind(role).execute(&pool).await.unwrap();
        assert_eq!(with_bearer(&app.state, "/admin", &access).await.status, status, "{role}");
        assert_eq!(with_bearer(&app.state, "/who", &access).await.status, StatusCode::OK);
    }
    assert_eq!(ask(&app.state, "/admin", &[]).await.status, StatusCode::UNAUTHORIZED);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_bearer_says_who_acts_whatever_cookies_come_along(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    let ada = account(&app.state, ADA, Role::Customer).await;
    account(&app.state, "bob@example.com", Role::Customer).await;
    let (a, b) = (sign_in(&app.state, ADA).await, sign_in(&app.state, "bob@example.com").await);
    let cookies = format!("{ACCESS_COOKIE}={}; {REFRESH_COOKIE}={}", b.access, b.refresh);
    let seen = ask(&app.state, "/who", &[(COOKIE, &cookies), (AUTHORIZATION, &format!("bearer {}", a.access))]).await;
    assert_eq!(seen.body, ada.to_string());
    for wrong in ["Bearer", "Bearer ", "Basic YTpi", "Bearer x.y.z", ""] {
        let seen = ask(&app.state, "/who", &[(COOKIE, &cookies), (AUTHORIZATION, wrong)]).await;
        assert_eq!(seen.status, StatusCode::UNAUTHORIZED, "{wrong:?}");
        assert!(seen.cookie(ACCESS_COOKIE).is_none());
    }
}

/// A database that is away is no reason to take somebody for a guest or to throw a session away.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn without_a_database_nobody_loses_a_session(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    account(&app.state, ADA, Role::Customer).await;
    let issued = sign_in(&app.state, ADA).await;
    pool.close().await;
    assert_eq!(ask(&app.state, "/anybody", &[]).await.status, StatusCode::OK);
    assert_eq!(ask(&app.state, "/who", &[]).await.status, StatusCode::UNAUTHORIZED, "no cookie, no question to the database");
    let unasked = with_cookies(&app.state, "/anybody", Some(&issued.access), Some(&issued.refresh)).await;
    assert_eq!(unasked.status, StatusCode::OK, "nobody asked who it is");
    let seen = with_cookies(&app.state, "/who", Some(&issued.access), Some(&issued.refresh)).await;
    assert_eq!(seen.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(seen.cookie(ACCESS_COOKIE).is_none() && seen.cookie(REFRESH_COOKIE).is_none());
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_ended_long_ago_is_deleted_and_nothing_else(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    account(&app.state, ADA, Role::Customer).await;
    let (gone, ended, live) = (sign_in(&app.state, ADA).await, sign_in(&app.state, ADA).await, sign_in(&app.state, ADA).await);
    for session in [&gone, &ended] {
        sessions::close(&app.state.db, session.session.session_id).await.unwrap();
    }
    sqlx::query("update sessions set revoked_at = now() - interval '31 days' where id = $1")
        .bind(gone.session.session_id)
        .execute(&pool)
        .await
        .unwrap();
    sessions::prune(&app.state.db).await.unwrap();
    let left: i64 = sqlx::query_scalar("select count(*) from sessions").fetch_one(&pool).await.unwrap();
    assert_eq!(left, 2);
    assert_eq!(with_cookies(&app.state, "/who", None, Some(&live.refresh)).await.status, StatusCode::OK);
}
