//! What the gateway says of a refund: that it is done, that it takes time, or that it has failed and the customer still waits for the money.

use serde_json::json;

use super::pay::gateway_error;
use super::{elsewhere, inbox};
use crate::accounts::guard::Admin;
use crate::audit::{self, AuditEntry};
use crate::checkout::mail;
use crate::checkout::refund::{MAX_NOTE, refund_field};
use crate::error::{AppError, Conflict};
use crate::notifications::service::OUTBOX;
use crate::payments::RefundReason;
use crate::payments::service::Refund;
use crate::platform::db::Tx;
use crate::platform::gateway::{GatewayRefund, GatewayRefundStatus, VerifiedEvent};
use crate::platform::jobs;
use crate::platform::state::AppState;
use crate::values::{FieldErrors, Money, OrderId};
use crate::webhooks::WebhookEvent;
use crate::webhooks::service::{Subject, WEBHOOKS};
use crate::{orders, payments, webhooks};

/// An event about a refund. `once` as in [`inbox`].
pub(super) async fn apply(state: &AppState, event: &VerifiedEvent, once: Option<&VerifiedEvent>) -> Result<(), AppError> {
    let Some(gateway_id) = event.object_id() else { return inbox::ignore(state, once).await };
    let known = payments::service::refund_called(&state.db, gateway_id).await?;
    let told = state.gateway.retrieve_refund(gateway_id).await.map_err(gateway_error)?;
    let known = match (known, event.refund_id()) {
        (Some(refund), _) => Some(refund),
        // The worker has not noted yet what it is called; if it could never read the answer, this is how we hear of it.
        (None, Some(ours)) => payments::service::refund_without_name(&state.db, ours).await?.filter(|_| !told.status.has_failed()),
        (None, None) => elsewhere::note(state, &told).await?,
    };
    match known {
        Some(refund) => settle(state, &refund, &told, once).await,
        None => inbox::ignore(state, once).await,
    }
}

/// Does what follows from where a refund stands at the gateway. Hearing it again changes nothing.
///
/// # Errors
/// Only the database's.
pub async fn settle(state: &AppState, refund: &Refund, told: &GatewayRefund, once: Option<&VerifiedEvent>) -> Result<(), AppError> {
    let mut tx = state.db.begin().await?;
    if let Some(event) = once
        && !payments::inbox::record(&mut tx, inbox::row(event)).await?
    {
        return Ok(());
    }
    orders::service::lock(&mut tx, refund.order_id).await?;
    match told.status {
        GatewayRefundStatus::Succeeded => finish(&mut tx, refund, Way::Gateway(Some(&told.id)), state).await?,
        GatewayRefundStatus::Pending | GatewayRefundStatus::RequiresAction => {
            payments::service::await_refund(&mut tx, refund, &told.id).await?;
        }
        GatewayRefundStatus::Failed | GatewayRefundStatus::Canceled => fail(&mut tx, refund, told, state).await?,
    }
    tx.commit().await?;
    wake();
    Ok(())
}

/// It was given back, but not by a refund of ours that the gateway would name.
///
/// # Errors
/// Only the database's.
pub async fn settle_given_back(state: &AppState, refund: &Refund) -> Result<(), AppError> {
    let mut tx = state.db.begin().await?;
    orders::service::lock(&mut tx, refund.order_id).await?;
    finish(&mut tx, refund, Way::Gateway(None), state).await?;
    tx.commit().await?;
    wake();
    Ok(())
}

