//! SQL of what a vendor sees and does of orders. Each statement names the vendor; row-level security under the vendor's role is the second
//! fence. `orders` itself is out of reach there: `vendor_orders` shows the little that a parcel needs.

use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;

use super::Result;
use crate::orders::{Fulfilment, OrderLine, OrderStatus, Shipment};
use crate::values::{Currency, OrderId, OrderPartId, VendorId};

pub struct ParcelRow {
    pub order_id: OrderId,
    pub number: i64,
    pub status: OrderStatus,
    pub fulfilment: Fulfilment,
    pub currency: Currency,
    pub total_minor: i64,
    pub paid_at: OffsetDateTime,
    pub pieces: i64,
    pub recipient: String,
    pub country_code: String,
}

/// What is to be sent comes oldest first, everything else newest first.
pub async fn list(
    db: impl PgExecutor<'_>,
    vendor: VendorId,
    state: Option<Fulfilment>,
    number: Option<i64>,
    after: Option<OrderId>,
    limit: i64,
) -> Result<Vec<ParcelRow>> {
    if state == Some(Fulfilment::Unfulfilled) {
        return to_ship(db, vendor, number, after, limit).await;
    }
    sqlx::query_as!(
        ParcelRow,
        r#"select o.id as "order_id!: OrderId", o.number as "number!", o.status as "status!: OrderStatus",
             p.fulfilment as "fulfilment: Fulfilment", s.currency as "currency: Currency", p.total_minor, p.paid_at as "paid_at!", l.pieces as "pieces!",
             o.ship_name as "recipient!", o.ship_country_code as "country_code!"
           from order_parts p join vendor_orders o on o.id = p.order_id cross join shop s
           cross join lateral (select coalesce(sum(quantity), 0) as pieces from order_lines where part_id = p.id and vendor_id = $1) l
           where p.vendor_id = $1 and p.paid_at is not null and ($2::text is null or p.fulfilment = $2) and ($3::bigint is null or o.number = $3)
             and ($4::uuid is null or (p.paid_at, p.id) < (select paid_at, id from order_parts where order_id = $4 and vendor_id = $1))
           order by p.paid_at desc, p.id desc limit $5"#,
        vendor as _,
        state.map(Fulfilment::as_str),
        number,
        after as Option<OrderId>,
        limit
    )
    .fetch_all(db)
    .await
}

async fn to_ship(
    db: impl PgExecutor<'_>,
    vendor: VendorId,
    number: Option<i64>,
    after: Option<OrderId>,
    limit: i64,
) -> Result<Vec<ParcelRow>> {
    sqlx::query_as!(
        ParcelRow,
        r#"select o.id as "order_id!: OrderId", o.number as "number!", o.status as "status!: OrderStatus",
             p.fulfilment as "fulfilment: Fulfilment", s.currency as "currency: Currency", p.total_minor, p.paid_at as "paid_at!", l.pieces as "pieces!",
             o.ship_name as "recipient!", o.ship_country_code as "country_code!"
           from order_parts p join vendor_orders o on o.id = p.order_id cross join shop s
           cross join lateral (select coalesce(sum(quantity), 0) as pieces from order_lines where part_id = p.id and vendor_id = $1) l
           where p.vendor_id = $1 and p.paid_at is not null and p.fulfilment = 'unfulfilled' and ($2::bigint is null or o.number = $2)
             and ($3::uuid is null or (p.paid_at, p.id) > (select paid_at, id from order_parts where order_id = $3 and vendor_id = $1))
           order by p.paid_at, p.id limit $4"#,
        vendor as _,
        number,
        after as Option<OrderId>,
        limit
    )
    .fetch_all(db)
    .await
}

pub async fn counts(db: impl PgExecutor<'_>, vendor: VendorId) -> Result<Vec<(Fulfilment, i64)>> {
    let rows = sqlx::query!(
        r#"select fulfilment as "fulfilment: Fulfilment", count(*) as "count!" from order_parts
           where vendor_id = $1 and paid_at is not null group by fulfilment"#,
        vendor as _
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.fulfilment, row.count)).collect())
}

