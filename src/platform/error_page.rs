//! Answers for when no page can be rendered: overload, a timeout, a panic, a refusal before routing.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::error::AppError;

/// Whether a person's browser is asking for a page (or sending a plain form), rather than a program.
pub fn wants_html(headers: &HeaderMap) -> bool {
    headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|accept| accept.contains("text/html"))
}

/// The error as a small page for people, as JSON for programs.
pub fn answer(wants_html: bool, error: &AppError) -> Response {
    let plain = error.clone().into_response();
    if !wants_html {
        return plain;
    }
    let status = plain.status();
    let mut response = page(status, &error.to_string());
    if let Some(retry_after) = plain.headers().get(RETRY_AFTER) {
        response.headers_mut().insert(RETRY_AFTER, retry_after.clone());
    }
    response
}

/// No styles and no scripts: it must work when nothing else does. `text` is ours, never a visitor's.
pub fn page(status: StatusCode, text: &str) -> Response {
    let title = status.canonical_reason().unwrap_or("Error");
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title></head><body><main><h1>{title}</h1><p>{text}</p><p><a href=\"/\">To the shop</a></p></main></body></html>"
    );
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}
