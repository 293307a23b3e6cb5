//! The tree of categories in the hands of admins.

use http::StatusCode;
use souk::accounts::Role;
use sqlx::PgPool;
use uuid::Uuid;

use crate::support::shop::field;
use crate::support::{App, Browser};

const CREATE: &str = "/api/catalogue/create-category";
const SAVE: &str = "/api/catalogue/save-category";
const DELETE: &str = "/api/catalogue/delete-category";

async fn add(admin: &Browser, app: &App, name: &str, parent: &str) -> String {
    let page = admin.submit("/admin/categories", CREATE, &[("name", name), ("parent_id", parent)]).await;
    assert_eq!(page.location(), "/admin/categories?done=created", "{}", page.text);
    sqlx::query_scalar("select id::text from categories where name = $1").bind(name).fetch_one(app.pool()).await.unwrap()
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_tree_grows_is_rearranged_and_pruned_and_all_of_it_is_in_the_log(pool: PgPool) {
    let app = App::start(pool).await;
    let admin = app.signed_in("admin@example.com", Role::Admin).await;
    let home = add(&admin, &app, "Home", "").await;
    let kitchen = add(&admin, &app, "Kitchen", &home).await;
    let pots = add(&admin, &app, "Pots", &kitchen).await;
    let garden = add(&admin, &app, "Garden", "").await;
    let change = async |id: &str, name: &str, parent: &str| {
        admin.call(SAVE, &[("category_id", id), ("name", name), ("parent_id", parent), ("slug", &name.to_lowercase())]).await.status
    };
    for (what, id, name, parent) in [
        ("under itself", &home, "Home", &home),
        ("under what stands under it", &home, "Home", &pots),
        ("too deep", &garden, "Garden", &pots),
        ("under nothing that exists", &garden, "Garden", &Uuid::now_v7().to_string()),
    ] {
        assert_eq!(change(id, name, parent).await, StatusCode::UNPROCESSABLE_ENTITY, "{what}");
    }
    assert_eq!(change(&garden, "Kitchen", "").await, StatusCode::UNPROCESSABLE_ENTITY, "the address is taken");
    assert_eq!(change(&pots, "Pans", &garden).await, StatusCode::OK);
    assert_eq!(admin.call(DELETE, &[("category_id", &home)]).await.status, StatusCode::CONFLICT, "a category stands in it");
    assert_eq!(admin.call(DELETE, &[("category_id", &kitchen)]).await.status, StatusCode::OK);
    let variant = app.goods(app.vendor("kiln").await, 1500, 5).await;
    sqlx::query("update products set category_id = $1::uuid, status = 'archived' where id = (select product_id from product_variants where id = $2)")
        .bind(&pots)
        .bind(variant)
        .execute(app.pool())
        .await
        .unwrap();
    assert_eq!(admin.call(DELETE, &[("category_id", &pots)]).await.status, StatusCode::CONFLICT, "a product stands in it, if archived");
    let log: Vec<(String, Option<String>, Option<String>)> =
        sqlx::query_as("select action, before ->> 'name', after ->> 'name' from audit_log where object_kind = 'category' order by id")
            .fetch_all(app.pool())
            .await
            .unwrap();
    let log: Vec<(&str, Option<&str>, Option<&str>)> = log.iter().map(|(a, b, c)| (a.as_str(), b.as_deref(), c.as_deref())).collect();
    assert_eq!(log[4..], [("category.changed", Some("Pots"), Some("Pans")), ("category.deleted", Some("Kitchen"), None)]);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_is_refused_comes_back_with_what_was_typed(pool: PgPool) {
    let app = App::start(pool).await;
    let admin = app.signed_in("admin@example.com", Role::Admin).await;
    let typed = [("name", "Tea"), ("slug", "Not A Slug"), ("description", "<b>Leaves"), ("position", "x")];
    let page = admin.submit("/admin/categories", CREATE, &typed).await;
    let page = admin.get(page.location()).await.text;
    assert_eq!(field(&page, "name").as_deref(), Some("Tea"));
    assert!(
        page.contains("Please use small letters, figures and single hyphens alone.") && page.contains("Please enter a whole number."),
        "{page}"
    );
    assert!(page.contains("&lt;b&gt;Leaves") && !page.contains("<b>Leaves"));
}

/// Two moves that are fine by themselves would make a circle together.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn two_moves_at_once_make_no_circle(pool: PgPool) {
    let app = App::start(pool).await;
    let admin = app.signed_in("admin@example.com", Role::Admin).await;
    for round in 0..10 {
        let (a, b) = (format!("A{round}"), format!("B{round}"));
        let (one, two) = (add(&admin, &app, &a, "").await, add(&admin, &app, &b, "").await);
        let under = |id, name, parent| {
            let fields = [("category_id", id), ("name", name), ("parent_id", parent)];
            let admin = &admin;
            async move { admin.call(SAVE, &fields).await.status }
        };
        let done =
            futures::future::join(under(one.as_str(), a.as_str(), two.as_str()), under(two.as_str(), b.as_str(), one.as_str())).await;
        assert_eq!([done.0, done.1].iter().filter(|status| **status == StatusCode::OK).count(), 1, "{done:?}");
    }
    assert_eq!(app.count("select count(*) from categories a join categories b on a.parent_id = b.id and b.parent_id = a.id").await, 0);
}
