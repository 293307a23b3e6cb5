//! `/admin/products`: what all shops sell, and what is taken down.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use http::{StatusCode, Uri};
use serde::Deserialize;
use utoipa::ToSchema;

use super::bearer::AdminBearer;
use super::body::{Body, Named, Parameters};
use super::if_match::IfMatch;
use super::listed::Listed;
use super::owned_product::{self, OwnedProductView};
use super::problem::Problem;
use super::vendor_products::{DeletionView, OwnedLineView, OwnedQuery, delete_seen};
use crate::accounts::guard::Admin;
use crate::catalogue::ProductStatus;
use crate::catalogue::guard::{ProductEditor, ProductViewer};
use crate::catalogue::service::{lifecycle, products};
use crate::platform::state::AppState;
use crate::values::ProductId;

/// The products of all shops, newest first.
#[utoipa::path(get, path = "/admin/products", tag = "Admins", params(OwnedQuery), responses((status = 200, body = Listed<OwnedLineView>)))]
pub async fn list(
    State(state): State<AppState>,
    AdminBearer(admin): AdminBearer,
    uri: Uri,
    Parameters(query): Parameters<OwnedQuery>,
) -> Result<Response, Problem> {
    let list = products::list_all(&state.db, &admin, &query.into()).await?;
    Ok(Listed::<OwnedLineView>::new(list.products, list.next).at(&state, &uri))
}

/// Any product, whatever its status.
#[utoipa::path(get, path = "/admin/products/{id}", tag = "Admins", responses((status = 200, body = OwnedProductView)))]
pub async fn show(
    State(state): State<AppState>,
    AdminBearer(admin): AdminBearer,
    Named(id): Named<ProductId>,
) -> Result<Response, Problem> {
    answer(&state, &admin, id).await
}

async fn answer(state: &AppState, admin: &Admin, id: ProductId) -> Result<Response, Problem> {
    let viewer = ProductViewer::admin(&state.db, admin, id).await?;
    Ok(owned_product::answer(state, StatusCode::OK, &viewer, id).await?)
}

/// Makes a draft of what is for sale.
#[utoipa::path(post, path = "/admin/products/{id}/unpublish", tag = "Admins", responses((status = 200, body = OwnedProductView)))]
pub async fn unpublish(
    State(state): State<AppState>,
    AdminBearer(admin): AdminBearer,
    Named(id): Named<ProductId>,
) -> Result<Response, Problem> {
    lifecycle::unpublish(&state, &ProductEditor::admin(&state.db, &admin, id).await?, id).await?;
    answer(&state, &admin, id).await
}

/// Deletes a product that nobody ever ordered, and archives another one.
#[utoipa::path(delete, path = "/admin/products/{id}", tag = "Admins", params(("If-Match" = String, Header, description = "The `ETag` of the version that you have seen.")), responses((status = 200, body = DeletionView)))]
pub async fn delete(
    State(state): State<AppState>,
    AdminBearer(admin): AdminBearer,
    Named(id): Named<ProductId>,
    seen: IfMatch,
) -> Result<Json<DeletionView>, Problem> {
    delete_seen(&state, &ProductEditor::admin(&state.db, &admin, id).await?, id, &seen).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldBody {
    /// The status in which it was seen.
    seen: ProductStatus,
    /// For the vendor, word for word.
    reason: String,
}

/// Takes a product down; nobody publishes it before it is released.
#[utoipa::path(post, path = "/admin/products/{id}/hold", tag = "Admins", request_body = HoldBody, responses((status = 200, body = OwnedProductView)))]
pub async fn hold(
    State(state): State<AppState>,
    AdminBearer(admin): AdminBearer,
    Named(id): Named<ProductId>,
    Body(body): Body<HoldBody>,
) -> Result<Response, Problem> {
    lifecycle::hold(&state, &admin, id, body.seen, &body.reason).await?;
    answer(&state, &admin, id).await
}

/// Lets the vendor publish it again.
#[utoipa::path(post, path = "/admin/products/{id}/release", tag = "Admins", responses((status = 200, body = OwnedProductView)))]
pub async fn release(
    State(state): State<AppState>,
    AdminBearer(admin): AdminBearer,
    Named(id): Named<ProductId>,
) -> Result<Response, Problem> {
    lifecycle::release(&state, &admin, id).await?;
    answer(&state, &admin, id).await
}
