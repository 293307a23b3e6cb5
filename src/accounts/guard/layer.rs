use std::task::{Context, Poll};

use axum::body::Body;
use axum::response::Response;
use futures::future::BoxFuture;
use http::header::{CACHE_CONTROL, SET_COOKIE};
use http::{HeaderValue, Request};
use tower::{Layer, Service};

use super::Visit;
use crate::platform::state::AppState;

/// Lets every handler below ask who acts, and sends the cookies that came of it.
pub fn sessions(state: AppState) -> SessionsLayer {
    SessionsLayer { state }
}

#[derive(Clone)]
pub struct SessionsLayer {
    state: AppState,
}

impl<S> Layer<S> for SessionsLayer {
    type Service = Sessions<S>;
    fn layer(&self, inner: S) -> Sessions<S> {
        Sessions { inner, state: self.state.clone() }
    }
}

#[derive(Clone)]
pub struct Sessions<S> {
    inner: S,
    state: AppState,
}

impl<S> Service<Request<Body>> for Sessions<S>
where
    S: Service<Request<Body>, Response = Response>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Response, S::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let (mut parts, body) = request.into_parts();
        let visit = Visit::new(self.state.clone(), &parts);
        parts.extensions.insert(visit.clone());
        let answer = self.inner.call(Request::from_parts(parts, body));
        Box::pin(async move {
            let mut response = answer.await?;
            finish(&visit, &mut response);
            Ok(response)
        })
    }
}

/// Pages are rendered before their head is sent (`SsrMode::Async`), so whoever asks in a page has asked by now.
fn finish(visit: &Visit, response: &mut Response) {
    let personal = visit.is_personal();
    let mut outgoing = visit.outgoing();
    let headers = response.headers_mut();
    if (personal || !outgoing.is_empty()) && !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    for cookie in outgoing.take() {
        headers.append(SET_COOKIE, cookie);
    }
}
