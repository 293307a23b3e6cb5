//! The roles and the database that a new cluster lacks.

use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};

use super::{DATABASE, ROLE};

/// A healthy local server answers within milliseconds; a dying one may never.
const ANSWER_LIMIT: Duration = Duration::from_secs(1);

/// Whether the server takes connections.
pub(super) async fn answers(superuser: &PgConnectOptions) -> bool {
    let asked = async {
        let mut connection = superuser.clone().disable_statement_logging().connect().await?;
        connection.ping().await?;
        connection.close().await
    };
    matches!(tokio::time::timeout(ANSWER_LIMIT, asked).await, Ok(Ok(())))
}

/// Creates what is missing. Runs under the start lock, so nobody else does the same.
pub(super) async fn run(superuser: &PgConnectOptions) -> Result<(), sqlx::Error> {
    let mut connection = superuser.connect().await?;
    let (role, vendor_role, database): (bool, bool, bool) = sqlx::query_as(
        "select exists (select from pg_roles where rolname = $1), exists (select from pg_roles where rolname = 'souk_vendor'),
           exists (select from pg_database where datname = $2)",
    )
    .bind(ROLE)
    .bind(DATABASE)
    .fetch_one(&mut connection)
    .await?;
    if !role {
        // May create databases, which the tests do; is no superuser, or row-level security would not be tried.
        connection.execute(AssertSqlSafe(format!("create role {ROLE} login createdb"))).await?;
    }
    if !vendor_role {
        connection.execute("create role souk_vendor nologin").await?;
    }
    connection.execute(AssertSqlSafe(format!("grant souk_vendor to {ROLE}"))).await?;
    if !database {
        connection.execute(AssertSqlSafe(format!("create database {DATABASE} owner {ROLE}"))).await?;
    }
    connection.close().await
}
