//! Money goes back by a person's decision: an admin's, or a vendor's who cannot send. Order, payment and variants are locked in the order in
//! which everybody locks them; the worker asks the gateway once it is committed.

use serde_json::json;

use crate::accounts::guard::{Admin, Customer};
use crate::audit::{self, AuditEntry};
use crate::checkout::jobs::REFUNDS;
use crate::checkout::mail;
use crate::checkout::refund::{RefundCause, TypedRefund};
use crate::checkout::refundable::{RefundItem, Refundable, RefundableLine, RefundablePart};
use crate::error::{AppError, Conflict};
use crate::notifications::service::OUTBOX;
use crate::orders::service::parcels;
use crate::orders::{Fulfilment, OrderStatus, Shipment, parcel_field};
use crate::payments::RefundReason;
use crate::payments::disputes;
use crate::payments::refunds::{self, NewRefund, NewRefundItem};
use crate::platform::db::Tx;
use crate::platform::jobs;
use crate::platform::state::AppState;
use crate::platform::uncancelled::uncancelled;
use crate::values::{FieldErrors, Money, OrderId, OrderPartId, RefundId, UserId};
use crate::vendors::guard::ShopOwner;
use crate::webhooks::WebhookEvent;
use crate::webhooks::service::{Subject, WEBHOOKS};
use crate::{catalogue, orders, webhooks};

/// Longest reason that a vendor gives; it stands in a mail.
const MAX_REASON: usize = 500;

impl From<RefundCause> for RefundReason {
    fn from(cause: RefundCause) -> Self {
        match cause {
            RefundCause::RequestedByCustomer => Self::RequestedByCustomer,
            RefundCause::Duplicate => Self::Duplicate,
            RefundCause::Fraudulent => Self::Fraudulent,
        }
    }
}

/// Who decides, and why.
pub(super) struct Decision<'a> {
    pub reason: RefundReason,
    pub note: &'a str,
    pub by: Option<UserId>,
    /// See [`TypedRefund::request`].
    pub request: Option<&'a str>,
    /// What the gateway calls it, where it was made there.
    pub gateway_id: Option<&'a str>,
}

/// What may be given back of an order.
///
/// # Errors
/// `NotFound`.
pub async fn refundable(state: &AppState, _: &Admin, order: OrderId) -> Result<Refundable, AppError> {
    let mut tx = state.db.begin().await?;
    let left = left(&mut tx, order).await?;
    tx.commit().await?;
    Ok(left)
}

/// Gives back what the form says; of a request that was done before, answers what was done.
///
/// # Errors
/// `Invalid` for more than is left; `NotFound`; `Conflict(NothingToRefund)` for an order that is not paid, `Conflict(Disputed)` for one whose
/// payment a bank holds.
pub async fn refund(state: &AppState, admin: &Admin, order: OrderId, typed: &TypedRefund) -> Result<RefundId, AppError> {
    let (db, typed, by) = (state.db.clone(), typed.clone(), admin.customer().user_id());
    let base_url = state.config.base_url.clone();
    let id = uncancelled(async move {
        let request = typed.request()?;
        let mut tx = db.begin().await?;
        orders::service::lock(&mut tx, order).await?;
        if let Some(request) = &request
            && let Some(done) = refunds::requested(&mut tx, order, by, request).await?
        {
            return Ok(done);
        }
        require_refundable(&mut tx, order).await?;
        let left = left(&mut tx, order).await?;
        let plan = typed.plan(&left)?;
        let decision =
            Decision { reason: plan.cause.into(), note: &plan.note, by: Some(by), request: request.as_deref(), gateway_id: None };
        let id = give_back(&mut tx, order, &left, &plan.items, &decision).await?;
        let canceled = cancel_what_is_empty(&mut tx, &left, &plan.items).await?;
        let locked = orders::service::load(&mut tx, order).await?;
        mail::nothing_to_send(&mut tx, &locked, &canceled, &base_url).await?;
        let amount: i64 = plan.items.iter().map(|item| item.amount_minor).sum();
        let after = json!({ "refund": id, "amount_minor": amount, "currency": left.currency, "items": plan.items.len() });
        let entry = AuditEntry {
            actor: Some(by),
            action: "order.refunded",
            object_kind: "order",
            object_id: Some(order.0),
            before: Some(json!({ "left_minor": left.left().amount_minor })),
            after: Some(after),
            reason: Some(plan.note.clone()).filter(|note| !note.is_empty()),
        };
        audit::service::record(&mut tx, entry).await?;
        tx.commit().await?;
        Ok(id)
    })
    .await?;
    wake();
    Ok(id)
}

