//! Periodic jobs, each on one instance at a time.
//!
//! A job belongs to whoever moves its row in `job_leases` with one conditional update. The lease is renewed while the job runs and lapses
//! by itself when its holder dies. All times are the database's, so instances with different clocks agree.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::FromRef;
use futures::FutureExt;
use futures::future::BoxFuture;
use time::OffsetDateTime;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::db::{Db, Tx};
use super::state::AppState;
use crate::error::AppError;

mod store;

/// How long a job of a dead instance stays blocked: short enough to go unnoticed, long enough to renew several times.
const LEASE: Duration = Duration::from_secs(30);

/// A third, so that two renewals in a row may fail.
const RENEW_EVERY: Duration = Duration::from_secs(10);

/// After a wake that found the job running elsewhere: that run may have begun before the reason to wake.
const RETRY_HELD: Duration = Duration::from_secs(1);

/// While the database does not answer.
const RETRY_DATABASE: Duration = Duration::from_secs(3);

/// For a job in the middle of its work at shutdown; past this it is dropped, which every job must bear, as it must a kill -9.
const FINISH_LIMIT: Duration = Duration::from_secs(10);

/// Work to be done again and again. `S` is the state it is given; tests use a small one.
pub struct Job<S: 'static = AppState> {
    /// Key of its lease.
    pub name: &'static str,
    /// From the end of one run to the start of the next.
    pub every: Duration,
    pub run: fn(S) -> BoxFuture<'static, Result<(), AppError>>,
}

/// What became of an attempt to run a job.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    Ran,
    /// It returned an error or panicked; the row says which.
    Failed,
    /// Held by another instance, or not yet due.
    Waiting,
    /// Shutdown, or another instance took the lease over: the run was dropped.
    Dropped,
}

/// One channel for each name ever woken or run. A version instead of a flag: several runners in one process all see a wake.
static WAKES: LazyLock<Mutex<HashMap<&'static str, watch::Sender<()>>>> = LazyLock::new(Mutex::default);

fn with_wake<T>(name: &'static str, act: impl FnOnce(&watch::Sender<()>) -> T) -> T {
    let mut wakes = WAKES.lock().unwrap_or_else(PoisonError::into_inner);
    act(wakes.entry(name).or_insert_with(|| watch::Sender::new(())))
}

/// Makes a job run now and not when it is next due. Call it after the commit; losing the call costs only time.
pub fn wake(name: &'static str) {
    with_wake(name, |sender| sender.send_replace(()));
}

/// How a job stands: what its row says.
#[derive(Clone, Debug)]
pub struct JobState {
    pub name: String,
    /// Which run has the lease, while one has.
    pub holder: Option<Uuid>,
    pub next_run_at: OffsetDateTime,
    pub last_started_at: Option<OffsetDateTime>,
    pub last_finished_at: Option<OffsetDateTime>,
    pub last_error: Option<String>,
}

/// All jobs that any instance has ever run, by name.
///
/// # Errors
/// Only the database's.
pub async fn states(db: &Db) -> Result<Vec<JobState>, AppError> {
    Ok(store::states(db.pool()).await?)
}

/// Makes a job due now, on whichever instance comes first, and says how it stood. The caller wakes it after the commit, see [`wake_by_name`].
///
/// # Errors
/// `NotFound`.
pub async fn make_due(tx: &mut Tx, name: &str) -> Result<JobState, AppError> {
    store::make_due(&mut **tx, name).await?.ok_or(AppError::NotFound)
}

/// As [`wake`], for a name that came from outside; one that is none of this process wakes nothing.
pub fn wake_by_name(name: &str) {
    let wakes = WAKES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(sender) = wakes.get(name) {
        sender.send_replace(());
    }
}

