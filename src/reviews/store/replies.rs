//! SQL of what vendors see of reviews and answer. Each statement names the vendor; row-level security under the vendor's role is the second
//! fence.

use sqlx::PgExecutor;

use super::{Place, Result, ReviewRow, before};
use crate::values::{ReviewId, Slug, VendorId};

/// Newest first, behind a place.
pub async fn list(db: impl PgExecutor<'_>, vendor: VendorId, unanswered: bool, after: Option<Place>, limit: i64) -> Result<Vec<ReviewRow>> {
    let (at, id) = before(after);
    sqlx::query_as!(
        ReviewRow,
        r#"select r.id as "id: ReviewId", r.author_name, r.rating, r.title, r.body, r.imported, r.vendor_reply, r.replied_at, r.created_at,
             r.edited_at, p.name as product_name, p.slug as "product_slug: Slug"
           from reviews r join products p on p.id = r.product_id
           where r.vendor_id = $1 and r.hidden_at is null and (not $2 or r.vendor_reply is null) and (r.created_at, r.id) < ($3, $4)
           order by r.created_at desc, r.id desc limit $5"#,
        vendor as _,
        unanswered,
        at,
        id as _,
        limit
    )
    .fetch_all(db)
    .await
}

pub async fn unanswered(db: impl PgExecutor<'_>, vendor: VendorId) -> Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from reviews where vendor_id = $1 and hidden_at is null and vendor_reply is null"#,
        vendor as _
    )
    .fetch_one(db)
    .await
}

pub async fn find(db: impl PgExecutor<'_>, vendor: VendorId, id: ReviewId) -> Result<Option<ReviewRow>> {
    sqlx::query_as!(
        ReviewRow,
        r#"select r.id as "id: ReviewId", r.author_name, r.rating, r.title, r.body, r.imported, r.vendor_reply, r.replied_at, r.created_at,
             r.edited_at, p.name as product_name, p.slug as "product_slug: Slug"
           from reviews r join products p on p.id = r.product_id where r.vendor_id = $1 and r.id = $2 and r.hidden_at is null"#,
        vendor as _,
        id as _
    )
    .fetch_optional(db)
    .await
}

/// None takes the answer back. False if this vendor has no such review.
pub async fn set_reply(db: impl PgExecutor<'_>, vendor: VendorId, id: ReviewId, reply: Option<&str>) -> Result<bool> {
    let done = sqlx::query!(
        "update reviews set vendor_reply = $3, replied_at = case when $3::text is not null then coalesce(replied_at, now()) end
         where vendor_id = $1 and id = $2 and hidden_at is null",
        vendor as _,
        id as _,
        reply
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}
