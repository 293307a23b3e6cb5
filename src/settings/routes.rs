//! The layer in front of pages: they are rendered in one go, so what the site is called is there before the first component.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use super::service;
use crate::platform::db::Db;

/// Hands the settings to whatever renders the request, as [`Site::here`](super::Site::here). A page goes without them rather than not at all.
pub async fn give(State(db): State<Db>, mut request: Request, next: Next) -> Response {
    match service::current(&db).await {
        Ok(site) => {
            request.extensions_mut().insert(site);
        }
        Err(error) => tracing::warn!(%error, "settings not read"),
    }
    next.run(request).await
}
