//! Shops come into being and change their status.

use serde_json::json;

use super::guard::{ApprovedVendor, DraftingVendor};
use super::{Application, MAX_REASON, ShopSignUp, TypedShipping, Vendor, VendorStatus, field, mail, store};
use crate::accounts::guard::{Admin, Customer};
use crate::accounts::service::{self as accounts, Caller};
use crate::audit::{self, AuditEntry};
use crate::error::{AppError, Conflict, OnConstraint};
use crate::notifications::service::OUTBOX;
use crate::platform::db::{Db, Tx};
use crate::platform::jobs;
use crate::platform::state::AppState;
use crate::values::{Email, FieldErrors, FieldProblem, Slug, UserId, VendorId, like_literal};

/// Shops on a page of the admin's list.
const PAGE_SIZE: usize = 50;

/// The constraint that two shops do not share a name.
const NAME_KEY: &str = "vendors_name_key";

/// A page of the admin's list.
#[derive(Clone, Debug)]
pub struct VendorList {
    pub vendors: Vec<Vendor>,
    /// After whom the next page begins; none on the last one.
    pub next: Option<VendorId>,
}

/// An account and the application for its shop, in one transaction: both or neither. For an address that has an account nothing happens but
/// the mail that says so.
///
/// # Errors
/// `Invalid` for a shop's name that is taken or a weak password; `TooManyRequests`.
pub async fn sign_up(state: &AppState, form: ShopSignUp, caller: &Caller) -> Result<(), AppError> {
    // Before anything that knows of accounts, so that the answer does not depend on them.
    if store::name_taken(state.db.pool(), &form.shop.name_key(), None).await? {
        return Err(taken());
    }
    let prepared = accounts::prepare(state, form.account, caller).await?;
    let mut tx = state.db.begin().await?;
    if let Some(user) = accounts::register(&mut tx, state, prepared).await? {
        apply_in(&mut tx, state, user.id, &user.email, &form.shop).await?;
    }
    tx.commit().await?;
    jobs::wake(OUTBOX);
    Ok(())
}

/// Somebody opens a shop, corrects an application that nobody has decided yet, or applies again after a rejection. Who applies is a vendor
/// from then on; the shop sells nothing before an admin approves it.
///
/// # Errors
/// `Invalid` for a bad field or a name that is taken; `Forbidden` for an admin; `Conflict(Stale)` when the shop is open or suspended.
pub async fn apply(state: &AppState, customer: &Customer, application: &Application) -> Result<(), AppError> {
    let application = Application::parse(application)?;
    let mut tx = state.db.begin().await?;
    apply_in(&mut tx, state, customer.user_id(), customer.email(), &application).await?;
    tx.commit().await?;
    jobs::wake(OUTBOX);
    Ok(())
}

async fn apply_in(tx: &mut Tx, state: &AppState, owner: UserId, email: &Email, application: &Application) -> Result<(), AppError> {
    accounts::become_vendor(tx, owner).await?;
    let known = store::lock_by_owner(&mut **tx, owner).await?;
    let (id, before) = match &known {
        None => {
            let id = VendorId::new();
            if store::name_taken(&mut **tx, &application.name_key(), None).await? {
                return Err(taken());
            }
            let slug = Slug::of_name(&application.name).unwrap_or_else(|| fallback_slug(id));
            let inserted = store::insert(&mut **tx, id, owner, &slug, application, email).await;
            inserted.on_constraints(&["vendors_slug_key", NAME_KEY], field::NAME, FieldProblem::Taken)?;
            (id, None)
        }
        Some(vendor) if matches!(vendor.status, VendorStatus::Pending | VendorStatus::Rejected) => {
            write_profile(tx, vendor, application).await?;
            if vendor.status == VendorStatus::Rejected
                && !store::set_status(&mut **tx, vendor.id, vendor.status, VendorStatus::Pending, None).await?
            {
                return Err(Conflict::Stale.into());
            }
            (vendor.id, Some(vendor.status))
        }
        Some(_) => return Err(Conflict::Stale.into()),
    };
    // A correction is no news to anybody; a form that was sent twice is one.
    if before != Some(VendorStatus::Pending) {
        record(tx, Some(owner), id, before, VendorStatus::Pending, None).await?;
        mail::received(tx, id, application, email, &state.config.base_url).await?;
    }
    Ok(())
}

