//! Which payment gateway: Stripe, or the built-in sandbox.

use std::fmt::Write as _;
use std::net::SocketAddr;

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use super::reader::Reader;

/// The payment gateway.
#[derive(Clone, Debug)]
pub struct StripeConfig {
    /// Where the API is: Stripe's own, or our sandbox on loopback. With the trailing slash.
    pub api_url: String,
    pub secret_key: SecretString,
    pub publishable_key: String,
    /// Several while a secret is being rotated; the newest first.
    pub webhook_secrets: Vec<SecretString>,
    /// URL of Stripe.js, or of the sandbox's script.
    pub script_url: String,
    /// Whether the built-in sandbox is mounted under `/_stripe/`.
    pub sandbox: bool,
}

const STRIPE_API: &str = "https://api.stripe.com/";
const STRIPE_SCRIPT: &str = "https://js.stripe.com/v3/";

impl StripeConfig {
    /// Whether no real money moves, which every page must say.
    pub fn test_mode(&self) -> bool {
        Mode::of(&self.publishable_key) != Some(Mode::Live)
    }

    /// The sandbox of this very server. The keys are derived from the secret key: the same after a restart, different elsewhere.
    pub(super) fn sandbox(listen: SocketAddr, secret_key: &SecretString) -> Self {
        Self {
            api_url: format!("http://{listen}/_stripe/"),
            secret_key: format!("sk_test_souk{}", derived(secret_key, "sandbox secret key")).into(),
            publishable_key: format!("pk_test_souk{}", derived(secret_key, "sandbox publishable key")),
            webhook_secrets: vec![format!("whsec_souk{}", derived(secret_key, "sandbox webhook secret")).into()],
            script_url: "/_stripe/v3.js".to_owned(),
            sandbox: true,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mode {
    Live,
    Test,
}

impl Mode {
    /// From the second part of a key: `sk_live_…`, `rk_test_…`.
    fn of(key: &str) -> Option<Self> {
        match key.split('_').nth(1) {
            Some("live") => Some(Self::Live),
            Some("test") => Some(Self::Test),
            _ => None,
        }
    }
}

fn derived(secret_key: &SecretString, purpose: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret_key.expose_secret().as_bytes()) else {
        unreachable!("HMAC takes keys of any length")
    };
    mac.update(purpose.as_bytes());
    mac.finalize().into_bytes().iter().take(12).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Key set: Stripe. Unset and not production: the sandbox. Unset in production: a problem, since the sandbox gives goods away.
pub(super) fn read<V: Fn(&str) -> Option<String>>(
    env: &mut Reader<V>,
    production: bool,
    listen: SocketAddr,
    secret_key: &SecretString,
) -> StripeConfig {
    let stripe_key = env.secret("STRIPE_SECRET_KEY");
    let publishable_key = env.text("STRIPE_PUBLISHABLE_KEY");
    let webhook_secrets = env.secret("STRIPE_WEBHOOK_SECRET");
    let test_mode_wanted = env.text("STRIPE_TEST_MODE").as_deref() == Some("yes");
    let Some(stripe_key) = stripe_key else {
        if production {
            env.problem("STRIPE_SECRET_KEY is missing: production has no payment sandbox.");
        } else if publishable_key.is_some() || webhook_secrets.is_some() {
            env.problem("STRIPE_PUBLISHABLE_KEY or STRIPE_WEBHOOK_SECRET is set without STRIPE_SECRET_KEY.");
        }
        return StripeConfig::sandbox(listen, secret_key);
    };

    let key = stripe_key.expose_secret();
    let mode = Mode::of(key).filter(|_| key.starts_with("sk_") || key.starts_with("rk_"));
    match mode {
        None => env.problem("STRIPE_SECRET_KEY does not begin with sk_live_, sk_test_, rk_live_ or rk_test_."),
        Some(Mode::Live) if !production => env.problem("STRIPE_SECRET_KEY is a live key, and SOUK_ENV is not production."),
        Some(Mode::Test) if production && !test_mode_wanted => {
            env.problem(
                "STRIPE_SECRET_KEY is a test key: anybody could buy with a test card. STRIPE_TEST_MODE=yes allows it, for a staging shop.",
            );
        }
        Some(_) => {}
    }
    match &publishable_key {
        None => env.problem("STRIPE_PUBLISHABLE_KEY is missing."),
        Some(key) if !key.starts_with("pk_") || Mode::of(key).is_none() => {
            env.problem("STRIPE_PUBLISHABLE_KEY does not begin with pk_live_ or pk_test_.");
        }
        Some(key) if mode.is_some() && Mode::of(key) != mode => {
            env.problem("STRIPE_SECRET_KEY and STRIPE_PUBLISHABLE_KEY are of different modes (live and test).");
        }
        Some(_) => {}
    }
    StripeConfig {
        api_url: STRIPE_API.to_owned(),
        secret_key: stripe_key.clone(),
        publishable_key: publishable_key.unwrap_or_default(),
        webhook_secrets: webhook_secret_list(env, webhook_secrets),
        script_url: STRIPE_SCRIPT.to_owned(),
        sandbox: false,
    }
}

/// Separated by commas while one is being rotated.
fn webhook_secret_list<V: Fn(&str) -> Option<String>>(env: &mut Reader<V>, secrets: Option<SecretString>) -> Vec<SecretString> {
    let Some(secrets) = secrets else {
        env.problem("STRIPE_WEBHOOK_SECRET is missing: without it no payment would ever count.");
        return Vec::new();
    };
    let secrets: Vec<&str> = secrets.expose_secret().split(',').map(str::trim).filter(|secret| !secret.is_empty()).collect();
    let whole = |secret: &&str| secret.starts_with("whsec_") && secret.len() >= stripe_gateway::MIN_WEBHOOK_SECRET_LENGTH;
    if secrets.is_empty() || !secrets.iter().all(whole) {
        env.problem("STRIPE_WEBHOOK_SECRET must be one or more whole secrets that begin with whsec_, separated by commas.");
    }
    secrets.into_iter().map(SecretString::from).collect()
}
