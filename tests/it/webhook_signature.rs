//! Forged, altered, late and misdirected messages: none becomes a `VerifiedEvent`.

use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use sha2::Sha256;
use souk::platform::config::StripeConfig;
use souk::platform::gateway::{Gateway, WebhookError, signature_header};
use souk::values::OrderId;
use time::OffsetDateTime;

const NEW: &str = "whsec_new_0123456789abcdef";
const OLD: &str = "whsec_old_0123456789abcdef";
const ORDER: OrderId = OrderId(uuid::Uuid::from_u128(7));

fn gateway(secrets: &[&str]) -> Gateway {
    Gateway::new(&StripeConfig {
        api_url: "https://api.stripe.com/".to_owned(),
        secret_key: "sk_test_x".into(),
        publishable_key: "pk_test_x".to_owned(),
        webhook_secrets: secrets.iter().map(|secret| (*secret).into()).collect(),
        script_url: String::new(),
        sandbox: false,
    })
    .unwrap()
}

fn payload() -> String {
    payload_about("pi_1", ORDER)
}

/// What the gateway would say about an intent that is paid.
pub fn payload_about(intent: &str, order: OrderId) -> String {
    format!(
        r#"{{"id":"evt_1","object":"event","type":"payment_intent.succeeded","created":1700000000,"livemode":false,"data":{{"object":{{"id":"{intent}","object":"payment_intent","amount":1500,"currency":"usd","metadata":{{"order_id":"{order}"}}}}}}}}"#
    )
}

fn now() -> i64 {
    OffsetDateTime::now_utc().unix_timestamp()
}

