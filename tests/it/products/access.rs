//! Who may draft, who may publish, and that nobody reaches another's.

use http::StatusCode;
use souk::accounts::Role;
use sqlx::PgPool;

use super::{ARCHIVE, CREATE, DELETE, DUPLICATE, Market, PUBLISH, SAVE, UNPUBLISH, call, edit, editor, step, step_by_hand, submit};
use crate::support::shop::field;

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn who_waits_for_a_decision_drafts_and_does_not_publish(pool: PgPool) {
    let market = Market::start(pool).await;
    for status in ["pending", "rejected"] {
        let vera = market.vendor(status, status).await;
        let id = market.draft(&vera, &[]).await;
        let page = vera.get(&editor(&id)).await;
        assert!(page.text.contains("You can publish once your shop is approved"), "{}", page.text);
        assert!(!page.text.contains(PUBLISH));
        assert!(vera.get("/vendor/products").await.text.contains("Celadon teapot"));
        let fields = edit(&market, &vera, &id, &[("name", "Teapot for two")]).await;
        assert!(submit(&vera, &editor(&id), SAVE, &fields).await.location().ends_with("done=saved"));
        assert_eq!(market.text("name", &id).await, "Teapot for two");

        assert_eq!(step_by_hand(&vera, &id, PUBLISH, "draft").await, StatusCode::FORBIDDEN);
        step(&vera, &id, PUBLISH, "draft").await;
        assert!(vera.get(&editor(&id)).await.text.contains("You may not do this."), "a plain form hears it on its page");
        assert_eq!(market.status(&id).await, "draft");
        assert_eq!(market.seen_by_strangers(&id).await, [false; 3]);

        assert!(step(&vera, &id, DELETE, "draft").await.location().ends_with("/vendor/products?done=deleted"));
        assert_eq!(market.row(&id).await, None);
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn an_open_shop_publishes_and_takes_back(pool: PgPool) {
    let market = Market::start(pool).await;
    let vera = market.vendor("kiln", "approved").await;
    let id = market.draft(&vera, &[]).await;
    assert_eq!(market.seen_by_strangers(&id).await, [false; 3]);
    for (path, seen, now, visible) in [
        (PUBLISH, "draft", "published", true),
        (UNPUBLISH, "published", "draft", false),
        (ARCHIVE, "draft", "archived", false),
        (PUBLISH, "archived", "published", true),
        (ARCHIVE, "published", "archived", false),
    ] {
        assert!(vera.get(&editor(&id)).await.text.contains(path), "{path} is on the page of what is {seen}");
        assert!(step(&vera, &id, path, seen).await.location().contains("?done="), "{path} {seen}");
        assert_eq!(market.status(&id).await, now);
        assert_eq!(market.seen_by_strangers(&id).await, [visible; 3], "{path} {seen}");
    }
    // Ways that are not in the graph, and what was seen long ago.
    let before = market.row(&id).await;
    for (path, seen) in
        [(UNPUBLISH, ""), (ARCHIVE, "archived"), (ARCHIVE, "published"), (PUBLISH, "published"), (PUBLISH, "draft"), (DELETE, "draft")]
    {
        assert_eq!(step_by_hand(&vera, &id, path, seen).await, StatusCode::CONFLICT, "{path} {seen}");
    }
    assert_eq!(market.row(&id).await, before);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_suspended_shop_is_read_and_not_changed(pool: PgPool) {
    let market = Market::start(pool).await;
    let vera = market.vendor("kiln", "approved").await;
    let (sold, draft) = (market.draft(&vera, &[]).await, market.draft(&vera, &[]).await);
    step(&vera, &sold, PUBLISH, "draft").await;
    assert_eq!(market.seen_by_strangers(&sold).await, [true; 3]);
    let edited = edit(&market, &vera, &draft, &[("name", "Changed")]).await;
    // A preview sells nothing, and leads to the shop as long as there is one to be seen.
    let preview = async |id: &str| {
        let page = vera.get(&format!("{}/preview", editor(id))).await.text;
        assert!(page.contains("This is a preview. Customers would see it like this."), "{page}");
        let button = page.split("<button").filter_map(|rest| rest.split('>').next()).find(|attributes| attributes.contains("button-large"));
        assert!(button.is_some_and(|attributes| attributes.contains(" disabled")), "{button:?}");
        page.contains("href=\"/shop/kiln\"")
    };
    assert!(preview(&sold).await && preview(&draft).await);
    market.set_status("kiln", "suspended").await;
    assert!(!preview(&sold).await);

    assert_eq!(market.seen_by_strangers(&sold).await, [false; 3]);
    let before = (market.row(&sold).await, market.row(&draft).await);
    for (path, id, seen) in [
        (PUBLISH, &draft, "draft"),
        (UNPUBLISH, &sold, ""),
        (ARCHIVE, &sold, "published"),
        (ARCHIVE, &draft, "draft"),
        (DELETE, &draft, "draft"),
    ] {
        assert_eq!(step_by_hand(&vera, id, path, seen).await, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(call(&vera, SAVE, &edited).await.status, StatusCode::FORBIDDEN);
    assert_eq!(call(&vera, CREATE, &market.form(&[])).await.status, StatusCode::FORBIDDEN);
    assert_eq!(vera.get("/vendor/products/new").await.status, StatusCode::FORBIDDEN);
    assert_eq!((market.row(&sold).await, market.row(&draft).await), before);
    assert_eq!(market.app.count("select count(*) from products").await, 2);
    let page = vera.get(&editor(&draft)).await;
    assert!(page.status == StatusCode::OK && page.text.contains("Celadon teapot") && !page.text.contains(DELETE), "{}", page.text);
    assert!(vera.get("/vendor/products").await.text.contains("Celadon teapot"));

    // The same requests do it once the suspension is lifted, so it was what refused them.
    market.set_status("kiln", "approved").await;
    assert_eq!(market.seen_by_strangers(&sold).await, [true; 3]);
    assert!(call(&vera, SAVE, &edited).await.status.is_success());
    assert!(step_by_hand(&vera, &draft, PUBLISH, "draft").await.is_success());
    assert_eq!(market.status(&draft).await, "published");
}

/// In the fence of row-level security, and without it: the statements name the vendor themselves.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn anothers_product_is_like_one_that_is_not_there_without_the_second_fence_too(pool: PgPool) {
    for table in ["products", "product_variants", "product_pictures", "stock_movements"] {
        let sql = sqlx::AssertSqlSafe(format!("alter table {table} disable row level security"));
        sqlx::query(sql).execute(&pool).await.unwrap();
    }
    others_products_are_not_there(pool).await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn anothers_product_is_like_one_that_is_not_there(pool: PgPool) {
    others_products_are_not_there(pool).await;
}

async fn others_products_are_not_there(pool: PgPool) {
    let market = Market::start(pool).await;
    let (vera, otto) = (market.vendor("kiln", "approved").await, market.vendor("loom", "approved").await);
    let (draft, published) = (market.draft(&vera, &[]).await, market.draft(&vera, &[]).await);
    step(&vera, &published, PUBLISH, "draft").await;
    let missing = "01990000-0000-7000-8000-000000000000".to_owned();
    let before = (market.row(&draft).await, market.row(&published).await);
    for (id, seen) in [(&draft, "draft"), (&published, "published"), (&missing, "draft")] {
        let mut answers = Vec::new();
        for path in [PUBLISH, UNPUBLISH, ARCHIVE, DELETE] {
            answers.push(step_by_hand(&otto, id, path, seen).await);
        }
        // As the owner's own page would send it.
        let version = field(&vera.get(&editor(id)).await.text, "version").unwrap_or_else(|| "1".to_owned());
        let fields = market.form(&[("product_id", id), ("version", &version), ("name", "Mine now")]);
        answers.push(call(&otto, SAVE, &fields).await.status);
        answers.push(call(&otto, DUPLICATE, &vec![("product_id".to_owned(), id.clone())]).await.status);
        for page in ["", "/stock", "/preview"] {
            answers.push(otto.get(&format!("{}{page}", editor(id))).await.status);
        }
        assert_eq!(answers, [StatusCode::NOT_FOUND; 9], "{id}");
    }
    assert_eq!((market.row(&draft).await, market.row(&published).await), before);
    assert!(!otto.get("/vendor/products").await.text.contains("Celadon"));

    // Nobody without a shop gets anywhere, and the owner does: the requests themselves are good.
    let customer = market.app.signed_in("carl@example.com", Role::Customer).await;
    for (who, refusal) in [(&market.app.browser(), StatusCode::UNAUTHORIZED), (&customer, StatusCode::FORBIDDEN)] {
        for path in [PUBLISH, UNPUBLISH, ARCHIVE, DELETE] {
            assert_eq!(step_by_hand(who, &draft, path, "draft").await, refusal, "{path}");
        }
        assert_eq!(call(who, CREATE, &market.form(&[])).await.status, refusal);
    }
    assert_eq!((market.row(&draft).await, market.row(&published).await), before);
    assert!(step_by_hand(&vera, &published, UNPUBLISH, "").await.is_success());
    assert!(step_by_hand(&vera, &draft, DELETE, "draft").await.is_success());
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_form_holds_what_it_asks_for_and_no_more(pool: PgPool) {
    let market = Market::start(pool).await;
    let vera = market.vendor("kiln", "approved").await;
    let id = market.draft(&vera, &[]).await;
    let good = edit(&market, &vera, &id, &[]).await;
    let before = market.row(&id).await;
    for smuggled in [
        "vendor_id",
        "status",
        "published_at",
        "rating_sum",
        "rating_count",
        "units_sold",
        "id",
        "updated_at",
        "currency",
        "price_minor",
        "product[status]",
        "typed[status]",
        "variants[0][vendor_id]",
        "variants[0][retired_at]",
        "variants[x][price]",
        "options[0][id]",
        "description_html",
        "held_reason",
        "seen",
    ] {
        for (path, form) in [(CREATE, market.form(&[])), (SAVE, good.clone())] {
            let fields = [form, vec![(smuggled.to_owned(), "1".to_owned())]].concat();
            assert_eq!(call(&vera, path, &fields).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{path} {smuggled}");
        }
        let fields = [("product_id", &*id), ("seen", "draft"), (smuggled, "published")];
        let page = vera.call(PUBLISH, &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{smuggled}");
    }
    assert_eq!(market.app.count("select count(*) from products").await, 1);
    assert_eq!(market.row(&id).await, before);
    assert!(call(&vera, SAVE, &good).await.status.is_success(), "without them it is a good form");
}
