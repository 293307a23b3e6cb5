//! F20: thousands of sockets that say nothing, or begin and never end, and somebody who just wants a page.

use std::time::{Duration, Instant};

use futures::StreamExt;
use futures::stream::iter;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use sqlx::PgPool;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::process::{Process, SECRET_KEY};
use crate::support::{App, Browser, Setup};

const SOCKETS: usize = 2000;

/// Opened at once: less than what the system lets wait to be taken.
const AT_ONCE: usize = 64;

/// Enough for a median that does not move.
const REQUESTS: usize = 41;

/// How much longer a page may take.
const FACTOR: u32 = 2;

/// Longer than the test: the sockets are there for all of it.
const PATIENT: (&str, &str) = ("HEADER_READ_TIMEOUT_SECONDS", "300");

async fn timed(browser: &Browser) -> Duration {
    let start = Instant::now();
    assert_eq!(browser.get("/products").await.status, 200);
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Two servers, asked in turn, so that whatever else the machine does slows both: one has the sockets, the other has not.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn f20_two_thousand_silent_sockets_do_not_slow_others(pool: PgPool) {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }).unwrap();
    let app = App::start_with(pool.clone(), Setup { variables: &[SECRET_KEY], ..Setup::default() }).await;
    app.goods(app.vendor("shop").await, 1500, 5).await;
    let besieged = Process::start(&app, &pool.connect_options(), &[PATIENT]).await;
    let quiet = Process::start(&app, &pool.connect_options(), &[PATIENT]).await;
    let open = iter(0..SOCKETS).map(|n| {
        let address = besieged.address();
        async move {
            let mut socket = TcpStream::connect(address).await.unwrap();
            if n % 2 == 0 {
                socket.write_all(b"GET / HTTP/1.1\r\nHost: shop.example\r\nX-Slow: ").await.unwrap();
            }
            socket
        }
    });
    let sockets: Vec<TcpStream> = open.buffer_unordered(AT_ONCE).collect().await;
    let (one, other) = (Browser::new(besieged.url.clone()), Browser::new(quiet.url.clone()));
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for _ in 0..REQUESTS {
        with.push(timed(&one).await);
        without.push(timed(&other).await);
    }
    let (with, without) = (median(with), median(without));
    println!("a page takes {with:?} beside {} sockets, and {without:?} without", sockets.len());
    assert!(with <= without * FACTOR, "{with:?} and {without:?}");
    for socket in &sockets {
        assert_eq!(socket.try_read(&mut [0]).unwrap_err().kind(), std::io::ErrorKind::WouldBlock, "it is still open");
    }
}
