//! Configuration from the environment: every problem reported at once.
//!
//! `SOUK_ENV=production` is the one switch. Without it a listen address or base URL that is not loopback is refused, so that nobody
//! publishes sandbox payments, demo passwords or the mailbox by forgetting a variable; with it everything that is only good for
//! development is refused.

mod env;
mod reader;
mod s3;
mod secret_key;
mod stripe;
mod variables;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use super::storage::S3Config;

pub use stripe::StripeConfig;
pub use variables::{VARIABLES, Variable};

/// Everything that can be set from outside, apart from the database (see [`super::db`]).
#[derive(Clone, Debug)]
pub struct Config {
    /// `SOUK_ENV=production`
    pub production: bool,
    /// Where the server listens (`SOUK_LISTEN`, otherwise the site address of Leptos.toml).
    pub listen: SocketAddr,
    /// Public address of the shop, without a trailing slash (`BASE_URL`). Links in mails come from here, never from `Host`.
    pub base_url: String,
    /// HMAC key of access tokens and refresh successors, 32 bytes at least (`SOUK_SECRET_KEY`; made and kept under `.data/` in development).
    pub secret_key: SecretString,
    /// Keys that are still accepted while access tokens made with them run out, newest first (`SOUK_PREVIOUS_SECRET_KEYS`, separated by commas).
    pub previous_secret_keys: Vec<SecretString>,
    /// Minutes for which goods are kept between checkout and payment; 0 keeps none (`CHECKOUT_HOLD_MINUTES`).
    pub checkout_hold_minutes: u32,
    pub mail: MailConfig,
    pub stripe: StripeConfig,
    /// Where the server keeps what is its own (`SOUK_DATA_DIR`).
    pub data_dir: PathBuf,
    /// Where pictures lie (`MEDIA_DIR`), unless they lie in a bucket.
    pub media_dir: PathBuf,
    /// The bucket for pictures (`S3_BUCKET` and its companions).
    pub s3: Option<S3Config>,
    /// Folder of the demo catalogue (`SOUK_DEMO_DIR`, otherwise `demo` where the program was started).
    pub demo_dir: PathBuf,
    pub limits: Limits,
    /// How many proxies of our own stand in front and append to `X-Forwarded-For` (`TRUSTED_PROXIES`).
    pub trusted_proxies: usize,
    /// What one network address may ask of the API in a minute (`API_REQUESTS_PER_MINUTE`).
    pub api_requests_per_minute: u32,
    /// Sites whose pages may call the API from a browser (`API_ORIGINS`, separated by commas); none unless named.
    pub api_origins: Vec<String>,
    /// Whether webhooks may go to this machine, without TLS; in development alone (`WEBHOOKS_TO_LOCALHOST`).
    pub local_webhooks: bool,
    /// Opens `/metrics` to others than loopback (`METRICS_TOKEN`).
    pub metrics_token: Option<SecretString>,
}

impl Config {
    /// Whether mails are shown to whoever looks: in development, where none leaves the machine.
    pub const fn shows_mailbox(&self) -> bool {
        !self.production && matches!(self.mail, MailConfig::Mailbox)
    }
}

/// How mails leave the house (`MAIL`).
#[derive(Clone, Debug)]
pub enum MailConfig {
    /// Kept in the database and shown at `/dev/mail`.
    Mailbox,
    Console,
    /// `SMTP_URL`, `MAIL_FROM`
    Smtp {
        url: SecretString,
        from: String,
    },
}

/// What the server bears before it turns people away.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// A connection that has not sent a whole request head by then is closed. In hyper this is the keep-alive limit too, so behind a proxy
    /// it must exceed the time for which that proxy keeps idle connections (`HEADER_READ_TIMEOUT_SECONDS`).
    pub header_read: Duration,
    /// The longest wait for the next piece of a request body.
    pub body_read: Duration,
    /// A request that takes longer is answered with 503 (`REQUEST_TIMEOUT_SECONDS`).
    pub request: Duration,
    /// The same for one that brings files, over the line of somebody's home.
    pub upload: Duration,
    /// Open connections; more wait in the system's queue (`MAX_CONNECTIONS`).
    pub connections: usize,
    /// Requests being answered; more get 503 at once, since a queue would only make everybody late (`MAX_REQUESTS_IN_FLIGHT`).
    pub requests_in_flight: usize,
    /// How long a shutdown waits for requests in flight. Supervisors commonly kill after 30 s.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            header_read: Duration::from_secs(10),
            body_read: Duration::from_secs(10),
            request: Duration::from_secs(30),
            upload: Duration::from_secs(600),
            connections: 4096,
            requests_in_flight: 512,
            drain: Duration::from_secs(20),
        }
    }
}
