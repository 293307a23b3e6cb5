//! The admin's hand: any product edited, taken down with a reason, released, deleted, and made for a shop; all of it in the audit log.

use http::StatusCode;
use serde_json::Value;
use souk::accounts::Role;
use sqlx::PgPool;

use super::{ARCHIVE, CREATE_FOR, DELETE, HOLD, Market, PUBLISH, RELEASE, SAVE, UNPUBLISH, call, editor, step, step_by_hand, submit};
use crate::support::Browser;
use crate::support::shop::field;

fn admins_page(id: &str) -> String {
    format!("/admin/products/{id}")
}

async fn hold(who: &Browser, id: &str, seen: &str, reason: &str) -> StatusCode {
    who.call(HOLD, &[("product_id", id), ("seen", seen), ("reason", reason)]).await.status
}

/// Action, before, after and reason of each row about a product, oldest first.
async fn log(market: &Market) -> Vec<(String, Option<Value>, Option<Value>, Option<String>)> {
    let sql = "select action, before, after, reason from audit_log where object_kind = 'product' order by id";
    sqlx::query_as(sql).fetch_all(market.app.pool()).await.unwrap()
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn an_admin_takes_a_product_down_and_releases_it(pool: PgPool) {
    let market = Market::start(pool).await;
    let vera = market.vendor("kiln", "approved").await;
    let admin = market.app.signed_in("admin@example.com", Role::Admin).await;
    let id = market.draft(&vera, &[]).await;
    step(&vera, &id, PUBLISH, "draft").await;
    assert_eq!(market.seen_by_strangers(&id).await, [true; 3]);
    for (who, reason, status) in [
        (&vera, "I say so", StatusCode::FORBIDDEN),
        (&admin, " ", StatusCode::UNPROCESSABLE_ENTITY),
        (&admin, &*"x".repeat(1001), StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        assert_eq!(hold(who, &id, "published", reason).await, status);
    }
    assert_eq!(hold(&admin, &id, "draft", "Seen long ago.").await, StatusCode::CONFLICT);
    let fields = [("product_id", &*id), ("seen", "published"), ("reason", "The picture is not yours.")];
    let page = admin.submit(&admins_page(&id), HOLD, &fields).await;
    assert!(page.location().ends_with("?done=held"), "{page:?}");
    assert_eq!((market.status(&id).await.as_str(), market.seen_by_strangers(&id).await), ("draft", [false; 3]));

    // Its vendor sees why, got a mail, and cannot publish; editing is what is wanted.
    let page = vera.get(&editor(&id)).await.text;
    assert!(page.contains("The picture is not yours.") && !page.contains(PUBLISH), "{page}");
    assert!(vera.get("/vendor/products").await.text.contains("Taken down"));
    let page = vera.call(PUBLISH, &[("product_id", &id), ("seen", "draft")]).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.text.contains("held"), "{}", page.text);
    assert!(step_by_hand(&vera, &id, ARCHIVE, "draft").await.is_success());
    assert_eq!(step_by_hand(&vera, &id, PUBLISH, "archived").await, StatusCode::CONFLICT, "not by the back door either");
    assert_eq!(step_by_hand(&admin, &id, PUBLISH, "archived").await, StatusCode::CONFLICT, "an admin releases it first");
    assert_eq!(vera.call(RELEASE, &[("product_id", &id)]).await.status, StatusCode::FORBIDDEN);
    let mail: (String, String) =
        sqlx::query_as("select recipient, body_text from outbox where kind = 'product_held'").fetch_one(market.app.pool()).await.unwrap();
    assert!(mail.0 == "kiln@example.com" && mail.1.contains("The picture is not yours."), "{mail:?}");

    let page = admin.submit(&admins_page(&id), RELEASE, &[("product_id", &id)]).await;
    assert!(page.location().ends_with("?done=released"));
    assert_eq!(admin.call(RELEASE, &[("product_id", &id)]).await.status, StatusCode::CONFLICT, "once");
    assert!(step_by_hand(&vera, &id, PUBLISH, "archived").await.is_success());
    assert_eq!(market.seen_by_strangers(&id).await, [true; 3]);
    assert_eq!(market.app.count("select count(*) from outbox where kind in ('product_held', 'product_released')").await, 2);
    let log = log(&market).await;
    let actions: Vec<&str> = log.iter().map(|(action, ..)| action.as_str()).collect();
    assert_eq!(actions, ["product.held", "product.released"]);
    assert_eq!(log[0].3.as_deref(), Some("The picture is not yours."));
    let status = |value: &Option<Value>| value.as_ref().unwrap()["status"].as_str().unwrap().to_owned();
    assert_eq!((status(&log[0].1), status(&log[0].2)), ("published".to_owned(), "draft".to_owned()));
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn an_admin_edits_any_product_and_every_step_is_written_down(pool: PgPool) {
    let market = Market::start(pool).await;
    let vera = market.vendor("kiln", "approved").await;
    let admin = market.app.signed_in("admin@example.com", Role::Admin).await;
    let id = market.draft(&vera, &[]).await;
    let page = admin.get(&admins_page(&id)).await.text;
    assert!(page.contains("Celadon teapot") && page.contains("kiln"), "{page}");
    let version = field(&page, "version").unwrap();
    let variant = market.variant(&id).await;
    let mut fields = market.form(&[("name", "Renamed by an admin"), ("product_id", &id), ("version", &version)]);
    fields.retain(|(name, _)| name != "variants[0][stock]");
    fields.push(("variants[0][id]".to_owned(), variant.to_string()));
    let page = submit(&admin, &admins_page(&id), SAVE, &fields).await;
    assert!(page.location().ends_with(&format!("/admin/products/{id}?done=saved")), "{page:?}");
    assert!(market.count(&admin, &id, variant, 5, "7").await.status.is_success());
    for (path, seen) in [(PUBLISH, "draft"), (UNPUBLISH, "published"), (ARCHIVE, "draft")] {
        assert!(step_by_hand(&admin, &id, path, seen).await.is_success(), "{path}");
    }
    for page in [admins_page(&id), format!("{}/stock", admins_page(&id)), format!("{}/preview", admins_page(&id))] {
        let answer = admin.get(&page).await;
        assert!(answer.status == StatusCode::OK && answer.text.contains("Renamed by an admin"), "{page}: {}", answer.text);
    }
    let page = admin.submit(&admins_page(&id), DELETE, &[("product_id", &id), ("seen", "archived")]).await;
    assert!(page.location().ends_with("/admin/products?done=deleted"), "{page:?}");
    assert_eq!(market.row(&id).await, None);

    let log = log(&market).await;
    let actions: Vec<&str> = log.iter().map(|(action, ..)| action.strip_prefix("product.").unwrap()).collect();
    assert_eq!(actions, ["edited", "stock_corrected", "published", "unpublished", "archived", "deleted"]);
    let name = |value: &Option<Value>| value.as_ref().and_then(|value| value["name"].as_str().map(str::to_owned));
    assert_eq!((name(&log[0].1).as_deref(), name(&log[0].2).as_deref()), (Some("Celadon teapot"), Some("Renamed by an admin")));
    assert_eq!(log[1].1.as_ref().unwrap()[0]["stock"], 5);
    assert_eq!(log[1].2.as_ref().unwrap()[0]["stock"], 7);
    assert!(name(&log[5].1).is_some() && log[5].2.is_none());
    // What a vendor does with the own goods is nobody's business, and what failed was not done.
    assert_eq!(admin.get(&admins_page(&id)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(step_by_hand(&admin, &id, PUBLISH, "draft").await, StatusCode::NOT_FOUND);
    market.draft(&vera, &[]).await;
    assert_eq!(market.app.count("select count(*) from audit_log where object_kind = 'product'").await, 6);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn an_admin_makes_products_for_a_shop_and_finds_them_all(pool: PgPool) {
    let market = Market::start(pool).await;
    let (vera, otto) = (market.vendor("kiln", "approved").await, market.vendor("loom", "suspended").await);
    let admin = market.app.signed_in("admin@example.com", Role::Admin).await;
    market.draft(&vera, &[("name", "Of the kiln")]).await;
    let page = admin.get("/admin/products/new?vendor=loom").await;
    assert!(page.status == StatusCode::OK && page.text.contains("New product of loom"), "{}", page.text);
    for missing in ["/admin/products/new", "/admin/products/new?vendor=nobody", "/admin/products/new?vendor=../x"] {
        assert_eq!(admin.get(missing).await.status, StatusCode::NOT_FOUND, "{missing}");
    }
    let fields = market.form(&[("name", "A rug"), ("shop", "loom")]);
    for (who, status) in [(&vera, StatusCode::FORBIDDEN), (&otto, StatusCode::FORBIDDEN), (&admin, StatusCode::OK)] {
        assert_eq!(call(who, CREATE_FOR, &fields).await.status, status);
    }
    assert_eq!(call(&admin, CREATE_FOR, &market.form(&[("shop", "nobody")])).await.status, StatusCode::NOT_FOUND);
    let owner = "select count(*) from products p join vendors v on v.id = p.vendor_id where v.slug = 'loom' and p.name = 'A rug' and p.status = 'draft'";
    assert_eq!(market.app.count(owner).await, 1);
    assert!(otto.get("/vendor/products").await.text.contains("A rug"));
    assert_eq!(log(&market).await.into_iter().map(|(action, ..)| action).collect::<Vec<_>>(), ["product.created"]);

    for (query, found) in
        [("", vec!["Of the kiln", "A rug"]), ("?q=RUG", vec!["A rug"]), ("?q=kiln", vec!["Of the kiln"]), ("?status=published", vec![])]
    {
        let page = admin.get(&format!("/admin/products{query}")).await.text;
        let names: Vec<&str> = ["Of the kiln", "A rug"].into_iter().filter(|name| page.contains(&format!(">{name}<"))).collect();
        assert_eq!(names, found, "{query}");
    }
    assert!(admin.get("/").await.text.contains("href=\"/admin\""));
    assert!(admin.get("/admin").await.text.contains("href=\"/admin/products\""));
}
