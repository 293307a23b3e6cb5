//! SQL of orders and of the goods held for them.

use sqlx::PgExecutor;
use time::OffsetDateTime;

use super::{Fulfilment, OrderStatus};
use crate::values::{
    Address, Currency, Email, OrderId, OrderLineId, OrderPartId, PictureId, ProductId, Quantity, UserId, VariantId, VendorId,
};

crate::text_column!(OrderStatus, Fulfilment);

pub mod desk;
pub mod holds;
pub mod parcels;
pub mod replaced;

type Result<T> = std::result::Result<T, sqlx::Error>;

pub struct OrderRow {
    pub id: OrderId,
    pub number: i64,
    pub user_id: Option<UserId>,
    pub email: String,
    pub status: OrderStatus,
    pub currency: Currency,
    pub items_minor: i64,
    pub shipping_minor: i64,
    pub tax_minor: i64,
    pub discount_minor: i64,
    pub total_minor: i64,
    pub refunded_minor: i64,
    pub returning_minor: i64,
    pub ship_name: String,
    pub ship_line1: String,
    pub ship_line2: String,
    pub ship_city: String,
    pub ship_region: String,
    pub ship_postal_code: String,
    pub ship_country_code: String,
    pub placed_at: OffsetDateTime,
    pub paid_at: Option<OffsetDateTime>,
    pub closed_at: Option<OffsetDateTime>,
    pub payment_error: Option<String>,
    pub payment_reference: Option<String>,
}

/// A line together with its part.
pub struct LineRow {
    pub part_id: OrderPartId,
    pub vendor_id: VendorId,
    pub vendor_name: String,
    pub vendor_email: String,
    pub id: OrderLineId,
    pub fulfilment: Fulfilment,
    pub part_shipping_minor: i64,
    pub part_total_minor: i64,
    pub carrier: Option<String>,
    pub tracking: Option<String>,
    pub shipped_at: Option<OffsetDateTime>,
    pub delivered_at: Option<OffsetDateTime>,
    pub canceled_at: Option<OffsetDateTime>,
    pub variant_id: VariantId,
    pub product_name: String,
    pub product_slug: String,
    pub variant_title: String,
    pub picture_id: Option<PictureId>,
    pub unit_price_minor: i64,
    pub quantity: Quantity,
    pub subtotal_minor: i64,
    pub refunded_quantity: i64,
    pub refunded_minor: i64,
}

pub struct SummaryRow {
    pub id: OrderId,
    pub number: i64,
    pub status: OrderStatus,
    pub currency: Currency,
    pub total_minor: i64,
    pub placed_at: OffsetDateTime,
    pub pieces: i64,
    pub shops: Vec<String>,
    pub picture_ids: Vec<PictureId>,
}

/// Figures of an order or of a part of it.
#[derive(Clone, Copy, Debug)]
pub struct Amounts {
    pub items_minor: i64,
    pub shipping_minor: i64,
}

pub struct NewLine<'a> {
    pub variant_id: VariantId,
    pub product_id: ProductId,
    pub product_name: &'a str,
    pub product_slug: &'a str,
    pub variant_title: &'a str,
    pub sku: &'a str,
    pub picture_id: Option<PictureId>,
    pub unit_price_minor: i64,
    pub quantity: Quantity,
}

pub async fn find(db: impl PgExecutor<'_>, id: OrderId) -> Result<Option<OrderRow>> {
    sqlx::query_as!(
        OrderRow,
        r#"select o.id as "id: OrderId", number, user_id as "user_id: UserId", email, o.status as "status: OrderStatus", o.currency as "currency: Currency",
             items_minor, shipping_minor, tax_minor, discount_minor, total_minor, ship_name, ship_line1, ship_line2, ship_city, ship_region,
             ship_postal_code, ship_country_code, placed_at, paid_at, closed_at, pay.last_error_message as payment_error,
             pay.intent_id as payment_reference, back.refunded_minor as "refunded_minor!", back.returning_minor as "returning_minor!"
           from orders o left join payments pay on pay.order_id = o.id and pay.status <> 'canceled'
           cross join lateral (select coalesce(sum(r.amount_minor) filter (where r.status = 'succeeded'), 0)::bigint as refunded_minor,
               coalesce(sum(r.amount_minor) filter (where r.status = 'pending'), 0)::bigint as returning_minor
             from refunds r where r.order_id = o.id and r.reason <> 'amount_differs') back
           where o.id = $1"#,
        id as _
    )
    .fetch_optional(db)
    .await
}

