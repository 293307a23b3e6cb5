//! Another amount was paid than the order costs: held in review, and an admin accepts it or gives it back.

use http::{Method, StatusCode};
use souk::accounts::Role;
use souk::checkout::{jobs, service};
use souk::values::{OrderId, VariantId};
use sqlx::PgPool;

use crate::support::shop::VISA;
use crate::support::{App, Browser};

/// An order over $20.00, one cup and its shipping, for which another amount was paid.
struct Case {
    app: App,
    admin: Browser,
    cup: VariantId,
    order: OrderId,
}

impl Case {
    async fn paid(pool: PgPool, amount_minor: &str) -> Self {
        let app = App::start(pool).await;
        let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
        let admin = app.signed_in("admin@example.com", Role::Admin).await;
        let order = app.buyer("ada").await.order(&[(cup, 1)]).await;
        // Somebody with the secret key changes what is charged.
        let intent = app.intent_id(order).await;
        app.sandbox(Method::POST, &format!("v1/payment_intents/{intent}"), &[("amount", amount_minor)]).await;
        app.confirm(order, VISA).await;
        assert_eq!(app.webhook(&app.event("evt_paid", "payment_intent.succeeded", order).await).await, 200);
        assert_eq!((app.status(order).await.as_str(), app.stock(cup).await), ("review", 5));
        assert_eq!(app.mails("payment_attention").await, 1, "the admin hears of it");
        app.assert_invariants().await;
        Self { app, admin, cup, order }
    }

    async fn decide(&self, verdict: &str) -> StatusCode {
        self.admin.call("/api/checkout/decide-review", &[("order_id", &self.order.to_string()), ("verdict", verdict)]).await.status
    }

    async fn page(&self) -> String {
        self.admin.get(&format!("/admin/orders/{}", self.order)).await.text
    }

    async fn state(&self) -> (String, i32) {
        (self.app.status(self.order).await, self.app.stock(self.cup).await)
    }

