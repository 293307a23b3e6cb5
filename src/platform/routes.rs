//! The one way to add a plain axum route: it is recorded, so that the policy test can ask of each who may use it.

use std::convert::Infallible;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter, on};
use http::Method;
use tower_http::limit::RequestBodyLimitLayer;

use super::state::AppState;

/// Bodies of plain routes are small forms and JSON, unless a route says otherwise.
pub const DEFAULT_BODY_LIMIT: usize = 64 * 1024;

/// Bodies of server functions. The longest form is a product's: its description of 20,000 characters takes 240,000 bytes where each is one of
/// four bytes, and each of those is written as `%XX`.
pub const FORM_BODY_LIMIT: usize = 320 * 1024;

/// A route that is neither a page nor a server function.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlainRoute {
    pub method: Method,
    pub path: String,
}

/// Plain routes being gathered. Features pass it on: `pub fn routes(r: PlainRoutes) -> PlainRoutes`.
#[derive(Default, Debug)]
pub struct PlainRoutes {
    router: Router<AppState>,
    listed: Vec<PlainRoute>,
}

impl PlainRoutes {
    pub fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn get<T: 'static>(self, path: &str, handler: impl Handler<T, AppState>) -> Self {
        self.add(Method::GET, path, on(MethodFilter::GET, handler))
    }

    /// A POST whose body is at most [`DEFAULT_BODY_LIMIT`].
    #[must_use]
    pub fn post<T: 'static>(self, path: &str, handler: impl Handler<T, AppState>) -> Self {
        self.post_up_to(DEFAULT_BODY_LIMIT, path, handler)
    }

    /// A POST with a limit of its own; more is answered with 413.
    #[must_use]
    pub fn post_up_to<T: 'static>(self, body_limit: usize, path: &str, handler: impl Handler<T, AppState>) -> Self {
        // axum's own limit is lower than some of ours and would win.
        let route: MethodRouter<AppState> = on(MethodFilter::POST, handler);
        let route =
            route.layer::<_, Infallible>(DefaultBodyLimit::disable()).layer::<_, Infallible>(RequestBodyLimitLayer::new(body_limit));
        self.add(Method::POST, path, route)
    }

    #[must_use]
    pub fn patch<T: 'static>(self, path: &str, handler: impl Handler<T, AppState>) -> Self {
        self.add(Method::PATCH, path, on(MethodFilter::PATCH, handler).layer(RequestBodyLimitLayer::new(DEFAULT_BODY_LIMIT)))
    }

    #[must_use]
    pub fn put<T: 'static>(self, path: &str, handler: impl Handler<T, AppState>) -> Self {
        self.add(Method::PUT, path, on(MethodFilter::PUT, handler).layer(RequestBodyLimitLayer::new(DEFAULT_BODY_LIMIT)))
    }

    #[must_use]
    pub fn delete<T: 'static>(self, path: &str, handler: impl Handler<T, AppState>) -> Self {
        self.add(Method::DELETE, path, on(MethodFilter::DELETE, handler).layer(RequestBodyLimitLayer::new(DEFAULT_BODY_LIMIT)))
    }

    /// What the routes gathered so far answer to a method that they do not take. Whoever called gets an `Allow` header beside it.
    #[must_use]
    pub fn other_methods<T: 'static>(self, handler: impl Handler<T, AppState>) -> Self {
        Self { router: self.router.method_not_allowed_fallback(handler), ..self }
    }

    /// Puts a layer around the routes gathered so far.
    #[must_use]
    pub fn layered(self, wrap: impl FnOnce(Router<AppState>) -> Router<AppState>) -> Self {
        Self { router: wrap(self.router), ..self }
    }

    fn add(mut self, method: Method, path: &str, route: MethodRouter<AppState>) -> Self {
        self.router = self.router.route(path, route);
        self.listed.push(PlainRoute { method, path: path.to_owned() });
        self
    }

    pub fn listed(&self) -> &[PlainRoute] {
        &self.listed
    }

    pub fn into_router(self) -> Router<AppState> {
        self.router
    }
}
