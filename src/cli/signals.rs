//! Ctrl-C, SIGTERM and a closed terminal.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Position of SIGHUP in the mask of ignored signals.
const HANGUP_BIT: u64 = 1;

/// Two tokens: the first signal asks for an orderly end, a second one for a quick end.
#[derive(Clone, Debug, Default)]
pub struct Shutdown {
    pub orderly: CancellationToken,
    pub quick: CancellationToken,
}

impl Shutdown {
    /// Listens from now on. Comes before the database is started, which must not be left running by an early Ctrl-C.
    ///
    /// # Errors
    /// When the system allows no handler.
    pub fn listen() -> io::Result<Self> {
        let mut signals = Signals::new()?;
        let shutdown = Self::default();
        let told = shutdown.clone();
        tokio::spawn(async move {
            signals.next().await;
            tracing::info!("shutting down; once more to hurry");
            told.orderly.cancel();
            signals.next().await;
            told.quick.cancel();
        });
        Ok(shutdown)
    }
}

struct Signals {
    interrupt: Signal,
    terminate: Signal,
    /// None under `nohup`, which asks to outlive the terminal.
    hangup: Option<Signal>,
}

impl Signals {
    fn new() -> io::Result<Self> {
        let hangup = if ignores_hangup() { None } else { Some(signal(SignalKind::hangup())?) };
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())?, hangup })
    }

    async fn next(&mut self) {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = hangup => {}
        }
    }
}

fn ignores_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & HANGUP_BIT != 0)
}
