//! Logs and metrics. A log line names the route, never the URL: paths and queries can hold what a mail link carries.

use std::io::IsTerminal;
use std::sync::{LazyLock, OnceLock};
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderValue;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing::Instrument;
use tracing_subscriber::EnvFilter;
use uuid::Uuid;

const REQUEST_ID: &str = "x-request-id";

/// A proxy's request id is kept if it looks like one; anything else could forge log lines.
const MAX_REQUEST_ID_LEN: usize = 64;

/// Upper bounds in seconds, from a cached asset to the request limit.
const LATENCY_BUCKETS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

const DEFAULT_FILTER: &str = "info,sqlx=warn,hyper=warn";

/// The id under which this request stands in the log.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// Starts logging: JSON lines in production, text for people otherwise. `RUST_LOG` chooses what.
pub fn init(production: bool) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    // A second call, from a test, keeps the first subscriber.
    let _ = if production { log.json().flatten_event(true).try_init() } else { log.with_target(false).try_init() };
    LazyLock::force(&METRICS);
}

static METRICS: LazyLock<Option<PrometheusHandle>> = LazyLock::new(|| {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &LATENCY_BUCKETS)
        .and_then(PrometheusBuilder::install_recorder)
        .inspect_err(|error| tracing::error!(%error, "no metrics"))
        .ok()
});

/// In the text format of Prometheus.
pub fn metrics_text() -> String {
    METRICS
        .as_ref()
        .map(|handle| {
            handle.run_upkeep();
            handle.render()
        })
        .unwrap_or_default()
}

/// The outermost layer: gives the request an id, and writes one line and one measurement when it is answered.
pub async fn observe(mut request: Request, next: Next) -> Response {
    static STARTED: OnceLock<()> = OnceLock::new();
    STARTED.get_or_init(|| {
        LazyLock::force(&METRICS);
    });
    let id = request_id(&request);
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("(none)", MatchedPath::as_str).to_owned();
    request.extensions_mut().insert(RequestId(id.clone()));
    let span = tracing::info_span!("request", %id, %method, %route);
    let started = Instant::now();

    let mut response = next.run(request).instrument(span.clone()).await;

    let took = started.elapsed();
    let status = response.status();
    let _in_span = span.enter();
    if status.is_server_error() {
        tracing::warn!(status = status.as_u16(), ms = took.as_millis(), "answered");
    } else {
        tracing::info!(status = status.as_u16(), ms = took.as_millis(), "answered");
    }
    let labels = [("method", method.to_string()), ("route", route), ("status", status.as_str().to_owned())];
    metrics::counter!("souk_requests_total", &labels).increment(1);
    metrics::histogram!("souk_request_seconds", &labels[..2]).record(took.as_secs_f64());
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

fn request_id(request: &Request) -> String {
    let given = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let plausible = |id: &&str| (8..=MAX_REQUEST_ID_LEN).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    given.filter(plausible).map_or_else(|| Uuid::new_v4().simple().to_string(), str::to_owned)
}
