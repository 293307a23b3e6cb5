//! Append-only log of privileged actions (table `audit_log`): who did what to which object, with the state before and after. One row per
//! action (I13), written in the transaction of the action itself; the table refuses UPDATE, DELETE and TRUNCATE.

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
