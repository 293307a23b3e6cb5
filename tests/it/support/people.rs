//! People, their sessions, and a route that says who asks.

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use http::header::{AUTHORIZATION, COOKIE, SET_COOKIE};
use http::{HeaderMap, Request, StatusCode};
use souk::accounts::guard::{ACCESS_COOKIE, Admin, Customer, REFRESH_COOKIE, sessions};
use souk::accounts::service::{self, Caller, Issued, NewUser, SignedIn};
use souk::accounts::{Password, Role};
use souk::platform::state::AppState;
use souk::values::UserId;
use tower::ServiceExt;

pub const PASSWORD: &str = "seven lanterns at dusk";

/// An account with [`PASSWORD`].
pub async fn account(state: &AppState, email: &str, role: Role) -> UserId {
    let new = NewUser { email: email.parse().unwrap(), name: "Ada".to_owned(), password: Password::new(PASSWORD), role };
    service::create_user(&state.db, new).await.unwrap()
}

/// A session of that account, by its password.
pub async fn sign_in(state: &AppState, email: &str) -> Issued {
    match service::sign_in(state, email, &Password::new(PASSWORD), &Caller::default()).await {
        Ok(SignedIn::Complete(issued)) => issued,
        Ok(SignedIn::Challenged(_)) => panic!("{email} signs in by two steps"),
        Err(error) => panic!("{email}: {error}"),
    }
}

/// What a route behind the sessions layer made of a request.
#[derive(Debug)]
pub struct Seen {
    pub status: StatusCode,
    /// Id of who was found to ask; on a refusal the error.
    pub body: String,
    pub headers: HeaderMap,
}

impl Seen {
    /// The value of a cookie that was set, and all of its line.
    pub fn cookie(&self, name: &str) -> Option<(String, String)> {
        let lines = self.headers.get_all(SET_COOKIE).iter().map(|line| line.to_str().unwrap());
        let line = lines.into_iter().find(|line| line.starts_with(&format!("{name}=")))?;
        let value = line.split([';', '=']).nth(1).unwrap();
        Some((value.to_owned(), line.to_owned()))
    }
}

/// Asks `/who` (anybody signed in) or `/admin` with these headers.
pub async fn ask(state: &AppState, path: &str, headers: &[(http::HeaderName, &str)]) -> Seen {
    let router = Router::new()
        .route("/who", get(|customer: Customer| async move { customer.user_id().to_string() }))
        .route("/admin", get(|admin: Admin| async move { admin.customer().user_id().to_string() }))
        .route("/anybody", get(|| async { "welcome" }))
        .layer(sessions(state.clone()));
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    let response = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, 100_000).await.unwrap();
    Seen { status: parts.status, body: String::from_utf8(body.to_vec()).unwrap(), headers: parts.headers }
}

pub async fn with_cookies(state: &AppState, path: &str, access: Option<&str>, refresh: Option<&str>) -> Seen {
    let cookies = [(ACCESS_COOKIE, access), (REFRESH_COOKIE, refresh)];
    let line = cookies.iter().filter_map(|(name, value)| Some(format!("{name}={}", (*value)?))).collect::<Vec<_>>().join("; ");
    ask(state, path, &[(COOKIE, &line)]).await
}

pub async fn with_bearer(state: &AppState, path: &str, token: &str) -> Seen {
    ask(state, path, &[(AUTHORIZATION, &format!("Bearer {token}"))]).await
}
