//! Shops come into being and change their status.

use serde_json::json;

use super::{Vendor, VendorProfile, VendorStatus, store};
use crate::accounts::guard::Admin;
use crate::audit::{self, AuditEntry};
use crate::error::{AppError, Conflict, OnConstraint};
use crate::platform::db::{Db, Tx};
use crate::values::{Currency, FieldProblem, Slug, UserId, VendorId};

/// A shop applies: it begins as pending.
///
/// # Errors
/// `Invalid` for a bad field, a name that makes no address (`slug`) or one that is taken, an owner who has a shop already.
pub async fn create(tx: &mut Tx, owner_id: UserId, slug: Slug, profile: VendorProfile) -> Result<Vendor, AppError> {
    let profile = VendorProfile::parse(profile)?;
    if profile.shipping.flat.currency != currency(tx).await? {
        return Err(AppError::field("shipping_flat", FieldProblem::UnknownChoice));
    }
    let vendor = Vendor { id: VendorId::new(), owner_id, slug, profile, status: VendorStatus::Pending, status_reason: None };
    let inserted = store::insert(&mut **tx, &vendor).await;
    if inserted.as_ref().is_err_and(|error| error.as_database_error().and_then(|cause| cause.constraint()) == Some("vendors_owner_key")) {
        return Err(AppError::field("owner", FieldProblem::Taken));
    }
    inserted.on_constraint("vendors_slug_key", "slug", FieldProblem::Taken)?;
    Ok(vendor)
}

/// The currency of this shop, in which vendors give their rates.
///
/// # Errors
/// Those of the database.
pub async fn currency(tx: &mut Tx) -> Result<Currency, AppError> {
    Ok(store::currency(&mut **tx).await?)
}

/// # Errors
/// `NotFound`.
pub async fn find_by_slug(db: &Db, slug: &Slug) -> Result<Vendor, AppError> {
    store::by_slug(db.pool(), slug).await?.ok_or(AppError::NotFound)
}

/// The shop of a person, in whatever status.
///
/// # Errors
/// Those of the database.
pub async fn find_by_owner(db: &Db, owner_id: UserId) -> Result<Option<Vendor>, AppError> {
    Ok(store::by_owner(db.pool(), owner_id).await?)
}

/// # Errors
/// `Conflict(Stale)` when the shop is not pending.
pub async fn approve(tx: &mut Tx, admin: &Admin, vendor: &Vendor) -> Result<(), AppError> {
    move_to(tx, Some(admin.customer().user_id()), vendor, VendorStatus::Approved, None).await
}

/// For the seed and the command line, where no admin is signed in.
///
/// # Errors
/// `Conflict(Stale)` when the shop is not pending.
pub async fn approve_by_system(tx: &mut Tx, vendor: &Vendor) -> Result<(), AppError> {
    move_to(tx, None, vendor, VendorStatus::Approved, None).await
}

async fn move_to(tx: &mut Tx, actor: Option<UserId>, vendor: &Vendor, to: VendorStatus, reason: Option<String>) -> Result<(), AppError> {
    let allowed = vendor.status.may_become(to) && (!to.needs_reason() || reason.is_some());
    if !allowed || !store::set_status(&mut **tx, vendor.id, vendor.status, to, reason.as_deref()).await? {
        return Err(Conflict::Stale.into());
    }
    let entry = AuditEntry {
        actor,
        action: action_name(to),
        object_kind: "vendor",
        object_id: Some(vendor.id.0),
        before: Some(json!({ "status": vendor.status })),
        after: Some(json!({ "status": to })),
        reason,
    };
    audit::service::record(tx, entry).await
}

const fn action_name(to: VendorStatus) -> &'static str {
    match to {
        VendorStatus::Pending => "vendor.applied",
        VendorStatus::Approved => "vendor.approved",
        VendorStatus::Rejected => "vendor.rejected",
        VendorStatus::Suspended => "vendor.suspended",
    }
}
