//! SQL of lists of products from behind: a vendor's own, and all of them for admins.

use sqlx::PgExecutor;
use sqlx::types::Json;

use crate::catalogue::{LOW_STOCK, OwnedCounts, OwnedFilter, OwnedLine, ProductStatus};
use crate::media::Picture;
use crate::values::{Currency, Money, ProductId, VariantId, VendorId};

type Result<T> = std::result::Result<T, sqlx::Error>;

struct Row {
    id: ProductId,
    name: String,
    status: ProductStatus,
    price_minor: i64,
    currency: Option<Currency>,
    stock: i64,
    variants: i64,
    only_variant: Option<VariantId>,
    low: bool,
    held: bool,
    units_sold: i64,
    picture: Option<Json<Picture>>,
    shop: String,
}

impl From<Row> for OwnedLine {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            name: row.name,
            status: row.status,
            price: row.currency.map(|currency| Money::new(row.price_minor, currency)),
            stock: row.stock,
            has_options: row.variants > 1,
            only_variant: row.only_variant.filter(|_| row.variants == 1),
            low: row.low,
            held: row.held,
            units_sold: row.units_sold,
            picture: row.picture.map(|picture| picture.0),
            shop: row.shop,
        }
    }
}

/// Newest first, as the filter says.
pub async fn of_vendor(executor: impl PgExecutor<'_>, vendor: VendorId, filter: &OwnedFilter, limit: i64) -> Result<Vec<OwnedLine>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select p.id as "id: ProductId", p.name, p.status as "status: ProductStatus", p.price_minor,
             v.currency as "currency?: Currency", v.stock as "stock!", v.variants as "variants!",
             v.first as "only_variant?: VariantId", v.low as "low!", p.held_reason is not null as "held!", p.units_sold,
             f.picture as "picture?: Json<Picture>", '' as "shop!"
           from products p
           cross join lateral (
             select min(currency) as currency, coalesce(sum(stock), 0)::bigint as stock, count(*) as variants, (array_agg(id))[1] as first,
               coalesce(bool_or(stock <= coalesce(low_stock_at, $6)), false) as low
             from product_variants where product_id = p.id and vendor_id = $1 and retired_at is null) v
           left join lateral (
             select jsonb_build_object('id', f.id, 'alt', f.alt, 'width', f.width, 'height', f.height, 'widths', f.widths) as picture
             from product_pictures f where f.product_id = p.id and f.vendor_id = $1 order by f.position limit 1) f on true
           where p.vendor_id = $1 and ($2::text is null or p.status = $2) and ($3::uuid is null or p.id < $3)
             and ($4::text is null or p.name ilike $4
               or exists (select from product_variants s where s.product_id = p.id and s.vendor_id = $1 and s.sku ilike $4))
             and (not $5 or (v.low and p.status <> 'archived'))
           order by p.id desc limit $7"#,
        vendor as _,
        filter.status.map(ProductStatus::as_str),
        filter.before as Option<ProductId>,
        filter.pattern(),
        filter.low,
        LOW_STOCK,
        limit
    )
    .fetch_all(executor)
    .await?;
    Ok(rows.into_iter().map(OwnedLine::from).collect())
}

/// How many there are for each tab.
pub async fn counts_of_vendor(executor: impl PgExecutor<'_>, vendor: VendorId) -> Result<OwnedCounts> {
    let rows = sqlx::query!(
        r#"select p.status as "status: ProductStatus", count(*) as "count!", count(*) filter (where p.status <> 'archived' and exists (
               select from product_variants v where v.product_id = p.id and v.vendor_id = $1 and v.retired_at is null
               and v.stock <= coalesce(v.low_stock_at, $2))) as "low!"
           from products p where p.vendor_id = $1 group by p.status"#,
        vendor as _,
        LOW_STOCK
    )
    .fetch_all(executor)
    .await?;
    let low = rows.iter().map(|row| row.low).sum();
    Ok(OwnedCounts { by_status: rows.into_iter().map(|row| (row.status, row.count)).collect(), low })
}

/// Products of all shops, newest first, as the filter says; a text is looked for in names of products and shops.
pub async fn of_all(executor: impl PgExecutor<'_>, filter: &OwnedFilter, limit: i64) -> Result<Vec<OwnedLine>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select p.id as "id: ProductId", p.name, p.status as "status: ProductStatus", p.price_minor,
             v.currency as "currency?: Currency", v.stock as "stock!", v.variants as "variants!",
             v.first as "only_variant?: VariantId", v.low as "low!", p.held_reason is not null as "held!", p.units_sold,
             f.picture as "picture?: Json<Picture>", p.shop as "shop!"
           from (
             select p.id, p.name, p.status, p.price_minor, p.held_reason, p.units_sold, s.name as shop
             from products p join vendors s on s.id = p.vendor_id
             where ($1::text is null or p.status = $1) and ($2::uuid is null or p.id < $2)
               and ($3::text is null or p.name ilike $3 or s.name ilike $3)
             order by p.id desc limit $5) p
           cross join lateral (
             select min(currency) as currency, coalesce(sum(stock), 0)::bigint as stock, count(*) as variants, (array_agg(id))[1] as first,
               coalesce(bool_or(stock <= coalesce(low_stock_at, $4)), false) as low
             from product_variants where product_id = p.id and retired_at is null) v
           left join lateral (
             select jsonb_build_object('id', f.id, 'alt', f.alt, 'width', f.width, 'height', f.height, 'widths', f.widths) as picture
             from product_pictures f where f.product_id = p.id order by f.position limit 1) f on true
           order by p.id desc"#,
        filter.status.map(ProductStatus::as_str),
        filter.before as Option<ProductId>,
        filter.pattern(),
        LOW_STOCK,
        limit
    )
    .fetch_all(executor)
    .await?;
    Ok(rows.into_iter().map(OwnedLine::from).collect())
}

/// How many products of all shops there are in each status.
pub async fn counts_of_all(executor: impl PgExecutor<'_>) -> Result<OwnedCounts> {
    let rows = sqlx::query!(r#"select status as "status: ProductStatus", count(*) as "count!" from products group by status"#)
        .fetch_all(executor)
        .await?;
    Ok(OwnedCounts { by_status: rows.into_iter().map(|row| (row.status, row.count)).collect(), low: 0 })
}
