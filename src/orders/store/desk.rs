//! SQL of what admins see of orders.

use sqlx::PgExecutor;
use time::OffsetDateTime;

use super::Result;
use crate::orders::OrderStatus;
use crate::values::{Currency, OrderId};

pub struct DeskRow {
    pub id: OrderId,
    pub number: i64,
    pub status: OrderStatus,
    pub email: String,
    pub currency: Currency,
    pub total_minor: i64,
    pub placed_at: OffsetDateTime,
    pub shops: Vec<String>,
}

/// Newest first, before the given one. A text is a number, or the beginning of an address of a mail.
pub async fn list(
    db: impl PgExecutor<'_>,
    status: Option<OrderStatus>,
    (number, email): (Option<i64>, Option<&str>),
    before: Option<OrderId>,
    limit: i64,
) -> Result<Vec<DeskRow>> {
    sqlx::query_as!(
        DeskRow,
        r#"select o.id as "id: OrderId", o.number, o.status as "status: OrderStatus", o.email, o.currency as "currency: Currency", o.total_minor,
             o.placed_at, array(select p.vendor_name from order_parts p where p.order_id = o.id order by p.id) as "shops!"
           from orders o
           where ($1::text is null or o.status = $1) and ($2::bigint is null or o.number = $2)
             and ($3::text is null or lower(o.email) like $3)
             and ($4::uuid is null or (o.placed_at, o.id) < (select placed_at, id from orders where id = $4))
           order by o.placed_at desc, o.id desc limit $5"#,
        status.map(OrderStatus::as_str),
        number,
        email,
        before as Option<OrderId>,
        limit
    )
    .fetch_all(db)
    .await
}