pub async fn lines(db: impl PgExecutor<'_>, id: OrderId) -> Result<Vec<LineRow>> {
    sqlx::query_as!(
        LineRow,
        r#"select p.id as "part_id: OrderPartId", p.vendor_id as "vendor_id: VendorId", p.vendor_name, v.contact_email as vendor_email,
             p.fulfilment as "fulfilment: Fulfilment", p.shipping_minor as part_shipping_minor, p.total_minor as part_total_minor, p.carrier, p.tracking,
             p.shipped_at, p.delivered_at, p.canceled_at, l.id as "id: OrderLineId", l.variant_id as "variant_id: VariantId", l.product_name, l.product_slug, l.variant_title, l.picture_id as "picture_id: PictureId",
             l.unit_price_minor, l.quantity as "quantity: Quantity", l.subtotal_minor,
             coalesce(g.quantity, 0) as "refunded_quantity!", coalesce(g.amount_minor, 0)::bigint as "refunded_minor!"
           from order_parts p join order_lines l on l.part_id = p.id join vendors v on v.id = p.vendor_id
           left join lateral (select sum(i.quantity) as quantity, sum(i.amount_minor) as amount_minor from refund_items i
             join refunds r on r.id = i.refund_id and r.status <> 'failed' where i.line_id = l.id) g on true
           where p.order_id = $1 order by p.id, l.id"#,
        id as _
    )
    .fetch_all(db)
    .await
}

/// Newest first, before the given one.
pub async fn list(db: impl PgExecutor<'_>, user_id: UserId, before: Option<OrderId>, limit: i64) -> Result<Vec<SummaryRow>> {
    sqlx::query_as!(
        SummaryRow,
        r#"select o.id as "id: OrderId", o.number, o.status as "status: OrderStatus", o.currency as "currency: Currency", o.total_minor, o.placed_at,
             l.pieces as "pieces!", l.shops as "shops!", l.picture_ids as "picture_ids!: Vec<PictureId>"
           from orders o
           cross join lateral (
             select coalesce(sum(l.quantity), 0) as pieces, coalesce(array_agg(distinct p.vendor_name), '{}') as shops,
               coalesce((array_agg(l.picture_id) filter (where l.picture_id is not null))[1:4], '{}') as picture_ids
             from order_lines l join order_parts p on p.id = l.part_id where l.order_id = o.id) l
           where o.user_id = $1 and ($2::uuid is null or (o.placed_at, o.id) < (select placed_at, id from orders where id = $2))
           order by o.placed_at desc, o.id desc limit $3"#,
        user_id as _,
        before as Option<OrderId>,
        limit
    )
    .fetch_all(db)
    .await
}

/// Status of an order, its row locked. What refers to it may be written meanwhile: a hold of who places the same cart again waits for nobody,
/// while it has the cart that the finaliser waits for.
pub async fn lock(db: impl PgExecutor<'_>, id: OrderId) -> Result<Option<OrderStatus>> {
    sqlx::query_scalar!(r#"select status as "status: OrderStatus" from orders where id = $1 for no key update"#, id as _)
        .fetch_optional(db)
        .await
}

pub async fn find_pending_by_fingerprint(db: impl PgExecutor<'_>, user_id: UserId, fingerprint: &[u8]) -> Result<Option<OrderId>> {
    sqlx::query_scalar!(
        r#"select id as "id: OrderId" from orders where user_id = $1 and fingerprint = $2 and status = 'pending'"#,
        user_id as _,
        fingerprint
    )
    .fetch_optional(db)
    .await
}

pub struct NewOrder<'a> {
    pub id: OrderId,
    pub user_id: UserId,
    pub email: &'a Email,
    pub currency: Currency,
    pub amounts: Amounts,
    pub address: &'a Address,
    pub fingerprint: &'a [u8],
}

