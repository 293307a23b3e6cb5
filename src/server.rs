//! The axum router: pages, server functions, plain routes and files, and the layers around them, in order.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodFilter, on};
use http::Method;
use leptos::prelude::provide_context;
use leptos_axum::{
    AxumRouteListing, ErrorHandler, LeptosRoutes, generate_route_list, handle_server_fns_with_context, render_app_async_stream_with_context,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::limit::RequestBodyLimitLayer;

use crate::app::{App, AppProps, Area, shell};
use crate::error::status::error_status;
use crate::platform::health::{self, Draining};
use crate::platform::routes::{FORM_BODY_LIMIT, PlainRoutes};
use crate::platform::security::{self, PagePolicy};
use crate::platform::state::AppState;
use crate::platform::{form_flash, overload, request, serve, site, telemetry};
use crate::{accounts, analytics, catalogue, checkout, media, notifications, privacy, rest, sandbox, settings};

/// Where somebody is sent whose plain form needs a session.
const SIGN_IN_PATH: &str = "/sign-in";

/// Brotli's best quality for pages made on the fly: above it time grows faster than size shrinks.
const BROTLI_QUALITY: i32 = 4;

/// Everything the shop answers. Outermost layer last.
pub fn router(state: AppState) -> Router {
    // The page for unknown addresses greets the visitor as all others do; files need nobody's session.
    let unknown = ErrorHandler::new_with_context(page_context(&state), |options| shell(Area::Shop, options), state.leptos.clone());
    let rest = Router::new().fallback_service(unknown).layer(from_fn_with_state(state.clone(), settings::routes::give));
    let rest = rest.layer(accounts::guard::sessions(state.clone()));
    let files = site::public_files(&state.leptos, rest);
    let router = pages(&state)
        .layer(from_fn_with_state(state.clone(), settings::routes::give))
        .merge(server_functions(&state))
        .layer(from_fn_with_state(state.clone(), security::redirects))
        .layer(accounts::guard::sessions(state.clone()))
        .merge(personal_routes().into_router().layer(accounts::guard::sessions(state.clone())))
        .merge(api(&state))
        .merge(plain_routes(&state).into_router())
        .merge(site::pkg(&state.leptos))
        .fallback_service(files)
        .layer(from_fn(site::cache_public))
        .layer(from_fn_with_state(state.clone(), form_flash::restore))
        .layer(from_fn_with_state(state.clone(), security::same_origin))
        .layer(compression());
    let limits = state.config.limits;
    overload::limit(router.with_state(state.clone()), limits)
        .layer(from_fn(rest::outermost::documents))
        .layer(from_fn_with_state(state, security::headers))
        .layer(from_fn(telemetry::observe))
}

/// Every other route that is neither a page nor a server function.
pub fn plain_routes(state: &AppState) -> PlainRoutes {
    let routes = health::routes(PlainRoutes::new());
    let routes = media::routes::routes(routes);
    let routes = catalogue::routes::routes(routes);
    let routes = checkout::routes::routes(routes);
    let routes = if state.config.shows_mailbox() { notifications::routes::routes(routes) } else { routes };
    // Not mounted at all where real money moves.
    if state.config.stripe.sandbox { sandbox::routes(routes) } else { routes }
}

/// The JSON API, which asks who acts, and by a token alone.
pub fn api_routes() -> PlainRoutes {
    rest::routes(PlainRoutes::new())
}

/// Plain routes that ask who acts: files of one's own.
pub fn personal_routes() -> PlainRoutes {
    let routes = analytics::routes::routes(privacy::routes::routes(PlainRoutes::new()));
    catalogue::exchange::routes::routes(catalogue::routes::personal(routes))
}

/// The paths of all pages, with axum's placeholders.
pub fn page_paths() -> Vec<String> {
    Area::ALL.into_iter().flat_map(listed).map(|page| page.path().to_owned()).collect()
}

/// Serves on `listener` until `shutdown`, then drains.
pub async fn serve(state: AppState, listener: TcpListener, shutdown: CancellationToken) {
    let limits = state.config.limits;
    let router = router(state).layer(axum::Extension(Draining(shutdown.clone())));
    serve::serve(listener, router, limits, shutdown).await;
}

fn pages(state: &AppState) -> Router<AppState> {
    Area::ALL.into_iter().fold(Router::new(), |router, area| {
        let options = state.leptos.clone();
        // All pages are rendered in `SsrMode::Async`. Shared: axum clones a handler for each request.
        let page = Arc::new(render_app_async_stream_with_context(page_context(state), move || shell(area, options.clone())));
        router.leptos_routes_with_handler(listed(area), move |request: Request| page(request))
    })
}

fn listed(area: Area) -> Vec<AxumRouteListing> {
    generate_route_list(move || App(AppProps { area }))
}

/// The API, which pages of other sites may call where they are named.
fn api(state: &AppState) -> Router<AppState> {
    let api = api_routes().into_router().layer(accounts::guard::sessions(state.clone()));
    match rest::cors(&state.config) {
        Some(cors) => api.layer(cors),
        None => api,
    }
}

/// One route per server function, so that each has its own name in logs and metrics.
fn server_functions(state: &AppState) -> Router<AppState> {
    let mut router = Router::new();
    for (path, method) in server_fn::axum::server_fn_paths() {
        let context = function_context(state);
        let run = move |request: Request<Body>| handle_server_fns_with_context(context, request);
        router = router.route(path, on(method_filter(&method), run));
    }
    router
        .layer(RequestBodyLimitLayer::new(FORM_BODY_LIMIT))
        .layer(from_fn(error_status))
        .layer(from_fn_with_state(form_flash::Keeper { state: state.clone(), sign_in_path: SIGN_IN_PATH }, form_flash::keep))
}

/// Server functions read by GET or write by POST; `tests/it/policy.rs` allows no others.
fn method_filter(method: &Method) -> MethodFilter {
    if *method == Method::GET { MethodFilter::GET } else { MethodFilter::POST }
}

fn function_context(state: &AppState) -> impl Fn() + Clone + Send + Sync + 'static {
    let state = state.clone();
    move || provide_context(state.clone())
}

/// The nonce of the page is the one that the headers layer writes into the policy.
fn page_context(state: &AppState) -> impl Fn() + Clone + Send + Sync + 'static {
    let state = state.clone();
    move || {
        provide_context(state.clone());
        let nonce = request::of_parts(|parts| parts.extensions.get::<PagePolicy>().map(|policy| policy.nonce.clone()));
        if let Some(nonce) = nonce.flatten() {
            provide_context(nonce);
        }
    }
}

fn compression() -> CompressionLayer<impl Predicate> {
    // Fonts are compressed as they are.
    let worth_it = DefaultPredicate::new().and(NotForContentType::new("font/"));
    CompressionLayer::new().quality(tower_http::CompressionLevel::Precise(BROTLI_QUALITY)).compress_when(worth_it)
}
