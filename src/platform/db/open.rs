//! From configuration to a database that is ready: server, roles, schema.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection};

use super::embedded::{Cluster, Durability, EmbeddedError};
use super::{Db, MIGRATOR, roles};

/// Connections of one instance. PostgreSQL allows 100 by default, so several instances and a person with `psql` fit beside each other.
const DEFAULT_MAX_CONNECTIONS: u32 = 20;

/// How long closing waits for connections still in use; what is left is rolled back by the server.
const CLOSE_LIMIT: Duration = Duration::from_secs(5);

/// Where the database is.
#[derive(Clone, Debug)]
pub struct DatabaseConfig {
    /// A server of one's own (`DATABASE_URL`); without one an embedded PostgreSQL is started.
    pub url: Option<SecretString>,
    /// Folder of the embedded PostgreSQL.
    pub embedded_dir: PathBuf,
    /// `DATABASE_MAX_CONNECTIONS`
    pub max_connections: u32,
    /// Refuses a superuser, whom row-level security does not bind.
    pub production: bool,
}

impl DatabaseConfig {
    /// What the variables `DATABASE_URL`, `DATABASE_MAX_CONNECTIONS`, `SOUK_DATA_DIR` and `SOUK_ENV` say.
    ///
    /// # Errors
    /// A sentence for each variable that makes no sense.
    pub fn from_env(var: impl Fn(&str) -> Option<String>) -> Result<Self, Vec<String>> {
        let var = |name: &str| var(name).filter(|value| !value.trim().is_empty());
        let mut problems = Vec::new();
        let url = var("DATABASE_URL");
        if let Some(url) = &url
            && PgConnectOptions::from_str(url).is_err()
        {
            // Not quoted: it may hold a password.
            problems.push("DATABASE_URL is not a PostgreSQL address (postgres://user:password@host:5432/database).".to_owned());
        }
        let max_connections = match var("DATABASE_MAX_CONNECTIONS").map(|text| text.parse::<u32>()) {
            None => DEFAULT_MAX_CONNECTIONS,
            Some(Ok(number @ 2..=1000)) => number,
            Some(_) => {
                problems.push("DATABASE_MAX_CONNECTIONS must be a number from 2 to 1000.".to_owned());
                DEFAULT_MAX_CONNECTIONS
            }
        };
        let embedded_dir = PathBuf::from(var("SOUK_DATA_DIR").unwrap_or_else(|| ".data".to_owned())).join("postgres");
        if problems.is_empty() {
            let production = var("SOUK_ENV").as_deref() == Some("production");
            Ok(Self { url: url.map(SecretString::from), embedded_dir, max_connections, production })
        } else {
            Err(problems)
        }
    }
}

/// Why there is no database.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    #[error("DATABASE_URL is not a PostgreSQL address: {0}")]
    Url(sqlx::Error),
    #[error("The database cannot be reached: {0}")]
    Connect(sqlx::Error),
    #[error("The database refused: {0}")]
    Sql(#[from] sqlx::Error),
    #[error("The schema cannot be brought up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    #[error(
        "The role souk_vendor is missing or not granted, and {user} may not change that ({cause}). As a superuser, run once:\n\n{sql}\n"
    )]
    VendorRole { user: String, sql: String, cause: String },
    #[error(
        "DATABASE_URL connects as {0}, a role that row-level security does not bind. Production needs an ordinary role that owns the database:\n\n  create role souk login password '…'; create database souk owner souk;\n"
    )]
    Unbound(String),
}

/// A server that answers: somebody else's, or an embedded one that is stopped by [`Server::close`].
#[derive(Debug)]
pub struct Server {
    options: PgConnectOptions,
    cluster: Option<Cluster>,
}

