//! Server functions of the shell.

use leptos::prelude::*;

use super::theme::Theme;
use crate::error::AppError;
use crate::values::NothingElse;

/// Remembers light or dark for a year. What a plain form sends; with JavaScript the island writes the same cookie itself.
#[server(name = SetTheme, prefix = "/api", endpoint = "theme")]
pub async fn set_theme(theme: Theme, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let response = use_context::<leptos_axum::ResponseOptions>().ok_or_else(|| AppError::internal("no response in this context"))?;
    let cookie = http::HeaderValue::from_str(&super::theme::cookie(theme)).map_err(AppError::internal)?;
    response.append_header(http::header::SET_COOKIE, cookie);
    Ok(())
}
