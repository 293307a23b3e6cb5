//! Limits on everything: requests at once, time per request, time per piece of a body; and panics, which must not take more than one
//! request with them.

use std::any::Any;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use tokio::sync::Semaphore;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

use super::config::Limits;
use super::error_page;
use crate::error::AppError;

/// Probes must be answered while everybody else is turned away, or the supervisor kills a server for being busy.
const NEVER_SHED: &str = "/health/";

#[derive(Clone, Debug)]
struct Gate {
    places: Arc<Semaphore>,
    limits: Limits,
}

/// Puts the limits around a router. Inside the request log, so that what was shed is counted.
pub fn limit(router: Router, limits: Limits) -> Router {
    let gate = Gate { places: Arc::new(Semaphore::new(limits.requests_in_flight)), limits };
    router
        .layer(RequestBodyTimeoutLayer::new(limits.body_read))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(gate, shed_and_time))
}

/// 503 at once when all places are taken, and when the time is up.
async fn shed_and_time(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    if request.uri().path().starts_with(NEVER_SHED) {
        return next.run(request).await;
    }
    let wants_html = error_page::wants_html(request.headers());
    let Ok(_place) = gate.places.try_acquire() else {
        metrics::counter!("souk_requests_shed_total").increment(1);
        return error_page::answer(wants_html, &AppError::Offline);
    };
    match tokio::time::timeout(gate.limits.request, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::warn!(limit_s = gate.limits.request.as_secs_f64(), "request took too long");
            error_page::answer(wants_html, &AppError::Offline)
        }
    }
}

/// The panic's own words go to the log only.
#[expect(clippy::needless_pass_by_value, reason = "the signature of tower-http's handler")]
fn panicked(cause: Box<dyn Any + Send + 'static>) -> http::Response<Body> {
    let words = cause.downcast_ref::<String>().map(String::as_str).or_else(|| cause.downcast_ref::<&str>().copied());
    metrics::counter!("souk_panics_total").increment(1);
    // Which kind of answer was wanted is not known here; a page with the reference serves people, and programs read the status.
    error_page::answer(true, &AppError::internal(format!("panic: {}", words.unwrap_or("(no text)"))))
}
