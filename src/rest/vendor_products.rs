//! `/vendor/products`: what a shop sells, as its owner keeps it.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use http::{StatusCode, Uri};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::bearer::{OwnerBearer, ReadProducts, WriteProducts};
use super::body::{Body, Named, Parameters};
use super::if_match::{IfMatch, overtaken};
use super::listed::Listed;
use super::owned_product::{self, NewProductBody, OwnedProductView, ProductChangeBody};
use super::problem::Problem;
use crate::catalogue::guard::{ProductEditor, ProductPublisher, ProductViewer};
use crate::catalogue::service::lifecycle::{self, Deletion};
use crate::catalogue::service::products;
use crate::catalogue::{OwnedFilter, OwnedLine, ProductStatus};
use crate::error::{AppError, Conflict};
use crate::platform::state::AppState;
use crate::values::{Money, ProductId};
use crate::vendors::guard::{ApprovedVendor, DraftingVendor, ShopOwner};

/// Which part of a list of products is asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OwnedQuery {
    status: Option<ProductStatus>,
    /// What name or number contain.
    #[serde(default)]
    q: String,
    /// Those alone that run low.
    #[serde(default)]
    low: bool,
    /// `next` of the page before.
    cursor: Option<ProductId>,
}

impl From<OwnedQuery> for OwnedFilter {
    fn from(query: OwnedQuery) -> Self {
        Self { status: query.status, text: query.q.trim().to_owned(), low: query.low, before: query.cursor }
    }
}

#[derive(Serialize, ToSchema)]
pub struct OwnedLineView {
    id: ProductId,
    name: String,
    status: ProductStatus,
    /// The lowest among the variants.
    price: Option<Money>,
    /// Of all variants.
    stock: i64,
    low: bool,
    /// An admin took it down.
    held: bool,
    units_sold: i64,
    shop: String,
}

impl From<OwnedLine> for OwnedLineView {
    fn from(line: OwnedLine) -> Self {
        let OwnedLine { id, name, status, price, stock, low, held, units_sold, shop, .. } = line;
        Self { id, name, status, price, stock, low, held, units_sold, shop }
    }
}

/// Whoever may draft, as an editor of their own products.
pub fn editor(owner: ShopOwner) -> Result<ProductEditor, AppError> {
    Ok(DraftingVendor::try_from(owner)?.into())
}

/// One's own products, newest first.
#[utoipa::path(get, path = "/vendor/products", tag = "Vendors", params(OwnedQuery), responses((status = 200, body = Listed<OwnedLineView>)))]
pub async fn list(
    State(state): State<AppState>,
    OwnerBearer(owner, ReadProducts): OwnerBearer<ReadProducts>,
    uri: Uri,
    Parameters(query): Parameters<OwnedQuery>,
) -> Result<Response, Problem> {
    let list = products::list(&state.db, &ProductViewer::from(&owner), &query.into()).await?;
    Ok(Listed::<OwnedLineView>::new(list.products, list.next).at(&state, &uri))
}

/// Drafts a product.
#[utoipa::path(post, path = "/vendor/products", tag = "Vendors", request_body = NewProductBody, responses((status = 201, body = OwnedProductView)))]
pub async fn create(
    State(state): State<AppState>,
    OwnerBearer(owner, WriteProducts): OwnerBearer<WriteProducts>,
    Body(body): Body<NewProductBody>,
) -> Result<Response, Problem> {
    let editor = editor(owner)?;
    let id = body.create(&state, &editor).await?;
    Ok(owned_product::answer(&state, StatusCode::CREATED, editor.viewer(), id).await?)
}

/// A product of one's own, whatever its status. Its `ETag` is its version.
#[utoipa::path(get, path = "/vendor/products/{id}", tag = "Vendors", responses((status = 200, body = OwnedProductView)))]
pub async fn show(
    State(state): State<AppState>,
    OwnerBearer(owner, ReadProducts): OwnerBearer<ReadProducts>,
    Named(id): Named<ProductId>,
) -> Result<Response, Problem> {
    Ok(owned_product::answer(&state, StatusCode::OK, &ProductViewer::from(&owner), id).await?)
}

/// Changes a product. Stock is not among it: counts are corrected, since goods are sold meanwhile.
#[utoipa::path(patch, path = "/vendor/products/{id}", tag = "Vendors", request_body = ProductChangeBody, params(("If-Match" = String, Header, description = "The `ETag` of the version that you have seen.")), responses((status = 200, body = OwnedProductView)))]
pub async fn change(
    State(state): State<AppState>,
    OwnerBearer(owner, WriteProducts): OwnerBearer<WriteProducts>,
    Named(id): Named<ProductId>,
    seen: IfMatch,
    Body(body): Body<ProductChangeBody>,
) -> Result<Response, Problem> {
    let editor = editor(owner)?;
    let seen = seen.seen(products::find(&state.db, editor.viewer(), id).await?.version)?;
    body.save(&state, &editor, (id, seen)).await.map_err(overtaken)?;
    Ok(owned_product::answer(&state, StatusCode::OK, editor.viewer(), id).await?)
}

#[derive(Serialize, ToSchema)]
pub struct DeletionView {
    /// False: an order names it, so it was archived instead.
    pub deleted: bool,
}

/// Deletes a product that nobody ever ordered, and archives another one.
#[utoipa::path(delete, path = "/vendor/products/{id}", tag = "Vendors", params(("If-Match" = String, Header, description = "The `ETag` of the version that you have seen.")), responses((status = 200, body = DeletionView)))]
pub async fn delete(
    State(state): State<AppState>,
    OwnerBearer(owner, WriteProducts): OwnerBearer<WriteProducts>,
    Named(id): Named<ProductId>,
    seen: IfMatch,
) -> Result<Json<DeletionView>, Problem> {
    delete_seen(&state, &editor(owner)?, id, &seen).await
}

/// Whoever edits it.
pub async fn delete_seen(state: &AppState, editor: &ProductEditor, id: ProductId, seen: &IfMatch) -> Result<Json<DeletionView>, Problem> {
    let known = products::find(&state.db, editor.viewer(), id).await?;
    seen.seen(known.version)?;
    let deletion = lifecycle::delete(state, editor, id, known.status).await.map_err(overtaken)?;
    Ok(Json(DeletionView { deleted: deletion == Deletion::Done }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatusChange {
    /// The status in which it was seen.
    seen: ProductStatus,
    next: ProductStatus,
}

/// Publishes a product, makes a draft of it, or archives it. Only an approved shop publishes.
#[utoipa::path(post, path = "/vendor/products/{id}/status", tag = "Vendors", request_body = StatusChange, responses((status = 200, body = OwnedProductView)))]
pub async fn set_status(
    State(state): State<AppState>,
    OwnerBearer(owner, WriteProducts): OwnerBearer<WriteProducts>,
    Named(id): Named<ProductId>,
    Body(body): Body<StatusChange>,
) -> Result<Response, Problem> {
    let viewer = ProductViewer::from(&owner);
    match (body.seen, body.next) {
        (seen, ProductStatus::Published) => {
            lifecycle::publish(&state, &ProductPublisher::from(ApprovedVendor::try_from(owner)?), id, seen).await?;
        }
        (ProductStatus::Published, ProductStatus::Draft) => lifecycle::unpublish(&state, &editor(owner)?, id).await?,
        (seen, ProductStatus::Archived) => lifecycle::archive(&state, &editor(owner)?, id, seen).await?,
        // No way leads there.
        _ => return Err(AppError::from(Conflict::Stale).into()),
    }
    Ok(owned_product::answer(&state, StatusCode::OK, &viewer, id).await?)
}
