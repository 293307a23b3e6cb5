//! What admins do about the machinery and the site. Plain forms: they answer with a redirect.

use leptos::prelude::*;

use crate::error::AppError;
use crate::settings::TypedSettings;
use crate::values::{MailId, NothingElse, percent_encoded};

/// Tries a mail again.
#[server(name = RetryMail, prefix = "/api", endpoint = "dashboard/retry-mail")]
pub async fn retry_mail(mail_id: MailId, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let admin = crate::accounts::guard::Admin::require().await?;
    super::service::mails::retry(&crate::platform::request::state()?.db, &admin, mail_id).await?;
    leptos_axum::redirect(&format!("/admin/mails/{mail_id}?done=retried"));
    Ok(())
}

/// Leaves a mail that failed as it is.
#[server(name = LeaveMail, prefix = "/api", endpoint = "dashboard/leave-mail")]
pub async fn leave_mail(mail_id: MailId, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let admin = crate::accounts::guard::Admin::require().await?;
    super::service::mails::leave(&crate::platform::request::state()?.db, &admin, mail_id).await?;
    leptos_axum::redirect(&format!("/admin/mails/{mail_id}?done=left"));
    Ok(())
}

/// Applies an event of the gateway again.
#[server(name = ReplayEvent, prefix = "/api", endpoint = "dashboard/replay-event")]
pub async fn replay_event(event_id: String, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let admin = crate::accounts::guard::Admin::require().await?;
    super::service::events::replay(&crate::platform::request::state()?, &admin, &event_id).await?;
    leptos_axum::redirect(&format!("/admin/events/{}?done=replayed", percent_encoded(&event_id)));
    Ok(())
}

/// Gives up on an event that could not be applied.
#[server(name = GiveUpEvent, prefix = "/api", endpoint = "dashboard/give-up-event")]
pub async fn give_up_event(event_id: String, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let admin = crate::accounts::guard::Admin::require().await?;
    super::service::events::give_up(&crate::platform::request::state()?.db, &admin, &event_id).await?;
    leptos_axum::redirect(&format!("/admin/events/{}?done=given_up", percent_encoded(&event_id)));
    Ok(())
}

/// Runs a background job now.
#[server(name = RunJob, prefix = "/api", endpoint = "dashboard/run-job")]
pub async fn run_job(job: String, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let admin = crate::accounts::guard::Admin::require().await?;
    super::service::work::run(&crate::platform::request::state()?.db, &admin, &job).await?;
    leptos_axum::redirect(&format!("/admin/jobs?done={}", percent_encoded(&job)));
    Ok(())
}

/// Changes the site's settings. `version` is that of those that were seen.
#[server(name = SaveSettings, prefix = "/api", endpoint = "dashboard/save-settings")]
pub async fn save_settings(
    version: i64,
    #[server(flatten)] typed: TypedSettings,
    #[server(flatten)] rest: NothingElse,
) -> Result<(), AppError> {
    let NothingElse = rest;
    let admin = crate::accounts::guard::Admin::require().await?;
    super::service::site::save(&crate::platform::request::state()?.db, &admin, &typed, version).await?;
    leptos_axum::redirect("/admin/settings?done=saved");
    Ok(())
}

/// Changes one of the site's texts. `version` is that of the text that was seen.
#[server(name = SavePage, prefix = "/api", endpoint = "dashboard/save-page")]
pub async fn save_page(
    page: String,
    version: i64,
    #[server(default)] body: String,
    #[server(flatten)] rest: NothingElse,
) -> Result<(), AppError> {
    let NothingElse = rest;
    let admin = crate::accounts::guard::Admin::require().await?;
    let page: crate::settings::SitePage = page.parse().map_err(|_| AppError::NotFound)?;
    super::service::site::save_page(&crate::platform::request::state()?.db, &admin, page, &body, version).await?;
    leptos_axum::redirect(&format!("/admin/settings/pages/{page}?done=saved"));
    Ok(())
}
