//! The script that stands in for Stripe.js, and its style sheet.

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

/// Asked for again each time: it changes with the server, under the same name.
const NO_CACHE: &str = "no-cache";

pub(super) async fn javascript() -> Response {
    let headers = [(CONTENT_TYPE, "text/javascript; charset=utf-8"), (CACHE_CONTROL, NO_CACHE)];
    (headers, include_str!("browser/v3.js")).into_response()
}

pub(super) async fn stylesheet() -> Response {
    let headers = [(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, NO_CACHE)];
    (headers, include_str!("browser/v3.css")).into_response()
}
