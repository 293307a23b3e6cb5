//! Between the plain values of `stripe-gateway` and ours. A reply we cannot make sense of is an unknown outcome, not a failure.

use serde_json::Value;
use time::OffsetDateTime;

use super::{Dispute, EventPage, GatewayError, GatewayRefund, Intent, IntentError, METADATA_ORDER, VerifiedEvent};
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
    EventPage { events: page.events.into_iter().map(VerifiedEvent::proven).collect(), has_more: page.has_more }
}

/// The dispute that is the object of an event.
pub(super) fn dispute(payload: &str, intent_id: Option<&str>) -> Result<Dispute, GatewayError> {
    let event: Value = serde_json::from_str(payload).map_err(|_| unreadable("event", ""))?;
    let object = &event["data"]["object"];
    let text = |name: &str| object[name].as_str().ok_or_else(|| unreadable("dispute without", name));
    let status = text("status")?;
    let amount_minor = object["amount"].as_i64().ok_or_else(|| unreadable("dispute without", "amount"))?;
    let due = object["evidence_details"]["due_by"].as_i64().filter(|due| *due > 0);
    Ok(Dispute {
        id: text("id")?.to_owned(),
        intent_id: intent_id.map(str::to_owned),
        amount: money(amount_minor, text("currency")?)?,
        reason: text("reason")?.to_owned(),
        status: status.parse().map_err(|_| unreadable("dispute status", status))?,
        refundable: object["is_charge_refundable"].as_bool().unwrap_or(false),
        evidence_due_at: due.map(moment).transpose()?,
        opened_at: moment(object["created"].as_i64().ok_or_else(|| unreadable("dispute without", "created"))?)?,
    })
}

/// A point in time from the gateway's seconds since 1970.
fn moment(seconds: i64) -> Result<OffsetDateTime, GatewayError> {
    OffsetDateTime::from_unix_timestamp(seconds).map_err(|_| unreadable("time", &seconds.to_string()))
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
