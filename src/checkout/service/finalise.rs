//! The one finaliser: whoever brings news of a payment (webhook, thanks page, reconciler, expiry) brings it here.

use crate::checkout::jobs::REFUNDS;
use crate::checkout::mail;
use crate::error::AppError;
use crate::notifications::service::OUTBOX;
use crate::orders::OrderStatus;
use crate::orders::service::LockedOrder;
use crate::payments::service::Payment;
use crate::payments::{PaymentStatus, RefundReason};
use crate::platform::db::Tx;
use crate::platform::gateway::{Intent, IntentStatus, VerifiedEvent};
use crate::platform::jobs;
use crate::platform::state::AppState;
use crate::platform::uncancelled::uncancelled;
use crate::values::{Money, OrderId};
use crate::webhooks::WebhookEvent;
use crate::webhooks::service::{Subject, WEBHOOKS};
use crate::{cart, catalogue, orders, payments, webhooks};

/// What the news did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Applied {
    /// The order is paid now.
    Paid,
    /// The money came, but the goods are gone or the order was closed: it goes back.
    Refunding,
    /// Amount or currency differ: held for a human.
    Review,
    /// The payment moved without ending the order.
    Updated,
    /// The order was closed.
    Closed,
    /// Nothing new: an old event, or one that was applied before.
    Nothing,
    /// Not an intent of ours.
    NotOurs,
}

/// Applies what the gateway says about an intent, in one transaction and once for each event. Transitions only move forward, so the order in
/// which news arrives does not matter.
///
/// # Errors
/// `NotFound` if the intent names an order of ours that is not there (yet): the gateway should send it again.
pub async fn apply_payment_intent(state: &AppState, intent: &Intent, event: Option<&VerifiedEvent>) -> Result<Applied, AppError> {
    let (db, intent, event) = (state.db.clone(), intent.clone(), event.cloned());
    let base_url = state.config.base_url.clone();
    let applied = uncancelled(async move {
        let mut tx = db.begin().await?;
        let applied = apply(&mut tx, &intent, event.as_ref(), &base_url).await?;
        tx.commit().await?;
        Ok(applied)
    })
    .await?;
    if matches!(applied, Applied::Paid | Applied::Refunding | Applied::Review | Applied::Updated) {
        jobs::wake(OUTBOX);
    }
    if applied == Applied::Paid {
        jobs::wake(WEBHOOKS);
        jobs::wake(orders::service::SALES);
    }
    if applied == Applied::Refunding {
        jobs::wake(REFUNDS);
    }
    metrics::counter!("souk_payment_news_total", "applied" => format!("{applied:?}")).increment(1);
    Ok(applied)
}

async fn apply(tx: &mut Tx, intent: &Intent, event: Option<&VerifiedEvent>, base_url: &str) -> Result<Applied, AppError> {
    if let Some(event) = event
        && !payments::inbox::record(tx, super::inbox::row(event)).await?
    {
        return Ok(Applied::Nothing);
    }
    let Some(order_id) = intent.order_id else { return Ok(Applied::NotOurs) };
    let status = orders::service::lock(tx, order_id).await?;
    let Some(payment) = payments::service::lock_for_intent(tx, order_id, &intent.id).await? else {
        // The metadata names our order, the order knows another intent: somebody else's payment must not pay for it (CVE-2026-80342).
        tracing::error!(%order_id, intent = intent.id, "an intent names an order that has another one");
        return Ok(Applied::NotOurs);
    };
    match intent.status {
        IntentStatus::Succeeded => succeed(tx, order_id, status, &payment, intent, base_url).await,
        IntentStatus::Canceled => {
            payments::service::set_status(tx, payment.id, PaymentStatus::Canceled, None).await?;
            let closed = orders::service::close(tx, order_id).await?;
            Ok(if closed { Applied::Closed } else { Applied::Nothing })
        }
        open => update(tx, order_id, &payment, open, intent, base_url).await,
    }
}

