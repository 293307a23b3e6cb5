//! Where messages go, how they come into being, and how they are sent.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::sender::{self, Message, SECRET_PREFIX};
use super::store::{self, Leased};
use super::{Delivery, Endpoint, MAX_ENDPOINTS, TypedEndpoint, WebhookEvent, address};
use crate::accounts::service::tokens::{Keys, OpaqueToken};
use crate::error::{AppError, Conflict, OnConstraint};
use crate::platform::db::{Db, Tx};
use crate::platform::jobs;
use crate::platform::state::AppState;
use crate::values::{FieldProblem, OrderId, VendorId, WebhookDeliveryId, WebhookEndpointId};
use crate::vendors::guard::ShopOwner;

/// Name of the job that sends them; woken when one was written.
pub const WEBHOOKS: &str = "webhooks";

/// Waits between the attempts, as Standard Webhooks recommends: nine attempts over a good day.
const WAITS: [Duration; 8] = [
    Duration::from_secs(5),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 3600),
    Duration::from_secs(5 * 3600),
    Duration::from_secs(5 * 3600),
    Duration::from_secs(10 * 3600),
    Duration::from_secs(10 * 3600),
];
/// Longer than an attempt may take.
const LEASE: Duration = Duration::from_secs(60);
/// Sent at once: one that does not answer must not keep the others waiting.
const LANES: usize = 4;
/// Lines of the log on its page.
pub const LOG: i64 = 50;
/// After this the log forgets what was settled.
const KEPT: Duration = Duration::from_secs(30 * 24 * 3600);

/// # Errors
/// `Invalid` for what is no public https address, or is there already; `Conflict(Full)`.
pub async fn add(state: &AppState, owner: &ShopOwner, typed: &TypedEndpoint) -> Result<WebhookEndpointId, AppError> {
    let url =
        address::parse(&typed.url, state.config.local_webhooks).ok_or_else(|| AppError::field("url", FieldProblem::NotAWebAddress))?;
    let secret = OpaqueToken::random()?.hash();
    let sealed = Keys::of(&state.config).seal(owner.user_id(), &secret)?;
    let (id, vendor) = (WebhookEndpointId::new(), owner.vendor_id());
    let mut tx = state.db.begin_as_vendor(vendor.0).await?;
    if store::count(&mut *tx, vendor).await? >= MAX_ENDPOINTS {
        return Err(Conflict::Full.into());
    }
    let inserted = store::insert(&mut *tx, id, vendor, url.as_str(), &sealed).await;
    inserted.on_constraint("webhook_endpoints_url_key", "url", FieldProblem::Taken)?;
    tx.commit().await?;
    Ok(id)
}

/// # Errors
/// `NotFound`, also for somebody else's.
pub async fn remove(db: &Db, owner: &ShopOwner, id: WebhookEndpointId) -> Result<(), AppError> {
    let mut tx = db.begin_as_vendor(owner.vendor_id().0).await?;
    if !store::delete(&mut *tx, owner.vendor_id(), id).await? {
        return Err(AppError::NotFound);
    }
    Ok(tx.commit().await?)
}

/// The addresses of a shop with their secrets, and the newest messages.
///
/// # Errors
/// `Internal` when a secret does not open with any key.
pub async fn overview(state: &AppState, owner: &ShopOwner) -> Result<(Vec<Endpoint>, Vec<Delivery>), AppError> {
    let keys = Keys::of(&state.config);
    let mut tx = state.db.begin_as_vendor(owner.vendor_id().0).await?;
    let endpoints = store::list(&mut *tx, owner.vendor_id()).await?;
    let deliveries = store::deliveries(&mut *tx, owner.vendor_id(), LOG).await?;
    tx.commit().await?;
    let endpoint = |row: store::EndpointRow| {
        let secret =
            keys.open(owner.user_id(), &row.sealed_secret).ok_or_else(|| AppError::internal("a webhook's secret does not open"))?;
        Ok(Endpoint { id: row.id, url: row.url, secret: format!("{SECRET_PREFIX}{}", STANDARD.encode(secret)) })
    };
    let endpoints = endpoints.into_iter().map(endpoint).collect::<Result<_, AppError>>()?;
    let delivery = |row: store::DeliveryRow| Delivery {
        id: row.id,
        url: row.url,
        event: row.event,
        status: row.status,
        attempts: row.attempts,
        response_status: row.response_status,
        last_error: row.last_error,
        created_at: rfc3339(row.created_at),
    };
    Ok((endpoints, deliveries.into_iter().map(delivery).collect()))
}

