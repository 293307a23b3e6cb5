//! Stripe's error shape.

use serde_json::{Map, Value, json};

/// A request that is not done, in the words of Stripe's API.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Refusal {
    status: u16,
    error: Map<String, Value>,
    /// Refused before the call began, so that no key should remember it (Stripe: "no result is saved if parameters fail validation").
    forgotten: bool,
}

impl Refusal {
    fn new(status: u16, kind: &str, message: &str) -> Self {
        let mut error = Map::new();
        error.insert("type".to_owned(), kind.into());
        error.insert("message".to_owned(), message.into());
        Self { status, error, forgotten: false }
    }

    fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.error.insert(key.to_owned(), value.into());
        self
    }

    /// Adds the code and where to read about it.
    pub(super) fn code(self, code: &str) -> Self {
        let url = format!("https://stripe.com/docs/error-codes/{}", code.replace('_', "-"));
        self.with("code", code).with("doc_url", url)
    }

    /// A parameter that cannot be used.
    pub(super) fn invalid(message: &str, param: &str) -> Self {
        let mut refusal = Self::new(400, "invalid_request_error", message);
        if !param.is_empty() {
            refusal = refusal.with("param", param);
        }
        Self { forgotten: true, ..refusal }
    }

    pub(super) fn missing(param: &str) -> Self {
        Self::invalid(&format!("Missing required param: {param}."), param).code("parameter_missing")
    }

    /// The state of things forbids it.
    pub(super) fn state(message: &str) -> Self {
        Self::new(400, "invalid_request_error", message)
    }

    pub(super) fn no_such(kind: &str, id: &str) -> Self {
        Self::new(404, "invalid_request_error", &format!("No such {kind}: '{id}'")).code("resource_missing").with("param", "id")
    }

    pub(super) fn unknown_url(method: &str, path: &str) -> Self {
        let message = format!("Unrecognized request URL ({method}: {path}).");
        Self { forgotten: true, ..Self::new(404, "invalid_request_error", &message) }
    }

    pub(super) fn unauthorized(message: &str) -> Self {
        Self { forgotten: true, ..Self::new(401, "invalid_request_error", message) }
    }

    /// The card, or whoever issued it, says no.
    pub(super) fn card(code: &str, decline_code: Option<&str>, message: &str) -> Self {
        let refusal = Self::new(402, "card_error", message).code(code);
        match decline_code {
            Some(decline_code) => refusal.with("decline_code", decline_code),
            None => refusal,
        }
    }

    /// Refused before an attempt to pay came about.
    pub(super) fn forgettable(self) -> Self {
        Self { forgotten: true, ..self }
    }

    pub(super) fn with_param(self, param: &str) -> Self {
        self.with("param", param)
    }

    pub(super) fn with_intent(self, intent: &Value) -> Self {
        self.with("payment_intent", intent.clone())
    }

    pub(super) fn with_charge(self, charge: &str) -> Self {
        self.with("charge", charge)
    }

    /// The same key with another request.
    pub(super) fn key_reused(key: &str) -> Self {
        let message = format!(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '{key}' if you meant to execute a different request."
        );
        Self { forgotten: true, ..Self::new(400, "idempotency_error", &message) }
    }

    /// The first request with this key has not been answered yet.
    pub(super) fn key_in_use(key: &str) -> Self {
        let message = format!("There is currently another in-progress request using this Idempotent Key: {key}. Please try again later.");
        Self { forgotten: true, ..Self::new(409, "idempotency_error", &message).code("idempotency_key_in_use") }
    }

    pub(super) fn too_large() -> Self {
        Self { forgotten: true, ..Self::new(413, "invalid_request_error", "The request is too large.") }
    }

    /// Our own fault, or one that a switch asked for.
    pub(super) fn server_error() -> Self {
        Self { forgotten: true, ..Self::new(500, "api_error", "An error occurred on the sandbox's side.") }
    }

    pub(super) fn status(&self) -> u16 {
        self.status
    }

    pub(super) fn is_forgotten(&self) -> bool {
        self.forgotten
    }

    /// What an intent kept as `last_payment_error`, told to whoever tried.
    pub(super) fn from_payment_error(error: &Value) -> Self {
        Self { status: 402, error: error.as_object().cloned().unwrap_or_default(), forgotten: false }
    }

    /// What an intent keeps as `last_payment_error`.
    pub(super) fn as_payment_error(&self) -> Value {
        Value::Object(self.error.clone())
    }

    pub(super) fn body(&self) -> Value {
        json!({ "error": self.error })
    }
}
