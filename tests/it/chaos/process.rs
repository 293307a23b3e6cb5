//! The built program as a process of its own, which can be killed in mid-sentence and started again on the same database.

use std::net::SocketAddr;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, Signal};
use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};

use crate::support::App;

/// A debug build on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(60);

/// It drains for 20 s at most, and lets jobs finish beside that.
const STOP_LIMIT: Duration = Duration::from_secs(25);

/// Enough to see what went wrong.
const LAST_LINES: usize = 30;

/// The key of all instances: what one signs the next one believes, and the payment sandbox of each has the same keys.
pub const SECRET_KEY: (&str, &str) = ("SOUK_SECRET_KEY", "a key for instances that come and go");

/// So that many tests side by side stay below what PostgreSQL allows.
const CONNECTIONS: &str = "8";

/// What of the caller's environment a program needs. His database and his keys are not for tests.
const INHERITED: [&str; 5] = ["PATH", "HOME", "TMPDIR", "LANG", "PG_BIN_DIR"];

/// An instance, running or not.
pub struct Process {
    address: SocketAddr,
    pub url: String,
    variables: Vec<(String, String)>,
    child: Mutex<Option<Child>>,
    /// What all that ran under this name had to say.
    log: Arc<Mutex<Vec<String>>>,
}

impl Process {
    /// Started and open, on the database of `app` and beside its files.
    pub async fn start(app: &App, database: &PgConnectOptions, variables: &[(&str, &str)]) -> Self {
        // Free a moment ago. Kept for the whole test, so that the buyers' browsers find the next process where the last one was.
        let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let (listen, data) = (address.to_string(), app.dir().join("process"));
        let database = database.to_url_lossy();
        let own = [
            SECRET_KEY,
            ("SOUK_LISTEN", &listen),
            // Two instances of one shop have one public address.
            ("BASE_URL", &app.url),
            ("SOUK_DATA_DIR", data.to_str().unwrap()),
            ("DATABASE_URL", database.as_str()),
            ("DATABASE_MAX_CONNECTIONS", CONNECTIONS),
            ("RUST_LOG", "warn"),
        ];
        let variables = own.iter().chain(variables).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let process = Self { address, url: format!("http://{address}"), variables, child: Mutex::default(), log: Arc::default() };
        process.start_again().await;
        process
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub async fn start_again(&self) {
        assert!(self.child.lock().unwrap().is_none(), "it runs");
        // A file that grows beyond a limit set later is an error of that write, and not the end of the process.
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' XFSZ && exec \"$0\" serve", env!("CARGO_BIN_EXE_souk")]);
        command.current_dir(env!("CARGO_MANIFEST_DIR")).env_clear().kill_on_drop(true);
        for name in INHERITED {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (mut complaints, log) = (BufReader::new(child.stderr.take().unwrap()).lines(), self.log.clone());
        tokio::spawn(async move {
            while let Ok(Some(line)) = complaints.next_line().await {
                log.lock().unwrap().push(line);
            }
        });
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let opened = async {
            while let Some(line) = lines.next_line().await.unwrap() {
                if line.contains("Souk is open") {
                    return true;
                }
            }
            false
        };
        assert!(tokio::time::timeout(START_LIMIT, opened).await.expect("started"), "{:?}", child.wait().await);
        // Nobody may close what it writes to.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        *self.child.lock().unwrap() = Some(child);
    }

    fn pid(&self) -> Pid {
        let id = self.child.lock().unwrap().as_ref().and_then(Child::id).expect("it runs");
        Pid::from_raw(id.cast_signed()).unwrap()
    }

    /// To be waited for.
    fn signal(&self, signal: Signal) -> Child {
        rustix::process::kill_process(self.pid(), signal).unwrap();
        self.child.lock().unwrap().take().unwrap()
    }

    /// As the kernel does when memory is short: without a word.
    pub async fn kill(&self) {
        self.signal(Signal::KILL).wait().await.unwrap();
    }

    /// As a supervisor does; how it ended.
    pub async fn terminate(&self) -> ExitStatus {
        let mut child = self.signal(Signal::TERM);
        tokio::time::timeout(STOP_LIMIT, child.wait()).await.expect("stopped").unwrap()
    }

    /// Whether somebody still listens where it did.
    pub async fn listens(&self) -> bool {
        tokio::net::TcpStream::connect(self.address).await.is_ok()
    }

    /// From now on no file grows beyond this, as on a disk that is full; none lifts the limit.
    pub fn limit_files(&self, bytes: Option<u64>) {
        // The hard limit stays as it is: to raise it again would take rights.
        let maximum = rustix::process::getrlimit(Resource::Fsize).maximum;
        rustix::process::prlimit(Some(self.pid()), Resource::Fsize, Rlimit { current: bytes.or(maximum), maximum }).unwrap();
    }
}

/// A test that fails tells what its server said last.
impl Drop for Process {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log.lock().unwrap();
            for line in &log[log.len().saturating_sub(LAST_LINES)..] {
                println!("  server: {line}");
            }
        }
    }
}
