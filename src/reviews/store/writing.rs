//! SQL of those who write reviews.

use sqlx::PgExecutor;

use super::Result;
use crate::reviews::{Opinion, ReviewLink};
use crate::values::{Email, OrderId, OrderLineId, PictureId, ReviewId, Slug, UserId};

pub struct LineRow {
    pub product_name: String,
    pub product_slug: Slug,
    pub variant_title: String,
    pub picture_id: Option<PictureId>,
    pub may_be_reviewed: bool,
    pub rating: Option<i16>,
    pub title: Option<String>,
    pub body: Option<String>,
    pub hidden_reason: Option<String>,
}

/// None for others' lines. The slug is the product's of today: the one in the order may have moved.
pub async fn line(db: impl PgExecutor<'_>, author: UserId, order: OrderId, line: OrderLineId) -> Result<Option<LineRow>> {
    sqlx::query_as!(
        LineRow,
        r#"select l.product_name, p.slug as "product_slug: Slug", l.variant_title, l.picture_id as "picture_id: PictureId",
             exists (select from reviewable_lines where id = l.id) as "may_be_reviewed!", r.rating as "rating?", r.title as "title?",
             r.body as "body?", r.hidden_reason
           from order_lines l join orders o on o.id = l.order_id join products p on p.id = l.product_id
           left join reviews r on r.order_line_id = l.id
           where o.id = $2 and l.id = $3 and o.user_id = $1"#,
        author as _,
        order as _,
        line as _
    )
    .fetch_optional(db)
    .await
}

/// The lines of one's own order that have a review or may get one.
pub async fn links(db: impl PgExecutor<'_>, author: UserId, order: OrderId) -> Result<Vec<ReviewLink>> {
    sqlx::query_as!(
        ReviewLink,
        r#"select l.id as "line: OrderLineId", r.id is not null as "written!"
           from order_lines l join orders o on o.id = l.order_id left join reviews r on r.order_line_id = l.id
           where o.id = $2 and o.user_id = $1 and (r.id is not null or exists (select from reviewable_lines where id = l.id))"#,
        author as _,
        order as _
    )
    .fetch_all(db)
    .await
}

/// Locks the order of one's own line: an account that is being erased is erased before a review is written, or with it.
pub async fn lock_order(db: impl PgExecutor<'_>, author: UserId, line: OrderLineId) -> Result<Option<OrderId>> {
    sqlx::query_scalar!(
        r#"select o.id as "id: OrderId" from orders o
           where o.user_id = $1 and o.id = (select order_id from order_lines where id = $2) for share"#,
        author as _,
        line as _
    )
    .fetch_optional(db)
    .await
}

/// False when there is a review already, or the line may not be reviewed.
pub async fn insert(
    db: impl PgExecutor<'_>,
    id: ReviewId,
    (author, shown_name): (UserId, &str),
    line: OrderLineId,
    opinion: &Opinion,
) -> Result<bool> {
    let done = sqlx::query!(
        "with added as (
           insert into reviews (id, product_id, order_line_id, user_id, author_name, rating, title, body)
           select $1, product_id, id, user_id, $4, $5, $6, $7 from reviewable_lines where id = $2 and user_id = $3
           on conflict on constraint reviews_order_line_key do nothing
           returning product_id, rating)
         update products p set rating_count = rating_count + 1, rating_sum = rating_sum + added.rating from added where p.id = added.product_id",
        id as _,
        line as _,
        author as _,
        shown_name,
        i16::from(opinion.rating),
        opinion.title,
        opinion.body
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub struct OwnRow {
    pub id: ReviewId,
    pub order_id: OrderId,
    pub rating: i16,
    pub title: String,
    pub body: String,
    pub hidden: bool,
}

/// One's own review of a line, locked.
pub async fn lock(db: impl PgExecutor<'_>, author: UserId, line: OrderLineId) -> Result<Option<OwnRow>> {
    sqlx::query_as!(
        OwnRow,
        r#"select r.id as "id: ReviewId", l.order_id as "order_id: OrderId", r.rating, r.title, r.body, r.hidden_at is not null as "hidden!"
           from reviews r join order_lines l on l.id = r.order_line_id where r.order_line_id = $2 and r.user_id = $1 for update of r"#,
        author as _,
        line as _
    )
    .fetch_optional(db)
    .await
}

/// The row is locked by the caller, so that what was read before is what it was.
pub async fn edit(db: impl PgExecutor<'_>, id: ReviewId, opinion: &Opinion) -> Result<()> {
    sqlx::query!(
        "with known as (select id, rating from reviews where id = $1),
         changed as (
           update reviews r set rating = $2, title = $3, body = $4, edited_at = now() from known where r.id = known.id
           returning r.product_id, r.rating - known.rating as more, r.hidden_at)
         update products p set rating_sum = rating_sum + changed.more from changed
         where p.id = changed.product_id and changed.hidden_at is null and changed.more <> 0",
        id as _,
        i16::from(opinion.rating),
        opinion.title,
        opinion.body
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn delete(db: impl PgExecutor<'_>, id: ReviewId) -> Result<()> {
    sqlx::query!(
        "with gone as (delete from reviews where id = $1 returning product_id, rating, hidden_at)
         update products p set rating_count = rating_count - 1, rating_sum = rating_sum - gone.rating from gone
         where p.id = gone.product_id and gone.hidden_at is null",
        id as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What mails say about a review.
pub struct About {
    pub product_name: String,
    pub product_slug: Slug,
    pub rating: i16,
    pub title: String,
    pub body: String,
    pub vendor_email: Email,
    /// None for imported ones, and once the account is erased.
    pub author_email: Option<Email>,
    /// None for imported ones.
    pub order_id: Option<OrderId>,
    pub line_id: Option<OrderLineId>,
}

pub async fn about(db: impl PgExecutor<'_>, id: ReviewId) -> Result<About> {
    sqlx::query_as!(
        About,
        r#"select p.name as product_name, p.slug as "product_slug: Slug", r.rating, r.title, r.body, v.contact_email as "vendor_email: Email",
             u.email as "author_email?: Email", l.order_id as "order_id?: OrderId", l.id as "line_id?: OrderLineId"
           from reviews r join products p on p.id = r.product_id join vendors v on v.id = p.vendor_id
           left join users u on u.id = r.user_id left join order_lines l on l.id = r.order_line_id where r.id = $1"#,
        id as _
    )
    .fetch_one(db)
    .await
}
