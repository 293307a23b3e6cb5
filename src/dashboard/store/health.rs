//! SQL of how the whole does.

use sqlx::PgExecutor;
use time::OffsetDateTime;

use super::Result;
use crate::values::OrderId;

pub struct DatabaseRow {
    pub version: String,
    pub bytes: i64,
    pub connections_allowed: i32,
    pub mails_waiting: i64,
    /// Seconds since the oldest mail that is due.
    pub mails_lag: Option<f64>,
    /// The longest that one of the last events took from the gateway's clock to our table, in seconds.
    pub events_lag: Option<f64>,
    pub last_event_at: Option<OffsetDateTime>,
    pub audit_unsealed: i64,
    pub audit_head: Option<i64>,
    pub audit_hash: Option<String>,
    pub checked_at: Option<OffsetDateTime>,
    pub broken: Option<Vec<String>>,
}

/// `lag_of`: how many events the lag is taken from.
pub async fn database(db: impl PgExecutor<'_>, lag_of: i64) -> Result<DatabaseRow> {
    sqlx::query_as!(
        DatabaseRow,
        r#"select current_setting('server_version') as "version!", pg_database_size(current_database()) as "bytes!",
             current_setting('max_connections')::integer as "connections_allowed!", o.waiting as "mails_waiting!", o.lag as "mails_lag?",
             e.lag as "events_lag?", e.newest as "last_event_at?", (select count(*) from audit_unsealed) as "audit_unsealed!",
             s.seq as "audit_head?", encode(s.hash, 'hex') as "audit_hash?",
             c.at as "checked_at?", c.broken as "broken?"
           from (select count(*) as waiting, extract(epoch from now() - min(next_attempt_at) filter (where next_attempt_at <= now()))::float8 as lag
              from outbox where status = 'queued') o,
             (select max(extract(epoch from received_at) - (payload::jsonb ->> 'created')::float8)::float8 as lag, max(received_at) as newest
              from (select received_at, payload from stripe_events order by received_at desc, id desc limit $1) last) e
             left join (select seq, hash from audit_seals order by seq desc limit 1) s on true
             left join last_check c on true"#,
        lag_of
    )
    .fetch_one(db)
    .await
}

/// How late the latest of the last hour's events came.
pub async fn events_lag(db: impl PgExecutor<'_>, lag_of: i64) -> Result<Option<f64>> {
    sqlx::query_scalar!(
        "select max(extract(epoch from received_at) - (payload::jsonb ->> 'created')::float8)::float8
         from (select received_at, payload from stripe_events where received_at > now() - interval '1 hour' order by received_at desc limit $1) last",
        lag_of
    )
    .fetch_one(db)
    .await
}

/// How many migrations were applied, and the newest. Their table is sqlx's own: it is not there when statements are checked.
pub async fn migrations(db: impl PgExecutor<'_>) -> Result<(i64, Option<String>)> {
    sqlx::query_as(
        "select count(*), (array_agg(version || ' ' || description order by version desc))[1] from _sqlx_migrations where success",
    )
    .fetch_one(db)
    .await
}

pub struct StuckRow {
    pub order: OrderId,
    pub number: i64,
    /// A refund, or else a payment.
    pub refund: bool,
    pub since: OffsetDateTime,
    pub error: Option<String>,
}

/// Refunds that keep failing, and payments that should have ended, longest waiting first.
pub async fn stuck(db: impl PgExecutor<'_>, refund_attempts: i32, stuck_minutes: i32, limit: i64) -> Result<Vec<StuckRow>> {
    sqlx::query_as!(
        StuckRow,
        r#"select s.order_id as "order!: OrderId", o.number, s.refund as "refund!", s.since as "since!", s.error as "error?"
           from (select order_id, true as refund, created_at as since, last_error as error
                 from refunds where status = 'pending' and (attempts >= $1 or failures > 0)
                 union all
                 select order_id, false, created_at, last_error_message from payments p
                 where status not in ('succeeded', 'canceled') and created_at < now() - make_interval(mins => $2)
                   and (p.intent_id is not null or exists (select from orders o where o.id = p.order_id and o.status = 'pending'))) s
           join orders o on o.id = s.order_id
           order by s.since limit $3"#,
        refund_attempts,
        stuck_minutes,
        limit
    )
    .fetch_all(db)
    .await
}
