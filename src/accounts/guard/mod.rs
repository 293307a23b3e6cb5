//! Who acts: proofs that only a live session produces, and the layer that finds it out.
//!
//! The layer looks at nothing by itself: a request without cookies, or one whose handler does not ask, costs no query. Asked for the first
//! time, it reads the session's row (one query), or renews it by the refresh token; the answer holds for the rest of the request, and new
//! cookies go out with the response.

use http::request::Parts;

use super::service::{LiveSession, sessions as live_sessions};
use super::{Role, User};
use crate::error::AppError;
use crate::platform::config::Config;
use crate::platform::state::AppState;
use crate::values::{Email, SessionId, UserId};

mod cart_token;
mod cookies;
mod layer;
mod visit;

pub use cart_token::CartToken;
pub use cookies::{ACCESS_COOKIE, CART_COOKIE, CHALLENGE_COOKIE, DEVICE_COOKIE, REFRESH_COOKIE};
pub use layer::{SessionsLayer, sessions};
pub use visit::Visit;

/// Somebody who is signed in: the session lives, the account is not disabled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Customer {
    session: LiveSession,
    /// In production a password alone does not make an admin.
    admins_need_two_steps: bool,
}

impl Customer {
    fn new(session: LiveSession, config: &Config) -> Self {
        Self { session, admins_need_two_steps: config.production }
    }

    /// # Errors
    /// `Unauthenticated` when nobody is signed in.
    pub async fn require() -> Result<Self, AppError> {
        Self::current().await?.ok_or(AppError::Unauthenticated)
    }

    /// # Errors
    /// `Offline` when the database cannot tell.
    pub async fn current() -> Result<Option<Self>, AppError> {
        Visit::current()?.customer().await
    }

    /// The same person, if the session still lives: for what goes on when its request is answered.
    ///
    /// # Errors
    /// `Unauthenticated` once it has ended; `Offline` when the database cannot tell.
    pub async fn again(&self, state: &AppState) -> Result<Self, AppError> {
        let session = live_sessions::again(&state.db, &self.session).await?.ok_or(AppError::Unauthenticated)?;
        Ok(Self { session, ..*self })
    }

    pub fn user_id(&self) -> UserId {
        self.session.user.id
    }

    pub fn user(&self) -> &User {
        &self.session.user
    }

    pub fn email(&self) -> &Email {
        &self.session.user.email
    }

    pub fn name(&self) -> &str {
        &self.session.user.name
    }

    pub fn role(&self) -> Role {
        self.session.user.role
    }

    pub fn session_id(&self) -> SessionId {
        self.session.session_id
    }
}

/// Somebody whose role, read at this request, is admin.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Admin(Customer);

impl Admin {
    /// # Errors
    /// `Unauthenticated`; `Forbidden` for anybody but an admin; `TwoStepRequired` for one without a second factor, in production.
    pub async fn require() -> Result<Self, AppError> {
        Self::try_from(Customer::require().await?)
    }

    pub fn customer(&self) -> &Customer {
        &self.0
    }

    /// As [`Customer::again`].
    ///
    /// # Errors
    /// As [`Customer::again`]; `Forbidden` for somebody who is no admin any more.
    pub async fn again(&self, state: &AppState) -> Result<Self, AppError> {
        self.0.again(state).await?.try_into()
    }
}

impl TryFrom<Customer> for Admin {
    type Error = AppError;
    fn try_from(customer: Customer) -> Result<Self, AppError> {
        match customer.role() {
            Role::Admin if customer.admins_need_two_steps && !customer.user().two_step => Err(AppError::TwoStepRequired),
            Role::Admin => Ok(Self(customer)),
            Role::Customer | Role::Vendor => Err(AppError::Forbidden),
        }
    }
}

/// Whoever looks at a page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Viewer(Option<Customer>);

impl Viewer {
    /// # Errors
    /// `Offline` when the database cannot tell.
    pub async fn current() -> Result<Self, AppError> {
        Ok(Self(Customer::current().await?))
    }

    pub fn customer(&self) -> Option<&Customer> {
        self.0.as_ref()
    }

    pub fn role(&self) -> Option<Role> {
        self.0.as_ref().map(Customer::role)
    }
}

/// Somebody with a cart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Shopper {
    Guest(CartToken),
    Customer(Customer),
}

impl Shopper {
    /// Gives a guest a cart cookie where there is none.
    ///
    /// # Errors
    /// `Offline` when the database cannot tell.
    pub async fn require() -> Result<Self, AppError> {
        let visit = Visit::current()?;
        match visit.customer().await? {
            Some(customer) => Ok(Self::Customer(customer)),
            None => Ok(Self::Guest(visit.ensure_cart_token()?)),
        }
    }

    /// None for a guest who has not put anything into a cart yet.
    ///
    /// # Errors
    /// `Offline` when the database cannot tell.
    pub async fn current() -> Result<Option<Self>, AppError> {
        let visit = Visit::current()?;
        Ok(match visit.customer().await? {
            Some(customer) => Some(Self::Customer(customer)),
            None => visit.cart_token().map(Self::Guest),
        })
    }
}

/// The guest's cart that this browser holds, also when somebody is signed in: the cart merges on the first access that holds both.
pub async fn guest_cart_token() -> Option<CartToken> {
    Visit::current().ok()?.cart_token()
}

/// For plain axum routes.
impl<S: Sync> axum::extract::FromRequestParts<S> for Visit {
    type Rejection = AppError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, AppError> {
        Self::of(parts)
    }
}

impl<S: Sync> axum::extract::FromRequestParts<S> for Customer {
    type Rejection = AppError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, AppError> {
        Visit::of(parts)?.customer().await?.ok_or(AppError::Unauthenticated)
    }
}

impl<S: Sync> axum::extract::FromRequestParts<S> for Admin {
    type Rejection = AppError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AppError> {
        Customer::from_request_parts(parts, state).await?.try_into()
    }
}