fn rfc3339(at: OffsetDateTime) -> String {
    // Years beyond 9999 are the only thing that cannot be written.
    at.format(&Rfc3339).unwrap_or_default()
}

/// Sends a message once more, under its old id.
///
/// # Errors
/// `NotFound`, also for somebody else's.
pub async fn resend(db: &Db, owner: &ShopOwner, id: WebhookDeliveryId) -> Result<(), AppError> {
    let mut tx = db.begin_as_vendor(owner.vendor_id().0).await?;
    if !store::queue_again(&mut *tx, owner.vendor_id(), id).await? {
        return Err(AppError::NotFound);
    }
    tx.commit().await?;
    jobs::wake(WEBHOOKS);
    Ok(())
}

/// What a message is about.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    pub order: OrderId,
    pub number: i64,
    /// Tells apart what may happen to an order several times; empty for what happens once.
    pub occasion: &'a str,
}

/// Writes a message for each address of these shops, in the transaction that it tells of. Who wakes the job does so after the commit.
///
/// # Errors
/// Those of the database.
pub async fn enqueue(tx: &mut Tx, vendors: &[VendorId], event: WebhookEvent, subject: Subject<'_>) -> Result<(), AppError> {
    let endpoints = store::endpoint_ids(&mut **tx, vendors).await?;
    if endpoints.is_empty() {
        return Ok(());
    }
    let payload = json!({
        "type": event,
        "timestamp": rfc3339(OffsetDateTime::now_utc()),
        "data": { "order_id": subject.order, "number": subject.number },
    });
    let ids: Vec<WebhookDeliveryId> = endpoints.iter().map(|_| WebhookDeliveryId::new()).collect();
    let dedupe = format!("{event}:{}:{}", subject.order, subject.occasion);
    Ok(store::enqueue(&mut **tx, (&ids, &endpoints), event, (&dedupe, &payload.to_string())).await?)
}

/// Sends what is due. A job.
///
/// # Errors
/// Only the database's.
pub async fn send_due(state: AppState) -> Result<(), AppError> {
    futures::future::try_join_all((0..LANES).map(|_| drain(&state))).await?;
    Ok(())
}

async fn drain(state: &AppState) -> Result<(), AppError> {
    while let Some(leased) = store::lease_next(state.db.pool(), LEASE.as_secs_f64()).await? {
        deliver(state, &leased).await?;
    }
    Ok(())
}

async fn deliver(state: &AppState, leased: &Leased) -> Result<(), AppError> {
    let id = leased.id.to_string();
    let outcome = match Keys::of(&state.config).open(leased.owner_id, &leased.sealed_secret) {
        Some(secret) => {
            let message = Message { id: &id, url: &leased.url, secret: &secret, payload: &leased.payload };
            sender::send(&message, state.config.local_webhooks).await
        }
        None => Err("The signing secret cannot be read any more: please add this address anew.".to_owned()),
    };
    let db = state.db.pool();
    let (status, error) = match outcome {
        Ok(status) if (200..300).contains(&status) => return Ok(store::mark_delivered(db, leased.id, i16::try_from(status).ok()).await?),
        Ok(status) => (i16::try_from(status).ok(), format!("Answered with {status}.")),
        Err(error) => (None, error),
    };
    let wait = usize::try_from(leased.attempts - 1).ok().and_then(|tried| WAITS.get(tried)).map(Duration::as_secs_f64);
    metrics::counter!("souk_webhook_attempts_failed_total").increment(1);
    Ok(store::mark_failed(db, (leased.id, leased.attempts), wait, status, &error).await?)
}

/// Forgets settled messages of long ago. A job.
///
/// # Errors
/// Those of the database.
pub async fn prune(state: AppState) -> Result<(), AppError> {
    Ok(store::prune(state.db.pool(), KEPT.as_secs_f64()).await?)
}
