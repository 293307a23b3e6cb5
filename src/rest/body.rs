//! Bodies of requests: JSON, and nothing that the endpoint does not know.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use super::problem::Problem;

/// A JSON body. The types that it is read as refuse unknown fields (`serde(deny_unknown_fields)`): a price or a role that somebody sends
/// along is an error and never silently ignored.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::body(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", "The body must be application/json."));
        }
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|error| Problem::body(error.status(), "body_not_read", "The body could not be read, or is too large."))?;
        // What the parser says names the caller's own fields and nothing of ours.
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|error| Problem::body(StatusCode::UNPROCESSABLE_ENTITY, "malformed", error.to_string()))
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}
