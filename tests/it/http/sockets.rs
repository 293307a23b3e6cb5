//! Sockets that say nothing, or say it slowly (reliability: trap 2). With `axum::serve` the first three tests hang.

use std::time::Duration;

use souk::platform::config::Limits;
use sqlx::PgPool;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{App, Setup};

/// What the server waits in these tests.
const LIMIT: Duration = Duration::from_millis(300);

/// What we wait for the server, generously: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends a request as written and reads to the end.
pub async fn raw(app: &App, request: &str) -> String {
    let mut socket = TcpStream::connect(app.address).await.unwrap();
    socket.write_all(request.as_bytes()).await.unwrap();
    read_to_end(&mut socket).await
}

async fn read_to_end(socket: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    // A reset counts as an end.
    let _ = tokio::time::timeout(PATIENCE, socket.read_to_end(&mut answer)).await.expect("the server closes the socket");
    String::from_utf8_lossy(&answer).into_owned()
}

async fn impatient(pool: PgPool) -> App {
    let limits = Limits { header_read: LIMIT, body_read: LIMIT, connections: 16, ..Limits::default() };
    App::start_with(pool, Setup { limits: Some(limits), ..Setup::default() }).await
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_silent_socket_is_closed(pool: PgPool) {
    let app = impatient(pool).await;
    let mut socket = TcpStream::connect(app.address).await.unwrap();
    read_to_end(&mut socket).await;
    // The same limit ends a connection kept alive.
    let answer = raw(&app, "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_slow_head_is_cut_off(pool: PgPool) {
    let app = impatient(pool).await;
    let (mut read, mut write) = TcpStream::connect(app.address).await.unwrap().into_split();
    write.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n").await.unwrap();
    // One more byte at a time: each is progress, and the limit is on the whole head.
    let drip = tokio::spawn(async move {
        let mut tick = tokio::time::interval(LIMIT / 10);
        loop {
            tick.tick().await;
            if write.write_all(b"x").await.is_err() {
                return;
            }
        }
    });
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(PATIENCE, read.read_to_end(&mut answer)).await.expect("the server closes the socket");
    drip.abort();
    assert!(!answer.starts_with(b"HTTP/1.1 200"));
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_slow_body_is_cut_off(pool: PgPool) {
    let app = impatient(pool).await;
    let head = "POST /api/_test/refuse HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nemail=";
    let answer = raw(&app, head).await;
    assert!(!answer.starts_with("HTTP/1.1 200"), "{answer}");
    let form = head.replace("Host: x", "Host: x\r\nAccept: text/html");
    let answer = raw(&app, &form).await;
    assert!(!answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn silent_sockets_do_not_keep_others_out(pool: PgPool) {
    let app = impatient(pool).await;
    let mut silent = Vec::new();
    for _ in 0..200 {
        silent.push(TcpStream::connect(app.address).await.unwrap());
    }
    // All places are taken, again and again; the limit frees them.
    let answer = tokio::time::timeout(PATIENCE, app.browser().get("/health/live")).await.expect("an answer");
    assert_eq!(answer.status, 200);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_head_without_end_is_refused(pool: PgPool) {
    let app = impatient(pool).await;
    let answer = raw(&app, &format!("GET / HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "x".repeat(200 * 1024))).await;
    assert!(!answer.starts_with("HTTP/1.1 200"), "{answer}");
}