/// The customer changes their mind about what is paid, before anything of it was sent: all of it is given back, and its pieces are for sale
/// again.
///
/// # Errors
/// `NotFound` for others' orders; `Conflict(AlreadySent)` once a part is on its way, `Conflict(Stale)` if it went just now; as [`refund`].
pub async fn cancel_paid(state: &AppState, customer: &Customer, order: OrderId) -> Result<(), AppError> {
    orders::service::find(&state.db, customer, order).await?;
    let (db, by, base_url) = (state.db.clone(), customer.user_id(), state.config.base_url.clone());
    uncancelled(async move {
        let mut tx = db.begin().await?;
        orders::service::lock(&mut tx, order).await?;
        let left = left(&mut tx, order).await?;
        let (waiting, others): (Vec<_>, Vec<_>) = left.parts.iter().partition(|part| part.fulfilment == Fulfilment::Unfulfilled);
        if others.iter().any(|part| part.fulfilment != Fulfilment::Canceled) {
            return Err(Conflict::AlreadySent.into());
        }
        if waiting.is_empty() {
            // A click before this one did it.
            return Ok(());
        }
        require_cancelable(&mut tx, order).await?;
        let parts: Vec<OrderPartId> = waiting.iter().map(|part| part.id).collect();
        parcels::cancel(&mut tx, &parts).await?;
        let items = left.all_of(&parts, true);
        let note = "Canceled by the customer";
        let decision = Decision { reason: RefundReason::RequestedByCustomer, note, by: Some(by), request: None, gateway_id: None };
        give_back_what_is_left(&mut tx, order, &left, &items, &decision).await?;
        let locked = orders::service::load(&mut tx, order).await?;
        mail::order_canceled(&mut tx, &locked.order, &base_url).await?;
        mail::nothing_to_send(&mut tx, &locked, &parts, &base_url).await?;
        tx.commit().await?;
        Ok(())
    })
    .await?;
    wake();
    Ok(())
}

/// A vendor cannot send: the part is canceled, all of it is given back, and its pieces are for sale again.
///
/// # Errors
/// `Invalid` for a reason that is missing or too long; `NotFound` for others' orders; `Conflict(Stale)` once it was sent or canceled.
pub async fn cancel_part(state: &AppState, owner: &ShopOwner, order: OrderId, reason: &str) -> Result<(), AppError> {
    let mut errors = FieldErrors::default();
    let reason = errors.text(parcel_field::REASON, reason, 1, MAX_REASON);
    errors.into_result(())?;
    let (part, fulfilment) = parcels::part_of(&state.db, owner, order).await?;
    if fulfilment != Fulfilment::Unfulfilled {
        return Err(Conflict::Stale.into());
    }
    let (db, by, base_url) = (state.db.clone(), owner.user_id(), state.config.base_url.clone());
    uncancelled(async move {
        let mut tx = db.begin().await?;
        require_cancelable(&mut tx, order).await?;
        let left = left(&mut tx, order).await?;
        parcels::cancel(&mut tx, &[part]).await?;
        let items = left.all_of(&[part], true);
        let decision = Decision { reason: RefundReason::CanceledByVendor, note: &reason, by: Some(by), request: None, gateway_id: None };
        give_back_what_is_left(&mut tx, order, &left, &items, &decision).await?;
        let order = orders::service::load(&mut tx, order).await?.order;
        mail::part_canceled(&mut tx, &order, part, &reason, &base_url).await?;
        tx.commit().await?;
        Ok(())
    })
    .await?;
    wake();
    Ok(())
}

