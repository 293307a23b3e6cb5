//! The sandbox's SQL. Queries are checked when they run, not when they are compiled: the schema is the sandbox's own and no migration.

use std::time::Duration;

use serde_json::Value;
use sqlx::postgres::PgPool;
use sqlx::{PgConnection, PgExecutor, Row};

/// Names for the other files, which know no SQL.
pub(super) type DatabaseError = sqlx::Error;
pub(super) type Pool = PgPool;

/// The table made last: where it is, the others are.
const LAST_TABLE: &str = "stripe_sandbox.switches";

/// One thing that has an id: an intent, a charge, an event.
#[derive(Clone, Debug)]
pub(super) struct Object {
    pub(super) id: String,
    pub(super) kind: &'static str,
    pub(super) created: i64,
    pub(super) body: Value,
    pub(super) hidden: Value,
}

/// Makes the schema unless it is there. Statements that are sent together are one transaction.
pub(super) async fn prepare(pool: &PgPool) -> Result<(), sqlx::Error> {
    let there: bool = sqlx::query_scalar("select to_regclass($1) is not null").bind(LAST_TABLE).fetch_one(pool).await?;
    if !there {
        sqlx::raw_sql(include_str!("schema.sql")).execute(pool).await?;
    }
    Ok(())
}

pub(super) async fn insert(conn: &mut PgConnection, object: &Object) -> Result<(), sqlx::Error> {
    sqlx::query("insert into stripe_sandbox.objects (id, kind, created, body, hidden) values ($1, $2, $3, $4, $5)")
        .bind(&object.id)
        .bind(object.kind)
        .bind(object.created)
        .bind(&object.body)
        .bind(&object.hidden)
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn update(conn: &mut PgConnection, object: &Object) -> Result<(), sqlx::Error> {
    sqlx::query("update stripe_sandbox.objects set body = $2, hidden = $3 where id = $1")
        .bind(&object.id)
        .bind(&object.body)
        .bind(&object.hidden)
        .execute(conn)
        .await?;
    Ok(())
}

/// Locks the row: whoever reads an object here may be about to change it.
pub(super) async fn find(conn: &mut PgConnection, kind: &'static str, id: &str) -> Result<Option<Object>, sqlx::Error> {
    let row = sqlx::query("select created, body, hidden from stripe_sandbox.objects where kind = $1 and id = $2 for update")
        .bind(kind)
        .bind(id)
        .fetch_optional(conn)
        .await?;
    row.map(|row| Ok(Object { id: id.to_owned(), kind, created: row.try_get(0)?, body: row.try_get(1)?, hidden: row.try_get(2)? }))
        .transpose()
}

/// Which objects of a kind to list, newest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    /// Fields that must have these values.
    pub(super) fields: Value,
    /// SQL patterns for the `type` of events; none means all.
    pub(super) kinds: Vec<String>,
    pub(super) created_from: Option<i64>,
    pub(super) created_to: Option<i64>,
    pub(super) starting_after: Option<String>,
    pub(super) limit: i64,
}

pub(super) async fn list(conn: &mut PgConnection, kind: &str, filter: &Filter) -> Result<Vec<Value>, sqlx::Error> {
    let fields = if filter.fields.is_object() { filter.fields.clone() } else { serde_json::json!({}) };
    sqlx::query_scalar(
        "select body from stripe_sandbox.objects
         where kind = $1 and body @> $2
           and (cardinality($3::text[]) = 0 or body ->> 'type' like any ($3))
           and ($4::bigint is null or created >= $4) and ($5::bigint is null or created <= $5)
           and ($6::text is null or seq < (select seq from stripe_sandbox.objects where id = $6))
         order by seq desc limit $7",
    )
    .bind(kind)
    .bind(fields)
    .bind(&filter.kinds)
    .bind(filter.created_from)
    .bind(filter.created_to)
    .bind(&filter.starting_after)
    .bind(filter.limit)
    .fetch_all(conn)
    .await
}

/// Whether this transaction alone now works on the key. Released with the transaction, so that a crash leaves nothing "in flight".
pub(super) async fn lock_key(conn: &mut PgConnection, key: &str) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("select pg_try_advisory_xact_lock(hashtextextended('stripe_sandbox:' || $1, 0))").bind(key).fetch_one(conn).await
}

/// The answer that a key was given before.
#[derive(Clone, Debug)]
pub(super) struct Remembered {
    pub(super) fingerprint: Vec<u8>,
    pub(super) status: u16,
    pub(super) body: String,
}

pub(super) async fn remembered(conn: &mut PgConnection, key: &str) -> Result<Option<Remembered>, sqlx::Error> {
    let row = sqlx::query("select fingerprint, status, body from stripe_sandbox.idempotency_keys where key = $1")
        .bind(key)
        .fetch_optional(conn)
        .await?;
    row.map(|row| {
        let status: i16 = row.try_get(1)?;
        Ok(Remembered { fingerprint: row.try_get(0)?, status: u16::try_from(status).unwrap_or(500), body: row.try_get(2)? })
    })
    .transpose()
}

