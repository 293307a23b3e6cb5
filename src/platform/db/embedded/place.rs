//! Where a cluster lies on disk, and how its programs are run there.

use std::ffi::OsStr;
use std::fs::{File, Permissions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use sha2::{Digest, Sha256};
use tokio::process::{Child, Command};

use super::account::Account;
use super::programs::Programs;
use super::{Durability, EmbeddedError, postmaster};

/// Only a part of the socket's name: the server listens on no network address.
pub(super) const PORT: u16 = 5432;

/// The longest path a socket may have, by `sockaddr_un`.
const SOCKET_PATH_LIMIT: usize = 107;

/// Where data go when the project lies in a folder that PostgreSQL's user may not enter, such as root's home.
const FALLBACK: &str = "/var/lib/souk";

/// A log past this size starts anew: nobody reads it, and it must not fill the disk.
const LOG_LIMIT: u64 = 10 << 20;

/// What of the log an error message shows.
const TAIL_LINES: usize = 15;

/// The shop's own pool, a second instance, and tests that run in parallel.
const MAX_CONNECTIONS: &str = "max_connections=200";

#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Folder above the one that was asked for, `.data`; tools may lie beside it.
    pub project_data: PathBuf,
    /// Locks, log and data.
    pub root: PathBuf,
    pub data: PathBuf,
    /// Names the cluster in process lists and names its socket folder: short, and different for every data folder.
    pub tag: String,
    pub account: Option<Account>,
}

impl Place {
    pub fn prepare(folder: &Path) -> Result<Self, EmbeddedError> {
        let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        make_folder(parent)?;
        let cannot_read = |path: &Path| EmbeddedError::io(format!("Cannot open {}", path.display()));
        let project_data = parent.canonicalize().map_err(cannot_read(parent))?;
        let mut root = project_data.join(folder.file_name().unwrap_or(OsStr::new("postgres")));
        let account = Account::choose(&root.join("data"))?;
        if let Some(account) = account
            && !account.can_enter(&project_data)
        {
            root = Path::new(FALLBACK).join(digest(&root));
            make_folder(Path::new(FALLBACK))?;
            tracing::info!(folder = %root.display(), "PostgreSQL's user may not enter the project's folder, so the data go elsewhere");
        }
        make_folder(&root)?;
        // The account may change with the place: data that are there keep their owner.
        let account = Account::choose(&root.join("data"))?;
        Ok(Self { project_data, data: root.join("data"), tag: format!("souk-{}", digest(&root)), root, account })
    }

    pub fn start_lock(&self) -> PathBuf {
        self.root.join("start.lock")
    }

    pub fn users_lock(&self) -> PathBuf {
        self.root.join("users.lock")
    }

    pub fn log(&self) -> PathBuf {
        self.root.join("log")
    }

    pub fn log_tail(&self) -> String {
        let text = std::fs::read(self.log()).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
    }

    /// Major version of the data, if there are any.
    pub fn data_version(&self) -> Option<String> {
        std::fs::read_to_string(self.data.join("PG_VERSION")).ok().map(|version| version.trim().to_owned())
    }

    /// Makes the data folder: beside its place and then renamed, so that one half made is never taken for a whole.
    pub async fn ensure_data(&self, programs: &Programs) -> Result<(), EmbeddedError> {
        if self.data_version().is_some() {
            return Ok(());
        }
        tracing::info!(folder = %self.data.display(), "setting up a PostgreSQL of our own");
        let half = self.root.join("data.new");
        let _ = std::fs::remove_dir_all(&half);
        // Better the locale of the system's Unicode; a C library without it falls back to plain bytes.
        let mut outcome = self.initdb(programs, &half, "C.UTF-8").await;
        if outcome.is_err() {
            let _ = std::fs::remove_dir_all(&half);
            outcome = self.initdb(programs, &half, "C").await;
        }
        outcome?;
        std::fs::rename(&half, &self.data).map_err(EmbeddedError::io(format!("Cannot name {}", self.data.display())))
    }

    async fn initdb(&self, programs: &Programs, folder: &Path, locale: &str) -> Result<(), EmbeddedError> {
        self.make_private(folder)?;
        let locale = format!("--locale={locale}");
        let mut command = self.command(programs, "initdb")?;
        command.args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-instructions", &locale, "-D"]).arg(folder);
        let status = command.status().await.map_err(EmbeddedError::io("Cannot run initdb"))?;
        if status.success() {
            return Ok(());
        }
        Err(EmbeddedError::Failed { program: "initdb", status: status.to_string(), log: self.log(), tail: self.log_tail() })
    }

