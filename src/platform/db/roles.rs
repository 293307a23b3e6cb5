//! Who we are on somebody else's server, and the role behind which vendors work.

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use super::DatabaseError;

/// Two instances may create the role at once; the second is told so by one of these codes.
const ALREADY_THERE: [&str; 2] = ["42710", "23505"];

/// Sees that the role is bound by row-level security and may act as `souk_vendor`.
pub(super) async fn check(connection: &mut PgConnection, production: bool) -> Result<(), DatabaseError> {
    let (user, unbound): (String, bool) =
        sqlx::query_as("select current_user::text, rolsuper or rolbypassrls from pg_roles where rolname = current_user")
            .fetch_one(&mut *connection)
            .await?;
    if unbound {
        if production {
            return Err(DatabaseError::Unbound(user));
        }
        tracing::warn!(%user, "this database role is not bound by row-level security; production would refuse it");
    }
    ensure_vendor_role(connection, &user).await
}

async fn ensure_vendor_role(connection: &mut PgConnection, user: &str) -> Result<(), DatabaseError> {
    let create = "create role souk_vendor nologin";
    let grant = format!("grant souk_vendor to \"{}\"", user.replace('"', "\"\""));
    if !exists(connection).await? {
        run(connection, create, user, &format!("  {create};\n  {grant};")).await?;
    }
    if !granted(connection).await? {
        run(connection, &grant, user, &format!("  {grant};")).await?;
    }
    Ok(())
}

async fn exists(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("select exists (select from pg_roles where rolname = 'souk_vendor')").fetch_one(connection).await
}

/// Whether `set role souk_vendor` works, tried out: what membership means for it changed with PostgreSQL 16.
async fn granted(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let mut tx = connection.begin().await?;
    let allowed = match tx.execute("set local role souk_vendor").await {
        Ok(_) => true,
        Err(error) if code(&error).as_deref() == Some("42501") => false,
        Err(error) => return Err(error),
    };
    tx.rollback().await?;
    Ok(allowed)
}

async fn run(connection: &mut PgConnection, statement: &str, user: &str, remedy: &str) -> Result<(), DatabaseError> {
    // Fixed text but for the role's own name, which is quoted.
    match connection.execute(AssertSqlSafe(statement.to_owned())).await {
        Ok(_) => Ok(()),
        Err(error) if code(&error).is_some_and(|code| ALREADY_THERE.contains(&code.as_str())) => Ok(()),
        Err(error) => Err(DatabaseError::VendorRole { user: user.to_owned(), sql: remedy.to_owned(), cause: error.to_string() }),
    }
}

fn code(error: &sqlx::Error) -> Option<String> {
    error.as_database_error().and_then(|cause| cause.code()).map(|code| code.into_owned())
}
