//! What people do with their own account: name, address, password, devices; its export and its end.

use http::StatusCode;
use serde_json::Value;
use souk::accounts::Role;
use souk::notifications::service::{mailbox, send_due};
use sqlx::PgPool;

use crate::support::people::{PASSWORD, account, sign_in};
use crate::support::shop::{Buyer, VISA};
use crate::support::{App, Browser, Page};

const ADA: &str = "ada@example.com";
const NEW: &str = "lovelace@example.com";
const SIGN_IN: &str = "/api/accounts/sign-in";
const CHANGE_EMAIL: &str = "/api/accounts/change-email";
const CONFIRM: &str = "/api/accounts/confirm-email";
const CLOSE: &str = "/api/privacy/close-account";

async fn enter(app: &App, email: &str) -> Browser {
    let browser = app.browser();
    let page = browser.submit("/sign-in", SIGN_IN, &[("email", email), ("password", PASSWORD)]).await;
    assert!(page.status.is_redirection(), "{page:?}");
    browser
}

/// Recipient, subject and the secret of the link of each mail, oldest first.
async fn mails(app: &App) -> Vec<(String, String, Option<String>)> {
    send_due(app.state.clone()).await.unwrap();
    let mut mails = mailbox(&app.state.db, 50).await.unwrap();
    mails.sort_by_key(|mail| mail.received_at);
    let token = |text: &str| Some(text.split("token=").nth(1)?.split_whitespace().next()?.to_owned());
    mails.into_iter().map(|mail| (mail.recipient, mail.subject, token(&mail.body_text))).collect()
}

async fn use_link(app: &App, token: &str) -> Page {
    app.browser().call(CONFIRM, &[("token", token)]).await
}

/// A customer with an address and [`PASSWORD`].
async fn buyer(app: &App) -> Buyer {
    let buyer = app.buyer("ada").await;
    let hash = souk::accounts::service::passwords::hash(&souk::accounts::Password::new(PASSWORD)).await.unwrap();
    sqlx::query("update users set password_hash = $1 where email = 'ada@buyers.example'").bind(hash).execute(app.pool()).await.unwrap();
    buyer
}

