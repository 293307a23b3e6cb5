//! SQL of reports, and of what admins make of them.

use sqlx::PgExecutor;
use time::OffsetDateTime;

use super::{Place, Result, ReviewRow, before, bounds};
use crate::reviews::ReportReason;
use crate::values::{ReviewId, Slug, UserId};

/// None for what a stranger does not see: hidden reviews, and those of products that are not on show.
pub async fn find_shown(db: impl PgExecutor<'_>, id: ReviewId) -> Result<Option<ReviewRow>> {
    sqlx::query_as!(
        ReviewRow,
        r#"select r.id as "id: ReviewId", r.author_name, r.rating, r.title, r.body, r.imported, r.vendor_reply, r.replied_at, r.created_at,
             r.edited_at, p.name as "product_name!", p.slug as "product_slug!: Slug"
           from reviews r join visible_products p on p.id = r.product_id where r.id = $1 and r.hidden_at is null"#,
        id as _
    )
    .fetch_optional(db)
    .await
}

/// A second report by the same account is dropped.
pub async fn report(db: impl PgExecutor<'_>, review: ReviewId, by: UserId, reason: ReportReason, note: &str) -> Result<()> {
    sqlx::query!(
        "insert into review_reports (id, review_id, user_id, reason, note) values ($1, $2, $3, $4, $5)
         on conflict on constraint review_reports_one_each do nothing",
        uuid::Uuid::now_v7(),
        review as _,
        by as UserId,
        reason.as_str(),
        note
    )
    .execute(db)
    .await?;
    Ok(())
}

pub struct QueueRow {
    pub id: ReviewId,
    pub author_name: String,
    pub rating: i16,
    pub title: String,
    pub imported: bool,
    pub created_at: OffsetDateTime,
    pub product_name: String,
    pub product_slug: Slug,
    pub reports: i64,
    pub since: OffsetDateTime,
}

/// Reviews with open reports, the longest waiting first, behind a place.
pub async fn reported(db: impl PgExecutor<'_>, after: Option<Place>, limit: i64) -> Result<Vec<QueueRow>> {
    let (at, id) = after.map_or((OffsetDateTime::UNIX_EPOCH, ReviewId(uuid::Uuid::nil())), bounds);
    sqlx::query_as!(
        QueueRow,
        r#"select r.id as "id: ReviewId", r.author_name, r.rating, r.title, r.imported, r.created_at, p.name as product_name,
             p.slug as "product_slug: Slug", q.reports as "reports!", q.since as "since!"
           from (select review_id, count(*) as reports, min(created_at) as since from review_reports where settled_at is null group by review_id) q
           join reviews r on r.id = q.review_id join products p on p.id = r.product_id
           where r.hidden_at is null and (q.since, r.id) > ($1, $2) order by q.since, r.id limit $3"#,
        at,
        id as _,
        limit
    )
    .fetch_all(db)
    .await
}

/// The last one taken down first, behind a place.
pub async fn hidden(db: impl PgExecutor<'_>, after: Option<Place>, limit: i64) -> Result<Vec<QueueRow>> {
    let (at, id) = before(after);
    sqlx::query_as!(
        QueueRow,
        r#"select r.id as "id: ReviewId", r.author_name, r.rating, r.title, r.imported, r.created_at, p.name as product_name,
             p.slug as "product_slug: Slug", 0::bigint as "reports!", r.hidden_at as "since!"
           from reviews r join products p on p.id = r.product_id
           where r.hidden_at is not null and (r.hidden_at, r.id) < ($1, $2) order by r.hidden_at desc, r.id desc limit $3"#,
        at,
        id as _,
        limit
    )
    .fetch_all(db)
    .await
}

/// Hidden or not, for an admin.
pub async fn find(db: impl PgExecutor<'_>, id: ReviewId) -> Result<Option<ReviewRow>> {
    sqlx::query_as!(
        ReviewRow,
        r#"select r.id as "id: ReviewId", r.author_name, r.rating, r.title, r.body, r.imported, r.vendor_reply, r.replied_at, r.created_at,
             r.edited_at, p.name as product_name, p.slug as "product_slug: Slug"
           from reviews r join products p on p.id = r.product_id where r.id = $1"#,
        id as _
    )
    .fetch_optional(db)
    .await
}

pub struct StandingRow {
    pub hidden_reason: Option<String>,
    /// Of the last change of the text, in microseconds.
    pub version: i64,
}

/// How a review stands, locked until the transaction ends.
pub async fn lock(db: impl PgExecutor<'_>, id: ReviewId) -> Result<Option<StandingRow>> {
    sqlx::query_as!(
        StandingRow,
        r#"select hidden_reason, (extract(epoch from coalesce(edited_at, created_at)) * 1000000)::bigint as "version!" from reviews
           where id = $1 for update"#,
        id as _
    )
    .fetch_optional(db)
    .await
}

pub struct ReportRow {
    pub reason: ReportReason,
    pub note: String,
    pub created_at: OffsetDateTime,
}

/// Open ones, oldest first.
pub async fn reports(db: impl PgExecutor<'_>, review: ReviewId, limit: i64) -> Result<Vec<ReportRow>> {
    sqlx::query_as!(
        ReportRow,
        r#"select reason as "reason: ReportReason", note, created_at from review_reports
           where review_id = $1 and settled_at is null order by created_at, id limit $2"#,
        review as _,
        limit
    )
    .fetch_all(db)
    .await
}

/// How many were open.
pub async fn settle(db: impl PgExecutor<'_>, review: ReviewId) -> Result<u64> {
    let done = sqlx::query!("update review_reports set settled_at = now() where review_id = $1 and settled_at is null", review as _);
    Ok(done.execute(db).await?.rows_affected())
}

/// Who was answered about an earlier text may report the new one.
pub async fn forget_settled(db: impl PgExecutor<'_>, review: ReviewId) -> Result<()> {
    sqlx::query!("delete from review_reports where review_id = $1 and settled_at is not null", review as _).execute(db).await?;
    Ok(())
}

/// Takes a review out of sight for a reason; without one shows it again. False if it was so already.
pub async fn set_hidden(db: impl PgExecutor<'_>, review: ReviewId, reason: Option<&str>) -> Result<bool> {
    let done = sqlx::query!(
        "with changed as (
           update reviews set hidden_reason = $2, hidden_at = case when $2::text is not null then now() end
           where id = $1 and (hidden_at is null) = ($2::text is not null)
           returning product_id, rating, case when hidden_at is null then 1 else -1 end as sign)
         update products p set rating_count = rating_count + changed.sign, rating_sum = rating_sum + changed.sign * changed.rating
         from changed where p.id = changed.product_id",
        review as _,
        reason
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}