async fn succeed(
    tx: &mut Tx,
    order_id: OrderId,
    status: OrderStatus,
    payment: &Payment,
    intent: &Intent,
    base_url: &str,
) -> Result<Applied, AppError> {
    let same = intent.amount.amount_minor == payment.amount_minor
        && intent.amount_received_minor == payment.amount_minor
        && intent.amount.currency == payment.currency;
    if !same {
        tracing::error!(%order_id, intent = intent.id, "paid amount differs from the order: held for review");
        let received = Money::new(intent.amount_received_minor, intent.amount.currency);
        payments::service::set_received(tx, payment.id, received).await?;
        if !orders::service::mark_review(tx, order_id).await? {
            return Ok(Applied::Nothing);
        }
        let order = orders::service::load(tx, order_id).await?.order;
        mail::in_review(tx, &order, received, base_url).await?;
        return Ok(Applied::Review);
    }
    if !payments::service::set_status(tx, payment.id, PaymentStatus::Succeeded, None).await? && payment.status == PaymentStatus::Succeeded {
        return Ok(Applied::Nothing);
    }
    let locked = orders::service::load(tx, order_id).await?;
    match status {
        OrderStatus::Pending if sell(tx, &locked, base_url).await? => Ok(Applied::Paid),
        OrderStatus::Pending => give_back(tx, &locked, RefundReason::OutOfStock, base_url).await,
        OrderStatus::Canceled | OrderStatus::Expired => give_back(tx, &locked, RefundReason::OrderClosed, base_url).await,
        _ => Ok(Applied::Nothing),
    }
}

/// The goods leave the shelf, the order is paid, and all hear of it. False if some of them are gone: nothing has happened then.
pub(super) async fn sell(tx: &mut Tx, locked: &LockedOrder, base_url: &str) -> Result<bool, AppError> {
    if !take_goods(tx, locked, base_url).await? {
        return Ok(false);
    }
    let order = &locked.order;
    orders::service::mark_paid(tx, order.id).await?;
    mail::receipt(tx, order, base_url).await?;
    mail::new_order(tx, locked, base_url).await?;
    let vendors: Vec<_> = locked.vendors.iter().map(|vendor| vendor.vendor_id).collect();
    let subject = Subject { order: order.id, number: order.number, occasion: "" };
    webhooks::service::enqueue(tx, &vendors, WebhookEvent::OrderPaid, subject).await?;
    Ok(true)
}

/// Cart first, then stock: the order in which everybody locks.
async fn take_goods(tx: &mut Tx, locked: &LockedOrder, base_url: &str) -> Result<bool, AppError> {
    let cart = match locked.user_id {
        Some(user) => cart::service::lock(tx, user).await?,
        None => None,
    };
    let variants: Vec<_> = locked.bought.iter().map(|(variant, _)| *variant).collect();
    catalogue::service::stock::lock(tx, &variants).await?;
    if !catalogue::service::stock::take(tx, locked.order.id, &locked.bought, base_url).await? {
        return Ok(false);
    }
    if let Some(cart) = cart {
        cart::service::take_out_bought(tx, cart, &locked.bought).await?;
    }
    Ok(true)
}

async fn give_back(tx: &mut Tx, locked: &LockedOrder, reason: RefundReason, base_url: &str) -> Result<Applied, AppError> {
    if !orders::service::mark_refund_pending(tx, locked.order.id).await? {
        return Ok(Applied::Nothing);
    }
    super::refund::give_all_back(tx, locked.order.id, reason).await?;
    mail::refund_announced(tx, &locked.order, locked.order.total, reason, base_url).await?;
    Ok(Applied::Refunding)
}

async fn update(
    tx: &mut Tx,
    order_id: OrderId,
    payment: &Payment,
    status: IntentStatus,
    intent: &Intent,
    base_url: &str,
) -> Result<Applied, AppError> {
    let status = match status {
        IntentStatus::Processing | IntentStatus::RequiresCapture => PaymentStatus::Processing,
        IntentStatus::RequiresAction => PaymentStatus::RequiresAction,
        _ => PaymentStatus::RequiresPaymentMethod,
    };
    let error = intent.last_error.as_ref().map(|error| (error.code.as_str(), error.message.as_str()));
    if !payments::service::set_status(tx, payment.id, status, error).await? {
        return Ok(Applied::Nothing);
    }
    if let Some(error) = &intent.last_error {
        let order = orders::service::load(tx, order_id).await?.order;
        mail::payment_failed(tx, &order, &error.message, base_url).await?;
    }
    Ok(Applied::Updated)
}