pub struct ParcelDetail {
    pub part_id: OrderPartId,
    pub number: i64,
    pub status: OrderStatus,
    pub fulfilment: Fulfilment,
    pub currency: Currency,
    pub placed_at: OffsetDateTime,
    pub paid_at: OffsetDateTime,
    pub shipped_at: Option<OffsetDateTime>,
    pub delivered_at: Option<OffsetDateTime>,
    pub canceled_at: Option<OffsetDateTime>,
    pub carrier: Option<String>,
    pub tracking: Option<String>,
    pub items_minor: i64,
    pub shipping_minor: i64,
    pub total_minor: i64,
    pub refunded_minor: i64,
    pub ship_name: String,
    pub ship_line1: String,
    pub ship_line2: String,
    pub ship_city: String,
    pub ship_region: String,
    pub ship_postal_code: String,
    pub ship_country_code: String,
    pub disputed: bool,
    pub lines: Json<Vec<OrderLine>>,
}

/// None for an order without a paid part of this vendor.
pub async fn find(db: impl PgExecutor<'_>, vendor: VendorId, order: OrderId) -> Result<Option<ParcelDetail>> {
    sqlx::query_as!(
        ParcelDetail,
        r#"select p.id as "part_id: OrderPartId", o.number as "number!", o.status as "status!: OrderStatus",
             p.fulfilment as "fulfilment: Fulfilment", s.currency as "currency: Currency", o.placed_at as "placed_at!", p.paid_at as "paid_at!",
             p.shipped_at, p.delivered_at, p.canceled_at, p.carrier, p.tracking, p.items_minor, p.shipping_minor, p.total_minor,
             (select coalesce(sum(i.amount_minor), 0)::bigint from refund_items i where i.part_id = p.id and i.vendor_id = $1) as "refunded_minor!",
             o.ship_name as "ship_name!", o.ship_line1 as "ship_line1!", o.ship_line2 as "ship_line2!", o.ship_city as "ship_city!",
             o.ship_region as "ship_region!", o.ship_postal_code as "ship_postal_code!", o.ship_country_code as "ship_country_code!",
             o.disputed as "disputed!",
             (select jsonb_agg(jsonb_build_object('id', l.id, 'product_name', l.product_name, 'product_slug', l.product_slug, 'variant_title', l.variant_title,
                 'picture_id', l.picture_id, 'quantity', l.quantity, 'refunded_quantity', coalesce(g.quantity, 0),
                 'refunded', jsonb_build_object('amount_minor', coalesce(g.amount_minor, 0), 'currency', s.currency),
                 'unit_price', jsonb_build_object('amount_minor', l.unit_price_minor, 'currency', s.currency),
                 'subtotal', jsonb_build_object('amount_minor', l.subtotal_minor, 'currency', s.currency)) order by l.id)
               from order_lines l
               left join lateral (select sum(i.quantity) as quantity, sum(i.amount_minor) as amount_minor from refund_items i
                 where i.line_id = l.id and i.vendor_id = $1) g on true
               where l.part_id = p.id and l.vendor_id = $1) as "lines!: Json<Vec<OrderLine>>"
           from order_parts p join vendor_orders o on o.id = p.order_id cross join shop s
           where p.vendor_id = $1 and p.order_id = $2 and p.paid_at is not null"#,
        vendor as _,
        order as _
    )
    .fetch_optional(db)
    .await
}

/// Compare and set: nothing happens unless it waits to be sent.
pub async fn ship(connection: &mut PgConnection, vendor: VendorId, order: OrderId, shipment: &Shipment) -> Result<bool> {
    let done = sqlx::query!(
        "update order_parts set fulfilment = 'shipped', carrier = $3, tracking = $4, shipped_at = now()
         where vendor_id = $1 and order_id = $2 and fulfilment = 'unfulfilled' and paid_at is not null",
        vendor as _,
        order as _,
        shipment.carrier,
        shipment.tracking
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn deliver(connection: &mut PgConnection, vendor: VendorId, order: OrderId) -> Result<bool> {
    let done = sqlx::query!(
        "update order_parts set fulfilment = 'delivered', delivered_at = now()
         where vendor_id = $1 and order_id = $2 and fulfilment = 'shipped' and paid_at is not null",
        vendor as _,
        order as _
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whose goods will not be sent. The order is locked by the caller.
pub async fn cancel(connection: &mut PgConnection, parts: &[OrderPartId]) -> Result<u64> {
    let done = sqlx::query!(
        "update order_parts set fulfilment = 'canceled', canceled_at = now() where id = any($1) and fulfilment = 'unfulfilled' and paid_at is not null",
        parts as _
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}
