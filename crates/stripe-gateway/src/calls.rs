//! The calls that the shop makes, each with a stable idempotency key where it changes something.

use stripe::{IdempotencyKey, RequestStrategy, StripeRequest};
use stripe_core::event::ListEvent;
use stripe_core::payment_intent::{
    CancelPaymentIntent, CreatePaymentIntent, CreatePaymentIntentAutomaticPaymentMethods, RetrievePaymentIntent,
};
use stripe_core::refund::{CreateRefund, RetrieveRefund};
use stripe_types::{Currency, RangeBoundsTs, RangeQueryTs};

use crate::retry::{Effect, persist};
use crate::webhook::{Event, intent_of, metadata_of};
use crate::{Client, Error};

/// Events per page: the most that Stripe gives.
const EVENTS_PER_PAGE: i64 = 100;

/// A payment to be asked for. The gateway gets no address for a receipt: it would send one beside ours.
#[derive(Clone, Debug)]
pub struct NewIntent<'a> {
    pub amount_minor: i64,
    /// ISO 4217, capitals or not.
    pub currency: &'a str,
    pub metadata: Vec<(&'static str, String)>,
    pub idempotency_key: &'a str,
}

/// A payment as the gateway has it.
#[derive(Clone)]
pub struct Intent {
    pub id: String,
    /// Whoever knows it can pay; not for logs.
    pub client_secret: Option<String>,
    pub status: String,
    pub amount_minor: i64,
    pub amount_received_minor: i64,
    pub currency: String,
    pub metadata: Vec<(String, String)>,
    pub last_error: Option<IntentError>,
    pub livemode: bool,
}

/// Why the last attempt to pay failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IntentError {
    /// The issuer's reason where it gave one, else the gateway's code.
    pub code: String,
    /// Meant for the customer's eyes.
    pub message: String,
}

/// Money to be given back.
#[derive(Clone, Debug)]
pub struct NewRefund<'a> {
    pub intent_id: &'a str,
    pub amount_minor: i64,
    pub metadata: Vec<(&'static str, String)>,
    pub idempotency_key: &'a str,
}

/// A refund as the gateway has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refund {
    pub id: String,
    pub intent_id: Option<String>,
    pub amount_minor: i64,
    pub currency: String,
    pub status: String,
    pub failure_reason: Option<String>,
}

/// Newest first.
#[derive(Clone, Debug)]
pub struct EventPage {
    pub events: Vec<Event>,
    pub has_more: bool,
}

impl Client {
    /// Asks for a payment. The same key brings the same intent.
    ///
    /// # Errors
    /// `Refused`, `OutcomeUnknown`, `Unavailable`.
    pub async fn create_intent(&self, new: &NewIntent<'_>) -> Result<Intent, Error> {
        // This version of the API knows no list of payment methods: the dashboard decides.
        let request = CreatePaymentIntent::new(new.amount_minor, currency(new.currency))
            .automatic_payment_methods(CreatePaymentIntentAutomaticPaymentMethods::new(true))
            .metadata(
                new.metadata.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect::<std::collections::HashMap<_, _>>(),
            );
        self.write(&request, new.idempotency_key).await.map(intent)
    }

    /// # Errors
    /// `Refused` if there is none, `Unavailable`.
    pub async fn retrieve_intent(&self, id: &str) -> Result<Intent, Error> {
        self.read(&RetrievePaymentIntent::new(path_segment(id)?)).await.map(intent)
    }

    /// Ends an intent that is not paid. Refused with `payment_intent_unexpected_state` if it already is.
    ///
    /// # Errors
    /// `Refused`, `OutcomeUnknown`, `Unavailable`.
    pub async fn cancel_intent(&self, id: &str, idempotency_key: &str) -> Result<Intent, Error> {
        self.write(&CancelPaymentIntent::new(path_segment(id)?), idempotency_key).await.map(intent)
    }

    /// Gives money back. The same key brings the same refund.
    ///
    /// # Errors
    /// `Refused` (`charge_already_refunded` among others), `OutcomeUnknown`, `Unavailable`.
    pub async fn create_refund(&self, new: &NewRefund<'_>) -> Result<Refund, Error> {
        let request = CreateRefund::new().payment_intent(new.intent_id).amount(new.amount_minor).metadata(
            new.metadata.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect::<std::collections::HashMap<_, _>>(),
        );
        self.write(&request, new.idempotency_key).await.map(refund)
    }

