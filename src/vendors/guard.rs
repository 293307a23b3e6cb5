//! Proofs that somebody has a shop, and what may be done with it as it stands at this request.

use axum::extract::FromRequestParts;
use http::request::Parts;

use super::{Vendor, service};
use crate::accounts::guard::{Customer, Visit};
use crate::accounts::{Role, Scope};
use crate::error::AppError;
use crate::platform::state::AppState;
use crate::values::{UserId, VendorId};

/// Somebody who is signed in and has a shop, in whatever status: sees where it stands and what is in it, and changes nothing by it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ShopOwner {
    customer: Customer,
    vendor: Vendor,
}

impl ShopOwner {
    /// None for whoever never applied.
    ///
    /// # Errors
    /// `Unauthenticated`.
    pub async fn current() -> Result<Option<Self>, AppError> {
        Self::of(&Visit::current()?).await
    }

    async fn of(visit: &Visit) -> Result<Option<Self>, AppError> {
        let customer = visit.customer().await?.ok_or(AppError::Unauthenticated)?;
        let vendor = service::find_by_owner(&visit.state().db, customer.user_id()).await?;
        Ok(vendor.map(|vendor| Self { customer, vendor }))
    }

    /// # Errors
    /// `Unauthenticated`; `Forbidden` for whoever never applied.
    pub async fn require() -> Result<Self, AppError> {
        Self::current().await?.ok_or(AppError::Forbidden)
    }

    /// The owner whose program knocks with a token that has the scope.
    ///
    /// # Errors
    /// `Unauthenticated` without a live token; `Forbidden` without the scope, or without a shop.
    pub async fn of_program(visit: &Visit, scope: Scope) -> Result<Self, AppError> {
        let customer = visit.acts_for(scope).await?;
        let vendor = service::find_by_owner(&visit.state().db, customer.user_id()).await?.ok_or(AppError::Forbidden)?;
        Ok(Self { customer, vendor })
    }

    /// As [`Customer::again`].
    ///
    /// # Errors
    /// As [`Customer::again`]; `Forbidden` for somebody without a shop.
    pub async fn again(&self, state: &AppState) -> Result<Self, AppError> {
        let customer = self.customer.again(state).await?;
        let vendor = service::find_by_owner(&state.db, customer.user_id()).await?.ok_or(AppError::Forbidden)?;
        Ok(Self { customer, vendor })
    }

    pub fn vendor(&self) -> &Vendor {
        &self.vendor
    }

    pub fn vendor_id(&self) -> VendorId {
        self.vendor.id
    }

    pub fn user_id(&self) -> UserId {
        self.customer.user_id()
    }
}

/// A shop's owner who may draft: the shop waits for a decision, was rejected, or is open. Nothing of it is for sale by this alone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DraftingVendor(ShopOwner);

impl DraftingVendor {
    /// # Errors
    /// `Unauthenticated`; `Forbidden` for whoever has no shop, or a suspended one.
    pub async fn require() -> Result<Self, AppError> {
        Self::of(&Visit::current()?).await
    }

    /// The same, for plain axum routes.
    ///
    /// # Errors
    /// As [`Self::require`].
    pub async fn of(visit: &Visit) -> Result<Self, AppError> {
        ShopOwner::of(visit).await?.ok_or(AppError::Forbidden)?.try_into()
    }

    pub fn vendor_id(&self) -> VendorId {
        self.0.vendor.id
    }

    pub fn owner(&self) -> &ShopOwner {
        &self.0
    }
}

impl TryFrom<ShopOwner> for DraftingVendor {
    type Error = AppError;
    fn try_from(owner: ShopOwner) -> Result<Self, AppError> {
        if owner.customer.role() == Role::Vendor && owner.vendor.status.may_draft() { Ok(Self(owner)) } else { Err(AppError::Forbidden) }
    }
}

/// For plain axum routes.
impl<S: Sync> FromRequestParts<S> for DraftingVendor {
    type Rejection = AppError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AppError> {
        let visit = Visit::from_request_parts(parts, state).await?;
        ShopOwner::of(&visit).await?.ok_or(AppError::Forbidden)?.try_into()
    }
}

/// A shop's owner who may publish: the shop, read at this request, is approved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ApprovedVendor(ShopOwner);

impl ApprovedVendor {
    /// # Errors
    /// `Unauthenticated`; `Forbidden` for whoever has no approved shop.
    pub async fn require() -> Result<Self, AppError> {
        Self::of(&Visit::current()?).await
    }

    /// The same, for plain axum routes.
    ///
    /// # Errors
    /// As [`Self::require`].
    pub async fn of(visit: &Visit) -> Result<Self, AppError> {
        ShopOwner::of(visit).await?.ok_or(AppError::Forbidden)?.try_into()
    }

    pub fn vendor_id(&self) -> VendorId {
        self.0.vendor.id
    }

    pub fn owner(&self) -> &ShopOwner {
        &self.0
    }
}

impl TryFrom<ShopOwner> for ApprovedVendor {
    type Error = AppError;
    fn try_from(owner: ShopOwner) -> Result<Self, AppError> {
        if owner.customer.role() == Role::Vendor && owner.vendor.status.may_publish() { Ok(Self(owner)) } else { Err(AppError::Forbidden) }
    }
}

/// For plain axum routes.
impl<S: Sync> FromRequestParts<S> for ShopOwner {
    type Rejection = AppError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AppError> {
        let visit = Visit::from_request_parts(parts, state).await?;
        Self::of(&visit).await?.ok_or(AppError::Forbidden)
    }
}
