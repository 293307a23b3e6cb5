//! An event that cannot exist unless its signature was right.

use super::{Dispute, GatewayError, METADATA_REFUND, convert};
use crate::values::{OrderId, RefundId};

pub use stripe_gateway::WebhookError;

/// A message from the gateway, proven: private fields, made by [`super::Gateway::verify`], by [`super::Gateway::list_events`], where the
/// gateway itself answers, and, from what these once made, by [`super::Gateway::reread`].
#[derive(Clone)]
pub struct VerifiedEvent {
    event: stripe_gateway::Event,
}

impl VerifiedEvent {
    pub(super) fn proven(event: stripe_gateway::Event) -> Self {
        Self { event }
    }

    pub fn id(&self) -> &str {
        &self.event.id
    }

    /// `payment_intent.succeeded` and so on.
    pub fn kind(&self) -> &str {
        &self.event.kind
    }

    /// When it happened, in seconds since 1970.
    pub fn created(&self) -> i64 {
        self.event.created
    }

    pub fn livemode(&self) -> bool {
        self.event.livemode
    }

    pub fn object_id(&self) -> Option<&str> {
        self.event.object_id.as_deref()
    }

    /// The payment intent concerned: the object itself, or the one that a charge or refund names.
    pub fn intent_id(&self) -> Option<&str> {
        self.event.intent_id.as_deref()
    }

    /// The refund of ours that the object's metadata names: a hint, as the order is.
    pub fn refund_id(&self) -> Option<RefundId> {
        self.event.metadata.iter().find(|(key, _)| key == METADATA_REFUND).and_then(|(_, value)| value.parse().ok())
    }

    /// The order that the object's metadata names: a hint to be checked against our own rows.
    pub fn order_id(&self) -> Option<OrderId> {
        convert::order_id(&self.event.metadata)
    }

    /// What it says about a dispute: the event's own words, since nothing else of ours asks about disputes.
    ///
    /// # Errors
    /// `OutcomeUnknown` if it says too little, or something that we do not know.
    pub fn dispute(&self) -> Result<Dispute, GatewayError> {
        convert::dispute(self.payload(), self.intent_id())
    }

    /// The message as it came.
    pub fn payload(&self) -> &str {
        &self.event.payload
    }
}

/// Shows no payload: it holds the client secret and an address.
impl std::fmt::Debug for VerifiedEvent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VerifiedEvent").field("id", &self.id()).field("kind", &self.kind()).finish_non_exhaustive()
    }
}

/// The signature of a request: the one `Stripe-Signature` header. Two of them are as good as none, since it would be a matter of taste
/// which one counts.
pub fn signature_header(headers: &http::HeaderMap) -> Option<&str> {
    let mut all = headers.get_all("stripe-signature").iter();
    let only = all.next()?;
    if all.next().is_some() { None } else { only.to_str().ok() }
}
