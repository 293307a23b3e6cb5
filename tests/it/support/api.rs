//! A program that talks to the API.

use http::Method;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Value, json};

use super::people::PASSWORD;
use super::{App, Page};

/// Somebody's program, with their token.
pub struct Api<'a> {
    app: &'a App,
    pub token: Option<String>,
}

impl App {
    /// Nobody's program.
    pub fn api(&self) -> Api<'_> {
        Api { app: self, token: None }
    }

    /// The program of somebody with [`PASSWORD`].
    pub async fn api_of(&self, email: &str) -> Api<'_> {
        let body = self.api().post("/auth/token", json!({ "email": email, "password": PASSWORD })).await.done();
        Api { app: self, token: Some(body["access_token"].as_str().unwrap().to_owned()) }
    }
}

impl Api<'_> {
    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Page {
        let browser = self.app.browser();
        let mut request = browser.request(method, &format!("/api/v1{path}"));
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.to_string());
        }
        browser.send(request).await
    }

    pub async fn get(&self, path: &str) -> Page {
        self.send(Method::GET, path, &[], None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Page {
        self.send(Method::POST, path, &[], Some(&body)).await
    }

    /// A POST without a body.
    pub async fn order(&self, path: &str) -> Page {
        self.send(Method::POST, path, &[], None).await
    }
}

impl Page {
    /// The body of what was done.
    #[track_caller]
    pub fn done(&self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }

    /// Every refusal is a problem document that says the same status.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        let body: Value = self.json();
        assert_eq!((&body["status"], &body["code"]), (&json!(status), &json!(code)), "{body}");
        assert!(body["title"].is_string() && body["detail"].is_string() && body["type"] == "about:blank", "{body}");
    }
}
