//! F23: a supervisor stops the server in the middle of its work.

use futures::future::join_all;
use souk::values::OrderId;
use sqlx::PgPool;

use super::halt::Halt;
use super::process::{Process, SECRET_KEY};
use crate::support::shop::Buyer;
use crate::support::{App, Setup};

/// Orders under way at once; each holds a connection, and the process has a few more.
const UNDER_WAY: usize = 5;

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn f23_told_to_stop_it_answers_what_it_has_begun(pool: PgPool) {
    let app = App::start_with(pool.clone(), Setup { variables: &[SECRET_KEY], ..Setup::default() }).await;
    let vendor = app.vendor("shop").await;
    let process = Process::start(&app, &pool.connect_options(), &[("MAIL", "mailbox")]).await;
    let mut buyers = Vec::new();
    for n in 0..UNDER_WAY {
        let Buyer { browser, address_id } = app.buyer(&format!("buyer{n}")).await;
        let buyer = Buyer { browser: browser.at(&process.url), address_id };
        // Each something else: who wants the same goods waits in a queue.
        buyer.add(app.goods(vendor, 1500, 5).await, "1").await;
        let fingerprint = buyer.fingerprint().await;
        buyers.push((buyer, fingerprint));
    }
    let mut halt = Halt::at(&pool, "after insert on orders").await;
    let orders = join_all(buyers.iter().map(|(buyer, fingerprint)| buyer.place(fingerprint)));
    let stop = async {
        halt.reached_by(i64::try_from(UNDER_WAY).unwrap()).await;
        let closed = async {
            while process.listens().await {
                tokio::task::yield_now().await;
            }
            halt.let_go().await;
        };
        tokio::join!(process.terminate(), closed).0
    };
    let (pages, ended) = tokio::join!(orders, stop);
    assert!(ended.success(), "{ended}");
    for page in pages {
        assert!(page.status.is_success(), "{} {}", page.status, page.text);
        assert_eq!(app.status(page.json::<OrderId>()).await, "pending");
    }
    assert_eq!(app.count("select count(*) from job_leases").await, i64::try_from(souk::worker::JOBS.len()).unwrap());
    assert_eq!(app.count("select count(*) from job_leases where holder is not null").await, 0, "leases are given back");
    assert_eq!(app.count("select count(*) from outbox where leased_until > now()").await, 0);
    app.assert_invariants().await;
}
