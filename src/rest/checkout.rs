//! `/checkout`: from the cart to an order that waits to be paid.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::addresses::AddressView;
use super::bearer::Bearer;
use super::body::{Body, Named, Parameters};
use super::cart::CartView;
use super::orders::OrderView;
use super::problem::Problem;
use crate::checkout::{PayView, service};
use crate::platform::state::AppState;
use crate::values::{AddressId, OrderId};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReviewQuery {
    address_id: AddressId,
}

/// What the customer is asked to confirm.
#[derive(Serialize, ToSchema)]
pub struct ReviewView {
    cart: CartView,
    address: AddressView,
    /// Names exactly these goods, quantities, prices, shipping and address: the order is placed only if they are still true.
    fingerprint: String,
}

/// What would be ordered, and what it costs.
#[utoipa::path(get, path = "/checkout", tag = "Shopping", params(ReviewQuery), responses((status = 200, body = ReviewView)))]
pub async fn review(
    State(state): State<AppState>,
    Bearer(customer): Bearer,
    Parameters(query): Parameters<ReviewQuery>,
) -> Result<Json<ReviewView>, Problem> {
    let review = service::review(&state.db, &customer, query.address_id).await?;
    let cart = CartView::new(review.cart, &state.config.base_url);
    Ok(Json(ReviewView { cart, address: review.address.into(), fingerprint: review.fingerprint }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Placement {
    address_id: AddressId,
    /// Of what was confirmed (`GET /checkout`).
    fingerprint: String,
}

/// An order and how to pay it.
#[derive(Serialize, ToSchema)]
pub struct PlacedView {
    order: OrderView,
    /// Null for an order that is past paying, and while the gateway cannot be reached: `POST /orders/{id}/payment` asks again.
    payment: Option<PaymentView>,
}

/// For the gateway's library on the customer's side: card data never come here.
#[derive(Serialize, ToSchema)]
struct PaymentView {
    client_secret: String,
    publishable_key: String,
}

impl From<PayView> for PlacedView {
    fn from(view: PayView) -> Self {
        let payment =
            view.payment.map(|session| PaymentView { client_secret: session.client_secret, publishable_key: session.publishable_key });
        Self { order: view.order.into(), payment }
    }
}

/// Places the order that was confirmed. The same cart confirmed twice is one order.
#[utoipa::path(post, path = "/checkout", tag = "Shopping", request_body = Placement, responses((status = 201, body = PlacedView)))]
pub async fn place(
    State(state): State<AppState>,
    Bearer(customer): Bearer,
    Body(body): Body<Placement>,
) -> Result<(StatusCode, Json<PlacedView>), Problem> {
    let order = service::place(&state, &customer, body.address_id, &body.fingerprint).await?;
    Ok((StatusCode::CREATED, Json(service::pay_view(&state, &customer, order).await?.into())))
}

/// How to pay an order that waits for it; asks the gateway how it stands.
#[utoipa::path(post, path = "/orders/{id}/payment", tag = "Orders", responses((status = 200, body = PlacedView)))]
pub async fn payment(
    State(state): State<AppState>,
    Bearer(customer): Bearer,
    Named(id): Named<OrderId>,
) -> Result<Json<PlacedView>, Problem> {
    Ok(Json(service::pay_view(&state, &customer, id).await?.into()))
}
