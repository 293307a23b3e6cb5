//! The table of background jobs: name, period, function. `serve` runs them beside the pages, `worker` alone. Any number of instances may: a
//! lease lets one run each job at a time.

use std::time::Duration;

use crate::catalogue::exchange::service::{IMPORTS, bring_in};
use crate::platform::jobs::Job;
use crate::platform::{form_flash, idempotency, rate_limit};
use crate::{accounts, analytics, audit, cart, catalogue, checkout, notifications, orders, webhooks};

/// What is woken after a commit runs at once; the period is for what was missed.
pub static JOBS: &[Job] = &[
    Job {
        name: notifications::service::OUTBOX,
        every: Duration::from_secs(10),
        run: |state| Box::pin(notifications::service::send_due(state)),
    },
    Job { name: checkout::jobs::REFUNDS, every: Duration::from_secs(15), run: |state| Box::pin(checkout::jobs::send_refunds(state)) },
    // Woken by sales; what was put into carts may wait.
    Job { name: orders::service::SALES, every: Duration::from_secs(5), run: |state| Box::pin(analytics::service::add_up(state)) },
    Job { name: "reconcile", every: Duration::from_secs(30), run: |state| Box::pin(checkout::jobs::reconcile_payments(state)) },
    Job { name: "expire-orders", every: Duration::from_secs(60), run: |state| Box::pin(checkout::jobs::expire_orders(state)) },
    // Webhooks tell of what happens; this is for those that were lost.
    Job { name: "list-events", every: HOURLY, run: |state| Box::pin(checkout::service::receive_missed(state)) },
    Job {
        name: catalogue::service::counts::COUNT_LISTINGS,
        every: Duration::from_secs(60),
        run: |state| Box::pin(catalogue::service::counts::count_listings(state)),
    },
    // The newest products are looked at in any case, so the rest may be some minutes old.
    Job {
        name: catalogue::service::counts::READ_WORDS,
        every: Duration::from_secs(5 * 60),
        run: |state| Box::pin(catalogue::service::counts::read_words(state)),
    },
    Job { name: webhooks::service::WEBHOOKS, every: Duration::from_secs(10), run: |state| Box::pin(webhooks::service::send_due(state)) },
    Job { name: IMPORTS, every: Duration::from_secs(15), run: |state| Box::pin(bring_in(state)) },
    Job { name: "seal-audit-log", every: Duration::from_secs(30), run: |state| Box::pin(audit::service::seal(state)) },
    Job { name: "prune-sessions", every: HOURLY, run: |state| Box::pin(accounts::service::prune(state)) },
    Job { name: "prune-rate-limits", every: HOURLY, run: |state| Box::pin(rate_limit::prune(state)) },
    Job { name: "prune-idempotency-keys", every: HOURLY, run: |state| Box::pin(idempotency::prune(state)) },
    Job { name: "prune-webhooks", every: HOURLY, run: |state| Box::pin(webhooks::service::prune(state)) },
    Job { name: "prune-form-flashes", every: HOURLY, run: |state| Box::pin(form_flash::prune(state)) },
    Job { name: "prune-carts", every: DAILY, run: |state| Box::pin(cart::service::prune(state)) },
    Job { name: "sweep-pictures", every: DAILY, run: |state| Box::pin(catalogue::service::pictures::sweep(state)) },
];

const DAILY: Duration = Duration::from_secs(24 * 60 * 60);
const HOURLY: Duration = Duration::from_secs(60 * 60);
