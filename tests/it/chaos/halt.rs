//! Stops a server at an exact place of its work without a word of this in the server: a trigger of the test's own database waits for a lock
//! that the test holds.

use std::time::Duration;

use sqlx::postgres::PgPool;
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection};

/// Longer than the way to any place takes, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// Any number: nobody else takes advisory locks with it.
const LOCK: i32 = 7_133_301;

/// What the triggers do. All who come may pass once the lock is free, each by itself.
const WAIT: &str = "create or replace function halt() returns trigger language plpgsql security definer as $$
    begin perform pg_advisory_xact_lock_shared(7133301); return coalesce(new, old); end $$";

/// Those who wait for our lock.
const WAITING: &str = "from pg_locks where locktype = 'advisory' and not granted and objid::int = $1
    and database = (select oid from pg_database where datname = current_database())";

/// Counts rows that are written, wherever, and stops the writer before the one whose number stands in `halt_at`. Left out is what is
/// written all the time, whether anybody buys or not.
const EVERYWHERE: &str = "
    create sequence writes;
    create table halt_at (n bigint);
    create function count_writes() returns trigger language plpgsql security definer as $$
      begin
        if nextval('writes') = (select n from public.halt_at) then perform pg_advisory_xact_lock_shared(7133301); end if;
        return coalesce(new, old);
      end $$;
    do $$ declare t record; begin
      for t in select c.oid::regclass as name from pg_class c where c.relkind = 'r' and c.relnamespace::regnamespace::text in
        ('public', 'stripe_sandbox') and c.relname not in ('halt_at', 'job_leases', 'audit_seals', '_sqlx_migrations')
      loop execute format('create trigger a_halt before insert or update or delete on %s for each row execute function count_writes()',
        t.name);
      end loop; end $$";

/// A place where whoever comes has to wait.
pub struct Halt {
    lock: PgConnection,
}

impl Halt {
    /// `place` in the words of a trigger: `after insert on orders`, `… when (new.status = 'paid')`.
    pub async fn at(pool: &PgPool, place: &str) -> Self {
        let (moment, condition) =
            place.split_once(" when ").map_or((place, String::new()), |(moment, when)| (moment, format!("when {when}")));
        sqlx::query(WAIT).execute(pool).await.unwrap();
        let trigger = format!("create or replace trigger z_halt {moment} for each row {condition} execute function halt()");
        sqlx::query(AssertSqlSafe(trigger)).execute(pool).await.unwrap();
        Self::hold(pool).await
    }

    /// Between the last statement of a transaction that writes a row of this table, and its end.
    pub async fn at_commit(pool: &PgPool, table: &str) -> Self {
        sqlx::query(WAIT).execute(pool).await.unwrap();
        let trigger = format!(
            "create constraint trigger z_halt_at_commit after insert or update on {table} deferrable initially deferred
             for each row execute function halt()"
        );
        sqlx::query(AssertSqlSafe(trigger)).execute(pool).await.unwrap();
        Self::hold(pool).await
    }

    /// The place is none any more.
    pub async fn nowhere(pool: &PgPool, place: &str) {
        let table = place.split(" on ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
        sqlx::query(AssertSqlSafe(format!("drop trigger z_halt on {table}"))).execute(pool).await.unwrap();
    }

    /// Before the `n`th row that is written from now on.
    pub async fn at_write(pool: &PgPool, n: i64) -> Self {
        let there: bool = sqlx::query_scalar("select to_regclass('halt_at') is not null").fetch_one(pool).await.unwrap();
        if !there {
            sqlx::raw_sql(EVERYWHERE).execute(pool).await.unwrap();
        }
        let halt = Self::hold(pool).await;
        sqlx::query(
            "with none as (delete from halt_at), start as (select setval('writes', 1, false)) insert into halt_at select $1 from start",
        )
        .bind(n)
        .execute(pool)
        .await
        .unwrap();
        halt
    }

    async fn hold(pool: &PgPool) -> Self {
        let mut lock = pool.connect_options().connect().await.unwrap();
        sqlx::query("select pg_advisory_lock($1)").bind(i64::from(LOCK)).execute(&mut lock).await.unwrap();
        Self { lock }
    }

    async fn waiting(&mut self) -> i64 {
        let count = AssertSqlSafe(format!("select count(*) {WAITING}"));
        sqlx::query_scalar(count).bind(LOCK).fetch_one(&mut self.lock).await.unwrap()
    }

    /// Waits until so many are there.
    pub async fn reached_by(&mut self, waiters: i64) {
        let seen = async {
            while self.waiting().await < waiters {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, seen).await.expect("nobody came to the place");
    }

    pub async fn reached(&mut self) {
        self.reached_by(1).await;
    }

    /// Lets all who wait go on.
    pub async fn let_go(self) {
        use sqlx::Connection;
        self.lock.close().await.unwrap();
    }

    /// Breaks the connections of those who wait here, who may be dead by now: what they had not committed is gone. Otherwise a statement
    /// that was sent as a whole would still be done after the death of its sender; which happens as well, and is the next place's case.
    pub async fn bury(mut self) {
        let end = AssertSqlSafe(format!("select pg_terminate_backend(pid, 5000) {WAITING}"));
        let ended: Vec<bool> = sqlx::query_scalar(end).bind(LOCK).fetch_all(&mut self.lock).await.unwrap();
        assert!(ended.iter().all(|ended| *ended));
        self.let_go().await;
    }
}
