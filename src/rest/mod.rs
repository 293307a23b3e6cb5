//! The public JSON API under `/api/v1`, for clients that send `Authorization: Bearer …`: the same services and proofs as the pages, through
//! another door. Cookies count for nothing here, so no other site can act in somebody's name.
//!
//! Errors are problem documents (RFC 9457) with a stable `code`; unknown fields are refused; times are RFC 3339 in UTC.

mod addresses;
mod admin_audit;
mod admin_orders;
mod admin_products;
mod admin_users;
mod analytics;
mod auth;
mod bearer;
mod body;
mod cart;
mod catalogue;
mod checkout;
mod if_match;
mod limits;
mod listed;
mod once;
pub mod openapi;
mod orders;
pub mod outermost;
mod owned_product;
mod parameterless;
mod problem;
mod reviews;
mod schemas;
mod vendor_goods;
mod vendor_orders;
mod vendor_products;
mod vendors;
mod wishlist;

use std::time::Duration;

use axum::extract::MatchedPath;
use axum::middleware::from_fn;
use http::header::{AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderName, IF_MATCH, IF_NONE_MATCH, LINK, RETRY_AFTER};
use http::{HeaderValue, Method, StatusCode};
use tower_http::cors::CorsLayer;

use self::problem::Problem;
use crate::error::AppError;
use crate::platform::config::Config;
use crate::platform::routes::{FORM_BODY_LIMIT, PlainRoutes};

/// Every address under the API's that is none of its own.
const UNKNOWN: &str = "/api/v1/{*rest}";

/// For how long a browser remembers what another site may do.
const PREFLIGHT_AGE: Duration = Duration::from_secs(600);

/// What all addresses of this version begin with.
pub const PREFIX: &str = "/api/v1";

/// All routes of the API; they need the sessions layer around them.
pub fn routes(routes: PlainRoutes) -> PlainRoutes {
    let routes = routes.get("/api/v1/openapi.json", openapi::serve);
    let routes = admins(vendor(shopping(open(routes)))).get(UNKNOWN, unknown).other_methods(other_method);
    routes.layered(|router| router.layer(from_fn(once::once)).layer(from_fn(parameterless::refused)).layer(from_fn(limits::limited)))
}

/// Lets the pages of other sites call the API where the shop's owner has named them. No credentials: cookies count for nothing here.
pub fn cors(config: &Config) -> Option<CorsLayer> {
    let origins: Vec<HeaderValue> = config.api_origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    if origins.is_empty() {
        return None;
    }
    let layer = CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE, IF_MATCH, IF_NONE_MATCH, HeaderName::from_static("idempotency-key")])
        .expose_headers([ETAG, LINK, RETRY_AFTER, HeaderName::from_static("ratelimit"), HeaderName::from_static("ratelimit-policy")])
        .max_age(PREFLIGHT_AGE);
    Some(layer)
}

/// Signing in, and what everybody may read.
fn open(routes: PlainRoutes) -> PlainRoutes {
    routes
        .post("/api/v1/auth/register", auth::register)
        .post("/api/v1/auth/token", auth::token)
        .post("/api/v1/auth/token/second-factor", auth::second_factor)
        .post("/api/v1/auth/token/refresh", auth::refresh)
        .post("/api/v1/auth/logout", auth::logout)
        .get("/api/v1/me", auth::me)
        .get("/api/v1/products", catalogue::products)
        .get("/api/v1/products/{slug}", catalogue::product)
        .get("/api/v1/products/{slug}/reviews", reviews::of_product)
        .get("/api/v1/categories", catalogue::categories)
        .get("/api/v1/vendors/{slug}", catalogue::vendor)
}

fn shopping(routes: PlainRoutes) -> PlainRoutes {
    routes
        .get("/api/v1/cart", cart::show)
        .post("/api/v1/cart/items", cart::add)
        .patch("/api/v1/cart/items/{id}", cart::change)
        .delete("/api/v1/cart/items/{id}", cart::remove)
        .get("/api/v1/wishlist", wishlist::list)
        .put("/api/v1/wishlist/{product_id}", wishlist::save)
        .delete("/api/v1/wishlist/{product_id}", wishlist::forget)
        .get("/api/v1/addresses", addresses::list)
        .post("/api/v1/addresses", addresses::add)
        .patch("/api/v1/addresses/{id}", addresses::change)
        .delete("/api/v1/addresses/{id}", addresses::delete)
        .get("/api/v1/checkout", checkout::review)
        .post("/api/v1/checkout", checkout::place)
        .get("/api/v1/orders", orders::list)
        .get("/api/v1/orders/{id}", orders::show)
        .post("/api/v1/orders/{id}/payment", checkout::payment)
        .post("/api/v1/orders/{id}/cancel", orders::cancel)
        .put("/api/v1/order-lines/{id}/review", reviews::write)
        .delete("/api/v1/order-lines/{id}/review", reviews::delete)
}

