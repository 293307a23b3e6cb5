//! Reports about reviews, and what admins make of them.

use std::time::Duration;

use serde_json::json;

use super::{cut, rfc3339, stars};
use crate::accounts::guard::{Admin, Customer};
use crate::audit::{self, AuditEntry};
use crate::error::{AppError, Conflict};
use crate::notifications::service::OUTBOX;
use crate::platform::db::Db;
use crate::platform::state::AppState;
use crate::platform::{jobs, rate_limit};
use crate::reviews::store::moderation::QueueRow;
use crate::reviews::{
    Decision, MAX_REASON, ModeratedReview, Place, ProductReview, Queue, QueuePage, QueuedReview, Report, Review, field, mail, store,
};
use crate::values::{FieldErrors, ReviewId};

/// Reviews on a page of an admin's list.
const PER_PAGE: usize = 50;
/// Reports that an admin is shown of one review; more say nothing more.
const REPORTS_SHOWN: i64 = 50;
/// Whoever reports more is a machine, or wants attention.
const REPORTS_AN_HOUR: u32 = 20;
const HOUR: Duration = Duration::from_secs(3600);

/// A review as a stranger sees it.
///
/// # Errors
/// `NotFound` for hidden ones, and those of products that are not on show.
pub async fn shown(db: &Db, id: ReviewId) -> Result<ProductReview, AppError> {
    Ok(store::moderation::find_shown(db.pool(), id).await?.ok_or(AppError::NotFound)?.into())
}

/// Reports a review; one report of an account counts, and further ones are dropped.
///
/// # Errors
/// `Invalid` for a reason that is none; `NotFound` as [`shown`]; `TooManyRequests`.
pub async fn report(db: &Db, customer: &Customer, id: ReviewId, reason: &str, note: &str) -> Result<(), AppError> {
    let (reason, note) = Report::parse(reason, note)?;
    rate_limit::hit(db, &format!("report:{}", customer.user_id()), REPORTS_AN_HOUR, HOUR).await?;
    shown(db, id).await?;
    Ok(store::moderation::report(db.pool(), id, customer.user_id(), reason, &note).await?)
}

/// What waits for a decision, or was taken down.
///
/// # Errors
/// `Offline`.
pub async fn list(db: &Db, _: &Admin, queue: Queue, after: Option<Place>) -> Result<QueuePage, AppError> {
    let limit = PER_PAGE as i64 + 1;
    let mut rows = match queue {
        Queue::Reported => store::moderation::reported(db.pool(), after, limit).await?,
        Queue::Hidden => store::moderation::hidden(db.pool(), after, limit).await?,
    };
    let next = cut(&mut rows, PER_PAGE, |row| (row.since, row.id));
    Ok(QueuePage { reviews: rows.into_iter().map(QueuedReview::from).collect(), next })
}

impl From<QueueRow> for QueuedReview {
    fn from(row: QueueRow) -> Self {
        let review = Review {
            id: row.id,
            author_name: row.author_name,
            rating: stars(row.rating),
            title: row.title,
            body: String::new(),
            imported: row.imported,
            reply: None,
            written_at: rfc3339(row.created_at),
            edited: false,
        };
        let about = ProductReview { review, product_name: row.product_name, product_slug: row.product_slug };
        Self { about, reports: row.reports, since: rfc3339(row.since) }
    }
}

/// Any review, with its open reports.
///
/// # Errors
/// `NotFound`.
pub async fn find(db: &Db, _: &Admin, id: ReviewId) -> Result<ModeratedReview, AppError> {
    let mut tx = db.begin().await?;
    // Text and version are of one moment.
    let standing = store::moderation::lock(&mut *tx, id).await?.ok_or(AppError::NotFound)?;
    let about = store::moderation::find(&mut *tx, id).await?.ok_or(AppError::NotFound)?;
    let reports = store::moderation::reports(&mut *tx, id, REPORTS_SHOWN).await?;
    tx.commit().await?;
    let reports = reports.into_iter().map(|row| Report { reason: row.reason, note: row.note, at: rfc3339(row.created_at) });
    Ok(ModeratedReview {
        about: about.into(),
        hidden_reason: standing.hidden_reason,
        version: standing.version,
        reports: reports.collect(),
    })
}

/// Hides a review for a reason that its author gets by mail, keeps it, or shows it again. Its open reports are settled.
///
/// # Errors
/// `Invalid` when the reason for hiding is missing or too long; `NotFound`; `Conflict(Stale)` when the text or how it stands is no longer as
/// the admin saw it.
pub async fn decide(
    state: &AppState,
    admin: &Admin,
    (id, seen): (ReviewId, i64),
    decision: Decision,
    reason: &str,
) -> Result<(), AppError> {
    let mut errors = FieldErrors::default();
    let reason = (decision == Decision::Hide).then(|| errors.text(field::REASON, reason, 1, MAX_REASON));
    let reason = errors.into_result(reason)?;
    let mut tx = state.db.begin().await?;
    let standing = store::moderation::lock(&mut *tx, id).await?.ok_or(AppError::NotFound)?;
    let hidden = standing.hidden_reason.is_some();
    if standing.version != seen || !decision.suits(hidden) {
        return Err(Conflict::Stale.into());
    }
    let settled = store::moderation::settle(&mut *tx, id).await?;
    let about = store::writing::about(&mut *tx, id).await?;
    let action = match decision {
        Decision::Keep if settled == 0 => return Err(Conflict::Stale.into()),
        Decision::Keep => "review.kept",
        Decision::Hide => {
            store::moderation::set_hidden(&mut *tx, id, reason.as_deref()).await?;
            mail::hidden(&mut tx, id, &about, reason.as_deref().unwrap_or_default(), &state.config.base_url).await?;
            "review.hidden"
        }
        Decision::Restore => {
            store::moderation::set_hidden(&mut *tx, id, None).await?;
            mail::restored(&mut tx, id, &about, &state.config.base_url).await?;
            "review.restored"
        }
    };
    let entry = AuditEntry {
        actor: Some(admin.customer().user_id()),
        action,
        object_kind: "review",
        object_id: Some(id.0),
        before: Some(json!({ "hidden": hidden, "open_reports": settled })),
        after: Some(json!({ "hidden": decision == Decision::Hide, "open_reports": 0 })),
        reason,
    };
    audit::service::record(&mut tx, entry).await?;
    tx.commit().await?;
    jobs::wake(OUTBOX);
    Ok(())
}
