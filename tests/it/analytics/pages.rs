//! The pages and files: what they say of days that make no sense, and that no name of a product is a formula.

use sqlx::PgPool;

use super::Market;

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn days_that_make_no_sense_are_named_and_kept(pool: PgPool) {
    let market = Market::open(pool).await;
    for (browser, page) in [(&market.kiln.0, "/vendor/analytics"), (&market.admin, "/admin/analytics")] {
        for (query, words) in [
            ("from=2026-03-02&until=2026-03-01", "The last day must not lie before the first."),
            ("from=2026-02-30&until=2026-03-01", "“2026-02-30”: Please enter a day"),
            ("from=9999-01-01", "Please choose a day of the last ten years."),
            ("from=%3Cscript%3E", "Please enter a day"),
        ] {
            let answer = browser.get(&format!("{page}?{query}&by=week")).await;
            assert_eq!(answer.status, 200, "{query}");
            assert!(answer.text.contains(words) && answer.text.contains("the last 30 days are shown"), "{query}");
            assert!(answer.text.contains("aria-invalid=\"true\"") && !answer.text.contains("<script>\""), "{query}");
        }
        let kept = browser.get(&format!("{page}?from=2026-03-02&until=2026-03-01")).await;
        assert!(kept.text.contains("value=\"2026-03-02\"") && kept.text.contains("value=\"2026-03-01\""));
        let fine = browser.get(&format!("{page}?range=nonsense&by=fortnight")).await;
        assert!(fine.status == 200 && !fine.text.contains("aria-invalid"));
    }
    let refused = market.kiln.0.send(market.kiln.0.request(http::Method::GET, "/api/analytics/vendor?from=soon")).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn pages_say_what_was_sold_and_mark_what_is_not_over(pool: PgPool) {
    let market = Market::open(pool).await;
    let empty = market.kiln.0.get("/vendor/settlement").await;
    assert!(empty.text.contains("Nothing was sold yet"));
    let order = market.buy(&market.app.buyer("ada").await, &[(market.cup, 2), (market.lamp, 1)]).await;
    market.refund(order, market.cup, "1", "", false).await;
    let page = market.kiln.0.get("/vendor/analytics?range=this_month&by=month").await;
    for words in [
        "$35.00",
        "$15.00",
        "$20.00",
        "(in part)",
        "role=\"img\"",
        "days are those of UTC",
        "Amounts are in USD",
        "data-live=\"/vendor/live\"",
    ] {
        assert!(page.text.contains(words), "{words}");
    }
    let site = market.admin.get("/admin/analytics?range=today").await;
    for words in ["$80.00", "kiln", "forge", "Things", "Orders that were paid", "data-live=\"/admin/live\""] {
        assert!(site.text.contains(words), "{words}");
    }
    let settled = market.kiln.0.get("/vendor/settlement").await;
    for words in ["(so far)", "$30.00", "$5.00", "$20.00", "Souk does not pay shops by itself"] {
        assert!(settled.text.contains(words), "{words}");
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn files_hold_numbers_and_no_formulas(pool: PgPool) {
    let market = Market::open(pool).await;
    sqlx::query("update products set name = '=HYPERLINK(\"http://evil.example\")' where vendor_id = $1")
        .bind(market.kiln.1)
        .execute(market.app.pool())
        .await
        .unwrap();
    let order = market.buy(&market.app.buyer("ada").await, &[(market.cup, 2)]).await;
    market.refund(order, market.cup, "2", "5", false).await;
    let products = market.kiln.0.get("/vendor/analytics/csv?table=products&range=today").await;
    assert_eq!((products.status.as_u16(), products.header("content-type")), (200, "text/csv; charset=utf-8"));
    assert!(
        products.text.starts_with("name,currency,goods,refunded,units,id\n\"'=HYPERLINK(\"\"http://evil.example\"\")\",USD,30.00,30.00,2,")
    );
    let periods = market.kiln.0.get("/vendor/analytics/csv?table=periods&range=today").await;
    assert!(periods.text.contains(",no,USD,30.00,5.00,35.00,35.00,0.00,1,2,2,35.00\n"), "{}", periods.text);
    assert!(periods.header("content-disposition").starts_with("attachment; filename=\"sales-"));
    let settlement = market.kiln.0.get("/vendor/settlement/csv").await;
    assert!(settlement.text.contains(",no,USD,30.00,5.00,35.00,0.00,1\n"), "{}", settlement.text);
    let categories = market.admin.get("/admin/analytics/csv?table=categories&range=today").await;
    assert!(categories.text.contains("Things,USD,30.00,30.00,2,"), "{}", categories.text);
    assert_eq!(market.admin.get("/admin/analytics/csv?table=nonsense").await.status, 400);
    let stranger = market.app.browser().get("/vendor/analytics/csv?table=periods").await;
    assert_eq!(stranger.location(), "/sign-in?next=/vendor/analytics");
}
