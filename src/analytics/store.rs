//! SQL of the figures. A sum is that of the tables and of the rows that wait to be added to them.

use sqlx::PgExecutor;
use time::Date;
use uuid::Uuid;

use super::{Grain, Top};
use crate::values::{Currency, VendorId};

crate::text_column!(Grain);

pub mod folding;

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Days from the first to the last, cut, and the days that they are compared with.
#[derive(Clone, Copy, Debug)]
pub struct Days {
    pub from: Date,
    pub until: Date,
    pub grain: Grain,
    pub before: (Date, Date),
}

/// Sums of a piece, by its first day; without one, of all days before.
pub struct VendorRow {
    pub starts_on: Option<Date>,
    pub goods_minor: i64,
    pub shipping_minor: i64,
    pub refunded_minor: i64,
    pub units: i64,
    pub units_refunded: i64,
    pub lines: i64,
    pub parts: i64,
    pub cart_lines: i64,
}

pub struct SiteRow {
    pub starts_on: Option<Date>,
    pub goods_minor: i64,
    pub shipping_minor: i64,
    pub refunded_minor: i64,
    pub units: i64,
    pub units_refunded: i64,
    pub carts: i64,
    pub placed: i64,
    pub paid: i64,
    /// Of the whole piece, whatever is cut off.
    pub customers: Option<i64>,
    pub vendors: Option<i64>,
}

pub struct MonthRow {
    pub month: Date,
    pub goods_minor: i64,
    pub shipping_minor: i64,
    pub refunded_minor: i64,
    pub units: i64,
    pub units_refunded: i64,
    pub parts: i64,
}

/// One of the most sold, with its list.
pub struct TopRow {
    pub list: String,
    pub top: Top,
}

