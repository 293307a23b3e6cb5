//! The audit log, read.

use crate::accounts::guard::Admin;
use crate::dashboard::{AuditFilter, AuditPage, store};
use crate::error::AppError;
use crate::platform::db::Db;
use crate::values::AuditId;

use super::{PER_PAGE, cut};

/// Newest first, as the filter says, before the given one.
///
/// # Errors
/// `Offline`.
pub async fn list(db: &Db, _: &Admin, filter: &AuditFilter, before: Option<AuditId>) -> Result<AuditPage, AppError> {
    let mut reader = db.reader().await?;
    let rows = store::log::list(&mut *reader, filter, before, PER_PAGE as i64 + 1).await?;
    let head = store::log::head(&mut *reader).await?;
    let (entries, next) = cut(rows, |entry| entry.id);
    Ok(AuditPage { entries, next, head })
}
