//! The port to the payment gateway, over HTTP, against the sandbox: stable keys, faults on the way, and what is known after each.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use futures::future::join_all;
use http::StatusCode;
use serde_json::{Value, json};
use souk::payments::minimum_charge_minor;
use souk::platform::config::StripeConfig;
use souk::platform::gateway::{Gateway, GatewayError, GatewayRefundStatus, IntentStatus, NewIntent, NewRefund, VerifiedEvent};
use souk::sandbox::API_VERSION;
use souk::values::{Currency, LEAST_CHARGES, Money, OrderId, RefundId};
use sqlx::PgPool;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::bank::{Bank, new_intent, usd};

const INTENTS: &str = "select count(*) from stripe_sandbox.objects where kind = 'payment_intent'";
const REFUNDS: &str = "select count(*) from stripe_sandbox.objects where kind = 'refund'";

fn refund<'a>(intent_id: &'a str, amount_minor: i64, idempotency_key: &'a str) -> NewRefund<'a> {
    NewRefund { intent_id, amount: usd(amount_minor), idempotency_key, order_id: OrderId::new(), refund_id: RefundId::new() }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn one_key_is_one_intent(pool: PgPool) {
    let bank = Bank::start(pool).await;
    let first = bank.gateway().create_intent(new_intent(1500, "order:1:pi:1")).await.unwrap();
    assert_eq!(first.status, IntentStatus::RequiresPaymentMethod);
    assert_eq!(first.amount, usd(1500));
    assert_eq!(first.order_id, Some(OrderId(uuid::Uuid::nil())));
    assert!(!first.livemode && first.client_secret.as_deref().is_some_and(|secret| secret.starts_with(&first.id)));

    let again = bank.gateway().create_intent(new_intent(1500, "order:1:pi:1")).await.unwrap();
    assert_eq!(again.id, first.id);
    let other = bank.gateway().create_intent(new_intent(1600, "order:1:pi:1")).await;
    let other = other.unwrap_err();
    assert!(matches!(&other, GatewayError::Refused { code, .. } if code == "idempotency_error") && !other.is_for_good());
    assert_eq!(bank.count(INTENTS).await, 1);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn twenty_at_once_with_one_key_get_the_same_intent(pool: PgPool) {
    let bank = Bank::start(pool).await;
    // Those that meet one in flight are told 409 and come again. With more in flight than tries, some may give up not knowing: never
    // with another intent.
    let results = join_all((0..20).map(|_| bank.gateway().create_intent(new_intent(1500, "order:2:pi:1")))).await;
    let mut ids: Vec<String> = Vec::new();
    for result in results {
        match result {
            Ok(intent) => ids.push(intent.id),
            Err(error) => assert!(matches!(error, GatewayError::OutcomeUnknown(_)), "{error}"),
        }
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
    assert_eq!(bank.count(INTENTS).await, 1);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_fault_before_or_after_the_effect_leaves_one_intent(pool: PgPool) {
    let bank = Bank::start(pool).await;
    let hasty = bank.hasty();
    for (number, fault) in ["timeout_after", "timeout_before", "fail_after", "fail_before"].into_iter().enumerate() {
        let switched = bank.post("test/switches", &[("fault", fault), ("fault_operation", "payment_intents.create")]).await;
        assert_eq!(switched.status, 200, "{:?}", switched.body);
        let intent = hasty.create_intent(new_intent(1500, &format!("order:{fault}:pi:1"))).await.unwrap();
        assert_eq!(intent.status, IntentStatus::RequiresPaymentMethod, "{fault}");
        let expected = i64::try_from(number).unwrap() + 1;
        assert_eq!(bank.count(INTENTS).await, expected, "{fault}");
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn silence_after_a_write_is_not_called_a_failure(pool: PgPool) {
    let bank = Bank::start(pool).await;
    let hasty = bank.hasty();
    bank.post("test/switches", &[("fault", "timeout_after"), ("fault_times", "3")]).await;
    let lost = hasty.create_intent(new_intent(1500, "order:3:pi:1")).await;
    assert!(matches!(lost, Err(GatewayError::OutcomeUnknown(_))), "{lost:?}");
    // The same key finds what happened.
    let found = hasty.create_intent(new_intent(1500, "order:3:pi:1")).await.unwrap();
    assert_eq!(bank.count(INTENTS).await, 1);

    bank.post("test/switches", &[("fault", "fail_before"), ("fault_times", "3")]).await;
    assert!(matches!(hasty.retrieve_intent(&found.id).await, Err(GatewayError::Unavailable(_))));
    assert_eq!(hasty.retrieve_intent(&found.id).await.unwrap().id, found.id);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn cancel_ends_what_is_not_paid_and_says_so_otherwise(pool: PgPool) {
    let bank = Bank::start(pool).await;
    let open = bank.intent().await;
    assert_eq!(bank.gateway().cancel_intent(&open.id).await.unwrap().status, IntentStatus::Canceled);
    assert!(bank.gateway().cancel_intent(&open.id).await.unwrap_err().is_unexpected_state());
    assert_eq!(bank.pay(&open, "4242424242424242").await.code(), "payment_intent_unexpected_state");

    let paid = bank.paid_intent().await;
    assert!(bank.gateway().cancel_intent(&paid.id).await.unwrap_err().is_unexpected_state());
    let paid = bank.gateway().retrieve_intent(&paid.id).await.unwrap();
    assert_eq!((paid.status, paid.amount_received_minor), (IntentStatus::Succeeded, 1500));
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_decline_leaves_its_reason_on_the_intent(pool: PgPool) {
    let bank = Bank::start(pool).await;
    let intent = bank.intent().await;
    bank.pay(&intent, "4000000000009995").await;
    let seen = bank.gateway().retrieve_intent(&intent.id).await.unwrap();
    assert_eq!(seen.status, IntentStatus::RequiresPaymentMethod);
    let error = seen.last_error.unwrap();
    assert_eq!((error.code.as_str(), error.message.as_str()), ("insufficient_funds", "Your card has insufficient funds."));
    assert_eq!(bank.pay(&intent, "4242424242424242").await.status, 200);
    assert_eq!(bank.gateway().retrieve_intent(&intent.id).await.unwrap().last_error, None);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn refunds_never_exceed_what_was_paid(pool: PgPool) {
    let bank = Bank::start(pool).await;
    let intent = bank.paid_intent().await;
    let first = refund(&intent.id, 500, "refund:1");
    let made = bank.gateway().create_refund(first).await.unwrap();
    assert_eq!((made.status, made.amount), (GatewayRefundStatus::Succeeded, usd(500)));
    assert_eq!(made.intent_id.as_deref(), Some(intent.id.as_str()));
    assert_eq!(bank.gateway().create_refund(first).await.unwrap().id, made.id, "the same key is the same refund");
    assert_eq!(bank.gateway().retrieve_refund(&made.id).await.unwrap(), made);

    let too_much = bank.gateway().create_refund(refund(&intent.id, 1001, "refund:2")).await.unwrap_err();
    assert!(
        matches!(&too_much, GatewayError::Refused { .. }) && !too_much.is_already_refunded(),
        "more than is left is not done: {too_much}"
    );

    // Ten at once for what is left: two of 500 fit.
    let keys: Vec<String> = (0..10).map(|n| format!("refund:many:{n}")).collect();
    let results = join_all(keys.iter().map(|key| bank.gateway().create_refund(refund(&intent.id, 500, key)))).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 2);
    assert!(results.iter().filter_map(|result| result.as_ref().err()).all(GatewayError::is_already_refunded));
    assert_eq!(bank.count(REFUNDS).await, 3);

    let unpaid = bank.intent().await;
    assert!(matches!(bank.gateway().create_refund(refund(&unpaid.id, 1, "refund:3")).await, Err(GatewayError::Refused { .. })));
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn events_can_be_listed_by_whoever_missed_them(pool: PgPool) {
    let bank = Bank::start(pool).await;
    let intent = bank.paid_intent().await;
    bank.gateway().create_refund(refund(&intent.id, 1500, "refund:4")).await.unwrap();
    let page = bank.gateway().list_events(0, None).await.unwrap();
    let kinds: Vec<&str> = page.events.iter().rev().map(VerifiedEvent::kind).collect();
    assert_eq!(kinds, ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "refund.created", "charge.refunded"]);
    assert!(page.events.iter().all(|event| event.intent_id() == Some(intent.id.as_str())), "each names its intent");
    assert!(page.events.iter().all(|event| event.order_id().is_some()));
    for event in &page.events {
        let kept = bank.gateway().reread(event.payload()).unwrap();
        assert_eq!((kept.id(), kept.kind(), kept.created()), (event.id(), event.kind(), event.created()), "as a webhook would have it");
        assert_eq!((kept.object_id(), kept.intent_id(), kept.order_id()), (event.object_id(), event.intent_id(), event.order_id()));
    }
    let newest = &page.events[0];
    let rest = bank.gateway().list_events(0, Some(newest.id())).await.unwrap();
    let ids = |events: &[VerifiedEvent]| events.iter().map(|event| event.id().to_owned()).collect::<Vec<_>>();
    assert_eq!(ids(&rest.events), ids(&page.events[1..]));
    assert!(bank.gateway().list_events(newest.created() + 3600, None).await.unwrap().events.is_empty());
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_wrong_key_gives_nobody_s_payment_up(pool: PgPool) {
    let bank = Bank::start(pool).await;
    let config = StripeConfig { secret_key: "sk_test_wrong".into(), ..bank.state.config.stripe.clone() };
    let stranger = Gateway::new(&config).unwrap();
    assert!(matches!(stranger.create_intent(new_intent(1500, "k")).await, Err(GatewayError::Unavailable(_))));
    for id in ["", "pi_1/../../v1/events", "pi_1?expand[]=x", "pi 1", "../x"] {
        let refused = bank.gateway().retrieve_intent(id).await;
        assert!(matches!(refused, Err(GatewayError::Refused { code, .. }) if code == "resource_missing"), "{id}");
    }
    assert!(!format!("{:?}", bank.gateway()).contains("sk_test"));
}

/// Answers everything with the same bytes.
async fn oracle(reply: &'static [u8]) -> Gateway {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut buffer = [0; 4096];
            let _ = socket.read(&mut buffer).await;
            let _ = socket.write_all(reply).await;
        }
    });
    gateway_at(&format!("http://{address}/"))
}

fn gateway_at(api_url: &str) -> Gateway {
    let config = StripeConfig {
        api_url: api_url.to_owned(),
        secret_key: "sk_test_x".into(),
        publishable_key: "pk_test_x".to_owned(),
        webhook_secrets: vec!["whsec_0123456789abcdef".into()],
        script_url: String::new(),
        sandbox: true,
    };
    Gateway::with_timeout(&config, std::time::Duration::from_secs(2)).unwrap()
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_says_nothing_about_the_outcome() {
    let garbage = oracle(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\nconnection: close\r\n\r\n{\"id\": 12").await;
    let cut_off = oracle(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\nconnection: close\r\n\r\n{").await;
    let silent = oracle(b"").await;
    let proxy = oracle(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 6\r\nconnection: close\r\n\r\n<html>").await;
    for (name, gateway) in [("garbage", garbage), ("cut off", cut_off), ("silent", silent), ("proxy", proxy)] {
        let written = gateway.create_intent(new_intent(1500, "k")).await;
        assert!(matches!(written, Err(GatewayError::OutcomeUnknown(_))), "{name}: {written:?}");
        let read = gateway.retrieve_intent("pi_1").await;
        assert!(matches!(read, Err(GatewayError::Unavailable(_))), "{name}: {read:?}");
    }
}

#[tokio::test]
async fn being_told_to_slow_down_is_no_refusal() {
    const SLOW_DOWN: &str = r#"{"error":{"type":"invalid_request_error","message":"Slow down."}}"#;
    let head = format!("HTTP/1.1 429 Too Many Requests\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", SLOW_DOWN.len());
    let busy = oracle((head + SLOW_DOWN).leak().as_bytes()).await;
    let refused = busy.create_intent(new_intent(1500, "k")).await.unwrap_err();
    assert!(matches!(refused, GatewayError::Unavailable(_)) && !refused.is_for_good(), "{refused:?}");
}

#[tokio::test]
async fn where_nobody_listens_nothing_happened() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let refused = gateway_at(&url).create_intent(new_intent(1500, "k")).await;
    assert!(matches!(refused, Err(GatewayError::Unavailable(_))), "{refused:?}");
}

/// Every request that the shop makes of the gateway, as it leaves us. The browser tests hold the same file against the types of Stripe's own
/// library, which this one knows nothing of; its version of the API is pinned there as well.
#[tokio::test]
async fn what_we_ask_is_what_the_contract_says() {
    let seen = Seen::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gateway = gateway_at(&format!("http://{}/", listener.local_addr().unwrap()));
    let router = Router::new().fallback(remember).with_state(seen.clone());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let nil = uuid::Uuid::nil();
    let refund =
        NewRefund { intent_id: "pi_1", amount: usd(500), idempotency_key: "refund:1", order_id: OrderId(nil), refund_id: RefundId(nil) };
    assert!(gateway.create_intent(new_intent(1500, "order:1:pi:1")).await.is_err());
    assert!(gateway.retrieve_intent("pi_1").await.is_err());
    assert!(gateway.cancel_intent("pi_1").await.is_err());
    assert!(gateway.create_refund(refund).await.is_err());
    assert!(gateway.retrieve_refund("re_1").await.is_err());
    assert!(gateway.list_events(1_700_000_000, Some("evt_1")).await.is_err());
    let seen = Value::Array(seen.lock().unwrap().clone());
    let known: Value = serde_json::from_str(include_str!("../../end2end/contract/requests.json")).unwrap();
    assert!(seen == known, "requests have changed; if that is meant, end2end/contract/requests.json becomes\n{seen:#}");
    assert!(known.as_array().unwrap().iter().all(|request| request["version"] == API_VERSION), "client and sandbox speak one version");
}

/// What the shop lets through to the gateway is what the gateway charges, to the last minor unit.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn the_least_charge_is_the_same_on_both_sides(pool: PgPool) {
    let bank = Bank::start(pool).await;
    for (code, _) in LEAST_CHARGES {
        let currency: Currency = code.parse().unwrap();
        let least = minimum_charge_minor(currency);
        for (amount_minor, taken) in [(least, true), (least - 1, false)] {
            let key = format!("{code}:{amount_minor}");
            let new = NewIntent { amount: Money::new(amount_minor, currency), ..new_intent(0, &key) };
            match bank.gateway().create_intent(new).await {
                Ok(intent) => assert!(taken && intent.amount == new.amount, "{code}: {intent:?}"),
                Err(error) => assert!(!taken && error.is_for_good(), "{code}: {error}"),
            }
        }
    }
}

type Seen = Arc<Mutex<Vec<Value>>>;

/// Keeps a request and refuses it for good, so that it comes once.
async fn remember(State(seen): State<Seen>, request: Request) -> (StatusCode, &'static str) {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 64 * 1024).await.unwrap();
    let query = if parts.method == http::Method::GET { parts.uri.query().unwrap_or_default() } else { std::str::from_utf8(&body).unwrap() };
    let url = reqwest::Url::parse(&format!("http://gateway/?{query}")).unwrap();
    // Sorted: metadata has no order.
    let params: std::collections::BTreeMap<_, _> = url.query_pairs().into_owned().collect();
    let version = parts.headers.get("stripe-version").map(|version| version.to_str().unwrap());
    let kept = json!({ "method": parts.method.as_str(), "path": parts.uri.path(), "version": version, "params": params });
    seen.lock().unwrap().push(kept);
    (StatusCode::NOT_FOUND, r#"{"error":{"type":"invalid_request_error","code":"resource_missing","message":"None."}}"#)
}
