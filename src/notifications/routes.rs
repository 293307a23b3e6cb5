//! `/dev/mail/{id}`: one mail of the mailbox as mail programs show it, in development only.

use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use http::header::CONTENT_SECURITY_POLICY;

use super::service;
use crate::error::AppError;
use crate::platform::db::Db;
use crate::platform::routes::PlainRoutes;

/// Mails carry their styles with them, since mail programs load none. Nothing else is let in, and nothing runs.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox allow-top-navigation-by-user-activation";

/// Mounted only where [`Config::shows_mailbox`](crate::platform::config::Config::shows_mailbox).
pub fn routes(routes: PlainRoutes) -> PlainRoutes {
    routes.get("/dev/mail/{id}", as_html)
}

/// # Errors
/// `NotFound`.
async fn as_html(State(db): State<Db>, Path(id): Path<String>) -> Result<Response, AppError> {
    let mail = service::mailbox_mail(&db, &id).await?;
    Ok(([(CONTENT_SECURITY_POLICY, POLICY)], Html(mail.body_html)).into_response())
}
