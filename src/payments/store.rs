//! SQL of payments, refunds and the event inbox.

use sqlx::PgExecutor;

use super::history::MoneyEvent;
use super::inbox::EventOutcome;
use super::{PaymentStatus, RefundReason};
use crate::platform::gateway::DisputeStatus;
use crate::values::{Currency, OrderId, PaymentId, RefundId};

crate::text_column!(PaymentStatus, RefundReason, DisputeStatus, MoneyEvent, EventOutcome);

pub mod disputes;
pub mod history;
pub mod inbox;
pub mod refunds;

type Result<T> = std::result::Result<T, sqlx::Error>;

#[derive(Clone, Debug)]
pub struct PaymentRow {
    pub id: PaymentId,
    pub order_id: OrderId,
    pub status: PaymentStatus,
    pub amount_minor: i64,
    pub currency: Currency,
    pub idempotency_key: String,
    pub intent_id: Option<String>,
}

#[derive(Clone, Debug)]
pub struct RefundRow {
    pub id: RefundId,
    pub order_id: OrderId,
    pub payment_id: PaymentId,
    pub amount_minor: i64,
    pub currency: Currency,
    pub reason: RefundReason,
    pub intent_id: Option<String>,
    /// What the gateway calls it, once it has taken it on.
    pub gateway_id: Option<String>,
    pub attempts: i32,
    /// How often the gateway took it on and it did not reach the customer.
    pub failures: i32,
}

impl RefundRow {
    /// Its key at the gateway: the same until it is known to have failed there.
    pub fn key(&self) -> String {
        if self.failures == 0 { format!("refund:{}", self.id) } else { format!("refund:{}:{}", self.id, self.failures) }
    }
}

