//! SQL of imports and exports. Each statement of a vendor names the vendor; row-level security is the second fence.

use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::plan::Seen;
use super::{Change, Import, ImportLine, ImportStatus, LineProblem};
use crate::catalogue::{Attribute, OwnedProduct, OwnedVariant, ProductOption, ProductStatus, ProductVersion};
use crate::values::{CategoryId, ImportId, ProductId, Slug, UserId, VariantId, VendorId};
use crate::vendors::VendorStatus;

type Result<T> = std::result::Result<T, sqlx::Error>;

crate::text_column! { ImportStatus }

/// What a check has found.
pub struct Checked<'a> {
    pub file_name: &'a str,
    pub file: &'a [u8],
    pub status: ImportStatus,
    pub rows_total: i32,
    pub found: Found,
}

/// Figures of a plan, and the first of its changes and problems.
pub struct Found {
    pub new: i32,
    pub changed: i32,
    pub same: i32,
    pub changes: Vec<Change>,
    pub problems: Vec<LineProblem>,
    pub problem_count: i32,
    pub seen: Seen,
}

pub async fn insert(executor: impl PgExecutor<'_>, vendor: VendorId, user: UserId, checked: &Checked<'_>) -> Result<ImportId> {
    let id = ImportId::new();
    let found = &checked.found;
    sqlx::query!(
        "insert into product_imports (id, vendor_id, user_id, file_name, file, status, rows_total, products_new, products_changed,
           products_same, changes, problems, problem_count, seen, finished_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, case when $6 = 'refused' then now() end)",
        id as _,
        vendor as _,
        user as _,
        checked.file_name,
        checked.file,
        checked.status.as_str(),
        checked.rows_total,
        found.new,
        found.changed,
        found.same,
        Json(&found.changes) as _,
        Json(&found.problems) as _,
        found.problem_count,
        Json(&found.seen) as _
    )
    .execute(executor)
    .await?;
    Ok(id)
}

/// `RowNotFound` for others' imports.
pub async fn find(executor: impl PgExecutor<'_>, vendor: VendorId, id: ImportId) -> Result<Import> {
    let row = sqlx::query!(
        r#"select file_name, status as "status: ImportStatus", rows_total, products_new, products_changed, products_same,
             changes as "changes: Json<Vec<Change>>", problems as "problems: Json<Vec<LineProblem>>", problem_count, progress,
             created_at as "created_at: OffsetDateTime"
           from product_imports where id = $2 and vendor_id = $1"#,
        vendor as _,
        id as _
    )
    .fetch_one(executor)
    .await?;
    Ok(Import {
        id,
        file_name: row.file_name,
        status: row.status,
        rows_total: row.rows_total,
        products_new: row.products_new,
        products_changed: row.products_changed,
        products_same: row.products_same,
        changes: row.changes.0,
        problems: row.problems.0,
        problem_count: row.problem_count,
        progress: row.progress,
        created_at: row.created_at.format(&Rfc3339).unwrap_or_default(),
    })
}

/// Newest first.
pub async fn list(executor: impl PgExecutor<'_>, vendor: VendorId, limit: i64) -> Result<Vec<ImportLine>> {
    let rows = sqlx::query!(
        r#"select id as "id: ImportId", file_name, status as "status: ImportStatus", rows_total, created_at as "created_at: OffsetDateTime"
           from product_imports where vendor_id = $1 order by id desc limit $2"#,
        vendor as _,
        limit
    )
    .fetch_all(executor)
    .await?;
    let line = |row: (ImportId, String, ImportStatus, i32, OffsetDateTime)| ImportLine {
        id: row.0,
        file_name: row.1,
        status: row.2,
        rows_total: row.3,
        created_at: row.4.format(&Rfc3339).unwrap_or_default(),
    };
    Ok(rows.into_iter().map(|row| line((row.id, row.file_name, row.status, row.rows_total, row.created_at))).collect())
}

