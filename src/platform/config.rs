//! Configuration from the environment: every problem reported at once.

use secrecy::SecretString;

/// Everything that can be set from outside.
#[derive(Clone, Debug)]
pub struct Config {
    /// `SOUK_ENV=production`
    pub production: bool,
    /// Public address of the shop, without a trailing slash (`BASE_URL`). Links in mails come from here, never from `Host`.
    pub base_url: String,
    /// HMAC key of access tokens and refresh successors, 32 bytes at least (`SOUK_SECRET_KEY`; made and kept under `.data/` in development).
    pub secret_key: SecretString,
    /// Keys that are still accepted while access tokens made with them run out, newest first (`SOUK_PREVIOUS_SECRET_KEYS`).
    pub previous_secret_keys: Vec<SecretString>,
    /// Minutes for which goods are kept between checkout and payment; 0 keeps none (`CHECKOUT_HOLD_MINUTES`).
    pub checkout_hold_minutes: u32,
    pub mail: MailConfig,
    pub stripe: StripeConfig,
    /// Where pictures lie (`MEDIA_DIR`).
    pub media_dir: std::path::PathBuf,
}

/// How mails leave the house (`MAIL`).
#[derive(Clone, Debug)]
pub enum MailConfig {
    /// Kept in the database and shown at `/dev/mail`.
    Mailbox,
    Console,
    /// `SMTP_URL`
    Smtp {
        url: SecretString,
        from: String,
    },
}

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

impl StripeConfig {
    /// Whether no real money moves, which every page must say.
    pub fn test_mode(&self) -> bool {
        !self.publishable_key.starts_with("pk_live_")
    }
}
