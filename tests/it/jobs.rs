//! Background jobs: one instance at a time, a wake is not lost, a crash frees the job, a panic hurts nobody.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::FromRef;
use souk::error::AppError;
use souk::platform::db::Db;
use souk::platform::jobs::{Job, Outcome, attempt, run, wake};
use sqlx::PgPool;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// No job here comes due twice by itself.
const SELDOM: Duration = Duration::from_secs(3600);

#[derive(Clone)]
struct Probe {
    db: Db,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    running: AtomicUsize,
    together: AtomicUsize,
    runs: AtomicUsize,
    ran: Notify,
}

impl Probe {
    fn new(pool: &PgPool) -> Self {
        Self { db: Db::new(pool.clone()), seen: Arc::default() }
    }

    fn runs(&self) -> usize {
        self.seen.runs.load(Ordering::SeqCst)
    }

    async fn until_runs(&self, wanted: usize) {
        let reached = async {
            loop {
                let notified = self.seen.ran.notified();
                if self.runs() >= wanted {
                    return;
                }
                notified.await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), reached).await.expect("the job did not run often enough");
    }

    async fn attempt(&self, job: &Job<Self>, woken: bool) -> Outcome {
        attempt(job, self, woken, &CancellationToken::new()).await.unwrap()
    }
}

impl FromRef<Probe> for Db {
    fn from_ref(probe: &Probe) -> Self {
        probe.db.clone()
    }
}

/// Notes how many of its kind run together, with a round trip to the database in between.
async fn count(probe: Probe) -> Result<(), AppError> {
    let together = probe.seen.running.fetch_add(1, Ordering::SeqCst) + 1;
    probe.seen.together.fetch_max(together, Ordering::SeqCst);
    sqlx::query("select 1").execute(probe.db.pool()).await?;
    probe.seen.running.fetch_sub(1, Ordering::SeqCst);
    probe.seen.runs.fetch_add(1, Ordering::SeqCst);
    probe.seen.ran.notify_waiters();
    Ok(())
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn one_of_many_attempts_runs_the_job(pool: PgPool) {
    static JOB: Job<Probe> = Job { name: "contended", every: SELDOM, run: |probe| Box::pin(count(probe)) };
    let probe = Probe::new(&pool);
    let outcomes = futures::future::join_all((0..20).map(|_| probe.attempt(&JOB, false))).await;
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Outcome::Ran).count(), 1);
    assert_eq!(probe.runs(), 1);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn two_runners_never_run_a_job_together(pool: PgPool) {
    static JOBS: [Job<Probe>; 1] = [Job { name: "busy", every: Duration::ZERO, run: |probe| Box::pin(count(probe)) }];
    let probe = Probe::new(&pool);
    let shutdown = CancellationToken::new();
    let runners = [(); 2].map(|()| tokio::spawn(run(&JOBS, probe.clone(), shutdown.clone())));
    probe.until_runs(50).await;
    shutdown.cancel();
    futures::future::join_all(runners).await;
    assert_eq!(probe.seen.together.load(Ordering::SeqCst), 1);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn the_lease_of_a_crashed_holder_lapses(pool: PgPool) {
    static JOB: Job<Probe> = Job { name: "orphan", every: SELDOM, run: |probe| Box::pin(count(probe)) };
    let probe = Probe::new(&pool);
    // A holder that will never come back, in the middle of its work.
    sqlx::query("insert into job_leases (name, holder, leased_until) values ('orphan', $1, now() + interval '1 hour')")
        .bind(Uuid::new_v4())
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(probe.attempt(&JOB, true).await, Outcome::Waiting, "not even a wake breaks a lease");
    sqlx::query("update job_leases set leased_until = now()").execute(&pool).await.unwrap();
    assert_eq!(probe.attempt(&JOB, false).await, Outcome::Ran);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_wake_runs_a_job_that_is_not_due(pool: PgPool) {
    static JOBS: [Job<Probe>; 1] = [Job { name: "woken", every: SELDOM, run: |probe| Box::pin(count(probe)) }];
    let probe = Probe::new(&pool);
    let shutdown = CancellationToken::new();
    let runner = tokio::spawn(run(&JOBS, probe.clone(), shutdown.clone()));
    for wanted in 1..=3 {
        probe.until_runs(wanted).await;
        wake("woken");
    }
    probe.until_runs(4).await;
    shutdown.cancel();
    runner.await.unwrap();
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_panic_is_recorded_and_the_runner_lives(pool: PgPool) {
    static JOBS: [Job<Probe>; 2] = [
        Job {
            name: "panicking",
            every: SELDOM,
            run: |probe| {
                probe.seen.runs.fetch_add(1, Ordering::SeqCst);
                probe.seen.ran.notify_waiters();
                panic!("on purpose")
            },
        },
        Job { name: "failing", every: SELDOM, run: |_| Box::pin(async { Err(AppError::NotFound) }) },
    ];
    let probe = Probe::new(&pool);
    let shutdown = CancellationToken::new();
    let runner = tokio::spawn(run(&JOBS, probe.clone(), shutdown.clone()));
    probe.until_runs(1).await;
    wake("panicking");
    probe.until_runs(2).await;
    shutdown.cancel();
    runner.await.unwrap();
    let errors: Vec<(String, Option<String>)> =
        sqlx::query_as("select name, last_error from job_leases order by name").fetch_all(&pool).await.unwrap();
    assert_eq!(errors[1], ("panicking".to_owned(), Some("panicked: on purpose".to_owned())));
    assert_eq!(errors[0], ("failing".to_owned(), Some(AppError::NotFound.to_string())));
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn shutdown_lets_a_running_job_finish_and_frees_its_lease(pool: PgPool) {
    static JOBS: [Job<Probe>; 1] = [Job {
        name: "slow",
        every: SELDOM,
        run: |probe| {
            Box::pin(async move {
                probe.seen.running.fetch_add(1, Ordering::SeqCst);
                probe.seen.ran.notify_waiters();
                // Until the test lets it go, which is after the shutdown.
                probe.seen.ran.notified().await;
                probe.seen.runs.fetch_add(1, Ordering::SeqCst);
                Ok(())
            })
        },
    }];
    let probe = Probe::new(&pool);
    let shutdown = CancellationToken::new();
    let started = probe.seen.ran.notified();
    let mut runner = tokio::spawn(run(&JOBS, probe.clone(), shutdown.clone()));
    started.await;
    shutdown.cancel();
    loop {
        tokio::select! {
            ended = &mut runner => break ended.unwrap(),
            () = tokio::task::yield_now() => probe.seen.ran.notify_waiters(),
        }
    }
    assert_eq!(probe.runs(), 1);
    let free: bool = sqlx::query_scalar("select holder is null and leased_until <= now() from job_leases where name = 'slow'")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert!(free);
}
