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
