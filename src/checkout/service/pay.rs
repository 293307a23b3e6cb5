//! Between the pending order and the gateway's verdict.

use std::time::Duration;

use crate::accounts::guard::Customer;
use crate::checkout::{OrderProgress, PayView, PaymentSession};
use crate::error::{AppError, Conflict};
use crate::orders::OrderStatus;
use crate::platform::gateway::{GatewayError, Intent, IntentStatus, NewIntent};
use crate::platform::rate_limit;
use crate::platform::state::AppState;
use crate::values::{Money, OrderId};
use crate::{orders, payments};

/// How often the page that waits may ask the gateway about one order.
const ASK_GATEWAY_EVERY: Duration = Duration::from_secs(3);

/// The order's payment intent: created under its committed key, or read if it exists.
///
/// # Errors
/// `Offline` when the gateway cannot be reached; nothing was charged then.
pub async fn ensure_intent(state: &AppState, order_id: OrderId) -> Result<Intent, AppError> {
    let payment = payments::service::of_order(&state.db, order_id).await?;
    intent_of(state, &payment).await.map_err(gateway_error)
}

async fn intent_of(state: &AppState, payment: &payments::service::Payment) -> Result<Intent, GatewayError> {
    match &payment.intent_id {
        Some(id) => state.gateway.retrieve_intent(id).await,
        None => create_intent(state, payment).await,
    }
}

async fn create_intent(state: &AppState, payment: &payments::service::Payment) -> Result<Intent, GatewayError> {
    let unknown = |error: AppError| GatewayError::Unavailable(error.to_string());
    let user_id = orders::service::payer(&state.db, payment.order_id).await.map_err(unknown)?;
    let new = NewIntent {
        order_id: payment.order_id,
        user_id,
        amount: Money::new(payment.amount_minor, payment.currency),
        idempotency_key: &payment.idempotency_key,
    };
    let intent = state.gateway.create_intent(new).await?;
    payments::service::set_intent(&state.db, payment.id, &intent.id).await.map_err(unknown)?;
    Ok(intent)
}

/// What the pay page shows. An order that is past paying, or in whose place another one came, has no session.
///
/// # Errors
/// `NotFound` for an order that is not the customer's.
pub async fn pay_view(state: &AppState, customer: &Customer, order_id: OrderId) -> Result<PayView, AppError> {
    let order = orders::service::find(&state.db, customer, order_id).await?;
    if order.status != OrderStatus::Pending {
        return Ok(PayView { order, payment: None });
    }
    if orders::service::is_replaced(&state.db, order_id).await? {
        close_unpaid(state, order_id).await?;
        let order = orders::service::find(&state.db, customer, order_id).await?;
        return Ok(PayView { order, payment: None });
    }
    let payment = match ensure_intent(state, order_id).await {
        Ok(intent) if matches!(intent.status, IntentStatus::Succeeded | IntentStatus::Processing | IntentStatus::Canceled) => {
            // The webhook is late; what the gateway says counts.
            super::apply_payment_intent(state, &intent, None).await?;
            let order = orders::service::find(&state.db, customer, order_id).await?;
            return Ok(PayView { order, payment: None });
        }
        Ok(intent) => intent.client_secret.map(|client_secret| PaymentSession {
            client_secret,
            publishable_key: state.config.stripe.publishable_key.clone(),
            script_url: state.config.stripe.script_url.clone(),
            return_url: format!("{}/orders/{order_id}/thanks", state.config.base_url),
        }),
        Err(AppError::Offline) => None,
        Err(error) => return Err(error),
    };
    Ok(PayView { order, payment })
}

