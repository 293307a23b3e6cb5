//! From variables to a [`Config`].

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use secrecy::ExposeSecret;

use super::reader::Reader;
use super::{Config, Limits, MailConfig, s3, secret_key, stripe};

/// Goods on hold are goods that nobody else can buy; two hours is more than any payment takes.
const MAX_HOLD_MINUTES: u32 = 120;
const DEFAULT_HOLD_MINUTES: u32 = 15;

/// Twenty a second: more than an app needs, less than hurts. In development tests and measurements come from one address.
const API_REQUESTS_PER_MINUTE: u32 = 1200;

/// A token that opens the metrics should not be guessable either.
const MIN_METRICS_TOKEN_BYTES: usize = 16;

impl Config {
    /// What the variables say, `site_addr` being the address that Leptos.toml names.
    ///
    /// # Errors
    /// A sentence for each problem, all of them at once; none quotes a secret.
    pub fn from_env(var: impl Fn(&str) -> Option<String>, site_addr: SocketAddr) -> Result<Self, Vec<String>> {
        let mut env = Reader::new(var);
        let production = match env.text("SOUK_ENV").as_deref() {
            None | Some("development") => false,
            Some("production") => true,
            // A typing error must not quietly mean development.
            Some(other) => {
                env.problem(format!("SOUK_ENV is {other:?}; it is production or development."));
                false
            }
        };
        let listen = listen(&mut env, production, site_addr);
        let base_url = base_url(&mut env, production, listen);
        let data_dir = PathBuf::from(env.text("SOUK_DATA_DIR").unwrap_or_else(|| ".data".to_owned()));
        let secret_key = secret_key::read(&mut env, production, &data_dir);
        let config = Self {
            production,
            listen,
            base_url,
            checkout_hold_minutes: env.number("CHECKOUT_HOLD_MINUTES", 0..=MAX_HOLD_MINUTES, DEFAULT_HOLD_MINUTES),
            mail: mail(&mut env, production),
            stripe: stripe::read(&mut env, production, listen, &secret_key),
            media_dir: env.text("MEDIA_DIR").map_or_else(|| data_dir.join("media"), PathBuf::from),
            s3: s3::read(&mut env),
            demo_dir: PathBuf::from(env.text("SOUK_DEMO_DIR").unwrap_or_else(|| "demo".to_owned())),
            limits: limits(&mut env),
            trusted_proxies: env.number("TRUSTED_PROXIES", 0..=8, 0),
            api_requests_per_minute: env.number(
                "API_REQUESTS_PER_MINUTE",
                1..=u32::MAX,
                if production { API_REQUESTS_PER_MINUTE } else { u32::MAX },
            ),
            api_origins: api_origins(&mut env),
            local_webhooks: local_webhooks(&mut env, production),
            metrics_token: env.secret("METRICS_TOKEN"),
            previous_secret_keys: secret_key::read_previous(&mut env),
            secret_key,
            data_dir,
        };
        if config.metrics_token.as_ref().is_some_and(|token| token.expose_secret().len() < MIN_METRICS_TOKEN_BYTES) {
            env.problem(format!("METRICS_TOKEN is shorter than {MIN_METRICS_TOKEN_BYTES} bytes."));
        }
        if env.problems.is_empty() { Ok(config) } else { Err(env.problems) }
    }
}

fn listen<V: Fn(&str) -> Option<String>>(env: &mut Reader<V>, production: bool, site_addr: SocketAddr) -> SocketAddr {
    let listen = match env.text("SOUK_LISTEN").map(|text| text.parse()) {
        None => site_addr,
        Some(Ok(listen)) => listen,
        Some(Err(_)) => {
            env.problem("SOUK_LISTEN must be an address and a port, such as 127.0.0.1:3000.");
            return site_addr;
        }
    };
    if !production && !listen.ip().is_loopback() {
        env.problem(format!(
            "The listen address {listen} is not loopback. Without SOUK_ENV=production the shop has sandbox payments and demo passwords, which must not be reachable from outside."
        ));
    }
    listen
}

fn base_url<V: Fn(&str) -> Option<String>>(env: &mut Reader<V>, production: bool, listen: SocketAddr) -> String {
    let Some(text) = env.text("BASE_URL") else {
        if production {
            env.problem("BASE_URL is missing: the public address of the shop, such as https://shop.example.");
        }
        return format!("http://{listen}");
    };
    let text = text.trim_end_matches('/').to_owned();
    let Some((scheme, host)) = origin(&text) else {
        env.problem("BASE_URL must be a scheme and a host only, such as https://shop.example.");
        return text;
    };
    let loopback = is_loopback(&host);
    if !production && !loopback {
        env.problem(format!("BASE_URL names {host}, which is not this machine, and SOUK_ENV is not production."));
    }
    if production && !loopback && scheme != "https" {
        env.problem("BASE_URL must begin with https:// in production: the session cookies are refused by browsers otherwise.");
    }
    text
}