pub async fn insert(db: impl PgExecutor<'_>, order: &NewOrder<'_>) -> Result<()> {
    let Amounts { items_minor, shipping_minor } = order.amounts;
    let address = order.address;
    sqlx::query!(
        "insert into orders (id, user_id, email, currency, items_minor, shipping_minor, total_minor, ship_name, ship_line1, ship_line2, ship_city,
           ship_region, ship_postal_code, ship_country_code, fingerprint)
         values ($1, $2, $3, $4, $5, $6, $5::bigint + $6::bigint, $7, $8, $9, $10, $11, $12, $13, $14)",
        order.id as _,
        order.user_id as _,
        order.email as _,
        order.currency as _,
        items_minor,
        shipping_minor,
        address.name,
        address.line1,
        address.line2,
        address.city,
        address.region,
        address.postal_code,
        address.country_code,
        order.fingerprint
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn insert_part(
    db: impl PgExecutor<'_>,
    id: OrderPartId,
    order: OrderId,
    vendor: VendorId,
    vendor_name: &str,
    amounts: Amounts,
) -> Result<()> {
    sqlx::query!(
        "insert into order_parts (id, order_id, vendor_id, vendor_name, items_minor, shipping_minor, total_minor) values ($1, $2, $3, $4, $5, $6, $5::bigint + $6::bigint)",
        id as _,
        order as _,
        vendor as _,
        vendor_name,
        amounts.items_minor,
        amounts.shipping_minor
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn insert_line(db: impl PgExecutor<'_>, order: OrderId, part: OrderPartId, vendor: VendorId, line: &NewLine<'_>) -> Result<()> {
    sqlx::query!(
        "insert into order_lines (id, order_id, part_id, vendor_id, variant_id, product_id, product_name, product_slug, variant_title, sku, picture_id,
           unit_price_minor, quantity, subtotal_minor)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $12::bigint * $13::int)",
        uuid::Uuid::now_v7(),
        order as _,
        part as _,
        vendor as _,
        line.variant_id as _,
        line.product_id as _,
        line.product_name,
        line.product_slug,
        line.variant_title,
        line.sku,
        line.picture_id as Option<PictureId>,
        line.unit_price_minor,
        line.quantity.as_i32()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// One statement per move: the status it moves from stands in the WHERE clause.
pub async fn mark_paid(db: impl PgExecutor<'_>, id: OrderId) -> Result<u64> {
    let done = sqlx::query!(
        "with moved as (update orders set status = 'paid', paid_at = now() where id = $1 and status in ('pending', 'review') returning id)
         update order_parts set paid_at = now() where order_id in (select id from moved)",
        id as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// Paid, but the goods are gone, the order was closed or another amount came: the money goes back. Vendors never see it.
pub async fn mark_refund_pending(db: impl PgExecutor<'_>, id: OrderId) -> Result<u64> {
    let done = sqlx::query!(
        "update orders set status = 'refund_pending', paid_at = now() where id = $1 and status in ('pending', 'canceled', 'expired', 'review')",
        id as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

pub async fn mark_review(db: impl PgExecutor<'_>, id: OrderId) -> Result<u64> {
    let done = sqlx::query!("update orders set status = 'review' where id = $1 and status in ('pending', 'canceled', 'expired')", id as _)
        .execute(db)
        .await?;
    Ok(done.rows_affected())
}

/// Closes an unpaid order: expired when its time was up, canceled before.
pub async fn close(db: impl PgExecutor<'_>, id: OrderId, life_minutes: i32) -> Result<u64> {
    let done = sqlx::query!(
        "update orders set closed_at = now(),
           status = case when placed_at <= now() - make_interval(mins => $2) then 'expired' else 'canceled' end
         where id = $1 and status = 'pending'",
        id as _,
        life_minutes
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// `refunded_minor` is what is back of the price. What must go back in whole is back when no refund of it waits any more.
pub async fn mark_refunded(db: impl PgExecutor<'_>, id: OrderId, refunded_minor: i64) -> Result<u64> {
    let done = sqlx::query!(
        "update orders set status = case when $2::bigint >= total_minor or status = 'refund_pending' then 'refunded' else 'partially_refunded' end
         where id = $1 and ((status = 'refund_pending' and not exists (select from refunds where order_id = $1 and status = 'pending')) or (status in ('paid', 'partially_refunded') and $2::bigint > 0))",
        id as _,
        refunded_minor
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// Unpaid orders past their life, or replaced, put off by the time they are late: one that cannot be closed keeps none of the others waiting.
pub async fn claim_overdue(db: impl PgExecutor<'_>, life_minutes: i32, limit: i64) -> Result<Vec<OrderId>> {
    sqlx::query_scalar!(
        r#"update orders set close_after = now()
             + least(greatest(now() - placed_at - make_interval(mins => $1), interval '2 minutes'), interval '1 hour')
           where id in (select id from orders o where status = 'pending'
               and (placed_at <= now() - make_interval(mins => $1)
                 or exists (select from orders n where n.id = o.replaced_by and n.status not in ('canceled', 'expired')))
               and (close_after is null or close_after <= now())
             order by coalesce(close_after, placed_at) limit $2 for no key update skip locked)
           returning id as "id: OrderId""#,
        life_minutes,
        limit
    )
    .fetch_all(db)
    .await
}

/// Whether the customer has an order that somebody still works on: unpaid, in question, or not sent. Locks them against new payments.
pub async fn has_open(db: impl PgExecutor<'_>, user_id: UserId) -> Result<bool> {
    let open = sqlx::query_scalar!(
        r#"select o.status in ('pending', 'review', 'refund_pending')
             or (o.status in ('paid', 'partially_refunded')
               and exists (select from order_parts p where p.order_id = o.id and p.fulfilment = 'unfulfilled')) as "open!"
           from orders o where o.user_id = $1 for update of o"#,
        user_id as _
    )
    .fetch_all(db)
    .await?;
    Ok(open.contains(&true))
}

/// What names a person goes; figures, goods and the country stay, as the books need them. The address of the mail can reach nobody (RFC 2606).
pub async fn anonymize(db: impl PgExecutor<'_>, user_id: UserId) -> Result<()> {
    sqlx::query!(
        "update orders set user_id = null, email = 'erased@account.invalid', ship_name = 'Erased', ship_line1 = 'Erased', ship_line2 = '',
           ship_city = 'Erased', ship_region = '', ship_postal_code = '' where user_id = $1",
        user_id as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// All orders of a customer with their lines, as one JSON array.
pub async fn export(db: impl PgExecutor<'_>, user_id: UserId) -> Result<serde_json::Value> {
    sqlx::query_scalar!(
        r#"select coalesce(jsonb_agg(jsonb_build_object('number', o.number, 'status', o.status, 'placed_at', o.placed_at, 'paid_at', o.paid_at,
               'currency', o.currency, 'total_minor', o.total_minor, 'shipping_minor', o.shipping_minor, 'email', o.email,
               'ship_to', jsonb_build_object('name', o.ship_name, 'line1', o.ship_line1, 'line2', o.ship_line2, 'city', o.ship_city,
                 'region', o.ship_region, 'postal_code', o.ship_postal_code, 'country_code', o.ship_country_code),
               'lines', (select coalesce(jsonb_agg(jsonb_build_object('product', l.product_name, 'variant', l.variant_title, 'quantity', l.quantity,
                   'unit_price_minor', l.unit_price_minor, 'subtotal_minor', l.subtotal_minor) order by l.id), '[]')
                 from order_lines l where l.order_id = o.id)) order by o.placed_at, o.id), '[]') as "orders!"
           from orders o where o.user_id = $1"#,
        user_id as _
    )
    .fetch_one(db)
    .await
}
