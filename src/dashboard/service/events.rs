//! Events of the payment gateway, as they came.

use serde_json::json;

use super::{PER_PAGE, cut};
use crate::accounts::guard::Admin;
use crate::audit::{self, AuditEntry};
use crate::checkout;
use crate::error::AppError;
use crate::payments::inbox::{self, EventTab, StoredEvent};
use crate::platform::db::Db;
use crate::platform::state::AppState;

/// # Errors
/// `Offline`.
pub async fn list(db: &Db, admin: &Admin, tab: EventTab, before: Option<&str>) -> Result<(Vec<StoredEvent>, Option<String>), AppError> {
    let rows = inbox::list(db, admin, tab, before, PER_PAGE as i64 + 1).await?;
    Ok(cut(rows, |event| event.id.clone()))
}

/// # Errors
/// `NotFound`.
pub async fn find(db: &Db, _: &Admin, id: &str) -> Result<StoredEvent, AppError> {
    inbox::find(db, id).await
}

/// Applies an event again.
///
/// # Errors
/// `NotFound`; otherwise why it cannot be applied, which then stands in its row.
pub async fn replay(state: &AppState, admin: &Admin, id: &str) -> Result<(), AppError> {
    checkout::service::replay(state, Some(admin), id).await?;
    Ok(())
}

/// Gives up on an event that could not be applied.
///
/// # Errors
/// `NotFound`; `Conflict(Stale)` for one that has not failed.
pub async fn give_up(db: &Db, admin: &Admin, id: &str) -> Result<(), AppError> {
    let mut tx = db.begin().await?;
    let event = inbox::give_up(&mut tx, id).await?;
    let entry = AuditEntry {
        actor: Some(admin.customer().user_id()),
        action: "event.given_up",
        object_kind: "event",
        object_id: None,
        before: Some(json!({ "id": event.id, "type": event.kind, "outcome": event.outcome, "error": event.last_error })),
        after: Some(json!({ "id": event.id, "type": event.kind, "outcome": "ignored" })),
        reason: None,
    };
    audit::service::record(&mut tx, entry).await?;
    Ok(tx.commit().await?)
}
