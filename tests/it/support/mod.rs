//! The shop under test: the real router on a loopback port, and a browser without JavaScript that keeps its cookies.

pub mod api;
pub mod bank;
mod browser;
pub mod files;
pub mod functions;
pub mod people;
pub mod pictures;
pub mod shop;
pub mod smtp;
pub mod tables;

pub use browser::{Browser, Page};

use std::net::SocketAddr;
use std::path::PathBuf;

use leptos::config::LeptosOptions;
use souk::platform::config::{Config, Limits};
use souk::platform::db::Db;
use souk::platform::state::AppState;
use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A running shop. Dropping it stops the server and removes its files.
pub struct App {
    pub state: AppState,
    pub address: SocketAddr,
    /// `http://127.0.0.1:port`
    pub url: String,
    /// Ends the server, which then drains.
    pub shutdown: CancellationToken,
    pub task: Option<JoinHandle<()>>,
    dir: Dir,
}

/// A folder that goes with the test.
struct Dir(PathBuf);

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// How a test's shop differs from the usual.
#[derive(Default)]
pub struct Setup<'a> {
    pub variables: &'a [(&'a str, &'a str)],
    pub limits: Option<Limits>,
    /// Files under the site root: path and contents.
    pub files: &'a [(&'a str, &'a str)],
}

/// What the smallest shop needs that takes real money.
pub const PRODUCTION: [(&str, &str); 9] = [
    ("SOUK_ENV", "production"),
    ("BASE_URL", "https://shop.example"),
    ("SOUK_SECRET_KEY", "0123456789abcdef0123456789abcdef"),
    ("MAIL", "smtp"),
    ("SMTP_URL", "smtps://mail.example"),
    ("MAIL_FROM", "shop@shop.example"),
    ("STRIPE_SECRET_KEY", "sk_live_x"),
    ("STRIPE_PUBLISHABLE_KEY", "pk_live_x"),
    ("STRIPE_WEBHOOK_SECRET", "whsec_0123456789abcdef"),
];

impl App {
    pub async fn start(pool: PgPool) -> Self {
        Self::start_with(pool, Setup::default()).await
    }

    pub async fn start_with(pool: PgPool, setup: Setup<'_>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let dir = Dir(std::env::temp_dir().join(format!("souk-test-{}", uuid::Uuid::new_v4().simple())));
        let site = dir.0.join("site");
        for (path, contents) in setup.files {
            let file = site.join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, contents).unwrap();
        }
        let data = dir.0.join("data");
        let var = |name: &str| match setup.variables.iter().find(|(key, _)| *key == name) {
            Some((_, value)) => Some((*value).to_owned()),
            None => (name == "SOUK_DATA_DIR").then(|| data.to_str().unwrap().to_owned()),
        };
        let mut config = Config::from_env(var, address).unwrap();
        if let Some(limits) = setup.limits {
            config.limits = limits;
        }
        let leptos = LeptosOptions::builder().output_name("souk").site_root(site.to_str().unwrap()).site_pkg_dir("pkg").build();
        let state = AppState::new(config, Db::new(pool), leptos).unwrap();
        let shutdown = CancellationToken::new();
        let task = tokio::spawn(souk::server::serve(state.clone(), listener, shutdown.clone()));
        Self { state, address, url: format!("http://{address}"), shutdown, task: Some(task), dir }
    }

    /// A visitor with an empty cookie jar.
    pub fn browser(&self) -> Browser {
        Browser::new(self.url.clone())
    }

    /// A folder of the test's own.
    pub fn dir(&self) -> &std::path::Path {
        &self.dir.0
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.shutdown.cancel();
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }
}
