//! `/admin/users`: accounts.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use http::Uri;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::bearer::AdminBearer;
use super::body::{Body, Named, Parameters};
use super::listed::Listed;
use super::problem::Problem;
use crate::accounts::guard::Admin;
use crate::accounts::service::users;
use crate::accounts::{Account, Role};
use crate::platform::state::AppState;
use crate::values::UserId;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AccountQuery {
    role: Option<Role>,
    /// The beginning of an address.
    #[serde(default)]
    q: String,
    /// `next` of the page before.
    cursor: Option<UserId>,
}

/// An account, as admins see it.
#[derive(Serialize, ToSchema)]
pub struct AccountView {
    id: UserId,
    email: String,
    name: String,
    role: Role,
    email_confirmed: bool,
    two_step: bool,
    disabled: bool,
    created_at: String,
}

impl From<Account> for AccountView {
    fn from(account: Account) -> Self {
        let user = account.user;
        Self {
            id: user.id,
            email: user.email.to_string(),
            name: user.name,
            role: user.role,
            email_confirmed: user.email_verified,
            two_step: user.two_step,
            disabled: account.disabled,
            created_at: account.created_at,
        }
    }
}

/// Accounts, newest first.
#[utoipa::path(get, path = "/admin/users", tag = "Admins", params(AccountQuery), responses((status = 200, body = Listed<AccountView>)))]
pub async fn list(
    State(state): State<AppState>,
    AdminBearer(admin): AdminBearer,
    uri: Uri,
    Parameters(query): Parameters<AccountQuery>,
) -> Result<Response, Problem> {
    let list = users::list(&state.db, &admin, query.role, &query.q, query.cursor).await?;
    Ok(Listed::<AccountView>::new(list.accounts, list.next).at(&state, &uri))
}

/// Any account.
#[utoipa::path(get, path = "/admin/users/{id}", tag = "Admins", responses((status = 200, body = AccountView)))]
pub async fn show(
    State(state): State<AppState>,
    AdminBearer(admin): AdminBearer,
    Named(id): Named<UserId>,
) -> Result<Json<AccountView>, Problem> {
    account(&state, &admin, id).await
}

async fn account(state: &AppState, admin: &Admin, id: UserId) -> Result<Json<AccountView>, Problem> {
    Ok(Json(users::find(&state.db, admin, id).await?.into()))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisableBody {
    /// For the account's owner, word for word.
    reason: String,
}

/// Shuts an account out; all its sessions end.
#[utoipa::path(post, path = "/admin/users/{id}/disable", tag = "Admins", request_body = DisableBody, responses((status = 200, body = AccountView)))]
pub async fn disable(
    State(state): State<AppState>,
    AdminBearer(admin): AdminBearer,
    Named(id): Named<UserId>,
    Body(body): Body<DisableBody>,
) -> Result<Json<AccountView>, Problem> {
    users::set_disabled(&state, &admin, id, true, &body.reason).await?;
    account(&state, &admin, id).await
}

/// Lets it in again.
#[utoipa::path(post, path = "/admin/users/{id}/enable", tag = "Admins", responses((status = 200, body = AccountView)))]
pub async fn enable(
    State(state): State<AppState>,
    AdminBearer(admin): AdminBearer,
    Named(id): Named<UserId>,
) -> Result<Json<AccountView>, Problem> {
    users::set_disabled(&state, &admin, id, false, "").await?;
    account(&state, &admin, id).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleChange {
    /// The role in which the account was seen.
    seen: Role,
    next: Role,
}

/// Makes a customer an admin, or an admin a customer.
#[utoipa::path(post, path = "/admin/users/{id}/role", tag = "Admins", request_body = RoleChange, responses((status = 200, body = AccountView)))]
pub async fn set_role(
    State(state): State<AppState>,
    AdminBearer(admin): AdminBearer,
    Named(id): Named<UserId>,
    Body(body): Body<RoleChange>,
) -> Result<Json<AccountView>, Problem> {
    users::set_role(&state, &admin, id, body.seen, body.next).await?;
    account(&state, &admin, id).await
}
