//! Where internal causes become [`AppError`]s: logged here, once, with a reference, and nowhere else.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use uuid::Uuid;

use super::{AppError, Conflict};
use crate::values::{FieldErrors, FieldProblem, MoneyError};

/// Postgres's codes for "try again": serialization failure, deadlock, lock and statement timeouts.
const RETRYABLE: [&str; 4] = ["40001", "40P01", "55P03", "57014"];

/// Postgres's `character_not_in_repertoire`.
const NOT_A_TEXT: &str = "22021";

impl AppError {
    /// Logs the cause under a fresh reference, which is all that leaves the server.
    #[track_caller]
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        let reference = Uuid::new_v4().simple().to_string()[..12].to_owned();
        let at = std::panic::Location::caller();
        tracing::error!(%reference, %cause, %at, "internal error");
        Self::Internal { reference }
    }
}

impl From<sqlx::Error> for AppError {
    #[track_caller]
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::RowNotFound => Self::NotFound,
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => {
                tracing::warn!(%error, "database not available");
                Self::Offline
            }
            sqlx::Error::Database(cause)
                if cause
                    .code()
                    .is_some_and(|code| RETRYABLE.contains(&code.as_ref()) || code.starts_with("57P") || code.starts_with("53")) =>
            {
                tracing::warn!(%error, "database refused for now");
                Self::Offline
            }
            // A text holds a character that no text of Postgres can (U+0000): what was sent is wrong, wherever it got in.
            sqlx::Error::Database(cause) if cause.code().as_deref() == Some(NOT_A_TEXT) => Self::Invalid(FieldErrors::default()),
            _ => Self::internal(&error),
        }
    }
}

impl From<MoneyError> for AppError {
    fn from(_: MoneyError) -> Self {
        Self::Conflict(Conflict::AmountNotChargeable)
    }
}

/// Turns the violation of a constraint, by its name, into a field error.
pub trait OnConstraint<T> {
    /// # Errors
    /// `Invalid` with `problem` at `field` if `constraint` was violated; otherwise what the error is anyway.
    fn on_constraint(self, constraint: &str, field: &str, problem: FieldProblem) -> Result<T, AppError>;

    /// The same for a statement that may violate one of several: which is named first is for the database to say.
    ///
    /// # Errors
    /// As [`Self::on_constraint`].
    fn on_constraints(self, constraints: &[&str], field: &str, problem: FieldProblem) -> Result<T, AppError>;
}

impl<T> OnConstraint<T> for Result<T, sqlx::Error> {
    #[track_caller]
    fn on_constraint(self, constraint: &str, field: &str, problem: FieldProblem) -> Result<T, AppError> {
        self.on_constraints(&[constraint], field, problem)
    }

    #[track_caller]
    fn on_constraints(self, constraints: &[&str], field: &str, problem: FieldProblem) -> Result<T, AppError> {
        self.map_err(|error| match error.as_database_error().and_then(|cause| cause.constraint()) {
            Some(name) if constraints.contains(&name) => AppError::field(field, problem),
            _ => error.into(),
        })
    }
}

/// For plain routes: the same JSON as server functions send. With the retry hint where there is one.
impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status_code()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(&self)).into_response();
        if let Some(seconds) = self.retry_after_s() {
            response.headers_mut().insert(http::header::RETRY_AFTER, seconds.into());
        }
        response
    }
}
