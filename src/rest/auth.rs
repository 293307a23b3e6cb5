//! `/auth/*` and `/me`.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};

use super::bearer::Bearer;
use super::body::Body;
use super::problem::Problem;
use super::vendors::ShopView;
use crate::accounts::guard::Visit;
use crate::accounts::service::{self, Issued, tokens::ACCESS_LIFETIME};
use crate::accounts::{Password, Role, SignUpForm, User};
use crate::error::AppError;
use crate::platform::state::AppState;
use crate::values::UserId;

/// A person, as they see themselves.
#[derive(Serialize)]
struct UserView {
    id: UserId,
    email: String,
    name: String,
    role: Role,
}

impl From<&User> for UserView {
    fn from(user: &User) -> Self {
        Self { id: user.id, email: user.email.to_string(), name: user.name.clone(), role: user.role }
    }
}

/// Tokens in the words of OAuth 2.0 (RFC 6749, section 5.1).
#[derive(Serialize)]
struct TokenView {
    access_token: String,
    token_type: &'static str,
    /// Seconds.
    expires_in: u64,
    refresh_token: String,
    user: UserView,
}

fn tokens(status: StatusCode, issued: Issued) -> Response {
    let user = UserView::from(&issued.session.user);
    let view = TokenView {
        access_token: issued.access,
        token_type: "Bearer",
        expires_in: ACCESS_LIFETIME.as_secs(),
        refresh_token: issued.refresh,
        user,
    };
    let mut response = (status, Json(view)).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    name: String,
    email: String,
    password: Password,
}

/// `POST /auth/register`: a customer's account and its first session. Who wants to sell applies for a shop next.
pub async fn register(State(state): State<AppState>, visit: Visit, Body(body): Body<Registration>) -> Result<Response, Problem> {
    let form = SignUpForm::parse(&body.name, &body.email, body.password).map_err(AppError::from)?;
    Ok(tokens(StatusCode::CREATED, service::sign_up(&state, form, visit.caller()).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordGrant {
    email: String,
    password: Password,
}

/// `POST /auth/token`: a session for the right password.
pub async fn token(State(state): State<AppState>, visit: Visit, Body(body): Body<PasswordGrant>) -> Result<Response, Problem> {
    Ok(tokens(StatusCode::OK, service::sign_in(&state, &body.email, &body.password, visit.caller()).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefreshGrant {
    refresh_token: String,
}

/// `POST /auth/token/refresh`: the next pair of tokens. The old refresh token is worth nothing from then on; using it again later ends the
/// session.
pub async fn refresh(State(state): State<AppState>, Body(body): Body<RefreshGrant>) -> Result<Response, Problem> {
    Ok(tokens(StatusCode::OK, service::refresh(&state, &body.refresh_token).await?))
}

/// `POST /auth/logout`: ends this session, for every copy of its tokens.
pub async fn logout(State(state): State<AppState>, Bearer(customer): Bearer) -> Result<StatusCode, Problem> {
    service::sessions::close(&state.db, customer.session_id()).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Serialize)]
struct MeView {
    id: UserId,
    email: String,
    name: String,
    role: Role,
    /// The vendor's own; null for whoever never applied.
    shop: Option<ShopView>,
}

/// `GET /me`: who the token speaks for.
pub async fn me(State(state): State<AppState>, Bearer(customer): Bearer) -> Result<Response, Problem> {
    let shop = crate::vendors::service::find_by_owner(&state.db, customer.user_id()).await?.map(ShopView::from);
    let (email, name) = (customer.email().to_string(), customer.name().to_owned());
    Ok(Json(MeView { id: customer.user_id(), email, name, role: customer.role(), shop }).into_response())
}