/// False unless it was checked and nothing else was done with it.
pub async fn queue(executor: impl PgExecutor<'_>, vendor: VendorId, id: ImportId) -> Result<bool> {
    let done = sqlx::query!(
        "update product_imports set status = 'queued' where id = $2 and vendor_id = $1 and status = 'checked'",
        vendor as _,
        id as _
    )
    .execute(executor)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// An import in the hands of this worker until its lease runs out.
pub struct Claimed {
    pub id: ImportId,
    pub vendor: VendorId,
    /// None: the account is gone.
    pub user: Option<UserId>,
    pub file: Vec<u8>,
    pub seen: Seen,
    /// Which attempt this is, from 1. Also the fence.
    pub attempt: i32,
    pub shop: VendorStatus,
}

/// The one that has waited longest, or was left lying.
pub async fn claim(executor: impl PgExecutor<'_>, lease_s: f64) -> Result<Option<Claimed>> {
    let row = sqlx::query!(
        r#"update product_imports i set status = 'running', attempts = attempts + 1, progress = 0,
             leased_until = now() + make_interval(secs => $1)
           from vendors v
           where v.id = i.vendor_id and i.id = (
             select id from product_imports where status = 'queued' or (status = 'running' and leased_until < now())
             order by created_at, id limit 1 for update skip locked)
           returning i.id as "id: ImportId", i.vendor_id as "vendor: VendorId", i.user_id as "user?: UserId", i.file,
             i.seen as "seen: Json<Seen>", i.attempts, v.status as "shop: VendorStatus""#,
        lease_s
    )
    .fetch_optional(executor)
    .await?;
    Ok(row.map(|row| Claimed {
        id: row.id,
        vendor: row.vendor,
        user: row.user,
        file: row.file,
        seen: row.seen.0,
        attempt: row.attempts,
        shop: row.shop,
    }))
}

/// False when another worker has it by now.
pub async fn renew(executor: impl PgExecutor<'_>, id: ImportId, attempt: i32, progress: i32, lease_s: f64) -> Result<bool> {
    let done = sqlx::query!(
        "update product_imports set progress = $3, leased_until = now() + make_interval(secs => $4)
         where id = $1 and attempts = $2 and status = 'running'",
        id as _,
        attempt,
        progress,
        lease_s
    )
    .execute(executor)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The end, in the transaction that wrote the products. False when another worker has it by now.
pub async fn finish(executor: impl PgExecutor<'_>, vendor: VendorId, (id, attempt): (ImportId, i32), progress: i32) -> Result<bool> {
    let done = sqlx::query!(
        "update product_imports set status = 'done', file = '', seen = '{}', leased_until = null, finished_at = now(), progress = $4
         where id = $2 and vendor_id = $1 and attempts = $3 and status = 'running'",
        vendor as _,
        id as _,
        attempt,
        progress
    )
    .execute(executor)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Nothing of it was written, and nothing will be.
pub async fn give_up(
    executor: impl PgExecutor<'_>,
    (id, attempt): (ImportId, i32),
    status: ImportStatus,
    problems: &[LineProblem],
    count: i32,
) -> Result<()> {
    sqlx::query!(
        "update product_imports set status = $3, problems = $4, problem_count = $5, file = '', seen = '{}', leased_until = null,
           finished_at = now(), progress = 0
         where id = $1 and attempts = $2 and status = 'running'",
        id as _,
        attempt,
        status.as_str(),
        Json(problems) as _,
        count
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// Deletes those that nobody looks at any more.
pub async fn prune(executor: impl PgExecutor<'_>, days: i32) -> Result<()> {
    sqlx::query!(
        "delete from product_imports where created_at < now() - make_interval(days => $1) and status not in ('queued', 'running')",
        days
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// The vendor's products of these handles, or all behind the one given, in order of age.
pub async fn products(
    executor: impl PgExecutor<'_>,
    vendor: VendorId,
    handles: Option<&[String]>,
    after: Option<ProductId>,
    limit: i64,
) -> Result<Vec<OwnedProduct>> {
    let rows = sqlx::query!(
        r#"select p.id as "id: ProductId", p.slug as "slug: Slug", p.category_id as "category_id: CategoryId", p.name, p.summary,
             p.description, p.tags, p.attributes as "attributes: Json<Vec<Attribute>>", p.options as "options: Json<Vec<ProductOption>>",
             p.held_reason, p.status as "status: ProductStatus", p.units_sold,
             (extract(epoch from p.updated_at) * 1000000)::bigint as "edited_at!",
             v.variants as "variants!: Json<Vec<OwnedVariant>>", v.retired as "retired!: Json<Vec<OwnedVariant>>"
           from products p
           cross join lateral (
             select coalesce(jsonb_agg(o.variant order by o.position) filter (where not o.retired), '[]') as variants,
               coalesce(jsonb_agg(o.variant order by o.position) filter (where o.retired), '[]') as retired
             from (
               select v.position, v.retired_at is not null as retired, jsonb_build_object('id', v.id, 'title', v.title, 'sku', v.sku,
                 'stock', v.stock, 'option_values', v.option_values, 'low_stock_at', v.low_stock_at,
                 'price', jsonb_build_object('amount_minor', v.price_minor, 'currency', v.currency),
                 'compare_at', case when v.compare_at_minor is not null
                   then jsonb_build_object('amount_minor', v.compare_at_minor, 'currency', v.currency) end) as variant
               from product_variants v where v.product_id = p.id and v.vendor_id = $1) o) v
           where p.vendor_id = $1 and ($2::text[] is null or p.slug = any($2)) and ($3::uuid is null or p.id > $3)
           order by p.id limit $4"#,
        vendor as _,
        handles as Option<&[String]>,
        after as Option<ProductId>,
        limit
    )
    .fetch_all(executor)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| OwnedProduct {
            id: row.id,
            vendor_id: vendor,
            slug: row.slug,
            category_id: row.category_id,
            name: row.name,
            summary: row.summary,
            description: row.description,
            attributes: row.attributes.0,
            tags: row.tags,
            status: row.status,
            held_reason: row.held_reason,
            units_sold: row.units_sold,
            version: ProductVersion { edited_at: row.edited_at },
            options: row.options.0,
            variants: row.variants.0,
            retired: row.retired.0,
        })
        .collect())
}

/// Locks the vendor's products of these handles with their variants, as everybody does: variants first, each kind in id order.
pub async fn lock(connection: &mut PgConnection, vendor: VendorId, handles: &[String]) -> Result<()> {
    sqlx::query!(
        "select v.id from product_variants v join products p on p.id = v.product_id
         where p.vendor_id = $1 and v.vendor_id = $1 and p.slug = any($2) order by v.id for no key update of v",
        vendor as _,
        handles
    )
    .fetch_all(&mut *connection)
    .await?;
    sqlx::query!("select id from products where vendor_id = $1 and slug = any($2) order by id for update", vendor as _, handles)
        .fetch_all(connection)
        .await?;
    Ok(())
}

/// Those of the handles that are somebody's, or were.
pub async fn taken(executor: impl PgExecutor<'_>, handles: &[String]) -> Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"select handle as "handle!" from unnest($1::text[]) as handle
           where product_slug_is_taken(handle, '00000000-0000-0000-0000-000000000000')"#,
        handles
    )
    .fetch_all(executor)
    .await
}

/// Which of the shop's variants have these numbers.
pub async fn skus(executor: impl PgExecutor<'_>, vendor: VendorId, skus: &[String]) -> Result<Vec<(String, VariantId)>> {
    let rows = sqlx::query!(
        r#"select sku, id as "id: VariantId" from product_variants where vendor_id = $1 and sku = any($2) and sku <> '' and retired_at is null"#,
        vendor as _,
        skus
    )
    .fetch_all(executor)
    .await?;
    Ok(rows.into_iter().map(|row| (row.sku, row.id)).collect())
}