    /// What went back, as the gateway has it.
    async fn given_back(&self) -> Vec<i64> {
        jobs::send_refunds(self.app.state.clone()).await.unwrap();
        let intent = self.app.intent_id(self.order).await;
        let refunds = self.app.sandbox(Method::GET, &format!("v1/refunds?payment_intent={intent}"), &[]).await;
        refunds["data"].as_array().unwrap().iter().map(|refund| refund["amount"].as_i64().unwrap()).collect()
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn more_than_the_price_is_accepted_and_the_rest_goes_back(pool: PgPool) {
    let case = Case::paid(pool, "2500").await;
    let page = case.page().await;
    assert!(page.contains("$25.00 came for this order, which costs $20.00."), "{page}");
    assert!(page.contains("Accept the payment") && page.contains("Give $25.00 back") && page.contains("$5.00 goes back"), "{page}");
    let both = tokio::join!(case.decide("accept"), case.decide("accept"));
    assert_eq!(both, (StatusCode::OK, StatusCode::OK), "a double click decides once");
    assert_eq!(case.state().await, ("paid".to_owned(), 4));
    case.app.assert_invariants().await;

    assert_eq!(case.given_back().await, [500]);
    assert_eq!(case.state().await, ("paid".to_owned(), 4), "of the price nothing went back");
    assert_eq!((case.app.mails("receipt").await, case.app.mails("new_order").await, case.app.mails("refunded").await), (1, 1, 1));
    assert!(!case.page().await.contains("Accept the payment"));
    // Too late to think again.
    assert_eq!(case.decide("give_back").await, StatusCode::OK);
    assert_eq!((case.given_back().await, case.state().await), (vec![500], ("paid".to_owned(), 4)));
    assert_eq!(case.app.count("select count(*) from audit_log where action like 'order.payment_%'").await, 1);
    case.app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn less_than_the_price_can_only_be_given_back(pool: PgPool) {
    let case = Case::paid(pool, "1999").await;
    let page = case.page().await;
    assert!(page.contains("Give $19.99 back") && !page.contains("Accept the payment"), "{page}");
    assert_eq!(case.decide("accept").await, StatusCode::CONFLICT);
    assert_eq!(case.state().await, ("review".to_owned(), 5));
    assert_eq!(case.decide("give_back").await, StatusCode::OK);
    assert_eq!(case.state().await, ("refund_pending".to_owned(), 5));
    case.app.assert_invariants().await;
    assert_eq!(case.given_back().await, [1999]);
    assert_eq!(case.state().await, ("refunded".to_owned(), 5));
    assert_eq!((case.app.mails("refund_announced").await, case.app.mails("refunded").await, case.app.mails("receipt").await), (1, 1, 0));
    let mail: String =
        sqlx::query_scalar("select body_text from outbox where kind = 'refund_announced'").fetch_one(case.app.pool()).await.unwrap();
    assert!(mail.contains("$19.99"), "{mail}");
    case.app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn more_than_the_price_can_be_given_back_as_well(pool: PgPool) {
    let case = Case::paid(pool, "2500").await;
    assert_eq!(case.decide("give_back").await, StatusCode::OK);
    assert_eq!(case.given_back().await, [2500]);
    assert_eq!(case.state().await, ("refunded".to_owned(), 5));
    case.app.assert_invariants().await;
}

/// Somebody gives back in the gateway's dashboard before anybody has decided here.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_part_given_back_by_hand_decides_nothing(pool: PgPool) {
    let case = Case::paid(pool, "2500").await;
    let intent = case.app.intent_id(case.order).await;
    case.app.sandbox(Method::POST, "v1/refunds", &[("payment_intent", intent.as_str()), ("amount", "100")]).await;
    assert_eq!(case.app.webhook(&case.app.sandbox_event("refund.created").await).await, 200);
    assert_eq!((case.state().await.0.as_str(), case.app.mails("payment_attention").await), ("review", 2));
    case.app.assert_invariants().await;
    let page = case.page().await;
    assert!(page.contains("$24.00 came for this order") && page.contains("$4.00 goes back"), "{page}");
    assert_eq!(case.decide("accept").await, StatusCode::OK);
    assert_eq!((case.given_back().await, case.state().await), (vec![400, 100], ("paid".to_owned(), 4)));
    case.app.assert_invariants().await;
}

/// A part that was given back by hand arrives while the rest is on its way: that is not all of it.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn it_is_given_back_when_all_of_it_is(pool: PgPool) {
    let case = Case::paid(pool, "2500").await;
    case.app.switch(&[("stay_pending", "true")]).await;
    let intent = case.app.intent_id(case.order).await;
    let fields = [("payment_intent", intent.as_str()), ("amount", "100")];
    let id = case.app.sandbox(Method::POST, "v1/refunds", &fields).await["id"].as_str().unwrap().to_owned();
    assert_eq!(case.app.webhook(&case.app.sandbox_event("refund.created").await).await, 200);
    assert_eq!(case.decide("give_back").await, StatusCode::OK);
    case.app.switch(&[("settle", &id), ("outcome", "succeeded")]).await;
    assert_eq!(case.app.webhook(&case.app.sandbox_event("refund.updated").await).await, 200);
    assert_eq!(case.state().await.0, "refund_pending");
    case.app.assert_invariants().await;
    case.app.switch(&[("stay_pending", "false")]).await;
    assert_eq!(case.given_back().await, [2400, 100]);
    assert_eq!(case.state().await.0, "refunded");
    case.app.assert_invariants().await;
}

/// What a bank holds can be neither sold for nor given back.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_dispute_comes_before_the_verdict(pool: PgPool) {
    let case = Case::paid(pool, "2500").await;
    let dispute = "insert into disputes (id, gateway_id, order_id, payment_id, amount_minor, currency, reason, status, refundable, opened_at, told_at)
      select gen_random_uuid(), 'du_1', order_id, id, 2500, 'USD', 'fraudulent', 'needs_response', false, now(), now() from payments";
    sqlx::query(dispute).execute(case.app.pool()).await.unwrap();
    for verdict in ["accept", "give_back"] {
        assert_eq!(case.decide(verdict).await, StatusCode::CONFLICT, "{verdict}");
    }
    assert_eq!((case.state().await, case.app.mails("receipt").await), (("review".to_owned(), 5), 0));
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn all_of_it_given_back_by_hand_closes_the_order(pool: PgPool) {
    let case = Case::paid(pool, "2500").await;
    let intent = case.app.intent_id(case.order).await;
    case.app.sandbox(Method::POST, "v1/refunds", &[("payment_intent", intent.as_str())]).await;
    assert_eq!(case.app.webhook(&case.app.sandbox_event("refund.created").await).await, 200);
    assert_eq!(case.state().await, ("refunded".to_owned(), 5));
    assert_eq!(case.decide("accept").await, StatusCode::OK, "nothing is left to decide");
    assert_eq!((case.given_back().await, case.state().await), (vec![2500], ("refunded".to_owned(), 5)));
    case.app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn goods_that_are_gone_cannot_be_accepted(pool: PgPool) {
    let case = Case::paid(pool, "2500").await;
    let broken = "insert into stock_movements (id, variant_id, vendor_id, kind, delta, reason)
      select gen_random_uuid(), id, vendor_id, 'correction', -5, 'Broken' from product_variants";
    sqlx::query(broken).execute(case.app.pool()).await.unwrap();
    assert_eq!(case.decide("accept").await, StatusCode::CONFLICT);
    assert_eq!(case.state().await, ("review".to_owned(), 0));
    assert_eq!(case.app.mails("receipt").await, 0);
    assert_eq!(case.decide("give_back").await, StatusCode::OK);
    assert_eq!(case.given_back().await, [2500]);
    case.app.assert_invariants().await;
}

/// What hides in the gateway's answers of the past: an order put into review before amounts were kept.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn an_order_of_which_the_amount_was_not_kept_is_asked_about_first(pool: PgPool) {
    let case = Case::paid(pool, "1999").await;
    // As it was left by the version before.
    sqlx::query("alter table payments disable trigger payments_move_forward").execute(case.app.pool()).await.unwrap();
    let forget =
        "update payments set status = 'requires_payment_method', received_minor = null, received_currency = null, check_after = now()";
    sqlx::query(forget).execute(case.app.pool()).await.unwrap();
    assert_eq!(case.decide("give_back").await, StatusCode::SERVICE_UNAVAILABLE);
    jobs::reconcile_payments(case.app.state.clone()).await.unwrap();
    assert_eq!(case.decide("give_back").await, StatusCode::OK);
    assert_eq!(case.given_back().await, [1999]);
    case.app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn the_news_in_copies_changes_nothing(pool: PgPool) {
    let case = Case::paid(pool, "2500").await;
    let intent = case.app.state.gateway.retrieve_intent(&case.app.intent_id(case.order).await).await.unwrap();
    assert_eq!(service::apply_payment_intent(&case.app.state, &intent, None).await.unwrap(), service::Applied::Nothing);
    assert_eq!(case.decide("accept").await, StatusCode::OK);
    assert_eq!(service::apply_payment_intent(&case.app.state, &intent, None).await.unwrap(), service::Applied::Nothing);
    assert_eq!(case.state().await, ("paid".to_owned(), 4));
    assert_eq!(case.given_back().await, [500]);
    case.app.assert_invariants().await;
}
