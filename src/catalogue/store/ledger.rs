//! SQL of the ledger of stock as vendors and admins read it, and add to it.

use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::catalogue::{Movement, MovementKind};
use crate::values::{MovementId, ProductId, UserId, VariantId, VendorId};

type Result<T> = std::result::Result<T, sqlx::Error>;

crate::text_column! { MovementKind }

/// Newest first, older than the one given; of one variant, or of all that the product ever had.
pub async fn list(
    executor: impl PgExecutor<'_>,
    vendor: VendorId,
    product: ProductId,
    variant: Option<VariantId>,
    before: Option<MovementId>,
    limit: i64,
) -> Result<Vec<Movement>> {
    let rows = sqlx::query!(
        r#"select m.id as "id: MovementId", m.variant_id as "variant_id: VariantId", m.kind as "kind: MovementKind", m.delta, m.reason,
             m.actor_id as "actor_id?: UserId", m.at as "at: OffsetDateTime"
           from stock_movements m join product_variants v on v.id = m.variant_id
           where v.product_id = $2 and m.vendor_id = $1 and ($3::uuid is null or m.variant_id = $3) and ($4::uuid is null or m.id < $4)
           order by m.id desc limit $5"#,
        vendor as _,
        product as _,
        variant as Option<VariantId>,
        before as Option<MovementId>,
        limit
    )
    .fetch_all(executor)
    .await?;
    let text = |at: OffsetDateTime| at.format(&Rfc3339).unwrap_or_default();
    Ok(rows
        .into_iter()
        .map(|row| Movement {
            id: row.id,
            variant_id: row.variant_id,
            kind: row.kind,
            delta: row.delta,
            reason: row.reason,
            actor_id: row.actor_id,
            at: text(row.at),
        })
        .collect())
}

/// What each of these has on the shelf, locked until the transaction ends, in id order as everybody locks them. Others' are left out.
pub async fn lock(
    executor: impl PgExecutor<'_>,
    vendor: VendorId,
    product: ProductId,
    variants: &[VariantId],
) -> Result<Vec<(VariantId, i32)>> {
    let rows = sqlx::query!(
        r#"select id as "id: VariantId", stock from product_variants where id = any($3) and product_id = $2 and vendor_id = $1
           order by id for no key update"#,
        vendor as _,
        product as _,
        variants as &[VariantId]
    )
    .fetch_all(executor)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.stock)).collect())
}

pub async fn correct(
    connection: &mut PgConnection,
    vendor: VendorId,
    (variant, delta): (VariantId, i32),
    reason: &str,
    actor: UserId,
) -> Result<()> {
    sqlx::query!(
        "insert into stock_movements (id, variant_id, vendor_id, kind, delta, reason, actor_id) values ($1, $2, $3, 'correction', $4, $5, $6)",
        MovementId::new() as _,
        variant as _,
        vendor as _,
        delta,
        reason,
        actor as _
    )
    .execute(connection)
    .await?;
    Ok(())
}
