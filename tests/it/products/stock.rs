//! The ledger of stock: the one way in, many hands at once, sales in between, and the warning when little is left.

use futures::stream::{StreamExt, iter};
use http::StatusCode;
use sqlx::PgPool;

use super::{CORRECT, Market, PUBLISH, SAVE, call, edit, editor, step};
use crate::support::shop::field;

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn stock_moves_by_the_ledger_alone(pool: PgPool) {
    let market = Market::start(pool.clone()).await;
    let vera = market.vendor("kiln", "approved").await;
    let id = market.draft(&vera, &[]).await;
    let variant = market.variant(&id).await;
    for (statement, code) in [
        ("update product_variants set stock = 6", "42501"),
        ("update stock_movements set delta = 6", "42501"),
        ("delete from stock_movements", "42501"),
        (
            "insert into stock_movements (id, variant_id, vendor_id, kind, delta) select gen_random_uuid(), id, vendor_id, 'correction', 1 from product_variants",
            "23514",
        ),
        (
            "insert into stock_movements (id, variant_id, vendor_id, kind, delta, reason) select gen_random_uuid(), id, vendor_id, 'correction', -6, 'x' from product_variants",
            "23514",
        ),
        (
            "insert into stock_movements (id, variant_id, vendor_id, kind, delta, reason) select gen_random_uuid(), id, vendor_id, 'correction', 0, 'x' from product_variants",
            "23514",
        ),
        (
            "insert into stock_movements (id, variant_id, vendor_id, kind, delta) select gen_random_uuid(), id, vendor_id, 'sold', -1 from product_variants",
            "23514",
        ),
    ] {
        let error = sqlx::query(statement).execute(&pool).await.unwrap_err();
        assert_eq!(error.as_database_error().unwrap().code().as_deref(), Some(code), "{statement}");
    }
    // Another vendor's, under the vendor's own role.
    market.vendor("loom", "approved").await;
    let loom: uuid::Uuid = sqlx::query_scalar("select id from vendors where slug = 'loom'").fetch_one(&pool).await.unwrap();
    for vendor in ["(select vendor_id from product_variants)", "current_vendor_id()"] {
        let mut tx = market.app.state.db.begin_as_vendor(loom).await.unwrap();
        let statement = format!(
            "insert into stock_movements (id, variant_id, vendor_id, kind, delta, reason) values (gen_random_uuid(), $1, coalesce({vendor}, $2), 'correction', 1, 'x')"
        );
        assert!(sqlx::query(sqlx::AssertSqlSafe(statement)).bind(variant).bind(loom).execute(&mut *tx).await.is_err(), "{vendor}");
    }
    assert_eq!(market.app.stock(variant).await, 5);
    assert_eq!(market.app.count("select count(*) from stock_movements where kind = 'initial' and delta = 5").await, 1);
    market.app.assert_invariants().await;
    // The invariant can fail.
    sqlx::query("alter table stock_movements disable trigger stock_movements_append_only").execute(&pool).await.unwrap();
    sqlx::query("update stock_movements set delta = 4").execute(&pool).await.unwrap();
    assert_eq!(souk::analytics::invariants::check(&market.app.state.db).await.unwrap().len(), 1);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn fifty_at_once_lose_nothing(pool: PgPool) {
    let market = Market::start(pool).await;
    let vera = market.vendor("kiln", "approved").await;
    let id = market.draft(&vera, &[("stock", "100")]).await;
    let variant = market.variant(&id).await;
    // Everybody has seen a hundred: half have found one more, half two fewer.
    let (market_ref, vera_ref, id_ref) = (&market, &vera, &id);
    let one = |n: usize| async move {
        market_ref.count(vera_ref, id_ref, variant, 100, if n.is_multiple_of(2) { "101" } else { "98" }).await.status
    };
    let answers: Vec<StatusCode> = iter(0..50).map(one).buffer_unordered(50).collect().await;
    assert!(answers.iter().all(|status| status.is_success()), "{answers:?}");
    assert_eq!(market.app.stock(variant).await, 100 + 25 - 50);
    assert_eq!(market.app.count("select count(*) from stock_movements where kind = 'correction'").await, 50);
    market.app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_sale_between_the_shelf_and_the_form_is_kept(pool: PgPool) {
    let market = Market::start(pool).await;
    let vera = market.vendor("kiln", "approved").await;
    let id = market.draft(&vera, &[("stock", "10")]).await;
    let variant = market.variant(&id).await;
    step(&vera, &id, PUBLISH, "draft").await;
    let page = vera.get(&format!("{}/stock", editor(&id))).await.text;
    assert_eq!(field(&page, "counts[0][seen]").as_deref(), Some("10"));
    market.buy("ada", variant, 3).await;
    // Twelve were on the shelf while three were being sold: nine are there now.
    let from = format!("{}/stock", editor(&id));
    let fields = [
        ("product_id", id.as_str()),
        ("reason", "received"),
        ("note", "from the kiln"),
        ("counts[0][id]", &variant.to_string()),
        ("counts[0][seen]", "10"),
        ("counts[0][count]", "12"),
    ];
    let nothing = [&fields[..fields.len() - 1], &[("counts[0][count]", " ")]].concat();
    assert_eq!(vera.submit(&from, CORRECT, &nothing).await.location(), from, "nothing was typed");
    assert!(vera.get(&from).await.text.contains("Type what you counted for one variant at least."));
    let page = vera.submit(&from, CORRECT, &fields).await;
    assert!(page.location().ends_with("/stock?done=corrected&meanwhile=-3"), "{page:?}");
    let page = vera.get(page.location()).await.text;
    for told in ["3 pieces were sold while you counted", "Goods received: from the kiln", "+2", "−3", "Sold", "Opening stock"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert_eq!(market.app.stock(variant).await, 9);

    // Below zero nothing goes, and nothing of the form is done.
    let page = market.count(&vera, &id, variant, 20, "5").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("[\"counts.0.count\",\"below_zero\"]"), "{}", page.text);
    for bad in ["-1", "1.5", "many", "1000001"] {
        assert_eq!(market.count(&vera, &id, variant, 9, bad).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
    }
    let page = market.count(&vera, &id, variant, 0, "1000000").await;
    assert!(page.text.contains("[\"counts.0.count\",\"out_of_range\"]"), "{}", page.text);
    assert_eq!(market.app.stock(variant).await, 9);
    market.app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn others_stock_is_not_there(pool: PgPool) {
    let market = Market::start(pool).await;
    let (vera, otto) = (market.vendor("kiln", "approved").await, market.vendor("loom", "approved").await);
    let (id, own) = (market.draft(&vera, &[]).await, market.draft(&otto, &[]).await);
    let (variant, own_variant) = (market.variant(&id).await, market.variant(&own).await);
    // Another's product; one's own product and another's variant; another's product and one's own variant; a count that changes nothing.
    for (product, variant, count) in [(&id, variant, "9"), (&own, variant, "9"), (&id, own_variant, "9"), (&id, variant, "5")] {
        assert_eq!(market.count(&otto, product, variant, 5, count).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!((market.app.stock(variant).await, market.app.stock(own_variant).await), (5, 5));
    assert!(market.count(&otto, &own, own_variant, 5, "9").await.status.is_success());
    market.app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn the_ledger_is_read_in_pages(pool: PgPool) {
    let market = Market::start(pool.clone()).await;
    let vera = market.vendor("kiln", "approved").await;
    let id = market.draft(&vera, &[]).await;
    sqlx::query(
        "insert into stock_movements (id, variant_id, vendor_id, kind, delta, reason)
         select ('01990000-' || lpad(to_hex(n), 4, '0') || '-7000-8000-000000000000')::uuid, v.id, v.vendor_id, 'correction', 1, 'no ' || n || '.'
         from product_variants v, generate_series(1, 110) n",
    )
    .execute(&pool)
    .await
    .unwrap();
    let start = format!("{}/stock", editor(&id));
    let (mut path, mut seen, mut pages) = (start.clone(), 0, 0);
    loop {
        let page = vera.get(&path).await.text;
        pages += 1;
        seen += (1..=110).filter(|n| page.contains(&format!(">no {n}.<"))).count();
        let Some(next) = page.split(&format!("href=\"{start}?before=")).nth(1) else { break };
        path = format!("{start}?before={}", next.split('"').next().unwrap());
    }
    assert_eq!((pages, seen), (3, 110));
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn the_vendor_hears_once_when_little_is_left(pool: PgPool) {
    let market = Market::start(pool).await;
    let vera = market.vendor("kiln", "approved").await;
    let id = market.draft(&vera, &[("stock", "10")]).await;
    let variant = market.variant(&id).await;
    assert!(call(&vera, SAVE, &edit(&market, &vera, &id, &[("low_stock_at", "3")]).await).await.status.is_success());
    step(&vera, &id, PUBLISH, "draft").await;
    let mails = async || market.app.count("select count(*) from outbox where kind = 'low_stock' and recipient = 'kiln@example.com'").await;
    for (buyer, pieces, left, told) in [("ada", 6, 4, 0), ("bob", 1, 3, 1), ("carl", 2, 1, 1)] {
        market.buy(buyer, variant, pieces).await;
        assert_eq!((market.app.stock(variant).await, mails().await), (left, told), "{buyer}");
    }
    assert!(vera.get("/vendor/products?stock=low").await.text.contains("Celadon teapot"));
    // Filled up and sold down once more: that is news again.
    assert!(market.count(&vera, &id, variant, 1, "8").await.status.is_success());
    assert!(!vera.get("/vendor/products?stock=low").await.text.contains("Celadon teapot"));
    market.buy("dora", variant, 5).await;
    assert_eq!((market.app.stock(variant).await, mails().await), (3, 2));
    let subject: String =
        sqlx::query_scalar("select subject from outbox where kind = 'low_stock' limit 1").fetch_one(market.app.pool()).await.unwrap();
    assert_eq!(subject, "Running low: Celadon teapot");
    market.app.assert_invariants().await;
}
