//! `/products/{slug}/reviews` and `/order-lines/{id}/review`.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use http::{StatusCode, Uri};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::bearer::Bearer;
use super::body::{Body, Named, Parameters};
use super::listed::{Listed, Turned};
use super::problem::Problem;
use crate::catalogue;
use crate::error::AppError;
use crate::platform::state::AppState;
use crate::reviews::service::{self, writing};
use crate::reviews::{Opinion, Place, Review};
use crate::values::{FieldProblem, OrderId, OrderLineId, ReviewId, Slug};

#[derive(Serialize, ToSchema)]
pub struct ReviewView {
    id: ReviewId,
    author: String,
    /// 1 to 5.
    rating: u8,
    title: String,
    /// Plain text.
    body: String,
    /// Whether the shop knows the purchase; others came with the goods.
    verified: bool,
    reply: Option<ReplyView>,
    written_at: String,
    /// Its author has changed it since.
    edited: bool,
}

/// What the vendor answered.
#[derive(Serialize, ToSchema)]
struct ReplyView {
    body: String,
    written_at: String,
}

impl From<Review> for ReviewView {
    fn from(review: Review) -> Self {
        let Review { id, author_name: author, rating, title, body, imported, reply, written_at, edited } = review;
        let reply = reply.map(|(body, written_at)| ReplyView { body, written_at });
        Self { id, author, rating, title, body, verified: !imported, reply, written_at, edited }
    }
}

/// What buyers say about a product, newest first.
#[utoipa::path(get, path = "/products/{slug}/reviews", tag = "Catalogue", security(()), params(Turned<String>), responses((status = 200, body = Listed<ReviewView>)))]
pub async fn of_product(
    State(state): State<AppState>,
    uri: Uri,
    Named(slug): Named<Slug>,
    Parameters(Turned { cursor }): Parameters<Turned<String>>,
) -> Result<Response, Problem> {
    let cursor: Option<Place> =
        cursor.map(|cursor| cursor.parse().map_err(|_| AppError::field("cursor", FieldProblem::UnknownChoice))).transpose()?;
    let product = catalogue::service::product(&state.db, &slug).await?.id;
    let page = service::of_product(&mut state.db.reader().await?, product, cursor).await?;
    Ok(Listed::<ReviewView>::new(page.reviews, page.next).at(&state, &uri))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpinionBody {
    #[schema(minimum = 1, maximum = 5)]
    rating: u8,
    #[serde(default)]
    title: String,
    #[serde(default)]
    body: String,
}

#[derive(Serialize, ToSchema)]
pub struct Written {
    order_id: OrderId,
}

/// Writes the review of what has arrived, or changes it.
#[utoipa::path(put, path = "/order-lines/{id}/review", tag = "Orders", request_body = OpinionBody, responses((status = 200, body = Written)))]
pub async fn write(
    State(state): State<AppState>,
    Bearer(customer): Bearer,
    Named(line): Named<OrderLineId>,
    Body(body): Body<OpinionBody>,
) -> Result<Json<Written>, Problem> {
    let opinion = Opinion::parse(&body.rating.to_string(), &body.title, &body.body).map_err(AppError::from)?;
    Ok(Json(Written { order_id: writing::save(&state, &customer, line, &opinion).await? }))
}

/// Deletes it.
#[utoipa::path(delete, path = "/order-lines/{id}/review", tag = "Orders", responses((status = 204)))]
pub async fn delete(
    State(state): State<AppState>,
    Bearer(customer): Bearer,
    Named(line): Named<OrderLineId>,
) -> Result<StatusCode, Problem> {
    writing::delete(&state.db, &customer, line).await?;
    Ok(StatusCode::NO_CONTENT)
}
