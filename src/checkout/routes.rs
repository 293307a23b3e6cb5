//! Where the gateway tells us about payments.

use axum::body::Bytes;
use axum::extract::State;
use http::{HeaderMap, StatusCode};

use super::service;
use crate::platform::gateway::signature_header;
use crate::platform::routes::PlainRoutes;
use crate::platform::state::AppState;

/// Stripe's events are a few kilobytes.
pub const MAX_EVENT_BYTES: usize = 256 * 1024;

pub fn routes(routes: PlainRoutes) -> PlainRoutes {
    routes.post_up_to(MAX_EVENT_BYTES, "/webhooks/stripe", stripe_webhook)
}

/// `POST /webhooks/stripe`: proves the signature over the raw bytes, and applies the event. 2xx only once that is committed; anything else
/// makes the gateway send it again.
///
/// # Errors
/// 400 for what is not signed by the gateway or is of the other mode; 404, 503 and 500 for what should be sent again.
async fn stripe_webhook(State(state): State<AppState>, headers: HeaderMap, body: Bytes) -> Result<StatusCode, (StatusCode, String)> {
    let event = state.gateway.verify(&body, signature_header(&headers)).map_err(|error| {
        metrics::counter!("souk_webhook_refused_total").increment(1);
        tracing::warn!(%error, "webhook refused");
        (StatusCode::BAD_REQUEST, "signature not accepted".to_owned())
    })?;
    if event.livemode() == state.config.stripe.test_mode() {
        // A sandbox's event must never pay for real goods (CVE-2026-92400).
        tracing::error!(event = event.id(), "webhook of the other mode refused");
        return Err((StatusCode::BAD_REQUEST, "wrong mode".to_owned()));
    }
    service::receive(&state, &event).await.map_err(|error| {
        let status = StatusCode::from_u16(error.status_code()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        tracing::warn!(event = event.id(), %error, %status, "webhook not applied; the gateway will send it again");
        (status, "not applied".to_owned())
    })?;
    Ok(StatusCode::OK)
}
