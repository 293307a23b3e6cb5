//! How often one caller may ask: by network address, in each minute. The answer says where they stand, in the words of the IETF's draft
//! (`RateLimit-Policy` and `RateLimit`, draft-ietf-httpapi-ratelimit-headers).

use axum::extract::{FromRequestParts, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::HeaderName;
use http::{HeaderMap, HeaderValue};

use super::problem::Problem;
use crate::accounts::guard::Visit;
use crate::error::AppError;
use crate::platform::meter::WINDOW_S;

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const STANDING: HeaderName = HeaderName::from_static("ratelimit");

/// The layer.
pub async fn limited(request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let visit = match Visit::from_request_parts(&mut parts, &()).await {
        Ok(visit) => visit,
        Err(error) => return Problem::from(error).into_response(),
    };
    let limit = visit.state().config.api_requests_per_minute;
    let reading = visit.state().meter.count(visit.address());
    let mut response = if reading.requests > limit {
        metrics::counter!("souk_api_rate_limited_total").increment(1);
        Problem::from(AppError::TooManyRequests { retry_after_s: reading.seconds_left }).into_response()
    } else {
        next.run(Request::from_parts(parts, body)).await
    };
    let left = limit.saturating_sub(reading.requests);
    say(response.headers_mut(), POLICY, &format!("\"default\";q={limit};w={WINDOW_S}"));
    say(response.headers_mut(), STANDING, &format!("\"default\";r={left};t={}", reading.seconds_left));
    response
}

fn say(headers: &mut HeaderMap, name: HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        headers.insert(name, value);
    }
}
