//! The payment gateway as the shop sees it: a thin port over `crates/stripe-gateway`, between our money and ids and its plain ones.
//!
//! There is one implementation. The sandbox stands at the far end of the same HTTP, so that nothing here knows whether money is real.

mod convert;
mod event;

use std::time::Duration;

use secrecy::SecretString;
use time::OffsetDateTime;

use super::config::StripeConfig;
use crate::text_enum;
use crate::values::{Money, OrderId, RefundId, UserId};

pub use event::{VerifiedEvent, WebhookError, signature_header};
pub use stripe_gateway::SettingsError;

/// Names of what we write into the gateway's metadata, to find our way back from there.
pub const METADATA_ORDER: &str = "order_id";
pub const METADATA_USER: &str = "user_id";
pub const METADATA_REFUND: &str = "refund_id";

/// Handle on the payment gateway; cheap to clone, shows no secrets.
#[derive(Clone, Debug)]
pub struct Gateway {
    client: stripe_gateway::Client,
}

/// A payment to be asked for.
#[derive(Clone, Copy, Debug)]
pub struct NewIntent<'a> {
    pub order_id: OrderId,
    pub user_id: UserId,
    pub amount: Money,
    /// Stable for this payment: a retry brings the same intent.
    pub idempotency_key: &'a str,
}

text_enum! {
    /// Where a payment stands at the gateway.
    pub enum IntentStatus {
        RequiresPaymentMethod => "requires_payment_method",
        RequiresConfirmation => "requires_confirmation",
        RequiresAction => "requires_action",
        Processing => "processing",
        RequiresCapture => "requires_capture",
        Canceled => "canceled",
        Succeeded => "succeeded",
    }
}

/// A payment as the gateway has it.
#[derive(Clone)]
pub struct Intent {
    pub id: String,
    /// Whoever knows it can pay; not for logs.
    pub client_secret: Option<String>,
    pub status: IntentStatus,
    pub amount: Money,
    pub amount_received_minor: i64,
    /// From the metadata: which order it says it pays.
    pub order_id: Option<OrderId>,
    pub last_error: Option<IntentError>,
    pub livemode: bool,
}

/// Shows no client secret.
impl std::fmt::Debug for Intent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Intent").field("id", &self.id).field("status", &self.status).field("amount", &self.amount).finish_non_exhaustive()
    }
}

/// Why the last attempt to pay failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IntentError {
    /// The issuer's reason where it gave one (`insufficient_funds`), else the gateway's code (`processing_error`).
    pub code: String,
    /// Written for the customer.
    pub message: String,
}

/// Money to be given back.
#[derive(Clone, Copy, Debug)]
pub struct NewRefund<'a> {
    pub intent_id: &'a str,
    pub amount: Money,
    /// Stable for this refund: a retry brings the same one.
    pub idempotency_key: &'a str,
    pub order_id: OrderId,
    pub refund_id: RefundId,
}

text_enum! {
    /// Where a refund stands at the gateway.
    pub enum GatewayRefundStatus {
        Pending => "pending",
        RequiresAction => "requires_action",
        Succeeded => "succeeded",
        Failed => "failed",
        Canceled => "canceled",
    }
}

impl GatewayRefundStatus {
    /// The money is ours again.
    pub const fn has_failed(self) -> bool {
        matches!(self, Self::Failed | Self::Canceled)
    }
}

/// A refund as the gateway has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GatewayRefund {
    pub id: String,
    pub intent_id: Option<String>,
    pub amount: Money,
    pub status: GatewayRefundStatus,
    pub failure_reason: Option<String>,
}

text_enum! {
    /// Where a dispute stands. The first three are a bank's question, which takes no money yet.
    pub enum DisputeStatus {
        WarningNeedsResponse => "warning_needs_response",
        WarningUnderReview => "warning_under_review",
        WarningClosed => "warning_closed",
        NeedsResponse => "needs_response",
        UnderReview => "under_review",
        Won => "won",
        Lost => "lost",
        Prevented => "prevented",
    }
}

impl DisputeStatus {
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::WarningClosed | Self::Won | Self::Lost | Self::Prevented)
    }

    /// As admins read it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::WarningNeedsResponse => "Question to answer",
            Self::WarningUnderReview => "Question under review",
            Self::WarningClosed => "Question settled",
            Self::NeedsResponse => "To answer",
            Self::UnderReview => "Under review",
            Self::Won => "Won",
            Self::Lost => "Lost",
            Self::Prevented => "Prevented",
        }
    }
}

/// A payment that the customer's bank disputes, as an event tells of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dispute {
    pub id: String,
    pub intent_id: Option<String>,
    pub amount: Money,
    /// The gateway's word for the customer's reason, such as `product_not_received`.
    pub reason: String,
    pub status: DisputeStatus,
    /// Whether the gateway would still give the payment back.
    pub refundable: bool,
    /// Until when one may answer, if the bank takes answers at all.
    pub evidence_due_at: Option<OffsetDateTime>,
    pub opened_at: OffsetDateTime,
}

/// Events found by listing, newest first.
#[derive(Clone, Debug)]
pub struct EventPage {
    pub events: Vec<VerifiedEvent>,
    pub has_more: bool,
}

