//! What an open shop says about itself: who changes it, where it is seen, and what stays as it was.

use futures::future::join_all;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use souk::accounts::Role;
use souk::values::VendorId;
use sqlx::PgPool;

use crate::support::people::account;
use crate::support::shop::field;
use crate::support::{App, Browser, Page};

const SETTINGS: &str = "/vendor/settings";
const SAVE: &str = "/api/vendors/save-profile";
const APPLY: &str = "/api/vendors/apply";

const PROFILE: [(&str, &str); 5] = [
    ("shop_name", "Fire & Clay"),
    ("tagline", "Stoneware, fired twice"),
    ("story", "We dig the clay.\r\n\r\nWe fire it."),
    ("city", "Porto"),
    ("country_code", "PT"),
];

/// The profile with other values in some fields.
fn with<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let value = |name: &str| changes.iter().find(|(changed, _)| *changed == name).map(|(_, value)| *value);
    PROFILE.iter().map(|&(name, known)| (name, value(name).unwrap_or(known))).collect()
}

fn edit<'a>(version: &'a str, changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [vec![("version", version)], with(changes)].concat()
}

async fn version(owner: &Browser) -> String {
    field(&owner.get(SETTINGS).await.text, "version").unwrap()
}

/// As the form on the page sends it.
async fn save(owner: &Browser, changes: &[(&str, &str)]) -> Page {
    let seen = version(owner).await;
    owner.submit(SETTINGS, SAVE, &edit(&seen, changes)).await
}

#[track_caller]
fn saved(page: &Page) {
    assert!(page.location().ends_with("/vendor/settings?done=profile"), "{page:?}");
}

async fn names(app: &App) -> Vec<String> {
    sqlx::query_scalar("select name from vendors order by slug").fetch_all(app.pool()).await.unwrap()
}