/// What hangs of an order's refunds was given back in another way: by a transfer, say. Said again, it is done already.
///
/// # Errors
/// `Invalid` without a word on how; `NotFound`; `Conflict(Stale)` while the worker may be asking the gateway, and if nothing hangs any more.
pub async fn given_back_elsewhere(state: &AppState, admin: &Admin, order: OrderId, how: &str) -> Result<(), AppError> {
    let mut errors = FieldErrors::default();
    let how = errors.text(refund_field::HOW, how, 1, MAX_NOTE);
    errors.into_result(())?;
    let mut tx = state.db.begin().await?;
    orders::service::lock(&mut tx, order).await?;
    let hanging = payments::refunds::lock_hanging(&mut tx, order).await?;
    if hanging.is_empty() && !payments::refunds::was_given_back(&mut tx, order, &how).await? {
        // The worker got it through meanwhile: whoever gave it back in another way must hear of it.
        return Err(Conflict::Stale.into());
    }
    for refund in hanging {
        payments::refunds::set_given_back(&mut tx, refund.id, &how, admin.customer().user_id()).await?;
        finish(&mut tx, &refund, Way::Elsewhere, state).await?;
        let entry = AuditEntry {
            actor: Some(admin.customer().user_id()),
            action: "refund.given_back_elsewhere",
            object_kind: "order",
            object_id: Some(order.0),
            before: None,
            after: Some(json!({ "refund": refund.id, "amount_minor": refund.amount_minor, "currency": refund.currency })),
            reason: Some(how.clone()),
        };
        audit::service::record(&mut tx, entry).await?;
    }
    tx.commit().await?;
    wake();
    Ok(())
}

/// What there is to do once money is back.
fn wake() {
    for job in [OUTBOX, WEBHOOKS, orders::service::SALES] {
        jobs::wake(job);
    }
}

/// How the money went back.
#[derive(Clone, Copy)]
enum Way<'a> {
    /// To the card; what the gateway calls the refund, where it is one of ours.
    Gateway(Option<&'a str>),
    /// Past the gateway, by an admin's hand.
    Elsewhere,
}

async fn finish(tx: &mut Tx, refund: &Refund, way: Way<'_>, state: &AppState) -> Result<(), AppError> {
    let gateway_id = match way {
        Way::Gateway(gateway_id) => gateway_id,
        Way::Elsewhere => None,
    };
    let Some(refunded_minor) = payments::service::finish_refund(tx, refund, gateway_id).await? else { return Ok(()) };
    orders::service::mark_refunded(tx, refund.order_id, refunded_minor).await?;
    let order = orders::service::load(tx, refund.order_id).await?.order;
    let amount = Money::new(refund.amount_minor, refund.currency);
    match way {
        Way::Gateway(_) => mail::refunded(tx, &order, refund.id, amount, &state.config.base_url).await?,
        Way::Elsewhere => mail::given_back_elsewhere(tx, &order, refund.id, amount, &state.config.base_url).await?,
    }
    let occasion = refund.id.to_string();
    let vendors = payments::refunds::vendors(tx, refund.id).await?;
    let subject = Subject { order: order.id, number: order.number, occasion: &occasion };
    webhooks::service::enqueue(tx, &vendors, WebhookEvent::OrderRefunded, subject).await
}

/// The money is ours again, even if the refund had counted as done: it is made anew. What the order's state says stays as it is, since the
/// customer was told.
async fn fail(tx: &mut Tx, refund: &Refund, told: &GatewayRefund, state: &AppState) -> Result<(), AppError> {
    if told.status == GatewayRefundStatus::Canceled && refund.reason == RefundReason::MadeElsewhere {
        return take_back(tx, refund, told, state).await;
    }
    let why = told.failure_reason.as_deref().unwrap_or("the bank did not take it");
    payments::service::await_refund(tx, refund, &told.id).await?;
    let Some(was_done) = payments::service::fail_refund(tx, refund.id, &told.id, why).await? else { return Ok(()) };
    tracing::error!(refund = %refund.id, order = %refund.order_id, was_done, why, "a refund has failed at the gateway");
    let order = orders::service::load(tx, refund.order_id).await?.order;
    let amount = Money::new(refund.amount_minor, refund.currency);
    mail::refund_failed(tx, &order, (refund.id, &told.id), amount, (why, was_done), &state.config.base_url).await
}

/// Whoever made it by hand has thought better of it: it was never given back. What followed from it here is for people to see to.
async fn take_back(tx: &mut Tx, refund: &Refund, told: &GatewayRefund, state: &AppState) -> Result<(), AppError> {
    if !payments::service::drop_refund(tx, refund.id).await? {
        return Ok(());
    }
    let order = orders::service::load(tx, refund.order_id).await?.order;
    mail::refund_taken_back(tx, &order, told, &state.config.base_url).await
}
