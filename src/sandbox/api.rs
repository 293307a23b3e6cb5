//! `/_stripe/v1/…`: from an HTTP request to an operation in one transaction, and back, with Stripe's headers and its idempotency.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde_json::Value;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use super::call::{Call, Caller, Failure};
use super::form::Params;
use super::refusal::Refusal;
use super::store::{self, Remembered};
use super::switches::{self, Fault, Switches};
use super::{API_VERSION, PREFIX, attempt, auth, delivery, disputes, ids, intents, records, refunds};
use crate::platform::state::AppState;

/// Requests of ours have a few hundred bytes.
const MAX_BODY: usize = 64 * 1024;
/// Stripe's own limit.
const MAX_KEY: usize = 255;
/// A timed-out answer is held back for this long: longer than any client of ours waits.
const SILENCE: Duration = Duration::from_secs(15);

/// What a request asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Operation {
    CreateIntent,
    RetrieveIntent,
    UpdateIntent,
    ConfirmIntent,
    CancelIntent,
    AuthenticateIntent,
    CreateRefund,
    RetrieveRefund,
    ListRefunds,
    RetrieveDispute,
    ListDisputes,
    CloseDispute,
    CreateCustomer,
    RetrieveCustomer,
    RetrieveCharge,
    ListCharges,
    RetrieveEvent,
    ListEvents,
    ReadSwitches,
    SetSwitches,
}

impl Operation {
    /// The operation, and the id in its path.
    fn of<'a>(method: &Method, path: &'a str) -> Option<(Self, &'a str)> {
        let path = path.strip_prefix(PREFIX)?;
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        let (operation, id) = match (method.as_str(), segments.as_slice()) {
            ("POST", ["v1", "payment_intents"]) => (Self::CreateIntent, ""),
            ("GET", ["v1", "payment_intents", id]) => (Self::RetrieveIntent, *id),
            ("POST", ["v1", "payment_intents", id]) => (Self::UpdateIntent, *id),
            ("POST", ["v1", "payment_intents", id, "confirm"]) => (Self::ConfirmIntent, *id),
            ("POST", ["v1", "payment_intents", id, "cancel"]) => (Self::CancelIntent, *id),
            ("POST", ["v1", "payment_intents", id, "authenticate"]) => (Self::AuthenticateIntent, *id),
            ("POST", ["v1", "refunds"]) => (Self::CreateRefund, ""),
            ("GET", ["v1", "refunds"]) => (Self::ListRefunds, ""),
            ("GET", ["v1", "refunds", id]) => (Self::RetrieveRefund, *id),
            ("GET", ["v1", "disputes"]) => (Self::ListDisputes, ""),
            ("GET", ["v1", "disputes", id]) => (Self::RetrieveDispute, *id),
            ("POST", ["v1", "disputes", id, "close"]) => (Self::CloseDispute, *id),
            ("POST", ["v1", "customers"]) => (Self::CreateCustomer, ""),
            ("GET", ["v1", "customers", id]) => (Self::RetrieveCustomer, *id),
            ("GET", ["v1", "charges"]) => (Self::ListCharges, ""),
            ("GET", ["v1", "charges", id]) => (Self::RetrieveCharge, *id),
            ("GET", ["v1", "events"]) => (Self::ListEvents, ""),
            ("GET", ["v1", "events", id]) => (Self::RetrieveEvent, *id),
            ("GET", ["test", "switches"]) => (Self::ReadSwitches, ""),
            ("POST", ["test", "switches"]) => (Self::SetSwitches, ""),
            _ => return None,
        };
        Some((operation, id))
    }

    /// By which name a switch asks for a fault in it.
    const fn name(self) -> &'static str {
        match self {
            Self::CreateIntent => "payment_intents.create",
            Self::RetrieveIntent => "payment_intents.retrieve",
            Self::UpdateIntent => "payment_intents.update",
            Self::ConfirmIntent => "payment_intents.confirm",
            Self::CancelIntent => "payment_intents.cancel",
            Self::AuthenticateIntent => "payment_intents.authenticate",
            Self::CreateRefund => "refunds.create",
            Self::RetrieveRefund => "refunds.retrieve",
            Self::ListRefunds => "refunds.list",
            Self::RetrieveDispute => "disputes.retrieve",
            Self::ListDisputes => "disputes.list",
            Self::CloseDispute => "disputes.close",
            Self::CreateCustomer => "customers.create",
            Self::RetrieveCustomer => "customers.retrieve",
            Self::RetrieveCharge => "charges.retrieve",
            Self::ListCharges => "charges.list",
            Self::RetrieveEvent => "events.retrieve",
            Self::ListEvents => "events.list",
            Self::ReadSwitches | Self::SetSwitches => "switches",
        }
    }

    const fn is_for_browsers(self) -> bool {
        matches!(self, Self::RetrieveIntent | Self::ConfirmIntent | Self::AuthenticateIntent)
    }

    async fn run(self, call: &mut Call, id: &str, params: Params) -> Result<Value, Failure> {
        match self {
            Self::CreateIntent => intents::create(call, params).await,
            Self::RetrieveIntent => intents::retrieve(call, id, params).await,
            Self::UpdateIntent => intents::update(call, id, params).await,
            Self::ConfirmIntent => attempt::confirm(call, id, params).await,
            Self::CancelIntent => intents::cancel(call, id, params).await,
            Self::AuthenticateIntent => attempt::authenticate(call, id, params).await,
            Self::CreateRefund => refunds::create(call, params).await,
            Self::RetrieveRefund => refunds::retrieve(call, id, params).await,
            Self::ListRefunds => refunds::list(call, params).await,
            Self::RetrieveDispute => records::retrieve(call, "dispute", id, params).await,
            Self::ListDisputes => disputes::list(call, params).await,
            Self::CloseDispute => disputes::close(call, id, params).await,
            Self::CreateCustomer => records::create_customer(call, params).await,
            Self::RetrieveCustomer => records::retrieve(call, "customer", id, params).await,
            Self::RetrieveCharge => records::retrieve(call, "charge", id, params).await,
            Self::ListCharges => records::list_charges(call, params).await,
            Self::RetrieveEvent => records::retrieve(call, "event", id, params).await,
            Self::ListEvents => records::list_events(call, params).await,
            Self::ReadSwitches => switches::read(call).await,
            Self::SetSwitches => switches::set(call, params).await,
        }
    }
}

