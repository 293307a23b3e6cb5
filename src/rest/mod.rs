//! The public JSON API under `/api/v1`, for clients that send `Authorization: Bearer …`: the same services and proofs as the pages, through
//! another door. Cookies count for nothing here, so no other site can act in somebody's name.
//!
//! Errors are problem documents (RFC 9457) with a stable `code`; unknown fields are refused; times are RFC 3339 in UTC.

mod auth;
mod bearer;
mod body;
mod catalogue;
mod problem;
mod vendors;

use axum::extract::MatchedPath;
use http::StatusCode;

use self::problem::Problem;
use crate::error::AppError;
use crate::platform::routes::PlainRoutes;

/// Every address under the API's that is none of its own.
const UNKNOWN: &str = "/api/v1/{*rest}";

/// All routes of the API; they need the sessions layer around them.
pub fn routes(routes: PlainRoutes) -> PlainRoutes {
    routes
        .post("/api/v1/auth/register", auth::register)
        .post("/api/v1/auth/token", auth::token)
        .post("/api/v1/auth/token/second-factor", auth::second_factor)
        .post("/api/v1/auth/token/refresh", auth::refresh)
        .post("/api/v1/auth/logout", auth::logout)
        .get("/api/v1/me", auth::me)
        .post("/api/v1/vendor/application", vendors::apply)
        .get("/api/v1/admin/vendors", vendors::list)
        .post("/api/v1/admin/vendors/{id}/decision", vendors::decide)
        .get("/api/v1/products", catalogue::products)
        .get("/api/v1/products/{slug}", catalogue::product)
        .get("/api/v1/categories", catalogue::categories)
        .get("/api/v1/vendors/{slug}", catalogue::vendor)
        .get(UNKNOWN, unknown)
        .other_methods(other_method)
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
