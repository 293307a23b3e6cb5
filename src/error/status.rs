//! A server function that fails is HTTP 500 to Leptos. This layer gives the answer the status that its error means, and leaves the 302 of
//! plain forms alone (setting the status inside the function would overwrite it).

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};
use server_fn::error::SERVER_FN_ERROR_HEADER;

use super::AppError;

/// An error as JSON; field errors of a long form stay well below.
const MAX_ERROR_BYTES: usize = 64 * 1024;

/// The layer, for server functions only.
pub async fn error_status(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR || !is_function_error(response.headers()) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Some((error, bytes)) = read(body).await else {
        return AppError::internal("the error of a server function cannot be read").into_response();
    };
    let meant = error.into_response();
    parts.status = meant.status();
    if let Some(retry_after) = meant.headers().get(RETRY_AFTER) {
        parts.headers.insert(RETRY_AFTER, retry_after.clone());
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// Leptos marks the answers of server functions that failed.
pub fn is_function_error(headers: &HeaderMap) -> bool {
    headers.contains_key(SERVER_FN_ERROR_HEADER)
}

/// The error in the body of such an answer, and the bytes it was read from.
pub async fn read(body: Body) -> Option<(AppError, Vec<u8>)> {
    let bytes = to_bytes(body, MAX_ERROR_BYTES).await.ok()?;
    let error = serde_json::from_slice(&bytes).ok()?;
    Some((error, bytes.to_vec()))
}
