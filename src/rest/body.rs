//! What requests bring: JSON bodies, parameters and names in the address, and nothing that the endpoint does not know.

use std::str::FromStr;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::problem::Problem;
use crate::error::AppError;
use crate::values::{Quantity, QuantityError};

/// A JSON body. The types that it is read as refuse unknown fields (`serde(deny_unknown_fields)`): a price or a role that somebody sends
/// along is an error and never silently ignored.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::body(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", "The body must be application/json."));
        }
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|error| Problem::body(error.status(), "body_not_read", "The body could not be read, or is too large."))?;
        // What the parser says names the caller's own fields and nothing of ours.
        serde_json::from_slice(&bytes).map(Self).map_err(|error| Problem::malformed(error.to_string()))
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}

/// What stands behind the question mark. Unknown and repeated parameters are errors: a filter that is silently ignored shows what nobody
/// asked for.
pub struct Parameters<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Parameters<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = Query::from_request_parts(parts, state).await;
        query.map(|Query(query)| Self(query)).map_err(|error| Problem::malformed(error.body_text()))
    }
}

/// A name in the address; one that cannot be a name of anything names what is not there.
pub struct Named<T>(pub T);

impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for Named<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(text): Path<String> = Path::from_request_parts(parts, state).await.map_err(|_| AppError::NotFound)?;
        Ok(Self(text.parse().map_err(|_| AppError::NotFound)?))
    }
}

/// The same for two of them.
pub struct NamedBoth<T, U>(pub T, pub U);

impl<S: Send + Sync, T: FromStr, U: FromStr> FromRequestParts<S> for NamedBoth<T, U> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path((first, second)): Path<(String, String)> = Path::from_request_parts(parts, state).await.map_err(|_| AppError::NotFound)?;
        Ok(Self(first.parse().map_err(|_| AppError::NotFound)?, second.parse().map_err(|_| AppError::NotFound)?))
    }
}

/// How many: a JSON number, where a form has digits.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "i64", into = "i64")]
#[schema(value_type = i64, minimum = 1, maximum = 999)]
pub struct Pieces(pub Quantity);

impl TryFrom<i64> for Pieces {
    type Error = QuantityError;
    fn try_from(n: i64) -> Result<Self, QuantityError> {
        Quantity::try_from(n).map(Self)
    }
}

impl From<Pieces> for i64 {
    fn from(Pieces(quantity): Pieces) -> Self {
        quantity.into()
    }
}
