//! What the worker does about orders and payments while nobody is looking.

use crate::checkout::{mail, service};
use crate::error::AppError;
use crate::notifications::service::OUTBOX;
use crate::platform::gateway::NewRefund;
use crate::platform::jobs;
use crate::platform::state::AppState;
use crate::values::Money;
use crate::{orders, payments};

/// Name of the job that gives money back; woken when a refund is due.
pub const REFUNDS: &str = "refunds";

/// Rows taken in one run; the next run follows soon.
const BATCH: i64 = 50;

/// Closes unpaid orders whose time is up: at the gateway first, then here. One that fails does not stop the others, neither in this run
/// nor in the next.
///
/// # Errors
/// Only the database's.
pub async fn expire_orders(state: AppState) -> Result<(), AppError> {
    for order in orders::service::claim_overdue(&state.db, BATCH).await? {
        if let Err(error) = service::close_unpaid(&state, order).await {
            tracing::warn!(%order, %error, "unpaid order not closed yet");
        }
    }
    Ok(())
}

/// Asks the gateway about payments that nobody reported on for two minutes, so that a lost webhook costs minutes and no order.
///
/// # Errors
/// Only the database's.
pub async fn reconcile_payments(state: AppState) -> Result<(), AppError> {
    for payment in payments::service::claim_stale(&state.db, BATCH).await? {
        let Some(intent_id) = &payment.intent_id else { continue };
        match state.gateway.retrieve_intent(intent_id).await {
            Ok(intent) => match service::apply_payment_intent(&state, &intent, None).await {
                Ok(applied) => tracing::debug!(order = %payment.order_id, ?applied, "reconciled"),
                Err(error) => tracing::warn!(order = %payment.order_id, %error, "not reconciled"),
            },
            Err(error) => tracing::warn!(order = %payment.order_id, %error, "gateway not asked"),
        }
    }
    Ok(())
}

/// Gives money back that is due, under a key for each refund, so that a lost answer does not pay twice; and asks about what was taken on.
///
/// # Errors
/// Only the database's.
pub async fn send_refunds(state: AppState) -> Result<(), AppError> {
    for refund in payments::service::claim_refunds(&state.db, BATCH).await? {
        let Some(intent_id) = &refund.intent_id else { continue };
        let key = refund.key();
        let new = NewRefund {
            intent_id,
            amount: Money::new(refund.amount_minor, refund.currency),
            idempotency_key: &key,
            order_id: refund.order_id,
            refund_id: refund.id,
        };
        let told = match &refund.gateway_id {
            // Taken on, and not done yet when we heard of it last.
            Some(gateway_id) => state.gateway.retrieve_refund(gateway_id).await,
            None => state.gateway.create_refund(new).await,
        };
        match told {
            Ok(told) => service::settle(&state, &refund, &told, None).await?,
            // It happened already, by hand at the gateway.
            Err(error) if error.is_already_refunded() => service::settle_given_back(&state, &refund).await?,
            Err(error) => {
                tracing::error!(refund = %refund.id, order = %refund.order_id, attempts = refund.attempts, %error, "refund not done yet");
                postpone(&state, &refund, &error.to_string()).await?;
            }
        }
    }
    Ok(())
}

async fn postpone(state: &AppState, refund: &payments::service::Refund, error: &str) -> Result<(), AppError> {
    let mut tx = state.db.begin().await?;
    payments::service::postpone_refund(&mut tx, refund.id, error).await?;
    if refund.attempts >= payments::refunds::HANGS_AFTER {
        let order = orders::service::load(&mut tx, refund.order_id).await?.order;
        mail::refund_stuck(&mut tx, &order, refund, error, &state.config.base_url).await?;
    }
    tx.commit().await?;
    jobs::wake(OUTBOX);
    Ok(())
}
