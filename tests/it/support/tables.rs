//! What the database holds, in short: equal before and after means that nothing was changed.

use std::collections::BTreeMap;

use sqlx::PgPool;

/// Tables that say nothing about the shop: who looked when, counters, what a refused form said, and the run of jobs.
const LEFT_OUT: &[&str] = &["sessions", "refresh_tokens", "rate_limits", "form_flashes", "job_leases", "_sqlx_migrations"];

/// For each table the number of its rows and a sum over all that is in them.
pub type Contents = BTreeMap<String, String>;

async fn tables(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar(
        "select schemaname || '.' || tablename from pg_tables where schemaname in ('public', 'stripe_sandbox') and tablename <> all($1)",
    )
    .bind(LEFT_OUT)
    .fetch_all(pool)
    .await
    .unwrap()
}

pub async fn contents(pool: &PgPool) -> Contents {
    let tables = tables(pool).await;
    let sums = tables.iter().map(|table| {
        format!("select '{table}', (select count(*) || ':' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) from {table} t)")
    });
    let statement = sums.collect::<Vec<_>>().join(" union all ");
    let rows: Vec<(String, String)> = sqlx::query_as(sqlx::AssertSqlSafe(statement)).fetch_all(pool).await.unwrap();
    rows.into_iter().collect()
}

/// Tables in which a row holds something that matches.
pub async fn holding(pool: &PgPool, pattern: &str) -> Vec<String> {
    let tables = tables(pool).await;
    let found = tables.iter().map(|table| format!("select '{table}' where exists (select from {table} t where t::text ~ $1)"));
    let statement = found.collect::<Vec<_>>().join(" union all ");
    sqlx::query_scalar(sqlx::AssertSqlSafe(statement)).bind(pattern).fetch_all(pool).await.unwrap()
}

/// Tables that differ.
pub fn changed(before: &Contents, after: &Contents) -> Vec<String> {
    after.iter().filter(|(table, sum)| before.get(*table) != Some(*sum)).map(|(table, _)| table.clone()).collect()
}

/// The control: a summary that never changes would let everything pass.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_change_is_seen(pool: PgPool) {
    let before = contents(&pool).await;
    sqlx::query("insert into users (id, email, name, password_hash) values (gen_random_uuid(), 'a@example.com', 'Ada', 'none')")
        .execute(&pool)
        .await
        .unwrap();
    let between = contents(&pool).await;
    assert_eq!(changed(&before, &between), ["public.users"]);
    sqlx::query("update users set role = 'admin'").execute(&pool).await.unwrap();
    assert_eq!(changed(&between, &contents(&pool).await), ["public.users"]);
    assert_eq!(changed(&between, &between), [""; 0]);
    assert_eq!(holding(&pool, "a@example").await, ["public.users"]);
    assert_eq!(holding(&pool, "nobody@example").await, [""; 0]);
}
