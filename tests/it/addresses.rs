//! The address book: kept, changed, deleted, chosen at the checkout; somebody else's is not there.

use futures::future::join_all;
use http::StatusCode;
use souk::accounts::Role;
use souk::accounts::service::MAX_ADDRESSES;
use sqlx::PgPool;

use crate::support::{App, Browser, Page};

const BOOK: &str = "/account/addresses";

fn typed(line1: &str) -> Vec<(&str, &str)> {
    vec![
        ("name", "Ada Lovelace"),
        ("line1", line1),
        ("line2", ""),
        ("city", "London"),
        ("region", ""),
        ("postal_code", "N1"),
        ("country_code", "GB"),
    ]
}

async fn keep(who: &Browser, line1: &str) -> Page {
    who.submit(BOOK, "/api/accounts/addresses/keep", &typed(line1)).await
}

async fn about(who: &Browser, step: &str, id: &str) -> Page {
    who.call(&format!("/api/accounts/addresses/{step}"), &[("address_id", id)]).await
}

/// First lines of the book as its page lists them: the default first.
async fn book(who: &Browser) -> Vec<String> {
    let page = who.get(BOOK).await;
    assert_eq!(page.status, StatusCode::OK);
    let list = page.text.split("address-book").nth(1).map_or("", |rest| rest.split("</ul>").next().unwrap());
    list.split("<address>").skip(1).map(|entry| entry.split("<br>").nth(1).unwrap().replace("<!>", "")).collect()
}

