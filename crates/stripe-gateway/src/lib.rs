//! Every call to async-stripe, behind plain functions and plain types: nothing of it leaks out, so that the shop compiles without knowing its
//! types and another client could take its place.
//!
//! What the client itself does not do and this does: a retry loop with a *stable* idempotency key (its own strategies draw a new key per
//! call), a time limit per attempt (it has none), and a distinction that money depends on: *refused* is a definite no, *outcome unknown* is
//! not ("nothing came back" after a write may well have charged somebody).

mod calls;
mod retry;
mod webhook;

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

pub use calls::{EventPage, Intent, IntentError, NewIntent, NewRefund, Refund};
pub use webhook::{Event, MIN_WEBHOOK_SECRET_LENGTH, WebhookError, read_verified};

/// Time for one attempt. Stripe's own libraries allow 80 s; a customer waits behind this one.
pub const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);

/// How to reach the gateway.
#[derive(Clone)]
pub struct Settings {
    /// With the trailing slash. `http://` is taken for loopback alone.
    pub api_url: String,
    pub secret_key: SecretString,
    /// Several while a secret is being rotated.
    pub webhook_secrets: Vec<SecretString>,
    pub attempt_timeout: Duration,
}

/// A client of the gateway; cheap to clone.
#[derive(Clone)]
pub struct Client {
    stripe: stripe::Client,
    webhook_secrets: Vec<SecretString>,
    attempt_timeout: Duration,
}

/// Shows nothing: keys must not reach a log through somebody's `{:?}`.
impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

/// Why a call brought no result.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Error {
    /// A definite no: nothing happened at the gateway.
    #[error("refused by the gateway: {code}: {message}")]
    Refused { code: String, message: String },
    /// The write may or may not have happened: ask again with the same key, or look it up.
    #[error("outcome unknown: {0}")]
    OutcomeUnknown(String),
    /// The gateway did nothing, for now: not reachable, overloaded, or our key is wrong.
    #[error("gateway not available: {0}")]
    Unavailable(String),
}

/// Why no client could be made.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("the gateway's address must be an absolute URL that ends with a slash")]
    Url,
    #[error("http:// is allowed for the gateway on loopback only")]
    PlainHttp,
    #[error("the gateway's secret key is empty or cannot stand in a header")]
    SecretKey,
    /// An empty HMAC key would let anybody sign.
    #[error("a webhook secret is shorter than {} characters", MIN_WEBHOOK_SECRET_LENGTH)]
    WebhookSecret,
}

impl Client {
    /// # Errors
    /// When a setting cannot be used.
    pub fn new(settings: &Settings) -> Result<Self, SettingsError> {
        check_url(&settings.api_url)?;
        let key = settings.secret_key.expose_secret();
        if key.is_empty() {
            return Err(SettingsError::SecretKey);
        }
        if settings.webhook_secrets.iter().any(|secret| secret.expose_secret().len() < MIN_WEBHOOK_SECRET_LENGTH) {
            return Err(SettingsError::WebhookSecret);
        }
        let stripe = stripe::ClientBuilder::new(key).url(settings.api_url.as_str()).build().map_err(|_| SettingsError::SecretKey)?;
        Ok(Self { stripe, webhook_secrets: settings.webhook_secrets.clone(), attempt_timeout: settings.attempt_timeout })
    }

    /// Checks the signature against each secret, and the time (five minutes either way); then reads what we need, tolerantly.
    ///
    /// # Errors
    /// When the message is not proven to come from the gateway, or says too little to be used.
    pub fn verify(&self, payload: &[u8], signature_header: Option<&str>) -> Result<Event, WebhookError> {
        webhook::verify(payload, signature_header, &self.webhook_secrets)
    }
}

/// Keys travel with every call, so they travel in clear text only where no wire is.
fn check_url(url: &str) -> Result<(), SettingsError> {
    let uri: http::Uri = url.parse().map_err(|_| SettingsError::Url)?;
    let authority = uri.authority().ok_or(SettingsError::Url)?;
    let host = authority.host();
    // Host and port alone: no user's name before, nothing odd behind.
    let plain = authority.port_u16().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    if !url.ends_with('/') || uri.query().is_some() || authority.as_str() != plain {
        return Err(SettingsError::Url);
    }
    match uri.scheme_str() {
        Some("https") => Ok(()),
        Some("http") if is_loopback(host) => Ok(()),
        Some("http") => Err(SettingsError::PlainHttp),
        _ => Err(SettingsError::Url),
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn settings(url: &str, key: &str, secret: &str) -> Settings {
        Settings { api_url: url.to_owned(), secret_key: key.into(), webhook_secrets: vec![secret.into()], attempt_timeout: ATTEMPT_TIMEOUT }
    }

    #[test]
    fn clear_text_stays_on_loopback() {
        let secret = "whsec_0123456789abcdef";
        for url in ["https://api.stripe.com/", "http://127.0.0.1:3000/_stripe/", "http://localhost:3000/", "http://[::1]:3000/"] {
            assert!(Client::new(&settings(url, "sk_test_x", secret)).is_ok(), "{url}");
        }
        for url in [
            "http://api.stripe.com/",
            "http://127.0.0.1.example.com/",
            "http://127.0.0.1@example.com/",
            "http://127.0.0.1:30001.example.com/",
            "http://192.168.0.1/",
            "ftp://127.0.0.1/",
            "https://api.stripe.com",
            "/v1/",
            "",
        ] {
            assert!(Client::new(&settings(url, "sk_test_x", secret)).is_err(), "{url}");
        }
    }

    #[test]
    fn weak_secrets_are_refused_and_none_is_shown() {
        let url = "https://api.stripe.com/";
        assert_eq!(Client::new(&settings(url, "sk_test_x", "")).unwrap_err(), SettingsError::WebhookSecret);
        assert_eq!(Client::new(&settings(url, "", "whsec_0123456789abcdef")).unwrap_err(), SettingsError::SecretKey);
        assert_eq!(Client::new(&settings(url, "sk\n", "whsec_0123456789abcdef")).unwrap_err(), SettingsError::SecretKey);
        let client = Client::new(&settings(url, "sk_test_canary", "whsec_canary0123456789")).unwrap();
        assert!(!format!("{client:?}").contains("canary"));
    }
}