/// Changes what an open shop says about itself. Its address stays, so that links lead on, and placed orders keep the name that they were
/// placed with. Lists of goods and pages read the name where it stands; only the choice of shops beside a listing too long to be counted at
/// once has it from the job that counts, a minute later. Who saves what stands there already overtakes nobody and leaves no trace.
///
/// # Errors
/// `Invalid` for a bad field or a name that is taken; `Conflict(Stale)` when it was changed since `seen`; `Forbidden` when the shop was
/// suspended at this moment.
pub async fn save_profile(db: &Db, vendor: &ApprovedVendor, typed: &Application, seen: i64) -> Result<(), AppError> {
    let wanted = Application::parse(typed)?;
    let owner = vendor.owner().user_id();
    let mut tx = db.begin().await?;
    let known = store::lock_by_owner(&mut *tx, owner).await?.ok_or(AppError::NotFound)?;
    // The proof was read before the lock.
    if !known.status.may_publish() {
        return Err(AppError::Forbidden);
    }
    let before = Application::of(&known.profile);
    if before == wanted {
        return Ok(());
    }
    if known.profile_version != seen {
        return Err(Conflict::Stale.into());
    }
    write_profile(&mut tx, &known, &wanted).await?;
    // The address for mails is no part of it, and so stands in no entry.
    let values = [before, wanted].map(|profile| serde_json::to_value(profile).map_err(AppError::internal));
    let [before, after] = values;
    let entry = AuditEntry {
        actor: Some(owner),
        action: "vendor.profile_changed",
        object_kind: "vendor",
        object_id: Some(known.id.0),
        before: Some(before?),
        after: Some(after?),
        reason: None,
    };
    audit::service::record(&mut tx, entry).await?;
    tx.commit().await?;
    Ok(())
}

/// Writes a profile whose row is locked. A name that stays is not asked about again: from before there was a rule two may share one.
async fn write_profile(tx: &mut Tx, known: &Vendor, wanted: &Application) -> Result<(), AppError> {
    let name_key = (known.profile.name != wanted.name).then(|| wanted.name_key());
    if let Some(key) = &name_key
        && store::name_taken(&mut **tx, key, Some(known.id)).await?
    {
        return Err(taken());
    }
    let written = store::update_profile(&mut **tx, known.id, wanted, name_key.as_deref()).await;
    written.on_constraint(NAME_KEY, field::NAME, FieldProblem::Taken)
}

fn taken() -> AppError {
    AppError::field(field::NAME, FieldProblem::Taken)
}

/// Sets what the shop takes for shipping. Carts have it at once, placed orders keep theirs. Of two tabs the last one wins: the page shows
/// what is in force.
///
/// # Errors
/// `Invalid` for a bad field.
pub async fn set_shipping(db: &Db, vendor: &DraftingVendor, typed: &TypedShipping) -> Result<(), AppError> {
    let rate = typed.parse(vendor.owner().vendor().profile.shipping.flat.currency)?;
    store::set_shipping(db.pool(), vendor.vendor_id(), rate).await?;
    Ok(())
}

/// Takes back an application that never became a shop, with whatever was drafted for it.
///
/// # Errors
/// `Conflict(ShopOpen)` when it has become one.
pub async fn withdraw(tx: &mut Tx, id: VendorId) -> Result<(), AppError> {
    if store::delete_application(&mut **tx, id).await? { Ok(()) } else { Err(Conflict::ShopOpen.into()) }
}

/// For a name without a single letter or digit of ASCII.
fn fallback_slug(id: VendorId) -> Slug {
    let tail: String = id.0.simple().to_string().chars().skip(20).collect();
    format!("shop-{tail}").parse().unwrap_or_else(|_| unreachable!("hexadecimal figures make a slug"))
}

/// What an admin decided about a shop, having seen it in a certain status.
#[derive(Clone, Debug)]
pub struct Decision {
    pub vendor_id: VendorId,
    pub seen: VendorStatus,
    pub next: VendorStatus,
    /// Word for word in the mail; needed where [`VendorStatus::needs_reason`] says so, and nothing otherwise.
    pub reason: String,
}

impl Decision {
    fn reason(&self) -> Result<Option<String>, FieldErrors> {
        let mut errors = FieldErrors::default();
        let reason = self.next.needs_reason().then(|| errors.text(field::REASON, &self.reason, 1, MAX_REASON));
        errors.into_result(reason)
    }
}

