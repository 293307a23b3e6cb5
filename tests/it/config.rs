//! Configuration: every problem at once, and nothing that is only good for development in production.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use secrecy::ExposeSecret;
use souk::platform::config::{Config, MailConfig};

const LOOPBACK: ([u8; 4], u16) = ([127, 0, 0, 1], 3000);

const KEY: &str = "0123456789abcdef0123456789abcdef";

/// What a shop in production needs, and nothing more.
const PRODUCTION: &[(&str, &str)] = &[
    ("SOUK_ENV", "production"),
    ("SOUK_LISTEN", "0.0.0.0:3000"),
    ("BASE_URL", "https://shop.example"),
    ("SOUK_SECRET_KEY", KEY),
    ("MAIL", "smtp"),
    ("SMTP_URL", "smtps://user:hunter2@mail.example:465"),
    ("MAIL_FROM", "Souk <orders@shop.example>"),
    ("STRIPE_SECRET_KEY", "sk_live_canary"),
    ("STRIPE_PUBLISHABLE_KEY", "pk_live_canary"),
    ("STRIPE_WEBHOOK_SECRET", "whsec_new_0123456789, whsec_old_0123456789"),
];

struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("souk-config-{}", uuid::Uuid::new_v4().simple()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn read(folder: &Folder, variables: &[(&str, &str)]) -> Result<Config, Vec<String>> {
    let data = folder.0.to_str().unwrap();
    let var = |name: &str| {
        let given = variables.iter().rev().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        given.or_else(|| (name == "SOUK_DATA_DIR").then(|| data.to_owned()))
    };
    Config::from_env(var, SocketAddr::from(LOOPBACK))
}

/// Production with some variables changed; an empty value unsets one.
fn production(changes: &[(&'static str, &'static str)]) -> Result<Config, Vec<String>> {
    read(&Folder::new(), &[PRODUCTION, changes].concat())
}

#[test]
fn a_fresh_machine_needs_no_variable() {
    let folder = Folder::new();
    let config = read(&folder, &[]).unwrap();
    assert!(!config.production);
    assert_eq!(config.base_url, "http://127.0.0.1:3000");
    assert!(matches!(config.mail, MailConfig::Mailbox));
    assert!(config.stripe.sandbox && config.stripe.test_mode());
    assert_eq!(config.stripe.api_url, "http://127.0.0.1:3000/_stripe/");
    assert_eq!(config.checkout_hold_minutes, 15);

    let key = folder.0.join("secret_key");
    assert_eq!(key.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let again = read(&folder, &[]).unwrap();
    assert_eq!(again.secret_key.expose_secret(), config.secret_key.expose_secret(), "the key outlives a restart");
    assert_eq!(again.stripe.secret_key.expose_secret(), config.stripe.secret_key.expose_secret());
    let elsewhere = read(&Folder::new(), &[]).unwrap();
    assert_ne!(elsewhere.stripe.secret_key.expose_secret(), config.stripe.secret_key.expose_secret());
}

#[test]
fn a_complete_production_starts() {
    let config = production(&[]).unwrap();
    assert!(config.production && !config.stripe.sandbox && !config.stripe.test_mode());
    assert_eq!(config.stripe.webhook_secrets.len(), 2);
}

#[test]
fn an_empty_production_is_told_everything_at_once() {
    let problems = read(&Folder::new(), &[("SOUK_ENV", "production"), ("CHECKOUT_HOLD_MINUTES", "soon")]).unwrap_err();
    for name in ["BASE_URL", "SOUK_SECRET_KEY", "MAIL", "STRIPE_SECRET_KEY", "CHECKOUT_HOLD_MINUTES"] {
        assert!(problems.iter().any(|problem| problem.contains(name)), "{name} in {problems:#?}");
    }
}

#[test]
fn production_refuses_what_is_for_development() {
    let refused: &[(&[(&str, &str)], &str)] = &[
        (&[("SOUK_SECRET_KEY", "short")], "shorter than 32"),
        (&[("SOUK_SECRET_KEY", "souk-development-0123456789abcdef0123456789abcdef")], "development key"),
        (&[("MAIL", "")], "MAIL is missing"),
        (&[("MAIL", "mailbox")], "mailbox"),
        (&[("MAIL", "console")], "console"),
        (&[("SMTP_URL", "")], "SMTP_URL"),
        (&[("SMTP_URL", "mail.example")], "SMTP_URL"),
        (&[("MAIL_FROM", "nobody")], "MAIL_FROM"),
        (&[("BASE_URL", "http://shop.example")], "https"),
        (&[("BASE_URL", "https://shop.example/path")], "BASE_URL"),
        (&[("BASE_URL", "https://me@shop.example")], "BASE_URL"),
        (&[("BASE_URL", "ftp://shop.example")], "BASE_URL"),
        (&[("STRIPE_SECRET_KEY", "")], "no payment sandbox"),
        (&[("STRIPE_PUBLISHABLE_KEY", "")], "STRIPE_PUBLISHABLE_KEY is missing"),
        (&[("STRIPE_WEBHOOK_SECRET", "")], "STRIPE_WEBHOOK_SECRET is missing"),
        (&[("STRIPE_WEBHOOK_SECRET", "nonsense")], "whsec_"),
        (&[("STRIPE_WEBHOOK_SECRET", "whsec_")], "whole secrets"),
        (&[("STRIPE_PUBLISHABLE_KEY", "pk_test_x")], "different modes"),
        (&[("STRIPE_PUBLISHABLE_KEY", "sk_live_x")], "pk_live_"),
        (&[("STRIPE_SECRET_KEY", "pk_live_x")], "does not begin with"),
        (&[("STRIPE_SECRET_KEY", "sk_test_x"), ("STRIPE_PUBLISHABLE_KEY", "pk_test_x")], "test card"),
        (&[("METRICS_TOKEN", "short")], "METRICS_TOKEN"),
    ];
    for (changes, words) in refused {
        let problems = production(changes).expect_err(&format!("{changes:?} was accepted"));
        assert!(problems.iter().any(|problem| problem.contains(words)), "{changes:?}: {problems:#?}");
        assert_eq!(problems.len(), 1, "{changes:?} is one problem: {problems:#?}");
    }
    let staging =
        production(&[("STRIPE_SECRET_KEY", "sk_test_x"), ("STRIPE_PUBLISHABLE_KEY", "pk_test_x"), ("STRIPE_TEST_MODE", "yes")]).unwrap();
    assert!(staging.stripe.test_mode());
}

#[test]
fn without_the_switch_nothing_is_published() {
    let refused: &[(&[(&str, &str)], &str)] = &[
        (&[("SOUK_LISTEN", "0.0.0.0:3000")], "not loopback"),
        (&[("SOUK_LISTEN", "[::]:3000")], "not loopback"),
        (&[("SOUK_LISTEN", "192.168.0.4:80")], "not loopback"),
        (&[("SOUK_LISTEN", "3000")], "SOUK_LISTEN"),
        (&[("BASE_URL", "https://shop.example")], "not this machine"),
        (&[("BASE_URL", "http://localhost.evil.example")], "not this machine"),
        (&[("STRIPE_SECRET_KEY", "sk_live_x"), ("STRIPE_PUBLISHABLE_KEY", "pk_live_x"), ("STRIPE_WEBHOOK_SECRET", "whsec_x")], "live key"),
        (&[("STRIPE_WEBHOOK_SECRET", "whsec_x")], "without STRIPE_SECRET_KEY"),
        (&[("SOUK_ENV", "prod")], "SOUK_ENV"),
        (&[("SOUK_ENV", "Production")], "SOUK_ENV"),
    ];
    for (changes, words) in refused {
        let problems = read(&Folder::new(), changes).expect_err(&format!("{changes:?} was accepted"));
        assert!(problems.iter().any(|problem| problem.contains(words)), "{changes:?}: {problems:#?}");
    }
    for accepted in [("SOUK_LISTEN", "[::1]:3000"), ("BASE_URL", "http://localhost:3000"), ("BASE_URL", "http://127.0.0.1:3000/")] {
        read(&Folder::new(), &[accepted]).unwrap();
    }
}

#[test]
fn a_secret_may_stand_in_a_file() {
    let folder = Folder::new();
    let file = folder.0.join("key");
    std::fs::write(&file, format!("{KEY}\n")).unwrap();
    let path = file.to_str().unwrap();
    let config = read(&folder, &[("SOUK_SECRET_KEY_FILE", path)]).unwrap();
    assert_eq!(config.secret_key.expose_secret(), KEY);
    let both = read(&folder, &[("SOUK_SECRET_KEY_FILE", path), ("SOUK_SECRET_KEY", KEY)]).unwrap_err();
    assert!(both[0].contains("both set"), "{both:?}");
    let missing = read(&folder, &[("SOUK_SECRET_KEY_FILE", "/nonexistent")]).unwrap_err();
    assert!(missing[0].contains("/nonexistent"), "{missing:?}");
}

#[test]
fn no_secret_is_shown() {
    let shown = format!("{:?}", production(&[]).unwrap());
    for canary in [KEY, "hunter2", "sk_live_canary", "whsec_"] {
        assert!(!shown.contains(canary), "{canary} in {shown}");
    }
    let problems = production(&[("SOUK_SECRET_KEY", "canary"), ("SMTP_URL", "canary"), ("STRIPE_SECRET_KEY", "canary")]).unwrap_err();
    assert!(problems.len() >= 3 && !problems.concat().contains("canary"), "{problems:#?}");
}

#[test]
fn cargo_and_leptos_agree_on_what_both_say() {
    let value = |file: &str, heading: &str, key: &str| {
        let text = std::fs::read_to_string(file).unwrap();
        let section = text.split_once(heading).unwrap_or_else(|| panic!("{heading} in {file}")).1.to_owned();
        let line = section.lines().take_while(|line| !line.starts_with('[')).find(|line| line.starts_with(&format!("{key} =")));
        line.unwrap_or_else(|| panic!("{key} in {file}")).split_once('=').unwrap().1.trim().to_owned()
    };
    for key in ["output-name", "site-root", "site-pkg-dir", "site-addr", "hash-files"] {
        let build = value("Cargo.toml", "[[workspace.metadata.leptos]]", key);
        assert_eq!(build, value("Leptos.toml", "[package.metadata.leptos]", key), "{key}");
    }
    let options = souk::platform::site::options().unwrap();
    assert_eq!(&*options.output_name, "souk");
    assert_eq!(options.site_addr, SocketAddr::from(LOOPBACK));
}
