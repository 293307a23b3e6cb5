//! Who calls: by the access token in `Authorization`, never by a cookie.

use axum::extract::FromRequestParts;
use http::header::AUTHORIZATION;
use http::request::Parts;

use super::problem::Problem;
use crate::accounts::Scope;
use crate::accounts::guard::{Admin, Customer, Visit};
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

/// The owner of a shop in whatever status, proven by the token of a session: what a shop says about itself is no program's business.
pub struct ShopBearer(pub ShopOwner);

impl<S: Send + Sync> FromRequestParts<S> for ShopBearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Bearer::from_request_parts(parts, state).await?;
        Ok(Self(ShopOwner::from_request_parts(parts, state).await?))
    }
}

/// What a program's token must have for a route.
pub trait Need: Send + Sync {
    const SCOPE: Scope;
    fn new() -> Self;
}

macro_rules! needs {
    ($($name:ident),*) => {$(
        pub struct $name;
        impl Need for $name {
            const SCOPE: Scope = Scope::$name;
            fn new() -> Self {
                Self
            }
        }
    )*};
}

needs! { ReadProducts, WriteProducts, ReadOrders, WriteOrders }

/// The owner of a shop in whatever status, proven by the token of a session, or of a program that may do this.
pub struct OwnerBearer<N: Need>(pub ShopOwner, pub N);

impl<S: Send + Sync, N: Need> FromRequestParts<S> for OwnerBearer<N> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let visit = Visit::from_request_parts(parts, state).await?;
        if visit.is_program() {
            return match ShopOwner::of_program(&visit, N::SCOPE).await {
                Ok(owner) => Ok(Self(owner, N::new())),
                Err(AppError::Forbidden) => Err(Problem::insufficient_scope(N::SCOPE.as_str())),
                Err(other) => Err(other.into()),
            };
        }
        let ShopBearer(owner) = ShopBearer::from_request_parts(parts, state).await?;
        Ok(Self(owner, N::new()))
    }
}
