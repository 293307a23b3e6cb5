//! A private PostgreSQL, for a machine that is given no `DATABASE_URL`: the real one, reached by a socket that no other user can open.
//!
//! Two locks in its folder say who may do what. `start.lock` is held while a cluster is being started or stopped, so that this happens
//! one at a time; `users.lock` is held, shared, by every process that uses the cluster. Whoever closes and then gets `users.lock` alone
//! was the last and stops it. The system drops the locks of a process that was killed; its cluster lives on and the next one takes it over.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tokio::process::Child;

mod account;
mod bootstrap;
mod place;
mod postmaster;
mod programs;

use place::Place;
use postmaster::{Postmaster, Presence};

/// For the server's start, recovery after a crash included, which replays up to a gigabyte of log.
const START_LIMIT: Duration = Duration::from_secs(300);

/// A fast shutdown rolls back and writes a checkpoint; past this, the next start may as well recover.
const STOP_LIMIT: Duration = Duration::from_secs(30);

/// How often a condition outside this process is looked at again.
const POLL: Duration = Duration::from_millis(25);

/// Role that the shop works as: owns its database, is no superuser.
const ROLE: &str = "souk";
const DATABASE: &str = "souk";

/// Why the embedded PostgreSQL does not run.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    #[error(
        "No PostgreSQL was found on this machine ({searched}).\nDo one of these:\n  - install it:              apt-get install postgresql\n  - say where it lies:       PG_BIN_DIR=/path/to/postgresql/bin\n  - use a running server:    DATABASE_URL=postgres://user:password@host/database"
    )]
    NoPrograms { searched: String },
    #[error(
        "The data in {data} was made by PostgreSQL {wanted}, and only {found} was found. Install PostgreSQL {wanted} or set PG_BIN_DIR to its programs."
    )]
    OtherVersion { data: PathBuf, wanted: String, found: String },
    #[error(
        "PostgreSQL does not run as root, and neither a user `postgres` nor `nobody` exists to run it as. Start Souk as an ordinary user."
    )]
    NoAccount,
    #[error("{what}: {source}")]
    Io { what: String, source: io::Error },
    #[error("{program} failed ({status}). Its last words, from {log}:\n{tail}")]
    Failed { program: &'static str, status: String, log: PathBuf, tail: String },
    #[error("Process {pid} looks like a PostgreSQL that already runs on {data} and was not started by Souk. Stop it first.")]
    Occupied { pid: i32, data: PathBuf },
    #[error("{what} took longer than {} seconds; see {log}.", limit.as_secs())]
    TooSlow { what: &'static str, limit: Duration, log: PathBuf },
    #[error("{0} belongs to somebody else; the socket of the database must not lie there. Remove it, or set TMPDIR.")]
    SocketFolder(PathBuf),
    #[error("The embedded database refused: {0}")]
    Sql(#[from] sqlx::Error),
}

impl EmbeddedError {
    fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}

/// Whether what is written has to outlive a crash of the machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Durability {
    Durable,
    /// For tests: several times as fast, and gone after a power cut.
    Throwaway,
}

/// A running cluster that this process uses, and perhaps started.
#[derive(Debug)]
pub struct Cluster {
    place: Place,
    sockets: PathBuf,
    /// Held shared for as long as we use the cluster.
    users: Option<File>,
    /// Kept if we started it, so that its end is collected.
    child: Option<Child>,
}

impl Cluster {
    /// Starts the cluster whose folder is `folder`, or joins one that runs there already.
    ///
    /// # Errors
    /// Says what to do where a person can do something.
    pub async fn open(folder: &Path, durability: Durability) -> Result<Self, EmbeddedError> {
        let place = Place::prepare(folder)?;
        let start = Instant::now();
        let _starting = lock_alone(&place.start_lock(), start).await?;
        let (sockets, child) = loop {
            if let Some(running) = await_running(&place, start).await? {
                break (running.sockets, None);
            }
            if let Some((sockets, child)) = start_server(&place, durability, start).await? {
                break (sockets, Some(child));
            }
        };
        bootstrap::run(&options(&sockets, "postgres", "postgres")).await?;
        let users = open_lock(&place.users_lock())?;
        users.lock_shared().map_err(EmbeddedError::io("Cannot lock the database folder"))?;
        tracing::info!(folder = %place.root.display(), joined = child.is_none(), took_ms = start.elapsed().as_millis(), "embedded PostgreSQL is ready");
        Ok(Self { place, sockets, users: Some(users), child })
    }

    /// How the shop connects: as its own role, never as the superuser.
    pub fn options(&self) -> PgConnectOptions {
        options(&self.sockets, ROLE, DATABASE)
    }

    /// The same as an address, for other programs. The path has no character that would need escaping unless `TMPDIR` has.
    pub fn url(&self) -> String {
        format!("postgres://{ROLE}@localhost/{DATABASE}?host={}&sslmode=disable", self.sockets.display())
    }

    /// Process id of the server, while it runs.
    pub fn server_pid(&self) -> Option<u32> {
        let postmaster = Postmaster::read(&self.place.data)?;
        matches!(postmaster.presence(&self.place), Presence::Ours).then(|| postmaster.pid.cast_unsigned())
    }

    /// Stops the server unless another process uses it, and waits for its end.
    pub async fn close(mut self) {
        if let Err(error) = self.leave().await {
            tracing::warn!(%error, "the embedded PostgreSQL did not stop as it should; its next start will recover");
        }
    }

    /// Stops the server and deletes its data, unless another process uses it.
    pub async fn remove(mut self) {
        let (root, users) = (self.place.root.clone(), self.place.users_lock());
        let outcome = self.leave().await;
        let in_use = File::open(users).is_ok_and(|users| users.try_lock().is_err());
        if outcome.is_err() || in_use {
            tracing::warn!(folder = %root.display(), "the embedded PostgreSQL is still in use and stays");
        } else if let Err(error) = std::fs::remove_dir_all(&root) {
            tracing::warn!(folder = %root.display(), %error, "cannot delete the database");
        }
    }

    async fn leave(&mut self) -> Result<(), EmbeddedError> {
        let start = Instant::now();
        let _stopping = lock_alone(&self.place.start_lock(), start).await?;
        let Some(users) = self.users.take() else { return Ok(()) };
        users.unlock().map_err(EmbeddedError::io("Cannot unlock the database folder"))?;
        if users.try_lock().is_err() {
            tracing::info!("another process uses the embedded PostgreSQL; it stays");
            return Ok(());
        }
        let Some(postmaster) = Postmaster::read(&self.place.data) else { return Ok(()) };
        if !matches!(postmaster.presence(&self.place), Presence::Ours) {
            return Ok(());
        }
        postmaster.interrupt();
        while !self.has_ended(&postmaster) {
            if start.elapsed() > STOP_LIMIT {
                return Err(EmbeddedError::TooSlow { what: "Stopping PostgreSQL", limit: STOP_LIMIT, log: self.place.log() });
            }
            tokio::time::sleep(POLL).await;
        }
        // Empty now. Whoever starts next makes it anew, and waits for the lock that we hold.
        let _ = std::fs::remove_dir(&self.sockets);
        tracing::info!(took_ms = start.elapsed().as_millis(), "embedded PostgreSQL has stopped");
        Ok(())
    }

    fn has_ended(&mut self, postmaster: &Postmaster) -> bool {
        // Collects our own child; a zombie of somebody else's counts as ended.
        let collected = self.child.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(Some(_))));
        collected || !matches!(postmaster.presence(&self.place), Presence::Ours)
    }
}