/// Why a call brought no result.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum GatewayError {
    /// A definite no: nothing happened there.
    #[error("refused by the payment gateway: {code}: {message}")]
    Refused { code: String, message: String },
    /// It may or may not have happened: ask again with the same key, or let the reconciler look.
    #[error("outcome unknown at the payment gateway: {0}")]
    OutcomeUnknown(String),
    /// Nothing happened, for now.
    #[error("payment gateway not available: {0}")]
    Unavailable(String),
}

impl GatewayError {
    /// A no that asking again under the same key does not change, and behind which nothing is hidden. One about the key itself says nothing
    /// about what the key once made.
    pub fn is_for_good(&self) -> bool {
        matches!(self, Self::Refused { code, .. } if code != "idempotency_error")
    }

    /// Refused since the intent is in a state that does not allow it: it was paid, or canceled, in the meantime.
    pub fn is_unexpected_state(&self) -> bool {
        matches!(self, Self::Refused { code, .. } if code == "payment_intent_unexpected_state")
    }

    /// Refused since nothing is left to refund, which a refund worker counts as done.
    pub fn is_already_refunded(&self) -> bool {
        matches!(self, Self::Refused { code, .. } if code == "charge_already_refunded")
    }
}

impl Gateway {
    /// # Errors
    /// When the configuration cannot be used: no URL, clear text off loopback, a weak secret.
    pub fn new(config: &StripeConfig) -> Result<Self, SettingsError> {
        Self::with_timeout(config, stripe_gateway::ATTEMPT_TIMEOUT)
    }

    /// As `new`, with another time limit per attempt: tests do not wait for ten seconds.
    ///
    /// # Errors
    /// As `new`.
    pub fn with_timeout(config: &StripeConfig, attempt_timeout: Duration) -> Result<Self, SettingsError> {
        let webhook_secrets: Vec<SecretString> = config.webhook_secrets.clone();
        let client = stripe_gateway::Client::new(&stripe_gateway::Settings {
            api_url: config.api_url.clone(),
            secret_key: config.secret_key.clone(),
            webhook_secrets,
            attempt_timeout,
        })?;
        Ok(Self { client })
    }

    /// Asks for a payment; the same key brings the same intent.
    ///
    /// # Errors
    /// `OutcomeUnknown`: try again with the same key. `Refused`: it will not come about.
    pub async fn create_intent(&self, new: NewIntent<'_>) -> Result<Intent, GatewayError> {
        let request = stripe_gateway::NewIntent {
            amount_minor: new.amount.amount_minor,
            currency: new.amount.currency.code(),
            metadata: vec![(METADATA_ORDER, new.order_id.to_string()), (METADATA_USER, new.user_id.to_string())],
            idempotency_key: new.idempotency_key,
        };
        convert::intent(self.client.create_intent(&request).await?)
    }

    /// # Errors
    /// `Refused` with `resource_missing` if there is none.
    pub async fn retrieve_intent(&self, id: &str) -> Result<Intent, GatewayError> {
        convert::intent(self.client.retrieve_intent(id).await?)
    }

    /// Ends an intent that is not paid.
    ///
    /// # Errors
    /// `Refused`, see [`GatewayError::is_unexpected_state`], if it is paid, being paid, or canceled already: retrieve it.
    pub async fn cancel_intent(&self, id: &str) -> Result<Intent, GatewayError> {
        // Without a key of its own: a canceled intent refuses to be canceled again, and a replayed old refusal ("being processed")
        // would outlive its reason.
        let key = format!("{id}:cancel:{}", uuid::Uuid::new_v4().simple());
        match self.client.cancel_intent(id, &key).await {
            Ok(intent) => convert::intent(intent),
            Err(error) => Err(error.into()),
        }
    }

    /// Gives money back; the same key brings the same refund.
    ///
    /// # Errors
    /// `Refused`, see [`GatewayError::is_already_refunded`]. `OutcomeUnknown`: try again with the same key.
    pub async fn create_refund(&self, new: NewRefund<'_>) -> Result<GatewayRefund, GatewayError> {
        let request = stripe_gateway::NewRefund {
            intent_id: new.intent_id,
            amount_minor: new.amount.amount_minor,
            metadata: vec![(METADATA_REFUND, new.refund_id.to_string()), (METADATA_ORDER, new.order_id.to_string())],
            idempotency_key: new.idempotency_key,
        };
        convert::refund(self.client.create_refund(&request).await?)
    }

    /// # Errors
    /// `Refused` with `resource_missing` if there is none.
    pub async fn retrieve_refund(&self, id: &str) -> Result<GatewayRefund, GatewayError> {
        convert::refund(self.client.retrieve_refund(id).await?)
    }

    /// Events created at or after a time (seconds since 1970), newest first; `after` is the last id of the page before. They come from the
    /// gateway itself, asked with our key, which proves them as a signature does.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn list_events(&self, since: i64, after: Option<&str>) -> Result<EventPage, GatewayError> {
        Ok(convert::page(self.client.list_events(since, after).await?))
    }

    /// Turns a message into an event, if its signature proves that the gateway sent it within the last five minutes.
    ///
    /// # Errors
    /// When it does not.
    pub fn verify(&self, payload: &[u8], signature_header: Option<&str>) -> Result<VerifiedEvent, WebhookError> {
        self.client.verify(payload, signature_header).map(VerifiedEvent::proven)
    }

    /// An event from our own inbox, which keeps only what was verified when it came.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn reread(&self, kept: &str) -> Result<VerifiedEvent, WebhookError> {
        stripe_gateway::read_verified(kept).map(VerifiedEvent::proven)
    }
}
