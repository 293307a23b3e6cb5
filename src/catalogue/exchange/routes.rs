//! The routes by which files come and go.

use axum::body::Body;
use axum::extract::{Multipart, State};
use axum::response::{IntoResponse, Redirect, Response};
use futures::stream;
use http::HeaderMap;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};

use super::MAX_FILE_BYTES;
use super::service::{self, Export};
use crate::catalogue::guard::{ProductEditor, ProductViewer};
use crate::error::AppError;
use crate::platform::error_page;
use crate::platform::routes::PlainRoutes;
use crate::platform::spreadsheet::CSV_TYPE;
use crate::platform::state::AppState;
use crate::values::{FieldErrors, FieldProblem, ImportId};
use crate::vendors::guard::{DraftingVendor, ShopOwner};

/// The one field of the form.
const FIELD: &str = "file";
/// Head and boundaries of the form. A file that is a little too large gets through, and is told so on a page.
const FORM_OVERHEAD: usize = 256 * 1024;

pub const IMPORT_PATH: &str = "/vendor/products/import";
pub const EXPORT_PATH: &str = "/vendor/products/export";

/// They need the sessions layer around them.
pub fn routes(routes: PlainRoutes) -> PlainRoutes {
    routes.post_up_to(MAX_FILE_BYTES + FORM_OVERHEAD, IMPORT_PATH, upload).get(EXPORT_PATH, export)
}

/// Where one sees what was found in a file and what became of it.
pub fn import_path(id: ImportId) -> String {
    format!("{IMPORT_PATH}/{id}")
}

/// `POST /vendor/products/import`, multipart, field `file`: checks the file and leads to what was found.
async fn upload(State(state): State<AppState>, headers: HeaderMap, vendor: Result<DraftingVendor, AppError>, form: Multipart) -> Response {
    let html = error_page::wants_html(&headers);
    let outcome = match vendor {
        Ok(vendor) => receive(&state, vendor, form).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(id) => Redirect::to(&import_path(id)).into_response(),
        Err(AppError::Unauthenticated) if html => Redirect::to(&format!("/sign-in?next={IMPORT_PATH}")).into_response(),
        Err(AppError::Invalid(_)) if html => Redirect::to(&format!("{IMPORT_PATH}?missing=1")).into_response(),
        Err(error) => error_page::answer(html, &error),
    }
}

async fn receive(state: &AppState, vendor: DraftingVendor, mut form: Multipart) -> Result<ImportId, AppError> {
    let may_publish = vendor.owner().vendor().status.may_publish();
    let editor = ProductEditor::from(vendor);
    service::expect(&state.db, &editor).await?;
    let mut file = None;
    // The whole form is read, so that a field that does not belong there is noticed before anything is written.
    while let Some(field) = form.next_field().await.map_err(|_| AppError::Offline)? {
        if field.name() != Some(FIELD) || file.is_some() {
            return Err(AppError::Invalid(FieldErrors::default()));
        }
        let name = field.file_name().unwrap_or_default().to_owned();
        file = Some((name, field.bytes().await.map_err(|_| AppError::Offline)?));
    }
    match file {
        // A form that was sent without choosing a file has one without a name.
        Some((name, bytes)) if !(name.is_empty() && bytes.is_empty()) => {
            service::check(&state.db, &editor, may_publish, &name, &bytes).await
        }
        _ => Err(AppError::field(FIELD, FieldProblem::Required)),
    }
}

/// `GET /vendor/products/export`: all of the shop's own products, as they are read.
async fn export(State(state): State<AppState>, headers: HeaderMap, owner: Result<ShopOwner, AppError>) -> Response {
    let html = error_page::wants_html(&headers);
    let export = match owner {
        Ok(owner) => Export::of(&state.db, ProductViewer::from(&owner)).await,
        Err(error) => Err(error),
    };
    let export = match export {
        Ok(export) => export,
        Err(AppError::Unauthenticated) if html => return Redirect::to(&format!("/sign-in?next={EXPORT_PATH}")).into_response(),
        Err(error) => return error_page::answer(html, &error),
    };
    // A failure in the middle cuts the answer off, so that nobody takes a part for the whole.
    let pieces =
        stream::try_unfold(export, |mut export| async move { Ok::<_, AppError>(export.next().await?.map(|piece| (piece, export))) });
    let headers = [(CONTENT_TYPE, CSV_TYPE), (CONTENT_DISPOSITION, "attachment; filename=\"products.csv\""), (CACHE_CONTROL, "no-store")];
    (headers, Body::from_stream(pieces)).into_response()
}
