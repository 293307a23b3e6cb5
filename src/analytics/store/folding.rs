//! SQL that adds what waits to the tables, and that compares them with what is recorded.

use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

use super::Result;

/// What a run has added.
pub struct Folded {
    pub rows: i64,
    /// Those whose figures have changed.
    pub vendors: Vec<Uuid>,
}

pub async fn waits(db: impl PgExecutor<'_>) -> Result<bool> {
    sqlx::query_scalar!(r#"select exists (select from sales_deltas) as "waits!""#).fetch_one(db).await
}

/// One run at a time: whether somebody was counted in a week before is asked of the tables. Readers are not kept waiting.
pub async fn lock(db: impl PgExecutor<'_>) -> Result<()> {
    sqlx::query!("lock table active_counts in share row exclusive mode").execute(db).await?;
    Ok(())
}

/// Takes rows that are there and adds them. By what is there and not by the last number seen: of two transactions the one with the lower
/// number may commit later. All parts of the statement see the tables as they were before it.
pub async fn fold(db: impl PgExecutor<'_>, limit: i64) -> Result<Folded> {
    sqlx::query_as!(
        Folded,
        r#"with taken as (
             delete from sales_deltas where id in (select id from sales_deltas order by id limit $1) returning *),
           by_vendor as (
             insert into vendor_sales as s (vendor_id, day, goods_minor, shipping_minor, refunded_minor, refunded_shipping_minor, units,
               units_refunded, lines, parts, cart_lines)
             select t.vendor_id, t.day, sum(t.goods_minor), sum(t.shipping_minor), sum(t.refunded_minor), sum(t.refunded_shipping_minor),
               sum(t.units), sum(t.units_refunded), sum(t.lines), sum(t.parts), sum(t.cart_lines)
             from taken t join vendors v on v.id = t.vendor_id group by t.vendor_id, t.day
             on conflict (vendor_id, day) do update set goods_minor = s.goods_minor + excluded.goods_minor,
               shipping_minor = s.shipping_minor + excluded.shipping_minor, refunded_minor = s.refunded_minor + excluded.refunded_minor,
               refunded_shipping_minor = s.refunded_shipping_minor + excluded.refunded_shipping_minor, units = s.units + excluded.units,
               units_refunded = s.units_refunded + excluded.units_refunded, lines = s.lines + excluded.lines,
               parts = s.parts + excluded.parts, cart_lines = s.cart_lines + excluded.cart_lines),
           by_product as (
             insert into product_sales as s (vendor_id, day, product_id, goods_minor, refunded_minor, units, units_refunded)
             select vendor_id, day, product_id, sum(goods_minor), sum(refunded_minor), sum(units), sum(units_refunded)
             from taken where product_id is not null group by vendor_id, day, product_id
             on conflict (vendor_id, day, product_id) do update set goods_minor = s.goods_minor + excluded.goods_minor,
               refunded_minor = s.refunded_minor + excluded.refunded_minor, units = s.units + excluded.units,
               units_refunded = s.units_refunded + excluded.units_refunded),
           by_day as (
             insert into site_sales as s (day, goods_minor, shipping_minor, refunded_minor, refunded_shipping_minor, units, units_refunded, carts,
               placed, paid)
             select day, sum(goods_minor), sum(shipping_minor), sum(refunded_minor), sum(refunded_shipping_minor), sum(units),
               sum(units_refunded), sum(carts), sum(placed), sum(paid)
             from taken group by day
             on conflict (day) do update set goods_minor = s.goods_minor + excluded.goods_minor,
               shipping_minor = s.shipping_minor + excluded.shipping_minor, refunded_minor = s.refunded_minor + excluded.refunded_minor,
               refunded_shipping_minor = s.refunded_shipping_minor + excluded.refunded_shipping_minor, units = s.units + excluded.units,
               units_refunded = s.units_refunded + excluded.units_refunded, carts = s.carts + excluded.carts, placed = s.placed + excluded.placed,
               paid = s.paid + excluded.paid),
           bought as (select distinct u.id as user_id, t.day from taken t join users u on u.id = t.user_id),
           days_of_buyers as (insert into buying_days (user_id, day) select user_id, day from bought on conflict do nothing),
           sold as (select distinct vendor_id, day from taken where parts > 0),
           grains as (select grain, ('1 ' || grain)::interval as length from unnest('{day,week,month}'::text[]) grain),
           new_customers as (
             select g.grain, date_trunc(g.grain, b.day::timestamp)::date as starts_on, count(distinct b.user_id) as customers
             from bought b cross join grains g
             where not exists (select from buying_days k where k.user_id = b.user_id
               and k.day >= date_trunc(g.grain, b.day::timestamp) and k.day < date_trunc(g.grain, b.day::timestamp) + g.length)
             group by 1, 2),
           new_vendors as (
             select g.grain, date_trunc(g.grain, b.day::timestamp)::date as starts_on, count(distinct b.vendor_id) as vendors
             from sold b cross join grains g
             where not exists (select from vendor_sales k where k.vendor_id = b.vendor_id and k.parts > 0
               and k.day >= date_trunc(g.grain, b.day::timestamp)::date and k.day < (date_trunc(g.grain, b.day::timestamp) + g.length)::date)
             group by 1, 2),
           active as (
             insert into active_counts as a (grain, starts_on, customers, vendors)
             select grain, starts_on, coalesce(c.customers, 0), coalesce(v.vendors, 0)
             from new_customers c full join new_vendors v using (grain, starts_on)
             on conflict (grain, starts_on) do update set customers = a.customers + excluded.customers, vendors = a.vendors + excluded.vendors)
           select count(*) as "rows!", coalesce(array_agg(distinct vendor_id) filter (where vendor_id is not null), '{}') as "vendors!"
           from taken"#,
        limit
    )
    .fetch_one(db)
    .await
}