/// A request, read to its end.
pub(super) struct Incoming {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// An answer, and whether it is to be kept from the caller.
struct Reply {
    status: u16,
    body: String,
    replayed: bool,
    silence: bool,
}

impl Reply {
    fn new(status: u16, body: String) -> Self {
        Self { status, body, replayed: false, silence: false }
    }
}

/// Every route of the API ends here.
pub(super) async fn handle(State(state): State<AppState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let request_id = ids::fresh("req").unwrap_or_else(|_| "req_unknown".to_owned());
    let key = parts.headers.get("idempotency-key").cloned();
    let reply = match to_bytes(body, MAX_BODY).await {
        Err(_) => refused(&Refusal::too_large()),
        Ok(body) => {
            let incoming = Incoming {
                method: parts.method,
                path: parts.uri.path().to_owned(),
                query: parts.uri.query().unwrap_or_default().to_owned(),
                headers: parts.headers,
                body: body.to_vec(),
            };
            let work = answer(state, incoming, request_id.clone());
            // In a task of its own: a caller who hangs up does not undo what they asked for, as with the real one.
            tokio::spawn(work).await.unwrap_or_else(|_| refused(&Refusal::server_error()))
        }
    };
    if reply.silence {
        tokio::time::sleep(SILENCE).await;
    }
    into_response(reply, &request_id, key)
}

fn refused(refusal: &Refusal) -> Reply {
    Reply::new(refusal.status(), refusal.body().to_string())
}

fn into_response(reply: Reply, request_id: &str, key: Option<HeaderValue>) -> Response {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, Body::from(reply.body)).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, no-store"));
    headers.insert("stripe-version", HeaderValue::from_static(API_VERSION));
    if let Ok(request_id) = HeaderValue::from_str(request_id) {
        headers.insert("request-id", request_id);
    }
    if let Some(key) = key {
        headers.insert("idempotency-key", key);
    }
    if reply.replayed {
        headers.insert("idempotent-replayed", HeaderValue::from_static("true"));
    }
    response
}

async fn answer(state: AppState, incoming: Incoming, request_id: String) -> Reply {
    match perform(&state, &incoming, request_id).await {
        Ok(reply) => reply,
        Err(Failure::Refused(refusal)) => refused(&refusal),
        Err(Failure::Broken(cause)) => {
            tracing::error!(cause, path = incoming.path, "payment sandbox failed");
            refused(&Refusal::server_error())
        }
    }
}

