//! What a supervisor asks: alive, ready, and how much of everything.

use std::net::SocketAddr;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use axum::Extension;
use axum::extract::{ConnectInfo, State};
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use secrecy::ExposeSecret;
use subtle::ConstantTimeEq;
use tokio_util::sync::CancellationToken;

use super::routes::PlainRoutes;
use super::state::AppState;
use super::telemetry;

/// A probe that waits longer than the pool's own limit would tell the supervisor nothing new.
const DATABASE_LIMIT: Duration = Duration::from_secs(2);

/// When this process began to serve.
static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Since this process began to serve.
pub fn uptime() -> Duration {
    STARTED.elapsed()
}

/// Set by the server once it has been told to stop.
#[derive(Clone, Debug)]
pub struct Draining(pub CancellationToken);

pub fn routes(r: PlainRoutes) -> PlainRoutes {
    LazyLock::force(&STARTED);
    r.get("/health/live", live).get("/health/ready", ready).get("/metrics", metrics)
}

/// The process answers.
async fn live() -> &'static str {
    "live\n"
}

/// Whether to send requests here: not while the database is away, and not while the server is stopping.
async fn ready(State(state): State<AppState>, draining: Option<Extension<Draining>>) -> Response {
    let not_ready = |why: &'static str| (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "2")], why).into_response();
    if draining.is_some_and(|Extension(Draining(token))| token.is_cancelled()) {
        return not_ready("draining\n");
    }
    match tokio::time::timeout(DATABASE_LIMIT, sqlx::query_scalar!("select 1").fetch_one(state.db.pool())).await {
        Ok(Ok(_)) => "ready\n".into_response(),
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready");
            not_ready("database not available\n")
        }
        Err(_) => not_ready("database too slow\n"),
    }
}

/// For programs on this machine, or with the token. To everybody else it does not exist.
async fn metrics(State(state): State<AppState>, peer: Option<Extension<ConnectInfo<SocketAddr>>>, headers: HeaderMap) -> Response {
    let token_given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| value.strip_prefix("Bearer "));
    let allowed = match (&state.config.metrics_token, token_given) {
        (Some(token), Some(given)) => token.expose_secret().as_bytes().ct_eq(given.as_bytes()).into(),
        (Some(_), None) => false,
        // A proxy on this machine is a loopback peer too, so what it forwards does not count.
        (None, _) => peer.is_some_and(|Extension(ConnectInfo(peer))| peer.ip().is_loopback()) && !was_forwarded(&headers),
    };
    if !allowed {
        return StatusCode::NOT_FOUND.into_response();
    }
    let pool = state.db.pool();
    metrics::gauge!("souk_db_connections").set(f64::from(pool.size()));
    metrics::gauge!("souk_db_connections_idle").set(u32::try_from(pool.num_idle()).map_or(0.0, f64::from));
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], telemetry::metrics_text()).into_response()
}

fn was_forwarded(headers: &HeaderMap) -> bool {
    ["x-forwarded-for", "forwarded", "x-real-ip"].iter().any(|name| headers.contains_key(*name))
}
