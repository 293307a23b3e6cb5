//! What admins do with accounts. Each action has its audit row in its own transaction, and takes effect at the next request.

use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;

use super::sessions::close_all;
use crate::accounts::guard::Admin;
use crate::accounts::store::second_factors;
use crate::accounts::store::users::{self as store, UserRow};
use crate::accounts::{Account, Role, User, field, mail};
use crate::audit::{self, AuditEntry};
use crate::error::{AppError, Conflict};
use crate::notifications::service::{OUTBOX, enqueue};
use crate::platform::db::{Db, Tx};
use crate::platform::jobs;
use crate::platform::state::AppState;
use crate::values::{Email, FieldErrors, UserId, like_literal};

/// Accounts on a page of the list.
const PAGE_SIZE: usize = 50;
/// Longest reason for disabling, in characters.
pub const MAX_REASON: usize = 1000;
/// Longest beginning of an address that is looked for: addresses are no longer.
const MAX_PREFIX: usize = 254;

/// A page of the admin's list.
#[derive(Clone, Debug)]
pub struct AccountList {
    pub accounts: Vec<Account>,
    /// Before whom the next page begins; none on the last one.
    pub next: Option<UserId>,
}

fn account(row: UserRow) -> Result<Account, AppError> {
    let created_at = row.created_at.format(&Rfc3339).map_err(AppError::internal)?;
    let disabled = row.disabled;
    Ok(Account { user: row.into(), disabled, created_at })
}

/// Accounts whose address begins with `text`, newest first, before the one given.
///
/// # Errors
/// Those of the database.
pub async fn list(db: &Db, _: &Admin, role: Option<Role>, text: &str, before: Option<UserId>) -> Result<AccountList, AppError> {
    let prefix: String = text.trim().to_lowercase().chars().take(MAX_PREFIX).collect();
    // What `like` would take for a pattern is meant as it stands.
    let prefix = like_literal(&prefix);
    // One more than is shown says whether there is another page.
    let rows = store::list(db.pool(), role, &prefix, before, PAGE_SIZE as i64 + 1).await?;
    let more = rows.len() > PAGE_SIZE;
    let accounts: Vec<Account> = rows.into_iter().take(PAGE_SIZE).map(account).collect::<Result<_, _>>()?;
    let next = accounts.last().filter(|_| more).map(|account| account.user.id);
    Ok(AccountList { accounts, next })
}

/// # Errors
/// `NotFound`.
pub async fn find(db: &Db, _: &Admin, id: UserId) -> Result<Account, AppError> {
    account(store::find(db.pool(), id).await?.ok_or(AppError::NotFound)?)
}

/// Shuts an account out, or lets it in again. All its sessions end; its owner gets a mail with the reason.
///
/// # Errors
/// `Invalid` without a reason for disabling; `NotFound`; `Conflict(Stale)` when it already is so; `Conflict(LastAdmin)`.
pub async fn set_disabled(state: &AppState, admin: &Admin, id: UserId, disabled: bool, reason: &str) -> Result<(), AppError> {
    let mut errors = FieldErrors::default();
    let reason = disabled.then(|| errors.text(field::REASON, reason, 1, MAX_REASON));
    let reason = errors.into_result(reason)?;
    let mut tx = state.db.begin().await?;
    if disabled {
        keep_an_admin(&mut tx, id).await?;
    }
    let user: User = store::find(&mut *tx, id).await?.ok_or(AppError::NotFound)?.into();
    if !store::set_disabled(&mut *tx, id, disabled).await? {
        return Err(Conflict::Stale.into());
    }
    if disabled {
        close_all(&mut tx, id, None, "disabled").await?;
        second_factors::delete_challenges_of(&mut *tx, id).await?;
    }
    let action = if disabled { "user.disabled" } else { "user.enabled" };
    record(&mut tx, admin, id, action, json!({ "disabled": !disabled }), json!({ "disabled": disabled }), reason.clone()).await?;
    let letter = match &reason {
        Some(reason) => mail::disabled(&user, reason),
        None => mail::enabled(&user, &state.config.base_url),
    };
    enqueue(&mut tx, letter).await?;
    tx.commit().await?;
    jobs::wake(OUTBOX);
    Ok(())
}

/// Makes a customer an admin, or an admin a customer. Vendors keep their role: they have a shop, and who approves shops has none.
///
/// # Errors
/// `NotFound`; `Conflict(Stale)` when the role is no longer as it was seen; `Conflict(LastAdmin)`; `Forbidden` from or to a vendor.
pub async fn set_role(state: &AppState, admin: &Admin, id: UserId, seen: Role, next: Role) -> Result<(), AppError> {
    if !matches!((seen, next), (Role::Customer, Role::Admin) | (Role::Admin, Role::Customer)) {
        return Err(AppError::Forbidden);
    }
    let mut tx = state.db.begin().await?;
    if seen == Role::Admin {
        keep_an_admin(&mut tx, id).await?;
    }
    store::find(&mut *tx, id).await?.ok_or(AppError::NotFound)?;
    if !store::set_role(&mut *tx, id, seen, next).await? {
        return Err(Conflict::Stale.into());
    }
    record(&mut tx, admin, id, "user.role_changed", json!({ "role": seen }), json!({ "role": next }), None).await?;
    Ok(tx.commit().await?)
}

/// Keeps an account from being closed until the transaction ends: before anything is written that a closing would have to find.
///
/// # Errors
/// `Unauthenticated` when it was closed just now.
pub async fn keep_open(tx: &mut Tx, id: UserId) -> Result<(), AppError> {
    if store::lock_shared(&mut **tx, id).await? { Ok(()) } else { Err(AppError::Unauthenticated) }
}

/// Locks an account that this transaction will delete, before it looks at what hangs on it: see [`keep_open`].
///
/// # Errors
/// `Conflict(LastAdmin)`.
pub async fn lock_to_delete(tx: &mut Tx, id: UserId) -> Result<(), AppError> {
    // First, since the account may be one of the admins, whom everybody locks in one order.
    keep_an_admin(tx, id).await?;
    Ok(store::lock(&mut **tx, id).await?)
}

/// Deletes the account with all that hangs on it, in the transaction that has locked it and seen to the rest.
///
/// # Errors
/// Only the database's.
pub async fn delete(tx: &mut Tx, id: UserId) -> Result<(), AppError> {
    Ok(store::delete(&mut **tx, id).await?)
}

/// Those whom mails to the admins reach.
///
/// # Errors
/// Only the database's.
pub async fn admins(tx: &mut Tx) -> Result<Vec<(UserId, Email)>, AppError> {
    Ok(store::admins(&mut **tx).await?.into_iter().map(|row| (row.id, row.email)).collect())
}

/// Somebody must be left who can let others in. The lock makes two who remove each other wait for one another.
async fn keep_an_admin(tx: &mut Tx, leaving: UserId) -> Result<(), AppError> {
    let admins = store::lock_admins(&mut **tx).await?;
    if admins == [leaving] { Err(Conflict::LastAdmin.into()) } else { Ok(()) }
}

async fn record(
    tx: &mut Tx,
    admin: &Admin,
    id: UserId,
    action: &'static str,
    before: Value,
    after: Value,
    reason: Option<String>,
) -> Result<(), AppError> {
    let actor = Some(admin.customer().user_id());
    let entry = AuditEntry { actor, action, object_kind: "user", object_id: Some(id.0), before: Some(before), after: Some(after), reason };
    audit::service::record(tx, entry).await
}
