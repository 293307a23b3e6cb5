//! `events failed` and `events replay`: what the payment gateway told us, once more.

use souk::checkout::service;
use souk::payments::inbox;

use super::{Failure, Settings, Shop, say};

pub async fn show_failed() -> Result<(), Failure> {
    let shop = Shop::open(Settings::read()?).await?;
    let outcome = inbox::failed(&shop.state.db).await.map_err(Failure::from);
    let events = shop.close(outcome).await?;
    for event in &events {
        let why = event.last_error.as_deref().unwrap_or_default();
        say(format_args!("{}  {}  {}  {} attempts: {why}", event.received_at, event.id, event.kind, event.attempts));
    }
    say(format_args!("{} events could not be applied.", events.len()));
    Ok(())
}

/// One event, or all that failed.
pub async fn replay(id: Option<&str>) -> Result<(), Failure> {
    let shop = Shop::open(Settings::read()?).await?;
    let outcome = replay_in(&shop, id).await;
    shop.close(outcome).await
}

async fn replay_in(shop: &Shop, id: Option<&str>) -> Result<(), Failure> {
    let ids = match id {
        Some(id) => vec![id.to_owned()],
        None => inbox::failed(&shop.state.db).await?.into_iter().map(|event| event.id).collect(),
    };
    let mut still_failed = 0;
    for id in &ids {
        match service::replay(&shop.state, None, id).await {
            Ok(event) => say(format_args!("{id}: {} applied", event.kind)),
            Err(error) => {
                still_failed += 1;
                say(format_args!("{id}: {error}"));
            }
        }
    }
    // One that fails does not stop the others, and is not passed over.
    if still_failed == 0 { Ok(()) } else { Err(format!("{still_failed} of {} events could not be applied", ids.len()).into()) }
}