    /// Starts the server and does not wait until it answers.
    pub fn spawn_server(&self, programs: &Programs, sockets: &Path, durability: Durability) -> Result<Child, EmbeddedError> {
        let mut command = self.command(programs, "postgres")?;
        command.arg("-D").arg(&self.data).arg("-k").arg(sockets).args(["-p", &PORT.to_string()]);
        let cluster_name = format!("cluster_name={}", self.tag);
        // Errors only, below which lies the warning about each `rollback` without a transaction; start and stop are logged all the same.
        let mut settings = vec![
            &*cluster_name,
            "listen_addresses=",
            "unix_socket_permissions=0700",
            MAX_CONNECTIONS,
            "log_min_messages=error",
            "timezone=UTC",
        ];
        if durability == Durability::Throwaway {
            settings.extend(["fsync=off", "synchronous_commit=off", "full_page_writes=off"]);
        }
        for setting in settings {
            command.args(["-c", setting]);
        }
        command.spawn().map_err(EmbeddedError::io("Cannot run postgres"))
    }

    fn command(&self, programs: &Programs, program: &'static str) -> Result<Command, EmbeddedError> {
        let log = self.open_log()?;
        let also = log.try_clone().map_err(EmbeddedError::io("Cannot write the database's log"))?;
        let mut command = Command::new(programs.path(program));
        // The project's folder may be one that the account cannot enter.
        command.current_dir(&self.root).stdin(Stdio::null()).stdout(log).stderr(also);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"PG")) {
            command.env_remove(name);
        }
        // A group of its own: Ctrl-C in the terminal must not stop the database before the server has drained.
        command.process_group(0);
        if let Some(account) = self.account {
            command.uid(account.uid).gid(account.gid);
        }
        Ok(command)
    }

    fn open_log(&self) -> Result<File, EmbeddedError> {
        let path = self.log();
        if path.metadata().is_ok_and(|found| found.len() > LOG_LIMIT) {
            let _ = std::fs::remove_file(&path);
        }
        File::options().create(true).append(true).open(&path).map_err(EmbeddedError::io(format!("Cannot write {}", path.display())))
    }

    /// A private folder with a short name for the socket. The system's folder for such things is open to all, so it is looked at closely.
    pub fn ensure_sockets(&self) -> Result<PathBuf, EmbeddedError> {
        let usual = std::env::temp_dir();
        let name_of = |folder: &Path| folder.join(&self.tag);
        let too_long = |folder: &Path| name_of(folder).as_os_str().len() + format!("/.s.PGSQL.{PORT}.lock").len() > SOCKET_PATH_LIMIT;
        let entered = |folder: &Path| self.account.is_none_or(|account| account.can_enter(folder));
        let folder = if too_long(&usual) || !entered(&usual) { name_of(Path::new("/tmp")) } else { name_of(&usual) };
        self.make_private(&folder)?;
        let found = folder.symlink_metadata().map_err(EmbeddedError::io(format!("Cannot open {}", folder.display())))?;
        let owner = self.account.map_or_else(|| rustix::process::geteuid().as_raw(), |account| account.uid);
        if !found.is_dir() || found.uid() != owner || found.permissions().mode() & 0o077 != 0 {
            return Err(EmbeddedError::SocketFolder(folder));
        }
        postmaster::clear_stale_socket(&folder)?;
        Ok(folder)
    }

    /// A folder for PostgreSQL's user alone.
    fn make_private(&self, folder: &Path) -> Result<(), EmbeddedError> {
        let cannot = || EmbeddedError::io(format!("Cannot make {}", folder.display()));
        match std::fs::DirBuilder::new().mode(0o700).create(folder) {
            // Whose it is, and who may look in, is for the caller to see: it is not ours to change.
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Ok(()),
            made => made.map_err(cannot())?,
        }
        if let Some(account) = self.account {
            chown(folder, Some(account.uid), Some(account.gid)).map_err(cannot())?;
        }
        Ok(())
    }
}

/// Others may pass through, whatever the umask says: PostgreSQL's user has to.
fn make_folder(folder: &Path) -> Result<(), EmbeddedError> {
    if folder.is_dir() {
        return Ok(());
    }
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::set_permissions(folder, Permissions::from_mode(0o755)))
        .map_err(EmbeddedError::io(format!("Cannot make {}", folder.display())))
}

fn digest(path: &Path) -> String {
    use std::fmt::Write as _;
    use std::os::unix::ffi::OsStrExt;
    Sha256::digest(path.as_os_str().as_bytes()).iter().take(6).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_folders_have_two_tags_and_both_are_short() {
        let (one, two) = (digest(Path::new("/srv/one")), digest(Path::new("/srv/two")));
        assert_ne!(one, two);
        assert_eq!(one.len(), 12);
    }
}
