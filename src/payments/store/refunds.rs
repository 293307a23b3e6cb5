//! SQL of refunds and of what they consist of.

use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;

use super::{RefundRow, Result};
use crate::orders::Fulfilment;
use crate::payments::RefundReason;
use crate::values::{Currency, Money, OrderId, OrderLineId, OrderPartId, PaymentId, RefundId, UserId, VariantId, VendorId};

/// A line, and what of it is given back.
pub struct LineLeft {
    pub id: OrderLineId,
    pub part_id: OrderPartId,
    pub vendor_id: VendorId,
    pub variant_id: VariantId,
    pub product_name: String,
    pub variant_title: String,
    pub unit_price_minor: i64,
    pub quantity: i32,
    pub subtotal_minor: i64,
    pub refunded_quantity: i64,
    pub refunded_minor: i64,
}

/// A part, and what of its shipping is given back.
pub struct PartLeft {
    pub id: OrderPartId,
    pub vendor_id: VendorId,
    pub vendor_name: String,
    pub fulfilment: Fulfilment,
    pub currency: Currency,
    pub shipping_minor: i64,
    pub refunded_shipping_minor: i64,
}

pub async fn lines_left(db: impl PgExecutor<'_>, order: OrderId) -> Result<Vec<LineLeft>> {
    sqlx::query_as!(
        LineLeft,
        r#"select l.id as "id: OrderLineId", l.part_id as "part_id: OrderPartId", l.vendor_id as "vendor_id: VendorId",
             l.variant_id as "variant_id: VariantId", l.product_name, l.variant_title, l.unit_price_minor, l.quantity, l.subtotal_minor,
             coalesce(i.quantity, 0) as "refunded_quantity!", coalesce(i.amount_minor, 0)::bigint as "refunded_minor!"
           from order_lines l
           left join (select i.line_id, sum(i.quantity) as quantity, sum(i.amount_minor) as amount_minor
             from refund_items i join refunds r on r.id = i.refund_id where i.order_id = $1 and r.status <> 'failed' group by i.line_id) i on i.line_id = l.id
           where l.order_id = $1 order by l.part_id, l.id"#,
        order as _
    )
    .fetch_all(db)
    .await
}

pub async fn parts_left(db: impl PgExecutor<'_>, order: OrderId) -> Result<Vec<PartLeft>> {
    sqlx::query_as!(
        PartLeft,
        r#"select p.id as "id: OrderPartId", p.vendor_id as "vendor_id: VendorId", p.vendor_name, p.fulfilment as "fulfilment: Fulfilment",
             o.currency as "currency: Currency", p.shipping_minor,
             (select coalesce(sum(i.amount_minor), 0)::bigint from refund_items i join refunds r on r.id = i.refund_id
               where i.part_id = p.id and i.line_id is null and r.status <> 'failed') as "refunded_shipping_minor!"
           from order_parts p join orders o on o.id = p.order_id where p.order_id = $1 order by p.id"#,
        order as _
    )
    .fetch_all(db)
    .await
}

pub async fn lock_captured(db: impl PgExecutor<'_>, order: OrderId) -> Result<Option<PaymentId>> {
    sqlx::query_scalar!(r#"select id as "id: PaymentId" from payments where order_id = $1 and status = 'succeeded' for update"#, order as _)
        .fetch_optional(db)
        .await
}

pub async fn vendors(db: impl PgExecutor<'_>, refund: RefundId) -> Result<Vec<VendorId>> {
    sqlx::query_scalar!(
        r#"select distinct vendor_id as "id: VendorId" from refund_items where refund_id = $1 and vendor_id is not null order by 1"#,
        refund as _
    )
    .fetch_all(db)
    .await
}

pub async fn requested(db: impl PgExecutor<'_>, order: OrderId, by: UserId, request: &str) -> Result<Option<RefundId>> {
    sqlx::query_scalar!(
        r#"select id as "id: RefundId" from refunds where order_id = $1 and created_by = $2 and request_key = $3"#,
        order as _,
        by as UserId,
        request
    )
    .fetch_optional(db)
    .await
}

/// Refunds of an order that the gateway has not taken on, after so many attempts or a failure.
pub async fn lock_waiting(db: impl PgExecutor<'_>, order: OrderId, attempts: i32) -> Result<Vec<RefundRow>> {
    sqlx::query_as!(
        RefundRow,
        r#"select r.id as "id: RefundId", r.order_id as "order_id: OrderId", r.payment_id as "payment_id: PaymentId", r.amount_minor,
             r.currency as "currency: Currency", r.reason as "reason: RefundReason", p.intent_id, r.gateway_id, r.attempts, r.failures
           from refunds r join payments p on p.id = r.payment_id
           where r.order_id = $1 and r.status = 'pending' and r.gateway_id is null and (r.attempts >= $2 or r.failures > 0)
           order by r.id for update of r"#,
        order as _,
        attempts
    )
    .fetch_all(db)
    .await
}

/// Whether the worker may be asking for one of them: it has two minutes for that.
pub async fn may_be_asked_for(db: impl PgExecutor<'_>, order: OrderId) -> Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from refunds where order_id = $1 and status = 'pending' and gateway_id is null
             and next_attempt_at <= now() + interval '2 minutes') as "exists!""#,
        order as _
    )
    .fetch_one(db)
    .await
}