/// How far the order is. While it is pending the gateway is asked now and then, and the answer applied as a webhook's would be, so that a lost
/// webhook does not leave the customer waiting.
///
/// # Errors
/// `NotFound` for an order that is not the customer's.
pub async fn progress(state: &AppState, customer: &Customer, order_id: OrderId) -> Result<OrderProgress, AppError> {
    let mut order = orders::service::find(&state.db, customer, order_id).await?;
    if order.status == OrderStatus::Pending
        && rate_limit::hit(&state.db, &format!("ask-gateway:{order_id}"), 1, ASK_GATEWAY_EVERY).await.is_ok()
    {
        match ensure_intent(state, order_id).await {
            Ok(intent) => {
                super::apply_payment_intent(state, &intent, None).await?;
                order = orders::service::find(&state.db, customer, order_id).await?;
            }
            Err(error) => tracing::debug!(%order_id, %error, "gateway not asked"),
        }
    }
    let waiting = order.status == OrderStatus::Pending && order.payment_error.is_none();
    Ok(OrderProgress { id: order.id, status: order.status, waiting })
}

/// Closes an unpaid order, at the gateway first: if the gateway says that it was paid after all, it is paid. Where the gateway will have no
/// intent for it, there is nothing to close but the order.
///
/// # Errors
/// `Offline` when the gateway cannot be reached: the order stays open and is tried again.
pub async fn close_unpaid(state: &AppState, order_id: OrderId) -> Result<(), AppError> {
    let payment = payments::service::of_order(&state.db, order_id).await?;
    // An intent that may exist without our knowing its id is brought to light by its key.
    let intent = match intent_of(state, &payment).await {
        Ok(intent) => intent,
        Err(error) if payment.intent_id.is_none() && error.is_for_good() => {
            tracing::warn!(%order_id, %error, "an order that nobody could pay is closed");
            return close_without_intent(state, order_id).await;
        }
        Err(error) => return Err(gateway_error(error)),
    };
    let intent = match state.gateway.cancel_intent(&intent.id).await {
        Ok(canceled) => canceled,
        Err(GatewayError::Refused { .. }) => state.gateway.retrieve_intent(&intent.id).await.map_err(gateway_error)?,
        Err(error) => return Err(gateway_error(error)),
    };
    super::apply_payment_intent(state, &intent, None).await?;
    Ok(())
}

/// The payment stays as it is: should money come against all expectation, the finaliser finds it, and gives it back.
async fn close_without_intent(state: &AppState, order_id: OrderId) -> Result<(), AppError> {
    let mut tx = state.db.begin().await?;
    orders::service::lock(&mut tx, order_id).await?;
    // Unless the pay page had more luck meanwhile: the next attempt cancels that intent.
    if payments::service::lock_without_intent(&mut tx, order_id).await? {
        orders::service::close(&mut tx, order_id).await?;
    }
    Ok(tx.commit().await?)
}

/// The customer does not want what is not paid yet.
///
/// # Errors
/// `NotFound` for an order that is not the customer's; `Conflict(AlreadyPaid)` when the payment has come after all, and counts;
/// `Conflict(PaymentUnderWay)` while the bank works on it; `Offline` as [`close_unpaid`].
pub async fn cancel_unpaid(state: &AppState, customer: &Customer, order_id: OrderId) -> Result<(), AppError> {
    if orders::service::find(&state.db, customer, order_id).await?.status == OrderStatus::Pending {
        close_unpaid(state, order_id).await?;
    }
    match orders::service::find(&state.db, customer, order_id).await?.status {
        // Also for a second click.
        OrderStatus::Canceled | OrderStatus::Expired => Ok(()),
        OrderStatus::Pending => Err(Conflict::PaymentUnderWay.into()),
        _ => Err(Conflict::AlreadyPaid.into()),
    }
}

pub(super) fn gateway_error(error: GatewayError) -> AppError {
    match error {
        GatewayError::Refused { code, message } => AppError::internal(format!("gateway refused: {code}: {message}")),
        GatewayError::OutcomeUnknown(why) | GatewayError::Unavailable(why) => {
            tracing::warn!(%why, "gateway not available");
            AppError::Offline
        }
    }
}
