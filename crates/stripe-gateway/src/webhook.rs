//! Proof that a message comes from the gateway, and the little we read of it.

use secrecy::{ExposeSecret, SecretString};
use stripe_webhook::{Webhook, WebhookError as StripeWebhookError};

/// Stripe's are 38 and longer. A short or empty key could be guessed.
pub const MIN_WEBHOOK_SECRET_LENGTH: usize = 16;
/// Stripe's ids are at most this long.
const MAX_ID_LENGTH: usize = 255;

/// Why a message was not accepted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum WebhookError {
    #[error("no signature")]
    MissingSignature,
    #[error("the signature does not match")]
    BadSignature,
    #[error("signed too long ago or in the future")]
    BadTimestamp,
    #[error("signed, but not an event that can be read")]
    Malformed,
}

/// What an event says about itself and its object; everything else is fetched from the gateway anew.
#[derive(Clone, Debug)]
pub struct Event {
    pub id: String,
    pub kind: String,
    pub created: i64,
    pub livemode: bool,
    pub object_id: Option<String>,
    /// The payment intent concerned: the object itself, or what a charge or refund names.
    pub intent_id: Option<String>,
    pub metadata: Vec<(String, String)>,
    pub payload: String,
}

pub(crate) fn verify(payload: &[u8], header: Option<&str>, secrets: &[SecretString]) -> Result<Event, WebhookError> {
    let header = header.filter(|header| !header.trim().is_empty()).ok_or(WebhookError::MissingSignature)?;
    let payload = std::str::from_utf8(payload).map_err(|_| WebhookError::BadSignature)?;
    // One timestamp, or else which of them was signed would be a matter of reading order.
    if header.split(',').filter(|pair| pair.starts_with("t=")).count() != 1 {
        return Err(WebhookError::BadSignature);
    }
    let mut verdict = WebhookError::BadSignature;
    for secret in secrets {
        match Webhook::construct_event(payload, header, secret.expose_secret()) {
            // `BadParse` comes only after the signature has proved right: an event of a kind, or in a version, that the library cannot
            // read is as genuine as any other, and our own reader takes what it needs.
            Ok(_) | Err(StripeWebhookError::BadParse(_)) => return read_verified(payload),
            Err(StripeWebhookError::BadTimestamp(_)) => verdict = WebhookError::BadTimestamp,
            Err(_) => {}
        }
    }
    Err(verdict)
}

/// Reads a message whose signature was checked, now or when it came and was kept: it proves nothing by itself.
///
/// # Errors
/// When it says too little to be used.
pub fn read_verified(payload: &str) -> Result<Event, WebhookError> {
    let event: serde_json::Value = serde_json::from_str(payload).map_err(|_| WebhookError::Malformed)?;
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    let id = text(&event["id"]).filter(|id| !id.is_empty() && id.len() <= MAX_ID_LENGTH).ok_or(WebhookError::Malformed)?;
    let object = &event["data"]["object"];
    Ok(Event {
        id,
        kind: text(&event["type"]).ok_or(WebhookError::Malformed)?,
        created: event["created"].as_i64().ok_or(WebhookError::Malformed)?,
        livemode: event["livemode"].as_bool().ok_or(WebhookError::Malformed)?,
        object_id: text(&object["id"]),
        intent_id: intent_of(object),
        metadata: metadata_of(object),
        payload: payload.to_owned(),
    })
}

/// The payment intent that an event's object is, or belongs to.
pub(crate) fn intent_of(object: &serde_json::Value) -> Option<String> {
    let field = if object["object"] == "payment_intent" { &object["id"] } else { &object["payment_intent"] };
    // An id, or the object if the account expands it.
    field.as_str().or_else(|| field["id"].as_str()).map(str::to_owned)
}

pub(crate) fn metadata_of(object: &serde_json::Value) -> Vec<(String, String)> {
    let pairs = object["metadata"].as_object().into_iter().flatten();
    pairs.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}
