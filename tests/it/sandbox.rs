//! The payment sandbox, spoken to as Stripe is: what it does, what it refuses and in which words, and what it sends.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use futures::future::join_all;
use http::Method;
use serde_json::{Value, json};
use souk::platform::gateway::IntentStatus;
use sqlx::PgPool;

use crate::support::App;
use crate::support::bank::{Bank, new_intent};

const VISA: &str = "4242424242424242";
const THREE_D_SECURE: &str = "4000002500003155";

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn keys_open_what_they_are_for(pool: PgPool) {
    let bank = Bank::start(pool).await;
    let intent = bank.intent().await;
    let path = format!("v1/payment_intents/{}", intent.id);
    let get = |path: &str| bank.request(Method::GET, path);
    assert_eq!(bank.send(get(&path)).await.status, 401);
    assert_eq!(bank.send(get(&path).bearer_auth("sk_test_wrong")).await.status, 401);
    assert_eq!(bank.send(get(&path).basic_auth(bank.secret_key(), Some(""))).await.status, 200);

    let secret = intent.client_secret.unwrap();
    let public = |path: String| bank.send(get(&path).bearer_auth(bank.publishable_key()));
    assert_eq!(public(path.clone()).await.code(), "parameter_missing");
    assert_eq!(public(format!("{path}?client_secret={}x", intent.id)).await.code(), "resource_missing");
    let seen = public(format!("{path}?client_secret={secret}")).await;
    assert_eq!((seen.status, seen.body["amount"].as_i64()), (200, Some(1500)));
    assert!(seen.body.get("metadata").is_none(), "the shop's notes are not for browsers");
    for path in ["v1/events", "v1/refunds", "v1/charges", "test/switches"] {
        assert_eq!(public(path.to_owned()).await.code(), "secret_key_required", "{path}");
    }
    let other = bank.intent().await;
    let foreign = public(format!("v1/payment_intents/{}?client_secret={secret}", other.id)).await;
    let missing = public(format!("v1/payment_intents/pi_missing?client_secret={secret}")).await;
    assert_eq!((foreign.status, foreign.code()), (missing.status, missing.code()), "another's answers like a missing one");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_it_does_not_know_it_refuses(pool: PgPool) {
    let bank = Bank::start(pool).await;
    let good = [("amount", "1500"), ("currency", "usd")];
    for (name, value) in [
        ("payment_method_types[]", "card"),
        ("amout", "1"),
        ("automatic_payment_methods[enabeld]", "true"),
        ("metadata[a][b]", "1"),
        ("confirm", "yes"),
        ("payment_method_data[card][pin]", "1"),
        ("expand[]", "customer"),
    ] {
        let reply = bank.post("v1/payment_intents", &[good[0], good[1], (name, value)]).await;
        assert_eq!(reply.status, 400, "{name}: {:?}", reply.body);
        assert_eq!(reply.body["error"]["type"], "invalid_request_error", "{name}");
        assert!(reply.headers["request-id"].to_str().unwrap().starts_with("req_"));
    }
    let unknown = bank.post("v1/payment_intents", &[good[0], good[1], ("payment_method_types[]", "card")]).await;
    assert_eq!((unknown.code(), unknown.body["error"]["param"].as_str()), ("parameter_unknown", Some("payment_method_types[0]")));
    assert_eq!(bank.post("v1/payment_intents", &[good[0]]).await.code(), "parameter_missing");
    assert_eq!(bank.post("v1/payment_intents", &[("amount", "49"), good[1]]).await.code(), "amount_too_small");
    assert_eq!(bank.post("v1/payment_intents", &[("amount", "1e3"), good[1]]).await.code(), "parameter_invalid_integer");
    assert_eq!(bank.post("v1/invoices", &good).await.status, 404);
    let version = bank.request(Method::GET, "v1/events").bearer_auth(bank.secret_key()).header("stripe-version", "2020-08-27");
    assert_eq!(bank.send(version).await.status, 400);
    assert_eq!(bank.count("select count(*) from stripe_sandbox.objects").await, 0);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn each_test_card_answers_as_it_should(pool: PgPool) {
    let bank = Bank::start(pool).await;
    for (number, code, decline_code) in [
        ("4000000000000002", "card_declined", "generic_decline"),
        ("4000000000009995", "card_declined", "insufficient_funds"),
        ("4000000000009987", "card_declined", "lost_card"),
        ("4000000000000069", "expired_card", "expired_card"),
        ("4000000000000127", "incorrect_cvc", "incorrect_cvc"),
        ("4000000000000119", "processing_error", ""),
    ] {
        let intent = bank.intent().await;
        let reply = bank.pay(&intent, number).await;
        let error = &reply.body["error"];
        assert_eq!((reply.status, reply.code()), (402, code), "{number}");
        assert_eq!(error["decline_code"].as_str().unwrap_or_default(), decline_code, "{number}");
        assert_eq!(error["type"], "card_error");
        assert_eq!(error["payment_intent"]["status"], "requires_payment_method");
        let charge = bank.get(&format!("v1/charges/{}", error["charge"].as_str().unwrap())).await;
        assert_eq!((charge.body["status"].as_str(), charge.body["paid"].as_bool()), (Some("failed"), Some(false)));
        // A decline is an attempt, not an end.
        assert_eq!(bank.pay(&intent, VISA).await.body["status"], "succeeded");
    }
    let kinds = bank.event_kinds().await;
    let first_four = ["payment_intent.created", "payment_intent.payment_failed", "charge.succeeded", "payment_intent.succeeded"];
    assert_eq!(kinds[..4], first_four);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_real_card_is_refused_and_leaves_no_trace(pool: PgPool) {
    let bank = Bank::start(pool).await;
    let intent = bank.intent().await;
    let number = "4111111111111111";
    let reply = bank.pay(&intent, number).await;
    assert_eq!((reply.status, reply.body["error"]["decline_code"].as_str()), (402, Some("test_mode_live_card")));
    let fields = [
        ("payment_method_data[type]", "card"),
        ("payment_method_data[card][number]", number),
        ("payment_method_data[card][exp_month]", "12"),
        ("payment_method_data[card][exp_year]", "2044"),
    ];
    let path = format!("v1/payment_intents/{}/confirm", intent.id);
    assert_eq!(bank.post_with_key(&path, "confirm:1", &fields).await.status, 402);
    bank.pay(&intent, VISA).await;
    let all: String = sqlx::query_scalar(
        "select coalesce(string_agg(body::text || hidden::text, ''), '') || (select coalesce(string_agg(body, ''), '') from stripe_sandbox.idempotency_keys)
         from stripe_sandbox.objects",
    )
    .fetch_one(bank.state.db.pool())
    .await
    .unwrap();
    assert!(!all.contains(number) && !all.contains(VISA), "no number is kept");
    assert!(all.contains("\"last4\": \"4242\""));
    assert_eq!(bank.count("select count(*) from stripe_sandbox.idempotency_keys where key = 'confirm:1'").await, 0);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn three_d_secure_in_the_page(pool: PgPool) {
    let bank = Bank::start(pool).await;
    for (outcome, status) in [("complete", "succeeded"), ("fail", "requires_payment_method")] {
        let intent = bank.intent().await;
        let reply = bank.pay(&intent, THREE_D_SECURE).await;
        assert_eq!((reply.status, reply.body["status"].as_str()), (200, Some("requires_action")));
        assert_eq!(reply.body["next_action"]["type"], "use_stripe_sdk");
        assert_eq!(bank.gateway().retrieve_intent(&intent.id).await.unwrap().status, IntentStatus::RequiresAction);
        let fields = [("client_secret", intent.client_secret.as_deref().unwrap()), ("outcome", outcome)];
        let path = format!("v1/payment_intents/{}/authenticate", intent.id);
        let answered = bank.send(bank.request(Method::POST, &path).bearer_auth(bank.publishable_key()).form(&fields)).await;
        assert_eq!(answered.body["status"], status, "{:?}", answered.body);
        let error = &answered.body["last_payment_error"]["code"];
        assert_eq!(error.as_str(), (outcome == "fail").then_some("payment_intent_authentication_failure"));
        let again = bank.send(bank.request(Method::POST, &path).bearer_auth(bank.publishable_key()).form(&fields)).await;
        assert_eq!(again.code(), "payment_intent_unexpected_state");
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn three_d_secure_by_redirect_ends_where_it_should(pool: PgPool) {
    let bank = Bank::start(pool).await;
    let intent = bank.intent().await;
    let path = format!("v1/payment_intents/{}/confirm", intent.id);
    let back = format!("{}/orders/1/thanks?a=b", bank.url);
    let elsewhere = [("payment_method", "pm_card_authenticationRequired"), ("return_url", "https://example.com/")];
    assert_eq!(bank.post(&path, &elsewhere).await.code(), "url_invalid");
    let reply = bank.post(&path, &[("payment_method", "pm_card_authenticationRequired"), ("return_url", &back)]).await;
    let url = reply.body["next_action"]["redirect_to_url"]["url"].as_str().unwrap().to_owned();
    let page = url.strip_prefix(&format!("{}/_stripe/", bank.url)).unwrap();
    let shown = bank.send(bank.request(Method::GET, page)).await;
    assert!(shown.status == 200 && shown.body.as_str().unwrap().contains("$15.00"), "{shown:?}");
    let secret = intent.client_secret.unwrap();
    let answer = |secret: String| {
        let form = [("client_secret", secret), ("outcome", "complete".to_owned())];
        bank.send(bank.request(Method::POST, &format!("3ds/{}", intent.id)).form(&form))
    };
    assert_eq!(answer("wrong".to_owned()).await.status, 404);
    let answered = answer(secret.clone()).await;
    let location = answered.headers["location"].to_str().unwrap();
    assert_eq!(location, format!("{back}&payment_intent={}&payment_intent_client_secret={secret}&redirect_status=succeeded", intent.id));
    assert_eq!(bank.gateway().retrieve_intent(&intent.id).await.unwrap().status, IntentStatus::Succeeded);
    assert_eq!(bank.send(bank.request(Method::GET, page)).await.status, 404, "there is nothing to approve any more");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_key_brings_the_same_answer_and_no_other(pool: PgPool) {
    let bank = Bank::start(pool).await;
    let fields = [("amount", "1500"), ("currency", "usd")];
    let first = bank.post_with_key("v1/payment_intents", "k", &fields).await;
    let again = bank.post_with_key("v1/payment_intents", "k", &[fields[1], fields[0]]).await;
    assert_eq!((again.status, &again.body), (200, &first.body));
    assert_eq!(again.headers["idempotent-replayed"], "true");
    assert!(!first.headers.contains_key("idempotent-replayed"));
    let other = bank.post_with_key("v1/payment_intents", "k", &[("amount", "1501"), fields[1]]).await;
    assert_eq!((other.status, other.body["error"]["type"].as_str()), (400, Some("idempotency_error")));
    let elsewhere = bank.post_with_key("v1/customers", "k", &fields).await;
    assert_eq!(elsewhere.body["error"]["type"], "idempotency_error");

    // A refusal of parameters is not remembered; a decline is.
    assert_eq!(bank.post_with_key("v1/payment_intents", "p", &[("amount", "x"), fields[1]]).await.status, 400);
    assert_eq!(bank.post_with_key("v1/payment_intents", "p", &fields).await.status, 200);
    let path = format!("v1/payment_intents/{}/confirm", first.body["id"].as_str().unwrap());
    let declined = [("payment_method", "pm_card_visa_chargeDeclined")];
    let once = bank.post_with_key(&path, "d", &declined).await;
    let twice = bank.post_with_key(&path, "d", &declined).await;
    assert_eq!((once.status, &once.body), (402, &twice.body));
    assert_eq!(twice.headers["idempotent-replayed"], "true");

    let many = join_all((0..20).map(|_| bank.post_with_key("v1/payment_intents", "m", &fields))).await;
    assert!(many.iter().all(|reply| reply.status == 200 || reply.code() == "idempotency_key_in_use"));
    let ids: BTreeSet<&str> = many.iter().filter_map(|reply| reply.body["id"].as_str()).collect();
    assert_eq!(ids.len(), 1);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn webhooks_are_signed_and_sent_until_taken(pool: PgPool) {
    let bank = Bank::start(pool).await;
    bank.answer.store(500, Ordering::SeqCst);
    let (shutdown, sender) = bank.deliver();
    let intent = bank.intent().await;
    bank.received(|all| all.len() == 1).await;
    // A restart in between loses nothing.
    shutdown.cancel();
    sender.await.unwrap();
    bank.answer.store(204, Ordering::SeqCst);
    let (shutdown, sender) = bank.deliver();
    let received = bank.received(|all| all.len() == 2).await;
    assert_eq!(received[0].json()["id"], received[1].json()["id"], "the same event again");
    assert_ne!(received[0].signature, received[1].signature, "signed afresh");
    for message in &received {
        let event = bank.gateway().verify(message.body.as_bytes(), Some(&message.signature)).unwrap();
        assert_eq!((event.kind(), event.intent_id()), ("payment_intent.created", Some(intent.id.as_str())));
        assert!(event.order_id().is_some() && !event.livemode());
    }
    bank.pay(&intent, VISA).await;
    let received = bank.received(|all| all.len() == 4).await;
    let kinds: BTreeSet<String> = received[2..].iter().map(|message| message.json()["type"].as_str().unwrap().to_owned()).collect();
    assert_eq!(kinds, BTreeSet::from(["charge.succeeded".to_owned(), "payment_intent.succeeded".to_owned()]));
    shutdown.cancel();
    sender.await.unwrap();
    assert_eq!(bank.count("select count(*) from stripe_sandbox.deliveries where delivered_at is null").await, 0);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn webhooks_can_be_made_to_get_lost_and_to_repeat(pool: PgPool) {
    let bank = Bank::start(pool).await;
    let (shutdown, sender) = bank.deliver();
    bank.post("test/switches", &[("webhooks", "drop")]).await;
    bank.intent().await;
    bank.post("test/switches", &[("webhooks", "deliver"), ("copies", "5")]).await;
    let second = bank.intent().await;
    let received = bank.received(|all| all.len() == 5).await;
    assert!(received.iter().all(|message| message.json()["data"]["object"]["id"] == second.id.as_str()));
    bank.post("test/switches", &[("reset", "true"), ("delay_s", "3600")]).await;
    bank.intent().await;
    shutdown.cancel();
    sender.await.unwrap();
    let late =
        "select count(*) from stripe_sandbox.deliveries where delivered_at is null and next_attempt_at > now() + interval '50 minutes'";
    assert_eq!(bank.count(late).await, 1);
    assert_eq!(bank.event_kinds().await.len(), 3, "listed all the same");
    assert_eq!(bank.post("test/switches", &[("copies", "0")]).await.status, 400);
    assert_eq!(bank.post("test/switches", &[("fault", "explode")]).await.status, 400);
    assert_eq!(bank.post("test/switches", &[("webhook_url", "https://example.com/")]).await.code(), "url_invalid");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn payments_and_refunds_can_be_made_to_wait(pool: PgPool) {
    let bank = Bank::start(pool).await;
    bank.post("test/switches", &[("stay_processing", "true"), ("stay_pending", "true")]).await;
    let intent = bank.intent().await;
    assert_eq!(bank.pay(&intent, VISA).await.body["status"], "processing");
    assert!(bank.gateway().cancel_intent(&intent.id).await.unwrap_err().is_unexpected_state());
    let settled = bank.post("test/switches", &[("settle", &intent.id)]).await;
    assert_eq!(settled.body["status"], "succeeded", "{:?}", settled.body);

    let refund = bank.post("v1/refunds", &[("payment_intent", &intent.id)]).await;
    assert_eq!((refund.body["status"].as_str(), refund.body["amount"].as_i64()), (Some("pending"), Some(1500)));
    let id = refund.body["id"].as_str().unwrap();
    let failed = bank.post("test/switches", &[("settle", id), ("outcome", "failed")]).await;
    assert_eq!(failed.body["status"], "failed");
    assert_eq!(bank.post("v1/refunds", &[("payment_intent", &intent.id)]).await.status, 200, "the money is there again");
    let kinds = bank.event_kinds().await;
    assert!(kinds.contains(&"payment_intent.processing".to_owned()) && kinds.contains(&"refund.updated".to_owned()), "{kinds:?}");

    let second = bank.intent().await;
    bank.pay(&second, VISA).await;
    let failed = bank.post("test/switches", &[("settle", &second.id), ("outcome", "failed")]).await;
    assert_eq!(failed.body["last_payment_error"]["code"], "processing_error");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn intents_are_changed_and_customers_kept(pool: PgPool) {
    let bank = Bank::start(pool).await;
    let customer = bank.post("v1/customers", &[("email", "ada@example.com"), ("name", "Ada")]).await;
    let customer_id = customer.body["id"].as_str().unwrap();
    assert_eq!(bank.get(&format!("v1/customers/{customer_id}")).await.body, customer.body);
    let intent = bank.intent().await;
    let path = format!("v1/payment_intents/{}", intent.id);
    let changed =
        bank.post(&path, &[("amount", "2000"), ("customer", customer_id), ("metadata[note]", "x"), ("metadata[user_id]", "")]).await;
    assert_eq!((changed.body["amount"].as_i64(), changed.body["customer"].as_str()), (Some(2000), Some(customer_id)));
    let expected = json!({ "order_id": uuid::Uuid::nil(), "note": "x" });
    assert_eq!(changed.body["metadata"], expected, "an empty value takes a key away");
    assert_eq!(bank.post(&path, &[("customer", "cus_missing")]).await.code(), "resource_missing");
    bank.pay(&intent, VISA).await;
    assert_eq!(bank.post(&path, &[("amount", "3000")]).await.code(), "payment_intent_unexpected_state");
    let expanded = bank.get(&format!("{path}?expand[]=latest_charge")).await;
    assert_eq!(expanded.body["latest_charge"]["payment_method_details"]["card"]["last4"], "4242");
    let charges = bank.get(&format!("v1/charges?payment_intent={}", intent.id)).await;
    assert_eq!(charges.body["data"].as_array().map(Vec::len), Some(1));
    let page = bank.get("v1/events?limit=1&types[]=payment_intent.*").await;
    assert_eq!((page.body["has_more"].as_bool(), page.body["data"][0]["type"].as_str()), (Some(true), Some("payment_intent.succeeded")));
    let event = bank.get(&format!("v1/events/{}", page.body["data"][0]["id"].as_str().unwrap())).await;
    assert_eq!(event.body["data"]["object"]["amount_received"], 2000);
}

/// Mounted in the shop itself: past its layers, with a browser's headers.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn the_shop_s_own_server_carries_it(pool: PgPool) {
    let app = App::start(pool).await;
    let intent = app.state.gateway.create_intent(new_intent(1500, "order:1:pi:1")).await.unwrap();
    let secret = intent.client_secret.unwrap();
    let path = format!("/_stripe/v1/payment_intents/{}/confirm", intent.id);
    let confirm = |site: &str| {
        let fields = [("client_secret", secret.as_str()), ("payment_method", "pm_card_visa")];
        let request = app.browser().request(Method::POST, &path).bearer_auth(&app.state.config.stripe.publishable_key);
        request.header("sec-fetch-site", site).form(&fields).send()
    };
    assert_eq!(confirm("cross-site").await.unwrap().status(), 403, "another site's script may not pay here");
    let answer: Value = serde_json::from_str(&confirm("same-origin").await.unwrap().text().await.unwrap()).unwrap();
    assert_eq!(answer["status"], "succeeded");
    let script = app.browser().get("/_stripe/v3.js").await;
    assert_eq!((script.status.as_u16(), script.header("content-type")), (200, "text/javascript; charset=utf-8"));
    assert!(!script.text.contains("style=") && !script.text.contains("innerHTML") && !script.text.contains("eval("));
}
