//! The vendor's list: tabs, pages, search, what runs low, and the little forms in its rows.

use http::StatusCode;
use sqlx::PgPool;

use super::{CORRECT, Market, PUBLISH, SET_PRICE, editor, step};
use crate::support::shop::field;

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn the_list_has_tabs_and_pages(pool: PgPool) {
    let market = Market::start(pool).await;
    let vera = market.vendor("kiln", "approved").await;
    let draft = market.draft(&vera, &[("name", "A draft")]).await;
    let published = market.draft(&vera, &[("name", "On sale")]).await;
    step(&vera, &published, PUBLISH, "draft").await;
    let all = vera.get("/vendor/products").await.text;
    for found in ["A draft", "On sale", "48.50", &*editor(&draft), "/vendor/products?status=archived"] {
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
    let (mut path, mut names, mut pages) = (String::from("/vendor/products?q=old"), Vec::new(), 0);
    loop {
        let page = vera.get(&path).await.text;
        pages += 1;
        names.extend((1..=110).filter(|n| page.contains(&format!(">Old {n}.<"))));
        let Some(next) = page.split("href=\"/vendor/products?q=old&amp;before=").nth(1) else { break };
        path = format!("/vendor/products?q=old&before={}", next.split('"').next().unwrap());
    }
    names.sort_unstable();
    assert_eq!((pages, names), (3, (1..=110).collect()));
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn the_list_is_searched_by_name_and_number(pool: PgPool) {
    let market = Market::start(pool).await;
    let (vera, otto) = (market.vendor("kiln", "approved").await, market.vendor("loom", "approved").await);
    market.draft(&vera, &[("name", "Celadon teapot"), ("sku", "POT-17")]).await;
    market.draft(&vera, &[("name", "100 % wool"), ("sku", "W_1")]).await;
    market.draft(&vera, &[("name", "Jug"), ("stock", "50")]).await;
    market.draft(&otto, &[("name", "Teapot of another"), ("sku", "POT-17")]).await;
    for (query, found) in [
        ("q=TEAP", vec!["Celadon teapot"]),
        ("q=pot-17", vec!["Celadon teapot"]),
        ("q=%25", vec!["100 % wool"]),
        ("q=_", vec!["100 % wool"]),
        ("q=%5C", vec![]),
        ("q=jug&status=published", vec![]),
        ("stock=low", vec!["Celadon teapot", "100 % wool"]),
        ("status=nonsense&before=x", vec!["Celadon teapot", "100 % wool", "Jug"]),
    ] {
        let page = vera.get(&format!("/vendor/products?{query}")).await;
        assert_eq!(page.status, StatusCode::OK);
        let names: Vec<&str> = ["Celadon teapot", "100 % wool", "Jug", "Teapot of another"]
            .into_iter()
            .filter(|name| page.text.contains(&format!(">{name}<")))
            .collect();
        assert_eq!(names, found, "{query}");
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn prices_and_counts_are_set_in_their_rows(pool: PgPool) {
    let market = Market::start(pool).await;
    let (vera, otto) = (market.vendor("kiln", "approved").await, market.vendor("loom", "approved").await);
    let id = market.draft(&vera, &[("compare_at", "60")]).await;
    let variant = market.variant(&id).await.to_string();
    let list = vera.get("/vendor/products?status=draft").await.text;
    assert_eq!((field(&list, "seen"), field(&list, "place")), (Some("48.50".to_owned()), Some("?status=draft".to_owned())));
    let price = |seen: &'static str, price: &'static str| {
        [
            ("product_id", id.clone()),
            ("variant_id", variant.clone()),
            ("seen", seen.to_owned()),
            ("price", price.to_owned()),
            ("place", "status=draft&evil=1".to_owned()),
        ]
    };
    let send = async |who: &crate::support::Browser, fields: &[(&str, String); 5]| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        who.submit("/vendor/products?status=draft", SET_PRICE, &fields).await
    };
    let page = send(&vera, &price("48.50", "52")).await;
    assert_eq!(page.location(), "/vendor/products?status=draft&done=priced");
    assert_eq!(market.variants(&id).await, [(String::new(), 5200, 5)]);
    assert_eq!(market.text("price_minor", &id).await, "5200");
    // Seen long ago; no price; not below the one that is struck through; somebody else's.
    for (who, fields, told) in [
        (&vera, price("48.50", "53"), "This was changed in the meantime"),
        (&vera, price("52", "much"), "Please enter an amount"),
        (&vera, price("52", "60"), "out of range"),
        (&otto, price("52", "1"), "We could not find this"),
    ] {
        assert_eq!(send(who, &fields).await.location(), "/vendor/products?status=draft", "{fields:?}");
        let page = who.get("/vendor/products?status=draft").await.text;
        assert!(page.contains(told), "{told}: {page}");
        assert!(page.contains("<title>Error: "), "{page}");
        let at_field = ["Please enter an amount", "out of range"].contains(&told);
        assert_eq!(page.contains("aria-describedby=\"price-problem\""), at_field, "{told}: {page}");
    }
    assert_eq!(market.variants(&id).await, [(String::new(), 5200, 5)]);

    let fields = [
        ("product_id", &*id),
        ("reason", "counted"),
        ("counts[0][id]", &*variant),
        ("counts[0][seen]", "5"),
        ("counts[0][count]", "9"),
        ("place", "q=tea"),
    ];
    let page = vera.submit("/vendor/products?q=tea", CORRECT, &fields).await;
    assert_eq!(page.location(), "/vendor/products?q=tea&done=corrected");
    assert!(vera.get(page.location()).await.text.contains("The stock is corrected."));
    assert_eq!(market.variants(&id).await, [(String::new(), 5200, 9)]);

    // Neither leads out of the whole list.
    let whole = vera.get("/vendor/products").await.text;
    let place = field(&whole, "place").unwrap();
    let counted = [&fields[..3], &[("counts[0][seen]", "9"), ("counts[0][count]", "8"), ("place", &*place)]].concat();
    assert_eq!(vera.submit("/vendor/products", CORRECT, &counted).await.location(), "/vendor/products?done=corrected");
    let priced = [("product_id", &*id), ("variant_id", &variant), ("seen", "52"), ("price", "51"), ("place", &place)];
    assert_eq!(vera.submit("/vendor/products", SET_PRICE, &priced).await.location(), "/vendor/products?done=priced");
    market.app.assert_invariants().await;
}
