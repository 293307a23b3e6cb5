//! Proofs of who may look at a product from behind, who may edit it, and who may put it up for sale: its vendor, or an admin. Both kinds
//! work through the same functions; what an admin does is written to the audit log in the same transaction.

use serde_json::Value;

use super::service::products;
use crate::accounts::Role;
use crate::accounts::guard::{Admin, Customer, Visit};
use crate::audit::{self, AuditEntry};
use crate::error::AppError;
use crate::platform::db::{Db, Tx};
use crate::values::{ProductId, UserId, VendorId};
use crate::vendors::VendorStatus;
use crate::vendors::guard::{ApprovedVendor, DraftingVendor, ShopOwner};

/// In what capacity.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Capacity {
    Owner,
    Admin,
}

/// Somebody who sees all of one shop's products, whatever their status: its owner, or an admin. Changes nothing by it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProductViewer {
    vendor: VendorId,
    person: UserId,
    capacity: Capacity,
}

impl ProductViewer {
    /// An admin, for the shop that the product is of.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn admin(db: &Db, admin: &Admin, product: ProductId) -> Result<Self, AppError> {
        let vendor = products::vendor_of(db, admin, product).await?;
        Ok(Self { vendor, person: admin.customer().user_id(), capacity: Capacity::Admin })
    }

    pub fn vendor_id(&self) -> VendorId {
        self.vendor
    }

    pub fn user_id(&self) -> UserId {
        self.person
    }

    pub fn is_admin(&self) -> bool {
        self.capacity == Capacity::Admin
    }

    /// A vendor works under the vendor's role; an admin's transaction also writes mails and the audit log, which that role may not.
    ///
    /// # Errors
    /// `Offline` when no connection is to be had.
    pub async fn begin(&self, db: &Db) -> Result<Tx, AppError> {
        match self.capacity {
            Capacity::Owner => db.begin_as_vendor(self.vendor.0).await,
            Capacity::Admin => db.begin().await,
        }
    }

    /// Address of the list of products.
    pub fn list_path(&self) -> &'static str {
        match self.capacity {
            Capacity::Owner => "/vendor/products",
            Capacity::Admin => "/admin/products",
        }
    }

    /// Address of a product's page.
    pub fn path_of(&self, product: ProductId) -> String {
        format!("{}/{product}", self.list_path())
    }
}

/// Somebody who may change a product and its stock: an admin, or a vendor who may draft. That the product is this vendor's is not said by it:
/// every statement names the vendor.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProductEditor(ProductViewer);

impl ProductEditor {
    /// # Errors
    /// `Unauthenticated`; `Forbidden` for whoever has no shop, or a suspended one; for an admin `NotFound` if there is no such product.
    pub async fn of(product: ProductId) -> Result<Self, AppError> {
        Self::at(&Visit::current()?, product).await
    }

    /// The same, for plain axum routes.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub async fn at(visit: &Visit, product: ProductId) -> Result<Self, AppError> {
        let customer = visit.customer().await?.ok_or(AppError::Unauthenticated)?;
        if customer.role() == Role::Admin {
            return Self::admin(&visit.state().db, &Admin::try_from(customer)?, product).await;
        }
        Ok(DraftingVendor::of(visit).await?.into())
    }

    /// # Errors
    /// `NotFound`.
    pub async fn admin(db: &Db, admin: &Admin, product: ProductId) -> Result<Self, AppError> {
        Ok(Self(ProductViewer::admin(db, admin, product).await?))
    }

    /// An admin who makes a product for a shop.
    pub fn for_shop(admin: &Admin, vendor: VendorId) -> Self {
        Self(ProductViewer { vendor, person: admin.customer().user_id(), capacity: Capacity::Admin })
    }

    pub fn viewer(&self) -> &ProductViewer {
        &self.0
    }

    pub fn vendor_id(&self) -> VendorId {
        self.0.vendor
    }

    pub fn user_id(&self) -> UserId {
        self.0.person
    }

    /// # Errors
    /// `Offline` when no connection is to be had.
    pub async fn begin(&self, db: &Db) -> Result<Tx, AppError> {
        self.0.begin(db).await
    }

    pub fn list_path(&self) -> &'static str {
        self.0.list_path()
    }

    pub fn path_of(&self, product: ProductId) -> String {
        self.0.path_of(product)
    }

    /// Writes down what an admin did, in the transaction that does it; of what vendors do with their own there is no log.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn record(
        &self,
        tx: &mut Tx,
        action: &'static str,
        product: ProductId,
        (before, after): (Option<Value>, Option<Value>),
        reason: Option<String>,
    ) -> Result<(), AppError> {
        if !self.0.is_admin() {
            return Ok(());
        }
        let entry =
            AuditEntry { actor: Some(self.0.person), action, object_kind: "product", object_id: Some(product.0), before, after, reason };
        audit::service::record(tx, entry).await
    }
}

impl From<&ShopOwner> for ProductViewer {
    fn from(owner: &ShopOwner) -> Self {
        Self { vendor: owner.vendor_id(), person: owner.user_id(), capacity: Capacity::Owner }
    }
}

impl From<DraftingVendor> for ProductEditor {
    fn from(vendor: DraftingVendor) -> Self {
        let owner = vendor.owner();
        Self(ProductViewer { vendor: owner.vendor_id(), person: owner.user_id(), capacity: Capacity::Owner })
    }
}

/// An editor who may put a product up for sale: an admin, or the vendor of an approved shop.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProductPublisher(ProductEditor);

impl ProductPublisher {
    /// # Errors
    /// As [`ProductEditor::of`]; `Forbidden` for a shop that is not approved.
    pub async fn of(product: ProductId) -> Result<Self, AppError> {
        if Customer::require().await?.role() != Role::Admin {
            ApprovedVendor::require().await?;
        }
        Ok(Self(ProductEditor::of(product).await?))
    }

    pub fn editor(&self) -> &ProductEditor {
        &self.0
    }
}

impl From<ApprovedVendor> for ProductPublisher {
    fn from(vendor: ApprovedVendor) -> Self {
        Self(ProductEditor(vendor.owner().into()))
    }
}

/// What a viewer may do with the shop as it stands, for the page: which buttons it offers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Powers {
    pub admin: bool,
    pub edit: bool,
    pub publish: bool,
}

impl Powers {
    pub fn of(viewer: &ProductViewer, shop: VendorStatus) -> Self {
        let admin = viewer.is_admin();
        Self { admin, edit: admin || shop.may_draft(), publish: admin || shop.may_publish() }
    }
}
