//! Limits on everything: requests at once, time per request, time per piece of a body; and panics, which must not take more than one
//! request with them.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use futures::FutureExt;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use tokio::sync::Semaphore;
use tower_http::timeout::RequestBodyTimeoutLayer;

use super::config::Limits;
use super::error_page;
use crate::error::AppError;

/// Probes must be answered while everybody else is turned away, or the supervisor kills a server for being busy.
const NEVER_SHED: &str = "/health/";

/// Below these, files are taken from people who are signed in; their guards speak before a byte of the body is read.
const UPLOADS_BELOW: [&str; 3] = ["/vendor/", "/admin/", "/api/v1/vendor/"];

#[derive(Clone, Debug)]
struct Gate {
    places: Arc<Semaphore>,
    limits: Limits,
}

/// Puts the limits around a router. Inside the request log, so that what was shed is counted.
pub fn limit(router: Router, limits: Limits) -> Router {
    let gate = Gate { places: Arc::new(Semaphore::new(limits.requests_in_flight)), limits };
    router.layer(RequestBodyTimeoutLayer::new(limits.body_read)).layer(from_fn_with_state(gate, guard))
}

/// An answer in any case: at once when all places are taken, and when the time is up or the handler panics.
async fn guard(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    if request.uri().path().starts_with(NEVER_SHED) {
        return next.run(request).await;
    }
    let wants_html = error_page::wants_html(request.headers());
    let Ok(_place) = gate.places.try_acquire() else {
        metrics::counter!("souk_requests_shed_total").increment(1);
        return error_page::answer(wants_html, &AppError::Offline);
    };
    let limit = if brings_files(&request) { gate.limits.upload } else { gate.limits.request };
    // What the request held is dropped with it; what it shares (pool, caches) guards itself.
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind();
    match tokio::time::timeout(limit, answer).await {
        Ok(Ok(response)) if wants_html && response.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            error_page::page(StatusCode::PAYLOAD_TOO_LARGE, "This is too much to be sent at once. Please send it in parts.")
        }
        Ok(Ok(response)) => response,
        Ok(Err(panic)) => error_page::answer(wants_html, &panicked(panic.as_ref())),
        Err(_) => {
            metrics::counter!("souk_requests_timed_out_total").increment(1);
            tracing::warn!(limit_s = limit.as_secs_f64(), "request took too long");
            error_page::answer(wants_html, &AppError::TimedOut)
        }
    }
}

fn brings_files(request: &Request) -> bool {
    let kinds: [&[u8]; 2] = [b"multipart/form-data", b"image/"];
    let file = |kind: &HeaderValue| kinds.iter().any(|start| kind.as_bytes().starts_with(start));
    request.headers().get(CONTENT_TYPE).is_some_and(file) && UPLOADS_BELOW.iter().any(|start| request.uri().path().starts_with(start))
}

/// The panic's own words go to the log only.
fn panicked(cause: &(dyn Any + Send)) -> AppError {
    let words = cause.downcast_ref::<String>().map(String::as_str).or_else(|| cause.downcast_ref::<&str>().copied());
    metrics::counter!("souk_panics_total").increment(1);
    AppError::internal(format!("panic: {}", words.unwrap_or("(no text)")))
}
