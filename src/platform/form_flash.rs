//! Nothing typed is lost. A plain form that fails is sent back to its page; Leptos would carry only the error, and in the URL, where anybody
//! can write one. Here both the error and what was typed (never secrets) wait in the database for the next page view, named by a cookie.

use std::time::Duration;

use axum::Form;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{CONTENT_TYPE, COOKIE, LOCATION, REFERER, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use uuid::Uuid;
use uuid::fmt::Hyphenated;

use super::db::Db;
use super::error_page;
use super::request;
use super::routes::FORM_BODY_LIMIT;
use super::security::own_path;
use super::state::AppState;
use crate::error::{AppError, Conflict, status};
use crate::ui::form::FormFlash;
use crate::values::percent_encoded;

/// Long enough to come back to, short enough that an address does not lie about.
const LIFETIME: Duration = Duration::from_secs(600);

const COOKIE_NAME: &str = "__Host-souk_flash";
/// For a form whose sender must sign in first: waits for its own page, past the sign-in page and what is refused there.
const LATER_COOKIE: &str = "__Host-souk_flash_later";

/// A field whose name contains one of these is never stored.
const SECRET_NAMES: [&str; 7] = ["password", "passwd", "token", "secret", "card", "cvc", "cvv"];

/// What the keeping layer needs.
#[derive(Clone, Debug)]
pub struct Keeper {
    pub state: AppState,
    /// Where somebody goes who has to sign in first; `?next=` is appended.
    pub sign_in_path: &'static str,
}

/// What the last form said, on the page that it was sent back to.
pub fn current() -> Option<FormFlash> {
    request::of_parts(|parts| parts.extensions.get::<FormFlash>().cloned())?
}

/// The layer on server functions: sends a failed plain form back to its page, with a clean URL.
pub async fn keep(State(keeper): State<Keeper>, request: Request, next: Next) -> Response {
    if !is_plain_form(&request) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, FORM_BODY_LIMIT).await else {
        return error_page::page(StatusCode::PAYLOAD_TOO_LARGE, "This form is too large.");
    };
    let function = parts.uri.path().to_owned();
    let headers = parts.headers.clone();
    let answer = next.run(Request::from_parts(parts, Body::from(bytes.clone()))).await;
    if !answer.status().is_redirection() || !status::is_function_error(answer.headers()) {
        return answer;
    }

    let (parts, body) = answer.into_parts();
    let Some((error, _)) = status::read(body).await else {
        return error_page::answer(true, &AppError::internal("the error of a server function cannot be read"));
    };
    let referer = headers.get(REFERER).and_then(|referer| referer.to_str().ok());
    let page = referer
        .and_then(|referer| own_path(&keeper.state.config, &headers, referer))
        .map_or_else(|| "/".to_owned(), |path| without_error(&path));
    let fields = typed(bytes.into()).await;
    if error == AppError::Unauthenticated {
        let mut response = see_other(parts.headers, &format!("{}?next={}", keeper.sign_in_path, percent_encoded(&page)));
        let flash = FormFlash { path: function, fields, error: Conflict::SignedOut.into() };
        match store(&keeper.state.db, &flash).await {
            Ok(id) => add_cookie(&mut response, LATER_COOKIE, &later(id, &page), LIFETIME),
            Err(error) => tracing::warn!(%error, "form flash not kept"),
        }
        return response;
    }
    let flash = FormFlash { path: function, fields, error };
    let id = match store(&keeper.state.db, &flash).await {
        Ok(id) => id,
        // Sending somebody back without a word would look like success.
        Err(_) => return error_page::answer(true, &flash.error),
    };
    // A function that failed may have chosen a page itself; the framework's choice carries the error.
    let chosen = parts.headers.get(LOCATION).and_then(|location| location.to_str().ok()).filter(|location| !location.contains("__err="));
    let target = chosen.filter(|_| referer.is_some()).map_or(page, str::to_owned);
    let mut response = see_other(parts.headers, &target);
    add_cookie(&mut response, COOKIE_NAME, &id.to_string(), LIFETIME);
    response
}

/// The row, and the page that it waits for.
fn later(id: Uuid, page: &str) -> String {
    format!("{id}{}", percent_encoded(page.split('?').next().unwrap_or_default()))
}

/// The layer on pages: hands over what waits for this visitor, once.
pub async fn restore(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let Some((cookie, id)) = waiting(&request) else { return next.run(request).await };
    match take(&state.db, id).await {
        Ok(Some(flash)) => {
            request.extensions_mut().insert(flash);
        }
        Ok(None) => {}
        // The page matters more than what was typed.
        Err(error) => tracing::warn!(%error, "form flash not read"),
    }
    let mut response = next.run(request).await;
    add_cookie(&mut response, cookie, "", Duration::ZERO);
    response
}

