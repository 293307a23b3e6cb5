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
mod disputes;
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

use tokio_util::sync::CancellationToken;

use crate::platform::routes::PlainRoutes;
use crate::platform::state::AppState;

/// Where the sandbox is mounted.
pub const PREFIX: &str = "/_stripe";
/// The version of Stripe's API that it speaks; the client's and the official library's are the same, and a test says so.
pub const API_VERSION: &str = "2026-09-30.endive";

/// The sandbox's routes; for `server.rs`, and only where the configuration says sandbox.
pub fn routes(routes: PlainRoutes) -> PlainRoutes {
    use api::handle;
    routes
        .get("/_stripe/v3.js", script::javascript)
        .get("/_stripe/v3.css", script::stylesheet)
        .get("/_stripe/3ds/{id}", three_d_secure::ask)
        .post("/_stripe/3ds/{id}", three_d_secure::answer)
        .post("/_stripe/v1/payment_intents", handle)
        .get("/_stripe/v1/payment_intents/{id}", handle)
        .post("/_stripe/v1/payment_intents/{id}", handle)
        .post("/_stripe/v1/payment_intents/{id}/confirm", handle)
        .post("/_stripe/v1/payment_intents/{id}/cancel", handle)
        .post("/_stripe/v1/payment_intents/{id}/authenticate", handle)
        .get("/_stripe/v1/refunds", handle)
        .post("/_stripe/v1/refunds", handle)
        .get("/_stripe/v1/refunds/{id}", handle)
        .get("/_stripe/v1/disputes", handle)
        .get("/_stripe/v1/disputes/{id}", handle)
        .post("/_stripe/v1/disputes/{id}/close", handle)
        .post("/_stripe/v1/customers", handle)
        .get("/_stripe/v1/customers/{id}", handle)
        .get("/_stripe/v1/charges", handle)
        .get("/_stripe/v1/charges/{id}", handle)
        .get("/_stripe/v1/events", handle)
        .get("/_stripe/v1/events/{id}", handle)
        .get("/_stripe/test/switches", handle)
        .post("/_stripe/test/switches", handle)
        // What it does not know it refuses in Stripe's words.
        .get("/_stripe/v1/{*rest}", handle)
        .post("/_stripe/v1/{*rest}", handle)
}

/// Sends webhooks until shut down; what is on its way then is finished first.
pub async fn start(state: AppState, shutdown: CancellationToken) {
    delivery::run(state, shutdown).await;
}