/// For ends that skip [`Cluster::close`], a panic for instance: the server is told to stop, and nobody waits.
impl Drop for Cluster {
    fn drop(&mut self) {
        let Some(users) = self.users.take() else { return };
        if users.unlock().is_ok()
            && users.try_lock().is_ok()
            && let Some(postmaster) = Postmaster::read(&self.place.data)
            && matches!(postmaster.presence(&self.place), Presence::Ours)
        {
            postmaster.interrupt();
        }
    }
}

fn options(sockets: &Path, role: &str, database: &str) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass().socket(sockets).port(place::PORT).username(role).database(database).ssl_mode(PgSslMode::Disable)
}

fn open_lock(path: &Path) -> Result<File, EmbeddedError> {
    File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .map_err(EmbeddedError::io(format!("Cannot write {} (was the folder made by another user?)", path.display())))
}

/// Waits without blocking the thread: another process may be in the middle of a first start.
async fn lock_alone(path: &Path, start: Instant) -> Result<File, EmbeddedError> {
    let file = open_lock(path)?;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(std::fs::TryLockError::WouldBlock) if start.elapsed() < START_LIMIT => tokio::time::sleep(POLL).await,
            Err(std::fs::TryLockError::WouldBlock) => {
                return Err(EmbeddedError::TooSlow {
                    what: "Waiting for another process to start the database",
                    limit: START_LIMIT,
                    log: path.to_owned(),
                });
            }
            Err(std::fs::TryLockError::Error(source)) => return Err(EmbeddedError::io("Cannot lock the database folder")(source)),
        }
    }
}

/// A cluster that runs already, once it answers. `None` when there is none, or it ends while we wait.
async fn await_running(place: &Place, start: Instant) -> Result<Option<Postmaster>, EmbeddedError> {
    loop {
        let Some(running) = Postmaster::read(&place.data) else { return Ok(None) };
        match running.presence(place) {
            Presence::Gone => return Ok(None),
            Presence::Occupied => return Err(EmbeddedError::Occupied { pid: running.pid, data: place.data.clone() }),
            Presence::Ours => {}
        }
        // A socket still accepts for a moment after its server was killed, so an answer counts only if the server outlives it.
        if bootstrap::answers(&options(&running.sockets, "postgres", "postgres")).await && matches!(running.presence(place), Presence::Ours)
        {
            return Ok(Some(running));
        }
        pause(place, start).await?;
    }
}

/// Starts the server. `None` if it has to be tried again: somebody else's server stood in the way and is gone now.
async fn start_server(place: &Place, durability: Durability, start: Instant) -> Result<Option<(PathBuf, Child)>, EmbeddedError> {
    let programs = programs::find(place)?;
    place.ensure_data(&programs).await?;
    // Backends that outlive a killed server still hold its shared memory; they notice within moments.
    while postmaster::survivors(&place.tag) {
        pause(place, start).await?;
    }
    postmaster::clear_stale_pid_file(place)?;
    let sockets = place.ensure_sockets()?;
    let mut child = place.spawn_server(&programs, &sockets, durability)?;
    let superuser = options(&sockets, "postgres", "postgres");
    loop {
        if let Some(status) = child.try_wait().map_err(EmbeddedError::io("Cannot watch PostgreSQL"))? {
            return Err(EmbeddedError::Failed {
                program: "postgres",
                status: status.to_string(),
                log: place.log(),
                tail: place.log_tail(),
            });
        }
        if bootstrap::answers(&superuser).await {
            return Ok(Some((sockets, child)));
        }
        pause(place, start).await?;
    }
}

async fn pause(place: &Place, start: Instant) -> Result<(), EmbeddedError> {
    if start.elapsed() > START_LIMIT {
        return Err(EmbeddedError::TooSlow { what: "Starting PostgreSQL", limit: START_LIMIT, log: place.log() });
    }
    tokio::time::sleep(POLL).await;
    Ok(())
}
