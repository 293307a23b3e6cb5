//! Between the plain values of `stripe-gateway` and ours. A reply we cannot make sense of is an unknown outcome, not a failure.

use super::{EventPage, GatewayError, GatewayRefund, Intent, IntentError, ListedEvent, METADATA_ORDER};
use crate::values::{Money, OrderId};

impl From<stripe_gateway::Error> for GatewayError {
    fn from(error: stripe_gateway::Error) -> Self {
        match error {
            stripe_gateway::Error::Refused { code, message } => Self::Refused { code, message },
            stripe_gateway::Error::OutcomeUnknown(why) => Self::OutcomeUnknown(why),
            stripe_gateway::Error::Unavailable(why) => Self::Unavailable(why),
        }
    }
}

pub(super) fn intent(intent: stripe_gateway::Intent) -> Result<Intent, GatewayError> {
    let status = intent.status.parse().map_err(|_| unreadable("status", &intent.status))?;
    Ok(Intent {
        status,
        amount: money(intent.amount_minor, &intent.currency)?,
        amount_received_minor: intent.amount_received_minor,
        order_id: order_id(&intent.metadata),
        last_error: intent.last_error.map(|error| IntentError { code: error.code, message: error.message }),
        livemode: intent.livemode,
        id: intent.id,
        client_secret: intent.client_secret,
    })
}

pub(super) fn refund(refund: stripe_gateway::Refund) -> Result<GatewayRefund, GatewayError> {
    let status = refund.status.parse().map_err(|_| unreadable("refund status", &refund.status))?;
    let amount = money(refund.amount_minor, &refund.currency)?;
    Ok(GatewayRefund { id: refund.id, intent_id: refund.intent_id, amount, status, failure_reason: refund.failure_reason })
}

pub(super) fn page(page: stripe_gateway::EventPage) -> EventPage {
    let events = page.events.into_iter().map(|event| ListedEvent {
        order_id: order_id(&event.metadata),
        id: event.id,
        kind: event.kind,
        created: event.created,
        object_id: event.object_id,
        intent_id: event.intent_id,
    });
    EventPage { events: events.collect(), has_more: page.has_more }
}

/// The order that an object's metadata names. Anybody with the account's key can write there: a hint to be checked, no proof.
pub(super) fn order_id(metadata: &[(String, String)]) -> Option<OrderId> {
    metadata.iter().find(|(key, _)| key == METADATA_ORDER).and_then(|(_, value)| value.parse().ok())
}

fn money(amount_minor: i64, currency: &str) -> Result<Money, GatewayError> {
    let currency = currency.parse().map_err(|_| unreadable("currency", currency))?;
    Ok(Money::new(amount_minor, currency))
}

fn unreadable(what: &str, value: &str) -> GatewayError {
    GatewayError::OutcomeUnknown(format!("{what} {value:?} is not one we know"))
}
