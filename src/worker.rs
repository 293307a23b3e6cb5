//! The table of background jobs: name, period, function. `serve` runs them beside the pages, `worker` alone.

use crate::platform::jobs::Job;

/// Each entry: `Job { name: "outbox", every: Duration::from_secs(15), run: |state| Box::pin(notifications::service::send_due(state)) }`.
pub static JOBS: &[Job] = &[];
