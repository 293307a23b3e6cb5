//! `Idempotency-Key`: a POST that is sent again because its answer got lost is done once. The key is its sender's own, and stands for one
//! request of one person for a day. A success is kept and answered again; a refusal has changed nothing, so the same key may be tried again.
//!
//! Between the commit of what was done and the keeping of its answer a crash may fall. Orders have a net of their own there (the same cart
//! confirmed twice is one order), and refunds (the key is kept with them); other things could then be made twice, once the key is free again.

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderName};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use sha2::{Digest, Sha256};

use super::problem::Problem;
use crate::accounts::guard::Visit;
use crate::error::AppError;
use crate::platform::idempotency::{self, Claim, KeptAnswer, KeyedRequest};
use crate::platform::routes::FORM_BODY_LIMIT;
use crate::platform::state::AppState;
use crate::platform::uncancelled::uncancelled;

pub const KEY: &str = "idempotency-key";
/// Says that the answer is that of an earlier request.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
const MAX_KEY: usize = 255;
/// Tokens are kept nowhere but with their owners.
const SESSIONS_BELOW: &str = "/api/v1/auth/";

/// The layer.
pub async fn once(request: Request, next: Next) -> Response {
    let keyed = *request.method() == Method::POST && request.headers().contains_key(KEY);
    if !keyed || request.uri().path().starts_with(SESSIONS_BELOW) {
        return next.run(request).await;
    }
    run(request, next).await.unwrap_or_else(IntoResponse::into_response)
}

async fn run(request: Request, next: Next) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let key = key(&parts.headers)?;
    let visit = Visit::from_request_parts(&mut parts, &()).await?;
    // Nobody's request is refused by its guard.
    let person = match visit.customer().await? {
        Some(customer) => Some(customer.user_id()),
        None if visit.is_program() => visit.program_owner().await?,
        None => None,
    };
    let Some(person) = person else { return Ok(next.run(Request::from_parts(parts, body)).await) };
    let (fingerprint, body) = fingerprint(&parts, body).await?;
    let keyed = KeyedRequest { person, key, fingerprint };
    match idempotency::claim(&visit.state().db, &keyed).await? {
        Claim::Taken => Ok(act(visit.state().clone(), keyed, Request::from_parts(parts, body), next).await?),
        Claim::Done(answer) => Ok(replay(answer)),
        Claim::InProgress => {
            Err(Problem::body(StatusCode::CONFLICT, "idempotency_in_progress", "The same request is being done. Try again in a moment.")
                .retry_after(1))
        }
        Claim::Another => {
            let detail = "This key was sent with another request. Each request has a key of its own.";
            Err(Problem::body(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused", detail))
        }
    }
}

/// Its sender may hang up: it is done all the same, and its answer kept.
async fn act(state: AppState, keyed: KeyedRequest, request: Request, next: Next) -> Result<Response, AppError> {
    uncancelled(async move {
        let response = next.run(request).await;
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.map_err(AppError::internal)?;
        let status = parts.status;
        if status.is_success() {
            let header = |name: HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
            let answer =
                KeptAnswer { status: status.as_u16(), content_type: header(CONTENT_TYPE), etag: header(ETAG), body: body.to_vec() };
            idempotency::keep(&state.db, &keyed, &answer).await?;
        } else if !status.is_server_error() {
            // Of those nobody knows what was done: a connection may break after the commit.
            idempotency::release(&state.db, &keyed).await?;
        }
        Ok(Response::from_parts(parts, Body::from(body)))
    })
    .await
}

fn key(headers: &HeaderMap) -> Result<String, Problem> {
    let mut values = headers.get_all(KEY).iter();
    let key = values.next().and_then(|value| value.to_str().ok()).unwrap_or_default();
    if (1..=MAX_KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()) && values.next().is_none() {
        return Ok(key.to_owned());
    }
    let detail = "Idempotency-Key takes one value of 1 to 255 visible characters, such as a UUID.";
    Err(Problem::body(StatusCode::BAD_REQUEST, "idempotency_key_malformed", detail))
}

/// Method, address and body. A picture is known by its size, since nobody wants to hold it in memory.
async fn fingerprint(parts: &Parts, body: Body) -> Result<([u8; 32], Body), Problem> {
    let mut hash = Sha256::new();
    hash.update(parts.uri.to_string());
    let is_picture = parts.headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"image/"));
    let body = if is_picture {
        hash.update(parts.headers.get(CONTENT_LENGTH).map(HeaderValue::as_bytes).unwrap_or_default());
        body
    } else {
        let bytes = to_bytes(body, FORM_BODY_LIMIT).await.map_err(|_| Problem::too_large())?;
        hash.update([0]);
        hash.update(&bytes);
        Body::from(bytes)
    };
    Ok((hash.finalize().into(), body))
}

fn replay(answer: KeptAnswer) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let headers = response.headers_mut();
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    for (name, value) in [(CONTENT_TYPE, answer.content_type), (ETAG, answer.etag)] {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
            headers.insert(name, value);
        }
    }
    response
}