/// Each query yields a text for each place where the tables are not what is recorded; for whole tables, as those of checkout are.
pub const INVARIANTS: &[(&str, &str)] = &[
    (
        "I5 what each vendor sold is what is recorded of it",
        "select vendor_id::text || ' on ' || day::text from (
           select vendor_id, day, goods_minor, shipping_minor, refunded_minor, refunded_shipping_minor, units, units_refunded, lines, parts from vendor_sales
           union all
           select vendor_id, day, goods_minor, shipping_minor, refunded_minor, refunded_shipping_minor, units, units_refunded, lines, parts from sales_deltas
           where vendor_id is not null
           union all
           select vendor_id, day, -goods_minor, -shipping_minor, -refunded_minor, -refunded_shipping_minor, -units, -units_refunded, -lines, -parts
           from recorded_sales where vendor_id is not null) s
         group by vendor_id, day
         having (sum(goods_minor), sum(shipping_minor), sum(refunded_minor), sum(refunded_shipping_minor)) <> (0, 0, 0, 0)
           or (sum(units), sum(units_refunded), sum(lines), sum(parts)) <> (0, 0, 0, 0)",
    ),
    (
        "I5 what was sold of each product is what is recorded of it",
        "select product_id::text || ' on ' || day::text from (
           select vendor_id, product_id, day, goods_minor, refunded_minor, units, units_refunded from product_sales
           union all
           select vendor_id, product_id, day, goods_minor, refunded_minor, units, units_refunded from sales_deltas where product_id is not null
           union all
           select vendor_id, product_id, day, -goods_minor, -refunded_minor, -units, -units_refunded from recorded_sales where product_id is not null) s
         group by vendor_id, product_id, day
         having (sum(goods_minor), sum(refunded_minor), sum(units), sum(units_refunded)) <> (0, 0, 0, 0)",
    ),
    (
        "I5 what the site sold is what is recorded of it",
        "select day::text from (
           select day, goods_minor, shipping_minor, refunded_minor, refunded_shipping_minor, units, units_refunded, placed, paid from site_sales
           union all
           select day, goods_minor, shipping_minor, refunded_minor, refunded_shipping_minor, units, units_refunded, placed, paid from sales_deltas
           union all
           select day, -goods_minor, -shipping_minor, -refunded_minor, -refunded_shipping_minor, -units, -units_refunded, -placed, -paid from recorded_sales) s
         group by day
         having (sum(goods_minor), sum(shipping_minor), sum(refunded_minor), sum(refunded_shipping_minor)) <> (0, 0, 0, 0)
           or (sum(units), sum(units_refunded), sum(placed), sum(paid)) <> (0, 0, 0, 0)",
    ),
    (
        // Of an erased customer only the count is left, and which orders were theirs nobody knows.
        "I5 who bought and who sold is counted once",
        "with pieces as (select grain, date_trunc(grain, a.day::timestamp)::date as starts_on, a.* from (
             select (o.paid_at at time zone 'UTC')::date as day, o.user_id, o.user_id is null as erased, null::uuid as vendor_id from orders o
             where exists (select from order_parts p where p.order_id = o.id and p.paid_at is not null)
               and not exists (select from sales_deltas d where d.paid > 0)
             union all
             select day, null, false, vendor_id from vendor_sales where parts > 0) a
           cross join unnest('{day,week,month}'::text[]) grain),
         known as (select grain, starts_on, count(distinct user_id) as customers, count(*) filter (where erased) as erased,
           count(distinct vendor_id) as vendors from pieces group by grain, starts_on)
         select grain || ' of ' || starts_on::text from known full join active_counts a using (grain, starts_on)
         where coalesce(a.vendors, 0) <> coalesce(known.vendors, 0)
           or (not exists (select from sales_deltas d where d.paid > 0)
             and coalesce(a.customers, 0) not between coalesce(known.customers, 0) and coalesce(known.customers + known.erased, 0))",
    ),
];

/// Fills empty tables from what is recorded.
pub async fn fill(connection: &mut PgConnection) -> Result<()> {
    sqlx::query("select fill_sales()").execute(connection).await?;
    Ok(())
}
