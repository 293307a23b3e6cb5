//! `/wishlist`: saved products.

use axum::Json;
use axum::extract::State;
use http::StatusCode;

use super::bearer::Bearer;
use super::body::Named;
use super::catalogue::{CardView, Site};
use super::listed::Listed;
use super::problem::Problem;
use crate::platform::state::AppState;
use crate::values::ProductId;
use crate::{catalogue, wishlist};

/// What is saved and on show, newest first.
#[utoipa::path(get, path = "/wishlist", tag = "Shopping", responses((status = 200, body = Listed<CardView>)))]
pub async fn list(State(state): State<AppState>, Bearer(customer): Bearer) -> Result<Json<Listed<CardView>>, Problem> {
    let saved = wishlist::service::saved(&state.db, &customer).await?;
    let site = Site(&state.config.base_url);
    let cards = catalogue::service::cards(&state.db, &saved).await?.into_iter().map(|card| CardView::new(card, &site));
    Ok(Json(Listed::whole(cards)))
}

/// Saves a product; once more is the same.
#[utoipa::path(put, path = "/wishlist/{product_id}", tag = "Shopping", responses((status = 204)))]
pub async fn save(State(state): State<AppState>, Bearer(customer): Bearer, Named(id): Named<ProductId>) -> Result<StatusCode, Problem> {
    wishlist::service::save(&state.db, &customer, id, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Forgets a product; one that is not saved counts as forgotten.
#[utoipa::path(delete, path = "/wishlist/{product_id}", tag = "Shopping", responses((status = 204)))]
pub async fn forget(State(state): State<AppState>, Bearer(customer): Bearer, Named(id): Named<ProductId>) -> Result<StatusCode, Problem> {
    wishlist::service::save(&state.db, &customer, id, false).await?;
    Ok(StatusCode::NO_CONTENT)
}
