//! SQL of webhooks.

use sqlx::PgExecutor;
use time::OffsetDateTime;

use super::{DeliveryStatus, WebhookEvent};
use crate::values::{UserId, VendorId, WebhookDeliveryId, WebhookEndpointId};

crate::text_column!(WebhookEvent, DeliveryStatus);

type Result<T> = std::result::Result<T, sqlx::Error>;

pub struct EndpointRow {
    pub id: WebhookEndpointId,
    pub url: String,
    pub sealed_secret: Vec<u8>,
}

pub struct DeliveryRow {
    pub id: WebhookDeliveryId,
    pub url: String,
    pub event: WebhookEvent,
    pub status: DeliveryStatus,
    pub attempts: i32,
    pub response_status: Option<i16>,
    pub last_error: Option<String>,
    pub created_at: OffsetDateTime,
}

/// A message in hand.
pub struct Leased {
    pub id: WebhookDeliveryId,
    /// With this one.
    pub attempts: i32,
    pub payload: String,
    pub url: String,
    pub sealed_secret: Vec<u8>,
    pub owner_id: UserId,
}

pub async fn count(db: impl PgExecutor<'_>, vendor: VendorId) -> Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from webhook_endpoints where vendor_id = $1"#, vendor as _).fetch_one(db).await
}

pub async fn insert(db: impl PgExecutor<'_>, id: WebhookEndpointId, vendor: VendorId, url: &str, sealed_secret: &[u8]) -> Result<()> {
    sqlx::query!(
        "insert into webhook_endpoints (id, vendor_id, url, sealed_secret) values ($1, $2, $3, $4)",
        id as _,
        vendor as _,
        url,
        sealed_secret
    )
    .execute(db)
    .await?;
    Ok(())
}

/// False for somebody else's.
pub async fn delete(db: impl PgExecutor<'_>, vendor: VendorId, id: WebhookEndpointId) -> Result<bool> {
    let done = sqlx::query!("delete from webhook_endpoints where id = $1 and vendor_id = $2", id as _, vendor as _).execute(db).await?;
    Ok(done.rows_affected() == 1)
}

pub async fn list(db: impl PgExecutor<'_>, vendor: VendorId) -> Result<Vec<EndpointRow>> {
    sqlx::query_as!(
        EndpointRow,
        r#"select id as "id: WebhookEndpointId", url, sealed_secret from webhook_endpoints where vendor_id = $1 order by created_at, id"#,
        vendor as _
    )
    .fetch_all(db)
    .await
}

/// Newest first.
pub async fn deliveries(db: impl PgExecutor<'_>, vendor: VendorId, limit: i64) -> Result<Vec<DeliveryRow>> {
    sqlx::query_as!(
        DeliveryRow,
        r#"select d.id as "id: WebhookDeliveryId", e.url, d.event as "event: WebhookEvent", d.status as "status: DeliveryStatus", d.attempts,
             d.response_status, d.last_error, d.created_at
           from webhook_deliveries d join webhook_endpoints e on e.id = d.endpoint_id
           where d.vendor_id = $1 order by d.created_at desc, d.id desc limit $2"#,
        vendor as _,
        limit
    )
    .fetch_all(db)
    .await
}

/// False for somebody else's.
pub async fn queue_again(db: impl PgExecutor<'_>, vendor: VendorId, id: WebhookDeliveryId) -> Result<bool> {
    let done = sqlx::query!(
        "update webhook_deliveries set status = 'queued', attempts = 0, next_attempt_at = now() where id = $1 and vendor_id = $2",
        id as _,
        vendor as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn endpoint_ids(db: impl PgExecutor<'_>, vendors: &[VendorId]) -> Result<Vec<WebhookEndpointId>> {
    sqlx::query_scalar!(r#"select id as "id: WebhookEndpointId" from webhook_endpoints where vendor_id = any($1)"#, vendors as &[VendorId])
        .fetch_all(db)
        .await
}

/// One for each endpoint, unless it was told before. An endpoint may be taken away meanwhile.
pub async fn enqueue(
    db: impl PgExecutor<'_>,
    (ids, endpoints): (&[WebhookDeliveryId], &[WebhookEndpointId]),
    event: WebhookEvent,
    (dedupe_key, payload): (&str, &str),
) -> Result<()> {
    sqlx::query!(
        "insert into webhook_deliveries (id, endpoint_id, vendor_id, event, dedupe_key, payload)
         select n.id, e.id, e.vendor_id, $3, $4, $5 from unnest($1::uuid[], $2::uuid[]) as n (id, endpoint_id)
         join webhook_endpoints e on e.id = n.endpoint_id for key share of e
         on conflict on constraint webhook_deliveries_once do nothing",
        ids as &[WebhookDeliveryId],
        endpoints as &[WebhookEndpointId],
        event as _,
        dedupe_key,
        payload
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes the one that is due the longest, for some seconds.
pub async fn lease_next(db: impl PgExecutor<'_>, lease_seconds: f64) -> Result<Option<Leased>> {
    sqlx::query_as!(
        Leased,
        r#"with due as (
             select id from webhook_deliveries
             where status = 'queued' and next_attempt_at <= now() and (leased_until is null or leased_until < now())
             order by next_attempt_at limit 1 for update skip locked)
           update webhook_deliveries d set attempts = d.attempts + 1, leased_until = now() + make_interval(secs => $1)
           from due, webhook_endpoints e, vendors v where d.id = due.id and e.id = d.endpoint_id and v.id = d.vendor_id
           returning d.id as "id: WebhookDeliveryId", d.attempts, d.payload, e.url, e.sealed_secret, v.owner_id as "owner_id: UserId""#,
        lease_seconds
    )
    .fetch_optional(db)
    .await
}

pub async fn mark_delivered(db: impl PgExecutor<'_>, id: WebhookDeliveryId, status: Option<i16>) -> Result<()> {
    sqlx::query!(
        "update webhook_deliveries set status = 'delivered', delivered_at = now(), leased_until = null, last_error = null, response_status = $2
         where id = $1 and status = 'queued'",
        id as _,
        status
    )
    .execute(db)
    .await?;
    Ok(())
}

/// To be tried again after some seconds, or never.
pub async fn mark_failed(
    db: impl PgExecutor<'_>,
    (id, attempts): (WebhookDeliveryId, i32),
    wait_seconds: Option<f64>,
    status: Option<i16>,
    error: &str,
) -> Result<()> {
    sqlx::query!(
        "update webhook_deliveries set status = case when $3::float8 is null then 'failed' else 'queued' end,
           next_attempt_at = now() + make_interval(secs => coalesce($3, 0)), leased_until = null, response_status = $4, last_error = $5
         where id = $1 and status = 'queued' and attempts = $2",
        id as _,
        attempts,
        wait_seconds,
        status,
        error
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn prune(db: impl PgExecutor<'_>, kept_seconds: f64) -> Result<()> {
    sqlx::query!(
        "delete from webhook_deliveries where status <> 'queued' and created_at < now() - make_interval(secs => $1)",
        kept_seconds
    )
    .execute(db)
    .await?;
    Ok(())
}
