//! Events whose webhook never came: the gateway keeps a list of all that happened, which is looked through now and then. About payments the
//! reconciler asks anyway; of a dispute nothing but an event tells.

use time::{Duration, OffsetDateTime};

use super::pay::gateway_error;
use crate::error::{AppError, Conflict};
use crate::payments::inbox;
use crate::platform::gateway::{EventPage, VerifiedEvent};
use crate::platform::state::AppState;

/// Each run looks at the end of the one before once more: an event may appear in the list a while after it says it happened.
const OVERLAP: Duration = Duration::minutes(15);

/// What an event of ours can be about. The list has all that happens in the account, and of the rest we need no copy.
const KINDS: [&str; 4] = ["payment_intent.", "charge.dispute.", "charge.refund.", "refund."];

/// Receives what the gateway lists and the inbox does not know, as if its webhook had come. A job.
///
/// # Errors
/// `Offline` when the gateway or the database was away, be it for one event alone: the next run begins where this one did.
pub async fn receive_missed(state: AppState) -> Result<(), AppError> {
    let since = (inbox::listed_until(&state.db).await? - OVERLAP).unix_timestamp();
    let mut page = state.gateway.list_events(since, None).await.map_err(gateway_error)?;
    let newest = page.events.iter().map(VerifiedEvent::created).max();
    let mut settled = receive_page(&state, &page).await;
    while let Some(last) = page.events.last().filter(|_| page.has_more) {
        page = state.gateway.list_events(since, Some(last.id())).await.map_err(gateway_error)?;
        settled &= receive_page(&state, &page).await;
    }
    if !settled {
        return Err(AppError::Offline);
    }
    let Some(newest) = newest else { return Ok(()) };
    inbox::set_listed_until(&state.db, OffsetDateTime::from_unix_timestamp(newest).map_err(AppError::internal)?).await
}

/// False if one of them has to come again.
async fn receive_page(state: &AppState, page: &EventPage) -> bool {
    let mut settled = true;
    // As they happened: the list begins with the newest.
    for event in page.events.iter().rev().filter(|event| concerns_us(state, event)) {
        settled &= receive_listed(state, event).await;
    }
    settled
}

fn concerns_us(state: &AppState, event: &VerifiedEvent) -> bool {
    // Of the other mode as little as of another kind, as with webhooks.
    event.livemode() != state.config.stripe.test_mode() && KINDS.iter().any(|kind| event.kind().starts_with(kind))
}

/// Whether the list need not show it again: it is done with, or stands in the inbox with the reason why it is not. What failed because
/// somebody was away will succeed by itself, so it comes again.
async fn receive_listed(state: &AppState, event: &VerifiedEvent) -> bool {
    match receive_unless_done(state, event).await {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(event = event.id(), kind = event.kind(), %error, "listed event not applied");
            !matches!(error, AppError::Offline | AppError::Conflict(Conflict::Stale))
        }
    }
}

async fn receive_unless_done(state: &AppState, event: &VerifiedEvent) -> Result<(), AppError> {
    if inbox::is_done(&state.db, event.id()).await? {
        return Ok(());
    }
    super::receive(state, event).await?;
    tracing::info!(event = event.id(), kind = event.kind(), "received an event that no webhook had brought");
    Ok(())
}
