//! `/admin/audit`: who did what to which object.

use axum::extract::State;
use axum::response::Response;
use http::Uri;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::bearer::AdminBearer;
use super::body::Parameters;
use super::listed::Listed;
use super::problem::Problem;
use crate::dashboard::service::log;
use crate::dashboard::{AuditFilter, AuditLine};
use crate::orders::service::rfc3339;
use crate::platform::state::AppState;
use crate::values::AuditId;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// Address of whoever did it.
    actor: Option<String>,
    /// How the action begins, such as `vendor` or `vendor.approved`.
    action: Option<String>,
    object_id: Option<Uuid>,
    /// `next` of the page before.
    cursor: Option<AuditId>,
}

/// One privileged action.
#[derive(Serialize, ToSchema)]
pub struct AuditView {
    id: AuditId,
    /// Address of whoever did it. Null: the shop itself, the command line, or an account that is no more.
    actor: Option<String>,
    action: String,
    object_kind: String,
    object_id: Option<Uuid>,
    #[schema(value_type = Option<Object>)]
    before: Option<Value>,
    #[schema(value_type = Option<Object>)]
    after: Option<Value>,
    reason: Option<String>,
    at: String,
    /// Number of its seal; null while it waits for one.
    seal: Option<i64>,
}

impl From<AuditLine> for AuditView {
    fn from(line: AuditLine) -> Self {
        let AuditLine { id, actor, action, object_kind, object_id, before, after, reason, at, seal, .. } = line;
        Self { id, actor, action, object_kind, object_id, before, after, reason, at: rfc3339(at), seal }
    }
}

/// The audit log, newest first.
#[utoipa::path(get, path = "/admin/audit", tag = "Admins", params(AuditQuery), responses((status = 200, body = Listed<AuditView>)))]
pub async fn list(
    State(state): State<AppState>,
    AdminBearer(admin): AdminBearer,
    uri: Uri,
    Parameters(query): Parameters<AuditQuery>,
) -> Result<Response, Problem> {
    let AuditQuery { actor, action, object_id, cursor } = query;
    let filter = AuditFilter { actor, action, object: object_id, ..AuditFilter::default() };
    let page = log::list(&state.db, &admin, &filter, cursor).await?;
    Ok(Listed::<AuditView>::new(page.entries, page.next).at(&state, &uri))
}