/// Deletes what nobody came back for. A job.
///
/// # Errors
/// `Offline` when the database is away.
pub async fn prune(state: AppState) -> Result<(), AppError> {
    sqlx::query!("delete from form_flashes where created_at < now() - make_interval(secs => $1)", LIFETIME.as_secs_f64())
        .execute(state.db.pool())
        .await?;
    Ok(())
}

fn is_plain_form(request: &Request) -> bool {
    let form = request.headers().get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    request.method() == Method::POST && form && error_page::wants_html(request.headers())
}

/// Which cookie of a person's page view names what waits for it; a page that is only being prefetched must not eat it.
fn waiting(request: &Request) -> Option<(&'static str, Uuid)> {
    let headers = request.headers();
    if request.method() != Method::GET || !error_page::wants_html(headers) || headers.contains_key("sec-purpose") {
        return None;
    }
    let value = |name: &str| {
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        cookies.flat_map(cookie::Cookie::split_parse).flatten().find(|cookie| cookie.name() == name).map(|cookie| cookie.value().to_owned())
    };
    if let Some(id) = value(COOKIE_NAME).and_then(|id| id.parse().ok()) {
        return Some((COOKIE_NAME, id));
    }
    let waits = value(LATER_COOKIE)?;
    let id = waits.get(..Hyphenated::LENGTH)?.parse().ok()?;
    (waits == later(id, request.uri().path())).then_some((LATER_COOKIE, id))
}

/// The fields of the form, without secrets.
async fn typed(body: Body) -> Vec<(String, String)> {
    let mut request = Request::new(body);
    *request.method_mut() = Method::POST;
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    let Ok(Form(fields)) = Form::<Vec<(String, String)>>::from_request(request, &()).await else { return Vec::new() };
    fields.into_iter().filter(|(name, _)| !is_secret(name)).collect()
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    // `postal_code` and `country_code` are none.
    name == "code" || SECRET_NAMES.iter().any(|secret| name.contains(secret))
}

/// A page's path without the error of an earlier try.
fn without_error(path: &str) -> String {
    let Some((path, query)) = path.split_once('?') else { return path.to_owned() };
    let pairs: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("__err=") && !pair.starts_with("__path=")).collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}

/// Sends somebody back to the page of a form that a plain route refused.
pub async fn send_back(db: &Db, page: &str, flash: &FormFlash) -> Response {
    match store(db, flash).await {
        Ok(id) => {
            let mut response = see_other(HeaderMap::new(), page);
            add_cookie(&mut response, COOKIE_NAME, &id.to_string(), LIFETIME);
            response
        }
        // Sending somebody back without a word would look like success.
        Err(_) => error_page::answer(true, &flash.error),
    }
}

/// 303, so that every browser asks for the page with GET. Cookies that the function set are kept.
pub fn see_other(headers: HeaderMap, path: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    for cookie in headers.get_all(SET_COOKIE) {
        response.headers_mut().append(SET_COOKIE, cookie.clone());
    }
    response.headers_mut().insert(LOCATION, HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/")));
    response
}

fn add_cookie(response: &mut Response, name: &str, value: &str, lifetime: Duration) {
    let cookie = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={}", lifetime.as_secs());
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}

async fn store(db: &Db, flash: &FormFlash) -> Result<Uuid, AppError> {
    // Random to the last bit: whoever knows the id reads what was typed.
    let id = Uuid::new_v4();
    let fields = serde_json::to_value(&flash.fields).map_err(AppError::internal)?;
    let error = serde_json::to_value(&flash.error).map_err(AppError::internal)?;
    sqlx::query!("insert into form_flashes (id, path, fields, error) values ($1, $2, $3, $4)", id, flash.path, fields, error)
        .execute(db.pool())
        .await?;
    Ok(id)
}

async fn take(db: &Db, id: Uuid) -> Result<Option<FormFlash>, AppError> {
    let row = sqlx::query!(
        "delete from form_flashes where id = $1 returning path, fields, error, created_at > now() - make_interval(secs => $2) as \"fresh!\"",
        id,
        LIFETIME.as_secs_f64()
    )
    .fetch_optional(db.pool())
    .await?;
    let Some(row) = row.filter(|row| row.fresh) else { return Ok(None) };
    let fields = serde_json::from_value(row.fields).map_err(AppError::internal)?;
    let error = serde_json::from_value(row.error).map_err(AppError::internal)?;
    Ok(Some(FormFlash { path: row.path, fields, error }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_told_by_their_names() {
        for name in ["password", "new_password", "form[Password]", "reset_token", "card_number", "cvc", "client_secret", "code"] {
            assert!(is_secret(name), "{name}");
        }
        for name in ["email", "line1", "postal_code", "country_code"] {
            assert!(!is_secret(name), "{name}");
        }
    }

    #[test]
    fn old_errors_leave_the_address() {
        assert_eq!(without_error("/sign-in?__path=%2Fapi%2Fx&__err=abc"), "/sign-in");
        assert_eq!(without_error("/products?page=2&__err=abc"), "/products?page=2");
    }
}
