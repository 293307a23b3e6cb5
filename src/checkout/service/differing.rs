//! An order for which another amount came than it costs is held in review; an admin accepts it or gives the money back.

use serde_json::json;

use super::finalise::sell;
use crate::accounts::guard::Admin;
use crate::audit::{self, AuditEntry};
use crate::checkout::differing::{DifferingAmount, Verdict};
use crate::checkout::jobs::REFUNDS;
use crate::checkout::mail;
use crate::error::{AppError, Conflict};
use crate::notifications::service::OUTBOX;
use crate::orders::OrderStatus;
use crate::orders::service::LockedOrder;
use crate::payments::RefundReason;
use crate::payments::disputes;
use crate::payments::refunds::{self, NewRefund};
use crate::payments::service::Differing;
use crate::platform::db::Tx;
use crate::platform::jobs;
use crate::platform::state::AppState;
use crate::platform::uncancelled::uncancelled;
use crate::values::{Money, OrderId, RefundId, UserId};
use crate::webhooks::service::WEBHOOKS;
use crate::{orders, payments};

/// What came and what the order costs, while it waits for a verdict; none otherwise.
///
/// # Errors
/// Only the database's.
pub async fn differing(state: &AppState, _: &Admin, order: OrderId) -> Result<Option<DifferingAmount>, AppError> {
    let mut tx = state.db.begin().await?;
    let waits = orders::service::lock(&mut tx, order).await? == OrderStatus::Review;
    let differing = payments::service::differing(&mut tx, order).await?.filter(|_| waits);
    tx.commit().await?;
    Ok(differing.map(|Differing { asked, received, .. }| DifferingAmount { asked, received }))
}

/// Decides about an order in review. Of one that is decided about already, nothing more happens.
///
/// # Errors
/// `NotFound`; `Conflict(Disputed)`; of [`Verdict::Accept`] also `Conflict(PaidTooLittle)` and `Conflict(GoodsGone)`.
pub async fn decide(state: &AppState, admin: &Admin, order: OrderId, verdict: Verdict) -> Result<(), AppError> {
    let (db, by, base_url) = (state.db.clone(), admin.customer().user_id(), state.config.base_url.clone());
    uncancelled(async move {
        let mut tx = db.begin().await?;
        if orders::service::lock(&mut tx, order).await? != OrderStatus::Review {
            return Ok(());
        }
        // A bank may take all of it back.
        if disputes::holds_back(&mut tx, order).await? {
            return Err(Conflict::Disputed.into());
        }
        // What was put into review before amounts were kept is asked about by the reconciler first.
        let differing = payments::service::differing(&mut tx, order).await?.ok_or(AppError::Offline)?;
        let locked = orders::service::load(&mut tx, order).await?;
        let refund = match verdict {
            Verdict::Accept => accept(&mut tx, &locked, &differing, by, &base_url).await?,
            Verdict::GiveBack => Some(give_back(&mut tx, &locked, &differing, Some(by), None, &base_url).await?),
        };
        let entry = AuditEntry {
            actor: Some(by),
            action: match verdict {
                Verdict::Accept => "order.payment_accepted",
                Verdict::GiveBack => "order.payment_given_back",
            },
            object_kind: "order",
            object_id: Some(order.0),
            before: Some(json!({ "asked": differing.asked, "received": differing.received })),
            after: Some(json!({ "refund": refund })),
            reason: None,
        };
        audit::service::record(&mut tx, entry).await?;
        tx.commit().await?;
        Ok(())
    })
    .await?;
    for job in [REFUNDS, OUTBOX, WEBHOOKS, orders::service::SALES] {
        jobs::wake(job);
    }
    Ok(())
}

/// The order is sold for what it costs; what came beyond that goes back.
async fn accept(
    tx: &mut Tx,
    locked: &LockedOrder,
    differing: &Differing,
    by: UserId,
    base_url: &str,
) -> Result<Option<RefundId>, AppError> {
    let Some(excess) = DifferingAmount::from(differing).excess() else { return Err(Conflict::PaidTooLittle.into()) };
    if !sell(tx, locked, base_url).await? {
        return Err(Conflict::GoodsGone.into());
    }
    if excess.is_zero() {
        return Ok(None);
    }
    Ok(Some(refunds::insert(tx, &refund_of(locked.order.id, differing, excess, Some(by), None)).await?))
}

/// All that came goes back, and the customer is told why. `gateway_id`: it went back there already.
///
/// # Errors
/// Only the database's.
pub(super) async fn give_back(
    tx: &mut Tx,
    locked: &LockedOrder,
    differing: &Differing,
    by: Option<UserId>,
    gateway_id: Option<&str>,
    base_url: &str,
) -> Result<RefundId, AppError> {
    orders::service::mark_refund_pending(tx, locked.order.id).await?;
    let refund = refunds::insert(tx, &refund_of(locked.order.id, differing, differing.received, by, gateway_id)).await?;
    mail::refund_announced(tx, &locked.order, differing.received, RefundReason::AmountDiffers, base_url).await?;
    Ok(refund)
}

pub(super) fn refund_of<'a>(
    order: OrderId,
    differing: &Differing,
    amount: Money,
    by: Option<UserId>,
    gateway_id: Option<&'a str>,
) -> NewRefund<'a> {
    NewRefund {
        order_id: order,
        payment_id: differing.payment,
        amount,
        reason: RefundReason::AmountDiffers,
        gateway_id,
        note: "",
        created_by: by,
        request_key: None,
        items: &[],
    }
}

impl From<&Differing> for DifferingAmount {
    fn from(differing: &Differing) -> Self {
        Self { asked: differing.asked, received: differing.received }
    }
}
