//! SQL of what happened to the money of an order.

use sqlx::PgExecutor;
use time::OffsetDateTime;

use super::Result;
use crate::payments::history::MoneyEvent;
use crate::values::{Currency, OrderId};

/// One thing that happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MoneyNews {
    pub kind: MoneyEvent,
    pub at: OffsetDateTime,
    pub amount_minor: i64,
    pub currency: Currency,
    /// Of a refund or dispute, as their columns have it.
    pub status: Option<String>,
    /// Why: the gateway's words for customers, or the reason of a refund or dispute.
    pub reason: Option<String>,
    /// For admins.
    pub note: Option<String>,
    /// Who gave the money back; none for the shop itself.
    pub by: Option<String>,
    /// How an admin gave it back in another way than by the gateway, in their words, and who it was. For admins.
    pub elsewhere: Option<String>,
    pub elsewhere_by: Option<String>,
    pub last_error: Option<String>,
}

/// One statement for all of it. Failed attempts are known from the events that told of them. The gateway's clock knows seconds, so a dispute
/// may seem older than the payment it is about.
pub async fn of_order(db: impl PgExecutor<'_>, order: OrderId) -> Result<Vec<MoneyNews>> {
    sqlx::query_as!(
        MoneyNews,
        r#"select h.kind as "kind!: MoneyEvent", h.at as "at!", h.amount_minor as "amount_minor!", h.currency as "currency!: Currency", h.status,
             h.reason, h.note, h.by, h.elsewhere, h.elsewhere_by, h.last_error
           from (
             select 'payment_failed' as kind, e.received_at as at, p.amount_minor, p.currency, null as status,
               e.payload::jsonb #>> '{data,object,last_payment_error,message}' as reason, null as note, null as by, null as elsewhere, null as elsewhere_by,
               null as last_error
             from payments p join stripe_events e on e.object_id = p.intent_id and e.type = 'payment_intent.payment_failed'
             where p.order_id = $1
             union all
             select 'refund', coalesce(case when r.given_back_how is not null then r.finished_at end, r.created_at), r.amount_minor, r.currency,
               r.status, r.reason, nullif(r.note, ''), u.name, r.given_back_how, e.name, r.last_error
             from refunds r left join users u on u.id = r.created_by left join users e on e.id = r.given_back_by where r.order_id = $1
             union all
             select 'dispute_opened', greatest(d.opened_at, o.paid_at), d.amount_minor, d.currency, d.status, d.reason, null, null, null,
               null, null
             from disputes d join orders o on o.id = d.order_id where d.order_id = $1
             union all
             select 'dispute_closed', greatest(d.closed_at, o.paid_at), d.amount_minor, d.currency, d.status, d.reason, null, null, null,
               null, null
             from disputes d join orders o on o.id = d.order_id where d.order_id = $1 and d.closed_at is not null
           ) h order by h.at"#,
        order as _
    )
    .fetch_all(db)
    .await
}
