//! The payment sandbox: the whole shop on a fresh machine, without an account anywhere. It speaks Stripe's HTTP, serves a script that stands
//! in for Stripe.js, and posts signed webhooks to our own endpoint.
//!
//! Invariants: the shop reaches it over HTTP through the real client and in no other way (only `server.rs` imports this module); it is not
//! mounted where real money moves; a card number that is not one of Stripe's test cards is refused and kept nowhere; effect, events and the
//! answer that an idempotency key remembers are one transaction; what it does not know it refuses.

mod amounts;
mod api;
mod attempt;
mod auth;
mod call;
mod cards;
mod delivery;
mod form;
mod ids;
mod intents;
mod records;
mod refunds;
mod refusal;
mod script;
mod shapes;
mod store;
mod switches;
mod three_d_secure;

use axum::Router;
use axum::routing::{get, post};
use tokio_util::sync::CancellationToken;

use crate::platform::state::AppState;

/// Where the sandbox is mounted.
pub const PREFIX: &str = "/_stripe";
/// The version of Stripe's API that it speaks; the client's and the official library's are the same, and a test says so.
pub const API_VERSION: &str = "2026-09-30.endive";

/// Every route, for those who list them.
pub const ROUTES: &[(&str, &str)] = &[
    ("GET", "/_stripe/v3.js"),
    ("GET", "/_stripe/v3.css"),
    ("GET", "/_stripe/3ds/{id}"),
    ("POST", "/_stripe/3ds/{id}"),
    ("POST", "/_stripe/v1/payment_intents"),
    ("GET", "/_stripe/v1/payment_intents/{id}"),
    ("POST", "/_stripe/v1/payment_intents/{id}"),
    ("POST", "/_stripe/v1/payment_intents/{id}/confirm"),
    ("POST", "/_stripe/v1/payment_intents/{id}/cancel"),
    ("POST", "/_stripe/v1/payment_intents/{id}/authenticate"),
    ("GET", "/_stripe/v1/refunds"),
    ("POST", "/_stripe/v1/refunds"),
    ("GET", "/_stripe/v1/refunds/{id}"),
    ("POST", "/_stripe/v1/customers"),
    ("GET", "/_stripe/v1/customers/{id}"),
    ("GET", "/_stripe/v1/charges"),
    ("GET", "/_stripe/v1/charges/{id}"),
    ("GET", "/_stripe/v1/events"),
    ("GET", "/_stripe/v1/events/{id}"),
    ("GET", "/_stripe/test/switches"),
    ("POST", "/_stripe/test/switches"),
];

/// The sandbox's routes.
pub fn router(state: AppState) -> Router {
    let mut router = Router::new();
    for (method, path) in ROUTES {
        let route = match (*method, *path) {
            (_, "/_stripe/v3.js") => get(script::javascript),
            (_, "/_stripe/v3.css") => get(script::stylesheet),
            ("GET", "/_stripe/3ds/{id}") => get(three_d_secure::ask),
            ("POST", "/_stripe/3ds/{id}") => post(three_d_secure::answer),
            ("GET", _) => get(api::handle),
            _ => post(api::handle),
        };
        router = router.route(path, route);
    }
    // What it does not know it refuses in Stripe's words.
    router.route("/_stripe/v1/{*rest}", axum::routing::any(api::handle)).with_state(state)
}

/// Sends webhooks until shut down.
pub async fn start(state: AppState, shutdown: CancellationToken) {
    delivery::run(state, shutdown).await;
}
