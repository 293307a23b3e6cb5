//! The streams: whom it concerns hears of it on whichever instance, nobody else does, and they end when they should.

use std::time::Duration;

use souk::analytics::service::add_up;
use sqlx::PgPool;

use super::Market;
use crate::support::{App, Browser};

/// A test that waits longer for something that must come has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// An open stream, and what has come of it and was not looked at.
struct Stream {
    answer: reqwest::Response,
    text: String,
}

impl Stream {
    /// Opens it, and waits until the instance listens.
    async fn open(browser: &Browser, path: &str) -> Self {
        let answer = browser.open(path).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        assert_eq!(answer.headers()["cache-control"], "no-cache");
        let mut stream = Self { answer, text: String::new() };
        assert!(stream.event().await, "what was said before the instance listened may be anything");
        stream
    }

    /// The next event; false when the stream ends.
    async fn event(&mut self) -> bool {
        let next = async {
            loop {
                if let Some((event, rest)) = self.text.split_once("\n\n") {
                    let (event, rest) = (event.to_owned(), rest.to_owned());
                    self.text = rest;
                    if event.starts_with(':') {
                        continue;
                    }
                    assert_eq!(event, "event: sales\ndata: new", "it says that something is new, and nothing else");
                    return true;
                }
                match self.answer.chunk().await {
                    Ok(Some(piece)) => self.text.push_str(std::str::from_utf8(&piece).unwrap()),
                    Ok(None) | Err(_) => return false,
                }
            }
        };
        tokio::time::timeout(PATIENCE, next).await.expect("nothing came")
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_sale_on_one_instance_is_heard_on_the_other_by_those_whom_it_concerns(pool: PgPool) {
    let market = Market::open(pool.clone()).await;
    let second = App::start(pool).await;
    let elsewhere = |browser: &Browser| browser.at(&second.url);
    let (kiln, forge, admin) = (elsewhere(&market.kiln.0), elsewhere(&market.forge.0), elsewhere(&market.admin));
    let mut kiln = Stream::open(&kiln, "/vendor/live").await;
    let mut site = Stream::open(&admin, "/admin/live").await;
    let mut forge = Stream::open(&forge, "/vendor/live").await;
    let ada = market.app.buyer("ada").await;
    market.buy(&ada, &[(market.cup, 1)]).await;
    add_up(market.app.state.clone()).await.unwrap();
    assert!(kiln.event().await && site.event().await);
    // The other shop's first news is its own.
    market.buy(&ada, &[(market.lamp, 1)]).await;
    add_up(market.app.state.clone()).await.unwrap();
    assert!(forge.event().await && site.event().await);
    assert_eq!(
        market.app.count("select count(*) from pg_stat_activity where datname = current_database() and query like 'LISTEN%'").await,
        1
    );

    // Whoever stops the server need not wait for those who listen.
    second.shutdown.cancel();
    assert!(!kiln.event().await && !site.event().await && !forge.event().await);
    let mut second = second;
    tokio::time::timeout(PATIENCE, second.task.take().unwrap()).await.expect("the server waits for its streams").unwrap();
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn whoever_is_signed_out_hears_nothing_more(pool: PgPool) {
    let market = Market::open(pool).await;
    let (mut kiln, mut site) = (Stream::open(&market.kiln.0, "/vendor/live").await, Stream::open(&market.admin, "/admin/live").await);
    sqlx::query("update users set role = 'customer' where role = 'admin'").execute(market.app.pool()).await.unwrap();
    assert!(market.kiln.0.call("/api/accounts/sign-out-everywhere", &[]).await.status.is_success());
    market.buy(&market.app.buyer("ada").await, &[(market.cup, 1)]).await;
    add_up(market.app.state.clone()).await.unwrap();
    assert!(!kiln.event().await && !site.event().await);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn streams_come_back_when_the_database_was_away(pool: PgPool) {
    let market = Market::open(pool).await;
    let mut kiln = Stream::open(&market.kiln.0, "/vendor/live").await;
    let cut = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'LISTEN%'";
    sqlx::query(cut).execute(market.app.pool()).await.unwrap();
    assert!(kiln.event().await, "what was said meanwhile is not known");
    market.buy(&market.app.buyer("ada").await, &[(market.cup, 1)]).await;
    add_up(market.app.state.clone()).await.unwrap();
    assert!(kiln.event().await);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn nobody_holds_more_streams_than_a_browser_would(pool: PgPool) {
    let market = Market::open(pool).await;
    let mut open = Vec::new();
    for _ in 0..8 {
        open.push(market.kiln.0.open("/vendor/live").await);
    }
    let refused = market.kiln.0.open("/vendor/live").await;
    assert_eq!((refused.status().as_u16(), refused.headers()["retry-after"].to_str().unwrap()), (429, "60"));
    assert_eq!(market.forge.0.open("/vendor/live").await.status(), 200, "others have room of their own");
    // Whoever leaves makes room.
    drop(open);
    let room = async { while market.kiln.0.open("/vendor/live").await.status() != 200 {} };
    tokio::time::timeout(PATIENCE, room).await.expect("a stream that was left takes up room");
}
