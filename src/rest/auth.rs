//! `/auth/*` and `/me`.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::bearer::Bearer;
use super::body::Body;
use super::problem::Problem;
use super::vendors::{ApplicationBody, ShopView};
use crate::accounts::guard::Visit;
use crate::accounts::service::{self, CHALLENGE_LIFETIME, Challenge, Issued, SignedIn, tokens::ACCESS_LIFETIME};
use crate::accounts::{Password, Role, SignUpForm, User};
use crate::error::AppError;
use crate::platform::state::AppState;
use crate::values::{FieldProblem, UserId};
use crate::vendors::{self, ShopSignUp};

/// A person, as they see themselves.
#[derive(Serialize, ToSchema)]
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
#[derive(Serialize, ToSchema)]
pub struct TokenView {
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

/// Whom one may register as; admins are made by others.
#[derive(Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum SignUpRole {
    #[default]
    Customer,
    Vendor,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    #[schema(min_length = 1)]
    name: String,
    #[schema(format = Email, examples("ada@example.com"))]
    email: String,
    #[schema(value_type = String, min_length = 12, max_length = 256, format = Password)]
    password: Password,
    #[serde(default)]
    role: SignUpRole,
    /// A vendor's application for a shop.
    shop: Option<ApplicationBody>,
}

#[derive(Serialize, ToSchema)]
pub struct RegistrationView {
    /// As it was sent. Whether it was new only its mailbox learns.
    email: String,
}

/// Makes an account, with an application for a shop if a vendor registers. The answer is the same for an address that has one already; a
/// session comes from `/auth/token`.
#[utoipa::path(post, path = "/auth/register", tag = "Sessions", security(()), request_body = Registration, responses((status = 202, body = RegistrationView)))]
pub async fn register(State(state): State<AppState>, visit: Visit, Body(body): Body<Registration>) -> Result<Response, Problem> {
    let Registration { name, email, password, role, shop } = body;
    let caller = visit.caller().of_program();
    match (role, shop) {
        (SignUpRole::Customer, None) => {
            let form = SignUpForm::parse(&name, &email, password).map_err(AppError::from)?;
            service::sign_up(&state, form, &caller).await?;
        }
        (SignUpRole::Vendor, Some(shop)) => {
            let form = ShopSignUp::parse(&name, &email, password, &shop.into()).map_err(AppError::from)?;
            vendors::service::sign_up(&state, form, &caller).await?;
        }
        (SignUpRole::Customer, Some(_)) => return Err(AppError::field("shop", FieldProblem::UnknownChoice).into()),
        (SignUpRole::Vendor, None) => return Err(AppError::field("shop", FieldProblem::Required).into()),
    }
    Ok((StatusCode::ACCEPTED, Json(RegistrationView { email: email.trim().to_owned() })).into_response())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordGrant {
    #[schema(format = Email, examples("customer@example.com"))]
    email: String,
    #[schema(value_type = String, format = Password)]
    password: Password,
}

/// A session for the right password, or the problem `second_factor_required` with a challenge.
#[utoipa::path(post, path = "/auth/token", tag = "Sessions", security(()), request_body = PasswordGrant, responses((status = 200, body = TokenView)))]
pub async fn token(State(state): State<AppState>, visit: Visit, Body(body): Body<PasswordGrant>) -> Result<Response, Problem> {
    match service::sign_in(&state, &body.email, &body.password, &visit.caller().of_program()).await? {
        SignedIn::Complete(issued) => Ok(tokens(StatusCode::OK, issued)),
        SignedIn::Challenged(challenge) => Err(Problem::second_factor_required(challenge.encode(), CHALLENGE_LIFETIME.as_secs())),
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondFactorGrant {
    challenge: String,
    code: String,
}

/// The session that a challenge stands for, for a code of the authenticator or a recovery code.
#[utoipa::path(post, path = "/auth/token/second-factor", tag = "Sessions", security(()), request_body = SecondFactorGrant, responses((status = 200, body = TokenView)))]
pub async fn second_factor(State(state): State<AppState>, visit: Visit, Body(body): Body<SecondFactorGrant>) -> Result<Response, Problem> {
    let challenge = Challenge::decode(&body.challenge).ok_or(AppError::Unauthenticated)?;
    Ok(tokens(StatusCode::OK, service::second_step(&state, &challenge, &body.code, &visit.caller().of_program()).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshGrant {
    refresh_token: String,
}

/// The next pair of tokens. The old refresh token is worth nothing from then on; using it again later ends the
/// session.
#[utoipa::path(post, path = "/auth/token/refresh", tag = "Sessions", security(()), request_body = RefreshGrant, responses((status = 200, body = TokenView)))]
pub async fn refresh(State(state): State<AppState>, Body(body): Body<RefreshGrant>) -> Result<Response, Problem> {
    Ok(tokens(StatusCode::OK, service::refresh(&state, &body.refresh_token).await?))
}

/// Ends this session, for every copy of its tokens.
#[utoipa::path(post, path = "/auth/logout", tag = "Sessions", responses((status = 204)))]
pub async fn logout(State(state): State<AppState>, Bearer(customer): Bearer) -> Result<StatusCode, Problem> {
    service::sessions::close(&state.db, customer.session_id()).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Serialize, ToSchema)]
pub struct MeView {
    id: UserId,
    email: String,
    name: String,
    role: Role,
    email_confirmed: bool,
    two_step: bool,
    /// The vendor's own; null for whoever never applied.
    shop: Option<ShopView>,
}

/// Who the token speaks for.
#[utoipa::path(get, path = "/me", tag = "Sessions", responses((status = 200, body = MeView)))]
pub async fn me(State(state): State<AppState>, Bearer(customer): Bearer) -> Result<Response, Problem> {
    let shop = vendors::service::find_by_owner(&state.db, customer.user_id()).await?.map(ShopView::from);
    let (email, name) = (customer.email().to_string(), customer.name().to_owned());
    let (email_confirmed, two_step) = (customer.user().email_verified, customer.user().two_step);
    Ok(Json(MeView { id: customer.user_id(), email, name, role: customer.role(), email_confirmed, two_step, shop }).into_response())
}
