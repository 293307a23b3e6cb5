//! What a vendor sets for shipping: who may, what is refused, and what carts and orders make of it.

use http::StatusCode;
use sqlx::PgPool;

use crate::support::shop::VISA;
use crate::support::{App, Browser, Page};

async fn set(vendor: &Browser, shipping: &str, free_from: &str) -> Page {
    vendor.submit("/vendor/settings", "/api/vendors/set-shipping", &[("shipping", shipping), ("free_from", free_from)]).await
}

async fn stored(app: &App) -> (i64, Option<i64>) {
    sqlx::query_as("select shipping_flat_minor, shipping_free_from_minor from vendors").fetch_one(app.pool()).await.unwrap()
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_new_rate_is_in_every_cart_at_once_and_in_no_placed_order(pool: PgPool) {
    let app = App::start(pool).await;
    let (vera, shop) = app.open_shop("kiln").await;
    let cup = app.goods(shop, 1500, 9).await;
    let (ada, bob) = (app.buyer("ada").await, app.buyer("bob").await);
    let order = ada.order(&[(cup, 2)]).await;
    bob.add(cup, "2").await;
    let seen = bob.fingerprint().await;

    let page = set(&vera, "7.25", "45").await;
    assert!(page.location().ends_with("/vendor/settings?done=shipping"), "{page:?}");
    let page = vera.get("/vendor/settings?done=shipping").await.text;
    assert!(page.contains("Shipping is $7.25, free from $45.00, also"), "{page}");
    assert!(page.contains("value=\"7.25\"") && page.contains("value=\"45.00\""), "{page}");

    assert!(bob.browser.get("/cart").await.text.contains("Shipping $7.25"));
    assert_eq!(bob.place(&seen).await.status, StatusCode::CONFLICT, "what was confirmed with another rate is not placed");
    bob.add(cup, "1").await;
    assert!(bob.browser.get("/cart").await.text.contains("Free shipping"), "45.00 is the threshold");

    let shipping: i64 = sqlx::query_scalar("select shipping_minor from order_parts").fetch_one(app.pool()).await.unwrap();
    assert_eq!(shipping, 500, "the order keeps what it was placed with");
    assert_eq!(app.confirm(order, VISA).await, 200);
    assert_eq!(app.webhook(&app.event("evt_1", "payment_intent.succeeded", order).await).await, 200);
    assert_eq!(app.status(order).await, "paid");
    app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_is_no_amount_is_refused_and_stays_in_the_form(pool: PgPool) {
    let app = App::start(pool).await;
    let (vera, _) = app.open_shop("kiln").await;
    for (shipping, free_from) in [("", ""), ("-1", ""), ("4,90", ""), ("1e3", ""), ("1000000", ""), ("5", "0"), ("5", "x"), ("4.999", "")] {
        let page = set(&vera, shipping, free_from).await;
        assert!(page.location().ends_with("/vendor/settings"), "{shipping:?} {free_from:?}: {page:?}");
        let page = vera.get("/vendor/settings").await.text;
        assert!(page.contains("aria-invalid=\"true\"") && !page.contains("Saved."), "{shipping:?} {free_from:?}");
        assert!(page.contains(&format!("value=\"{shipping}\"")), "nothing typed is lost: {shipping:?}");
        assert_eq!(stored(&app).await, (500, None), "{shipping:?} {free_from:?}");
    }
    set(&vera, "0", "").await;
    assert_eq!(stored(&app).await, (0, None));
}

/// Whoever may draft may also say what shipping costs; a suspended shop stays as it is.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_suspended_shop_shows_its_rate_and_keeps_it(pool: PgPool) {
    let app = App::start(pool).await;
    let (vera, _) = app.open_shop("kiln").await;
    for (n, status) in ["pending", "rejected", "approved"].into_iter().enumerate() {
        sqlx::query("update vendors set status = $1, status_reason = 'No.'").bind(status).execute(app.pool()).await.unwrap();
        set(&vera, &n.to_string(), "").await;
        assert_eq!(stored(&app).await.0, 100 * i64::try_from(n).unwrap(), "{status}");
    }
    sqlx::query("update vendors set status = 'suspended'").execute(app.pool()).await.unwrap();
    let page = vera.get("/vendor/settings").await.text;
    assert!(page.contains("Shipping is $2.00.") && !page.contains("/api/vendors/set-shipping"), "{page}");
    set(&vera, "9", "").await;
    assert_eq!(stored(&app).await, (200, None));
}
