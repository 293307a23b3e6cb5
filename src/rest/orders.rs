//! `/orders`: what a customer ordered.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use http::{StatusCode, Uri};
use serde::Serialize;
use utoipa::ToSchema;

use super::addresses::AddressView;
use super::bearer::Bearer;
use super::body::{Named, Parameters};
use super::listed::{Listed, Turned};
use super::problem::Problem;
use crate::checkout;
use crate::orders::service::{self, PAGE_SIZE};
use crate::orders::{Fulfilment, Order, OrderLine, OrderPart, OrderStatus, OrderSummary};
use crate::platform::state::AppState;
use crate::values::{Money, OrderId, OrderLineId, OrderPartId, Quantity};

#[derive(Serialize, ToSchema)]
pub struct OrderSummaryView {
    id: OrderId,
    /// What people call it.
    number: i64,
    status: OrderStatus,
    total: Money,
    placed_at: String,
    pieces: u32,
    shops: Vec<String>,
}

impl From<OrderSummary> for OrderSummaryView {
    fn from(order: OrderSummary) -> Self {
        let OrderSummary { id, number, status, total, placed_at, pieces, shops, .. } = order;
        Self { id, number, status, total, placed_at, pieces, shops }
    }
}

#[derive(Serialize, ToSchema)]
pub struct OrderView {
    id: OrderId,
    /// What people call it.
    number: i64,
    status: OrderStatus,
    email: String,
    items: Money,
    shipping: Money,
    tax: Money,
    discount: Money,
    total: Money,
    /// What went back, or is on its way.
    refunded: Money,
    address: AddressView,
    placed_at: String,
    paid_at: Option<String>,
    /// When it was canceled or expired without having been paid.
    closed_at: Option<String>,
    /// Why the last attempt to pay failed.
    payment_error: Option<String>,
    /// Whether its customer may still change their mind about what is paid.
    cancelable: bool,
    parts: Vec<PartView>,
}

/// What one vendor sends.
#[derive(Serialize, ToSchema)]
struct PartView {
    id: OrderPartId,
    vendor: String,
    fulfilment: Fulfilment,
    shipping: Money,
    total: Money,
    carrier: Option<String>,
    tracking: Option<String>,
    shipped_at: Option<String>,
    delivered_at: Option<String>,
    canceled_at: Option<String>,
    lines: Vec<LineView>,
}

#[derive(Serialize, ToSchema)]
pub struct LineView {
    id: OrderLineId,
    product_name: String,
    product_slug: String,
    variant_title: String,
    unit_price: Money,
    #[schema(value_type = i64)]
    quantity: Quantity,
    subtotal: Money,
    /// Pieces that were given back; an amount may go back without any.
    refunded_quantity: u32,
    refunded: Money,
}

impl From<OrderLine> for LineView {
    fn from(line: OrderLine) -> Self {
        let OrderLine {
            id, product_name, product_slug, variant_title, unit_price, quantity, subtotal, refunded_quantity, refunded, ..
        } = line;
        Self { id, product_name, product_slug, variant_title, unit_price, quantity, subtotal, refunded_quantity, refunded }
    }
}

impl From<OrderPart> for PartView {
    fn from(part: OrderPart) -> Self {
        Self {
            id: part.id,
            vendor: part.vendor_name,
            fulfilment: part.fulfilment,
            shipping: part.shipping,
            total: part.total,
            carrier: part.carrier,
            tracking: part.tracking,
            shipped_at: part.shipped_at,
            delivered_at: part.delivered_at,
            canceled_at: part.canceled_at,
            lines: part.lines.into_iter().map(LineView::from).collect(),
        }
    }
}

impl From<Order> for OrderView {
    fn from(order: Order) -> Self {
        Self {
            cancelable: order.is_cancelable(),
            id: order.id,
            number: order.number,
            status: order.status,
            email: order.email,
            items: order.items,
            shipping: order.shipping,
            tax: order.tax,
            discount: order.discount,
            total: order.total,
            refunded: Money::new(order.refunded.amount_minor + order.returning.amount_minor, order.refunded.currency),
            address: order.address.into(),
            placed_at: order.placed_at,
            paid_at: order.paid_at,
            closed_at: order.closed_at,
            payment_error: order.payment_error,
            parts: order.parts.into_iter().map(PartView::from).collect(),
        }
    }
}

/// One's own orders, newest first.
#[utoipa::path(get, path = "/orders", tag = "Orders", params(Turned<OrderId>), responses((status = 200, body = Listed<OrderSummaryView>)))]
pub async fn list(
    State(state): State<AppState>,
    Bearer(customer): Bearer,
    uri: Uri,
    Parameters(Turned { cursor }): Parameters<Turned<OrderId>>,
) -> Result<Response, Problem> {
    let orders = service::list(&state.db, &customer, cursor).await?;
    let next = orders.last().filter(|_| orders.len() as i64 == PAGE_SIZE).map(|order| order.id);
    Ok(Listed::<OrderSummaryView>::new(orders, next).at(&state, &uri))
}

/// An order of one's own.
#[utoipa::path(get, path = "/orders/{id}", tag = "Orders", responses((status = 200, body = OrderView)))]
pub async fn show(State(state): State<AppState>, Bearer(customer): Bearer, Named(id): Named<OrderId>) -> Result<Json<OrderView>, Problem> {
    Ok(Json(service::find(&state.db, &customer, id).await?.into()))
}

/// Cancels an order: closes one that is not paid, and gives back what is paid and was not sent yet.
#[utoipa::path(post, path = "/orders/{id}/cancel", tag = "Orders", responses((status = 200, body = OrderView)))]
pub async fn cancel(
    State(state): State<AppState>,
    Bearer(customer): Bearer,
    Named(id): Named<OrderId>,
) -> Result<(StatusCode, Json<OrderView>), Problem> {
    match service::find(&state.db, &customer, id).await?.status {
        OrderStatus::Pending | OrderStatus::Canceled | OrderStatus::Expired => {
            checkout::service::cancel_unpaid(&state, &customer, id).await?;
        }
        _ => checkout::service::cancel_paid(&state, &customer, id).await?,
    }
    Ok((StatusCode::OK, Json(service::find(&state.db, &customer, id).await?.into())))
}
