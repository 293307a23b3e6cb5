//! The accept loop. `axum::serve` has no limit on the time for a request head, so that silent and slow sockets stay open for ever; this one
//! closes them, caps connections, and lets requests in flight finish when it is told to stop.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use tower::util::Oneshot;

use super::config::Limits;

/// Accepting fails when the process or the system is out of descriptors; trying again at once would only burn the processor.
const PAUSE_AFTER_FAILED_ACCEPT: Duration = Duration::from_millis(100);

/// Descriptors kept for the database, files and logs.
const RESERVED_DESCRIPTORS: usize = 128;

/// A request head beyond this is nobody's browser.
const MAX_HEAD_BYTES: usize = 32 * 1024;

/// Serves until `shutdown`, then waits for requests in flight up to the limit.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits, shutdown: CancellationToken) {
    let places = Arc::new(Semaphore::new(connection_cap(limits.connections)));
    let graceful = GracefulShutdown::new();
    loop {
        // First a place, then a connection: what has none waits in the system's queue.
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, stream, peer) = tokio::select! {
            () = shutdown.cancelled() => break,
            (place, accepted) = accepted => match accepted {
                Ok((stream, peer)) => (place, stream, peer),
                Err(error) => {
                    if !is_about_one_connection(&error) {
                        tracing::error!(%error, "cannot accept connections");
                        tokio::time::sleep(PAUSE_AFTER_FAILED_ACCEPT).await;
                    }
                    continue;
                }
            },
        };
        let connection = graceful.watch(connection(stream, peer, router.clone(), limits));
        tokio::spawn(async move {
            // Errors are a visitor's cut line or a limit at work; there is nobody left to tell.
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection ended");
            }
            drop(place);
        });
    }
    drop(listener);
    let open = graceful.count();
    if tokio::time::timeout(limits.drain, graceful.shutdown()).await.is_err() {
        tracing::warn!(limit_s = limits.drain.as_secs(), "some requests did not finish in time");
    } else {
        tracing::info!(connections = open, "all requests finished");
    }
}

/// The router, for one connection.
#[derive(Debug)]
struct Visitor {
    router: Router,
    peer: SocketAddr,
}

impl Service<http::Request<Incoming>> for Visitor {
    type Response = Response;
    type Error = Infallible;
    type Future = Oneshot<Router, http::Request<Body>>;

    fn call(&self, request: http::Request<Incoming>) -> Self::Future {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(self.peer));
        self.router.clone().oneshot(request)
    }
}

/// HTTP/1 alone: with detection of HTTP/2 a silent socket is never timed out. A proxy in front speaks HTTP/2 to browsers.
fn connection(stream: TcpStream, peer: SocketAddr, router: Router, limits: Limits) -> http1::Connection<TokioIo<TcpStream>, Visitor> {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_read)
        .max_buf_size(MAX_HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), Visitor { router, peer })
}

/// Not more than the process may open; the soft limit, often 1024, is raised as far as the system lets us.
fn connection_cap(wanted: usize) -> usize {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    let descriptors = if setrlimit(Resource::Nofile, raised).is_ok() { limit.maximum } else { limit.current };
    let available = descriptors.and_then(|descriptors| usize::try_from(descriptors).ok()).unwrap_or(usize::MAX);
    wanted.min(available.saturating_sub(RESERVED_DESCRIPTORS).max(1)).min(Semaphore::MAX_PERMITS)
}

/// The visitor was gone before we looked.
fn is_about_one_connection(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset)
}