pub async fn insert(
    db: impl PgExecutor<'_>,
    id: PaymentId,
    order: OrderId,
    amount_minor: i64,
    currency: Currency,
    key: &str,
) -> Result<()> {
    sqlx::query!(
        "insert into payments (id, order_id, amount_minor, currency, idempotency_key) values ($1, $2, $3, $4, $5)",
        id as _,
        order as _,
        amount_minor,
        currency as _,
        key
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The newest payment of an order.
pub async fn of_order(db: impl PgExecutor<'_>, order: OrderId) -> Result<Option<PaymentRow>> {
    sqlx::query_as!(
        PaymentRow,
        r#"select id as "id: PaymentId", order_id as "order_id: OrderId", status as "status: PaymentStatus", amount_minor, currency as "currency: Currency",
             idempotency_key, intent_id
           from payments where order_id = $1 order by seq desc limit 1"#,
        order as _
    )
    .fetch_optional(db)
    .await
}

/// The payment that an intent belongs to; one without an intent yet is waiting for it. Locked.
pub async fn lock_for_intent(db: impl PgExecutor<'_>, order: OrderId, intent_id: &str) -> Result<Option<PaymentRow>> {
    sqlx::query_as!(
        PaymentRow,
        r#"select id as "id: PaymentId", order_id as "order_id: OrderId", status as "status: PaymentStatus", amount_minor, currency as "currency: Currency",
             idempotency_key, intent_id
           from payments where order_id = $1 and (intent_id = $2 or (intent_id is null and status = 'creating'))
           order by intent_id nulls last limit 1 for update"#,
        order as _,
        intent_id
    )
    .fetch_optional(db)
    .await
}

pub async fn lock_without_intent(db: impl PgExecutor<'_>, order: OrderId) -> Result<bool> {
    let waiting = sqlx::query_scalar!("select 1 as one from payments where order_id = $1 and intent_id is null for update", order as _);
    Ok(waiting.fetch_optional(db).await?.is_some())
}

/// Keeps the intent's id; one that is known already stays.
pub async fn set_intent(db: impl PgExecutor<'_>, id: PaymentId, intent_id: &str) -> Result<()> {
    sqlx::query!(
        "update payments set intent_id = $2, status = case status when 'creating' then 'requires_payment_method' else status end, updated_at = now()
         where id = $1 and intent_id is null",
        id as _,
        intent_id
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Moves a payment that is not final yet.
pub async fn set_status(db: impl PgExecutor<'_>, id: PaymentId, status: PaymentStatus, error: Option<(&str, &str)>) -> Result<u64> {
    let done = sqlx::query!(
        "update payments set status = $2, last_error_code = $3, last_error_message = $4, updated_at = now()
         where id = $1 and status not in ('succeeded', 'canceled')",
        id as _,
        status as _,
        error.map(|(code, _)| code),
        error.map(|(_, message)| message)
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// It succeeded with another amount than was asked for, or in another currency.
pub async fn set_received(db: impl PgExecutor<'_>, id: PaymentId, amount_minor: i64, currency: Currency) -> Result<()> {
    sqlx::query!(
        "update payments set status = 'succeeded', received_minor = $2, received_currency = $3, updated_at = now()
         where id = $1 and status not in ('succeeded', 'canceled')",
        id as _,
        amount_minor,
        currency as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A payment of another amount than was asked for. What has gone back of it since is taken off.
#[derive(Clone, Copy, Debug)]
pub struct DifferingRow {
    pub id: PaymentId,
    pub amount_minor: i64,
    pub currency: Currency,
    pub received_minor: i64,
    pub received_currency: Currency,
}

pub async fn differing(db: impl PgExecutor<'_>, order: OrderId) -> Result<Option<DifferingRow>> {
    sqlx::query_as!(
        DifferingRow,
        r#"select p.id as "id: PaymentId", p.amount_minor, p.currency as "currency: Currency", p.received_currency as "received_currency!: Currency",
             (p.received_minor - coalesce((select sum(r.amount_minor) from refunds r where r.payment_id = p.id and r.status <> 'failed'), 0))::bigint
               as "received_minor!"
           from payments p where p.order_id = $1 and p.status = 'succeeded' and p.received_minor is not null"#,
        order as _
    )
    .fetch_optional(db)
    .await
}

/// The order that an intent pays.
pub async fn order_of_intent(db: impl PgExecutor<'_>, intent_id: &str) -> Result<Option<OrderId>> {
    sqlx::query_scalar!(r#"select order_id as "id: OrderId" from payments where intent_id = $1"#, intent_id).fetch_optional(db).await
}

/// Payments that nobody reported on for a while, pushed back so that another instance leaves them alone. Without an intent nobody can have
/// paid: the pay page or the expiry makes one.
pub async fn claim_stale(db: impl PgExecutor<'_>, limit: i64) -> Result<Vec<PaymentRow>> {
    sqlx::query_as!(
        PaymentRow,
        r#"update payments set check_after = now() + least(greatest(now() - created_at, interval '2 minutes'), interval '1 hour')
           where id in (select id from payments where status not in ('succeeded', 'canceled') and intent_id is not null
               and check_after <= now() order by check_after limit $1 for update skip locked)
           returning id as "id: PaymentId", order_id as "order_id: OrderId", status as "status: PaymentStatus", amount_minor,
             currency as "currency: Currency", idempotency_key, intent_id"#,
        limit
    )
    .fetch_all(db)
    .await
}

/// Refunds that are due, leased for two minutes by pushing the next attempt back.
pub async fn claim_refunds(db: impl PgExecutor<'_>, limit: i64) -> Result<Vec<RefundRow>> {
    sqlx::query_as!(
        RefundRow,
        r#"update refunds r set attempts = attempts + 1, next_attempt_at = now() + interval '2 minutes'
           from payments p
           where p.id = r.payment_id and r.id in (select id from refunds where status = 'pending' and next_attempt_at <= now()
             order by next_attempt_at limit $1 for update skip locked)
           returning r.id as "id: RefundId", r.order_id as "order_id: OrderId", r.payment_id as "payment_id: PaymentId", r.amount_minor,
             r.currency as "currency: Currency", r.reason as "reason: RefundReason", p.intent_id, r.gateway_id, r.attempts,
             r.failures"#,
        limit
    )
    .fetch_all(db)
    .await
}

pub async fn refund_called(db: impl PgExecutor<'_>, gateway_id: &str) -> Result<Option<RefundRow>> {
    sqlx::query_as!(
        RefundRow,
        r#"select r.id as "id: RefundId", r.order_id as "order_id: OrderId", r.payment_id as "payment_id: PaymentId", r.amount_minor,
             r.currency as "currency: Currency", r.reason as "reason: RefundReason", p.intent_id, r.gateway_id, r.attempts, r.failures
           from refunds r join payments p on p.id = r.payment_id where r.gateway_id = $1"#,
        gateway_id
    )
    .fetch_optional(db)
    .await
}

/// One that waits for the gateway's answer.
pub async fn refund_without_name(db: impl PgExecutor<'_>, id: RefundId) -> Result<Option<RefundRow>> {
    sqlx::query_as!(
        RefundRow,
        r#"select r.id as "id: RefundId", r.order_id as "order_id: OrderId", r.payment_id as "payment_id: PaymentId", r.amount_minor,
             r.currency as "currency: Currency", r.reason as "reason: RefundReason", p.intent_id, r.gateway_id, r.attempts, r.failures
           from refunds r join payments p on p.id = r.payment_id where r.id = $1 and r.status = 'pending' and r.gateway_id is null"#,
        id as _
    )
    .fetch_optional(db)
    .await
}

/// `failures` as they were when the gateway was asked: news of an attempt that failed meanwhile is no news of the next one.
pub async fn await_refund(db: impl PgExecutor<'_>, id: RefundId, failures: i32, gateway_id: &str) -> Result<()> {
    sqlx::query!(
        "update refunds set gateway_id = $2, attempts = 0, last_error = null, next_attempt_at = now() + interval '1 hour'
         where id = $1 and status = 'pending' and failures = $3",
        id as _,
        gateway_id,
        failures
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Not at once: what fails now would fail again; and once it has failed twice, people have days to give it back in another way. When it was
/// done stays: by then it had counted as given back. Answers whether it had, or none if this was heard before.
pub async fn fail_refund(db: impl PgExecutor<'_>, id: RefundId, gateway_id: &str, why: &str) -> Result<Option<bool>> {
    sqlx::query_scalar!(
        r#"with failed as (select id, status from refunds where id = $1 and gateway_id = $2 and status <> 'failed' for update)
           update refunds r set status = 'pending', failures = failures + 1, gateway_id = null, last_error = left($3, 500), attempts = 0,
             next_attempt_at = now() + case failures when 0 then interval '1 hour' else interval '1 day' * power(2, least(failures - 1, 3)) end
           from failed f where r.id = f.id returning f.status = 'succeeded' as "was_done!""#,
        id as _,
        gateway_id,
        why
    )
    .fetch_optional(db)
    .await
}

/// `failures` as in [`await_refund`].
pub async fn finish_refund(db: impl PgExecutor<'_>, id: RefundId, failures: i32, gateway_id: Option<&str>) -> Result<bool> {
    let done = sqlx::query!(
        "update refunds set status = 'succeeded', gateway_id = $2, finished_at = now(), last_error = null
         where id = $1 and status = 'pending' and failures = $3",
        id as _,
        gateway_id,
        failures
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Tries again later: twice the wait each time, an hour at most.
pub async fn postpone_refund(db: impl PgExecutor<'_>, id: RefundId, error: &str) -> Result<()> {
    sqlx::query!(
        "update refunds set last_error = left($2, 500), next_attempt_at = now() + least(interval '10 seconds' * power(2, least(attempts, 12)), interval '1 hour')
         where id = $1 and status = 'pending'",
        id as _,
        error
    )
    .execute(db)
    .await?;
    Ok(())
}

/// It was never given back.
pub async fn drop_refund(db: impl PgExecutor<'_>, id: RefundId) -> Result<bool> {
    let done = sqlx::query!("update refunds set status = 'failed', finished_at = null where id = $1 and status <> 'failed'", id as _);
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Of the order's price. What was done and has failed since is on its way once more, and still counts.
pub async fn refunded_minor(db: impl PgExecutor<'_>, order: OrderId) -> Result<i64> {
    sqlx::query_scalar!(
        r#"select coalesce(sum(amount_minor), 0)::bigint as "sum!" from refunds
           where order_id = $1 and status <> 'failed' and finished_at is not null and reason <> 'amount_differs'"#,
        order as _
    )
    .fetch_one(db)
    .await
}
