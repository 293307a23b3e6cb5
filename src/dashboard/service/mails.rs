//! Mails that wait, failed, or were sent.

use serde_json::json;

use crate::accounts::guard::Admin;
use crate::audit::{self, AuditEntry};
use crate::error::AppError;
use crate::notifications::service::{self as notifications, OUTBOX};
use crate::notifications::{OutboxMail, OutboxTab};
use crate::platform::db::Db;
use crate::platform::jobs;
use crate::values::MailId;

use super::{PER_PAGE, cut};

/// # Errors
/// `Offline`.
pub async fn list(
    db: &Db,
    _: &Admin,
    tab: OutboxTab,
    recipient: Option<&str>,
    before: Option<MailId>,
) -> Result<(Vec<OutboxMail>, Option<MailId>), AppError> {
    let rows = notifications::outbox(db, tab, recipient, before, PER_PAGE as i64 + 1).await?;
    Ok(cut(rows, |mail| mail.id))
}

/// One mail and what it says, without what opens accounts.
///
/// # Errors
/// `NotFound`.
pub async fn find(db: &Db, _: &Admin, id: MailId) -> Result<(OutboxMail, String), AppError> {
    notifications::outbox_mail(db, id).await
}

/// Tries a mail again.
///
/// # Errors
/// `NotFound`; `Conflict(Stale)` for one that was sent meanwhile or belongs to an erased account.
pub async fn retry(db: &Db, admin: &Admin, id: MailId) -> Result<(), AppError> {
    let mut tx = db.begin().await?;
    let mail = notifications::retry(&mut tx, id).await?;
    audit::service::record(&mut tx, entry(admin, "mail.retried", &mail)).await?;
    tx.commit().await?;
    jobs::wake(OUTBOX);
    Ok(())
}

/// Leaves a mail that failed as it is.
///
/// # Errors
/// `NotFound`; `Conflict(Stale)` for one that has not failed, or was left before.
pub async fn leave(db: &Db, admin: &Admin, id: MailId) -> Result<(), AppError> {
    let mut tx = db.begin().await?;
    let mail = notifications::leave(&mut tx, id).await?;
    audit::service::record(&mut tx, entry(admin, "mail.left", &mail)).await?;
    Ok(tx.commit().await?)
}

/// Who it was to stays out of the log: the mail's row says it, for as long as it may.
fn entry(admin: &Admin, action: &'static str, mail: &OutboxMail) -> AuditEntry {
    AuditEntry {
        actor: Some(admin.customer().user_id()),
        action,
        object_kind: "mail",
        object_id: Some(mail.id.0),
        before: Some(json!({ "kind": mail.kind, "state": mail.state, "attempts": mail.attempts })),
        after: None,
        reason: None,
    }
}