/// Approves, rejects, suspends, or lifts a suspension; the vendor gets a mail. From the next request on the shop's goods are for sale, or not.
///
/// # Errors
/// `Invalid` when the reason is missing or too long; `NotFound`; `Conflict(Stale)` when the shop is no longer as the admin saw it, or when no
/// way leads from there to what was decided.
pub async fn decide(state: &AppState, admin: &Admin, decision: &Decision) -> Result<(), AppError> {
    let reason = decision.reason()?;
    let Decision { vendor_id, seen, next, .. } = *decision;
    if !seen.decisions().any(|possible| possible == next) {
        return Err(Conflict::Stale.into());
    }
    let mut tx = state.db.begin().await?;
    let vendor = store::find(&mut *tx, vendor_id).await?.ok_or(AppError::NotFound)?;
    if !store::set_status(&mut *tx, vendor_id, seen, next, reason.as_deref()).await? {
        return Err(Conflict::Stale.into());
    }
    record(&mut tx, Some(admin.customer().user_id()), vendor_id, Some(seen), next, reason.clone()).await?;
    mail::decided(&mut tx, &vendor, seen, next, reason.as_deref(), &state.config.base_url).await?;
    tx.commit().await?;
    jobs::wake(OUTBOX);
    Ok(())
}

async fn record(
    tx: &mut Tx,
    actor: Option<UserId>,
    id: VendorId,
    before: Option<VendorStatus>,
    after: VendorStatus,
    reason: Option<String>,
) -> Result<(), AppError> {
    let action = match (before, after) {
        (_, VendorStatus::Pending) => "vendor.applied",
        (Some(VendorStatus::Suspended), VendorStatus::Approved) => "vendor.reinstated",
        (_, VendorStatus::Approved) => "vendor.approved",
        (_, VendorStatus::Rejected) => "vendor.rejected",
        (_, VendorStatus::Suspended) => "vendor.suspended",
    };
    let entry = AuditEntry {
        actor,
        action,
        object_kind: "vendor",
        object_id: Some(id.0),
        before: before.map(|status| json!({ "status": status })),
        after: Some(json!({ "status": after })),
        reason,
    };
    audit::service::record(tx, entry).await
}

/// The shop of a person, in whatever status.
///
/// # Errors
/// Those of the database.
pub async fn find_by_owner(db: &Db, owner_id: UserId) -> Result<Option<Vendor>, AppError> {
    Ok(store::by_owner(db.pool(), owner_id).await?)
}

/// Any shop, for an admin.
///
/// # Errors
/// `NotFound`.
pub async fn find(db: &Db, _: &Admin, id: VendorId) -> Result<Vendor, AppError> {
    store::find(db.pool(), id).await?.ok_or(AppError::NotFound)
}

/// The same by its address.
///
/// # Errors
/// `NotFound`.
pub async fn find_by_slug(db: &Db, _: &Admin, slug: &Slug) -> Result<Vendor, AppError> {
    store::by_slug(db.pool(), slug).await?.ok_or(AppError::NotFound)
}

/// What a name must be like to contain a text; none for an empty one, which any name contains.
fn containing(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| format!("%{}%", like_literal(text)))
}

/// Shops in one status whose name contains a text, in the order in which they applied, after the one given.
///
/// # Errors
/// Those of the database.
pub async fn list(db: &Db, _: &Admin, status: VendorStatus, text: &str, after: Option<VendorId>) -> Result<VendorList, AppError> {
    // One more than is shown says whether there is another page.
    let mut vendors = store::list(db.pool(), status, containing(text).as_deref(), after, PAGE_SIZE as i64 + 1).await?;
    let more = vendors.len() > PAGE_SIZE;
    vendors.truncate(PAGE_SIZE);
    let next = vendors.last().filter(|_| more).map(|vendor| vendor.id);
    Ok(VendorList { vendors, next })
}

/// How many shops whose name contains a text are in each status; those without any are missing.
///
/// # Errors
/// Those of the database.
pub async fn counts(db: &Db, _: &Admin, text: &str) -> Result<Vec<(VendorStatus, i64)>, AppError> {
    Ok(store::counts(db.pool(), containing(text).as_deref()).await?)
}
