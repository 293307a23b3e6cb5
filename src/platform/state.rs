//! What every request can reach.

use std::sync::Arc;

use axum::extract::FromRef;
use leptos::config::LeptosOptions;

use super::config::Config;
use super::db::Db;
use super::gateway::Gateway;
use super::mailer::Mailer;
use super::storage::Storage;

/// Cheap to clone: handles only.
#[derive(Clone, Debug, FromRef)]
pub struct AppState {
    pub config: Arc<Config>,
    pub db: Db,
    pub gateway: Gateway,
    pub leptos: LeptosOptions,
    pub mailer: Mailer,
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
        let storage = Storage::local(&config.media_dir);
        Ok(Self { config: Arc::new(config), db, gateway, leptos, mailer, storage })
    }
}
