use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};

use super::{WIDTHS, service};
use crate::error::AppError;
use crate::platform::routes::PlainRoutes;
use crate::platform::storage::Storage;
use crate::values::PictureId;

/// A picture's bytes never change under its id.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

pub fn routes(routes: PlainRoutes) -> PlainRoutes {
    routes.get("/media/{id}/{file}", picture)
}

/// `GET /media/{id}/{width}.webp`: an id and a width of ours, or 404.
///
/// # Errors
/// `NotFound` for anything else.
pub async fn picture(State(storage): State<Storage>, Path((id, file)): Path<(String, String)>) -> Result<Response, AppError> {
    // One spelling of an id: others would be other cache entries of the same bytes.
    let id: PictureId = id.parse().ok().filter(|parsed: &PictureId| parsed.to_string() == id).ok_or(AppError::NotFound)?;
    let width = WIDTHS.into_iter().find(|&width| service::file_name(width) == file).ok_or(AppError::NotFound)?;
    let bytes = storage.read(id.0, &service::file_name(width)).await?.ok_or(AppError::NotFound)?;
    let headers = [
        (CONTENT_TYPE, "image/webp"),
        (CACHE_CONTROL, FOR_EVER),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Should a browser ever show it as a document, nothing in it may run.
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    ];
    Ok((headers, bytes).into_response())
}
