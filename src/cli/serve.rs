//! `serve` and `worker`: the long-running commands, and their orderly end.

use std::future::Future;

use souk::platform::jobs;
use souk::worker::JOBS;
use souk::{sandbox, seed, server};
use tokio::net::TcpListener;

use super::signals::Shutdown;
use super::{Failure, Settings, Shop, say};

/// Who may try the demonstration. Development only: production refuses to be seeded.
pub const DEMO_ACCOUNTS: &str = "
  Demo accounts (password: souk-demo-2026!)
    customer  customer@example.com
    vendor    hollow-kiln@example.com
    admin     admin@example.com";

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
        match unless_ended(shutdown, seed::demo(&state)).await {
            Some(seeded) => seeded?,
            None => return Ok(()),
        }
    }
    let background = tokio::spawn(jobs::run(JOBS, state.clone(), shutdown.orderly.clone()));
    if state.config.stripe.sandbox {
        tokio::spawn(sandbox::start(state.clone(), shutdown.orderly.clone()));
    }
    say(format_args!("\n  Souk is open at {}", state.config.base_url));
    if seed_demo {
        say(DEMO_ACCOUNTS);
    }
    say("\n  Ctrl-C closes it.\n");
    // Returns once requests in flight are answered, or their time is up.
    let served = server::serve(state, listener, shutdown.orderly.clone());
    let finish = async {
        served.await;
        background.await
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
