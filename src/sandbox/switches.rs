//! What tests may ask the sandbox to do wrong: `POST /_stripe/test/switches` with the secret key. Kept in the database, like everything
//! else, so that a restarted server goes on misbehaving.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::call::{Call, Failure};
use super::form::Params;
use super::refusal::Refusal;
use super::{attempt, disputes, refunds, store};

/// More copies of a message than any test needs.
const MAX_COPIES: i64 = 50;
/// Three days, for "late".
const MAX_DELAY_S: i64 = 3 * 24 * 3600;
const MAX_FAULTS: i64 = 10_000;

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Switches {
    /// `deliver` or `drop`.
    webhooks: String,
    /// Where events go instead of the shop: to a test that wants to see what is sent, on this machine. Empty: to the shop.
    webhook_url: String,
    /// How often each event is sent.
    copies: u32,
    delay_s: u32,
    /// Confirmed intents stay in `processing` until settled.
    pub(super) stay_processing: bool,
    /// Refunds stay `pending` until settled.
    pub(super) stay_pending: bool,
    /// `none`, or one of [`FAULTS`].
    fault: String,
    /// Such as `payment_intents.create`; `*` is any.
    fault_operation: String,
    fault_times: i64,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            webhooks: "deliver".to_owned(),
            webhook_url: String::new(),
            copies: 1,
            delay_s: 0,
            stay_processing: false,
            stay_pending: false,
            fault: "none".to_owned(),
            fault_operation: "*".to_owned(),
            fault_times: 0,
        }
    }
}

/// A 500, or silence; before anything has happened, or after.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fault {
    FailBefore,
    FailAfter,
    TimeoutBefore,
    TimeoutAfter,
}

const FAULTS: [(&str, Fault); 4] = [
    ("fail_before", Fault::FailBefore),
    ("fail_after", Fault::FailAfter),
    ("timeout_before", Fault::TimeoutBefore),
    ("timeout_after", Fault::TimeoutAfter),
];

impl Switches {
    /// How many times an event is sent; 0 for never.
    pub(super) fn copies(&self) -> u32 {
        if self.webhooks == "drop" { 0 } else { self.copies }
    }

    pub(super) fn webhook_url(&self) -> Option<&str> {
        Some(self.webhook_url.as_str()).filter(|url| !url.is_empty())
    }

    pub(super) fn delay(&self) -> Duration {
        Duration::from_secs(u64::from(self.delay_s))
    }

    pub(super) fn from_row(settings: Option<Value>) -> Self {
        settings.and_then(|settings| serde_json::from_value(settings).ok()).unwrap_or_default()
    }

    fn apply(&mut self, params: &mut Params, base_url: &str) -> Result<(), Refusal> {
        if params.boolean("reset")? == Some(true) {
            *self = Self::default();
        }
        if let Some(webhooks) = params.text("webhooks")? {
            self.webhooks = one_of("webhooks", webhooks, &["deliver", "drop"])?;
        }
        if let Some(url) = params.text("webhook_url")? {
            if !url.is_empty() && !attempt::is_own_url(&url, base_url) {
                return Err(Refusal::invalid("The sandbox sends to this machine only.", "webhook_url").code("url_invalid"));
            }
            self.webhook_url = url;
        }
        if let Some(copies) = params.integer("copies")? {
            self.copies = in_range("copies", copies, 1, MAX_COPIES)?;
        }
        if let Some(delay) = params.integer("delay_s")? {
            self.delay_s = in_range("delay_s", delay, 0, MAX_DELAY_S)?;
        }
        self.stay_processing = params.boolean("stay_processing")?.unwrap_or(self.stay_processing);
        self.stay_pending = params.boolean("stay_pending")?.unwrap_or(self.stay_pending);
        if let Some(fault) = params.text("fault")? {
            let known: Vec<&str> = FAULTS.iter().map(|(name, _)| *name).chain(["none"]).collect();
            self.fault = one_of("fault", fault, &known)?;
            self.fault_times = 1;
        }
        if let Some(operation) = params.text("fault_operation")? {
            self.fault_operation = operation;
        }
        if let Some(times) = params.integer("fault_times")? {
            self.fault_times = in_range("fault_times", times, 0, MAX_FAULTS)?.into();
        }
        Ok(())
    }
}

fn one_of(name: &str, value: String, known: &[&str]) -> Result<String, Refusal> {
    if known.contains(&value.as_str()) {
        return Ok(value);
    }
    Err(Refusal::invalid(&format!("Must be one of {}.", known.join(", ")), name))
}

fn in_range(name: &str, value: i64, least: i64, most: i64) -> Result<u32, Refusal> {
    let value = if (least..=most).contains(&value) { u32::try_from(value).ok() } else { None };
    value.ok_or_else(|| Refusal::invalid(&format!("Must be between {least} and {most}."), name))
}

/// The fault that this call is to suffer.
pub(super) async fn take_fault(pool: &store::Pool, operation: &str) -> Result<Option<Fault>, Failure> {
    let kind = store::take_fault(pool, operation).await?;
    Ok(kind.and_then(|kind| FAULTS.iter().find(|(name, _)| *name == kind).map(|(_, fault)| *fault)))
}

pub(super) async fn read(call: &mut Call) -> Result<Value, Failure> {
    Ok(json!(call.switches))
}

/// Sets switches; `settle=<id>&outcome=succeeded|failed` ends what was made to wait, `won|lost` a dispute.
pub(super) async fn set(call: &mut Call, mut params: Params) -> Result<Value, Failure> {
    let mut switches = call.switches.clone();
    switches.apply(&mut params, &call.base_url)?;
    let settle = params.text("settle")?;
    let outcome = params.text("outcome")?;
    params.finish()?;
    store::set_switches(&mut call.tx, &json!(switches)).await?;
    call.switches = switches;
    let Some(id) = settle else { return read(call).await };
    if id.starts_with("du_") {
        let won = one_of("outcome", outcome.unwrap_or_else(|| "won".to_owned()), &["won", "lost"])? == "won";
        return disputes::settle(call, &id, won).await;
    }
    let succeeded = one_of("outcome", outcome.unwrap_or_else(|| "succeeded".to_owned()), &["succeeded", "failed"])? == "succeeded";
    if id.starts_with("re_") { refunds::settle(call, &id, succeeded).await } else { attempt::settle(call, &id, succeeded).await }
}
