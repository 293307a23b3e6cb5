//! What server functions and pages read of the request they answer.

use http::request::Parts;
use leptos::prelude::use_context;

use super::state::AppState;
use crate::error::AppError;

/// The server's state, provided to every page and server function.
///
/// # Errors
/// `Internal` outside a request, which would be our mistake.
pub fn state() -> Result<AppState, AppError> {
    use_context::<AppState>().ok_or_else(|| AppError::internal("no state in this context"))
}

/// Head of the request: method, URL, headers, extensions.
///
/// # Errors
/// `Internal` outside a request.
pub fn parts() -> Result<Parts, AppError> {
    use_context::<Parts>().ok_or_else(|| AppError::internal("no request in this context"))
}
