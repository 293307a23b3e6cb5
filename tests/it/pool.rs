//! sqlx 0.9.0 loses acknowledged writes when a `begin` is dropped mid-flight (reliability.md, trap 1). Our pool must not.

use std::future::Future;
use std::path::PathBuf;
use std::pin::pin;
use std::task::Poll;

use souk::platform::db::Db;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpStream, UnixListener, UnixStream};

/// So that the write after a cancelled `begin` meets the very connection on which it was cancelled.
const ONE_CONNECTION: u32 = 1;

/// A way to the database through a task of this very thread. An answer then never arrives within the poll that asked, which on a busy
/// machine it otherwise may, so that every step of a `begin` is a poll of its own.
struct Relay {
    folder: PathBuf,
}

impl Relay {
    fn start(name: &str, to: PgConnectOptions) -> (Self, PgConnectOptions) {
        let folder = std::env::temp_dir().join(format!("souk-relay-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let socket = format!(".s.PGSQL.{}", to.get_port());
        let listener = UnixListener::bind(folder.join(&socket)).unwrap();
        let through = to.clone().socket(&folder);
        tokio::spawn(async move {
            while let Ok((mut here, _)) = listener.accept().await {
                let (host, port) = (to.get_host().to_owned(), to.get_port());
                let upstream = to.get_socket().map(|folder| folder.join(&socket));
                tokio::spawn(async move {
                    let _ = match upstream {
                        Some(path) => copy_bidirectional(&mut here, &mut UnixStream::connect(path).await.unwrap()).await,
                        None => copy_bidirectional(&mut here, &mut TcpStream::connect((host, port)).await.unwrap()).await,
                    };
                });
            }
        });
        (Self { folder }, through)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Drives the future through `polls` polls and drops it, as a client that hangs up does. `None` if it was not done by then.
pub async fn drop_after<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = polls;
    std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Cancels a `begin` at its first poll, its second, and so on, until one comes through; after each, writes a row. How often the `begin` was
/// cancelled, and which rows are missing although their writing was acknowledged.
async fn cancel_at_every_poll<T, F: Future<Output = T>>(pool: &PgPool, begin: impl Fn() -> F, witness: &PgPool) -> (i64, Vec<i64>) {
    sqlx::query("create table kept (n bigint)").execute(witness).await.unwrap();
    let mut written: i64 = 0;
    for polls in 1.. {
        // The last write's connection goes back in a task of its own; waiting for it would cost the `begin` polls.
        while pool.num_idle() == 0 {
            tokio::task::yield_now().await;
        }
        let whole = drop_after(polls, begin()).await;
        let came_through = whole.is_some();
        drop(whole);
        written += 1;
        sqlx::query("insert into kept values ($1)").bind(written).execute(pool).await.unwrap();
        if came_through {
            break;
        }
    }
    pool.close().await;
    let lost = "select n from generate_series(1, $1::bigint) n where n not in (select k.n from kept k)";
    (written - 1, sqlx::query_scalar(lost).bind(written).fetch_all(witness).await.unwrap())
}

#[sqlx::test(migrations = false)]
async fn a_dropped_begin_loses_no_acknowledged_write(witness: PgPool) {
    let (_relay, options) = Relay::start("ours", (*witness.connect_options()).clone());
    let db = Db::connect(options, ONE_CONNECTION).await.unwrap();
    let (cancelled, lost) = cancel_at_every_poll(db.pool(), || db.begin(), &witness).await;
    assert!(cancelled >= 1, "never cancelled");
    assert!(lost.is_empty(), "lost {lost:?}");
}

/// The negative control: sqlx's own `begin` falls into the trap. When it no longer does, sqlx is repaired and ours can go.
#[sqlx::test(migrations = false)]
async fn the_same_on_a_plain_pool_loses_some(witness: PgPool) {
    let (_relay, options) = Relay::start("plain", (*witness.connect_options()).clone());
    let plain = PgPoolOptions::new().max_connections(ONE_CONNECTION).connect_with(options).await.unwrap();
    let (cancelled, lost) = cancel_at_every_poll(&plain, || plain.begin(), &witness).await;
    assert!(!lost.is_empty(), "nothing lost by {cancelled} cancelled transactions");
}

#[sqlx::test(migrations = false)]
async fn connections_carry_limits(witness: PgPool) {
    let db = Db::connect((*witness.connect_options()).clone(), 1).await.unwrap();
    for (setting, value) in
        [("statement_timeout", "30s"), ("lock_timeout", "5s"), ("idle_in_transaction_session_timeout", "10s"), ("application_name", "souk")]
    {
        let found: String = sqlx::query_scalar("select current_setting($1)").bind(setting).fetch_one(db.pool()).await.unwrap();
        assert_eq!(found, value, "{setting}");
    }
}
