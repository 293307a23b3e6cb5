//! A customer's bank disputes a payment: we keep what the gateway says, and tell the admins. The order's money moves by refunds alone, and of
//! a payment that a bank holds there are none.

use time::OffsetDateTime;

use super::pay::gateway_error;
use super::{apply_payment_intent, inbox};
use crate::checkout::mail;
use crate::error::AppError;
use crate::notifications::service::OUTBOX;
use crate::payments::disputes::{self, NewDispute};
use crate::platform::gateway::VerifiedEvent;
use crate::platform::jobs;
use crate::platform::state::AppState;
use crate::{orders, payments};

/// `once` as in [`inbox`].
pub(super) async fn apply(state: &AppState, event: &VerifiedEvent, once: Option<&VerifiedEvent>) -> Result<(), AppError> {
    let dispute = event.dispute().map_err(AppError::internal)?;
    let Some(intent_id) = &dispute.intent_id else { return inbox::ignore(state, once).await };
    let intent = state.gateway.retrieve_intent(intent_id).await.map_err(gateway_error)?;
    let Some(order_id) = intent.order_id else { return inbox::ignore(state, once).await };
    // News of the dispute may overtake that of the payment.
    apply_payment_intent(state, &intent, None).await?;
    let told_at = OffsetDateTime::from_unix_timestamp(event.created()).map_err(AppError::internal)?;
    let mut tx = state.db.begin().await?;
    if let Some(event) = once
        && !payments::inbox::record(&mut tx, inbox::row(event)).await?
    {
        return Ok(());
    }
    orders::service::lock(&mut tx, order_id).await?;
    match payments::service::lock_for_intent(&mut tx, order_id, &intent.id).await? {
        Some(payment) => {
            if disputes::keep(&mut tx, &NewDispute { order_id, payment_id: payment.id, dispute: &dispute, told_at }).await? {
                let order = orders::service::load(&mut tx, order_id).await?.order;
                mail::disputed(&mut tx, &order, &dispute, &state.config.base_url).await?;
            }
        }
        None => tracing::error!(%order_id, intent = intent.id, "a disputed intent names an order that has another one"),
    }
    tx.commit().await?;
    jobs::wake(OUTBOX);
    Ok(())
}
