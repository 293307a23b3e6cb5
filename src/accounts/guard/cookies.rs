//! Names and attributes of our cookies. `__Host-` binds a cookie to this very host: browsers take it only with `Secure`, `Path=/` and
//! without a domain (loopback counts as secure).

use std::collections::BTreeMap;
use std::time::Duration;

use http::header::{AUTHORIZATION, COOKIE};
use http::{HeaderMap, HeaderValue};

pub const ACCESS_COOKIE: &str = "__Host-souk_access";
pub const REFRESH_COOKIE: &str = "__Host-souk_refresh";
pub const CART_COOKIE: &str = "__Host-souk_cart";
/// By which a browser is known again, so that only a new one is worth a mail.
pub const DEVICE_COOKIE: &str = "__Host-souk_device";
/// The right password was given; the second step is owed.
pub const CHALLENGE_COOKIE: &str = "__Host-souk_challenge";

/// What a request brought.
#[derive(Default)]
pub struct Credentials {
    /// `Authorization: Bearer`. Where there is one, cookies say nothing about who acts.
    pub bearer: Option<String>,
    pub access: Option<String>,
    pub refresh: Option<String>,
    pub cart: Option<String>,
    pub device: Option<String>,
    pub challenge: Option<String>,
}

impl Credentials {
    pub fn of(headers: &HeaderMap) -> Self {
        let mut found = Self { bearer: headers.get(AUTHORIZATION).map(bearer), ..Self::default() };
        let pairs = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(cookie::Cookie::split_parse).flatten();
        for cookie in pairs {
            let slot = match cookie.name() {
                ACCESS_COOKIE => &mut found.access,
                REFRESH_COOKIE => &mut found.refresh,
                CART_COOKIE => &mut found.cart,
                DEVICE_COOKIE => &mut found.device,
                CHALLENGE_COOKIE => &mut found.challenge,
                _ => continue,
            };
            // The browser sends one of each; of several the first counts.
            slot.get_or_insert_with(|| cookie.value().to_owned());
        }
        found
    }
}

/// The token, or an empty text that no token is, for whatever else stands in the header.
fn bearer(value: &HeaderValue) -> String {
    let (scheme, token) = value.to_str().unwrap_or("").split_once(' ').unwrap_or_default();
    if scheme.eq_ignore_ascii_case("bearer") { token.trim().to_owned() } else { String::new() }
}

/// Cookies to be set with the response; of several under one name the last.
#[derive(Default)]
pub struct Outgoing(BTreeMap<&'static str, HeaderValue>);

impl Outgoing {
    pub fn set(&mut self, name: &'static str, value: &str, lifetime: Duration) {
        let text = format!("{name}={value}; Path=/; Max-Age={}; HttpOnly; Secure; SameSite=Lax", lifetime.as_secs());
        // Values are ours and plain ASCII, so this cannot fail; a cookie that did would only be missing.
        if let Ok(mut header) = HeaderValue::from_str(&text) {
            header.set_sensitive(true);
            self.0.insert(name, header);
        }
    }

    pub fn clear(&mut self, name: &'static str) {
        self.set(name, "", Duration::ZERO);
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn take(&mut self) -> impl Iterator<Item = HeaderValue> + use<> {
        std::mem::take(&mut self.0).into_values()
    }
}
