//! The site's settings and texts, as admins change them. Each change is in the audit log with what was there before.

use serde_json::{Value, json};

use crate::accounts::guard::Admin;
use crate::audit::{self, AuditEntry};
use crate::catalogue::service::markdown;
use crate::error::AppError;
use crate::platform::db::{Db, Tx};
use crate::settings::{MAX_BODY, PageText, SitePage, SiteSettings, TypedSettings, field, service as settings};
use crate::values::FieldErrors;

/// The settings with their version.
///
/// # Errors
/// `Offline`.
pub async fn load(db: &Db, _: &Admin) -> Result<(SiteSettings, i64), AppError> {
    settings::load(db).await
}

/// # Errors
/// `Invalid` for bad fields; `Conflict(Stale)` when somebody has changed them since `seen`.
pub async fn save(db: &Db, admin: &Admin, typed: &TypedSettings, seen: i64) -> Result<(), AppError> {
    let wanted = typed.parse()?;
    let mut tx = db.begin().await?;
    let Some(before) = settings::change(&mut tx, &wanted, seen).await? else { return Ok(()) };
    let values = [before, wanted].map(|settings| serde_json::to_value(settings).map_err(AppError::internal));
    let [before, after] = values;
    record(&mut tx, admin, "site.changed", before?, after?).await?;
    tx.commit().await?;
    settings::refresh(db).await?;
    Ok(())
}

/// # Errors
/// `Offline`.
pub async fn page(db: &Db, _: &Admin, page: SitePage) -> Result<PageText, AppError> {
    settings::page_text(db, page).await
}

/// Writes a text; an empty one takes the page away.
///
/// # Errors
/// `Invalid` for a text that is too long; `Conflict(Stale)` when somebody has changed it since `seen`.
pub async fn save_page(db: &Db, admin: &Admin, page: SitePage, body: &str, seen: i64) -> Result<(), AppError> {
    let mut errors = FieldErrors::default();
    let body = errors.text(field::BODY, body, 0, MAX_BODY);
    let body = errors.into_result(body)?;
    let html = markdown::to_html(&body);
    let mut tx = db.begin().await?;
    let Some(before) = settings::change_page(&mut tx, page, &body, &html, seen).await? else { return Ok(()) };
    record(&mut tx, admin, "site.page_changed", json!({ "page": page, "text": before }), json!({ "page": page, "text": body })).await?;
    tx.commit().await?;
    settings::refresh(db).await?;
    Ok(())
}

async fn record(tx: &mut Tx, admin: &Admin, action: &'static str, before: Value, after: Value) -> Result<(), AppError> {
    let actor = Some(admin.customer().user_id());
    let entry = AuditEntry { actor, action, object_kind: "site", object_id: None, before: Some(before), after: Some(after), reason: None };
    audit::service::record(tx, entry).await
}
