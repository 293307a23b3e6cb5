//! `/vendor/application`, `/vendor/profile`, `/admin/vendors`.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::ETAG;
use http::{HeaderValue, Uri};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::bearer::{AdminBearer, Bearer, ShopBearer};
use super::body::{Body, Named, Parameters};
use super::if_match::{IfMatch, overtaken};
use super::listed::Listed;
use super::problem::Problem;
use crate::error::AppError;
use crate::platform::state::AppState;
use crate::values::VendorId;
use crate::vendors::guard::ApprovedVendor;
use crate::vendors::service::{self, Decision, VendorList};
use crate::vendors::{Application, Vendor, VendorStatus};

/// A shop, as its owner and admins see it.
#[derive(Serialize, ToSchema)]
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

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicationBody {
    #[schema(min_length = 1, max_length = 80)]
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

/// Applies for a shop, corrects an application that waits, or applies again after a rejection.
#[utoipa::path(post, path = "/vendor/application", tag = "Vendors", request_body = ApplicationBody, responses((status = 200, body = ShopView)))]
pub async fn apply(
    State(state): State<AppState>,
    Bearer(customer): Bearer,
    Body(body): Body<ApplicationBody>,
) -> Result<Json<ShopView>, Problem> {
    service::apply(&state, &customer, &body.into()).await?;
    let vendor = service::find_by_owner(&state.db, customer.user_id()).await?.ok_or(AppError::NotFound)?;
    Ok(Json(vendor.into()))
}

/// The shop with the version of its profile as its tag, for `If-Match`.
fn with_version(vendor: Vendor) -> Result<Response, AppError> {
    let tag = HeaderValue::from_str(&format!("\"{}\"", vendor.profile_version)).map_err(AppError::internal)?;
    let mut response = Json(ShopView::from(vendor)).into_response();
    response.headers_mut().insert(ETAG, tag);
    Ok(response)
}

/// One's own shop, whatever its status. Its `ETag` is the version of what it says about itself.
#[utoipa::path(get, path = "/vendor/profile", tag = "Vendors", responses((status = 200, body = ShopView)))]
pub async fn profile(ShopBearer(owner): ShopBearer) -> Result<Response, Problem> {
    Ok(with_version(owner.vendor().clone())?)
}

/// Changes of what a shop says about itself; what is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileChangeBody {
    #[schema(min_length = 1, max_length = 80)]
    shop_name: Option<String>,
    #[schema(max_length = 160)]
    tagline: Option<String>,
    #[schema(min_length = 1, max_length = 4000)]
    story: Option<String>,
    #[schema(min_length = 1, max_length = 80)]
    city: Option<String>,
    country_code: Option<String>,
}

impl ProfileChangeBody {
    /// The profile as the form would have it after these changes.
    fn typed(self, known: &Vendor) -> Application {
        let known = Application::of(&known.profile);
        Application {
            name: self.shop_name.unwrap_or(known.name),
            tagline: self.tagline.unwrap_or(known.tagline),
            story: self.story.unwrap_or(known.story),
            city: self.city.unwrap_or(known.city),
            country_code: self.country_code.unwrap_or(known.country_code),
        }
    }
}

/// Changes what an open shop says about itself; one that is not open changes its application. The address of its page stays.
#[utoipa::path(patch, path = "/vendor/profile", tag = "Vendors", request_body = ProfileChangeBody, params(("If-Match" = String, Header, description = "The `ETag` of the version that you have seen.")), responses((status = 200, body = ShopView)))]
pub async fn change_profile(
    State(state): State<AppState>,
    ShopBearer(owner): ShopBearer,
    seen: IfMatch<i64>,
    Body(body): Body<ProfileChangeBody>,
) -> Result<Response, Problem> {
    let vendor = ApprovedVendor::try_from(owner)?;
    let known = vendor.owner().vendor();
    let seen = seen.seen(known.profile_version)?;
    service::save_profile(&state.db, &vendor, &body.typed(known), seen).await.map_err(overtaken)?;
    let saved = service::find_by_owner(&state.db, vendor.owner().user_id()).await?.ok_or(AppError::NotFound)?;
    Ok(with_version(saved)?)
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// `pending` unless given.
    #[serde(default = "waiting")]
    #[param(value_type = Option<VendorStatus>)]
    status: VendorStatus,
    /// `next` of the page before.
    cursor: Option<VendorId>,
}

const fn waiting() -> VendorStatus {
    VendorStatus::Pending
}

/// Shops in the order in which they applied.
#[utoipa::path(get, path = "/admin/vendors", tag = "Admins", params(ListQuery), responses((status = 200, body = Listed<ShopView>)))]
pub async fn list(
    State(state): State<AppState>,
    AdminBearer(admin): AdminBearer,
    uri: Uri,
    Parameters(query): Parameters<ListQuery>,
) -> Result<Response, Problem> {
    let VendorList { vendors, next } = service::list(&state.db, &admin, query.status, "", query.cursor).await?;
    Ok(Listed::<ShopView>::new(vendors, next).at(&state, &uri))
}

/// Any shop.
#[utoipa::path(get, path = "/admin/vendors/{id}", tag = "Admins", responses((status = 200, body = ShopView)))]
pub async fn show(
    State(state): State<AppState>,
    AdminBearer(admin): AdminBearer,
    Named(id): Named<VendorId>,
) -> Result<Json<ShopView>, Problem> {
    Ok(Json(service::find(&state.db, &admin, id).await?.into()))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionBody {
    /// The status in which the admin saw the shop.
    seen: VendorStatus,
    next: VendorStatus,
    #[serde(default)]
    reason: String,
}

/// Approves, rejects, suspends, or lifts a suspension.
#[utoipa::path(post, path = "/admin/vendors/{id}/decision", tag = "Admins", request_body = DecisionBody, responses((status = 200, body = ShopView)))]
pub async fn decide(
    State(state): State<AppState>,
    AdminBearer(admin): AdminBearer,
    Named(vendor_id): Named<VendorId>,
    Body(body): Body<DecisionBody>,
) -> Result<Json<ShopView>, Problem> {
    let DecisionBody { seen, next, reason } = body;
    service::decide(&state, &admin, &Decision { vendor_id, seen, next, reason }).await?;
    Ok(Json(service::find(&state.db, &admin, vendor_id).await?.into()))
}
