use axum::Json;
use axum::extract::multipart::{Field, Multipart};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use futures::stream;
use http::{HeaderMap, StatusCode};

use crate::accounts::guard::Visit;
use crate::catalogue::guard::ProductEditor;
use crate::catalogue::service::pictures;
use crate::error::AppError;
use crate::media::Picture;
use crate::media::service::{MAX_BYTES, Upload};
use crate::platform::routes::PlainRoutes;
use crate::platform::state::AppState;
use crate::platform::{error_page, form_flash};
use crate::ui::FormFlash;
use crate::values::{FieldErrors, FieldProblem, ProductId};

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
    visit: Visit,
    Path(product): Path<ProductId>,
    form: Multipart,
) -> Response {
    let html = error_page::wants_html(&headers);
    let editor = match ProductEditor::at(&visit, product).await {
        Ok(editor) => editor,
        Err(AppError::Unauthenticated) if html => {
            let page = format!("/vendor/products/{product}");
            return form_flash::see_other(HeaderMap::new(), &crate::accounts::with_next("/sign-in", &page));
        }
        Err(error) => return error_page::answer(html, &error),
    };
    let page = editor.path_of(product);
    let outcome = match receive(&state, &editor, product, form).await {
        Ok(outcome) => outcome,
        Err(error) if html && error != AppError::NotFound => return send_back(&state, (product, &page), Vec::new(), error).await,
        Err(error) => return error_page::answer(html, &error),
    };
    if html {
        return person(&state, (product, &page), outcome).await;
    }
    match outcome.refused.first() {
        None => (StatusCode::CREATED, Json(outcome.taken)).into_response(),
        Some((_, problem)) => AppError::field(FIELD, *problem).into_response(),
    }
}

/// One file after the other: what was taken before a broken line stays.
async fn receive(state: &AppState, editor: &ProductEditor, product: ProductId, mut form: Multipart) -> Result<Outcome, AppError> {
    let mut outcome = Outcome::default();
    while let Some(field) = form.next_field().await.map_err(|_| AppError::Offline)? {
        if field.name() != Some(FIELD) {
            return Err(AppError::Invalid(FieldErrors::default()));
        }
        pictures::expect(&state.db, editor, product).await?;
        let name: String = field.file_name().unwrap_or_default().chars().take(MAX_NAME_CHARS).collect();
        let taken = match Upload::receive(&state.config.data_dir, pieces(field)).await {
            Ok(upload) => pictures::add(state, editor, product, upload).await,
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

async fn person(state: &AppState, (product, page): (ProductId, &str), outcome: Outcome) -> Response {
    if outcome.refused.is_empty() {
        return form_flash::see_other(HeaderMap::new(), &format!("{page}?done=pictures#pictures"));
    }
    let mut errors = FieldErrors::default();
    let mut names = Vec::new();
    for (index, (name, problem)) in outcome.refused.into_iter().enumerate() {
        errors.push(&format!("{FIELD}.{index}"), problem);
        names.push((format!("{FIELD}.{index}"), name));
    }
    send_back(state, (product, page), names, errors.into()).await
}

async fn send_back(state: &AppState, (product, page): (ProductId, &str), mut fields: Vec<(String, String)>, error: AppError) -> Response {
    fields.push(("product_id".to_owned(), product.to_string()));
    let flash = FormFlash { path: upload_path(product), fields, error };
    form_flash::send_back(&state.db, page, &flash).await
}