async fn perform(state: &AppState, incoming: &Incoming, request_id: String) -> Result<Reply, Failure> {
    let caller = auth::authenticate(&state.config.stripe, &incoming.headers)?;
    let version = incoming.headers.get("stripe-version").and_then(|version| version.to_str().ok());
    if version.is_some_and(|version| version != API_VERSION) {
        return Err(Refusal::invalid(&format!("Invalid Stripe API version: the sandbox speaks {API_VERSION}."), "").into());
    }
    let found = Operation::of(&incoming.method, &incoming.path);
    let (operation, id) = found.ok_or_else(|| Refusal::unknown_url(incoming.method.as_str(), &incoming.path))?;
    if caller == Caller::Browser && !operation.is_for_browsers() {
        let message = "This API call cannot be made with a publishable API key. Please use a secret API key.";
        return Err(Refusal::unauthorized(message).code("secret_key_required").into());
    }
    let params = Params::parse(if incoming.method == Method::GET { incoming.query.as_bytes() } else { &incoming.body })?;
    store::prepare(state.db.pool()).await?;
    let fault = switches::take_fault(state.db.pool(), operation.name()).await?;
    match fault {
        Some(Fault::FailBefore) => return Err(Refusal::server_error().into()),
        Some(Fault::TimeoutBefore) => return Ok(Reply { silence: true, ..refused(&Refusal::server_error()) }),
        _ => {}
    }
    let reply = execute(state, incoming, caller, request_id, (operation, id, params)).await?;
    match fault {
        Some(Fault::FailAfter) => Err(Refusal::server_error().into()),
        Some(Fault::TimeoutAfter) => Ok(Reply { silence: true, ..reply }),
        _ => Ok(reply),
    }
}

/// Effect, events and the answer remembered under the key: one transaction.
async fn execute(
    state: &AppState,
    incoming: &Incoming,
    caller: Caller,
    request_id: String,
    (operation, id, params): (Operation, &str, Params),
) -> Result<Reply, Failure> {
    let key = idempotency_key(incoming)?;
    let fingerprint = fingerprint(incoming, &params);
    let mut tx = state.db.begin().await?;
    if let Some(key) = &key {
        if !store::lock_key(&mut tx, key).await? {
            return Err(Refusal::key_in_use(key).into());
        }
        if let Some(earlier) = store::remembered(&mut tx, key).await? {
            if earlier.fingerprint != fingerprint {
                return Err(Refusal::key_reused(key).into());
            }
            return Ok(Reply { replayed: true, ..Reply::new(earlier.status, earlier.body) });
        }
    }
    let settings = Switches::from_row(store::switches(&mut *tx).await?);
    let now = OffsetDateTime::now_utc();
    let mut call = Call {
        tx,
        caller,
        now: now.unix_timestamp(),
        today: (i64::from(now.year()), i64::from(u8::from(now.month()))),
        request_id,
        idempotency_key: key.clone(),
        base_url: state.config.base_url.clone(),
        switches: settings,
    };
    let reply = match operation.run(&mut call, id, params).await {
        Ok(body) => Reply::new(200, body.to_string()),
        // A decline has effects of its own, and is the answer that the key remembers.
        Err(Failure::Refused(refusal)) if !refusal.is_forgotten() => refused(&refusal),
        Err(failure) => return Err(failure),
    };
    if let Some(key) = &key {
        let answer = Remembered { fingerprint, status: reply.status, body: reply.body.clone() };
        store::remember(&mut call.tx, key, &answer).await?;
    }
    store::commit(call.tx).await?;
    delivery::wake();
    Ok(reply)
}

fn idempotency_key(incoming: &Incoming) -> Result<Option<String>, Refusal> {
    let Some(key) = incoming.headers.get("idempotency-key").filter(|_| incoming.method == Method::POST) else { return Ok(None) };
    let key = key.to_str().ok().filter(|key| !key.is_empty() && key.len() <= MAX_KEY);
    key.map(|key| Some(key.to_owned())).ok_or_else(|| Refusal::invalid("Idempotency keys have 1 to 255 characters.", ""))
}

fn fingerprint(incoming: &Incoming, params: &Params) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(incoming.method.as_str());
    hash.update(" ");
    hash.update(&incoming.path);
    hash.update("\n");
    hash.update(params.canonical());
    hash.finalize().to_vec()
}

/// For the page that asks for 3-D Secure: the same operation, called from within.
pub(super) async fn call_as_browser(state: &AppState, method: Method, id: &str, suffix: &str, form: &str) -> (u16, Value) {
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_str(&format!("Bearer {}", state.config.stripe.publishable_key)) {
        headers.insert(http::header::AUTHORIZATION, value);
    }
    let path = format!("{PREFIX}/v1/payment_intents/{id}{suffix}");
    let incoming = Incoming { method, path, query: form.to_owned(), headers, body: form.as_bytes().to_vec() };
    let request_id = ids::fresh("req").unwrap_or_default();
    let reply = answer(state.clone(), incoming, request_id).await;
    (reply.status, serde_json::from_str(&reply.body).unwrap_or(Value::Null))
}