/// What there is to do when something is given back.
fn wake() {
    for job in [REFUNDS, OUTBOX, orders::service::SALES] {
        jobs::wake(job);
    }
}

/// A vendor has sent their part; the customer hears of it in the same transaction.
///
/// # Errors
/// `Invalid` for bad fields; `NotFound` for others' orders; `Conflict(Stale)` unless it waited to be sent.
pub async fn ship(state: &AppState, owner: &ShopOwner, order: OrderId, carrier: &str, tracking: &str) -> Result<(), AppError> {
    let shipment = Shipment::parse(carrier, tracking)?;
    let (part, _) = parcels::part_of(&state.db, owner, order).await?;
    let mut tx = state.db.begin_as_vendor(owner.vendor_id().0).await?;
    parcels::ship(&mut tx, owner, order, &shipment).await?;
    // What follows is the shop's: a vendor may neither read the customer's address nor write mails.
    crate::platform::db::leave_vendor(&mut tx).await?;
    let order = orders::service::load(&mut tx, order).await?.order;
    mail::shipped(&mut tx, &order, part, &state.config.base_url).await?;
    let subject = Subject { order: order.id, number: order.number, occasion: "" };
    webhooks::service::enqueue(&mut tx, &[owner.vendor_id()], WebhookEvent::OrderShipped, subject).await?;
    tx.commit().await?;
    jobs::wake(OUTBOX);
    jobs::wake(WEBHOOKS);
    Ok(())
}

/// Locks the order, if its money may go back by somebody's wish.
async fn require_refundable(tx: &mut Tx, order: OrderId) -> Result<(), AppError> {
    match orders::service::lock(tx, order).await? {
        // The gateway would refuse.
        OrderStatus::Paid | OrderStatus::PartiallyRefunded if disputes::holds_back(tx, order).await? => Err(Conflict::Disputed.into()),
        OrderStatus::Paid | OrderStatus::PartiallyRefunded => Ok(()),
        _ => Err(Conflict::NothingToRefund.into()),
    }
}

/// The same for one that is not sent; its money may be back already, while its pieces still wait.
async fn require_cancelable(tx: &mut Tx, order: OrderId) -> Result<(), AppError> {
    match orders::service::lock(tx, order).await? {
        OrderStatus::Refunded => Ok(()),
        _ => require_refundable(tx, order).await,
    }
}

pub(super) async fn left(tx: &mut Tx, order: OrderId) -> Result<Refundable, AppError> {
    let (parts, lines) = refunds::left(tx, order).await?;
    let currency = parts.first().ok_or(AppError::NotFound)?.currency;
    let parts = parts
        .into_iter()
        .map(|part| RefundablePart {
            id: part.id,
            vendor_id: part.vendor_id,
            vendor_name: part.vendor_name,
            fulfilment: part.fulfilment,
            shipping_minor: part.shipping_minor,
            refunded_shipping_minor: part.refunded_shipping_minor,
        })
        .collect();
    let name = |product: String, variant: &str| if variant.is_empty() { product } else { format!("{product}, {variant}") };
    let lines = lines
        .into_iter()
        .map(|line| RefundableLine {
            id: line.id,
            part_id: line.part_id,
            vendor_id: line.vendor_id,
            variant_id: line.variant_id,
            name: name(line.product_name, &line.variant_title),
            unit_price_minor: line.unit_price_minor,
            quantity: line.quantity,
            subtotal_minor: line.subtotal_minor,
            // Never more than the quantity, by constraint.
            refunded_quantity: i32::try_from(line.refunded_quantity).unwrap_or(i32::MAX),
            refunded_minor: line.refunded_minor,
        })
        .collect();
    let disputed = disputes::holds_back(tx, order).await?;
    Ok(Refundable { currency, parts, lines, disputed })
}