async fn id_of(app: &App, line1: &str) -> String {
    sqlx::query_scalar("select id::text from addresses where line1 = $1").bind(line1).fetch_one(app.pool()).await.unwrap()
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn addresses_are_kept_changed_chosen_and_deleted(pool: PgPool) {
    let app = App::start(pool).await;
    let ada = app.signed_in("ada@example.com", Role::Customer).await;
    assert!(book(&ada).await.is_empty());
    for line1 in ["1 Mill Lane", "2 Mill Lane", "3 Mill Lane", "1 Mill Lane"] {
        assert!(keep(&ada, line1).await.location().ends_with("?done=kept"), "{line1}");
    }
    assert_eq!(book(&ada).await, ["1 Mill Lane", "3 Mill Lane", "2 Mill Lane"], "the first is the default, and none is there twice");

    let page = about(&ada, "choose-default", &id_of(&app, "2 Mill Lane").await).await;
    assert!(page.status.is_success() || page.status.is_redirection(), "{page:?}");
    assert_eq!(book(&ada).await, ["2 Mill Lane", "3 Mill Lane", "1 Mill Lane"]);

    let id = id_of(&app, "3 Mill Lane").await;
    let edit = format!("{BOOK}/{id}");
    assert!(ada.get(&edit).await.text.contains("value=\"3 Mill Lane\""));
    let change = |line1: &'static str| [vec![("address_id", id.as_str())], typed(line1)].concat();
    let page = ada.submit(&edit, "/api/accounts/addresses/save", &change(" ")).await;
    assert!(page.location().ends_with(&edit), "{page:?}");
    assert!(ada.get(&edit).await.text.contains("Please fill this in."));
    let page = ada.call("/api/accounts/addresses/save", &change("2 Mill Lane")).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "the book has it already");
    let page = ada.submit(&edit, "/api/accounts/addresses/save", &change("30 Mill Lane")).await;
    assert!(page.location().ends_with("?done=saved"), "{page:?}");

    about(&ada, "delete", &id_of(&app, "2 Mill Lane").await).await;
    assert_eq!(book(&ada).await, ["30 Mill Lane", "1 Mill Lane"], "after the default it is the newest one's turn");
    let default: String = sqlx::query_scalar("select default_address_id::text from users").fetch_one(app.pool()).await.unwrap();
    assert_eq!(default, id);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn somebody_elses_address_is_not_there(pool: PgPool) {
    let app = App::start(pool).await;
    let ada = app.signed_in("ada@example.com", Role::Customer).await;
    let eve = app.signed_in("eve@example.com", Role::Customer).await;
    keep(&ada, "1 Mill Lane").await;
    let id = id_of(&app, "1 Mill Lane").await;
    assert_eq!(eve.get(&format!("{BOOK}/{id}")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(eve.get(&format!("{BOOK}/nonsense")).await.status, StatusCode::NOT_FOUND);
    for step in ["choose-default", "delete"] {
        assert_eq!(about(&eve, step, &id).await.status, StatusCode::NOT_FOUND, "{step}");
    }
    let change = [vec![("address_id", id.as_str())], typed("9 Elm Road")].concat();
    assert_eq!(eve.call("/api/accounts/addresses/save", &change).await.status, StatusCode::NOT_FOUND);
    assert_eq!(eve.call("/api/checkout/choose-address", &[("address_id", &id)]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(book(&ada).await, ["1 Mill Lane"]);
    assert_eq!(app.count("select count(*) from users where default_address_id is not null").await, 1);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_book_has_bounds_and_no_doubles_however_many_are_sent_at_once(pool: PgPool) {
    let app = App::start(pool).await;
    let ada = app.signed_in("ada@example.com", Role::Customer).await;
    join_all((0..12).map(|_| keep(&ada, "1 Mill Lane"))).await;
    assert_eq!(book(&ada).await, ["1 Mill Lane"]);
    let lines: Vec<String> = (2..MAX_ADDRESSES).map(|n| format!("{n} Mill Lane")).collect();
    for line in &lines {
        keep(&ada, line).await;
    }
    join_all(["a", "b", "c", "d", "e"].map(|line| keep(&ada, line))).await;
    assert_eq!(app.count("select count(*) from addresses").await, MAX_ADDRESSES);
    let page = ada.call("/api/accounts/addresses/keep", &typed("one more")).await;
    assert_eq!(page.status, StatusCode::CONFLICT, "{}", page.text);
    assert!(keep(&ada, "1 Mill Lane").await.location().ends_with("?done=kept"), "what is there needs no room");
}

/// An address that is not kept serves one order, is in no book, and its place is taken by the next one.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn at_the_checkout_a_new_address_is_kept_or_not(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("kiln").await, 1500, 9).await;
    let mut ada = app.buyer("ada").await;
    ada.add(cup, "1").await;
    let send = async |browser: &Browser, line1: &str, keep: &[(&str, &str)]| {
        let page = browser.submit("/checkout", "/api/checkout/add-address", &[typed(line1).as_slice(), keep].concat()).await;
        page.location().rsplit_once("/checkout/review?address=").unwrap_or_else(|| panic!("{page:?}")).1.to_owned()
    };
    let passing = send(&ada.browser, "7 Elm Road", &[]).await;
    assert_eq!(book(&ada.browser).await, ["1 Mill Lane"]);
    assert!(ada.browser.get("/checkout").await.text.contains("7 Elm Road"), "as long as the order is not placed it can be chosen again");
    ada.address_id = passing.parse().unwrap();
    let seen = ada.fingerprint().await;
    assert_eq!(send(&ada.browser, "8 Elm Road", &[]).await, passing, "the next one takes its place");
    assert_eq!(ada.place(&seen).await.status, StatusCode::CONFLICT, "and nothing goes where it was not seen to go");
    let page = ada.place(&ada.fingerprint().await).await;
    assert!(page.status.is_success() || page.status.is_redirection(), "{page:?}");

    assert_eq!(send(&ada.browser, "8 Elm Road", &[("keep", "true")]).await, passing, "kept after all");
    let kept = send(&ada.browser, "9 Elm Road", &[("keep", "true")]).await;
    assert_eq!(send(&ada.browser, "9 Elm Road", &[]).await, kept, "what is in the book stays there");
    assert_eq!(book(&ada.browser).await.len(), 3);

    // Orders keep what they were placed with.
    for id in [passing.as_str(), &kept, &id_of(&app, "1 Mill Lane").await] {
        about(&ada.browser, "delete", id).await;
    }
    assert_eq!(app.count("select count(*) from addresses").await, 0);
    let to: String = sqlx::query_scalar("select ship_line1 from orders").fetch_one(app.pool()).await.unwrap();
    assert_eq!(to, "8 Elm Road");
    app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn the_default_is_chosen_at_the_checkout(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("kiln").await, 1500, 9).await;
    let ada = app.buyer("ada").await;
    ada.add(cup, "1").await;
    keep(&ada.browser, "2 Mill Lane").await;
    assert_eq!(book(&ada.browser).await, ["1 Mill Lane", "2 Mill Lane"], "who never chose keeps what a checkout began with");
    for line1 in ["1 Mill Lane", "2 Mill Lane"] {
        let id = id_of(&app, line1).await;
        about(&ada.browser, "choose-default", &id).await;
        let page = ada.browser.get("/checkout").await.text;
        let checked = page.split("<input").find(|input| input.contains(" checked")).unwrap();
        assert!(checked.contains(&id), "{line1}: {checked}");
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_nobody_wanted_to_keep_is_gone_after_a_day(pool: PgPool) {
    let app = App::start(pool).await;
    let ada = app.signed_in("ada@example.com", Role::Customer).await;
    keep(&ada, "1 Mill Lane").await;
    ada.submit("/checkout", "/api/checkout/add-address", &typed("7 Elm Road")).await;
    souk::accounts::service::prune(app.state.clone()).await.unwrap();
    assert_eq!(app.count("select count(*) from addresses").await, 2);
    sqlx::query("update addresses set created_at = created_at - interval '25 hours'").execute(app.pool()).await.unwrap();
    souk::accounts::service::prune(app.state.clone()).await.unwrap();
    assert_eq!(book(&ada).await, ["1 Mill Lane"]);
}