impl Server {
    /// Finds or starts the server and sees to the roles. Leaves the schema alone.
    ///
    /// # Errors
    /// When there is no server, or the role is not fit for use.
    pub async fn find(config: &DatabaseConfig) -> Result<Self, DatabaseError> {
        let Some(url) = &config.url else {
            let cluster = Cluster::open(&config.embedded_dir, Durability::Durable).await?;
            return Ok(Self { options: cluster.options(), cluster: Some(cluster) });
        };
        let options = PgConnectOptions::from_str(url.expose_secret()).map_err(DatabaseError::Url)?;
        let mut connection = connect(&options).await?;
        roles::check(&mut connection, config.production).await?;
        connection.close().await?;
        Ok(Self { options, cluster: None })
    }

    pub fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    /// For programs that take an address: `None` if the server is not an embedded one, and the address was in the environment anyway.
    pub fn embedded_url(&self) -> Option<String> {
        self.cluster.as_ref().map(Cluster::url)
    }

    /// Stops an embedded cluster, unless another process uses it.
    pub async fn close(self) {
        if let Some(cluster) = self.cluster {
            cluster.close().await;
        }
    }
}

/// A pool on a database with the current schema, and the server behind it.
#[derive(Debug)]
pub struct OpenDatabase {
    pub db: Db,
    server: Server,
}

impl OpenDatabase {
    /// Gives the connections back, then stops an embedded cluster. Comes last, after everything that may still write.
    pub async fn close(self) {
        if tokio::time::timeout(CLOSE_LIMIT, self.db.pool().close()).await.is_err() {
            tracing::warn!("some database connections were still in use at the end");
        }
        self.server.close().await;
    }
}

/// Finds or starts the server, applies the migrations, opens the pool.
///
/// # Errors
/// Says what to do where a person can do something.
pub async fn open(config: &DatabaseConfig) -> Result<OpenDatabase, DatabaseError> {
    let server = Server::find(config).await?;
    match open_on(&server, config.max_connections).await {
        Ok(db) => Ok(OpenDatabase { db, server }),
        Err(error) => {
            server.close().await;
            Err(error)
        }
    }
}

async fn open_on(server: &Server, max_connections: u32) -> Result<Db, DatabaseError> {
    migrate(server.options()).await?;
    Db::connect(server.options().clone(), max_connections).await.map_err(DatabaseError::Connect)
}

/// Applies what is missing. On a connection of its own, without the pool's limits: a migration may take longer than any request, and
/// waits for another instance that is at it.
///
/// # Errors
/// When a migration fails or an applied one was changed.
pub async fn migrate(options: &PgConnectOptions) -> Result<(), DatabaseError> {
    run_migrations(&MIGRATOR, options).await
}

/// The same with the files of a folder, for a schema newer than this program.
///
/// # Errors
/// As [`migrate`], and when the folder cannot be read.
pub async fn migrate_from(folder: &Path, options: &PgConnectOptions) -> Result<(), DatabaseError> {
    run_migrations(&sqlx::migrate::Migrator::new(folder).await?, options).await
}

async fn run_migrations(migrator: &sqlx::migrate::Migrator, options: &PgConnectOptions) -> Result<(), DatabaseError> {
    let mut connection = connect(&options.clone().application_name("souk migrate").options([("client_min_messages", "warning")])).await?;
    migrator.run_direct(None, &mut connection, false).await?;
    connection.close().await?;
    Ok(())
}

async fn connect(options: &PgConnectOptions) -> Result<PgConnection, DatabaseError> {
    options.connect().await.map_err(DatabaseError::Connect)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(pairs: &[(&str, &str)]) -> Result<DatabaseConfig, Vec<String>> {
        DatabaseConfig::from_env(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn without_variables_the_database_is_embedded() {
        let config = from(&[("DATABASE_URL", " ")]).unwrap();
        assert!(config.url.is_none());
        assert_eq!(config.embedded_dir, PathBuf::from(".data/postgres"));
        assert!(!config.production);
    }

    #[test]
    fn every_problem_is_named_and_no_password_shown() {
        let problems = from(&[("DATABASE_URL", "mysql//me:hunter2"), ("DATABASE_MAX_CONNECTIONS", "many")]).unwrap_err();
        assert_eq!(problems.len(), 2);
        assert!(!problems.concat().contains("hunter2"));
    }
}
