//! SQL of unpaid orders in whose place others came.

use sqlx::PgExecutor;

use super::Result;
use crate::values::{OrderId, UserId};

/// Says of unpaid orders of a customer's with goods that are in this one, too, that it comes in their place.
pub async fn replace(db: impl PgExecutor<'_>, user_id: UserId, order: OrderId) -> Result<Vec<OrderId>> {
    sqlx::query_scalar!(
        r#"update orders o set replaced_by = $2
           where o.user_id = $1 and o.status = 'pending' and o.id <> $2 and exists (select from order_lines l join order_lines mine
             on mine.variant_id = l.variant_id and mine.order_id = $2 where l.order_id = o.id)
           returning o.id as "id: OrderId""#,
        user_id as _,
        order as _
    )
    .fetch_all(db)
    .await
}

/// Whether another one came in its place, and stands.
pub async fn is_replaced(db: impl PgExecutor<'_>, order: OrderId) -> Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from orders o join orders n on n.id = o.replaced_by
             where o.id = $1 and n.status not in ('canceled', 'expired')) as "replaced!""#,
        order as _
    )
    .fetch_one(db)
    .await
}
