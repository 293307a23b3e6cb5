//! `/vendor/orders`: what a shop has to send. Whatever becomes of the shop, what was paid is sent.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use http::Uri;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::addresses::AddressView;
use super::bearer::{OwnerBearer, ReadOrders, WriteOrders};
use super::body::{Body, Named, Parameters};
use super::listed::Listed;
use super::orders::LineView;
use super::problem::Problem;
use crate::checkout;
use crate::orders::service::parcels;
use crate::orders::{Fulfilment, OrderStatus, Parcel, ParcelSummary};
use crate::platform::state::AppState;
use crate::values::{Money, OrderId};
use crate::vendors::guard::ShopOwner;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ParcelQuery {
    fulfilment: Option<Fulfilment>,
    /// What people call the order.
    number: Option<i64>,
    /// `next` of the page before.
    cursor: Option<OrderId>,
}

/// A shop's part of an order in a list.
#[derive(Serialize, ToSchema)]
pub struct ParcelSummaryView {
    order_id: OrderId,
    number: i64,
    /// Of the money of the whole order.
    status: OrderStatus,
    fulfilment: Fulfilment,
    total: Money,
    paid_at: String,
    pieces: u32,
    recipient: String,
    country_code: String,
}

impl From<ParcelSummary> for ParcelSummaryView {
    fn from(parcel: ParcelSummary) -> Self {
        let ParcelSummary { order_id, number, status, fulfilment, total, paid_at, pieces, recipient, country_code } = parcel;
        Self { order_id, number, status, fulfilment, total, paid_at, pieces, recipient, country_code }
    }
}

/// A shop's part of an order, and where it goes. Nothing of others.
#[derive(Serialize, ToSchema)]
pub struct ParcelView {
    order_id: OrderId,
    number: i64,
    /// Of the money of the whole order.
    status: OrderStatus,
    fulfilment: Fulfilment,
    placed_at: String,
    paid_at: String,
    shipped_at: Option<String>,
    delivered_at: Option<String>,
    canceled_at: Option<String>,
    carrier: Option<String>,
    tracking: Option<String>,
    items: Money,
    shipping: Money,
    total: Money,
    refunded: Money,
    address: AddressView,
    lines: Vec<LineView>,
}

impl From<Parcel> for ParcelView {
    fn from(parcel: Parcel) -> Self {
        Self {
            order_id: parcel.order_id,
            number: parcel.number,
            status: parcel.status,
            fulfilment: parcel.fulfilment,
            placed_at: parcel.placed_at,
            paid_at: parcel.paid_at,
            shipped_at: parcel.shipped_at,
            delivered_at: parcel.delivered_at,
            canceled_at: parcel.canceled_at,
            carrier: parcel.carrier,
            tracking: parcel.tracking,
            items: parcel.items,
            shipping: parcel.shipping,
            total: parcel.total,
            refunded: parcel.refunded,
            address: parcel.address.into(),
            lines: parcel.lines.into_iter().map(LineView::from).collect(),
        }
    }
}

/// One's own parts of paid orders: what is to be sent oldest first, everything else newest first.
#[utoipa::path(get, path = "/vendor/orders", tag = "Vendors", params(ParcelQuery), responses((status = 200, body = Listed<ParcelSummaryView>)))]
pub async fn list(
    State(state): State<AppState>,
    OwnerBearer(owner, ReadOrders): OwnerBearer<ReadOrders>,
    uri: Uri,
    Parameters(query): Parameters<ParcelQuery>,
) -> Result<Response, Problem> {
    let list = parcels::list(&state.db, &owner, query.fulfilment, query.number, query.cursor).await?;
    Ok(Listed::<ParcelSummaryView>::new(list.parcels, list.next).at(&state, &uri))
}

/// One's own part of an order.
#[utoipa::path(get, path = "/vendor/orders/{id}", tag = "Vendors", responses((status = 200, body = ParcelView)))]
pub async fn show(
    State(state): State<AppState>,
    OwnerBearer(owner, ReadOrders): OwnerBearer<ReadOrders>,
    Named(id): Named<OrderId>,
) -> Result<Json<ParcelView>, Problem> {
    parcel(&state, &owner, id).await
}

async fn parcel(state: &AppState, owner: &ShopOwner, id: OrderId) -> Result<Json<ParcelView>, Problem> {
    Ok(Json(parcels::find(&state.db, owner, id).await?.into()))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShipmentBody {
    /// Needed where there is a number.
    #[serde(default)]
    carrier: String,
    #[serde(default)]
    tracking: String,
}

/// The parcel is on its way; the customer hears of it.
#[utoipa::path(post, path = "/vendor/orders/{id}/ship", tag = "Vendors", request_body = ShipmentBody, responses((status = 200, body = ParcelView)))]
pub async fn ship(
    State(state): State<AppState>,
    OwnerBearer(owner, WriteOrders): OwnerBearer<WriteOrders>,
    Named(id): Named<OrderId>,
    Body(body): Body<ShipmentBody>,
) -> Result<Json<ParcelView>, Problem> {
    checkout::service::ship(&state, &owner, id, &body.carrier, &body.tracking).await?;
    parcel(&state, &owner, id).await
}

/// The parcel has arrived.
#[utoipa::path(post, path = "/vendor/orders/{id}/deliver", tag = "Vendors", responses((status = 200, body = ParcelView)))]
pub async fn deliver(
    State(state): State<AppState>,
    OwnerBearer(owner, WriteOrders): OwnerBearer<WriteOrders>,
    Named(id): Named<OrderId>,
) -> Result<Json<ParcelView>, Problem> {
    parcels::deliver(&state.db, &owner, id).await?;
    parcel(&state, &owner, id).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancellationBody {
    /// For the customer, word for word.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// The parcel cannot be sent: all of it is given back.
#[utoipa::path(post, path = "/vendor/orders/{id}/cancel", tag = "Vendors", request_body = CancellationBody, responses((status = 200, body = ParcelView)))]
pub async fn cancel(
    State(state): State<AppState>,
    OwnerBearer(owner, WriteOrders): OwnerBearer<WriteOrders>,
    Named(id): Named<OrderId>,
    Body(body): Body<CancellationBody>,
) -> Result<Json<ParcelView>, Problem> {
    checkout::service::cancel_part(&state, &owner, id, &body.reason).await?;
    parcel(&state, &owner, id).await
}
