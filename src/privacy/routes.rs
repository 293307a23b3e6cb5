//! The file with all of a person's data.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};

use super::service;
use crate::accounts::guard::Customer;
use crate::error::AppError;
use crate::platform::routes::PlainRoutes;
use crate::platform::state::AppState;

/// They need the sessions layer around them.
pub fn routes(routes: PlainRoutes) -> PlainRoutes {
    routes.get("/account/export", export)
}

/// `GET /account/export`: JSON, to be saved.
///
/// # Errors
/// `Unauthenticated`.
async fn export(State(state): State<AppState>, customer: Customer) -> Result<Response, AppError> {
    let data = service::export(&state.db, &customer).await?;
    let headers = [(CONTENT_DISPOSITION, "attachment; filename=\"souk-account.json\""), (CACHE_CONTROL, "no-store")];
    Ok((headers, Json(data)).into_response())
}
