//! What is secret stays out of the log, at any level.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use http::Method;
use sqlx::PgPool;
use tracing_subscriber::fmt::MakeWriter;

use crate::support::App;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn no_secret_is_logged(pool: PgPool) {
    let log = Log::default();
    // The test's runtime has one thread, so the server logs here and other tests do not.
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    // With a single subscriber tracing asks the thread that meets a log line first whether anybody listens, and other tests' threads say no.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());
    let _guard = tracing::subscriber::set_default(subscriber);
    let app = App::start(pool).await;
    let browser = app.browser();
    browser.set_cookie("__Host-session", "canary-cookie");
    browser.submit("/", "/api/_test/refuse", &[("email", "canary@example.com"), ("password", "canary-password")]).await;
    browser.call("/api/_test/refuse", &[("email", "canary@example.com"), ("password", "canary-password")]).await;
    browser.get("/?token=canary-query").await;
    browser.get("/reset/canary-path").await;
    browser.send(browser.request(Method::GET, "/metrics").bearer_auth("canary-bearer")).await;
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(text.matches("answered").count() >= 5, "the log was caught: {text}");
    let ours: Vec<&str> = text.lines().filter(|line| line.contains("canary")).collect();
    assert!(ours.is_empty(), "{ours:#?}");
}
