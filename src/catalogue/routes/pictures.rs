use axum::Json;
use axum::extract::multipart::{Field, Multipart};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use futures::stream;
use http::{HeaderMap, StatusCode};

use crate::catalogue::service::pictures;
use crate::error::AppError;
use crate::media::Picture;
use crate::media::service::{MAX_BYTES, Upload};
use crate::platform::routes::PlainRoutes;
use crate::platform::state::AppState;
use crate::platform::{error_page, form_flash};
use crate::ui::FormFlash;
use crate::values::{FieldErrors, FieldProblem, ProductId};
use crate::vendors::guard::DraftingVendor;

/// The one field of the form; there may be several files in it.
const FIELD: &str = "picture";
/// Heads and boundaries of a form with as many files as a product may have.
const FORM_OVERHEAD: usize = 64 * 1024;
/// Longest name of a file that is repeated to its sender.
const MAX_NAME_CHARS: usize = 80;

pub fn routes(routes: PlainRoutes) -> PlainRoutes {
    routes.post_up_to(pictures::MAX_OF_PRODUCT * MAX_BYTES + FORM_OVERHEAD, "/vendor/products/{product}/pictures", upload)
}

/// Where pictures of a product are sent.
pub fn upload_path(product: ProductId) -> String {
    format!("/vendor/products/{product}/pictures")
}

/// What became of a form: files are taken or refused one by one.
#[derive(Default)]
struct Outcome {
    taken: Vec<Picture>,
    /// Names of the refused files, and why.
    refused: Vec<(String, FieldProblem)>,
}

/// `POST /vendor/products/{product}/pictures`, multipart, field `picture`. A person is sent back to the product with what was refused; a
/// program gets 201 and the pictures, or the first error.
async fn upload(
    State(state): State<AppState>,
    headers: HeaderMap,
    vendor: Result<DraftingVendor, AppError>,
    Path(product): Path<ProductId>,
    form: Multipart,
) -> Response {
    let html = error_page::wants_html(&headers);
    let outcome = match vendor {
        Ok(vendor) => receive(&state, &vendor, product, form).await,
        Err(error) => Err(error),
    };
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(error) if html => return send_back(&state, product, Vec::new(), error).await,
        Err(error) => return error.into_response(),
    };
    if html {
        return person(&state, product, outcome).await;
    }
    match outcome.refused.first() {
        None => (StatusCode::CREATED, Json(outcome.taken)).into_response(),
        Some((_, problem)) => AppError::field(FIELD, *problem).into_response(),
    }
}

/// One file after the other: what was taken before a broken line stays.
async fn receive(state: &AppState, vendor: &DraftingVendor, product: ProductId, mut form: Multipart) -> Result<Outcome, AppError> {
    let mut outcome = Outcome::default();
    while let Some(field) = form.next_field().await.map_err(|_| AppError::Offline)? {
        if field.name() != Some(FIELD) {
            return Err(AppError::Invalid(FieldErrors::default()));
        }
        pictures::expect(&state.db, vendor, product).await?;
        let name: String = field.file_name().unwrap_or_default().chars().take(MAX_NAME_CHARS).collect();
        let taken = match Upload::receive(&state.config.data_dir, pieces(field)).await {
            Ok(upload) => pictures::add(state, vendor, product, upload).await,
            Err(error) => Err(error),
        };
        match taken {
            Ok(picture) => outcome.taken.push(picture),
            Err(AppError::Invalid(errors)) => {
                outcome.refused.push((name, errors.of(FIELD).unwrap_or(FieldProblem::NotAPicture)));
            }
            Err(error) => return Err(error),
        }
    }
    if outcome.taken.is_empty() && outcome.refused.is_empty() {
        outcome.refused.push((String::new(), FieldProblem::Required));
    }
    Ok(outcome)
}

fn pieces(field: Field<'_>) -> impl futures::Stream<Item = Result<axum::body::Bytes, axum::extract::multipart::MultipartError>> {
    stream::try_unfold(field, |mut field| async move { Ok(field.chunk().await?.map(|piece| (piece, field))) })
}

async fn person(state: &AppState, product: ProductId, outcome: Outcome) -> Response {
    if outcome.refused.is_empty() {
        return form_flash::see_other(HeaderMap::new(), &format!("/vendor/products/{product}?done=pictures#pictures"));
    }
    let mut errors = FieldErrors::default();
    let mut names = Vec::new();
    for (index, (name, problem)) in outcome.refused.into_iter().enumerate() {
        errors.push(&format!("{FIELD}.{index}"), problem);
        names.push((format!("{FIELD}.{index}"), name));
    }
    send_back(state, product, names, errors.into()).await
}

async fn send_back(state: &AppState, product: ProductId, mut fields: Vec<(String, String)>, error: AppError) -> Response {
    match error {
        AppError::Unauthenticated => {
            let next = format!("/vendor/products/{product}");
            return form_flash::see_other(HeaderMap::new(), &crate::accounts::with_next("/sign-in", &next));
        }
        AppError::Forbidden | AppError::NotFound => return error_page::answer(true, &error),
        _ => {}
    }
    fields.push(("product_id".to_owned(), product.to_string()));
    let flash = FormFlash { path: upload_path(product), fields, error };
    form_flash::send_back(&state.db, &format!("/vendor/products/{product}"), &flash).await
}
