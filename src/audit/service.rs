//! Writing to the log; reading follows with the admin's pages.

use super::{AuditEntry, store};
use crate::error::AppError;
use crate::platform::db::Tx;

/// Records the action in the transaction that does it: both happen or neither.
///
/// # Errors
/// Those of the database.
pub async fn record(tx: &mut Tx, entry: AuditEntry) -> Result<(), AppError> {
    Ok(store::insert(&mut **tx, &entry).await?)
}
