//! Bad values, two editors, sales in between, names and lists.

use http::StatusCode;
use sqlx::PgPool;

use super::{CREATE, DELETE, DUPLICATE, Market, PUBLISH, SAVE, call, edit, editor, in_form, step, submit};
use crate::support::shop::field;

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
        let told = in_form(name).replace('[', ".").replace(']', "");
        for (path, fields) in [(CREATE, market.form(&[(name, value)])), (SAVE, edit(&market, &vera, &other, &[(name, value)]).await)] {
            // What is there is corrected by the ledger, so an edit that names a stock is refused whatever it says; an empty one says nothing.
            if (path, name, value) == (SAVE, "stock", "") {
                continue;
            }
            let page = call(&vera, path, &fields).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{path} {name}={value}");
            assert!(page.text.contains(&format!("[\"{told}\",")), "{name}={value}: {}", page.text);
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
    submit(&vera, &editor(&other), SAVE, &edit(&market, &vera, &other, &[("name", "An odd pot"), ("low_stock_at", "few")]).await).await;
    let page = vera.get(&editor(&other)).await.text;
    assert!(page.contains("An odd pot") && page.contains("few") && page.contains("whole number"), "{page}");
    for fact in ["Material", ": Stoneware", "Material:"] {
        let page = call(&vera, CREATE, &market.form(&[("attributes", fact)])).await;
        assert!(page.text.contains("[\"attributes\",\"not_a_pair\"]"), "{fact}: {}", page.text);
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn the_longest_description_is_taken_in_any_script(pool: PgPool) {
    let market = Market::start(pool).await;
    let vera = market.vendor("kiln", "approved").await;
    let id = market.draft(&vera, &[]).await;
    let text = "🏺".repeat(20_000);
    submit(&vera, &editor(&id), SAVE, &edit(&market, &vera, &id, &[("description", &text)]).await).await;
    assert_eq!(market.text("description", &id).await, text);
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
    let mut again = edit(&market, &vera, &id, &[("name", "Second name")]).await;
    again.retain(|(name, _)| name != "version");
    again.push(("version".to_owned(), version));
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

/// A sale while the editor is open is no edit, and an edit says nothing about stock.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_sale_during_an_edit_stays_sold(pool: PgPool) {
    let market = Market::start(pool).await;
    let vera = market.vendor("kiln", "approved").await;
    let id = market.draft(&vera, &[]).await;
    step(&vera, &id, PUBLISH, "draft").await;
    let renamed = edit(&market, &vera, &id, &[("name", "Renamed teapot")]).await;
    let refilled = edit(&market, &vera, &id, &[("stock", "20")]).await;
    let variant = market.variant(&id).await;
    market.buy("ada", variant, 1).await;
    assert_eq!(call(&vera, SAVE, &refilled).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(call(&vera, SAVE, &renamed).await.status.is_success(), "a sale is no edit");
    assert_eq!(market.app.stock(variant).await, 4);
    market.app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_was_sold_is_archived_and_not_deleted(pool: PgPool) {
    let market = Market::start(pool).await;
    let vera = market.vendor("kiln", "approved").await;
    let (sold, unsold) = (market.draft(&vera, &[]).await, market.draft(&vera, &[]).await);
    step(&vera, &sold, PUBLISH, "draft").await;
    market.buy("ada", market.variant(&sold).await, 1).await;
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
    assert_eq!(market.text("description_html", &id).await, "<p>Thrown by hand.</p>\n<p>Fired twice.</p>");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn an_old_address_leads_to_the_new_one_and_stays_the_products(pool: PgPool) {
    let market = Market::start(pool).await;
    let (vera, otto) = (market.vendor("kiln", "approved").await, market.vendor("loom", "approved").await);
    let id = market.draft(&vera, &[("name", "Kettle")]).await;
    step(&vera, &id, PUBLISH, "draft").await;
    for slug in ["iron-kettle", "cast-kettle"] {
        assert!(call(&vera, SAVE, &edit(&market, &vera, &id, &[("slug", slug)]).await).await.status.is_success());
    }
    let stranger = market.app.browser();
    for old in ["kettle", "iron-kettle"] {
        let page = stranger.get(&format!("/product/{old}")).await;
        assert_eq!((page.status, page.location()), (StatusCode::PERMANENT_REDIRECT, "/product/cast-kettle"), "{old}");
    }
    assert_eq!(stranger.get("/product/cast-kettle").await.status, StatusCode::OK);

    // Nobody else gets an address that leads here, by name or by hand.
    let other = market.draft(&otto, &[("name", "Kettle")]).await;
    assert!(market.text("slug", &other).await.starts_with("kettle-"));
    for taken in ["kettle", "iron-kettle", "cast-kettle"] {
        let page = call(&otto, SAVE, &edit(&market, &otto, &other, &[("slug", taken)]).await).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{taken}");
        assert!(page.text.contains("[\"slug\",\"taken\"]"), "{}", page.text);
    }
    for bad in ["Kettle", "a--b", "../x", "a/b", "-a", "a b"] {
        let page = call(&vera, SAVE, &edit(&market, &vera, &id, &[("slug", bad)]).await).await;
        assert!(page.text.contains("[\"slug\",\"not_a_slug\"]"), "{bad}: {}", page.text);
    }
    // The owner may go back.
    assert!(call(&vera, SAVE, &edit(&market, &vera, &id, &[("slug", "kettle")]).await).await.status.is_success());
    assert_eq!(stranger.get("/product/kettle").await.status, StatusCode::OK);
    assert_eq!(stranger.get("/product/cast-kettle").await.location(), "/product/kettle");
    // What nobody may see leads nowhere.
    market.set_status("kiln", "suspended").await;
    assert_eq!(stranger.get("/product/cast-kettle").await.status, StatusCode::NOT_FOUND);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_copy_is_a_draft_of_its_own(pool: PgPool) {
    let market = Market::start(pool).await;
    let (vera, otto) = (market.vendor("kiln", "approved").await, market.vendor("loom", "approved").await);
    let id = market.draft(&vera, &[("sku", "POT"), ("attributes", "Material: Stoneware")]).await;
    market.arrange(&vera, &id, &[("Size", "S, M")]).await;
    step(&vera, &id, PUBLISH, "draft").await;
    let page = vera.submit(&editor(&id), DUPLICATE, &[("product_id", &id)]).await;
    let copy = page.location().strip_prefix("/vendor/products/").and_then(|rest| rest.strip_suffix("?done=copied")).unwrap().to_owned();
    assert_ne!(copy, id);
    let texts = [market.text("name", &copy).await, market.text("slug", &copy).await, market.status(&copy).await];
    assert_eq!(texts, ["Celadon teapot (copy)", "celadon-teapot-copy", "draft"]);
    assert_eq!(market.variants(&copy).await, [("S".to_owned(), 4850, 0), ("M".to_owned(), 4850, 0)]);
    assert_eq!(market.text("attributes", &copy).await, market.text("attributes", &id).await);
    assert_eq!(otto.call(DUPLICATE, &[("product_id", &id)]).await.status, StatusCode::NOT_FOUND);
    market.app.assert_invariants().await;
}
