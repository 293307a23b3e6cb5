//! SQL of disputes.

use sqlx::PgExecutor;
use time::OffsetDateTime;

use super::Result;
use crate::platform::gateway::{Dispute, DisputeStatus};
use crate::values::{Currency, DisputeId, OrderId, PaymentId};

/// A dispute of one of our payments, as an event tells of it.
#[derive(Clone, Copy, Debug)]
pub struct NewDispute<'a> {
    pub order_id: OrderId,
    pub payment_id: PaymentId,
    pub dispute: &'a Dispute,
    /// When the gateway said so.
    pub told_at: OffsetDateTime,
}

/// One line of the admin's list.
#[derive(Clone, Debug)]
pub struct DisputeRow {
    pub id: DisputeId,
    pub order_id: OrderId,
    pub number: i64,
    pub email: String,
    pub amount_minor: i64,
    pub currency: Currency,
    pub reason: String,
    pub status: DisputeStatus,
    pub evidence_due_at: Option<OffsetDateTime>,
    pub opened_at: OffsetDateTime,
}

/// Events come in any order: later news counts, and of news from the same second that which closes. False if nothing changed.
pub async fn upsert(db: impl PgExecutor<'_>, id: DisputeId, new: &NewDispute<'_>) -> Result<bool> {
    let Dispute { id: gateway_id, amount, reason, status, refundable, evidence_due_at, opened_at, .. } = new.dispute;
    let done = sqlx::query!(
        "insert into disputes (id, gateway_id, order_id, payment_id, amount_minor, currency, reason, status, refundable, evidence_due_at, opened_at,
           closed_at, told_at)
         values ($1, $2, $3, $4, $5, $6, left($7, 100), $8, $9, $10, $11, $12, $13)
         on conflict (gateway_id) do update set amount_minor = excluded.amount_minor, reason = excluded.reason, status = excluded.status,
           refundable = excluded.refundable, evidence_due_at = excluded.evidence_due_at, closed_at = excluded.closed_at, told_at = excluded.told_at
         where excluded.told_at > disputes.told_at
           or (excluded.told_at = disputes.told_at and disputes.closed_at is null and excluded.status <> disputes.status)",
        id as _,
        gateway_id,
        new.order_id as _,
        new.payment_id as _,
        amount.amount_minor,
        amount.currency as _,
        reason,
        *status as _,
        refundable,
        *evidence_due_at,
        opened_at,
        status.is_closed().then_some(new.told_at),
        new.told_at
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn holds_back(db: impl PgExecutor<'_>, order: OrderId) -> Result<bool> {
    sqlx::query_scalar!(r#"select exists (select from disputes where order_id = $1 and not refundable) as "held!""#, order as _)
        .fetch_one(db)
        .await
}

pub async fn list(db: impl PgExecutor<'_>, statuses: &[String], before: Option<DisputeId>, limit: i64) -> Result<Vec<DisputeRow>> {
    sqlx::query_as!(
        DisputeRow,
        r#"select d.id as "id: DisputeId", d.order_id as "order_id: OrderId", o.number, o.email, d.amount_minor, d.currency as "currency: Currency",
             d.reason, d.status as "status: DisputeStatus", d.evidence_due_at, d.opened_at
           from disputes d join orders o on o.id = d.order_id
           where d.status = any($1) and ($2::uuid is null or (d.opened_at, d.id) < (select opened_at, id from disputes where id = $2))
           order by d.opened_at desc, d.id desc limit $3"#,
        statuses,
        before as Option<DisputeId>,
        limit
    )
    .fetch_all(db)
    .await
}
