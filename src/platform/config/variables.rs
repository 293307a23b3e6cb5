/// A variable of the environment. `.env.example` names the same ones; a test says so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Variable {
    pub name: &'static str,
    /// May also be given as a file, named by the variable with `_FILE` appended.
    pub secret: bool,
}

const fn plain(name: &'static str) -> Variable {
    Variable { name, secret: false }
}

const fn secret(name: &'static str) -> Variable {
    Variable { name, secret: true }
}

/// All there are.
pub const VARIABLES: &[Variable] = &[
    plain("SOUK_ENV"),
    plain("SOUK_LISTEN"),
    plain("BASE_URL"),
    plain("TRUSTED_PROXIES"),
    secret("SOUK_SECRET_KEY"),
    secret("SOUK_PREVIOUS_SECRET_KEYS"),
    plain("SOUK_DATA_DIR"),
    plain("MEDIA_DIR"),
    plain("S3_BUCKET"),
    plain("S3_ENDPOINT"),
    plain("S3_REGION"),
    plain("S3_ACCESS_KEY_ID"),
    secret("S3_SECRET_ACCESS_KEY"),
    plain("SOUK_DEMO_DIR"),
    plain("DATABASE_URL"),
    plain("DATABASE_MAX_CONNECTIONS"),
    plain("PG_BIN_DIR"),
    plain("MAIL"),
    secret("SMTP_URL"),
    plain("MAIL_FROM"),
    secret("STRIPE_SECRET_KEY"),
    plain("STRIPE_PUBLISHABLE_KEY"),
    secret("STRIPE_WEBHOOK_SECRET"),
    plain("STRIPE_TEST_MODE"),
    plain("CHECKOUT_HOLD_MINUTES"),
    plain("HEADER_READ_TIMEOUT_SECONDS"),
    plain("REQUEST_TIMEOUT_SECONDS"),
    plain("MAX_CONNECTIONS"),
    plain("MAX_REQUESTS_IN_FLIGHT"),
    plain("API_REQUESTS_PER_MINUTE"),
    plain("API_ORIGINS"),
    plain("WEBHOOKS_TO_LOCALHOST"),
    secret("METRICS_TOKEN"),
    plain("RUST_LOG"),
];