pub(super) async fn remember(conn: &mut PgConnection, key: &str, answer: &Remembered) -> Result<(), sqlx::Error> {
    sqlx::query("insert into stripe_sandbox.idempotency_keys (key, fingerprint, status, body) values ($1, $2, $3, $4)")
        .bind(key)
        .bind(&answer.fingerprint)
        .bind(i16::try_from(answer.status).unwrap_or(500))
        .bind(&answer.body)
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn insert_deliveries(conn: &mut PgConnection, event_id: &str, copies: u32, delay: Duration) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into stripe_sandbox.deliveries (event_id, next_attempt_at)
         select $1, now() + make_interval(secs => $3) from generate_series(1, $2)",
    )
    .bind(event_id)
    .bind(i32::try_from(copies).unwrap_or(1))
    .bind(delay.as_secs_f64())
    .execute(conn)
    .await?;
    Ok(())
}

/// A message to be sent.
#[derive(Clone, Debug)]
pub(super) struct Delivery {
    pub(super) id: i64,
    pub(super) attempts: i32,
    pub(super) event: Value,
}

/// Takes what is due, for as long as the lease lasts.
pub(super) async fn claim_deliveries(pool: &PgPool, limit: i64, lease: Duration) -> Result<Vec<Delivery>, sqlx::Error> {
    let rows = sqlx::query(
        "with due as (
           select id from stripe_sandbox.deliveries
           where delivered_at is null and next_attempt_at <= now() and leased_until < now()
           order by next_attempt_at, id limit $1 for update skip locked)
         update stripe_sandbox.deliveries d set leased_until = now() + make_interval(secs => $2), attempts = attempts + 1
         from due, stripe_sandbox.objects o where d.id = due.id and o.id = d.event_id
         returning d.id, d.attempts, o.body",
    )
    .bind(limit)
    .bind(lease.as_secs_f64())
    .fetch_all(pool)
    .await?;
    let mut deliveries = rows
        .iter()
        .map(|row| Ok(Delivery { id: row.try_get(0)?, attempts: row.try_get(1)?, event: row.try_get(2)? }))
        .collect::<Result<Vec<_>, sqlx::Error>>()?;
    deliveries.sort_by_key(|delivery| delivery.id);
    Ok(deliveries)
}

pub(super) async fn mark_delivered(pool: &PgPool, id: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "with done as (update stripe_sandbox.deliveries set delivered_at = now() where id = $1 returning event_id)
         update stripe_sandbox.objects o set body = jsonb_set(body, '{pending_webhooks}', '0') from done where o.id = done.event_id",
    )
    .bind(id)
    .execute(pool)
    .await?;
    Ok(())
}

pub(super) async fn put_off(pool: &PgPool, id: i64, pause: Duration) -> Result<(), sqlx::Error> {
    sqlx::query("update stripe_sandbox.deliveries set leased_until = '-infinity', next_attempt_at = now() + make_interval(secs => $2) where id = $1")
        .bind(id)
        .bind(pause.as_secs_f64())
        .execute(pool)
        .await?;
    Ok(())
}

/// Time until the next delivery is due, if any is waiting.
pub(super) async fn next_due(pool: &PgPool) -> Result<Option<Duration>, sqlx::Error> {
    let seconds: Option<f64> = sqlx::query_scalar(
        "select extract(epoch from min(greatest(next_attempt_at, leased_until)) - now())::float8 from stripe_sandbox.deliveries where delivered_at is null",
    )
    .fetch_one(pool)
    .await?;
    Ok(seconds.map(|seconds| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::ZERO)))
}

pub(super) async fn switches(db: impl PgExecutor<'_>) -> Result<Option<Value>, sqlx::Error> {
    sqlx::query_scalar("select settings from stripe_sandbox.switches").fetch_optional(db).await
}

/// Uses up one of the faults that were asked for, if one is left for this operation.
pub(super) async fn take_fault(pool: &PgPool, operation: &str) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar(
        "update stripe_sandbox.switches
         set settings = jsonb_set(settings, '{fault_times}', to_jsonb((settings ->> 'fault_times')::int - 1))
         where settings ->> 'fault' <> 'none' and (settings ->> 'fault_times')::int > 0 and settings ->> 'fault_operation' in ($1, '*')
         returning settings ->> 'fault'",
    )
    .bind(operation)
    .fetch_optional(pool)
    .await
}

pub(super) async fn set_switches(conn: &mut PgConnection, settings: &Value) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into stripe_sandbox.switches (settings) values ($1) on conflict (only_one) do update set settings = excluded.settings",
    )
    .bind(settings)
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn commit(tx: sqlx::Transaction<'static, sqlx::Postgres>) -> Result<(), sqlx::Error> {
    tx.commit().await
}