pub async fn currency(db: impl PgExecutor<'_>) -> Result<Currency> {
    sqlx::query_scalar!(r#"select currency as "currency: Currency" from shop"#).fetch_one(db).await
}

pub async fn vendor_pieces(db: impl PgExecutor<'_>, vendor: VendorId, days: Days) -> Result<Vec<VendorRow>> {
    let (before_from, before_until) = days.before;
    sqlx::query_as!(
        VendorRow,
        r#"select case when day >= $2 then date_trunc($4, day::timestamp)::date end as starts_on,
             sum(goods_minor)::bigint as "goods_minor!", sum(shipping_minor)::bigint as "shipping_minor!",
             sum(refunded_minor + refunded_shipping_minor)::bigint as "refunded_minor!", sum(units)::bigint as "units!",
             sum(units_refunded)::bigint as "units_refunded!", sum(lines)::bigint as "lines!", sum(parts)::bigint as "parts!",
             sum(cart_lines)::bigint as "cart_lines!"
           from (
             select day, goods_minor, shipping_minor, refunded_minor, refunded_shipping_minor, units, units_refunded, lines, parts, cart_lines
             from vendor_sales where vendor_id = $1 and day between $5 and $3
             union all
             select day, goods_minor, shipping_minor, refunded_minor, refunded_shipping_minor, units, units_refunded, lines, parts, cart_lines
             from sales_deltas where vendor_id = $1 and day between $5 and $3) s
           where day >= $2 or day <= $6
           group by 1"#,
        vendor as _,
        days.from,
        days.until,
        days.grain.as_str(),
        before_from,
        before_until
    )
    .fetch_all(db)
    .await
}

pub async fn vendor_products(db: impl PgExecutor<'_>, vendor: VendorId, from: Date, until: Date, limit: i64) -> Result<Vec<Top>> {
    sqlx::query_as!(
        Top,
        r#"select p.id, p.name, t.goods_minor as "goods_minor!", t.refunded_minor as "refunded_minor!", t.units as "units!"
           from (
             select product_id, sum(goods_minor)::bigint as goods_minor, sum(refunded_minor)::bigint as refunded_minor, sum(units)::bigint as units
             from (
               select product_id, goods_minor, refunded_minor, units from product_sales where vendor_id = $1 and day between $2 and $3
               union all
               select product_id, goods_minor, refunded_minor, units from sales_deltas
               where vendor_id = $1 and product_id is not null and day between $2 and $3) s
             group by product_id having sum(units) > 0 order by 2 desc, product_id limit $4) t
           join products p on p.id = t.product_id
           order by t.goods_minor desc, p.id"#,
        vendor as _,
        from,
        until,
        limit
    )
    .fetch_all(db)
    .await
}

/// Months with anything in them, the last one first.
pub async fn vendor_months(db: impl PgExecutor<'_>, vendor: VendorId) -> Result<Vec<MonthRow>> {
    sqlx::query_as!(
        MonthRow,
        r#"select date_trunc('month', day::timestamp)::date as "month!", sum(goods_minor)::bigint as "goods_minor!",
             sum(shipping_minor)::bigint as "shipping_minor!", sum(refunded_minor + refunded_shipping_minor)::bigint as "refunded_minor!",
             sum(units)::bigint as "units!", sum(units_refunded)::bigint as "units_refunded!", sum(parts)::bigint as "parts!"
           from (
             select day, goods_minor, shipping_minor, refunded_minor, refunded_shipping_minor, units, units_refunded, parts
             from vendor_sales where vendor_id = $1
             union all
             select day, goods_minor, shipping_minor, refunded_minor, refunded_shipping_minor, units, units_refunded, parts
             from sales_deltas where vendor_id = $1) s
           group by 1 having sum(parts) > 0 or sum(refunded_minor + refunded_shipping_minor) <> 0 order by 1 desc"#,
        vendor as _
    )
    .fetch_all(db)
    .await
}

pub async fn site_pieces(db: impl PgExecutor<'_>, days: Days) -> Result<Vec<SiteRow>> {
    let (before_from, before_until) = days.before;
    sqlx::query_as!(
        SiteRow,
        r#"select s.starts_on, s.goods_minor as "goods_minor!", s.shipping_minor as "shipping_minor!", s.refunded_minor as "refunded_minor!",
             s.units as "units!", s.units_refunded as "units_refunded!", s.carts as "carts!", s.placed as "placed!", s.paid as "paid!",
             a.customers as "customers?", a.vendors as "vendors?"
           from (
             select case when day >= $1 then date_trunc($3, day::timestamp)::date end as starts_on, sum(goods_minor)::bigint as goods_minor,
               sum(shipping_minor)::bigint as shipping_minor, sum(refunded_minor + refunded_shipping_minor)::bigint as refunded_minor,
               sum(units)::bigint as units, sum(units_refunded)::bigint as units_refunded, sum(carts)::bigint as carts,
               sum(placed)::bigint as placed, sum(paid)::bigint as paid
             from (
               select day, goods_minor, shipping_minor, refunded_minor, refunded_shipping_minor, units, units_refunded, carts, placed, paid
               from site_sales where day between $4 and $2
               union all
               select day, goods_minor, shipping_minor, refunded_minor, refunded_shipping_minor, units, units_refunded, carts, placed, paid
               from sales_deltas where day between $4 and $2) d
             where day >= $1 or day <= $5
             group by 1) s
           left join active_counts a on a.grain = $3 and a.starts_on = s.starts_on"#,
        days.from,
        days.until,
        days.grain.as_str(),
        before_from,
        before_until
    )
    .fetch_all(db)
    .await
}

/// Of products, and of the vendors and today's categories that they belong to, those with the most goods sold: three lists in one pass.
pub async fn tops(db: impl PgExecutor<'_>, from: Date, until: Date, limit: i64) -> Result<Vec<TopRow>> {
    let rows = sqlx::query!(
        r#"with sold as materialized (
             select vendor_id, product_id, sum(goods_minor)::bigint as goods_minor, sum(refunded_minor)::bigint as refunded_minor,
               sum(units)::bigint as units
             from (
               select vendor_id, product_id, goods_minor, refunded_minor, units from product_sales where day between $1 and $2
               union all
               select vendor_id, product_id, goods_minor, refunded_minor, units from sales_deltas
               where product_id is not null and day between $1 and $2) s
             group by vendor_id, product_id),
           best as (
             (select 'product' as list, product_id as id, goods_minor, refunded_minor, units from sold where units > 0
              order by goods_minor desc, product_id limit $3)
             union all
             (select 'vendor', vendor_id, sum(goods_minor)::bigint, sum(refunded_minor)::bigint, sum(units)::bigint from sold
              group by vendor_id having sum(units) > 0 order by 3 desc, vendor_id limit $3)
             union all
             (select 'category', p.category_id, sum(s.goods_minor)::bigint, sum(s.refunded_minor)::bigint, sum(s.units)::bigint
              from sold s join products p on p.id = s.product_id
              group by p.category_id having sum(s.units) > 0 order by 3 desc, p.category_id limit $3))
           select b.list as "list!", b.id as "id!: Uuid", coalesce(p.name, v.name, c.name) as "name!", b.goods_minor as "goods_minor!",
             b.refunded_minor as "refunded_minor!", b.units as "units!"
           from best b
           left join products p on b.list = 'product' and p.id = b.id
           left join vendors v on b.list = 'vendor' and v.id = b.id
           left join categories c on b.list = 'category' and c.id = b.id
           order by b.goods_minor desc, b.id"#,
        from,
        until,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| TopRow {
            list: row.list,
            top: Top { id: row.id, name: row.name, goods_minor: row.goods_minor, refunded_minor: row.refunded_minor, units: row.units },
        })
        .collect())
}
