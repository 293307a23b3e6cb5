//! Writing to the log, sealing it, and blanking what is about somebody who is forgotten. It is read by `dashboard`, which knows names.

use super::{AuditEntry, store};
use crate::error::AppError;
use crate::platform::db::Tx;
use crate::platform::state::AppState;
use crate::values::UserId;

/// Records the action in the transaction that does it: both happen or neither.
///
/// # Errors
/// Those of the database.
pub async fn record(tx: &mut Tx, entry: AuditEntry) -> Result<(), AppError> {
    Ok(store::insert(&mut **tx, &entry).await?)
}

/// Entries sealed in one transaction.
const BATCH: i32 = 500;

/// Seals what was written since the last time. A job.
///
/// # Errors
/// Those of the database.
pub async fn seal(state: AppState) -> Result<(), AppError> {
    while store::seal(state.db.pool(), BATCH).await? == BATCH {}
    Ok(())
}

/// Blanks what the log says about an account, before, after and in words. That something was done to it, when and by whom, stays, and so
/// does the chain.
///
/// # Errors
/// Those of the database.
pub async fn forget(tx: &mut Tx, user: UserId) -> Result<(), AppError> {
    // In this order: whoever is sealing one of them has then finished, and the salt is there to be found.
    store::forget_values(&mut **tx, user).await?;
    Ok(store::forget_salts(&mut **tx, user).await?)
}
