//! `database exec`: a database for the length of a command, as the tests need one.

use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitCode;

use rustix::process::{Pid, Signal};
use souk::platform::db::embedded::{Cluster, Durability};
use souk::platform::db::{DatabaseConfig, Server};

use super::signals::Shutdown;
use super::{Failure, problems, variable};

/// What shells add to the number of the signal that ended a command.
const BY_SIGNAL: i32 = 128;

pub async fn exec(throwaway: bool, command: &[OsString]) -> Result<ExitCode, Failure> {
    let config = DatabaseConfig::from_env(variable).map_err(|found| problems(&found))?;
    // We outlive the command, to stop the database after it.
    let shutdown = Shutdown::listen()?;
    if throwaway {
        // Named after the process, so that two of them do not share: each deletes its own.
        let folder = config.embedded_dir.with_file_name(format!("throwaway-{}", std::process::id()));
        let cluster = Cluster::open(&folder, Durability::Throwaway).await?;
        let outcome = run(Some(cluster.url()), command, &shutdown).await;
        cluster.remove().await;
        return outcome;
    }
    let server = Server::find(&config).await?;
    let outcome = run(server.embedded_url(), command, &shutdown).await;
    server.close().await;
    outcome
}

/// Runs the command with the address, or with that of the environment.
async fn run(url: Option<String>, command: &[OsString], shutdown: &Shutdown) -> Result<ExitCode, Failure> {
    let Some((program, arguments)) = command.split_first() else { return Err("no command was given".into()) };
    let mut process = tokio::process::Command::new(program);
    process.args(arguments).kill_on_drop(true);
    if let Some(url) = url {
        process.env("DATABASE_URL", url);
    }
    let mut child = process.spawn().map_err(|error| format!("cannot run {}: {error}", program.display()))?;
    let status = tokio::select! {
        status = child.wait() => status?,
        () = shutdown.orderly.cancelled() => {
            // Ctrl-C reached it through the terminal, a plain `kill` of this process did not.
            if let Some(pid) = child.id().and_then(|id| Pid::from_raw(id.cast_signed())) {
                let _ = rustix::process::kill_process(pid, Signal::TERM);
            }
            tokio::select! {
                status = child.wait() => status?,
                // Killed when it is dropped.
                () = shutdown.quick.cancelled() => return Ok(ExitCode::FAILURE),
            }
        }
    };
    let code = status.code().or_else(|| status.signal().map(|signal| BY_SIGNAL + signal)).unwrap_or(1);
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)))
}
