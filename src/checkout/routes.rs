//! Where the gateway tells us about payments.

use axum::body::Bytes;
use axum::extract::State;
use http::{HeaderMap, StatusCode};

use super::service;
use crate::error::AppError;
use crate::payments::service::{InboxEvent, event_seen, ignore_event};
use crate::platform::gateway::{GatewayError, signature_header};
use crate::platform::routes::PlainRoutes;
use crate::platform::state::AppState;

/// Stripe's events are a few kilobytes.
pub const MAX_EVENT_BYTES: usize = 256 * 1024;

pub fn routes(routes: PlainRoutes) -> PlainRoutes {
    routes.post_up_to(MAX_EVENT_BYTES, "/webhooks/stripe", stripe_webhook)
}

/// `POST /webhooks/stripe`: proves the signature over the raw bytes, fetches the intent as it is now (events may be late or out of order), and
/// applies it. 2xx only once that is committed; anything else makes the gateway send the event again.
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
    let again = |error: AppError| {
        let status = StatusCode::from_u16(error.status_code()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        tracing::warn!(%error, %status, "webhook not applied; the gateway will send it again");
        (status, "not applied".to_owned())
    };
    if event_seen(&state.db, event.id()).await.map_err(again)? {
        return Ok(StatusCode::OK);
    }
    let about_intent = event.kind().starts_with("payment_intent.");
    let (Some(intent_id), Some(_order), true) = (event.object_id(), event.order_id(), about_intent) else {
        let row = InboxEvent { id: event.id(), kind: event.kind(), object_id: event.object_id(), payload: event.payload() };
        ignore_event(&state.db, row).await.map_err(again)?;
        return Ok(StatusCode::OK);
    };
    let intent = match state.gateway.retrieve_intent(intent_id).await {
        Ok(intent) => intent,
        Err(GatewayError::Refused { code, message }) => {
            tracing::error!(event = event.id(), code, message, "the gateway does not know the intent of its own event");
            return Err((StatusCode::INTERNAL_SERVER_ERROR, "not applied".to_owned()));
        }
        Err(error) => {
            tracing::warn!(event = event.id(), %error, "intent not fetched");
            return Err((StatusCode::SERVICE_UNAVAILABLE, "not applied".to_owned()));
        }
    };
    service::apply_payment_intent(&state, &intent, Some(&event)).await.map_err(again)?;
    Ok(StatusCode::OK)
}
