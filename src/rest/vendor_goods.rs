//! Pictures and stock of a vendor's products.

use axum::Json;
use axum::body::Body as RawBody;
use axum::extract::State;
use axum::response::Response;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode, Uri};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::bearer::{OwnerBearer, ReadProducts, WriteProducts};
use super::body::{Body, Named, NamedBoth, Parameters};
use super::catalogue::Site;
use super::listed::{Listed, Turned};
use super::owned_product::OwnedPictureView;
use super::problem::Problem;
use super::vendor_products::editor;
use crate::catalogue::guard::ProductViewer;
use crate::catalogue::service::{ledger, pictures};
use crate::catalogue::{CountReason, Movement, MovementKind, PictureText, TypedCorrection, TypedCount};
use crate::media::service::{MAX_BYTES, Upload};
use crate::platform::state::AppState;
use crate::values::{MovementId, PictureId, ProductId, VariantId};

/// The largest picture, and a byte by which a larger one is told.
pub const PICTURE_LIMIT: usize = MAX_BYTES + 1;

/// Adds a picture behind the others. The body is the file itself: JPEG, PNG or WebP, 8 MB at most.
#[utoipa::path(post, path = "/vendor/products/{id}/pictures", tag = "Vendors", request_body(content = Vec<u8>, content_type = "image/*"), responses((status = 201, body = OwnedPictureView)))]
pub async fn add_picture(
    State(state): State<AppState>,
    OwnerBearer(owner, WriteProducts): OwnerBearer<WriteProducts>,
    Named(id): Named<ProductId>,
    headers: HeaderMap,
    body: RawBody,
) -> Result<(StatusCode, Json<OwnedPictureView>), Problem> {
    let editor = editor(owner)?;
    if !headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"image/")) {
        return Err(Problem::body(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_a_picture", "The body must be a picture, and say so."));
    }
    pictures::expect(&state.db, &editor, id).await?;
    let upload = Upload::receive(&state.config.data_dir, body.into_data_stream()).await?;
    let picture = pictures::add(&state, &editor, id, upload).await?;
    Ok((StatusCode::CREATED, Json(OwnedPictureView::new(picture, &Site(&state.config.base_url)))))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PictureChange {
    /// What is said in place of the picture.
    alt: String,
}

/// Says what is on a picture.
#[utoipa::path(patch, path = "/vendor/products/{id}/pictures/{picture_id}", tag = "Vendors", request_body = PictureChange, responses((status = 204)))]
pub async fn describe_picture(
    State(state): State<AppState>,
    OwnerBearer(owner, WriteProducts): OwnerBearer<WriteProducts>,
    NamedBoth(id, picture): NamedBoth<ProductId, PictureId>,
    Body(body): Body<PictureChange>,
) -> Result<StatusCode, Problem> {
    pictures::describe(&state.db, &editor(owner)?, id, &[PictureText { id: picture, alt: body.alt }]).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a picture away for good.
#[utoipa::path(delete, path = "/vendor/products/{id}/pictures/{picture_id}", tag = "Vendors", responses((status = 204)))]
pub async fn remove_picture(
    State(state): State<AppState>,
    OwnerBearer(owner, WriteProducts): OwnerBearer<WriteProducts>,
    NamedBoth(id, picture): NamedBoth<ProductId, PictureId>,
) -> Result<StatusCode, Problem> {
    pictures::remove(&state, &editor(owner)?, id, picture).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PictureOrderBody {
    /// All of the product's pictures; the first is the main one.
    pictures: Vec<PictureId>,
}

/// Puts the pictures in this order.
#[utoipa::path(put, path = "/vendor/products/{id}/picture-order", tag = "Vendors", request_body = PictureOrderBody, responses((status = 204)))]
pub async fn arrange_pictures(
    State(state): State<AppState>,
    OwnerBearer(owner, WriteProducts): OwnerBearer<WriteProducts>,
    Named(id): Named<ProductId>,
    Body(body): Body<PictureOrderBody>,
) -> Result<StatusCode, Problem> {
    pictures::arrange(&state.db, &editor(owner)?, id, &body.pictures).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What was counted on the shelf.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectionBody {
    reason: CountReason,
    /// Needed for `other`.
    #[serde(default)]
    note: String,
    counts: Vec<CountBody>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CountBody {
    variant_id: VariantId,
    /// How many there were thought to be; what is sold since is taken into account.
    #[schema(minimum = 0, maximum = 1_000_000)]
    seen: i32,
    #[schema(minimum = 0, maximum = 1_000_000)]
    count: i32,
}

impl From<CorrectionBody> for TypedCorrection {
    fn from(body: CorrectionBody) -> Self {
        let count = |count: CountBody| TypedCount {
            id: count.variant_id.to_string(),
            seen: count.seen.to_string(),
            count: count.count.to_string(),
        };
        Self { reason: body.reason.to_string(), note: body.note, counts: body.counts.into_iter().map(count).collect() }
    }
}

#[derive(Serialize, ToSchema)]
pub struct Corrected {
    /// Pieces that came or went between what was seen and now.
    meanwhile: i64,
}

/// Adds what was counted to the ledger of stock.
#[utoipa::path(post, path = "/vendor/products/{id}/stock-corrections", tag = "Vendors", request_body = CorrectionBody, responses((status = 201, body = Corrected)))]
pub async fn correct_stock(
    State(state): State<AppState>,
    OwnerBearer(owner, WriteProducts): OwnerBearer<WriteProducts>,
    Named(id): Named<ProductId>,
    Body(body): Body<CorrectionBody>,
) -> Result<(StatusCode, Json<Corrected>), Problem> {
    let corrected = ledger::correct(&state.db, &editor(owner)?, id, &body.into()).await?;
    Ok((StatusCode::CREATED, Json(Corrected { meanwhile: corrected.meanwhile })))
}

#[derive(Serialize, ToSchema)]
pub struct MovementView {
    id: MovementId,
    variant_id: VariantId,
    kind: MovementKind,
    delta: i32,
    reason: String,
    at: String,
}

impl From<Movement> for MovementView {
    fn from(movement: Movement) -> Self {
        let Movement { id, variant_id, kind, delta, reason, at, .. } = movement;
        Self { id, variant_id, kind, delta, reason, at }
    }
}

/// What moved the stock, newest first.
#[utoipa::path(get, path = "/vendor/products/{id}/stock-movements", tag = "Vendors", params(Turned<MovementId>), responses((status = 200, body = Listed<MovementView>)))]
pub async fn movements(
    State(state): State<AppState>,
    OwnerBearer(owner, ReadProducts): OwnerBearer<ReadProducts>,
    uri: Uri,
    Named(id): Named<ProductId>,
    Parameters(Turned { cursor }): Parameters<Turned<MovementId>>,
) -> Result<Response, Problem> {
    let viewer = ProductViewer::from(&owner);
    // Others' products are not found, where an empty list would be no lie.
    crate::catalogue::service::products::find(&state.db, &viewer, id).await?;
    let (movements, next) = ledger::movements(&state.db, &viewer, id, None, cursor).await?;
    Ok(Listed::<MovementView>::new(movements, next).at(&state, &uri))
}
