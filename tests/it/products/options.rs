//! Options and the variants that they make: made, kept, deleted, retired, brought back; what carts and orders see of it.

use http::StatusCode;
use sqlx::PgPool;

use super::{Fields, Market, PUBLISH, SAVE, call, edit, editor, step, submit};
use crate::support::Browser;
use crate::support::shop::field;

/// What the editor's form would send for a product with options: each row as the page has it, with these fields changed.
async fn rows(market: &Market, who: &Browser, id: &str, changed: &[(&str, &str)]) -> Fields {
    let page = who.get(&editor(id)).await.text;
    let mut fields: Fields = edit(market, who, id, &[]).await.into_iter().filter(|(name, _)| !name.starts_with("variants[")).collect();
    let names = ["[id]", "[price]", "[compare_at]", "[sku]", "[low_stock_at]"];
    let rows = (0..100).flat_map(|row| names.map(|name| format!("variants[{row}]{name}")));
    let options = (0..3).flat_map(|row| ["[name]", "[values]"].map(|name| format!("options[{row}]{name}")));
    fields.extend(rows.chain(options).filter_map(|name| field(&page, &name).map(|value| (name, value))));
    for (name, value) in changed {
        fields.retain(|(known, _)| known != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    fields
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn options_make_variants_and_rows_are_edited(pool: PgPool) {
    let market = Market::start(pool).await;
    let vera = market.vendor("kiln", "approved").await;
    let id = market.draft(&vera, &[("sku", "POT")]).await;
    let first = market.variant(&id).await;
    let page = market.arrange(&vera, &id, &[("Size", "S, M"), ("Glaze", "Celadon, Iron")]).await;
    assert!(page.location().ends_with("?done=arranged"), "{page:?}");
    let row = |title: &str, price: i64, stock: i32| (title.to_owned(), price, stock);
    let made = [row("S / Celadon", 4850, 5), row("S / Iron", 4850, 0), row("M / Celadon", 4850, 0), row("M / Iron", 4850, 0)];
    assert_eq!(market.variants(&id).await, made);
    assert_eq!(market.variant(&id).await, first, "what there was is the first of them");

    let changed =
        [("variants[1][price]", "50"), ("variants[1][sku]", "POT-SI"), ("variants[2][remove]", "1"), ("variants[3][compare_at]", "60")];
    let page = call(&vera, SAVE, &rows(&market, &vera, &id, &changed).await).await;
    assert!(page.status.is_success(), "{}", page.text);
    assert_eq!(market.variants(&id).await, [row("S / Celadon", 4850, 5), row("S / Iron", 5000, 0), row("M / Iron", 4850, 0)]);
    assert_eq!(market.app.count("select count(*) from product_variants where retired_at is not null").await, 0, "nobody had ordered it");
    // Numbers may change places.
    let page = call(&vera, SAVE, &rows(&market, &vera, &id, &[("variants[0][sku]", "POT-SI"), ("variants[1][sku]", "POT")]).await).await;
    assert!(page.status.is_success(), "{}", page.text);
    // Bad values are told at their rows, and everything typed is still there.
    let bad = [("variants[1][price]", "cheap"), ("variants[2][sku]", "POT"), ("name", "Kept name")];
    submit(&vera, &editor(&id), SAVE, &rows(&market, &vera, &id, &bad).await).await;
    let page = vera.get(&editor(&id)).await.text;
    for told in ["cheap", "Kept name", "Price in line 2", "href=\"#variants.1.price\"", "id=\"variants.1.price\""] {
        assert!(page.contains(told), "{told}: {page}");
    }
    let page = call(&vera, SAVE, &rows(&market, &vera, &id, &[("variants[2][sku]", "POT")]).await).await;
    assert!(page.text.contains("[\"variants.2.sku\",\"taken\"]"), "{}", page.text);
    // The missing one comes back when it is asked for, and not by itself.
    assert_eq!(market.variants(&id).await.len(), 3);
    call(&vera, SAVE, &rows(&market, &vera, &id, &[("arrange", "1")]).await).await;
    let titles: Vec<String> = market.variants(&id).await.into_iter().map(|(title, ..)| title).collect();
    assert_eq!(titles, ["S / Celadon", "S / Iron", "M / Celadon", "M / Iron"]);
    market.app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_cannot_be_is_refused(pool: PgPool) {
    let market = Market::start(pool).await;
    let (vera, otto) = (market.vendor("kiln", "approved").await, market.vendor("loom", "approved").await);
    let (id, others) = (market.draft(&vera, &[]).await, market.draft(&otto, &[]).await);
    let hundred_and_one = (0..101).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    for (options, told) in [
        (vec![("Size", "")], "options.0.values"),
        (vec![("", "S")], "options.0.name"),
        (vec![("Size", "S"), ("size", "M")], "options.1.name"),
        (vec![("Size", &*hundred_and_one)], "options"),
        (vec![("A", "1"), ("B", "1"), ("C", "1"), ("D", "1")], "options"),
    ] {
        let mut fields = edit(&market, &vera, &id, &[]).await;
        for (index, (name, values)) in options.iter().enumerate() {
            fields.push((format!("options[{index}][name]"), (*name).to_owned()));
            fields.push((format!("options[{index}][values]"), (*values).to_owned()));
        }
        let page = call(&vera, SAVE, &fields).await;
        assert!(page.text.contains(&format!("[\"{told}\",")), "{options:?}: {}", page.text);
    }
    // Somebody else's variant in one's own form; the last variant taken away.
    let foreign = market.variant(&others).await.to_string();
    let mut fields = edit(&market, &vera, &id, &[]).await;
    fields.retain(|(name, _)| name != "variants[0][id]");
    fields.push(("variants[0][id]".to_owned(), foreign));
    let page = call(&vera, SAVE, &fields).await;
    assert!(page.text.contains("[\"variants.0.id\",\"unknown_choice\"]"), "{}", page.text);
    let page = call(&vera, SAVE, &edit(&market, &vera, &id, &[("remove", "1")]).await).await;
    assert!(page.text.contains("[\"variants\",\"required\"]"), "{}", page.text);
    let row = |stock| [(String::new(), 4850, stock)];
    assert_eq!((market.variants(&id).await, market.variants(&others).await), (row(5).into(), row(5).into()));
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_hundred_variants_are_edited_in_one_form(pool: PgPool) {
    let market = Market::start(pool).await;
    let vera = market.vendor("kiln", "approved").await;
    let id = market.draft(&vera, &[]).await;
    let ten = (1..=10).map(|n| format!("Value {n}")).collect::<Vec<_>>().join(", ");
    market.arrange(&vera, &id, &[("Size", &ten), ("Glaze", &ten)]).await;
    let form = rows(&market, &vera, &id, &[("variants[99][price]", "60"), ("variants[10][sku]", "ELEVENTH")]).await;
    let page = submit(&vera, &editor(&id), SAVE, &form).await;
    assert!(page.location().ends_with("?done=saved"), "{page:?}");
    let variants = market.variants(&id).await;
    assert_eq!((variants.len(), &variants[99]), (100, &("Value 10 / Value 10".to_owned(), 6000, 0)));
    let eleventh = "select title from product_variants where sku = 'ELEVENTH'";
    let eleventh: String = sqlx::query_scalar(eleventh).fetch_one(market.app.pool()).await.unwrap();
    assert_eq!(eleventh, "Value 2 / Value 1");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_was_ordered_is_retired_and_comes_back(pool: PgPool) {
    let market = Market::start(pool).await;
    let vera = market.vendor("kiln", "approved").await;
    let id = market.draft(&vera, &[("stock", "9")]).await;
    market.arrange(&vera, &id, &[("Size", "S, M")]).await;
    let small = market.variant(&id).await;
    step(&vera, &id, PUBLISH, "draft").await;
    market.buy("ada", small, 1).await;
    let lines = "select row_to_json(l)::text from order_lines l";
    let before: Vec<String> = sqlx::query_scalar(lines).fetch_all(market.app.pool()).await.unwrap();
    // In somebody's cart, and being paid by somebody else.
    let (cart, pays) = (market.app.buyer("bob").await, market.app.buyer("carl").await);
    assert_eq!(cart.add(small, "1").await.status, StatusCode::OK);
    let order = pays.order(&[(small, 2)]).await;

    // M stays, S falls away: somebody has ordered it.
    market.arrange(&vera, &id, &[("Size", "M, L")]).await;
    assert_eq!(market.variants(&id).await.into_iter().map(|(title, ..)| title).collect::<Vec<_>>(), ["M", "L"]);
    assert_eq!(market.app.count("select count(*) from product_variants where retired_at is not null and stock = 8").await, 1);
    let page = cart.browser.get("/cart").await.text;
    assert!(page.contains("This is no longer for sale."), "{page}");
    assert_eq!(cart.try_fingerprint().await, None);
    assert_eq!(cart.add(small, "1").await.status, StatusCode::CONFLICT);
    let slug = market.text("slug", &id).await;
    let shown = market.app.browser().get(&format!("/product/{slug}")).await.text;
    assert!(!shown.contains(&small.to_string()), "{shown}");
    // Who is paying gets it: the pieces were kept for them.
    assert_eq!(market.app.confirm(order, crate::support::shop::VISA).await, 200);
    let page = pays.browser.call("/api/checkout/progress", &[("order_id", &order.to_string())]).await;
    assert_eq!((page.status, market.app.status(order).await.as_str()), (StatusCode::OK, "paid"));
    assert_eq!(market.app.stock(small).await, 6);

    // The price is of what is offered.
    let ids: Vec<(String, i64)> = vec![(market.text("price_minor", &id).await, 4850)];
    assert_eq!(ids[0].0, ids[0].1.to_string());
    sqlx::query("update product_variants set price_minor = 100 where id = $1").bind(small).execute(market.app.pool()).await.unwrap();
    assert_eq!(market.text("price_minor", &id).await, "4850");

    // And it comes back as it was, with its past.
    market.arrange(&vera, &id, &[("Size", "S, M, L")]).await;
    assert_eq!(market.variant(&id).await, small);
    assert_eq!(market.variants(&id).await[0], ("S".to_owned(), 100, 6));
    let after: Vec<String> = sqlx::query_scalar("select row_to_json(l)::text from order_lines l order by id limit 1")
        .fetch_all(market.app.pool())
        .await
        .unwrap();
    assert_eq!(after, before, "orders say what they said");
    market.app.assert_invariants().await;
}

/// Two people at one product: the second sees both, also in the rows.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn of_two_who_edit_rows_the_second_is_shown_both(pool: PgPool) {
    let market = Market::start(pool).await;
    let vera = market.vendor("kiln", "approved").await;
    let id = market.draft(&vera, &[]).await;
    market.arrange(&vera, &id, &[("Size", "S, M")]).await;
    let (first, second) = (
        rows(&market, &vera, &id, &[("variants[1][price]", "51")]).await,
        rows(&market, &vera, &id, &[("variants[1][price]", "52"), ("variants[0][sku]", "mine")]).await,
    );
    assert!(call(&vera, SAVE, &first).await.status.is_success());
    submit(&vera, &editor(&id), SAVE, &second).await;
    let page = vera.get(&editor(&id)).await.text;
    for told in ["This was changed in the meantime", "Price of M", "51.00", "value=\"52\"", "value=\"mine\""] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert_eq!(market.variants(&id).await[1].1, 5100);
    let version = field(&page, "version").unwrap();
    let mut again = second.clone();
    again.retain(|(name, _)| name != "version");
    again.push(("version".to_owned(), version));
    assert!(call(&vera, SAVE, &again).await.status.is_success(), "having seen it, the second may");
    assert_eq!(market.variants(&id).await[1].1, 5200);
    // The price from the list is an edit as well.
    let stale = rows(&market, &vera, &id, &[]).await;
    let variant = market.variant(&id).await.to_string();
    let price = [("product_id", &*id), ("variant_id", &*variant), ("seen", "48.50"), ("price", "49")];
    assert!(vera.call(super::SET_PRICE, &price).await.status.is_success());
    assert_eq!(call(&vera, SAVE, &stale).await.status, StatusCode::CONFLICT);
}
