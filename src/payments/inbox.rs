//! The inbox of the gateway's events: what came, and what became of it.

use time::OffsetDateTime;

use super::store;
pub use super::store::inbox::StoredEvent;
use crate::accounts::guard::Admin;
use crate::error::{AppError, Conflict};
use crate::platform::db::{Db, Tx};
use crate::text_enum;

/// Failed events in one listing or one run.
pub const FAILED_AT_ONCE: i64 = 200;

text_enum! {
    /// What became of an event.
    pub enum EventOutcome {
        Applied => "applied",
        /// Not about our orders.
        Ignored => "ignored",
        /// It could not be applied yet: the next delivery tries again, and so can a person.
        Failed => "failed",
    }
}

text_enum! {
    /// How the admins' list of events is divided.
    pub enum EventTab {
        Failed => "failed",
        All => "all",
    }
}

impl EventTab {
    pub const fn label(self) -> &'static str {
        match self {
            Self::Failed => "Not applied",
            Self::All => "All",
        }
    }
}

/// An event as the inbox keeps it.
#[derive(Clone, Copy, Debug)]
pub struct InboxEvent<'a> {
    pub id: &'a str,
    pub kind: &'a str,
    pub object_id: Option<&'a str>,
    pub payload: &'a str,
}

/// Whether an event is done with: asked first, so that a duplicate costs one indexed read.
///
/// # Errors
/// Only the database's.
pub async fn is_done(db: &Db, id: &str) -> Result<bool, AppError> {
    Ok(store::inbox::is_done(db.pool(), id).await?)
}

/// In the transaction that applies the event. False: done before, and a parallel copy has waited here for the first one to commit.
///
/// # Errors
/// Only the database's.
pub async fn record(tx: &mut Tx, event: InboxEvent<'_>) -> Result<bool, AppError> {
    Ok(store::inbox::settle(&mut **tx, event, EventOutcome::Applied).await?)
}

/// An event that is not about our orders: kept, acknowledged, without effect.
///
/// # Errors
/// Only the database's.
pub async fn ignore(db: &Db, event: InboxEvent<'_>) -> Result<(), AppError> {
    store::inbox::settle(db.pool(), event, EventOutcome::Ignored).await?;
    Ok(())
}

/// An event that could not be applied: kept with the reason. One that is done stays so.
///
/// # Errors
/// Only the database's.
pub async fn fail(db: &Db, event: InboxEvent<'_>, error: &str) -> Result<(), AppError> {
    Ok(store::inbox::fail(db.pool(), event, error).await?)
}

/// Up to when the gateway's own list of events was looked through, by the gateway's clock.
///
/// # Errors
/// Only the database's.
pub async fn listed_until(db: &Db) -> Result<OffsetDateTime, AppError> {
    Ok(store::inbox::listed_until(db.pool()).await?)
}

/// Never back: of two runs the later news counts.
///
/// # Errors
/// Only the database's.
pub async fn set_listed_until(db: &Db, until: OffsetDateTime) -> Result<(), AppError> {
    Ok(store::inbox::set_listed_until(db.pool(), until).await?)
}

/// # Errors
/// `NotFound`.
pub async fn find(db: &Db, id: &str) -> Result<StoredEvent, AppError> {
    store::inbox::find(db.pool(), id).await?.ok_or(AppError::NotFound)
}

/// What could not be applied yet, oldest first.
///
/// # Errors
/// Only the database's.
pub async fn failed(db: &Db) -> Result<Vec<StoredEvent>, AppError> {
    Ok(store::inbox::failed(db.pool(), FAILED_AT_ONCE).await?)
}

/// What came, newest first, before the given one.
///
/// # Errors
/// Only the database's.
pub async fn list(db: &Db, _: &Admin, tab: EventTab, before: Option<&str>, limit: i64) -> Result<Vec<StoredEvent>, AppError> {
    Ok(store::inbox::list(db.pool(), (tab == EventTab::Failed).then_some(EventOutcome::Failed), before, limit).await?)
}

/// Gives up on an event that could not be applied: nobody waits for it any more.
///
/// # Errors
/// `NotFound`; `Conflict(Stale)` for one that has not failed.
pub async fn give_up(tx: &mut Tx, id: &str) -> Result<StoredEvent, AppError> {
    let event = store::inbox::find(&mut **tx, id).await?.ok_or(AppError::NotFound)?;
    if store::inbox::give_up(&mut **tx, id).await? { Ok(event) } else { Err(Conflict::Stale.into()) }
}
