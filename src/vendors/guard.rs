//! Proofs that somebody has a shop, and that it is approved.

use super::{Vendor, VendorStatus, service};
use crate::accounts::Role;
use crate::accounts::guard::{Customer, Visit};
use crate::error::AppError;
use crate::values::{Slug, VendorId};

/// Somebody who is signed in and has a shop, in whatever status: sees where it stands, and sells nothing by it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ShopOwner(Vendor);

impl ShopOwner {
    /// None for whoever never applied.
    ///
    /// # Errors
    /// `Unauthenticated`.
    pub async fn current() -> Result<Option<Self>, AppError> {
        let customer = Customer::require().await?;
        Ok(service::find_by_owner(&Visit::current()?.state().db, customer.user_id()).await?.map(Self))
    }

    pub fn vendor(&self) -> &Vendor {
        &self.0
    }
}

/// Somebody who is signed in and whose shop, read at this request, is approved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ApprovedVendor {
    customer: Customer,
    vendor_id: VendorId,
    slug: Slug,
}

impl ApprovedVendor {
    /// # Errors
    /// `Unauthenticated`; `Forbidden` for whoever has no approved shop.
    pub async fn require() -> Result<Self, AppError> {
        let customer = Customer::require().await?;
        if customer.role() != Role::Vendor {
            return Err(AppError::Forbidden);
        }
        let visit = Visit::current()?;
        let vendor = service::find_by_owner(&visit.state().db, customer.user_id()).await?;
        match vendor {
            Some(vendor) if vendor.status == VendorStatus::Approved => Ok(Self { customer, vendor_id: vendor.id, slug: vendor.slug }),
            _ => Err(AppError::Forbidden),
        }
    }

    pub fn customer(&self) -> &Customer {
        &self.customer
    }

    pub fn vendor_id(&self) -> VendorId {
        self.vendor_id
    }

    pub fn slug(&self) -> &Slug {
        &self.slug
    }
}
