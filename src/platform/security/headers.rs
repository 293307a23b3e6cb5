//! Response headers: what a page of ours may load, where it may be shown, and what may be kept of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderValue};
use leptos::nonce::Nonce;

use crate::platform::request;
use crate::platform::state::AppState;

/// Two years, as browsers' preload lists ask.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=63072000; includeSubDomains");

const PERMISSIONS: HeaderValue = HeaderValue::from_static(
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), usb=(), browsing-topics=()",
);

/// Pages for somebody with a session or a cart must not come back from a cache after signing out.
const PERSONAL: HeaderValue = HeaderValue::from_static("private, no-store");

/// Anonymous pages: kept for back and forward, asked about otherwise.
const PUBLIC: HeaderValue = HeaderValue::from_static("private, no-cache");

/// Our cookies that say who somebody is begin like this.
const PERSONAL_COOKIE: &str = "__Host-";

/// What this response may load. Goes along with the request, so that the page can widen it and the layer writes it.
#[derive(Clone, Debug)]
pub struct PagePolicy {
    pub nonce: Nonce,
    payment: Arc<AtomicBool>,
}

impl PagePolicy {
    fn new() -> Self {
        Self { nonce: Nonce::new(), payment: Arc::default() }
    }
}

/// Called by the page on which people pay: the gateway's own script and frames are allowed there, and nowhere else.
pub fn allow_payment_scripts() {
    request::of_parts(|parts| parts.extensions.get::<PagePolicy>().map(|policy| policy.payment.store(true, Ordering::Relaxed)));
}

/// The layer. What a handler has set itself is left alone: pictures and the sandbox's bank page have policies of their own.
pub async fn headers(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let policy = PagePolicy::new();
    request.extensions_mut().insert(policy.clone());
    let personal = is_personal(request.headers());
    let mut response = next.run(request).await;

    let gateway_is_elsewhere = !state.config.stripe.sandbox;
    let payment = policy.payment.load(Ordering::Relaxed) && gateway_is_elsewhere;
    let headers = response.headers_mut();
    if let Ok(csp) = HeaderValue::from_str(&content_security_policy(&policy.nonce, payment)) {
        set(headers, CONTENT_SECURITY_POLICY, csp);
    }
    set(headers, X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    set(headers, X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    set(headers, REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    // Wallets open windows of their own on the pay page.
    let opener = if payment { "same-origin-allow-popups" } else { "same-origin" };
    set(headers, HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static(opener));
    set(headers, HeaderName::from_static("permissions-policy"), PERMISSIONS);
    if state.config.production {
        set(headers, STRICT_TRANSPORT_SECURITY, HSTS);
    }
    if personal && !is_shared_file(headers) {
        headers.insert(CACHE_CONTROL, PERSONAL);
    } else {
        set(headers, CACHE_CONTROL, PUBLIC);
    }
    response
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    headers.entry(name).or_insert(value);
}

fn is_personal(headers: &HeaderMap) -> bool {
    headers.get_all(COOKIE).iter().any(|value| value.to_str().is_ok_and(|value| value.contains(PERSONAL_COOKIE)))
}

/// Assets and pictures are the same for everybody: they say so, and are not documents.
fn is_shared_file(headers: &HeaderMap) -> bool {
    let public = headers.get(CACHE_CONTROL).is_some_and(|value| value.as_bytes().starts_with(b"public"));
    let document = headers
        .get(CONTENT_TYPE)
        .is_none_or(|value| value.as_bytes().starts_with(b"text/html") || value.as_bytes().starts_with(b"application/json"));
    public && !document
}

/// No inline styles, no inline scripts without the nonce, no other hosts; Stripe's where paying happens, after Stripe's own list.
fn content_security_policy(nonce: &Nonce, payment: bool) -> String {
    let (script, frame, connect, image) = if payment {
        (
            " https://js.stripe.com https://*.js.stripe.com",
            "; frame-src 'self' https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com",
            " https://api.stripe.com",
            " https://*.stripe.com",
        )
    } else {
        ("", "", "", "")
    };
    format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'{script}; style-src 'self'; img-src 'self' data:{image}; \
         connect-src 'self'{connect}{frame}; frame-ancestors 'none'; base-uri 'self'; form-action 'self'; object-src 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_policy_allows_what_would_undo_it() {
        for payment in [false, true] {
            let csp = content_security_policy(&Nonce::new(), payment);
            for hole in ["unsafe-inline", "'unsafe-eval'", " * ", "http:"] {
                assert!(!csp.contains(hole), "{hole} in {csp}");
            }
            assert_eq!(csp.contains("stripe.com"), payment);
        }
    }
}
