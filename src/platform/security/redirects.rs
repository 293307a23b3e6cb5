//! Leptos sends plain forms back to their Referer, and parses it as a whole URL. So a foreign Referer is dropped before a server function
//! sees it, and what it answers as Location is reduced to a path of ours.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderValue;
use http::header::{LOCATION, REFERER};

use super::origin::own_path;
use crate::platform::state::AppState;

/// Where a redirect goes that would have left the site.
const HOME: HeaderValue = HeaderValue::from_static("/");

/// The layer, for pages and server functions.
pub async fn redirects(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let config = &state.config;
    let referer = request.headers().get(REFERER).and_then(|referer| referer.to_str().ok());
    // A Referer is a whole URL; a bare path there is not from a browser.
    if referer.is_none_or(|referer| referer.starts_with('/') || own_path(config, request.headers(), referer).is_none()) {
        request.headers_mut().remove(REFERER);
    }
    let headers = request.headers().clone();
    let mut response = next.run(request).await;
    if let Some(location) = response.headers().get(LOCATION) {
        let path = location.to_str().ok().and_then(|location| own_path(config, &headers, location));
        // Leptos leaves a lone question mark when it takes an old error out of the address.
        let path = path.and_then(|path| HeaderValue::from_str(path.trim_end_matches('?')).ok());
        if path.is_none() {
            tracing::warn!("a redirect away from the site was stopped");
        }
        response.headers_mut().insert(LOCATION, path.unwrap_or(HOME));
    }
    response
}
