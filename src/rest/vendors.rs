//! `/vendor/application`, `/admin/vendors`.

use axum::Json;
use axum::extract::{Path, Query, State};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::bearer::{AdminBearer, Bearer};
use super::body::Body;
use super::problem::Problem;
use crate::error::AppError;
use crate::platform::state::AppState;
use crate::values::VendorId;
use crate::vendors::service::{self, Decision, VendorList};
use crate::vendors::{Application, Vendor, VendorStatus};

/// A shop, as its owner and admins see it.
#[derive(Serialize)]
pub struct ShopView {
    id: VendorId,
    slug: String,
    name: String,
    tagline: String,
    story: String,
    city: String,
    country_code: String,
    contact_email: String,
    status: VendorStatus,
    status_reason: Option<String>,
    applied_at: String,
    status_changed_at: String,
}

impl From<Vendor> for ShopView {
    fn from(vendor: Vendor) -> Self {
        let profile = vendor.profile;
        Self {
            id: vendor.id,
            slug: vendor.slug.to_string(),
            name: profile.name,
            tagline: profile.tagline,
            story: profile.story,
            city: profile.city,
            country_code: profile.country_code,
            contact_email: profile.contact_email.to_string(),
            status: vendor.status,
            status_reason: vendor.status_reason,
            applied_at: vendor.applied_at,
            status_changed_at: vendor.status_changed_at,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApplicationBody {
    shop_name: String,
    #[serde(default)]
    tagline: String,
    story: String,
    city: String,
    country_code: String,
}

impl From<ApplicationBody> for Application {
    fn from(body: ApplicationBody) -> Self {
        let ApplicationBody { shop_name: name, tagline, story, city, country_code } = body;
        Self { name, tagline, story, city, country_code }
    }
}

/// `POST /vendor/application`: applies for a shop, corrects an application that waits, or applies again after a rejection.
pub async fn apply(
    State(state): State<AppState>,
    Bearer(customer): Bearer,
    Body(body): Body<ApplicationBody>,
) -> Result<Json<ShopView>, Problem> {
    service::apply(&state, &customer, &body.into()).await?;
    let vendor = service::find_by_owner(&state.db, customer.user_id()).await?.ok_or(AppError::NotFound)?;
    Ok(Json(vendor.into()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    #[serde(default = "waiting")]
    status: VendorStatus,
    /// `next` of the page before.
    after: Option<VendorId>,
}

const fn waiting() -> VendorStatus {
    VendorStatus::Pending
}

#[derive(Serialize)]
pub struct ShopList {
    data: Vec<ShopView>,
    /// `after` of the next page; null on the last one.
    next: Option<VendorId>,
}

/// `GET /admin/vendors?status=&after=`: shops in the order in which they applied.
pub async fn list(
    State(state): State<AppState>,
    AdminBearer(admin): AdminBearer,
    query: Result<Query<ListQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<ShopList>, Problem> {
    let Query(query) = query.map_err(|error| Problem::body(StatusCode::UNPROCESSABLE_ENTITY, "malformed", error.body_text()))?;
    let VendorList { vendors, next } = service::list(&state.db, &admin, query.status, query.after).await?;
    Ok(Json(ShopList { data: vendors.into_iter().map(ShopView::from).collect(), next }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionBody {
    /// The status in which the admin saw the shop.
    seen: VendorStatus,
    next: VendorStatus,
    #[serde(default)]
    reason: String,
}

/// `POST /admin/vendors/{id}/decision`: approves, rejects, suspends, or lifts a suspension.
pub async fn decide(
    State(state): State<AppState>,
    AdminBearer(admin): AdminBearer,
    Path(id): Path<String>,
    Body(body): Body<DecisionBody>,
) -> Result<Json<ShopView>, Problem> {
    let vendor_id: VendorId = id.parse().map_err(|_| AppError::NotFound)?;
    let DecisionBody { seen, next, reason } = body;
    service::decide(&state, &admin, &Decision { vendor_id, seen, next, reason }).await?;
    Ok(Json(service::find(&state.db, &admin, vendor_id).await?.into()))
}
