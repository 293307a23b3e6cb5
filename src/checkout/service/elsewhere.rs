//! Refunds that somebody made by hand, at the gateway. They are noted, so that the books say what is true, and the admins hear what was
//! made of them.

use super::pay::gateway_error;
use super::refund::{self, Decision};
use super::{apply_payment_intent, differing};
use crate::checkout::mail;
use crate::checkout::refundable::Refundable;
use crate::error::AppError;
use crate::orders::service::LockedOrder;
use crate::orders::{Fulfilment, OrderStatus};
use crate::payments::RefundReason;
use crate::payments::refunds;
use crate::payments::service::Refund;
use crate::platform::db::Tx;
use crate::platform::gateway::GatewayRefund;
use crate::platform::state::AppState;
use crate::platform::uncancelled::uncancelled;
use crate::values::{OrderId, OrderPartId};
use crate::{orders, payments};

/// Notes what the gateway tells of a refund that we do not know. None if it is not about an order of ours, gave nothing back, or is more than
/// is left to give back by our books: of that the admins hear as well.
///
/// # Errors
/// `Conflict(Stale)` while the worker may be asking for one that this one could be; `Offline`.
pub(super) async fn note(state: &AppState, told: &GatewayRefund) -> Result<Option<Refund>, AppError> {
    if told.status.has_failed() {
        return Ok(None);
    }
    let Some(intent_id) = &told.intent_id else { return Ok(None) };
    // News of the refund may overtake that of the payment.
    let intent = state.gateway.retrieve_intent(intent_id).await.map_err(gateway_error)?;
    apply_payment_intent(state, &intent, None).await?;
    let Some(order) = payments::service::order_of_intent(&state.db, intent_id).await? else { return Ok(None) };
    let (db, told, base_url) = (state.db.clone(), told.clone(), state.config.base_url.clone());
    uncancelled(async move {
        let mut tx = db.begin().await?;
        let status = orders::service::lock(&mut tx, order).await?;
        // Of several events about it one was faster.
        if payments::service::refund_called_within(&mut tx, &told.id).await?.is_none() {
            write(&mut tx, order, status, &told, &base_url).await?;
        }
        let refund = payments::service::refund_called_within(&mut tx, &told.id).await?;
        tx.commit().await?;
        Ok(refund)
    })
    .await
}

async fn write(tx: &mut Tx, order: OrderId, status: OrderStatus, told: &GatewayRefund, base_url: &str) -> Result<(), AppError> {
    // What we could not give back was given back by whoever heard of it, most likely.
    if let Some(refund) = refunds::lock_waiting(tx, order, told.amount).await? {
        return payments::service::await_refund(tx, &refund, &told.id).await;
    }
    // Or the worker has heard from the gateway that it is back already, but not by what.
    if refunds::name(tx, order, told.amount, &told.id).await? {
        return Ok(());
    }
    let locked = orders::service::load(tx, order).await?;
    let follows = match status {
        OrderStatus::Review => of_what_came(tx, &locked, told, base_url).await?,
        OrderStatus::Paid | OrderStatus::PartiallyRefunded => share(tx, &locked, told, base_url).await?,
        _ => None,
    };
    let follows = follows.unwrap_or("It is not what is left to give back of this order, so it is not in our books: please look at it.");
    mail::refunded_elsewhere(tx, &locked.order, told, follows, base_url).await
}

/// In review, what goes back is no line's. All of it is a verdict.
async fn of_what_came(tx: &mut Tx, locked: &LockedOrder, told: &GatewayRefund, base_url: &str) -> Result<Option<&'static str>, AppError> {
    let differing = payments::service::differing(tx, locked.order.id).await?;
    let Some(differing) = differing.filter(|differing| differing.received.currency == told.amount.currency) else { return Ok(None) };
    if told.amount.amount_minor < differing.received.amount_minor {
        refunds::insert(tx, &differing::refund_of(locked.order.id, &differing, told.amount, None, Some(&told.id))).await?;
        return Ok(Some("The order still waits for your decision about the rest."));
    }
    if told.amount != differing.received {
        return Ok(None);
    }
    differing::give_back(tx, locked, &differing, None, Some(&told.id), base_url).await?;
    Ok(Some("That is all that came for this order, so it is closed."))
}

/// All that is left, with its pieces; of less, each line and each shipping its share.
async fn share(tx: &mut Tx, locked: &LockedOrder, told: &GatewayRefund, base_url: &str) -> Result<Option<&'static str>, AppError> {
    let order = locked.order.id;
    let left = refund::left(tx, order).await?;
    let decision = Decision { reason: RefundReason::MadeElsewhere, note: "", by: None, request: None, gateway_id: Some(&told.id) };
    if told.amount != left.left() {
        let Some(items) = left.share(told.amount) else { return Ok(None) };
        refund::give_back(tx, order, &left, &items, &decision).await?;
        return Ok(Some("Each line and each shipping of the order bears its share. What waits to be sent still does."));
    }
    let (unsent, others): (Vec<OrderPartId>, Vec<OrderPartId>) = by_whether_sent(&left);
    let items = [left.all_of(&unsent, true), left.all_of(&others, false)].concat();
    refund::give_back(tx, order, &left, &items, &decision).await?;
    let canceled = refund::cancel_what_is_empty(tx, &left, &items).await?;
    mail::nothing_to_send(tx, locked, &canceled, base_url).await?;
    Ok(Some("That is all that was left of this order. What was not sent yet is canceled and for sale again."))
}

fn by_whether_sent(left: &Refundable) -> (Vec<OrderPartId>, Vec<OrderPartId>) {
    let (unsent, others): (Vec<_>, Vec<_>) = left.parts.iter().partition(|part| part.fulfilment == Fulfilment::Unfulfilled);
    (unsent.into_iter().map(|part| part.id).collect(), others.into_iter().map(|part| part.id).collect())
}