async fn changes(app: &App) -> i64 {
    app.count("select count(*) from audit_log where action = 'vendor.profile_changed'").await
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_a_shop_says_is_seen_wherever_it_is_named(pool: PgPool) {
    let app = App::start(pool).await;
    let (vera, shop) = app.open_shop("kiln").await;
    let cup = app.goods(shop, 1500, 9).await;
    let ada = app.buyer("ada").await;
    let order = ada.order(&[(cup, 1)]).await;
    let slug: String = sqlx::query_scalar("select slug from products").fetch_one(app.pool()).await.unwrap();
    let (product, visitor) = (format!("/product/{slug}"), app.browser());
    // What is kept of a page is kept from here on.
    for path in ["/shop/kiln", "/products", "/search?q=p", product.as_str()] {
        visitor.get(path).await;
    }

    let form = vera.get(SETTINGS).await.text;
    assert!(form.contains(SAVE) && form.contains("value=\"kiln\""), "what stands there is in the form: {form}");
    saved(&save(&vera, &[]).await);
    let page = vera.get("/vendor/settings?done=profile").await.text;
    assert!(page.contains("This is how customers see your shop") && page.contains("value=\"Fire &amp; Clay\""), "{page}");

    let page = visitor.get("/shop/kiln").await;
    assert_eq!(page.status, StatusCode::OK, "the address stays");
    for said in ["Fire &amp; Clay", "Stoneware, fired twice", "We dig the clay.", "We fire it.", "Porto", "Portugal"] {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    let page = visitor.get(&product).await.text;
    assert!(page.contains("Fire &amp; Clay") && page.contains("href=\"/shop/kiln\"") && !page.contains(">kiln<"), "{page}");
    for path in ["/products", "/products?vendor=kiln", "/shop/kiln?q=nothing"] {
        let page = visitor.get(path).await.text;
        assert!(page.contains("Fire &amp; Clay") && !page.contains(">kiln<"), "{path}: {page}");
    }
    let listed = app.api().get("/products?vendor=kiln").await.done();
    assert_eq!(listed["data"][0]["vendor"], json!({ "slug": "kiln", "name": "Fire & Clay" }));
    ada.add(cup, "1").await;
    assert!(ada.browser.get("/cart").await.text.contains("Fire &amp; Clay"));
    assert!(vera.get("/vendor").await.text.contains("Fire &amp; Clay"));

    let named: String = sqlx::query_scalar("select vendor_name from order_parts").fetch_one(app.pool()).await.unwrap();
    assert_eq!(named, "kiln", "a placed order says what it was placed with");
    assert!(ada.browser.get(&format!("/account/orders/{order}")).await.text.contains("kiln"));
    let contact: String = sqlx::query_scalar("select contact_email from vendors").fetch_one(app.pool()).await.unwrap();
    assert_eq!(contact, "kiln@vendors.example");
    app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn each_change_is_in_the_log_with_what_was_there_before(pool: PgPool) {
    let app = App::start(pool).await;
    let (vera, shop) = app.open_shop("kiln").await;
    let admin = app.signed_in("root@souk.example", Role::Admin).await;
    saved(&save(&vera, &[]).await);
    // Who saves what stands there already has changed nothing, whatever version they have seen.
    saved(&vera.submit(SETTINGS, SAVE, &edit("1", &[])).await);
    let (id, before, after): (VendorId, Value, Value) =
        sqlx::query_as("select object_id, before, after from audit_log").fetch_one(app.pool()).await.unwrap();
    assert_eq!((id, &before["shop_name"], &after["shop_name"]), (shop, &json!("kiln"), &json!("Fire & Clay")));
    assert_eq!((&before["city"], &after["story"]), (&json!(""), &json!("We dig the clay.\n\nWe fire it.")));
    assert!(!format!("{before}{after}").contains('@'), "nobody's address: {before} {after}");
    assert_eq!(version(&vera).await, "2");
    let log = admin.get("/admin/audit").await.text;
    assert!(log.contains("vendor.profile_changed") && log.contains("shop name"), "{log}");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn bad_input_changes_nothing_and_stays_in_the_form(pool: PgPool) {
    let app = App::start(pool).await;
    let (vera, _) = app.open_shop("kiln").await;
    let long = |length: usize| "x".repeat(length);
    for (name, bad) in [
        ("shop_name", " ".to_owned()),
        ("shop_name", long(81)),
        ("tagline", long(161)),
        ("story", String::new()),
        ("story", long(4001)),
        ("city", String::new()),
        ("country_code", "XX".to_owned()),
        ("country_code", "pt".to_owned()),
    ] {
        let page = save(&vera, &[(name, bad.as_str())]).await;
        assert!(page.location().ends_with(SETTINGS), "{name}: {page:?}");
        let page = vera.get(SETTINGS).await.text;
        assert!(page.contains(&format!("href=\"#{name}\"")) && page.contains("aria-invalid=\"true\""), "{name}: {page}");
        assert!(name == "tagline" || page.contains("value=\"Stoneware, fired twice\""), "nothing typed is lost: {page}");
        assert!(!page.contains("Saved."), "{name}");
        assert_eq!(names(&app).await, ["kiln"], "{name}");
    }
    // What is no field of it is refused, and so is what is no version.
    for smuggled in ["slug", "status", "contact_email", "owner_id", "name_key", "profile_version", "shipping_flat_minor", "id"] {
        let fields = [edit("1", &[]), vec![(smuggled, "x")]].concat();
        assert_eq!(vera.call(SAVE, &fields).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{smuggled}");
    }
    for seen in ["", "x", "1.5"] {
        assert_eq!(vera.call(SAVE, &edit(seen, &[])).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{seen}");
    }
    assert_eq!(changes(&app).await, 0);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn only_its_owner_speaks_for_a_shop_that_is_open(pool: PgPool) {
    let app = App::start(pool).await;
    let (vera, _) = app.open_shop("kiln").await;
    let (otto, _) = app.open_shop("oven").await;
    let customer = app.signed_in("carl@example.com", Role::Customer).await;
    let admin = app.signed_in("root@souk.example", Role::Admin).await;
    for (who, refusal) in [(&app.browser(), StatusCode::UNAUTHORIZED), (&customer, StatusCode::FORBIDDEN), (&admin, StatusCode::FORBIDDEN)]
    {
        assert_eq!(who.call(SAVE, &edit("1", &[])).await.status, refusal);
    }
    assert_eq!(names(&app).await, ["kiln", "oven"]);
    // No field names a shop: everybody speaks of their own.
    saved(&save(&otto, &[("shop_name", "Otto's oven")]).await);
    assert_eq!(names(&app).await, ["kiln", "Otto's oven"]);

    for (status, said) in [("pending", "/sell/apply"), ("rejected", "/sell/apply"), ("suspended", "while your shop is suspended")] {
        let change = sqlx::query("update vendors set status = $1, status_reason = 'No.' where slug = 'kiln'").bind(status);
        change.execute(app.pool()).await.unwrap();
        let page = vera.get(SETTINGS).await.text;
        assert!(page.contains(said) && !page.contains(SAVE), "{status}: {page}");
        assert_eq!(vera.call(SAVE, &edit("1", &[])).await.status, StatusCode::FORBIDDEN, "{status}");
        assert_eq!(names(&app).await, ["kiln", "Otto's oven"], "{status}");
    }
    assert_eq!(changes(&app).await, 1);
}

/// The proof of an open shop is read before its row is locked: a suspension that comes between is seen.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_suspension_that_comes_first_counts(pool: PgPool) {
    let app = App::start(pool).await;
    let (vera, _) = app.open_shop("kiln").await;
    let mut suspension = app.state.db.begin().await.unwrap();
    sqlx::query("update vendors set status = 'suspended', status_reason = 'No.'").execute(&mut *suspension).await.unwrap();
    let fields = edit("1", &[]);
    let (page, ()) = tokio::join!(vera.call(SAVE, &fields), async {
        app.until_waiting(1).await;
        suspension.commit().await.unwrap();
    });
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert_eq!(names(&app).await, ["kiln"]);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn two_shops_do_not_come_to_share_a_name(pool: PgPool) {
    let app = App::start(pool).await;
    let (vera, _) = app.open_shop("kiln").await;
    let (otto, _) = app.open_shop("oven").await;
    for name in ["oven", "Oven", "  OVEN! "] {
        assert!(save(&vera, &[("shop_name", name)]).await.location().ends_with(SETTINGS), "{name}");
        let page = vera.get(SETTINGS).await.text;
        assert!(page.contains("href=\"#shop_name\"") && page.contains("This is already in use."), "{name}: {page}");
        assert!(page.contains("value=\"Stoneware, fired twice\""), "nothing typed is lost: {page}");
    }
    saved(&save(&vera, &[]).await);
    // What it was called stays its address, and is nobody else's name; nor is what it is called now.
    for name in ["Kiln", "fire clay"] {
        assert!(save(&otto, &[("shop_name", name)]).await.location().ends_with(SETTINGS), "{name}");
    }
    let carl = app.signed_in("carl@example.com", Role::Customer).await;
    for name in ["Kiln", "Fire & Clay"] {
        let page = carl.call(APPLY, &with(&[("shop_name", name)])).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(page.text.contains("taken"), "{}", page.text);
        let account = [("name", "Dora"), ("email", "dora@example.com"), ("password", "seven lanterns at dusk")];
        let page = app.browser().call("/api/vendors/sign-up", &[&account[..], &with(&[("shop_name", name)])[..]].concat()).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
    }
    // Nor is it come by on the way of an application that is corrected.
    assert!(carl.submit("/sell/apply", APPLY, &with(&[("shop_name", "木の店")])).await.location().ends_with("/vendor"));
    for name in ["Kiln", "Fire & Clay", "oven"] {
        assert_eq!(carl.call(APPLY, &with(&[("shop_name", name)])).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
    }
    assert!(save(&otto, &[("shop_name", "木の店")]).await.location().ends_with(SETTINGS), "in letters that no address can hold");
    // One's own is no other's, nor is the one that one had before.
    for name in ["FIRE & CLAY", "Kiln"] {
        saved(&save(&vera, &[("shop_name", name)]).await);
    }
    assert_eq!(names(&app).await[..2], ["Kiln", "oven"]);
}

/// Of two who take a name at the same moment one has it.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_name_that_many_take_at_once_is_one_shops(pool: PgPool) {
    let app = App::start(pool).await;
    let mut owners = Vec::new();
    for n in 0..6 {
        owners.push(app.open_shop(&format!("shop-{n}")).await.0);
    }
    let fields = edit("1", &[]);
    let pages = join_all(owners.iter().map(|owner| owner.call(SAVE, &fields))).await;
    let refused = pages.iter().filter(|page| page.status == StatusCode::UNPROCESSABLE_ENTITY).count();
    assert_eq!(refused, 5, "{pages:?}");
    assert_eq!(app.count("select count(*) from vendors where name = 'Fire & Clay'").await, 1);
    assert_eq!(changes(&app).await, 1);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn two_tabs_hear_of_each_other(pool: PgPool) {
    let app = App::start(pool).await;
    let (vera, _) = app.open_shop("kiln").await;
    let seen = version(&vera).await;
    saved(&vera.submit(SETTINGS, SAVE, &edit(&seen, &[("tagline", "Bowls & cups"), ("country_code", "ES")])).await);
    // Shipping is another matter, and overtakes nobody.
    vera.submit(SETTINGS, "/api/vendors/set-shipping", &[("shipping", "7"), ("free_from", "")]).await;
    let late = vera.submit(SETTINGS, SAVE, &edit(&seen, &[("shop_name", "Late")])).await;
    assert!(late.location().ends_with(SETTINGS), "{late:?}");
    let page = vera.get(SETTINGS).await.text;
    assert!(page.contains("Saved meanwhile") && page.contains("Bowls &amp; cups") && page.contains("review-text\">Spain"), "{page}");
    assert!(page.contains("value=\"Late\"") && page.contains("value=\"Stoneware, fired twice\""), "what was typed stands there: {page}");
    assert_eq!(names(&app).await, ["Fire & Clay"]);
    // Having seen it, they may replace it.
    let now = field(&page, "version").unwrap();
    assert_ne!(now, seen);
    saved(&vera.submit(SETTINGS, SAVE, &edit(&now, &[("shop_name", "Late")])).await);
    assert_eq!(names(&app).await, ["Late"]);

    // Six at once that have seen the same: one of them wins.
    let now = version(&vera).await;
    let lines: Vec<String> = (0..6).map(|n| format!("Line {n}")).collect();
    let edits: Vec<_> = lines.iter().map(|line| edit(&now, &[("tagline", line.as_str())])).collect();
    let pages = join_all(edits.iter().map(|fields| vera.call(SAVE, fields))).await;
    let overtaken = pages.iter().filter(|page| page.status == StatusCode::CONFLICT).count();
    assert_eq!(overtaken, 5, "{pages:?}");
    assert_eq!(changes(&app).await, 3);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_is_typed_is_text_and_nothing_else(pool: PgPool) {
    let app = App::start(pool).await;
    let (vera, shop) = app.open_shop("kiln").await;
    app.goods(shop, 1500, 9).await;
    let slug: String = sqlx::query_scalar("select slug from products").fetch_one(app.pool()).await.unwrap();
    let hostile = [
        ("shop_name", "</title><script>alert(1)</script>"),
        ("tagline", "\"><img src=x onerror=alert(1)>"),
        ("story", "</textarea><script>alert(1)</script>\n\n[x](javascript:alert(1)) <b>bold</b>"),
        ("city", "<script>alert(1)</script>"),
    ];
    let seen = version(&vera).await;
    saved(&vera.submit(SETTINGS, SAVE, &edit(&seen, &hostile)).await);
    // Overtaken, the page shows what is saved and what was typed.
    vera.submit(SETTINGS, SAVE, &edit(&seen, &[])).await;
    let admin = app.signed_in("root@souk.example", Role::Admin).await;
    let visitor = app.browser();
    for (who, path) in [
        (&vera, SETTINGS.to_owned()),
        (&vera, SETTINGS.to_owned()),
        (&vera, "/vendor".to_owned()),
        (&visitor, "/shop/kiln".to_owned()),
        (&visitor, "/products?vendor=kiln".to_owned()),
        (&visitor, format!("/product/{slug}")),
        (&visitor, "/".to_owned()),
        (&admin, "/admin/audit".to_owned()),
        (&admin, format!("/admin/vendors/{shop}")),
    ] {
        let page = who.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        for live in ["<script>alert", "<img src=x", "href=\"javascript", "<b>bold"] {
            assert!(!page.text.contains(live), "{live} in {path}: {}", page.text);
        }
    }
    assert!(visitor.get("/shop/kiln").await.text.contains("&lt;b&gt;bold&lt;/b&gt;"));
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn programs_change_it_by_the_same_rules(pool: PgPool) {
    let app = App::start(pool).await;
    let rui = account(&app.state, "rui@example.com", Role::Vendor).await;
    app.vendor("oven").await;
    let shop = app.vendor("kiln").await;
    sqlx::query("update vendors set owner_id = $1 where id = $2").bind(rui).bind(shop).execute(app.pool()).await.unwrap();
    let api = app.api_of("rui@example.com").await;
    let path = "/vendor/profile";
    let shown = api.get(path).await;
    assert_eq!((&shown.done()["name"], shown.header("etag")), (&json!("kiln"), "\"1\""));

    let change = json!({ "tagline": "Stoneware", "story": "We fire it.", "city": "Porto", "country_code": "PT" });
    api.send(Method::PATCH, path, &[], Some(&change)).await.refused(428, "precondition_required");
    api.send(Method::PATCH, path, &[("if-match", "\"7\"")], Some(&change)).await.refused(412, "precondition_failed");
    let first = api.send(Method::PATCH, path, &[("if-match", "\"1\"")], Some(&change)).await;
    let body = first.done();
    assert_eq!((&body["name"], &body["slug"], &body["tagline"]), (&json!("kiln"), &json!("kiln"), &json!("Stoneware")));
    assert_eq!(first.header("etag"), "\"2\"");
    api.send(Method::PATCH, path, &[("if-match", "\"1\"")], Some(&json!({ "city": "Faro" }))).await.refused(412, "precondition_failed");
    let seen = [("if-match", "W/\"2\"")];
    for (body, name) in [(json!({ "shop_name": "Oven" }), "shop_name"), (json!({ "country_code": "XX" }), "country_code")] {
        let page = api.send(Method::PATCH, path, &seen, Some(&body)).await;
        page.refused(422, "invalid");
        assert_eq!(page.json::<Value>()["errors"][0]["field"], name);
    }
    for unknown in ["slug", "contact_email", "status", "name"] {
        api.send(Method::PATCH, path, &seen, Some(&json!({ unknown: "x" }))).await.refused(422, "malformed");
    }
    let renamed = api.send(Method::PATCH, path, &seen, Some(&json!({ "shop_name": "Fire & Clay" }))).await.done();
    assert_eq!((&renamed["name"], &renamed["slug"], &renamed["city"]), (&json!("Fire & Clay"), &json!("kiln"), &json!("Porto")));
    assert_eq!(app.api().get("/vendors/kiln").await.done()["name"], "Fire & Clay");
    assert_eq!(changes(&app).await, 2);

    // A suspended shop reads what it cannot change; others have none.
    sqlx::query("update vendors set status = 'suspended', status_reason = 'No.'").execute(app.pool()).await.unwrap();
    api.get(path).await.done();
    api.send(Method::PATCH, path, &[("if-match", "\"3\"")], Some(&change)).await.refused(403, "forbidden");
    account(&app.state, "ada@example.com", Role::Customer).await;
    app.api_of("ada@example.com").await.get(path).await.refused(403, "forbidden");
    app.api().get(path).await.refused(401, "unauthenticated");
}
