//! `If-Match`: which version of a thing an edit was made of (RFC 9110). An edit over another one would undo it unseen, so the header is
//! required (RFC 6585).

use std::str::FromStr;

use axum::extract::FromRequestParts;
use http::StatusCode;
use http::header::IF_MATCH;
use http::request::Parts;

use super::problem::Problem;
use crate::catalogue::ProductVersion;
use crate::error::{AppError, Conflict};

/// The versions that the caller has seen.
pub struct IfMatch<V = ProductVersion>(Vec<V>);

impl<S: Send + Sync, V: FromStr> FromRequestParts<S> for IfMatch<V> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let tags: Vec<&str> = parts.headers.get_all(IF_MATCH).iter().filter_map(|value| value.to_str().ok()).collect();
        if tags.is_empty() {
            let detail = "Send If-Match with the ETag of the version that you have seen.";
            return Err(Problem::body(StatusCode::PRECONDITION_REQUIRED, "precondition_required", detail));
        }
        // Compression on the way makes a tag weak; the version is the same.
        let version = |tag: &str| tag.trim().trim_start_matches("W/").trim_matches('"').parse::<V>().ok();
        Ok(Self(tags.iter().flat_map(|tags| tags.split(',')).filter_map(version).collect()))
    }
}

impl<V: PartialEq> IfMatch<V> {
    /// The one of them that is in force.
    ///
    /// # Errors
    /// 412 when none is.
    pub fn seen(&self, now: V) -> Result<V, Problem> {
        if self.0.contains(&now) { Ok(now) } else { Err(failed()) }
    }
}

/// An edit that came between is the same news as a version that was old before.
pub fn overtaken(error: AppError) -> Problem {
    match error {
        AppError::Conflict(Conflict::Stale) => failed(),
        other => other.into(),
    }
}

fn failed() -> Problem {
    Problem::body(StatusCode::PRECONDITION_FAILED, "precondition_failed", "This was changed in the meantime. Read it once more.")
}
