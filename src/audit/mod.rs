//! Append-only log of privileged actions (table `audit_log`): who did what to which object, with the state before and after. One row per
//! action (I13), written in the transaction of the action itself; the table refuses UPDATE, DELETE and TRUNCATE.
//!
//! # The chain
//!
//! Whoever owns the database can still lift that refusal. So the log is sealed (tables `audit_seals`, `audit_unsealed`): each seal holds a
//! hash over its entry and the seal before it, and `souk check` recomputes them all (I17). A row that is changed, removed or moved breaks
//! the chain. Cutting off its end leaves no trace in the database: for that the number and hash of the last seal stand on `/admin/audit`,
//! to be kept elsewhere.
//!
//! - Nobody waits for the chain. Writers note their row in `audit_unsealed` (by a trigger, so that it cannot be forgotten); one leased job
//!   seals what stands there. Seals have an order of their own, that in which entries became visible: one that is committed late is sealed
//!   late, and not passed over, as it would be by a mark of time or id.
//! - People can be forgotten. The chain holds ids, action and time; of before, after and reason it holds a digest with a salt of its own.
//!   [`service::forget`] blanks the values and the salt. What remains is checked as before, but for the values.

use serde_json::Value;
use uuid::Uuid;

use crate::values::UserId;

mod store;
pub mod service;

/// One privileged action.
#[derive(Clone, Debug)]
pub struct AuditEntry {
    /// None: the shop itself, or the command line.
    pub actor: Option<UserId>,
    /// Verb with its noun, such as `vendor.approved`.
    pub action: &'static str,
    pub object_kind: &'static str,
    pub object_id: Option<Uuid>,
    pub before: Option<Value>,
    pub after: Option<Value>,
    pub reason: Option<String>,
}
