//! Who is calling: a secret key as Bearer or as the name of Basic, or a publishable key.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use secrecy::ExposeSecret;
use subtle::ConstantTimeEq;

use super::call::Caller;
use super::refusal::Refusal;
use crate::platform::config::StripeConfig;

const HOW: &str = "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').";

/// # Errors
/// 401 without a key, or with one that is not ours.
pub(super) fn authenticate(config: &StripeConfig, headers: &HeaderMap) -> Result<Caller, Refusal> {
    let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let key = match header.split_once(' ') {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => key.trim().to_owned(),
        Some((scheme, encoded)) if scheme.eq_ignore_ascii_case("basic") => basic_name(encoded.trim()).unwrap_or_default(),
        _ => String::new(),
    };
    if key.is_empty() {
        return Err(Refusal::unauthorized(HOW));
    }
    let equals = |known: &str| !known.is_empty() && bool::from(known.as_bytes().ct_eq(key.as_bytes()));
    if equals(config.secret_key.expose_secret()) {
        Ok(Caller::Server)
    } else if equals(&config.publishable_key) {
        Ok(Caller::Browser)
    } else {
        Err(Refusal::unauthorized("Invalid API Key provided."))
    }
}

fn basic_name(encoded: &str) -> Option<String> {
    let decoded = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    decoded.split_once(':').map(|(name, _)| name.to_owned())
}
