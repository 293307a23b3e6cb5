//! SQL of the invariants that span orders, payments and stock. Plain queries: they are run by hand and after tests, never in a request.

use sqlx::{PgConnection, PgExecutor};

/// Each query yields one row for each violation: a text that says where. Written for large tables: each reads them once and in whole.
///
/// Not among them: I8 (an acknowledged order exists) and I9 (what was added after checkout stays in the cart), since no query knows what
/// somebody was told or has clicked; tests hold them. I12 needs the files. Of I6 a table shows where things stand and not how they came
/// there: triggers refuse the way back.
pub const INVARIANTS: &[(&str, &str)] = &[
    ("I1 stock is never negative", "select id::text from product_variants where stock < 0"),
    (
        "I1 stock is the sum of its movements",
        "select v.id::text from product_variants v
           left join (select variant_id, sum(delta) as moved from stock_movements group by variant_id) m on m.variant_id = v.id
         where v.stock <> coalesce(m.moved, 0)",
    ),
    (
        "I1 pieces taken off the shelf are those of orders that took goods",
        "select distinct order_id::text from
           (select l.order_id, l.variant_id, l.quantity from order_lines l join order_parts x on x.id = l.part_id and x.paid_at is not null) l
           full join (select order_id, variant_id, -sum(delta) as taken from stock_movements where kind = 'sold' group by order_id, variant_id) m
           using (order_id, variant_id)
         where l.quantity is distinct from m.taken",
    ),
    (
        "I1 pieces put back are those that refunds say",
        "select distinct order_id::text from
           (select i.order_id, l.variant_id, sum(i.quantity) as said from refund_items i join order_lines l on l.id = i.line_id
            where i.restocked and i.quantity > 0 group by i.order_id, l.variant_id) i
           full join (select order_id, variant_id, sum(delta) as back from stock_movements where kind = 'restocked' group by order_id, variant_id) m
           using (order_id, variant_id)
         where i.said is distinct from m.back",
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
    ("I2 no refund waits for more than an hour", "select id::text from refunds where status = 'pending' and created_at < now() - interval '1 hour'"),
    (
        // What was done and has failed since still counts: it is on its way once more. Of what was never sold all goes back that came.
        "I2 an order is as refunded as its refunds are",
        "select o.id::text from orders o
           left join payments p on p.order_id = o.id and p.status = 'succeeded'
           left join (select order_id, sum(amount_minor) as all_back, sum(amount_minor) filter (where reason <> 'amount_differs') as back
             from refunds where status <> 'failed' and finished_at is not null group by order_id) r on r.order_id = o.id
           left join lateral (select true as sold from order_parts x where x.order_id = o.id and x.paid_at is not null limit 1) x on true
         where (o.status = 'refunded' and x.sold and coalesce(r.back, 0) < o.total_minor)
           or (o.status = 'refunded' and x.sold is null and coalesce(r.all_back, 0) < coalesce(p.received_minor, o.total_minor))
           or (o.status = 'partially_refunded' and (coalesce(r.back, 0) = 0 or r.back >= o.total_minor))",
    ),
    (
        "I3 lines add up to parts, parts to the order, and the order is what is charged",
        "select o.id::text from orders o join payments p on p.order_id = o.id where p.amount_minor <> o.total_minor or p.currency <> o.currency
         union all select o.id::text from orders o left join (select order_id, sum(total_minor) as total from order_parts group by order_id) x
           on x.order_id = o.id where o.total_minor <> coalesce(x.total, 0)
         union all select x.order_id::text from order_parts x left join (select part_id, sum(subtotal_minor) as items from order_lines group by part_id) l
           on l.part_id = x.id where x.items_minor <> coalesce(l.items, 0)",
    ),
    ("I4 one live intent for an order", "select order_id::text from payments where status <> 'canceled' group by order_id having count(*) > 1"),
    (
        "I5 a line stands in the part of its vendor and its order",
        "select l.id::text from order_lines l join order_parts x on x.id = l.part_id where (l.order_id, l.vendor_id) <> (x.order_id, x.vendor_id)",
    ),
    (
        "I5 the vendors' shares of a refund add up to it",
        "select r.id::text from refunds r left join (select refund_id, sum(amount_minor) as shares from refund_items group by refund_id) i
           on i.refund_id = r.id where case r.reason when 'amount_differs' then 0 else r.amount_minor end <> coalesce(i.shares, 0)",
    ),
    (
        "I5 no line and no part gives back more than it brought",
        "with given as (select i.part_id, i.line_id, sum(i.quantity) as pieces, sum(i.amount_minor) as minor from refund_items i
           join refunds r on r.id = i.refund_id and r.status <> 'failed' group by i.part_id, i.line_id)
         select g.line_id::text from given g join order_lines l on l.id = g.line_id where g.pieces > l.quantity or g.minor > l.subtotal_minor
         union all select g.part_id::text from given g join order_parts x on x.id = g.part_id where g.line_id is null and g.minor > x.shipping_minor",
    ),
    (
        "I5 the figure of pieces sold is what its lines say",
        "select p.id::text from products p left join (
             select l.product_id, sum(l.quantity) as sold from order_lines l join order_parts x on x.id = l.part_id and x.paid_at is not null
             group by l.product_id) s on s.product_id = p.id
           where p.units_sold <> coalesce(s.sold, 0)",
    ),
    (
        "I6 all parts of an order are paid, or none, and only those of an order that is",
        "select o.id::text from orders o join order_parts x on x.order_id = o.id group by o.id
         having count(x.paid_at) not in (0, count(*)) or (count(x.paid_at) = 0 and o.status = 'paid')
           or (count(x.paid_at) > 0 and o.status not in ('paid', 'partially_refunded', 'refunded'))",
    ),
    (
        "I7 one receipt for each order that took goods, and for no other",
        "select o.id::text from orders o left join outbox m on m.dedupe_key = 'receipt:' || o.id::text
         where (m.id is not null) <> exists (select from order_parts x where x.order_id = o.id and x.paid_at is not null)",
    ),
    (
        "I7 vendors are told of paid orders and of no other",
        "select m.dedupe_key from outbox m where m.kind = 'new_order' and not exists (select from order_parts x
           where x.paid_at is not null and m.dedupe_key = 'new_order:' || x.order_id::text || ':' || x.vendor_id::text
             and x.order_id = split_part(m.dedupe_key, ':', 2)::uuid)",
    ),
    (
        "I10 no connection stays idle in a transaction",
        "select pid::text from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'
           and state_change < now() - interval '10 seconds'",
    ),
    ("I11 one live refresh token in a session", "select session_id::text from refresh_tokens where used_at is null group by session_id having count(*) > 1"),
    (
        "I13 one row in the audit log for a refund by an admin",
        "select r.id::text from refunds r join orders o on o.id = r.order_id
           left join (select object_id, after ->> 'refund' as refund, count(*) as rows from audit_log
             where action in ('order.refunded', 'order.payment_accepted', 'order.payment_given_back') group by 1, 2) a
           on a.object_id = r.order_id and a.refund = r.id::text
         where r.created_by is not null and r.created_by is distinct from o.user_id and r.reason <> 'canceled_by_vendor' and a.rows is distinct from 1",
    ),
    (
        "I13 a row in the audit log for what an admin took down or shut out",
        "select p.id::text from products p where p.held_reason is not null
           and not exists (select from audit_log a where a.object_kind = 'product' and a.object_id = p.id and a.action = 'product.held')
         union all select u.id::text from users u where u.disabled_at is not null
           and not exists (select from audit_log a where a.object_kind = 'user' and a.object_id = u.id and a.action = 'user.disabled')",
    ),
    (
        "I17 each entry of the audit log is sealed, or waits to be",
        "select a.id::text from audit_log a where not exists (select from audit_seals s where s.entry_id = a.id)
           and not exists (select from audit_unsealed u where u.entry_id = a.id)",
    ),
    (
        "I17 the seals of the audit log are a chain, and say what the log says",
        "select s.seq::text from (select *, lag(hash) over (order by seq) as previous, row_number() over (order by seq) as place from audit_seals) s
           left join audit_log a on a.id = s.entry_id
           where a.id is null or s.seq <> s.place or s.hash <> audit_hash(s.previous, s.seq, a, s.digest)
             or (s.salt is null) <> (a.erased_at is not null) or (s.salt is not null and s.digest <> audit_digest(a, s.salt))
           order by s.seq",
    ),
    (
        "I14 refunds stay within what was captured",
        "select p.id::text from payments p join (
             select payment_id, sum(amount_minor) as refunded from refunds where status <> 'failed' group by payment_id) r on r.payment_id = p.id
           where coalesce(p.received_minor, p.amount_minor) < r.refunded",
    ),
    (
        "I15 a product's rating is that of its reviews",
        "select p.id::text from products p left join (
           select product_id, count(*) as count, sum(rating) as sum from reviews where hidden_at is null group by product_id) r on r.product_id = p.id
           where (p.rating_count, p.rating_sum) <> (coalesce(r.count, 0), coalesce(r.sum, 0))",
    ),
    (
        "I16 what is listed is what may be seen",
        "select p.id::text from products p where p.listed <> exists (select from visible_products v where v.id = p.id)",
    ),
    (
        "I16 what is in stock has a variant with stock",
        "select p.id::text from products p where p.in_stock <> exists (select from stocked_variants v where v.product_id = p.id and v.stock > 0)",
    ),
];

/// Lets a transaction that has just begun see one moment, change nothing, and take the time that large tables need: what a request may take
/// is no measure here.
pub async fn look(tx: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("set transaction isolation level repeatable read, read only").execute(&mut *tx).await?;
    sqlx::query("set local statement_timeout = 0").execute(tx).await?;
    Ok(())
}

pub async fn violations(db: &mut PgConnection, query: &'static str) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(query).fetch_all(db).await
}

/// In place of what was found before.
pub async fn remember_check(db: impl PgExecutor<'_>, broken: &[String]) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into last_check (broken) values ($1) on conflict (one) do update set at = now(), broken = excluded.broken",
        broken as &[String]
    )
    .execute(db)
    .await?;
    Ok(())
}
