//! Reports, and what admins make of them.

use http::StatusCode;
use serde_json::Value;
use souk::accounts::Role;
use sqlx::PgPool;

use super::{BODY, MODERATE, Purchase, REPORT};
use crate::support::Browser;

const REASON: &str = "It names a neighbour of yours.";

/// A review and the admin who looks at it.
struct Desk {
    purchase: Purchase,
    admin: Browser,
    id: String,
}

impl Desk {
    async fn open(pool: PgPool) -> Self {
        let purchase = Purchase::reviewed(pool).await;
        let admin = purchase.app.signed_in("admin@example.com", Role::Admin).await;
        let id = purchase.review().await;
        Self { purchase, admin, id }
    }

    fn page(&self) -> String {
        format!("/admin/reviews/{}", self.id)
    }

    async fn seen(&self) -> String {
        crate::support::shop::field(&self.admin.get(&self.page()).await.text, "seen").unwrap()
    }

    /// About the text as it is now.
    async fn decide(&self, decision: &str, reason: &str) -> StatusCode {
        self.decide_about(&self.seen().await, decision, reason).await
    }

    async fn decide_about(&self, seen: &str, decision: &str, reason: &str) -> StatusCode {
        let fields = [("review_id", self.id.as_str()), ("seen", seen), ("decision", decision), ("reason", reason)];
        self.admin.call(MODERATE, &fields).await.status
    }

    async fn report(&self, who: &Browser, reason: &str) -> StatusCode {
        who.call(REPORT, &[("review_id", &self.id), ("reason", reason), ("note", "Look at it.")]).await.status
    }

    async fn open_reports(&self) -> i64 {
        self.purchase.app.count("select count(*) from review_reports where settled_at is null").await
    }

    async fn audited(&self) -> Vec<(String, Option<String>)> {
        let sql = "select action, reason from audit_log where object_kind = 'review' order by id";
        sqlx::query_as(sql).fetch_all(self.purchase.app.pool()).await.unwrap()
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_is_hidden_is_gone_everywhere_until_it_is_restored(pool: PgPool) {
    let desk = Desk::open(pool).await;
    let purchase = &desk.purchase;
    let json = format!("/api/v1/products/{}", purchase.slug);
    let rated = async || purchase.app.browser().get(&json).await.json::<Value>()["rating"].clone();
    let before = rated().await;
    assert_eq!(before["count"], 1, "{before}");
    assert_eq!(desk.decide("hide", " ").await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(desk.decide("restore", "").await, StatusCode::CONFLICT, "it is shown");
    assert_eq!(desk.decide("keep", "").await, StatusCode::CONFLICT, "nobody has reported it");
    assert_eq!(desk.decide("hide", REASON).await, StatusCode::OK);
    assert_eq!(desk.decide("hide", REASON).await, StatusCode::CONFLICT, "hidden already");

    assert_eq!((purchase.rating().await, rated().await), ((0, 0), Value::Null));
    let product = purchase.product().await.text;
    let list = purchase.app.browser().get(&format!("/product/{}/reviews", purchase.slug)).await.text;
    let vendors = purchase.vendor.get("/vendor/reviews").await.text;
    for page in [&product, &list, &vendors] {
        assert!(!page.contains(BODY) && !page.contains("Well made") && !page.contains("aggregateRating"));
    }
    assert_eq!(purchase.vendor.get(&format!("/vendor/reviews/{}", desk.id)).await.status, StatusCode::NOT_FOUND);
    let stranger = purchase.app.buyer("bob").await.browser;
    assert_eq!(stranger.get(&format!("/reviews/{}/report", desk.id)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(desk.report(&stranger, "other").await, StatusCode::NOT_FOUND);
    let mails = purchase.mails("review_hidden").await;
    assert_eq!(mails.len(), 1);
    assert!(mails[0].0 == "ada@buyers.example" && mails[0].1.contains(REASON), "{mails:?}");

    // Its author sees why, may change it, and cannot put another one in its place.
    assert!(purchase.buyer.browser.get(&purchase.page()).await.text.contains(REASON));
    assert_eq!(purchase.delete().await, StatusCode::CONFLICT);
    let seen = desk.seen().await;
    assert_eq!(purchase.save("2", "Well made", "It pours.").await, StatusCode::OK);
    assert_eq!(purchase.rating().await, (0, 0), "what is hidden does not count, whatever is changed in it");
    assert_eq!(desk.decide_about(&seen, "restore", "").await, StatusCode::CONFLICT, "the text is another one");
    assert!(desk.admin.get("/admin/reviews?show=hidden").await.text.contains(&desk.page()));
    assert_eq!(desk.decide("restore", "").await, StatusCode::OK);
    assert_eq!(purchase.rating().await, (1, 2));
    assert!(purchase.product().await.text.contains("It pours."));
    assert_eq!(purchase.mails("review_restored").await.len(), 1);
    let audited = desk.audited().await;
    assert_eq!(audited, [("review.hidden".to_owned(), Some(REASON.to_owned())), ("review.restored".to_owned(), None)]);
    purchase.app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_report_counts_once_and_is_settled_by_a_decision(pool: PgPool) {
    let desk = Desk::open(pool).await;
    let app = &desk.purchase.app;
    let (bob, eve) = (app.buyer("bob").await.browser, app.buyer("eve").await.browser);
    let form = format!("/reviews/{}/report", desk.id);
    assert_eq!(app.browser().get(&form).await.location(), format!("/sign-in?next={form}"));
    assert!(bob.get(&form).await.text.contains(BODY), "it is shown once more");
    assert_eq!(desk.report(&app.browser(), "other").await, StatusCode::UNAUTHORIZED);
    assert_eq!(desk.report(&bob, "ugly").await, StatusCode::UNPROCESSABLE_ENTITY);
    let at_once = futures::future::join_all((0..6).map(|_| desk.report(&bob, "personal_data"))).await;
    assert!(at_once.iter().all(|status| *status == StatusCode::OK), "{at_once:?}");
    assert_eq!(desk.report(&eve, "other").await, StatusCode::OK);
    assert_eq!(desk.open_reports().await, 2);
    assert!(desk.purchase.product().await.text.contains(BODY), "a report hides nothing");

    let queue = desk.admin.get("/admin/reviews").await.text;
    assert!(queue.contains(&desk.page()) && queue.contains("Well made"));
    let page = desk.admin.get(&desk.page()).await.text;
    assert!(page.contains("It tells private things about somebody") && page.contains("Look at it."));
    assert_eq!(desk.decide("keep", "").await, StatusCode::OK);
    assert_eq!(desk.audited().await, [("review.kept".to_owned(), None)]);
    assert!(!desk.admin.get("/admin/reviews").await.text.contains(&desk.page()));
    assert_eq!(desk.report(&bob, "other").await, StatusCode::OK);
    assert_eq!(desk.open_reports().await, 0, "they were answered about this text");
    desk.purchase.save("1", "", "My neighbour Zoe has a worse one.").await;
    assert_eq!(desk.report(&bob, "other").await, StatusCode::OK);
    assert_eq!(desk.open_reports().await, 1, "about another text they were not");
    assert_eq!(desk.decide("hide", REASON).await, StatusCode::OK);
    assert_eq!(desk.open_reports().await, 0);

    // Whoever reports without end is told to wait, whatever they report.
    let missing = uuid::Uuid::now_v7().to_string();
    let mut answers = Vec::new();
    for _ in 0..20 {
        answers.push(eve.call(REPORT, &[("review_id", &missing), ("reason", "other")]).await.status.as_u16());
    }
    assert_eq!((answers[0], answers[19]), (404, 429));
    app.assert_invariants().await;
}
