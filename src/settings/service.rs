//! Reading the settings, and changing them inside the transaction of whoever may.

use std::sync::Arc;
use std::time::Duration;

use super::{PageText, Site, SitePage, SiteSettings, store};
use crate::error::{AppError, Conflict};
use crate::platform::db::{Db, Tx};

/// For how long a process goes by what it has read: nobody notices some seconds, and no page waits.
pub const REMEMBERED: Duration = Duration::from_secs(5);

/// The settings as they were some seconds ago at most.
///
/// # Errors
/// Only the database's.
pub async fn current(db: &Db) -> Result<Arc<Site>, AppError> {
    db.recent(REMEMBERED, read(db)).await
}

/// The same as they are now, which this process goes by from here on. Called after a change is committed.
///
/// # Errors
/// Only the database's.
pub async fn refresh(db: &Db) -> Result<Arc<Site>, AppError> {
    db.recent(Duration::ZERO, read(db)).await
}

async fn read(db: &Db) -> Result<Site, AppError> {
    Ok(store::site(db.pool()).await?)
}

/// What mails are headed with, read in the transaction that writes one.
///
/// # Errors
/// Only the database's.
pub async fn shop_name(tx: &mut Tx) -> Result<String, AppError> {
    Ok(store::shop_name(&mut **tx).await?)
}

/// The settings for their editor, with their version.
///
/// # Errors
/// Only the database's.
pub async fn load(db: &Db) -> Result<(SiteSettings, i64), AppError> {
    Ok(store::settings(db.pool()).await?)
}

/// Changes the settings, and says what they were; none if that is what they are, whoever made them so.
///
/// # Errors
/// `Conflict(Stale)` when somebody has changed them since `seen`.
pub async fn change(tx: &mut Tx, settings: &SiteSettings, seen: i64) -> Result<Option<SiteSettings>, AppError> {
    let (before, version) = store::lock_settings(&mut **tx).await?;
    if before == *settings {
        return Ok(None);
    }
    if version != seen {
        return Err(Conflict::Stale.into());
    }
    store::update_settings(&mut **tx, settings).await?;
    Ok(Some(before))
}

/// The text of a page for its editor; empty while nobody has written it.
///
/// # Errors
/// Only the database's.
pub async fn page_text(db: &Db, page: SitePage) -> Result<PageText, AppError> {
    Ok(store::page(db.pool(), page).await?)
}

/// The text of a page as everybody sees it: HTML that may stand in a page as it is.
///
/// # Errors
/// `NotFound` while nobody has written it.
pub async fn page_html(db: &Db, page: SitePage) -> Result<String, AppError> {
    let html = store::page_html(db.pool(), page).await?;
    if html.is_empty() { Err(AppError::NotFound) } else { Ok(html) }
}

/// Changes the text of a page, and says what it was; none if it is so already. `html` is the text rendered and cleaned.
///
/// # Errors
/// `Conflict(Stale)` when somebody has changed it since `seen`.
pub async fn change_page(tx: &mut Tx, page: SitePage, body: &str, html: &str, seen: i64) -> Result<Option<String>, AppError> {
    let before = store::lock_page(&mut **tx, page).await?;
    if before.body == body {
        return Ok(None);
    }
    if before.version != seen {
        return Err(Conflict::Stale.into());
    }
    store::update_page(&mut **tx, page, body, html).await?;
    Ok(Some(before.body))
}
