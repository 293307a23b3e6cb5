//! `serve` and `worker`: the long-running commands, and their orderly end.

use std::future::Future;

use souk::platform::jobs;
use souk::platform::state::AppState;
use souk::worker::JOBS;
use souk::{sandbox, server};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::signals::Shutdown;
use super::{Failure, Settings, Shop, demo, say};

pub async fn serve(seed_demo: bool) -> Result<(), Failure> {
    let settings = Settings::read()?;
    let shutdown = Shutdown::listen()?;
    let address = settings.config.listen;
    // Before the database: that somebody else has the address should be said at once.
    let listener = TcpListener::bind(address).await.map_err(|error| format!("cannot listen on {address}: {error}"))?;
    let shop = Shop::open(settings).await?;
    let outcome = serve_shop(&shop, listener, seed_demo, &shutdown).await;
    shop.close(outcome).await
}

async fn serve_shop(shop: &Shop, listener: TcpListener, seed_demo: bool, shutdown: &Shutdown) -> Result<(), Failure> {
    let state = shop.state.clone();
    if seed_demo {
        // Each piece is seeded in a transaction of its own, so an end in the middle is made up for by the next start.
        match unless_ended(shutdown, demo::fill(&state)).await {
            Some(seeded) => seeded?,
            None => return Ok(()),
        }
    }
    let background = tokio::spawn(jobs::run(JOBS, state.clone(), shutdown.orderly.clone()));
    let webhooks = tokio::spawn(send_sandbox_webhooks(state.clone(), shutdown.orderly.clone()));
    say(format_args!("\n  Souk is open at {}", state.config.base_url));
    if seed_demo {
        demo::show_accounts();
    }
    say("\n  Ctrl-C closes it.\n");
    // Returns once requests in flight are answered, or their time is up.
    let served = server::serve(state, listener, shutdown.orderly.clone());
    let finish = async {
        served.await;
        background.await?;
        webhooks.await
    };
    tokio::select! {
        ended = finish => ended?,
        () = shutdown.quick.cancelled() => tracing::warn!("closed in a hurry"),
    }
    Ok(())
}

pub async fn work() -> Result<(), Failure> {
    let settings = Settings::read()?;
    let shutdown = Shutdown::listen()?;
    let shop = Shop::open(settings).await?;
    tracing::info!(jobs = JOBS.len(), "background work only");
    tokio::select! {
        () = jobs::run(JOBS, shop.state.clone(), shutdown.orderly.clone()) => {}
        () = shutdown.quick.cancelled() => tracing::warn!("closed in a hurry"),
    }
    shop.close(Ok(())).await
}

async fn unless_ended<F: Future>(shutdown: &Shutdown, work: F) -> Option<F::Output> {
    tokio::select! {
        done = work => Some(done),
        () = shutdown.orderly.cancelled() => None,
    }
}

/// Returns at once where payments are real.
async fn send_sandbox_webhooks(state: AppState, shutdown: CancellationToken) {
    if state.config.stripe.sandbox {
        sandbox::start(state, shutdown).await;
    }
}