/// Runs the jobs until `shutdown`, then lets those that are running finish.
pub async fn run<S>(jobs: &'static [Job<S>], state: S, shutdown: CancellationToken)
where
    S: Clone + Send + Sync + 'static,
    Db: FromRef<S>,
{
    let runners = jobs.iter().map(|job| tokio::spawn(keep_running(job, state.clone(), shutdown.clone())));
    futures::future::join_all(runners).await;
}

async fn keep_running<S>(job: &'static Job<S>, state: S, shutdown: CancellationToken)
where
    S: Clone + Send + 'static,
    Db: FromRef<S>,
{
    let db = Db::from_ref(&state);
    let mut wakes = with_wake(job.name, watch::Sender::subscribe);
    let mut woken = false;
    while !shutdown.is_cancelled() {
        let pause = match attempt(job, &state, woken, &shutdown).await {
            Ok(Outcome::Waiting) => next_attempt(job, &db, woken).await,
            Ok(_) => {
                woken = false;
                job.every
            }
            Err(error) => {
                tracing::warn!(job = job.name, %error, "cannot lease the job");
                RETRY_DATABASE
            }
        };
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = tokio::time::sleep(pause) => {}
            // The sender lives as long as the process, so this cannot fail.
            _ = wakes.changed() => woken = true,
        }
    }
}

async fn next_attempt<S>(job: &Job<S>, db: &Db, woken: bool) -> Duration {
    if woken {
        return RETRY_HELD;
    }
    let due_in = store::due_in(db.pool(), job.name).await.unwrap_or(RETRY_DATABASE);
    // Not to the millisecond: two instances that wake at once would only contend for the lease.
    due_in.clamp(Duration::from_millis(20), job.every.max(RETRY_HELD))
}

/// Runs the job if it is due (or `woken`) and no other instance holds it.
///
/// # Errors
/// When the database cannot be asked, or not be told how the run ended.
pub async fn attempt<S>(job: &Job<S>, state: &S, woken: bool, shutdown: &CancellationToken) -> Result<Outcome, sqlx::Error>
where
    S: Clone + Send + 'static,
    Db: FromRef<S>,
{
    let db = Db::from_ref(state);
    // The holder is this run and not the instance: two runners in one process exclude each other as well.
    let holder = Uuid::new_v4();
    store::ensure(db.pool(), job.name).await?;
    if !store::claim(db.pool(), job.name, holder, LEASE, woken).await? {
        return Ok(Outcome::Waiting);
    }
    let (start, given) = (job.run, state.clone());
    let run = AssertUnwindSafe(async move { start(given).await }).catch_unwind();
    let ended = tokio::select! {
        ended = run => Some(ended),
        () = lease_lost(&db, job.name, holder) => None,
        () = grace_over(shutdown) => None,
    };
    let problem = match &ended {
        None => Some("dropped before its end".to_owned()),
        Some(Ok(Ok(()))) => None,
        Some(Ok(Err(error))) => Some(error.to_string()),
        Some(Err(panic)) => Some(format!("panicked: {}", panic_text(panic.as_ref()))),
    };
    // Dropped work is due at once, for whoever comes next.
    let next = if ended.is_some() { job.every } else { Duration::ZERO };
    store::finish(db.pool(), job.name, holder, next, problem.as_deref()).await?;
    let outcome = match ended {
        None => Outcome::Dropped,
        Some(Ok(Ok(()))) => Outcome::Ran,
        Some(_) => Outcome::Failed,
    };
    metrics::counter!("souk_job_runs_total", "job" => job.name, "outcome" => format!("{outcome:?}").to_lowercase()).increment(1);
    if let Some(problem) = problem {
        tracing::error!(job = job.name, problem, "job failed");
    }
    Ok(outcome)
}

/// Renews the lease until another instance has it. While the database does not answer, the lease may lapse: better to go on than to drop
/// work for a short outage, since each job's own statements keep it right even when two run.
async fn lease_lost(db: &Db, name: &str, holder: Uuid) {
    loop {
        tokio::time::sleep(RENEW_EVERY).await;
        match store::renew(db.pool(), name, holder, LEASE).await {
            Ok(true) => {}
            Ok(false) => return tracing::warn!(job = name, "another instance took the job over"),
            Err(error) => tracing::warn!(job = name, %error, "cannot renew the job's lease"),
        }
    }
}

async fn grace_over(shutdown: &CancellationToken) {
    shutdown.cancelled().await;
    tokio::time::sleep(FINISH_LIMIT).await;
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a message")
}
