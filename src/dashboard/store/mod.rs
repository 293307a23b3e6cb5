//! SQL of what the dashboards count. Each statement of a vendor names the vendor; row-level security under the vendor's role is the second
//! fence.

pub mod health;
pub mod log;

use sqlx::PgExecutor;

use super::{AdminQueues, VendorQueues};
use crate::values::{OrderId, VendorId};

pub type Result<T> = std::result::Result<T, sqlx::Error>;

/// Each from an index alone, and no further than to `most`: of a long queue nobody needs to know how long. Of what runs low, variants are read
/// and not the products that they are of, of which a shop may have thousands.
pub async fn vendor_queues(db: impl PgExecutor<'_>, vendor: VendorId, most: i64) -> Result<VendorQueues> {
    sqlx::query_as!(
        VendorQueues,
        r#"select
             (select count(*) from (select from order_parts
               where vendor_id = $1 and paid_at is not null and fulfilment = 'unfulfilled' limit $2) q) as "to_ship!",
             (select count(*) from (select from reviews where vendor_id = $1 and hidden_at is null and vendor_reply is null limit $2) q) as "unanswered!",
             (select count(*) from (select distinct v.product_id from product_variants v
               where v.vendor_id = $1 and v.retired_at is null and v.stock <= coalesce(v.low_stock_at, 5)
                 and v.product_id not in (select id from products where vendor_id = $1 and status = 'archived') limit $2) q) as "low_stock!",
             h.held as "held!",
             (select count(*) from (select from products where vendor_id = $1 and status = 'draft' limit $2) q) - h.drafts as "drafts!",
             exists (select from products where vendor_id = $1) as "has_products!",
             exists (select from products where vendor_id = $1 and status = 'published') as "has_published!"
           from (select count(*) as held, count(*) filter (where status = 'draft') as drafts
             from products where vendor_id = $1 and held_reason is not null) h"#,
        vendor as _,
        most
    )
    .fetch_one(db)
    .await
}

/// `refund_attempts`: from how many on a refund is stuck; `stuck_minutes`: from which age on a payment is.
pub async fn admin_queues(db: impl PgExecutor<'_>, refund_attempts: i32, stuck_minutes: i32) -> Result<AdminQueues> {
    sqlx::query_as!(
        AdminQueues,
        r#"select
             (select count(*) from vendors where status = 'pending') as "vendors!",
             (select count(*) from orders where status = 'review') as "orders_in_review!",
             (select count(*) from payments p where status not in ('succeeded', 'canceled') and created_at < now() - make_interval(mins => $2)
               and (p.intent_id is not null or exists (select from orders o where o.id = p.order_id and o.status = 'pending'))) as "payments_stuck!",
             (select count(*) from refunds where status = 'pending' and (attempts >= $1 or failures > 0)) as "refunds_stuck!",
             (select order_id from refunds where status = 'pending' and (attempts >= $1 or failures > 0) order by id limit 1) as "stuck_refund?: OrderId",
             (select count(*) from disputes where status in ('needs_response', 'warning_needs_response')) as "disputes!",
             (select count(distinct q.review_id) from review_reports q join reviews r on r.id = q.review_id
               where q.settled_at is null and r.hidden_at is null) as "reviews!",
             (select count(*) from outbox where status = 'dead' and settled_at is null) as "mails!",
             (select count(*) from stripe_events where outcome = 'failed') as "events!",
             (select count(*) from job_leases where last_error is not null) as "jobs!""#,
        refund_attempts,
        stuck_minutes
    )
    .fetch_one(db)
    .await
}
