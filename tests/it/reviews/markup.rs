//! Texts of reviews, answers, reports and reasons are plain text: nothing of it runs, and nothing becomes a link.

use http::StatusCode;
use souk::accounts::Role;
use sqlx::PgPool;

use super::{MODERATE, Purchase, REPLY, REPORT, SAVE};
use crate::products::markup::{PAYLOADS, dangers};
use crate::support::shop::field;

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn nothing_that_somebody_writes_about_a_review_runs(pool: PgPool) {
    let purchase = Purchase::reviewed(pool).await;
    let app = &purchase.app;
    let admin = app.signed_in("admin@example.com", Role::Admin).await;
    let bob = app.buyer("bob").await.browser;
    let (stranger, id) = (app.browser(), purchase.review().await);
    let (vendors, admins, report) = (format!("/vendor/reviews/{id}"), format!("/admin/reviews/{id}"), format!("/reviews/{id}/report"));
    for payload in PAYLOADS {
        let title: String = payload.replace(['\n', '\u{2028}'], " ").chars().take(120).collect();
        assert_eq!(purchase.save("3", &title, payload).await, StatusCode::OK, "{payload}");
        assert_eq!(purchase.vendor.call(REPLY, &[("review_id", &id), ("reply", payload)]).await.status, StatusCode::OK);
        sqlx::query("delete from rate_limits").execute(app.pool()).await.unwrap();
        sqlx::query("delete from review_reports").execute(app.pool()).await.unwrap();
        let reported = bob.call(REPORT, &[("review_id", &id), ("reason", "other"), ("note", payload)]).await;
        assert_eq!(reported.status, StatusCode::OK, "{payload}");
        for (who, path) in [
            (&stranger, format!("/product/{}", purchase.slug)),
            (&stranger, format!("/product/{}/reviews", purchase.slug)),
            (&bob, report.clone()),
            (&purchase.buyer.browser, purchase.page()),
            (&purchase.vendor, "/vendor/reviews".to_owned()),
            (&purchase.vendor, vendors.clone()),
            (&admin, "/admin/reviews".to_owned()),
            (&admin, admins.clone()),
        ] {
            let page = who.get(&path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}: {payload}");
            assert_eq!(dangers(&page.text), Vec::<String>::new(), "{path}: {payload}");
        }
        // A form that comes back with what was typed is a page as well, and so is the reason for a decision.
        let typed = [("line_id", purchase.line.as_str()), ("rating", *payload), ("title", &title), ("body", payload)];
        purchase.buyer.browser.submit(&purchase.page(), SAVE, &typed).await;
        assert_eq!(dangers(&purchase.buyer.browser.get(&purchase.page()).await.text), Vec::<String>::new(), "refused: {payload}");
        for (decision, who, path) in [("hide", &purchase.buyer.browser, purchase.page()), ("restore", &admin, admins.clone())] {
            let seen = field(&admin.get(&admins).await.text, "seen").unwrap();
            let fields = [("review_id", id.as_str()), ("seen", &seen), ("decision", decision), ("reason", payload)];
            assert_eq!(admin.call(MODERATE, &fields).await.status, StatusCode::OK, "{payload}");
            assert_eq!(dangers(&who.get(&path).await.text), Vec::<String>::new(), "{decision}: {payload}");
        }
    }
    let words = "See https://evil.example/x and mailto:a@evil.example";
    assert_eq!(purchase.save("3", words, words).await, StatusCode::OK);
    let page = purchase.product().await.text;
    assert!(page.contains(words) && !page.contains("href=\"https://evil.example") && !page.contains("href=\"mailto:"));
    app.assert_invariants().await;
}
