//! No access token but ours is believed (RFC 8725). Each forgery but the unsigned ones carries a signature by the right key, so that it is
//! the rule in its name that refuses it.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use http::StatusCode;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use souk::accounts::Role;
use souk::accounts::service::tokens::Keys;
use sqlx::PgPool;

use crate::support::App;
use crate::support::people::{account, sign_in, with_bearer, with_cookies};

/// Makes tokens as the server does, and as it never would.
pub struct Forge {
    key: Vec<u8>,
    header: Value,
    claims: Value,
    genuine: String,
}

fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

impl Forge {
    pub fn new(app: &App, genuine: String) -> Self {
        let root = Sha256::digest(app.state.config.secret_key.expose_secret().as_bytes());
        let part = |n: usize| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(genuine.split('.').nth(n).unwrap()).unwrap()).unwrap();
        Self { key: hmac(&root, b"souk access token"), header: part(0), claims: part(1), genuine }
    }

    fn raw(&self, header: &str, claims: &str) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(hmac(&self.key, signed.as_bytes())))
    }

    /// The genuine token with these members of header and claims replaced; null takes one away.
    pub fn with(&self, header: Value, claims: Value) -> String {
        let patch = |base: &Value, changes: &Value| {
            let mut patched = base.as_object().unwrap().clone();
            for (name, value) in changes.as_object().unwrap() {
                match value {
                    Value::Null => patched.remove(name),
                    value => patched.insert(name.clone(), value.clone()),
                };
            }
            Value::Object(patched).to_string()
        };
        self.raw(&patch(&self.header, &header), &patch(&self.claims, &claims))
    }

    fn signed_by(&self, key: &[u8]) -> String {
        let signed = self.genuine.rsplit_once('.').unwrap().0;
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(hmac(key, signed.as_bytes())))
    }

    fn signature_forgeries(&self) -> Vec<(String, String)> {
        let (signed, signature) = self.genuine.rsplit_once('.').unwrap();
        let [header, claims] = [0, 1].map(|n| signed.split('.').nth(n).unwrap());
        let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let mut forgeries = vec![
            ("no signature".to_owned(), format!("{signed}.")),
            ("two parts".to_owned(), signed.to_owned()),
            ("four parts".to_owned(), format!("{}.{signature}", self.genuine)),
            ("five parts".to_owned(), format!("{header}.{claims}.{signature}.{claims}.{signature}")),
            ("half a signature".to_owned(), format!("{signed}.{}", &signature[..20])),
            ("signature twice".to_owned(), format!("{signed}.{signature}{signature}")),
            ("padded signature".to_owned(), format!("{signed}.{}", STANDARD.encode(&bytes))),
            ("signature in hex".to_owned(), format!("{signed}.{}", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())),
            ("zeros for a signature".to_owned(), format!("{signed}.{}", URL_SAFE_NO_PAD.encode([0; 32]))),
            ("empty key".to_owned(), self.signed_by(b"")),
            ("zero key".to_owned(), self.signed_by(&[0; 32])),
            ("a guessed key".to_owned(), self.signed_by(b"secret")),
            ("the key id as key".to_owned(), self.signed_by(self.header["kid"].as_str().unwrap().as_bytes())),
            ("empty".to_owned(), String::new()),
            ("dots".to_owned(), "..".to_owned()),
            ("white space inside".to_owned(), self.genuine.replacen('.', ". ", 1)),
            ("very long".to_owned(), self.with(json!({}), json!({ "iss": "x".repeat(20_000) }))),
            ("very long genuine header".to_owned(), format!("{}{}", "A".repeat(8000), self.genuine)),
        ];
        for (n, _) in bytes.iter().enumerate() {
            let mut flipped = bytes.clone();
            flipped[n] ^= 1 << (n % 8);
            forgeries.push((format!("flipped byte {n}"), format!("{signed}.{}", URL_SAFE_NO_PAD.encode(flipped))));
        }
        // The last character carries two bits that are not part of the 256; setting them must not give a second spelling.
        let last = signature.chars().last().unwrap();
        let alphabet: Vec<char> = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['-', '_']).collect();
        let position = alphabet.iter().position(|c| *c == last).unwrap();
        forgeries.push(("a second spelling".to_owned(), format!("{}{}", &self.genuine[..self.genuine.len() - 1], alphabet[position + 1])));
        for alg in ["none", "None", "NONE", "nOnE", ""] {
            let header = URL_SAFE_NO_PAD.encode(json!({ "alg": alg, "typ": "at+jwt", "kid": self.header["kid"] }).to_string());
            forgeries.push((format!("alg {alg:?} unsigned"), format!("{header}.{claims}.")));
            forgeries.push((format!("alg {alg:?} signed"), format!("{header}.{claims}.{signature}")));
        }
        forgeries
    }

    fn header_forgeries(&self) -> Vec<(String, String)> {
        let jwk = json!({ "kty": "oct", "k": URL_SAFE_NO_PAD.encode([0; 32]) });
        let changes = [
            json!({ "alg": "HS384" }),
            json!({ "alg": "HS512" }),
            json!({ "alg": "RS256" }),
            json!({ "alg": "PS256" }),
            json!({ "alg": "ES256" }),
            json!({ "alg": "EdDSA" }),
            json!({ "alg": "hs256" }),
            json!({ "alg": ["HS256"] }),
            json!({ "alg": null }),
            json!({ "typ": null }),
            json!({ "typ": "JWT" }),
            json!({ "typ": "AT+JWT" }),
            json!({ "typ": "rt+jwt" }),
            json!({ "kid": null }),
            json!({ "kid": "" }),
            json!({ "kid": "0000000000000000" }),
            json!({ "kid": "../../../../dev/null" }),
            json!({ "kid": "x' union select 'secret" }),
            json!({ "kid": 1 }),
            json!({ "jwk": jwk }),
            json!({ "jku": "https://evil.example/keys" }),
            json!({ "x5u": "https://evil.example/cert" }),
            json!({ "x5c": ["AAAA"] }),
            json!({ "crit": ["exp"] }),
            json!({ "crit": [] }),
            json!({ "b64": false, "crit": ["b64"] }),
            json!({ "cty": "JWT" }),
            json!({ "zip": "DEF" }),
            json!({ "enc": "A128GCM" }),
            json!({ "role": "admin" }),
        ];
        let mut forgeries: Vec<_> = changes.into_iter().map(|header| (format!("header {header}"), self.with(header, json!({})))).collect();
        let (header, claims) = (self.header.to_string(), self.claims.to_string());
        forgeries.push(("header with alg twice".to_owned(), self.raw(&header.replacen('{', "{\"alg\":\"none\",", 1), &claims)));
        forgeries.push(("header is a list".to_owned(), self.raw("[]", &claims)));
        forgeries.push(("header is no JSON".to_owned(), self.raw("{", &claims)));
        forgeries
    }

    fn claim_forgeries(&self, other_user: &str) -> Vec<(String, String)> {
        let now = now();
        let changes = [
            json!({ "exp": now - 6 }),
            json!({ "exp": now - 100_000 }),
            json!({ "exp": 0 }),
            json!({ "exp": -1 }),
            json!({ "exp": null }),
            json!({ "exp": (now + 60).to_string() }),
            json!({ "exp": now + 601 + 60 }),
            json!({ "exp": u64::MAX }),
            json!({ "exp": 1e300 }),
            json!({ "nbf": now + 60 }),
            json!({ "nbf": null }),
            json!({ "nbf": "now" }),
            json!({ "iat": null }),
            json!({ "iss": null }),
            json!({ "iss": "" }),
            json!({ "iss": "https://evil.example" }),
            json!({ "iss": [self.claims["iss"]] }),
            json!({ "aud": null }),
            json!({ "aud": "other" }),
            json!({ "aud": ["souk", "other"] }),
            json!({ "sub": null }),
            json!({ "sub": "" }),
            json!({ "sub": "admin" }),
            json!({ "sub": other_user }),
            json!({ "sub": uuid::Uuid::nil() }),
            json!({ "sid": null }),
            json!({ "sid": uuid::Uuid::nil() }),
            json!({ "sid": uuid::Uuid::now_v7() }),
            json!({ "sid": self.claims["sub"] }),
            json!({ "sid": "' or true --" }),
            json!({ "sid": [self.claims["sid"]] }),
            json!({ "role": "admin" }),
            json!({ "scope": "*" }),
        ];
        let mut forgeries: Vec<_> = changes.into_iter().map(|claims| (format!("claims {claims}"), self.with(json!({}), claims))).collect();
        let (header, claims) = (self.header.to_string(), self.claims.to_string());
        forgeries.push((
            "claims with sub twice".to_owned(),
            self.raw(&header, &claims.replacen('{', &format!("{{\"sub\":\"{other_user}\","), 1)),
        ));
        forgeries.push(("claims are a list".to_owned(), self.raw(&header, "[]")));
        forgeries.push(("claims are no JSON".to_owned(), self.raw(&header, "{")));
        forgeries
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn no_forged_access_token_is_believed(pool: PgPool) {
    let app = App::start(pool).await;
    let state = &app.state;
    let user = account(state, "ada@example.com", Role::Customer).await;
    let other = account(state, "eve@example.com", Role::Admin).await;
    let forge = Forge::new(&app, sign_in(state, "ada@example.com").await.access);

    // Controls: the genuine token passes, and so does one that the forge makes alike.
    for token in [forge.genuine.clone(), forge.with(json!({}), json!({})), forge.with(json!({}), json!({ "exp": now() + 30 }))] {
        let seen = with_bearer(state, "/who", &token).await;
        assert_eq!((seen.status, seen.body), (StatusCode::OK, user.to_string()));
        assert_eq!(with_cookies(state, "/who", Some(&token), None).await.status, StatusCode::OK);
    }

    let forgeries = [forge.signature_forgeries(), forge.header_forgeries(), forge.claim_forgeries(&other.to_string())].concat();
    assert!(forgeries.len() >= 40);
    eprintln!("{} forgeries", forgeries.len());
    for (name, token) in forgeries {
        let seen = with_bearer(state, "/who", &token).await;
        assert_eq!(seen.status, StatusCode::UNAUTHORIZED, "{name} as bearer");
        let seen = with_cookies(state, "/who", Some(&token), None).await;
        assert_eq!(seen.status, StatusCode::UNAUTHORIZED, "{name} as cookie");
    }
}

/// F27: while keys are exchanged, tokens of both are good; then the old one's are not.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_rotated_key_overlaps_and_ends(pool: PgPool) {
    let app = App::start(pool).await;
    account(&app.state, "ada@example.com", Role::Customer).await;
    let issued = sign_in(&app.state, "ada@example.com").await;
    let mut config = app.state.config.clone();
    config.previous_secret_keys = vec![config.secret_key.clone()];
    config.secret_key = "another key of at least thirty-two bytes".into();
    assert!(Keys::of(&config).verify_access_token(&issued.access).is_some());
    config.previous_secret_keys.clear();
    assert!(Keys::of(&config).verify_access_token(&issued.access).is_none());
}