/// Scheme and host of an address that has nothing else but a port.
pub(super) fn origin(text: &str) -> Option<(String, String)> {
    let uri: http::Uri = text.parse().ok()?;
    let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
    let bare = text == format!("{scheme}://{authority}") && !authority.as_str().contains('@');
    (bare && ["http", "https"].contains(&scheme)).then(|| (scheme.to_owned(), authority.host().to_owned()))
}

/// Each as browsers send it in `Origin`.
fn api_origins<V: Fn(&str) -> Option<String>>(env: &mut Reader<V>) -> Vec<String> {
    let text = env.text("API_ORIGINS").unwrap_or_default();
    let origins: Vec<String> = text.split(',').map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned).collect();
    if origins.iter().any(|text| origin(text).is_none()) {
        env.problem("API_ORIGINS are schemes and hosts only, separated by commas, such as https://app.example,https://stock.example.");
    }
    origins
}

fn local_webhooks<V: Fn(&str) -> Option<String>>(env: &mut Reader<V>, production: bool) -> bool {
    match env.text("WEBHOOKS_TO_LOCALHOST").as_deref() {
        None | Some("no") => false,
        Some("yes") if !production => true,
        Some("yes") => {
            env.problem("WEBHOOKS_TO_LOCALHOST lets vendors reach what only this machine should; production has none of it.");
            false
        }
        Some(_) => {
            env.problem("WEBHOOKS_TO_LOCALHOST is yes or no.");
            false
        }
    }
}

pub(super) fn is_loopback(host: &str) -> bool {
    let ip = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
}

fn mail<V: Fn(&str) -> Option<String>>(env: &mut Reader<V>, production: bool) -> MailConfig {
    let url = env.secret("SMTP_URL");
    let from = env.text("MAIL_FROM");
    match env.text("MAIL").as_deref() {
        None if production => env.problem("MAIL is missing: production sends by MAIL=smtp with SMTP_URL and MAIL_FROM."),
        None => {}
        Some("mailbox") if production => env.problem("MAIL=mailbox shows everybody's mails at /dev/mail; production sends by MAIL=smtp."),
        Some("console") if production => {
            env.problem("MAIL=console puts mails and the links in them into the log; production sends by MAIL=smtp.")
        }
        Some("mailbox") => {}
        Some("console") => return MailConfig::Console,
        Some("smtp") => return smtp(env, url, from),
        Some(_) => env.problem("MAIL must be mailbox, console or smtp."),
    }
    MailConfig::Mailbox
}

fn smtp<V: Fn(&str) -> Option<String>>(env: &mut Reader<V>, url: Option<secrecy::SecretString>, from: Option<String>) -> MailConfig {
    match &url {
        None => env.problem("SMTP_URL is missing (smtps://user:password@host:465)."),
        Some(url) if !["smtp://", "smtps://"].iter().any(|scheme| url.expose_secret().starts_with(scheme)) => {
            env.problem("SMTP_URL must begin with smtp:// or smtps://.");
        }
        Some(_) => {}
    }
    match &from {
        None => env.problem("MAIL_FROM is missing (Souk <orders@shop.example>)."),
        Some(from) if !from.contains('@') => env.problem("MAIL_FROM is not a mail address."),
        Some(_) => {}
    }
    MailConfig::Smtp { url: url.unwrap_or_default(), from: from.unwrap_or_default() }
}

fn limits<V: Fn(&str) -> Option<String>>(env: &mut Reader<V>) -> Limits {
    let default = Limits::default();
    Limits {
        header_read: Duration::from_secs(env.number("HEADER_READ_TIMEOUT_SECONDS", 1..=600, default.header_read.as_secs())),
        request: Duration::from_secs(env.number("REQUEST_TIMEOUT_SECONDS", 1..=600, default.request.as_secs())),
        connections: env.number("MAX_CONNECTIONS", 16..=100_000, default.connections),
        requests_in_flight: env.number("MAX_REQUESTS_IN_FLIGHT", 1..=100_000, default.requests_in_flight),
        ..default
    }
}