fn vendor(routes: PlainRoutes) -> PlainRoutes {
    routes
        .post("/api/v1/vendor/application", vendors::apply)
        .get("/api/v1/vendor/profile", vendors::profile)
        .patch("/api/v1/vendor/profile", vendors::change_profile)
        .get("/api/v1/vendor/products", vendor_products::list)
        .post_up_to(FORM_BODY_LIMIT, "/api/v1/vendor/products", vendor_products::create)
        .get("/api/v1/vendor/products/{id}", vendor_products::show)
        .patch("/api/v1/vendor/products/{id}", vendor_products::change)
        .delete("/api/v1/vendor/products/{id}", vendor_products::delete)
        .post("/api/v1/vendor/products/{id}/status", vendor_products::set_status)
        .post_up_to(vendor_goods::PICTURE_LIMIT, "/api/v1/vendor/products/{id}/pictures", vendor_goods::add_picture)
        .patch("/api/v1/vendor/products/{id}/pictures/{picture_id}", vendor_goods::describe_picture)
        .delete("/api/v1/vendor/products/{id}/pictures/{picture_id}", vendor_goods::remove_picture)
        .put("/api/v1/vendor/products/{id}/picture-order", vendor_goods::arrange_pictures)
        .post("/api/v1/vendor/products/{id}/stock-corrections", vendor_goods::correct_stock)
        .get("/api/v1/vendor/products/{id}/stock-movements", vendor_goods::movements)
        .get("/api/v1/vendor/analytics", analytics::vendor)
        .get("/api/v1/vendor/orders", vendor_orders::list)
        .get("/api/v1/vendor/orders/{id}", vendor_orders::show)
        .post("/api/v1/vendor/orders/{id}/ship", vendor_orders::ship)
        .post("/api/v1/vendor/orders/{id}/deliver", vendor_orders::deliver)
        .post("/api/v1/vendor/orders/{id}/cancel", vendor_orders::cancel)
}

fn admins(routes: PlainRoutes) -> PlainRoutes {
    routes
        .get("/api/v1/admin/vendors", vendors::list)
        .get("/api/v1/admin/vendors/{id}", vendors::show)
        .post("/api/v1/admin/vendors/{id}/decision", vendors::decide)
        .get("/api/v1/admin/products", admin_products::list)
        .get("/api/v1/admin/products/{id}", admin_products::show)
        .delete("/api/v1/admin/products/{id}", admin_products::delete)
        .post("/api/v1/admin/products/{id}/unpublish", admin_products::unpublish)
        .post("/api/v1/admin/products/{id}/hold", admin_products::hold)
        .post("/api/v1/admin/products/{id}/release", admin_products::release)
        .get("/api/v1/admin/orders", admin_orders::list)
        .get("/api/v1/admin/orders/{id}", admin_orders::show)
        .post("/api/v1/admin/orders/{id}/refunds", admin_orders::refund)
        .post("/api/v1/admin/orders/{id}/verdict", admin_orders::decide)
        .get("/api/v1/admin/analytics", analytics::admin)
        .get("/api/v1/admin/audit", admin_audit::list)
        .get("/api/v1/admin/users", admin_users::list)
        .get("/api/v1/admin/users/{id}", admin_users::show)
        .post("/api/v1/admin/users/{id}/disable", admin_users::disable)
        .post("/api/v1/admin/users/{id}/enable", admin_users::enable)
        .post("/api/v1/admin/users/{id}/role", admin_users::set_role)
}

/// Programs read no pages, so an address that is none of ours gets a document as well.
async fn unknown() -> Problem {
    AppError::NotFound.into()
}

async fn other_method(path: MatchedPath) -> Problem {
    if path.as_str() == UNKNOWN {
        return unknown().await;
    }
    Problem::body(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "This address does not take that method.")
}
