//! What every request can reach.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRef;
use leptos::config::LeptosOptions;

use super::config::Config;
use super::db::Db;
use super::gateway::Gateway;
use super::live::Live;
use super::mailer::Mailer;
use super::meter::Meter;
use super::storage::Storage;

/// One pointer: each layer of the router and each request hold some, and by value they were most of what a waiting request weighed.
#[derive(Clone, Debug)]
pub struct AppState(Arc<Parts>);

/// What the server is made of.
#[derive(Clone, Debug)]
pub struct Parts {
    pub config: Config,
    pub db: Db,
    pub gateway: Gateway,
    pub leptos: LeptosOptions,
    pub live: Live,
    pub mailer: Mailer,
    pub meter: Meter,
    pub storage: Storage,
}

impl AppState {
    /// The one place where the parts are put together, for the server and for tests alike.
    ///
    /// # Errors
    /// A sentence on the setting that cannot be used.
    pub fn new(config: Config, db: Db, leptos: LeptosOptions) -> Result<Self, String> {
        let gateway = Gateway::new(&config.stripe).map_err(|error| error.to_string())?;
        let mailer = Mailer::new(&config.mail, &db)?;
        let storage = match &config.s3 {
            Some(s3) => Storage::s3(s3)?,
            None => Storage::local(&config.media_dir),
        };
        Ok(Parts { config, db, gateway, leptos, live: Live::default(), mailer, meter: Meter::default(), storage }.into())
    }
}

impl From<Parts> for AppState {
    fn from(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for AppState {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl FromRef<AppState> for Db {
    fn from_ref(state: &AppState) -> Self {
        state.db.clone()
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos.clone()
    }
}

impl FromRef<AppState> for Storage {
    fn from_ref(state: &AppState) -> Self {
        state.storage.clone()
    }
}
