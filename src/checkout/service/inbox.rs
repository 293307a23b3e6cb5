//! What an event of the gateway does, whether it comes for the first time, once more, or out of our own inbox.

use super::pay::gateway_error;
use super::{apply_payment_intent, dispute, settle};
use crate::accounts::guard::Admin;
use crate::audit::{self, AuditEntry};
use crate::error::AppError;
use crate::payments::inbox::{self, InboxEvent, StoredEvent};
use crate::platform::gateway::VerifiedEvent;
use crate::platform::state::AppState;

/// An event that has just come. Whatever becomes of it, it is kept: one that cannot be applied yet stands in the inbox with the reason, until
/// a later delivery or a replay succeeds.
///
/// # Errors
/// When it is not applied; the gateway should send it again.
pub async fn receive(state: &AppState, event: &VerifiedEvent) -> Result<(), AppError> {
    if inbox::is_done(&state.db, event.id()).await? {
        return Ok(());
    }
    let applied = apply(state, event, Some(event)).await;
    if let Err(error) = &applied {
        inbox::fail(&state.db, row(event), &error.to_string()).await?;
    }
    applied
}

/// Applies a kept event again, for an admin or from the command line. What it once did is not done twice: the order's state decides, as it
/// does for any news.
///
/// # Errors
/// `NotFound` without such an event; otherwise as [`receive`].
pub async fn replay(state: &AppState, by: Option<&Admin>, id: &str) -> Result<StoredEvent, AppError> {
    let stored = inbox::find(&state.db, id).await?;
    let event = state.gateway.reread(&stored.payload).map_err(AppError::internal)?;
    if let Err(error) = apply(state, &event, None).await {
        inbox::fail(&state.db, row(&event), &error.to_string()).await?;
        return Err(error);
    }
    let mut tx = state.db.begin().await?;
    inbox::record(&mut tx, row(&event)).await?;
    let entry = AuditEntry {
        actor: by.map(|admin| admin.customer().user_id()),
        action: "event.replayed",
        object_kind: "event",
        object_id: None,
        before: Some(serde_json::json!({ "id": stored.id, "type": stored.kind, "outcome": stored.outcome })),
        after: None,
        reason: by.is_none().then(|| "command line".to_owned()),
    };
    audit::service::record(&mut tx, entry).await?;
    tx.commit().await?;
    Ok(stored)
}

/// `once` is the event itself where its row is written in the transaction that applies it, so that copies of it have no effect.
async fn apply(state: &AppState, event: &VerifiedEvent, once: Option<&VerifiedEvent>) -> Result<(), AppError> {
    let kind = event.kind();
    if kind.starts_with("charge.dispute.") {
        return dispute::apply(state, event, once).await;
    }
    if kind.starts_with("refund.") || kind == "charge.refund.updated" {
        return settle::apply(state, event, once).await;
    }
    let (Some(intent_id), Some(_order), true) = (event.object_id(), event.order_id(), kind.starts_with("payment_intent.")) else {
        return ignore(state, once).await;
    };
    // As it is now: events may be late or out of order.
    let intent = state.gateway.retrieve_intent(intent_id).await.map_err(gateway_error)?;
    apply_payment_intent(state, &intent, once).await?;
    Ok(())
}

/// It is not about our orders.
pub(super) async fn ignore(state: &AppState, once: Option<&VerifiedEvent>) -> Result<(), AppError> {
    match once {
        Some(event) => inbox::ignore(&state.db, row(event)).await,
        None => Ok(()),
    }
}

pub(super) fn row(event: &VerifiedEvent) -> InboxEvent<'_> {
    InboxEvent { id: event.id(), kind: event.kind(), object_id: event.object_id(), payload: event.payload() }
}
