//! `/vendor/analytics` and `/admin/analytics`: what was sold, in figures.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::bearer::{AdminBearer, OwnerBearer, ReadOrders};
use super::body::Parameters;
use super::problem::Problem;
use crate::analytics::period::Period;
use crate::analytics::service;
use crate::analytics::{Asked, Bucket, Figures, Grain, Preset, Sales, Span, Top};
use crate::error::AppError;
use crate::platform::state::AppState;
use crate::values::{Currency, Money};

/// Days win over a range; without anything it is the last thirty days.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PeriodQuery {
    range: Option<Preset>,
    /// The first day, such as 2026-11-01.
    #[serde(default)]
    from: String,
    /// The last day.
    #[serde(default)]
    until: String,
    /// How long the pieces are into which the period is cut.
    by: Option<Grain>,
}

impl TryFrom<PeriodQuery> for Period {
    type Error = AppError;
    fn try_from(query: PeriodQuery) -> Result<Self, AppError> {
        let PeriodQuery { range, from, until, by } = query;
        let text = |name: Option<String>| name.unwrap_or_default();
        Ok(Self::of(&Asked { range: text(range.map(|range| range.to_string())), from, until, by: text(by.map(|by| by.to_string())) })?)
    }
}

#[derive(Serialize, ToSchema)]
struct SpanView {
    /// The first and the last day.
    from: String,
    until: String,
}

impl From<Span> for SpanView {
    fn from(Span { from, until }: Span) -> Self {
        Self { from, until }
    }
}

#[derive(Serialize, ToSchema)]
struct SalesView {
    goods: Money,
    shipping: Money,
    /// Goods and shipping.
    refunded: Money,
    units: i64,
    units_refunded: i64,
    /// Paid orders; of a vendor, those with something of theirs.
    orders: i64,
}

impl SalesView {
    fn new(sales: Sales, currency: Currency) -> Self {
        let money = |minor| Money::new(minor, currency);
        Self {
            goods: money(sales.goods_minor),
            shipping: money(sales.shipping_minor),
            refunded: money(sales.refunded_minor),
            units: sales.units,
            units_refunded: sales.units_refunded,
            orders: sales.orders,
        }
    }
}

#[derive(Serialize, ToSchema)]
struct BucketView {
    span: SpanView,
    /// It is not over, or the period cuts something off.
    partial: bool,
    sales: SalesView,
}

/// A period in figures, without gaps.
#[derive(Serialize, ToSchema)]
struct FiguresView {
    span: SpanView,
    grain: Grain,
    buckets: Vec<BucketView>,
    total: SalesView,
    /// What it is compared with: as many days, or months, before.
    span_before: SpanView,
    before: SalesView,
}

impl From<Figures> for FiguresView {
    fn from(figures: Figures) -> Self {
        let currency = figures.currency;
        let bucket =
            |Bucket { span, partial, sales, .. }: Bucket| BucketView { span: span.into(), partial, sales: SalesView::new(sales, currency) };
        Self {
            span: figures.span.into(),
            grain: figures.grain,
            buckets: figures.buckets.into_iter().map(bucket).collect(),
            total: SalesView::new(figures.total, currency),
            span_before: figures.span_before.into(),
            before: SalesView::new(figures.before, currency),
        }
    }
}

/// What sells best.
#[derive(Serialize, ToSchema)]
struct TopView {
    id: Uuid,
    name: String,
    /// Without shipping; so is what was refunded.
    goods: Money,
    refunded: Money,
    units: i64,
}

fn tops(tops: &[Top], currency: Currency) -> Vec<TopView> {
    let money = |minor| Money::new(minor, currency);
    let view = |top: &Top| TopView {
        id: top.id,
        name: top.name.clone(),
        goods: money(top.goods_minor),
        refunded: money(top.refunded_minor),
        units: top.units,
    };
    tops.iter().map(view).collect()
}

/// What a vendor sees of their own shop.
#[derive(Serialize, ToSchema)]
pub struct VendorFiguresView {
    figures: FiguresView,
    /// How often one of the products was put into a cart in the period, and how many lines of orders were paid in it.
    cart_lines: i64,
    lines: i64,
    products: Vec<TopView>,
}

/// Figures of one's own shop.
#[utoipa::path(get, path = "/vendor/analytics", tag = "Vendors", params(PeriodQuery), responses((status = 200, body = VendorFiguresView)))]
pub async fn vendor(
    State(state): State<AppState>,
    OwnerBearer(owner, ReadOrders): OwnerBearer<ReadOrders>,
    Parameters(query): Parameters<PeriodQuery>,
) -> Result<Json<VendorFiguresView>, Problem> {
    let found = service::vendor(&state.db, &owner, &query.try_into()?).await?;
    let products = tops(&found.products, found.figures.currency);
    Ok(Json(VendorFiguresView { figures: found.figures.into(), cart_lines: found.cart_lines, lines: found.lines, products }))
}

/// What admins see of the site.
#[derive(Serialize, ToSchema)]
pub struct AdminFiguresView {
    figures: FiguresView,
    /// Carts into which a first product was put, and orders that were placed.
    carts: i64,
    placed: i64,
    vendors: Vec<TopView>,
    products: Vec<TopView>,
    categories: Vec<TopView>,
}

/// Figures of the whole site.
#[utoipa::path(get, path = "/admin/analytics", tag = "Admins", params(PeriodQuery), responses((status = 200, body = AdminFiguresView)))]
pub async fn admin(
    State(state): State<AppState>,
    AdminBearer(admin): AdminBearer,
    Parameters(query): Parameters<PeriodQuery>,
) -> Result<Json<AdminFiguresView>, Problem> {
    let found = service::admin(&state.db, &admin, &query.try_into()?).await?;
    let currency = found.figures.currency;
    Ok(Json(AdminFiguresView {
        carts: found.carts,
        placed: found.placed,
        vendors: tops(&found.tops.vendors, currency),
        products: tops(&found.tops.products, currency),
        categories: tops(&found.tops.categories, currency),
        figures: found.figures.into(),
    }))
}