    /// # Errors
    /// `Refused` if there is none, `Unavailable`.
    pub async fn retrieve_refund(&self, id: &str) -> Result<Refund, Error> {
        self.read(&RetrieveRefund::new(path_segment(id)?)).await.map(refund)
    }

    /// Events created at or after a time (seconds since 1970), newest first; `after` continues from the last id of the page before.
    ///
    /// # Errors
    /// `Refused`, `Unavailable`.
    pub async fn list_events(&self, since: i64, after: Option<&str>) -> Result<EventPage, Error> {
        let created = RangeQueryTs::Bounds(RangeBoundsTs { gte: Some(since), ..RangeBoundsTs::default() });
        let mut request = ListEvent::new().created(created).limit(EVENTS_PER_PAGE);
        if let Some(after) = after {
            request = request.starting_after(after);
        }
        let page = self.read(&request).await?;
        Ok(EventPage { has_more: page.has_more, events: page.data.into_iter().map(listed_event).collect() })
    }

    async fn read<R>(&self, request: &R) -> Result<R::Output, Error>
    where
        R: StripeRequest,
        R::Output: miniserde::Deserialize,
    {
        persist(Effect::Read, || {
            request.customize().request_strategy(RequestStrategy::Once).timeout(self.attempt_timeout).send(&self.stripe)
        })
        .await
    }

    async fn write<R>(&self, request: &R, key: &str) -> Result<R::Output, Error>
    where
        R: StripeRequest,
        R::Output: miniserde::Deserialize,
    {
        let key = IdempotencyKey::new(key)
            .map_err(|_| Error::Refused { code: "idempotency_key_invalid".to_owned(), message: "not a usable key".to_owned() })?;
        let strategy = RequestStrategy::Idempotent(key);
        persist(Effect::Write, || request.customize().request_strategy(strategy.clone()).timeout(self.attempt_timeout).send(&self.stripe))
            .await
    }
}

/// Ids become part of the path, unescaped: only what an id can hold may get there.
fn path_segment(id: &str) -> Result<&str, Error> {
    let plain = !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if plain { Ok(id) } else { Err(Error::Refused { code: "resource_missing".to_owned(), message: "not an id".to_owned() }) }
}

fn currency(code: &str) -> Currency {
    match code.to_ascii_lowercase().parse() {
        Ok(currency) => currency,
        Err(never) => match never {},
    }
}

fn intent(intent: stripe_shared::PaymentIntent) -> Intent {
    let last_error = intent.last_payment_error.map(|error| {
        let error = *error;
        let code = error.decline_code.or_else(|| error.code.map(|code| code.to_string()));
        IntentError { code: code.unwrap_or_else(|| error.type_.to_string()), message: error.message.unwrap_or_default() }
    });
    Intent {
        id: intent.id.to_string(),
        client_secret: intent.client_secret,
        status: intent.status.to_string(),
        amount_minor: intent.amount,
        amount_received_minor: intent.amount_received,
        currency: intent.currency.to_string(),
        metadata: intent.metadata.into_iter().collect(),
        last_error,
        livemode: intent.livemode,
    }
}

fn refund(refund: stripe_shared::Refund) -> Refund {
    Refund {
        id: refund.id.to_string(),
        intent_id: refund.payment_intent.map(|intent| intent.into_id().to_string()),
        amount_minor: refund.amount,
        currency: refund.currency.to_string(),
        status: refund.status.unwrap_or_else(|| "pending".to_owned()),
        failure_reason: refund.failure_reason,
    }
}

/// As its webhook would have brought it, without what nobody reads. Nothing is signed here: the gateway itself answers, to our key.
fn listed_event(event: stripe_shared::Event) -> Event {
    // Through text, since the library's JSON values are not serde's.
    let object = serde_json::from_str(&miniserde::json::to_string(&event.data.object)).unwrap_or(serde_json::Value::Null);
    let (id, kind) = (event.id.to_string(), event.type_.to_string());
    let payload = serde_json::json!({
        "id": id, "object": "event", "api_version": event.api_version, "created": event.created, "livemode": event.livemode, "type": kind,
        "data": { "object": object },
    });
    Event {
        id,
        kind,
        created: event.created,
        livemode: event.livemode,
        object_id: object["id"].as_str().map(str::to_owned),
        intent_id: intent_of(&object),
        metadata: metadata_of(&object),
        payload: payload.to_string(),
    }
}
