//! Who calls: by the access token in `Authorization`, never by a cookie.

use axum::extract::FromRequestParts;
use http::header::AUTHORIZATION;
use http::request::Parts;

use super::problem::Problem;
use crate::accounts::guard::{Admin, Customer};
use crate::error::AppError;
use crate::vendors::guard::ShopOwner;

/// Somebody with a live session, proven by a bearer token.
pub struct Bearer(pub Customer);

impl<S: Send + Sync> FromRequestParts<S> for Bearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        if !parts.headers.contains_key(AUTHORIZATION) {
            return Err(AppError::Unauthenticated.into());
        }
        // With this header the sessions layer looks at no cookie.
        Ok(Self(Customer::from_request_parts(parts, state).await?))
    }
}

/// An admin with a live session, proven by a bearer token.
pub struct AdminBearer(pub Admin);

impl<S: Send + Sync> FromRequestParts<S> for AdminBearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Bearer(customer) = Bearer::from_request_parts(parts, state).await?;
        Ok(Self(customer.try_into()?))
    }
}

/// The owner of a shop in whatever status, proven by a bearer token.
pub struct OwnerBearer(pub ShopOwner);

impl<S: Send + Sync> FromRequestParts<S> for OwnerBearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Bearer::from_request_parts(parts, state).await?;
        Ok(Self(ShopOwner::from_request_parts(parts, state).await?))
    }
}