/// Everything of an order whose goods cannot be had any more, or that was closed: no piece ever left the shelf.
///
/// # Errors
/// Only the database's.
pub(super) async fn give_all_back(tx: &mut Tx, order: OrderId, reason: RefundReason) -> Result<(), AppError> {
    let left = left(tx, order).await?;
    let parts: Vec<OrderPartId> = left.parts.iter().map(|part| part.id).collect();
    let items = left.all_of(&parts, false);
    give_back(tx, order, &left, &items, &Decision { reason, note: "", by: None, request: None, gateway_id: None }).await?;
    Ok(())
}

/// Of what was paid back before, the pieces alone: they go with the last refund.
async fn give_back_what_is_left(
    tx: &mut Tx,
    order: OrderId,
    left: &Refundable,
    items: &[RefundItem],
    decision: &Decision<'_>,
) -> Result<(), AppError> {
    if items.iter().any(|item| item.amount_minor > 0) {
        give_back(tx, order, left, items, decision).await?;
    } else if let Some(refund) = refunds::last(tx, order).await? {
        restock(tx, order, items).await?;
        refunds::add(tx, refund, order, &rows(items)).await?;
    }
    Ok(())
}

fn rows(items: &[RefundItem]) -> Vec<NewRefundItem> {
    let row = |item: &RefundItem| NewRefundItem {
        part_id: item.part_id,
        vendor_id: item.vendor_id,
        line_id: item.line.map(|(line, _)| line),
        quantity: item.quantity,
        amount_minor: item.amount_minor,
        restocked: item.restock,
    };
    items.iter().map(row).collect()
}

async fn restock(tx: &mut Tx, order: OrderId, items: &[RefundItem]) -> Result<(), AppError> {
    let mut restocked: Vec<_> = items.iter().filter(|item| item.restock).filter_map(|item| Some((item.line?.1, item.quantity))).collect();
    restocked.sort_unstable_by_key(|(variant, _)| *variant);
    if !restocked.is_empty() {
        let variants: Vec<_> = restocked.iter().map(|(variant, _)| *variant).collect();
        catalogue::service::stock::lock(tx, &variants).await?;
        catalogue::service::stock::restock(tx, order, &restocked).await?;
    }
    Ok(())
}

pub(super) async fn give_back(
    tx: &mut Tx,
    order: OrderId,
    left: &Refundable,
    items: &[RefundItem],
    decision: &Decision<'_>,
) -> Result<RefundId, AppError> {
    let payment_id = refunds::lock_captured(tx, order).await?.ok_or(Conflict::NothingToRefund)?;
    restock(tx, order, items).await?;
    let items = rows(items);
    let new = NewRefund {
        order_id: order,
        payment_id,
        amount: Money::new(items.iter().map(|item| item.amount_minor).sum(), left.currency),
        reason: decision.reason,
        gateway_id: decision.gateway_id,
        note: decision.note,
        created_by: decision.by,
        request_key: decision.request,
        items: &items,
    };
    refunds::insert(tx, &new).await
}

/// A part of which every piece was given back before it was sent is not sent any more. Answers which.
pub(super) async fn cancel_what_is_empty(tx: &mut Tx, left: &Refundable, items: &[RefundItem]) -> Result<Vec<OrderPartId>, AppError> {
    let given = |line: &RefundableLine| {
        let now = items.iter().find(|item| item.line.is_some_and(|(id, _)| id == line.id)).map_or(0, |item| item.quantity);
        line.refunded_quantity + now == line.quantity
    };
    let empty: Vec<OrderPartId> = left
        .parts
        .iter()
        .filter(|part| part.fulfilment == Fulfilment::Unfulfilled)
        .filter(|part| left.lines.iter().filter(|line| line.part_id == part.id).all(given))
        .map(|part| part.id)
        .collect();
    if !empty.is_empty() {
        parcels::cancel(tx, &empty).await?;
    }
    Ok(empty)
}
