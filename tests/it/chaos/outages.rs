//! F7: PostgreSQL goes away under customers who are buying, in three ways, and comes back. The shop itself is never restarted.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures::future::join_all;
use rustix::process::{Pid, Signal};
use souk::platform::db::embedded::{Cluster, Durability};
use souk::platform::db::{Db, migrate};
use souk::values::{OrderId, VariantId};
use tokio_util::sync::CancellationToken;

use crate::support::shop::{Buyer, VISA};
use crate::support::{App, Page};

/// As of an instance with the usual settings.
const CONNECTIONS: u32 = 20;

const BUYERS: usize = 4;

/// From the moment in which PostgreSQL takes connections again until every customer has bought something.
const HEALS: Duration = Duration::from_secs(5);

/// How long it is down, and how often each customer is turned away meanwhile. A minute would show no more: no wait in the shop or in its
/// pool grows with the length of an outage, and the longest of them, for a connection, is 3 s.
const DOWN: Duration = Duration::from_secs(4);
const REFUSALS: usize = 20;

/// Until somebody is turned away, or has bought something.
const PATIENCE: Duration = Duration::from_secs(20);

/// A PostgreSQL that only this test has.
struct Postgres {
    folder: PathBuf,
    cluster: Option<Cluster>,
}

impl Postgres {
    async fn start() -> Self {
        let folder = std::env::temp_dir().join(format!("souk-test-outages-{}", std::process::id()));
        let mut postgres = Self { folder, cluster: None };
        postgres.start_again().await;
        postgres
    }

    async fn start_again(&mut self) {
        // Durable: what was acknowledged before a stop without goodbye must be there after it.
        self.cluster = Some(Cluster::open(&self.folder.join("postgres"), Durability::Durable).await.unwrap());
    }

    /// `INT` is what its manual calls a fast shutdown, `QUIT` an immediate one, after which it recovers from its log.
    async fn stop(&mut self, signal: Signal) {
        let cluster = self.cluster.take().unwrap();
        let pid = Pid::from_raw(cluster.server_pid().unwrap().cast_signed()).unwrap();
        rustix::process::kill_process(pid, signal).unwrap();
        while cluster.server_pid().is_some() {
            tokio::task::yield_now().await;
        }
    }

    async fn remove(mut self) {
        self.cluster.take().unwrap().remove().await;
    }
}

/// Also after a test that failed; then nobody waits for its end.
impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.cluster.take());
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// What customers saw.
#[derive(Default)]
struct Seen {
    /// Orders of which somebody was told that they are placed.
    placed: Mutex<Vec<OrderId>>,
    /// For each customer: how often an order was placed, how often something was refused for now.
    by_buyer: [(AtomicUsize, AtomicUsize); BUYERS],
}

impl Seen {
    /// Whether it was done. Anything but that and "not now, try again in so many seconds" is a fault of ours.
    fn was_done(&self, buyer: usize, page: &Page) -> bool {
        if page.status == 503 {
            assert!(!page.header("retry-after").is_empty(), "when to try again: {}", page.text);
            self.by_buyer[buyer].1.fetch_add(1, Ordering::Relaxed);
            return false;
        }
        assert!(page.status.is_success(), "{} {}", page.status, page.text.chars().take(500).collect::<String>());
        true
    }

    fn counts(&self, which: impl Fn(&(AtomicUsize, AtomicUsize)) -> &AtomicUsize) -> [usize; BUYERS] {
        self.by_buyer.each_ref().map(|counts| which(counts).load(Ordering::Relaxed))
    }

    fn purchases(&self) -> [usize; BUYERS] {
        self.counts(|(placed, _)| placed)
    }

    fn refusals(&self) -> [usize; BUYERS] {
        self.counts(|(_, refused)| refused)
    }

    /// Waits until each customer has had this many more.
    async fn more(&self, what: fn(&Self) -> [usize; BUYERS], more: usize) {
        let before = what(self);
        let enough = async {
            while what(self).iter().zip(before).any(|(now, before)| *now < before + more) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, enough).await.expect("nothing more came");
    }

    /// One more thing in the cart, and an order of all of it; again and again.
    async fn buy(&self, n: usize, buyer: &Buyer, cup: VariantId, closed: &CancellationToken) {
        while !closed.is_cancelled() {
            if self.was_done(n, &buyer.add(cup, "1").await) {
                self.order(n, buyer).await;
            }
        }
    }

    async fn order(&self, n: usize, buyer: &Buyer) {
        let page = buyer.browser.get(&format!("/checkout/review?address={}", buyer.address_id)).await;
        if !self.was_done(n, &page) {
            return;
        }
        let fingerprint = crate::support::shop::field(&page.text, "fingerprint").expect("it may be bought");
        let page = buyer.place(&fingerprint).await;
        if self.was_done(n, &page) {
            self.placed.lock().unwrap().push(page.json());
            self.by_buyer[n].0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[tokio::test]
async fn postgres_restarts_and_stays_away_while_people_buy() {
    let mut postgres = Postgres::start().await;
    let options = postgres.cluster.as_ref().unwrap().options();
    migrate(&options).await.unwrap();
    let app = App::start_with(Db::connect(options, CONNECTIONS).await.unwrap().pool().clone(), crate::support::Setup::default()).await;
    let cup = app.goods(app.vendor("shop").await, 10, 1_000_000).await;
    let mut buyers = Vec::new();
    for n in 0..BUYERS {
        buyers.push(app.buyer(&format!("buyer{n}")).await);
    }
    let (seen, closed) = (Seen::default(), CancellationToken::new());
    let shopping = join_all(buyers.iter().enumerate().map(|(n, buyer)| seen.buy(n, buyer, cup, &closed)));
    let outages = async {
        for (signal, down) in [(Signal::INT, None), (Signal::QUIT, None), (Signal::INT, Some(DOWN))] {
            seen.more(Seen::purchases, 2).await;
            postgres.stop(signal).await;
            if let Some(down) = down {
                let start = Instant::now();
                while start.elapsed() < down {
                    seen.more(Seen::refusals, REFUSALS).await;
                }
            }
            postgres.start_again().await;
            let back = Instant::now();
            seen.more(Seen::purchases, 1).await;
            println!("{signal:?}: all buy again after {:.2} s; {:?} refused", back.elapsed().as_secs_f64(), seen.refusals());
            assert!(back.elapsed() < HEALS, "{signal:?}: {:?}", back.elapsed());
        }
        closed.cancel();
    };
    tokio::join!(shopping, outages);

    let placed = seen.placed.lock().unwrap().clone();
    let kept: i64 = sqlx::query_scalar("select count(*) from orders where id = any($1)").bind(&placed).fetch_one(app.pool()).await.unwrap();
    assert_eq!(usize::try_from(kept).unwrap(), placed.len(), "what was acknowledged exists (I8)");
    let open = "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'";
    assert_eq!(app.count(open).await, 0);
    // The last one is bought to its end.
    let order = *placed.last().unwrap();
    assert_eq!(buyers[0].browser.get("/cart").await.status, 200);
    souk::checkout::service::ensure_intent(&app.state, order).await.unwrap();
    assert_eq!(app.confirm(order, VISA).await, 200);
    assert_eq!(app.webhook(&app.event("evt_1", "payment_intent.succeeded", order).await).await, 200);
    assert_eq!(app.status(order).await, "paid");
    app.assert_invariants().await;
    postgres.remove().await;
}