fn mac(payload: &[u8], secret: &str, at: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(at.as_bytes());
    mac.update(b".");
    mac.update(payload);
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn header(payload: &str, secret: &str, at: i64) -> String {
    format!("t={at},v1={}", mac(payload.as_bytes(), secret, &at.to_string()))
}

#[test]
fn a_genuine_message_says_what_it_is() {
    let payload = payload();
    let event = gateway(&[NEW]).verify(payload.as_bytes(), Some(&header(&payload, NEW, now()))).unwrap();
    assert_eq!((event.id(), event.kind(), event.created()), ("evt_1", "payment_intent.succeeded", 1_700_000_000));
    assert_eq!((event.object_id(), event.intent_id()), (Some("pi_1"), Some("pi_1")));
    assert_eq!(event.order_id(), Some(ORDER));
    assert!(!event.livemode());
    assert_eq!(event.payload(), payload);
    assert!(!format!("{event:?}").contains("metadata"));
}

#[test]
fn while_a_secret_is_rotated_both_count_and_afterwards_one() {
    let payload = payload();
    let (by_new, by_old) = (header(&payload, NEW, now()), header(&payload, OLD, now()));
    for header in [&by_new, &by_old] {
        assert!(gateway(&[NEW, OLD]).verify(payload.as_bytes(), Some(header)).is_ok());
    }
    assert_eq!(gateway(&[NEW]).verify(payload.as_bytes(), Some(&by_old)).unwrap_err(), WebhookError::BadSignature);
    // Stripe signs with both for a while: any one that fits will do, in any place.
    let at = now();
    let (new, old) = (mac(payload.as_bytes(), NEW, &at.to_string()), mac(payload.as_bytes(), OLD, &at.to_string()));
    for header in [format!("t={at},v1={new},v1={old}"), format!("t={at},v1={old},v1={new},v0=x"), format!("v1={new},t={at}")] {
        assert!(gateway(&[NEW]).verify(payload.as_bytes(), Some(&header)).is_ok(), "{header}");
    }
    assert!(gateway(&[]).verify(payload.as_bytes(), Some(&by_new)).is_err(), "without a secret nothing is genuine");
}

/// A message and its header, and what is wrong with them.
pub type Forgery = (String, Vec<u8>, Option<String>);

/// All that we can think of, made of a message that would be genuine if it were signed with this secret.
pub fn forgeries(payload: &str, secret: &str) -> Vec<Forgery> {
    let payload = payload.to_owned();
    let at = now();
    let good = header(&payload, secret, at);
    let v1 = mac(payload.as_bytes(), secret, &at.to_string());
    let mut cases: Vec<Forgery> = vec![("absent".to_owned(), payload.clone().into_bytes(), None)];
    let with_header = |name: &str, header: String| (name.to_owned(), payload.clone().into_bytes(), Some(header));
    cases.extend([
        with_header("empty", String::new()),
        with_header("blank", "  ".to_owned()),
        with_header("nonsense", "signature".to_owned()),
        with_header("no time", format!("v1={v1}")),
        with_header("no signature", format!("t={at}")),
        with_header("empty signature", format!("t={at},v1=")),
        with_header("v0 only", format!("t={at},v0={v1}")),
        with_header("v2 only", format!("t={at},v2={v1}")),
        with_header("capital V1", format!("t={at},V1={v1}")),
        with_header("shortened", format!("t={at},v1={}", &v1[..62])),
        with_header("lengthened", format!("t={at},v1={v1}00")),
        with_header("doubled in one", format!("{good},{good}")),
        with_header("two times", format!("t={},{good}", at - 1)),
        with_header("time is text", format!("t=now,v1={v1}")),
        with_header("time is empty", format!("t=,v1={v1}")),
        with_header("time is a fraction", format!("t={at}.0,v1={v1}")),
        with_header("time is huge", format!("t=99999999999999999999,v1={v1}")),
        with_header("another time", format!("t={},v1={v1}", at - 1)),
        with_header("other secret", header(&payload, "whsec_other_0123456789", at)),
        with_header("old secret", header(&payload, OLD, at)),
        with_header("empty secret", header(&payload, "", at)),
        with_header("secret in capitals", header(&payload, &secret.to_uppercase(), at)),
        with_header("signed without time", format!("t={at},v1={}", mac(payload.as_bytes(), NEW, ""))),
        with_header("signature of nothing", format!("t={at},v1={}", mac(b"", NEW, &at.to_string()))),
        with_header("the payload's hash", format!("t={at},v1={:0>64}", "0")),
    ]);
    for age in [301, 302, 600, 3600, 86_400, 31_536_000, -301, -302, -600, -3600, -86_400] {
        // The second in which the test began may have passed when a message from the future is judged.
        let age: i64 = if age < 0 { age - 5 } else { age };
        cases.push(with_header(&format!("{age} s old"), header(&payload, secret, at - age)));
    }
    for index in 0..payload.len() {
        let mut bytes = payload.clone().into_bytes();
        bytes[index] ^= 1;
        cases.push((format!("payload byte {index} flipped"), bytes, Some(good.clone())));
    }
    for index in 0..v1.len() {
        let mut bytes = v1.clone().into_bytes();
        bytes[index] = if bytes[index] == b'0' { b'1' } else { b'0' };
        cases.push(with_header(&format!("signature figure {index} changed"), format!("t={at},v1={}", String::from_utf8(bytes).unwrap())));
    }
    for (name, length) in [("half", payload.len() / 2), ("all but its end", payload.len() - 1)] {
        cases.push((name.to_owned(), payload.as_bytes()[..length].to_vec(), Some(good.clone())));
    }
    let parsed: serde_json::Value = serde_json::from_str(&payload).unwrap();
    let respelt = parsed.to_string();
    let intent = parsed["data"]["object"]["id"].as_str().unwrap();
    let order = parsed["data"]["object"]["metadata"]["order_id"].as_str().unwrap();
    let changed = [
        ("in another spelling", respelt),
        ("a space more", format!("{payload} ")),
        ("a newline more", format!("{payload}\n")),
        ("byte order mark", format!("\u{feff}{payload}")),
        ("empty", String::new()),
        ("amount + 1", payload.replace("1500", "1501")),
        ("amount − 1", payload.replace("1500", "1499")),
        ("other currency", payload.replace("usd", "jpy")),
        ("live", payload.replace("\"livemode\":false", "\"livemode\":true")),
        ("other intent", payload.replace(intent, "pi_2")),
        ("other order", payload.replace(order, &OrderId::new().to_string())),
        ("other event", payload.replace("evt_1", "evt_2")),
    ];
    for (name, changed) in changed {
        assert_ne!(changed, payload, "{name}");
        cases.push((name.to_owned(), changed.into_bytes(), Some(good.clone())));
    }
    let mut not_text = payload.into_bytes();
    not_text.push(0xff);
    let header = format!("t={at},v1={}", mac(&not_text, secret, &at.to_string()));
    cases.push(("signed, not UTF-8".to_owned(), not_text, Some(header)));
    cases
}

#[test]
fn no_forgery_passes() {
    let gateway = gateway(&[NEW]);
    let cases = forgeries(&payload(), NEW);
    assert!(cases.len() >= 300, "{}", cases.len());
    for (name, payload, header) in cases {
        assert!(gateway.verify(&payload, header.as_deref()).is_err(), "{name}");
    }
}

#[test]
fn the_tolerance_is_five_minutes_each_way() {
    let payload = payload();
    for age in [-290, -1, 0, 1, 290] {
        assert!(gateway(&[NEW]).verify(payload.as_bytes(), Some(&header(&payload, NEW, now() - age))).is_ok(), "{age}");
    }
    for age in [-310, 301] {
        let refused = gateway(&[NEW]).verify(payload.as_bytes(), Some(&header(&payload, NEW, now() - age))).unwrap_err();
        assert_eq!(refused, WebhookError::BadTimestamp, "{age}");
    }
}

#[test]
fn genuine_but_unusable_messages_are_told_apart() {
    for payload in [
        "",
        "{}",
        "[]",
        "null",
        "{\"id\":1}",
        "{\"id\":\"\",\"type\":\"x\",\"created\":1,\"livemode\":false}",
        "{\"id\":\"evt_1\",\"type\":\"x\"}",
    ] {
        let refused = gateway(&[NEW]).verify(payload.as_bytes(), Some(&header(payload, NEW, now()))).unwrap_err();
        assert_eq!(refused, WebhookError::Malformed, "{payload}");
    }
    // A kind that the library does not know is as genuine as any.
    let unknown = r#"{"id":"evt_9","type":"never.heard_of","created":1,"livemode":false,"data":{"object":{"id":"x_1"}}}"#;
    let event = gateway(&[NEW]).verify(unknown.as_bytes(), Some(&header(unknown, NEW, now()))).unwrap();
    assert_eq!((event.kind(), event.object_id(), event.intent_id(), event.order_id()), ("never.heard_of", Some("x_1"), None, None));
}

#[test]
fn two_headers_are_none() {
    let mut headers = HeaderMap::new();
    assert_eq!(signature_header(&headers), None);
    headers.append("Stripe-Signature", "t=1,v1=a".parse().unwrap());
    assert_eq!(signature_header(&headers), Some("t=1,v1=a"));
    headers.append("Stripe-Signature", "t=1,v1=a".parse().unwrap());
    assert_eq!(signature_header(&headers), None);
}
