//! Errors as problem documents (RFC 9457).

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use crate::error::AppError;
use crate::values::FieldProblem;

/// Media type of the documents.
pub const PROBLEM: &str = "application/problem+json";

/// What was wrong with one field of the body.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct FieldError {
    field: String,
    code: FieldProblem,
    message: &'static str,
}

/// No page explains the codes, and a made-up address would only look as if.
#[derive(Clone, Copy, Debug)]
struct AboutBlank;

impl Serialize for AboutBlank {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("about:blank")
    }
}

/// Why a request was not done.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Problem {
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    kind: AboutBlank,
    title: &'static str,
    status: u16,
    /// Stable: programs decide by it.
    #[schema(value_type = String)]
    code: Box<str>,
    #[schema(value_type = String)]
    detail: Box<str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    /// What to bring to the second step of signing in: the right password brings it, where that is not enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    challenge: Option<Box<str>>,
    /// Seconds for which the challenge is good.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_in: Option<u64>,
    #[serde(skip)]
    retry_after_s: Option<u32>,
}

impl Problem {
    /// A body that is not what the endpoint takes.
    pub fn body(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        Self::new(status, code, detail.into())
    }

    /// A body or parameters that do not decode.
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "malformed", detail.into())
    }

    /// A body beyond the limit of its endpoint.
    pub fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "The body is too large.".to_owned())
    }

    /// The program's token was made for other things, or its owner has no shop.
    pub fn insufficient_scope(scope: &str) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "insufficient_scope",
            format!("This takes a token with the scope {scope}, of somebody with a shop."),
        )
    }

    /// Trying again makes sense after this.
    #[must_use]
    pub fn retry_after(self, seconds: u32) -> Self {
        Self { retry_after_s: Some(seconds), ..self }
    }

    /// The password was right, and is not enough.
    pub fn second_factor_required(challenge: String, expires_in: u64) -> Self {
        let problem = Self::new(StatusCode::UNAUTHORIZED, "second_factor_required", "Send the challenge with a code.".to_owned());
        Self { challenge: Some(challenge.into()), expires_in: Some(expires_in), ..problem }
    }

    fn new(status: StatusCode, code: &str, detail: String) -> Self {
        Self {
            kind: AboutBlank,
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            code: code.into(),
            detail: detail.into(),
            errors: Vec::new(),
            challenge: None,
            expires_in: None,
            retry_after_s: None,
        }
    }
}

/// The stable name of an error.
fn code(error: &AppError) -> String {
    match error {
        AppError::Unauthenticated => "unauthenticated".to_owned(),
        AppError::Forbidden => "forbidden".to_owned(),
        AppError::TwoStepRequired => "two_step_required".to_owned(),
        AppError::NotFound => "not_found".to_owned(),
        AppError::Invalid(_) => "invalid".to_owned(),
        // Serialized as `{"conflict": "stale", …}`.
        AppError::Conflict(conflict) => serde_json::to_value(conflict)
            .ok()
            .and_then(|value| value.get("conflict").and_then(|code| code.as_str().map(str::to_owned)))
            .unwrap_or_else(|| "conflict".to_owned()),
        AppError::TooManyRequests { .. } => "too_many_requests".to_owned(),
        AppError::Offline => "unavailable".to_owned(),
        AppError::TimedOut => "timed_out".to_owned(),
        AppError::Internal { .. } => "internal".to_owned(),
    }
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        let status = StatusCode::from_u16(error.status_code()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let errors = match &error {
            AppError::Invalid(errors) => {
                errors.iter().map(|(field, code)| FieldError { field: field.to_owned(), code, message: code.message() }).collect()
            }
            _ => Vec::new(),
        };
        Self { errors, retry_after_s: error.retry_after_s(), ..Self::new(status, &code(&error), error.to_string()) }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(&self)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after_s {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}