fn done(page: &Page) -> bool {
    page.status.is_success() || page.status.is_redirection()
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn an_address_is_confirmed_by_its_mailbox(pool: PgPool) {
    let app = App::start(pool).await;
    let fields = [("name", "Ada"), ("email", ADA), ("password", PASSWORD)];
    app.browser().submit("/sign-up", "/api/accounts/sign-up", &fields).await;
    let browser = enter(&app, ADA).await;
    assert!(browser.get("/account").await.text.contains("Not confirmed"));
    browser.submit("/account", "/api/accounts/send-confirmation", &[]).await;
    let tokens: Vec<String> = mails(&app).await.into_iter().filter_map(|(.., token)| token).collect();
    assert_eq!(tokens.len(), 2);
    for _ in 0..2 {
        assert!(app.browser().get(&format!("/confirm-email?token={}", tokens[0])).await.text.contains(ADA), "looking uses nothing up");
    }
    assert!(browser.get("/account").await.text.contains("Not confirmed"));
    assert!(done(&use_link(&app, &tokens[0]).await));
    assert!(!browser.get("/account").await.text.contains("Not confirmed"));
    assert_eq!(use_link(&app, &tokens[0]).await.status, StatusCode::UNPROCESSABLE_ENTITY, "once");
    // A link for one purpose is worth nothing for another.
    let reset =
        app.browser().call("/api/accounts/reset-password", &[("token", &tokens[1]), ("password", "eleven paper boats adrift")]).await;
    assert_eq!(reset.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn an_account_moves_when_the_new_mailbox_answers(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    account(&app.state, ADA, Role::Customer).await;
    let browser = enter(&app, ADA).await;
    let wrong = browser.call(CHANGE_EMAIL, &[("email", NEW), ("current_password", "not the password")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        browser
            .submit("/account", CHANGE_EMAIL, &[("email", NEW), ("current_password", PASSWORD)])
            .await
            .location()
            .ends_with("done=email")
    );
    let sent = mails(&app).await;
    let (to, _, Some(token)) = sent.last().unwrap() else { panic!("{sent:?}") };
    assert_eq!(to, NEW);
    sign_in(&app.state, ADA).await; // nothing has moved yet
    assert!(done(&use_link(&app, token).await));
    sign_in(&app.state, NEW).await;
    let sent = mails(&app).await;
    assert_eq!(
        (sent.last().unwrap().0.as_str(), sent.last().unwrap().1.as_str()),
        (ADA, "Your address was changed"),
        "the old one hears of it"
    );
    assert_eq!(use_link(&app, token).await.status, StatusCode::UNPROCESSABLE_ENTITY);

    // Somebody may take the address while the link lies in the mailbox.
    browser.submit("/account", CHANGE_EMAIL, &[("email", "late@example.com"), ("current_password", PASSWORD)]).await;
    let token = mails(&app).await.pop().unwrap().2.unwrap();
    account(&app.state, "late@example.com", Role::Customer).await;
    assert_eq!(use_link(&app, &token).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    sign_in(&app.state, NEW).await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_change_of_address_tells_nobody_who_has_an_account(pool: PgPool) {
    let app = App::start(pool).await;
    for email in [ADA, "bob@example.com"] {
        account(&app.state, email, Role::Customer).await;
    }
    let browser = enter(&app, ADA).await;
    let mut answers = Vec::new();
    for email in ["bob@example.com", "eve@example.com"] {
        let page = browser.submit("/account", CHANGE_EMAIL, &[("email", email), ("current_password", PASSWORD)]).await;
        answers.push((page.status, page.location().to_owned(), page.text));
    }
    assert_eq!(answers[0], answers[1]);
    let sent = mails(&app).await;
    let to_bob = sent.iter().find(|mail| mail.0 == "bob@example.com").unwrap();
    assert_eq!((to_bob.1.as_str(), &to_bob.2), ("Your address has an account already", &None), "no link goes there");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn devices_are_listed_and_signed_out_one_by_one_or_all(pool: PgPool) {
    let app = App::start(pool).await;
    account(&app.state, ADA, Role::Customer).await;
    account(&app.state, "bob@example.com", Role::Customer).await;
    let [here, there, bob] = [enter(&app, ADA).await, enter(&app, ADA).await, enter(&app, "bob@example.com").await];
    let other = |page: &str| page.split("name=\"session_id\" value=\"").nth(1).map(|rest| rest.split('"').next().unwrap().to_owned());
    let id = other(&here.get("/account/security").await.text).unwrap();
    assert_eq!(bob.call("/api/accounts/end-session", &[("session_id", &id)]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(there.get("/account").await.status, StatusCode::OK);
    here.submit("/account/security", "/api/accounts/end-session", &[("session_id", &id)]).await;
    assert!(there.get("/account").await.status.is_redirection(), "at once");
    assert!(other(&here.get("/account/security").await.text).is_none());
    let again = enter(&app, ADA).await;
    here.submit("/account/security", "/api/accounts/sign-out-everywhere", &[]).await;
    for browser in [&here, &again] {
        assert!(browser.get("/account").await.status.is_redirection());
    }
    assert_eq!(bob.get("/account").await.status, StatusCode::OK);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_new_password_signs_out_all_but_this_device(pool: PgPool) {
    let app = App::start(pool).await;
    account(&app.state, ADA, Role::Customer).await;
    let [here, there] = [enter(&app, ADA).await, enter(&app, ADA).await];
    let change = async |current: &str, new: &str| {
        here.call("/api/accounts/change-password", &[("current_password", current), ("password", new)]).await.status.as_u16()
    };
    assert_eq!(change("not the password", "eleven paper boats adrift").await, 422);
    assert_eq!(change(PASSWORD, "ada@example.com").await, 422, "easy to guess");
    assert_eq!(there.get("/account").await.status, StatusCode::OK, "the control");
    assert!(change(PASSWORD, "eleven paper boats adrift").await < 400);
    assert_eq!(here.get("/account").await.status, StatusCode::OK);
    assert!(there.get("/account").await.status.is_redirection());
    assert!(mails(&app).await.iter().any(|mail| mail.1 == "Your password was changed"));
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_new_device_is_worth_a_mail_and_a_known_one_is_not(pool: PgPool) {
    let app = App::start(pool).await;
    account(&app.state, ADA, Role::Customer).await;
    let news = async || mails(&app).await.iter().filter(|mail| mail.1 == "A new sign-in to your account").count();
    let first = enter(&app, ADA).await;
    assert_eq!(news().await, 0, "the first of all is no news");
    first.submit("/account", "/api/accounts/sign-out", &[]).await;
    first.submit("/sign-in", SIGN_IN, &[("email", ADA), ("password", PASSWORD)]).await;
    assert_eq!(news().await, 0, "known by its cookie");
    enter(&app, ADA).await;
    assert_eq!(news().await, 1);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_name_is_changed(pool: PgPool) {
    let app = App::start(pool).await;
    account(&app.state, ADA, Role::Customer).await;
    let browser = enter(&app, ADA).await;
    for bad in ["", " ", "a\nb", &"x".repeat(101)] {
        assert_eq!(browser.call("/api/accounts/rename", &[("name", bad)]).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad:?}");
    }
    browser.submit("/account", "/api/accounts/rename", &[("name", " Grace <b> ")]).await;
    let page = browser.get("/account").await.text;
    assert!(page.contains("value=\"Grace &lt;b&gt;\"") || page.contains("value=\"Grace <b>\""), "in the form");
    assert!(page.contains("Grace &lt;b&gt;") && !page.contains(">Grace <b>"), "and nowhere live");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_closed_account_leaves_its_orders_without_a_name(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    let shop = app.vendor("tide").await;
    let goods = app.goods(shop, 1500, 5).await;
    let buyer = buyer(&app).await;
    let order = buyer.order(&[(goods, 1)]).await;
    let close = async |password: &str| buyer.browser.call(CLOSE, &[("current_password", password)]).await;
    assert_eq!(close(PASSWORD).await.status, StatusCode::CONFLICT, "an order waits to be paid");
    assert_eq!(app.confirm(order, VISA).await, 200);
    let event = app.event("evt_1", "payment_intent.succeeded", order).await;
    assert_eq!(app.webhook(&event).await, 200);
    assert_eq!(close(PASSWORD).await.status, StatusCode::CONFLICT, "the parcel needs its address");
    let export: Value = buyer.browser.get("/account/export").await.json();
    assert_eq!(export["account"]["email"], "ada@buyers.example");
    assert_eq!(export["orders"][0]["ship_to"]["line1"], "1 Mill Lane");
    assert!(!export.to_string().contains("argon2"));
    sqlx::query("update order_parts set fulfilment = 'shipped', shipped_at = now()").execute(&pool).await.unwrap();
    assert_eq!(close("not the password").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = close(PASSWORD).await;
    assert!(done(&page), "{page:?}");
    assert!(buyer.browser.get("/account").await.status.is_redirection());
    // What names the person is gone from every table; the figures are there.
    let traces = crate::support::tables::holding(&pool, "ada@buyers|1 Mill Lane").await;
    // The shop's own mail about the order says where the parcel goes; the gateway keeps its own books.
    let traces: Vec<_> = traces.iter().filter(|table| !table.starts_with("stripe_sandbox.") && *table != "public.outbox").collect();
    assert!(traces.is_empty(), "{traces:?}");
    assert_eq!(app.count("select count(*) from outbox where recipient like 'ada@%'").await, 0);
    assert_eq!(app.count("select count(*) from users where email = 'ada@buyers.example'").await, 0);
    assert_eq!(app.count("select total_minor from orders where status = 'paid' and user_id is null").await, 2000);
    app.assert_invariants().await;
}

/// Placing has begun, and waits for the cart: the closing waits for it, and finds its order.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn an_account_is_not_closed_over_an_order_that_is_being_placed(pool: PgPool) {
    let app = App::start(pool).await;
    let goods = app.goods(app.vendor("tide").await, 1500, 5).await;
    let ada = buyer(&app).await;
    ada.add(goods, "1").await;
    let fingerprint = ada.fingerprint().await;
    let mut cart = app.state.db.begin().await.unwrap();
    sqlx::query("select from carts for update").execute(&mut *cart).await.unwrap();
    let close = async {
        app.until_waiting(1).await;
        ada.browser.call(CLOSE, &[("current_password", PASSWORD)]).await
    };
    let release = async {
        app.until_waiting(2).await;
        cart.commit().await.unwrap();
    };
    let (placed, closed, ()) = tokio::join!(ada.place(&fingerprint), close, release);
    assert!(done(&placed), "{placed:?}");
    assert_eq!(closed.status, StatusCode::CONFLICT, "an order waits to be paid");
    assert_eq!(app.count("select count(*) from orders where status = 'pending' and user_id is not null").await, 1);
    app.assert_invariants().await;
}

/// The closing has begun, and waits for an order of former days: placing waits for it, and finds nobody.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn no_order_is_placed_for_an_account_that_is_being_closed(pool: PgPool) {
    let app = App::start(pool).await;
    let goods = app.goods(app.vendor("tide").await, 1500, 5).await;
    let ada = buyer(&app).await;
    let former = ada.order(&[(goods, 1)]).await;
    assert!(done(&ada.browser.call("/api/checkout/cancel-unpaid", &[("order_id", &former.to_string())]).await));
    ada.add(goods, "1").await;
    let fingerprint = ada.fingerprint().await;
    let mut order = app.state.db.begin().await.unwrap();
    sqlx::query("select from orders for update").execute(&mut *order).await.unwrap();
    let place = async {
        app.until_waiting(1).await;
        ada.place(&fingerprint).await
    };
    let release = async {
        app.until_waiting(2).await;
        order.commit().await.unwrap();
    };
    let (closed, placed, ()) = tokio::join!(ada.browser.call(CLOSE, &[("current_password", PASSWORD)]), place, release);
    assert!(done(&closed), "{closed:?}");
    assert_eq!(placed.status, StatusCode::UNAUTHORIZED, "{placed:?}");
    assert_eq!(app.count("select count(*) from orders where user_id is not null or ship_name <> 'Erased'").await, 0);
    assert_eq!(app.count("select count(*) from orders").await, 1);
    app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn whoever_has_a_shop_or_is_the_last_admin_stays(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    for (email, role) in [("root@example.com", Role::Admin), ("vera@example.com", Role::Vendor), ("pia@example.com", Role::Vendor)] {
        account(&app.state, email, role).await;
    }
    sqlx::query(
        "insert into vendors (id, owner_id, slug, name, contact_email, status)
         select id, id, split_part(email, '@', 1), name, email, case when email like 'vera%' then 'approved' else 'pending' end
         from users where role = 'vendor'",
    )
    .execute(&pool)
    .await
    .unwrap();
    let close = async |email: &str| {
        let browser = enter(&app, email).await;
        browser.call(CLOSE, &[("current_password", PASSWORD)]).await
    };
    for email in ["root@example.com", "vera@example.com"] {
        assert_eq!(close(email).await.status, StatusCode::CONFLICT, "{email}");
    }
    assert!(done(&close("pia@example.com").await), "an application that waits goes along");
    assert_eq!(app.count("select count(*) from vendors").await, 1);
    account(&app.state, "second@example.com", Role::Admin).await;
    assert!(done(&close("root@example.com").await));
}
