//! The server process: whether it runs, and whether it is ours.
//!
//! A process id in a file proves little: the process may have ended, may be a zombie that nobody collects, or may by now be somebody
//! else's. Our servers carry a tag in their command line (`cluster_name`), and so do their backends, in a form that every user may read.

use std::path::{Path, PathBuf};

use rustix::process::{Pid, Signal};

use super::EmbeddedError;
use super::place::{PORT, Place};

/// Where Linux shows its processes. On systems without it a living process id has to do.
const PROCESSES: &str = "/proc";

/// What stands in `postmaster.pid`.
#[derive(Clone, Debug)]
pub(super) struct Postmaster {
    pub pid: i32,
    /// Folder of its socket.
    pub sockets: PathBuf,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Presence {
    Ours,
    /// It ended, or the id went to another program.
    Gone,
    /// A PostgreSQL on the same data that we did not start.
    Occupied,
}

impl Postmaster {
    pub fn read(data: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(data.join("postmaster.pid")).ok()?;
        let mut lines = text.lines();
        let pid = lines.next()?.trim().parse().ok().filter(|pid| *pid > 0)?;
        // Lines: process, data, start time, port, socket folder. The last comes a moment later, while the server starts.
        let sockets = lines.nth(3).map(PathBuf::from).unwrap_or_default();
        Some(Self { pid, sockets })
    }

    pub fn presence(&self, place: &Place) -> Presence {
        let process = Path::new(PROCESSES).join(self.pid.to_string());
        if !Path::new(PROCESSES).join("self/stat").exists() {
            let alive = Pid::from_raw(self.pid).is_some_and(|pid| rustix::process::test_kill_process(pid).is_ok());
            return if alive { Presence::Ours } else { Presence::Gone };
        }
        if !is_postgres(&process) {
            return Presence::Gone;
        }
        if carries(&process, &place.tag) {
            return Presence::Ours;
        }
        // Another cluster's server works in its own data folder; if we may not see which that is, we had better not guess.
        match process.join("cwd").read_link() {
            Ok(folder) if folder != place.data => Presence::Gone,
            _ => Presence::Occupied,
        }
    }

    /// Fast shutdown: sessions are rolled back, nothing is lost.
    pub fn interrupt(&self) {
        if let Some(pid) = Pid::from_raw(self.pid)
            && let Err(error) = rustix::process::kill_process(pid, Signal::INT)
        {
            tracing::warn!(%error, pid = self.pid, "cannot signal PostgreSQL");
        }
    }
}

/// Whether any process of the cluster is left: backends for a moment outlive a server that was killed.
pub(super) fn survivors(tag: &str) -> bool {
    let Ok(entries) = Path::new(PROCESSES).read_dir() else { return false };
    entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(|first: char| first.is_ascii_digit()))
        .any(|entry| is_postgres(&entry.path()) && carries(&entry.path(), tag))
}

/// PostgreSQL clears up after itself unless the id in the file lives again as another program. The caller has seen that nothing of the
/// cluster is left, so nobody can be using its shared memory.
pub(super) fn clear_stale_pid_file(place: &Place) -> Result<(), EmbeddedError> {
    remove(&place.data.join("postmaster.pid"))
}

/// The same for a socket and its lock in our own folder.
pub(super) fn clear_stale_socket(sockets: &Path) -> Result<(), EmbeddedError> {
    let socket = sockets.join(format!(".s.PGSQL.{PORT}"));
    remove(&socket.with_extension(format!("{PORT}.lock")))?;
    remove(&socket)
}

fn remove(file: &Path) -> Result<(), EmbeddedError> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(EmbeddedError::io(format!("Cannot remove {}", file.display()))(error))
        }
        _ => Ok(()),
    }
}

/// Alive, and the program is PostgreSQL. From `stat`: "pid (name) state …"; the name may hold spaces and brackets.
fn is_postgres(process: &Path) -> bool {
    std::fs::read_to_string(process.join("stat")).is_ok_and(|stat| is_living_postgres(&stat))
}

fn is_living_postgres(stat: &str) -> bool {
    let Some((start, rest)) = stat.rsplit_once(')') else { return false };
    let name = start.split_once('(').map(|(_, name)| name);
    let state = rest.trim_start().chars().next();
    name == Some("postgres") && !matches!(state, Some('Z' | 'X' | 'x') | None)
}

/// A process in the middle of its exit has no command line any more, for less than a moment: it counts, so that we wait for its end.
fn carries(process: &Path, tag: &str) -> bool {
    std::fs::read(process.join("cmdline")).is_ok_and(|line| line.is_empty() || line.windows(tag.len()).any(|part| part == tag.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zombies_and_other_programs_are_not_a_server() {
        assert!(is_living_postgres("812 (postgres) S 1 812 812 0"));
        assert!(!is_living_postgres("812 (postgres) Z 1 812 812 0"));
        assert!(!is_living_postgres("812 (psql) S 1 812 812 0"));
        assert!(!is_living_postgres("812 (a (postgres) b) S 1"));
        assert!(!is_living_postgres(""));
    }

    #[test]
    fn the_lock_of_a_socket_has_the_name_that_postgres_gives_it() {
        let socket = Path::new("/tmp/x").join(format!(".s.PGSQL.{PORT}"));
        assert_eq!(socket.with_extension(format!("{PORT}.lock")), Path::new("/tmp/x/.s.PGSQL.5432.lock"));
    }
}
