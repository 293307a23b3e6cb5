//! What the program can be told to do.

use std::fmt::Display;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use souk::analytics::invariants;
use souk::platform::config::Config;
use souk::platform::db::{self, DatabaseConfig, OpenDatabase, Server};
use souk::platform::state::AppState;
use souk::platform::{site, telemetry};

mod admin;
mod database;
mod demo;
mod events;
mod load;
mod serve;
mod signals;

/// A multi-vendor marketplace in one binary on PostgreSQL. Settings come from the environment; see `.env.example`.
#[derive(Parser, Debug)]
#[command(version, about)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Serve the shop and do its background work (the default).
    Serve {
        /// Fill the shop with the demonstration's goods and accounts first, as far as they are missing.
        #[arg(long)]
        seed_demo: bool,
    },
    /// Do the background work without serving.
    Worker,
    /// Bring the database's schema up to date.
    Migrate {
        /// Take the files of this folder instead of those built into the program.
        #[arg(long, value_name = "FOLDER")]
        source: Option<PathBuf>,
    },
    /// Fill the shop.
    #[command(subcommand)]
    Seed(Seed),
    /// Accounts of administrators.
    #[command(subcommand)]
    Admin(Admin),
    /// What the payment gateway told us.
    #[command(subcommand)]
    Events(Events),
    /// Check the configuration, the database and the shop's invariants.
    Check,
    /// The embedded database.
    #[command(subcommand)]
    Database(Database),
}

#[derive(Subcommand, Debug)]
enum Seed {
    /// Goods, shops and accounts of the demonstration. May be run again.
    Demo,
    /// A large shop of made-up rows, to measure on: the same size, seed and day give the same rows. Wants an empty shop.
    Load(load::Amounts),
}

#[derive(Subcommand, Debug)]
enum Admin {
    /// Make an account with all rights. Asks for the password, or reads it from the input.
    Create {
        #[arg(long)]
        email: String,
        #[arg(long, default_value = "Administrator")]
        name: String,
    },
    /// Turn two-step sign-in off for an account whose owner lost authenticator and recovery codes.
    ResetTwoStep {
        #[arg(long)]
        email: String,
    },
}

#[derive(Subcommand, Debug)]
enum Events {
    /// Show the events that could not be applied.
    Failed,
    /// Apply events again. What they once did is not done twice.
    #[command(group(clap::ArgGroup::new("which").required(true)))]
    Replay {
        /// The gateway's id of one event, whatever became of it.
        #[arg(group = "which", value_name = "ID")]
        id: Option<String>,
        /// All that could not be applied, oldest first.
        #[arg(long, group = "which")]
        failed: bool,
    },
}

#[derive(Subcommand, Debug)]
enum Database {
    /// Run a command with DATABASE_URL set: to that of the environment, or to an embedded PostgreSQL that runs for as long.
    Exec {
        /// Use a PostgreSQL of its own, set up for this and deleted afterwards, and as fast as it gets. DATABASE_URL is ignored.
        #[arg(long)]
        throwaway: bool,
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        command: Vec<std::ffi::OsString>,
    },
}

/// What the person at the terminal is told.
#[derive(Debug)]
pub struct Failure(String);

impl<E: Display> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// Prints the reason for the end.
pub fn fail(failure: &Failure) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "souk: {}", failure.0);
    ExitCode::FAILURE
}

/// Prints for people, not for the log. A closed output must not end the server.
fn say(text: impl Display) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

pub async fn run(cli: Cli) -> Result<ExitCode, Failure> {
    telemetry::init(variable("SOUK_ENV").as_deref() == Some("production"));
    match cli.command.unwrap_or(Command::Serve { seed_demo: false }) {
        Command::Serve { seed_demo } => serve::serve(seed_demo).await?,
        Command::Worker => serve::work().await?,
        Command::Migrate { source } => migrate(source).await?,
        Command::Seed(Seed::Demo) => demo::seed().await?,
        Command::Seed(Seed::Load(amounts)) => load::load(&amounts).await?,
        Command::Admin(Admin::Create { email, name }) => admin::create(&email, &name).await?,
        Command::Admin(Admin::ResetTwoStep { email }) => admin::reset_two_step(&email).await?,
        Command::Events(Events::Failed) => events::show_failed().await?,
        Command::Events(Events::Replay { id, .. }) => events::replay(id.as_deref()).await?,
        Command::Check => return check().await,
        Command::Database(Database::Exec { throwaway, command }) => return database::exec(throwaway, &command).await,
    }
    Ok(ExitCode::SUCCESS)
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Everything that a command with the whole shop needs.
struct Shop {
    state: AppState,
    database: OpenDatabase,
}

impl Shop {
    async fn open(settings: Settings) -> Result<Self, Failure> {
        let database = db::open(&settings.database).await?;
        match AppState::new(settings.config, database.db.clone(), settings.leptos) {
            Ok(state) => Ok(Self { state, database }),
            Err(problem) => {
                database.close().await;
                Err(problem.into())
            }
        }
    }

    /// Hands the database back whatever became of the work.
    async fn close<T>(self, outcome: Result<T, Failure>) -> Result<T, Failure> {
        self.database.close().await;
        outcome
    }
}

struct Settings {
    config: Config,
    database: DatabaseConfig,
    leptos: leptos::config::LeptosOptions,
}

impl Settings {
    /// Reads everything, so that one attempt shows every mistake.
    fn read() -> Result<Self, Failure> {
        let leptos = site::options()?;
        match (Config::from_env(variable, leptos.site_addr), DatabaseConfig::from_env(variable)) {
            (Ok(config), Ok(database)) => Ok(Self { config, database, leptos }),
            (config, database) => Err(problems(&[config.err().unwrap_or_default(), database.err().unwrap_or_default()].concat())),
        }
    }
}

fn problems(found: &[String]) -> Failure {
    Failure(format!("the configuration cannot be used:\n  - {}", found.join("\n  - ")))
}

async fn migrate(source: Option<PathBuf>) -> Result<(), Failure> {
    let config = DatabaseConfig::from_env(variable).map_err(|found| problems(&found))?;
    let server = Server::find(&config).await?;
    let outcome = match source {
        Some(folder) => db::migrate_from(&folder, server.options()).await,
        None => db::migrate(server.options()).await,
    };
    server.close().await;
    outcome?;
    say("The schema is up to date.");
    Ok(())
}

/// Exits with 1 if anything is wrong, so that it can watch over a backup or a deployment.
async fn check() -> Result<ExitCode, Failure> {
    let shop = Shop::open(Settings::read()?).await?;
    let outcome = invariants::check_all(&shop.state).await.map_err(Failure::from);
    let violations = shop.close(outcome).await?;
    say("The configuration is in order. The database answers, and its schema is up to date.");
    for violation in &violations {
        say(format_args!("Broken: {violation}"));
    }
    if violations.is_empty() {
        say(format_args!("{} invariants hold.", invariants::names().count()));
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::FAILURE)
}
