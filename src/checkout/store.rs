//! SQL of the invariants that span orders, payments and stock. Plain queries: they are run by hand and after tests, never in a request.

use sqlx::PgPool;

/// Each query yields one row for each violation: a text that says where.
pub const INVARIANTS: &[(&str, &str)] = &[
    ("I1 stock is never negative", "select id::text from product_variants where stock < 0"),
    (
        "I1 stock is the sum of its movements",
        "select v.id::text from product_variants v where v.stock <> (select coalesce(sum(m.delta), 0) from stock_movements m where m.variant_id = v.id)",
    ),
    (
        "I1 units sold equal the lines of orders that took goods",
        "select p.id::text from products p left join (
             select l.product_id, sum(l.quantity) as sold from order_lines l join orders o on o.id = l.order_id
             join order_parts x on x.id = l.part_id and x.paid_at is not null
             where o.status in ('paid', 'partially_refunded', 'refunded') group by l.product_id) s on s.product_id = p.id
           where p.units_sold <> coalesce(s.sold, 0)",
    ),
    (
        "I2 a captured payment belongs to an order that knows it",
        "select p.id::text from payments p join orders o on o.id = p.order_id where p.status = 'succeeded'
           and o.status not in ('paid', 'partially_refunded', 'refund_pending', 'refunded', 'review')",
    ),
    (
        "I2 an order that is paid has a captured payment",
        "select o.id::text from orders o where o.status in ('paid', 'partially_refunded', 'refund_pending', 'refunded')
           and not exists (select from payments p where p.order_id = o.id and p.status = 'succeeded')",
    ),
    (
        "I2 money that must go back has a refund",
        "select o.id::text from orders o where o.status = 'refund_pending' and not exists (select from refunds r where r.order_id = o.id and r.status <> 'failed')",
    ),
    (
        "I3 parts add up to the order, and the order is what is charged",
        "select o.id::text from orders o join payments p on p.order_id = o.id where p.amount_minor <> o.total_minor or p.currency <> o.currency
         union all select o.id::text from orders o where o.total_minor <> (select coalesce(sum(total_minor), 0) from order_parts where order_id = o.id)",
    ),
    ("I4 one live intent for an order", "select order_id::text from payments where status <> 'canceled' group by order_id having count(*) > 1"),
    (
        "I6 a vendor's part is paid when its order is",
        "select x.id::text from order_parts x join orders o on o.id = x.order_id where x.paid_at is not null and o.status not in ('paid', 'partially_refunded', 'refunded')",
    ),
    (
        "I7 one receipt for a paid order",
        "select o.id::text from orders o where o.status = 'paid' and (select count(*) from outbox m where m.dedupe_key = 'receipt:' || o.id::text) <> 1",
    ),
    (
        "I14 refunds stay within what was captured",
        "select p.id::text from payments p join (
             select payment_id, sum(amount_minor) as refunded from refunds where status <> 'failed' group by payment_id) r on r.payment_id = p.id
           where p.amount_minor < r.refunded",
    ),
    (
        "I15 a product's rating is that of its reviews",
        "select p.id::text from products p left join lateral (
           select count(*) as count, coalesce(sum(r.rating), 0) as sum from reviews r where r.product_id = p.id and r.hidden_at is null) r on true
           where (p.rating_count, p.rating_sum) <> (r.count, r.sum)",
    ),
    (
        "I16 what is listed is what may be seen",
        "select p.id::text from products p where p.listed <> exists (select from visible_products v where v.id = p.id)",
    ),
    (
        "I16 what is in stock has a variant with stock",
        "select p.id::text from products p where p.in_stock <> exists (select from stocked_variants v where v.product_id = p.id and v.stock > 0)",
    ),
    ("I11 one live refresh token in a session", "select session_id::text from refresh_tokens where used_at is null group by session_id having count(*) > 1"),
];

pub async fn violations(db: &PgPool, query: &'static str) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(query).fetch_all(db).await
}
