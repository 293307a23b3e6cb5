//! `/admin/orders`: all of them, and money that goes back.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode, Uri};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::bearer::AdminBearer;
use super::body::{Body, Named, Parameters};
use super::listed::Listed;
use super::once::KEY;
use super::orders::OrderView;
use super::problem::Problem;
use crate::checkout::differing::Verdict;
use crate::checkout::refund::{RefundCause, TypedRefund, TypedRefundLine, TypedRefundShipping};
use crate::checkout::service;
use crate::error::AppError;
use crate::orders::service::desk;
use crate::orders::{DeskLine, OrderStatus};
use crate::platform::state::AppState;
use crate::values::{FieldErrors, FieldProblem, Money, OrderId, OrderLineId, OrderPartId, RefundId};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeskQuery {
    status: Option<OrderStatus>,
    /// The number of an order, or the beginning of its customer's address.
    q: Option<String>,
    /// `next` of the page before.
    cursor: Option<OrderId>,
}

#[derive(Serialize, ToSchema)]
pub struct DeskLineView {
    id: OrderId,
    number: i64,
    status: OrderStatus,
    email: String,
    total: Money,
    placed_at: String,
    shops: Vec<String>,
}

impl From<DeskLine> for DeskLineView {
    fn from(line: DeskLine) -> Self {
        let DeskLine { id, number, status, email, total, placed_at, shops } = line;
        Self { id, number, status, email, total, placed_at, shops }
    }
}

/// All orders, newest first.
#[utoipa::path(get, path = "/admin/orders", tag = "Admins", params(DeskQuery), responses((status = 200, body = Listed<DeskLineView>)))]
pub async fn list(
    State(state): State<AppState>,
    AdminBearer(admin): AdminBearer,
    uri: Uri,
    Parameters(query): Parameters<DeskQuery>,
) -> Result<Response, Problem> {
    let text = query.q.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let list = desk::list(&state.db, &admin, query.status, text, query.cursor).await?;
    Ok(Listed::<DeskLineView>::new(list.orders, list.next).at(&state, &uri))
}

/// Any order, in full.
#[utoipa::path(get, path = "/admin/orders/{id}", tag = "Admins", responses((status = 200, body = OrderView)))]
pub async fn show(
    State(state): State<AppState>,
    AdminBearer(admin): AdminBearer,
    Named(id): Named<OrderId>,
) -> Result<Json<OrderView>, Problem> {
    Ok(Json(desk::find(&state.db, &admin, id).await?.into()))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundBody {
    #[serde(default)]
    lines: Vec<RefundLineBody>,
    #[serde(default)]
    shipping: Vec<RefundShippingBody>,
    reason: RefundCause,
    /// The pieces are for sale again.
    #[serde(default)]
    restock: bool,
    #[serde(default)]
    note: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RefundLineBody {
    line_id: OrderLineId,
    #[serde(default)]
    quantity: u32,
    /// What so many pieces cost, unless given.
    amount: Option<Money>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RefundShippingBody {
    part_id: OrderPartId,
    amount: Money,
}

impl RefundBody {
    /// As the form has it.
    fn typed(self, total: Money, request: String) -> Result<TypedRefund, AppError> {
        let mut errors = FieldErrors::default();
        let mut plain = |field: String, amount: Money| {
            if amount.currency != total.currency || amount.amount_minor < 0 {
                errors.push(&field, FieldProblem::NotAnAmount);
            }
            amount.plain()
        };
        let line = |(index, line): (usize, RefundLineBody)| TypedRefundLine {
            line_id: line.line_id.to_string(),
            quantity: line.quantity.to_string(),
            amount: line.amount.map(|amount| plain(format!("lines.{index}.amount"), amount)).unwrap_or_default(),
        };
        let lines = self.lines.into_iter().enumerate().map(line).collect();
        let shipping = |(index, part): (usize, RefundShippingBody)| TypedRefundShipping {
            part_id: part.part_id.to_string(),
            amount: plain(format!("shipping.{index}.amount"), part.amount),
        };
        let shipping = self.shipping.into_iter().enumerate().map(shipping).collect();
        let restock = if self.restock { "yes".to_owned() } else { String::new() };
        Ok(errors.into_result(TypedRefund { lines, shipping, reason: self.reason.to_string(), restock, note: self.note, request })?)
    }
}

#[derive(Serialize, ToSchema)]
pub struct RefundCreated {
    id: RefundId,
}

/// Gives money back: pieces, amounts, shipping. The gateway is asked shortly after.
#[utoipa::path(post, path = "/admin/orders/{id}/refunds", tag = "Admins", request_body = RefundBody, responses((status = 201, body = RefundCreated)))]
pub async fn refund(
    State(state): State<AppState>,
    AdminBearer(admin): AdminBearer,
    Named(id): Named<OrderId>,
    headers: HeaderMap,
    Body(body): Body<RefundBody>,
) -> Result<(StatusCode, Json<RefundCreated>), Problem> {
    // Kept with the refund, too: of all that an answer may get lost for, this is the dearest.
    let request = headers.get(KEY).and_then(|key| key.to_str().ok()).unwrap_or_default().to_owned();
    let typed = body.typed(desk::find(&state.db, &admin, id).await?.total, request)?;
    let id = service::refund(&state, &admin, id, &typed).await?;
    Ok((StatusCode::CREATED, Json(RefundCreated { id })))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerdictBody {
    verdict: Verdict,
}

/// Decides about an order in `review`, for which another amount came than it costs: accepted, what came beyond its price goes back; given back,
/// nothing is sold. Of an order that is not in review, nothing happens.
#[utoipa::path(post, path = "/admin/orders/{id}/verdict", tag = "Admins", request_body = VerdictBody, responses((status = 200, body = OrderView)))]
pub async fn decide(
    State(state): State<AppState>,
    AdminBearer(admin): AdminBearer,
    Named(id): Named<OrderId>,
    Body(body): Body<VerdictBody>,
) -> Result<Json<OrderView>, Problem> {
    service::decide(&state, &admin, id, body.verdict).await?;
    Ok(Json(desk::find(&state.db, &admin, id).await?.into()))
}
