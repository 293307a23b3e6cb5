//! SQL of goods that are held for orders which are being paid.

use sqlx::PgExecutor;

use super::Result;
use crate::values::{OrderId, UserId};

/// One set of held goods per shopper: what was held for an earlier order is let go.
pub async fn release_of_shopper(db: impl PgExecutor<'_>, shopper: UserId) -> Result<()> {
    sqlx::query!("delete from stock_holds where shopper_id = $1", shopper as _).execute(db).await?;
    Ok(())
}

pub async fn release(db: impl PgExecutor<'_>, order: OrderId) -> Result<()> {
    sqlx::query!("delete from stock_holds where order_id = $1", order as _).execute(db).await?;
    Ok(())
}

pub async fn insert(db: impl PgExecutor<'_>, order: OrderId, shopper: UserId, minutes: i32) -> Result<()> {
    sqlx::query!(
        "insert into stock_holds (order_id, variant_id, shopper_id, quantity, expires_at)
         select order_id, variant_id, $2, quantity, now() + make_interval(mins => $3) from order_lines where order_id = $1",
        order as _,
        shopper as UserId,
        minutes
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn prune(db: impl PgExecutor<'_>) -> Result<()> {
    sqlx::query!("delete from stock_holds where expires_at < now() - interval '1 hour'").execute(db).await?;
    Ok(())
}
