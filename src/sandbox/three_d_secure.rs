//! The page on which a bank would ask its customer: for those who follow the redirect. The script shows the same in a dialog.

use axum::extract::{Path, RawQuery, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::header::CACHE_CONTROL;
use http::{Method, StatusCode};
use serde_json::Value;

use super::api::call_as_browser;
use super::form::Params;
use crate::platform::state::AppState;
use crate::values::{Currency, Money};

/// An intent's id, or nothing that could mean more in a path or a page.
fn plain(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

pub(super) async fn ask(State(state): State<AppState>, Path(id): Path<String>, RawQuery(query): RawQuery) -> Response {
    let secret = read(query.unwrap_or_default().as_bytes(), "client_secret");
    if !plain(&id) || !plain(&secret) {
        return gone();
    }
    let (status, intent) = call_as_browser(&state, Method::GET, &id, "", &format!("client_secret={secret}")).await;
    if status != 200 || intent["status"] != "requires_action" {
        return gone();
    }
    page(&format!(
        "<h1>Is it you?</h1><p>Your bank asks you to approve a payment of <strong>{}</strong>. This is a test: no bank is involved, and no money moves.</p>
<form method=\"post\"><input type=\"hidden\" name=\"client_secret\" value=\"{secret}\">
<button name=\"outcome\" value=\"complete\">Complete authentication</button> <button name=\"outcome\" value=\"fail\">Fail authentication</button></form>",
        amount_of(&intent)
    ))
}

pub(super) async fn answer(State(state): State<AppState>, Path(id): Path<String>, body: String) -> Response {
    let (secret, outcome) = (read(body.as_bytes(), "client_secret"), read(body.as_bytes(), "outcome"));
    if !plain(&id) || !plain(&secret) || !plain(&outcome) {
        return gone();
    }
    let (_, before) = call_as_browser(&state, Method::GET, &id, "", &format!("client_secret={secret}")).await;
    let form = format!("client_secret={secret}&outcome={outcome}");
    let (status, intent) = call_as_browser(&state, Method::POST, &id, "/authenticate", &form).await;
    if status != 200 {
        return gone();
    }
    let redirect_status = if intent["status"] == "requires_payment_method" { "failed" } else { "succeeded" };
    match before["next_action"]["redirect_to_url"]["return_url"].as_str() {
        Some(back) => {
            let separator = if back.contains('?') { '&' } else { '?' };
            let query = format!("payment_intent={id}&payment_intent_client_secret={secret}&redirect_status={redirect_status}");
            Redirect::to(&format!("{back}{separator}{query}")).into_response()
        }
        None => page("<h1>Thank you</h1><p>You may close this window.</p>"),
    }
}

fn read(form: &[u8], field: &str) -> String {
    Params::parse(form).ok().and_then(|mut params| params.text(field).ok().flatten()).unwrap_or_default()
}

fn amount_of(intent: &Value) -> String {
    let currency: Currency = intent["currency"].as_str().unwrap_or_default().parse().unwrap_or(Currency::USD);
    Money::new(intent["amount"].as_i64().unwrap_or(0), currency).to_string()
}

fn gone() -> Response {
    let body = page("<h1>Nothing to approve</h1><p>This payment does not wait for an approval. Please go back to the shop.</p>");
    (StatusCode::NOT_FOUND, body).into_response()
}

/// `main` holds markup of ours: ids, secrets and amounts in it have been checked or made here.
fn page(main: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><meta name=\"robots\" content=\"noindex\">
<title>3-D Secure (test)</title><link rel=\"stylesheet\" href=\"/_stripe/v3.css\"></head><body class=\"stripe-sandbox-page\"><main>{main}</main></body></html>"
    );
    ([(CACHE_CONTROL, "no-store")], Html(html)).into_response()
}
