//! The one check against forged requests, before every method that may change something.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{COOKIE, ORIGIN};
use http::{HeaderMap, Method, StatusCode};

use super::origin::is_own_origin;
use crate::error::AppError;
use crate::platform::config::Config;
use crate::platform::error_page;
use crate::platform::state::AppState;

const SEC_FETCH_SITE: &str = "sec-fetch-site";
/// What is asked there acts for whoever's token it brings, and for nobody by a cookie.
const API_BELOW: &str = "/api/v1/";

/// What the check says, and why.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// A method that changes nothing.
    Safe,
    /// Our own pages sent it, or the person did.
    Own,
    /// No browser sent it, and it carries nothing that a browser would add by itself. Webhooks and API clients.
    NoBrowser,
    /// Another site made the browser send it.
    Foreign,
    /// Cookies, and no word about where it comes from.
    Unexplained,
}

impl Verdict {
    pub const fn passes(self) -> bool {
        matches!(self, Self::Safe | Self::Own | Self::NoBrowser)
    }
}

/// `Sec-Fetch-Site` decides where a browser sends it; without it `Origin` must be ours; with neither, no cookie may be there.
pub fn verdict(config: &Config, method: &Method, headers: &HeaderMap) -> Verdict {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return Verdict::Safe;
    }
    // Two values are one too many: which of them a browser meant is not ours to guess.
    let single = |name: &str| {
        let mut values = headers.get_all(name).iter();
        values.next().map(|value| if values.next().is_some() { "" } else { value.to_str().unwrap_or("") })
    };
    if let Some(site) = single(SEC_FETCH_SITE) {
        return if matches!(site, "same-origin" | "none") { Verdict::Own } else { Verdict::Foreign };
    }
    if let Some(origin) = single(ORIGIN.as_str()) {
        return if is_own_origin(config, headers, origin) { Verdict::Own } else { Verdict::Foreign };
    }
    if headers.contains_key(COOKIE) { Verdict::Unexplained } else { Verdict::NoBrowser }
}

/// A page of a site that the shop's owner has named may call the API, where cookies count for nothing.
fn is_invited(config: &Config, request: &Request) -> bool {
    let named = |origin: &str| config.api_origins.iter().any(|known| known == origin);
    request.uri().path().starts_with(API_BELOW) && request.headers().get(ORIGIN).and_then(|value| value.to_str().ok()).is_some_and(named)
}

/// The layer.
pub async fn same_origin(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if is_invited(&state.config, &request) {
        return next.run(request).await;
    }
    let verdict = verdict(&state.config, request.method(), request.headers());
    if verdict.passes() {
        return next.run(request).await;
    }
    tracing::warn!(?verdict, "cross-origin request refused");
    if error_page::wants_html(request.headers()) {
        return error_page::page(StatusCode::FORBIDDEN, "This was not sent from a page of this shop, so nothing was done.");
    }
    AppError::Forbidden.into_response()
}
