//! Bad values, two editors, sales in between, names and lists.

use http::StatusCode;
use souk::values::VariantId;
use sqlx::PgPool;

use super::{CREATE, DELETE, Market, PUBLISH, SAVE, call, edit, editor, step, submit};
use crate::support::shop::{VISA, field};

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn bad_values_are_told_at_their_fields_and_nothing_typed_is_lost(pool: PgPool) {
    let market = Market::start(pool).await;
    let vera = market.vendor("kiln", "approved").await;
    let id = market.draft(&vera, &[("sku", "POT-1")]).await;
    let other = market.draft(&vera, &[]).await;
    let before = (market.row(&id).await, market.row(&other).await);
    let long = "x".repeat(121);
    let prices = ["", "0", "-1", "1e9", "NaN", "inf", "1,50", "1.505", "1000000", "99999999999999999999", "0x10", "٣"];
    let stocks = ["", "-1", "1.5", "1e3", "NaN", "1000001", "99999999999", "many"];
    let other_fields = [
        ("name", " "),
        ("name", &*long),
        ("category_id", ""),
        ("category_id", "tea"),
        ("category_id", &*id),
        ("compare_at", "48.50"),
        ("sku", "POT-1"),
    ];
    let bad = prices.map(|price| ("price", price)).into_iter().chain(stocks.map(|stock| ("stock", stock))).chain(other_fields);
    for (name, value) in bad {
        for fields in [market.form(&[(name, value)]), edit(&market, &vera, &other, &[(name, value)]).await] {
            let path = if fields.len() == 9 { CREATE } else { SAVE };
            let page = call(&vera, path, &fields).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{path} {name}={value}");
            assert!(page.text.contains(&format!("[\"{name}\",")), "{name}={value}: {}", page.text);
        }
    }
    assert_eq!((market.row(&id).await, market.row(&other).await), before);
    assert_eq!(market.app.count("select count(*) from products").await, 2);

    let page = submit(&vera, "/vendor/products/new", CREATE, &market.form(&[("name", "A rare pot"), ("price", "cheap")])).await;
    assert_eq!(page.location(), "/vendor/products/new");
    let page = vera.get("/vendor/products/new").await.text;
    for kept in ["A rare pot", "cheap", "Thrown by hand.", "Tea, ceramic", "Please enter an amount"] {
        assert!(page.contains(kept), "{kept}: {page}");
    }
    submit(&vera, &editor(&other), SAVE, &edit(&market, &vera, &other, &[("name", "An odd pot"), ("stock", "few")]).await).await;
    let page = vera.get(&editor(&other)).await.text;
    assert!(page.contains("An odd pot") && page.contains("few") && page.contains("whole number"), "{page}");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn of_two_editors_the_second_is_told(pool: PgPool) {
    let market = Market::start(pool).await;
    let vera = market.vendor("kiln", "approved").await;
    let id = market.draft(&vera, &[]).await;
    let (first, second) =
        (edit(&market, &vera, &id, &[("name", "First name")]).await, edit(&market, &vera, &id, &[("name", "Second name")]).await);
    assert!(call(&vera, SAVE, &first).await.status.is_success());
    assert_eq!(call(&vera, SAVE, &second).await.status, StatusCode::CONFLICT);
    assert_eq!(market.text("name", &id).await, "First name");

    submit(&vera, &editor(&id), SAVE, &second).await;
    let page = vera.get(&editor(&id)).await.text;
    assert!(page.contains("This was changed in the meantime"), "{page}");
    assert!(page.contains("value=\"Second name\"") && page.contains("First name"), "what was typed, and what was saved: {page}");
    let version = field(&page, "version").unwrap();
    let again = market.form(&[("name", "Second name"), ("product_id", &id), ("version", &version)]);
    assert!(call(&vera, SAVE, &again).await.status.is_success(), "having seen it, the second may");

    // A mistake in the form is no look at what the other has saved.
    let (good, bad) = (edit(&market, &vera, &id, &[("name", "Third")]).await, edit(&market, &vera, &id, &[("price", "x")]).await);
    call(&vera, SAVE, &good).await;
    let before = field(&vera.get(&editor(&id)).await.text, "version").unwrap();
    let bad_version = bad.iter().find(|(name, _)| name == "version").unwrap().1.clone();
    assert_ne!(before, bad_version);
    submit(&vera, &editor(&id), SAVE, &bad).await;
    assert!(vera.get(&editor(&id)).await.text.contains("This was changed in the meantime"));
    // Ten at once: one counts.
    let fields = edit(&market, &vera, &id, &[("name", "Tenth")]).await;
    let pages = futures::future::join_all((0..10).map(|_| call(&vera, SAVE, &fields))).await;
    assert_eq!(pages.iter().filter(|page| page.status.is_success()).count(), 1);
    assert!(pages.iter().all(|page| page.status.is_success() || page.status == StatusCode::CONFLICT));
}

/// A sale while the editor is open must not come back into stock with the next save.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_sale_during_an_edit_stays_sold(pool: PgPool) {
    let market = Market::start(pool).await;
    let vera = market.vendor("kiln", "approved").await;
    let id = market.draft(&vera, &[]).await;
    step(&vera, &id, PUBLISH, "draft").await;
    let renamed = edit(&market, &vera, &id, &[("name", "Renamed teapot")]).await;
    let refilled = edit(&market, &vera, &id, &[("stock", "20")]).await;
    let variant = buy(&market, &id).await;
    assert_eq!(market.app.stock(variant).await, 4);
    assert_eq!(call(&vera, SAVE, &refilled).await.status, StatusCode::CONFLICT, "twenty of what?");
    assert!(call(&vera, SAVE, &renamed).await.status.is_success(), "a sale is no edit");
    assert_eq!(market.app.stock(variant).await, 4);
    let refilled = edit(&market, &vera, &id, &[("stock", "20")]).await;
    assert!(call(&vera, SAVE, &refilled).await.status.is_success());
    assert_eq!(market.app.stock(variant).await, 20);
    market.app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_was_sold_is_archived_and_not_deleted(pool: PgPool) {
    let market = Market::start(pool).await;
    let vera = market.vendor("kiln", "approved").await;
    let (sold, unsold) = (market.draft(&vera, &[]).await, market.draft(&vera, &[]).await);
    step(&vera, &sold, PUBLISH, "draft").await;
    buy(&market, &sold).await;
    let page = step(&vera, &sold, DELETE, "published").await;
    assert!(page.location().ends_with("?done=kept"), "{page:?}");
    assert_eq!(market.status(&sold).await, "archived");
    assert!(vera.get(page.location()).await.text.contains("archived and not deleted"));
    assert_eq!(market.seen_by_strangers(&sold).await, [false; 3]);
    assert!(step(&vera, &sold, DELETE, "archived").await.location().ends_with("?done=kept"), "and again");
    assert_eq!(market.app.count("select count(*) from order_lines").await, 1);

    assert!(step(&vera, &unsold, DELETE, "draft").await.location().ends_with("?done=deleted"));
    assert_eq!(market.row(&unsold).await, None);
    market.app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn names_may_be_shared_and_addresses_are_not(pool: PgPool) {
    let market = Market::start(pool).await;
    let (vera, otto) = (market.vendor("kiln", "approved").await, market.vendor("loom", "approved").await);
    let mut slugs = Vec::new();
    for (who, name) in [(&vera, "Celadon teapot"), (&otto, "Celadon teapot"), (&otto, "Celadon teapot"), (&vera, "茶壺"), (&otto, "茶壺")]
    {
        let id = market.draft(who, &[("name", name)]).await;
        slugs.push(market.text("slug", &id).await);
    }
    assert_eq!((slugs[0].as_str(), slugs[3].as_str()), ("celadon-teapot", "product"));
    assert!(slugs[1].starts_with("celadon-teapot-") && slugs[4].starts_with("product-"), "{slugs:?}");
    // A new name is no new address: links lead to it.
    let id = market.draft(&vera, &[("name", "Kettle")]).await;
    call(&vera, SAVE, &edit(&market, &vera, &id, &[("name", "Iron kettle")]).await).await;
    assert_eq!((market.text("name", &id).await, market.text("slug", &id).await), ("Iron kettle".to_owned(), "kettle".to_owned()));
    assert_eq!(market.text("description", &id).await, "Thrown by hand.\n\nFired twice.");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn the_list_has_tabs_and_pages(pool: PgPool) {
    let market = Market::start(pool).await;
    let vera = market.vendor("kiln", "approved").await;
    let draft = market.draft(&vera, &[("name", "A draft")]).await;
    let published = market.draft(&vera, &[("name", "On sale")]).await;
    step(&vera, &published, PUBLISH, "draft").await;
    let all = vera.get("/vendor/products").await.text;
    for found in ["A draft", "On sale", "$48.50", &*editor(&draft), "/vendor/products?status=archived"] {
        assert!(all.contains(found), "{found}: {all}");
    }
    let drafts = vera.get("/vendor/products?status=draft").await.text;
    assert!(drafts.contains("A draft") && !drafts.contains("On sale"));
    assert!(vera.get("/vendor").await.text.contains("href=\"/vendor/products\""));

    // In steps of a millisecond, as ids made one after another have them.
    sqlx::query(
        "insert into products (id, vendor_id, category_id, slug, name)
         select ('01990000-' || lpad(to_hex(n), 4, '0') || '-7000-8000-000000000000')::uuid, (select id from vendors), (select id from categories),
           'old-' || n, 'Old ' || n || '.' from generate_series(1, 110) n",
    )
    .execute(market.app.pool())
    .await
    .unwrap();
    let (mut path, mut names, mut pages) = (String::from("/vendor/products"), Vec::new(), 0);
    loop {
        let page = vera.get(&path).await.text;
        pages += 1;
        names.extend((1..=110).filter(|n| page.contains(&format!(">Old {n}.<"))));
        let Some(next) = page.split("href=\"/vendor/products?before=").nth(1) else { break };
        path = format!("/vendor/products?before={}", next.split('"').next().unwrap());
    }
    names.sort_unstable();
    assert_eq!((pages, names), (3, (1..=110).collect()));
}

/// Somebody buys one.
async fn buy(market: &Market, id: &str) -> VariantId {
    let variant: VariantId = sqlx::query_scalar("select id from product_variants where product_id = $1::uuid")
        .bind(id)
        .fetch_one(market.app.pool())
        .await
        .unwrap();
    let buyer = market.app.buyer("ada").await;
    let order = buyer.order(&[(variant, 1)]).await;
    assert_eq!(market.app.confirm(order, VISA).await, 200);
    let page = buyer.browser.call("/api/checkout/progress", &[("order_id", &order.to_string())]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    variant
}