/// Keeps how it was given back in another way, and who says so.
pub async fn set_given_back(db: impl PgExecutor<'_>, id: RefundId, how: &str, by: UserId) -> Result<()> {
    sqlx::query!("update refunds set given_back_how = $2, given_back_by = $3 where id = $1", id as _, how, by as _).execute(db).await?;
    Ok(())
}

pub async fn was_given_back(db: impl PgExecutor<'_>, order: OrderId, how: &str) -> Result<bool> {
    sqlx::query_scalar!(r#"select exists (select from refunds where order_id = $1 and given_back_how = $2) as "exists!""#, order as _, how)
        .fetch_one(db)
        .await
}

/// One of those that are done, have no name there and were not given back in another way.
pub async fn name(db: impl PgExecutor<'_>, order: OrderId, amount: Money, gateway_id: &str) -> Result<bool> {
    let done = sqlx::query!(
        "update refunds set gateway_id = $4 where id = (select id from refunds where order_id = $1 and amount_minor = $2 and currency = $3
           and status = 'succeeded' and gateway_id is null and given_back_how is null order by id limit 1)",
        order as _,
        amount.amount_minor,
        amount.currency as _,
        gateway_id
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What hangs, how often it was tried since it last failed, when it is tried next, and what the gateway says.
pub struct Hanging {
    pub amount_minor: i64,
    pub currency: Currency,
    pub attempts: i32,
    pub failures: i32,
    pub next_attempt_at: OffsetDateTime,
    pub error: String,
}

pub async fn hanging(db: impl PgExecutor<'_>, order: OrderId, attempts: i32) -> Result<Vec<Hanging>> {
    sqlx::query_as!(
        Hanging,
        r#"select amount_minor, currency as "currency: Currency", attempts, failures, next_attempt_at, coalesce(last_error, '') as "error!" from refunds
           where order_id = $1 and status = 'pending' and gateway_id is null and (attempts >= $2 or failures > 0) order by id"#,
        order as _,
        attempts
    )
    .fetch_all(db)
    .await
}

pub async fn last(db: impl PgExecutor<'_>, order: OrderId) -> Result<Option<RefundId>> {
    sqlx::query_scalar!(
        r#"select id as "id: RefundId" from refunds where order_id = $1 and status <> 'failed' order by created_at desc, id desc limit 1"#,
        order as _
    )
    .fetch_optional(db)
    .await
}

/// One thing that goes back.
#[derive(Clone, Copy, Debug)]
pub struct NewRefundItem {
    pub part_id: OrderPartId,
    pub vendor_id: VendorId,
    pub line_id: Option<OrderLineId>,
    pub quantity: i32,
    pub amount_minor: i64,
    pub restocked: bool,
}

/// A refund to be written.
#[derive(Clone, Copy, Debug)]
pub struct NewRefund<'a> {
    pub order_id: OrderId,
    pub payment_id: PaymentId,
    pub amount: Money,
    pub reason: RefundReason,
    /// What the gateway calls it, where it was made there.
    pub gateway_id: Option<&'a str>,
    pub note: &'a str,
    /// None: the shop itself.
    pub created_by: Option<UserId>,
    /// What its sender calls the request.
    pub request_key: Option<&'a str>,
    pub items: &'a [NewRefundItem],
}

pub async fn insert(connection: &mut PgConnection, id: RefundId, refund: &NewRefund<'_>) -> Result<()> {
    sqlx::query!(
        "insert into refunds (id, order_id, payment_id, amount_minor, currency, reason, note, created_by, request_key, gateway_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        id as _,
        refund.order_id as _,
        refund.payment_id as _,
        refund.amount.amount_minor,
        refund.amount.currency as _,
        refund.reason as _,
        refund.note,
        refund.created_by as Option<UserId>,
        refund.request_key,
        refund.gateway_id
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn insert_items(connection: &mut PgConnection, id: RefundId, order: OrderId, items: &[NewRefundItem]) -> Result<()> {
    let ids: Vec<uuid::Uuid> = items.iter().map(|_| uuid::Uuid::now_v7()).collect();
    let parts: Vec<uuid::Uuid> = items.iter().map(|item| item.part_id.0).collect();
    let vendors: Vec<uuid::Uuid> = items.iter().map(|item| item.vendor_id.0).collect();
    let lines: Vec<Option<uuid::Uuid>> = items.iter().map(|item| item.line_id.map(|line| line.0)).collect();
    let quantities: Vec<i32> = items.iter().map(|item| item.quantity).collect();
    let amounts: Vec<i64> = items.iter().map(|item| item.amount_minor).collect();
    let restocked: Vec<bool> = items.iter().map(|item| item.restocked).collect();
    sqlx::query!(
        "insert into refund_items (id, refund_id, order_id, part_id, vendor_id, line_id, quantity, amount_minor, restocked)
         select i.id, $1, $2, i.part_id, i.vendor_id, i.line_id, i.quantity, i.amount_minor, i.restocked
         from unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::int[], $8::bigint[], $9::bool[])
           as i (id, part_id, vendor_id, line_id, quantity, amount_minor, restocked)",
        id as _,
        order as _,
        &ids,
        &parts,
        &vendors,
        &lines as &[Option<uuid::Uuid>],
        &quantities,
        &amounts,
        &restocked
    )
    .execute(connection)
    .await?;
    Ok(())
}
