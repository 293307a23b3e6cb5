//! The database: pool, transactions, migrations, and the embedded PostgreSQL for machines without one.
//!
//! [`open`] is the way in: it finds or starts a server, sees that the roles are right, and brings the schema up to date.

use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{Connection, Postgres};
use uuid::Uuid;

use super::uncancelled::uncancelled;
use crate::error::AppError;

pub mod embedded;
mod open;
mod recent;
mod roles;

pub use open::{DatabaseConfig, DatabaseError, OpenDatabase, Server, migrate, migrate_from, open};

/// A running transaction; dropped without a commit it is rolled back.
pub type Tx = sqlx::Transaction<'static, Postgres>;

/// A connection for several statements of one answer.
pub type Reader = PoolConnection<Postgres>;

/// The schema, in order; applied at start under an advisory lock.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!();

/// How long a request waits for a free connection: longer, and the visitor has gone while the queue grows.
const ACQUIRE_LIMIT: Duration = Duration::from_secs(3);

/// A connection that rested for longer is asked whether it is still there before it is used. Asking each time would double the round trips of
/// every page; the one that broke within this time fails once, and is replaced.
const TRUSTED_FOR: Duration = Duration::from_millis(500);

/// What every pooled connection starts with. Requests end within seconds, so a statement that does not is a mistake of ours; it must not
/// hold a connection, a lock, or a transaction for ever.
const SESSION_SETTINGS: [(&str, &str); 4] = [
    ("statement_timeout", "30s"),
    ("lock_timeout", "5s"),
    // Nothing waits for the network inside a transaction (reliability: I10).
    ("idle_in_transaction_session_timeout", "10s"),
    // Compiling a statement takes longer than the slowest of ours.
    ("jit", "off"),
];

/// Shown in `pg_stat_activity`.
const APPLICATION_NAME: &str = "souk";

/// Handle on the database; cheap to clone.
#[derive(Clone, Debug)]
pub struct Db {
    pool: PgPool,
    recent: recent::Recent,
}

/// Goes on as the server itself in a transaction that began as a vendor's.
///
/// # Errors
/// Those of the database.
pub async fn leave_vendor(tx: &mut Tx) -> Result<(), AppError> {
    sqlx::query("select set_config('role', 'none', true), set_config('souk.vendor_id', '', true)").execute(&mut **tx).await?;
    Ok(())
}

impl Db {
    pub fn new(pool: PgPool) -> Self {
        Self { pool, recent: recent::Recent::default() }
    }

    /// For single statements: `query!(…).fetch_one(db.pool())`. Transactions begin by [`Db::begin`] alone.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// One connection for all that an answer reads: handing a connection back costs a round trip. Whoever holds one asks for no other, or
    /// many who each wait for a second one wait for ever.
    ///
    /// # Errors
    /// `Offline` when no connection is to be had.
    pub async fn reader(&self) -> Result<Reader, AppError> {
        Ok(self.pool.acquire().await?)
    }

    /// Begins in a task of its own. sqlx 0.9.0 hands back a connection inside an open transaction when a `begin` is dropped mid-flight, by a
    /// visitor who hangs up for one; later writes on it would be acknowledged and lost.
    ///
    /// # Errors
    /// `Offline` when no connection is to be had.
    pub async fn begin(&self) -> Result<Tx, AppError> {
        let pool = self.pool.clone();
        uncancelled(async move { Ok(pool.begin().await?) }).await
    }

    /// A transaction that sees one vendor's rows: role and id are local to it and set in one round trip.
    ///
    /// # Errors
    /// `Offline` when no connection is to be had.
    pub async fn begin_as_vendor(&self, vendor_id: Uuid) -> Result<Tx, AppError> {
        let mut tx = self.begin().await?;
        sqlx::query("select set_config('role', 'souk_vendor', true), set_config('souk.vendor_id', $1, true)")
            .bind(vendor_id.to_string())
            .execute(&mut *tx)
            .await?;
        Ok(tx)
    }

    /// # Errors
    /// When the server cannot be reached.
    pub async fn connect(options: PgConnectOptions, max_connections: u32) -> Result<Self, sqlx::Error> {
        let pool = PgPoolOptions::new()
            .max_connections(max_connections)
            .acquire_timeout(ACQUIRE_LIMIT)
            .test_before_acquire(false)
            .before_acquire(|connection, resting| {
                Box::pin(async move {
                    if resting.idle_for > TRUSTED_FOR {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .connect_with(options.application_name(APPLICATION_NAME).options(SESSION_SETTINGS))
            .await?;
        Ok(Self::new(pool))
    }
}
