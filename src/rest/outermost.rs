//! What the API answers where none of its handlers is reached: overload, a time that is up, a body that is too large, an address that is
//! none. Programs read no pages, so they get a document there as well.

use axum::body::to_bytes;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, CONTENT_ENCODING, CONTENT_TYPE, HeaderName, RETRY_AFTER};
use http::{HeaderMap, StatusCode};

use super::PREFIX;
use super::problem::{PROBLEM, Problem};
use crate::error::AppError;

/// An error of ours as JSON is shorter.
const MAX_ERROR_BYTES: usize = 64 * 1024;
/// What an answer of others says beside its body.
const KEPT: [HeaderName; 2] = [ALLOW, RETRY_AFTER];

/// The layer, around all others.
pub async fn documents(request: Request, next: Next) -> Response {
    let below = request.uri().path().strip_prefix(PREFIX);
    if !below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
        return next.run(request).await;
    }
    let response = next.run(request).await;
    let (status, headers) = (response.status(), response.headers());
    let failed = status.is_client_error() || status.is_server_error();
    if !failed || headers.get(CONTENT_TYPE).is_some_and(|kind| kind == PROBLEM) {
        return response;
    }
    let kept: HeaderMap = KEPT.iter().filter_map(|name| Some((name.clone(), headers.get(name)?.clone()))).collect();
    let mut answer = problem(status, response).await.into_response();
    answer.headers_mut().extend(kept);
    answer
}

async fn problem(status: StatusCode, response: Response) -> Problem {
    let readable = !response.headers().contains_key(CONTENT_ENCODING);
    if readable
        && let Ok(bytes) = to_bytes(response.into_body(), MAX_ERROR_BYTES).await
        && let Ok(error) = serde_json::from_slice::<AppError>(&bytes)
    {
        return error.into();
    }
    match status {
        StatusCode::NOT_FOUND => AppError::NotFound.into(),
        StatusCode::FORBIDDEN => AppError::Forbidden.into(),
        StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(),
        StatusCode::SERVICE_UNAVAILABLE => AppError::Offline.into(),
        StatusCode::GATEWAY_TIMEOUT => AppError::TimedOut.into(),
        other => Problem::body(other, "refused", "This request cannot be taken."),
    }
}
