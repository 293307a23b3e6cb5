use sqlx::PgExecutor;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{Application, ShippingRate, Vendor, VendorProfile, VendorStatus};
use crate::values::{Currency, Email, Money, Slug, UserId, VendorId};

crate::text_column!(VendorStatus);

/// A row as it lies in the table, with the shop's currency.
struct Row {
    id: VendorId,
    owner_id: UserId,
    slug: Slug,
    name: String,
    tagline: String,
    story: String,
    city: String,
    country_code: String,
    contact_email: Email,
    status: VendorStatus,
    status_reason: Option<String>,
    shipping_flat_minor: i64,
    shipping_free_from_minor: Option<i64>,
    currency: Currency,
    profile_version: i64,
    created_at: OffsetDateTime,
    status_changed_at: OffsetDateTime,
}

impl From<Row> for Vendor {
    fn from(row: Row) -> Self {
        let shipping = ShippingRate {
            flat: Money::new(row.shipping_flat_minor, row.currency),
            free_from: row.shipping_free_from_minor.map(|amount| Money::new(amount, row.currency)),
        };
        let profile = VendorProfile {
            name: row.name,
            tagline: row.tagline,
            story: row.story,
            city: row.city,
            country_code: row.country_code,
            contact_email: row.contact_email,
            shipping,
        };
        let text = |at: OffsetDateTime| at.format(&Rfc3339).unwrap_or_default();
        Self {
            id: row.id,
            owner_id: row.owner_id,
            slug: row.slug,
            profile,
            profile_version: row.profile_version,
            status: row.status,
            status_reason: row.status_reason,
            applied_at: text(row.created_at),
            status_changed_at: text(row.status_changed_at),
        }
    }
}

pub async fn insert(
    executor: impl PgExecutor<'_>,
    id: VendorId,
    owner_id: UserId,
    slug: &Slug,
    application: &Application,
    contact_email: &Email,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into vendors (id, owner_id, slug, name, tagline, story, city, country_code, contact_email, name_key)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        id as _,
        owner_id as _,
        slug.as_str(),
        application.name,
        application.tagline,
        application.story,
        application.city,
        application.country_code,
        contact_email.as_str(),
        application.name_key(),
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// Without a key that of before stays.
pub async fn update_profile(
    executor: impl PgExecutor<'_>,
    id: VendorId,
    application: &Application,
    name_key: Option<&str>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update vendors set name = $2, tagline = $3, story = $4, city = $5, country_code = $6, name_key = coalesce($7, name_key),
           profile_version = profile_version + 1
         where id = $1",
        id as _,
        application.name,
        application.tagline,
        application.story,
        application.city,
        application.country_code,
        name_key,
    )
    .execute(executor)
    .await?;
    Ok(())
}

pub async fn set_shipping(executor: impl PgExecutor<'_>, id: VendorId, rate: ShippingRate) -> sqlx::Result<()> {
    sqlx::query!(
        "update vendors set shipping_flat_minor = $2, shipping_free_from_minor = $3 where id = $1",
        id as _,
        rate.flat.amount_minor,
        rate.free_from.map(|amount| amount.amount_minor),
    )
    .execute(executor)
    .await?;
    Ok(())
}

pub async fn find(executor: impl PgExecutor<'_>, id: VendorId) -> sqlx::Result<Option<Vendor>> {
    let row = sqlx::query_as!(
        Row,
        r#"select v.id as "id: VendorId", owner_id as "owner_id: UserId", slug as "slug: Slug", v.name, tagline, story, city, country_code,
             contact_email as "contact_email: Email", status as "status: VendorStatus", status_reason, shipping_flat_minor,
             shipping_free_from_minor, shop.currency as "currency: Currency", profile_version, v.created_at, status_changed_at
           from vendors v cross join shop where v.id = $1"#,
        id as _,
    )
    .fetch_optional(executor)
    .await?;
    Ok(row.map(Vendor::from))
}

pub async fn by_owner(executor: impl PgExecutor<'_>, owner_id: UserId) -> sqlx::Result<Option<Vendor>> {
    let row = sqlx::query_as!(
        Row,
        r#"select v.id as "id: VendorId", owner_id as "owner_id: UserId", slug as "slug: Slug", v.name, tagline, story, city, country_code,
             contact_email as "contact_email: Email", status as "status: VendorStatus", status_reason, shipping_flat_minor,
             shipping_free_from_minor, shop.currency as "currency: Currency", profile_version, v.created_at, status_changed_at
           from vendors v cross join shop where owner_id = $1"#,
        owner_id as _,
    )
    .fetch_optional(executor)
    .await?;
    Ok(row.map(Vendor::from))
}

pub async fn by_slug(executor: impl PgExecutor<'_>, slug: &Slug) -> sqlx::Result<Option<Vendor>> {
    let row = sqlx::query_as!(
        Row,
        r#"select v.id as "id: VendorId", owner_id as "owner_id: UserId", slug as "slug: Slug", v.name, tagline, story, city, country_code,
             contact_email as "contact_email: Email", status as "status: VendorStatus", status_reason, shipping_flat_minor,
             shipping_free_from_minor, shop.currency as "currency: Currency", profile_version, v.created_at, status_changed_at
           from vendors v cross join shop where slug = $1"#,
        slug.as_str(),
    )
    .fetch_optional(executor)
    .await?;
    Ok(row.map(Vendor::from))
}

/// Of two applications at once the second sees the first one.
pub async fn lock_by_owner(executor: impl PgExecutor<'_>, owner_id: UserId) -> sqlx::Result<Option<Vendor>> {
    let row = sqlx::query_as!(
        Row,
        r#"select v.id as "id: VendorId", owner_id as "owner_id: UserId", slug as "slug: Slug", v.name, tagline, story, city, country_code,
             contact_email as "contact_email: Email", status as "status: VendorStatus", status_reason, shipping_flat_minor,
             shipping_free_from_minor, shop.currency as "currency: Currency", profile_version, v.created_at, status_changed_at
           from vendors v cross join shop where owner_id = $1 for update of v"#,
        owner_id as _,
    )
    .fetch_optional(executor)
    .await?;
    Ok(row.map(Vendor::from))
}

/// `name`: a pattern for what it is called.
pub async fn list(
    executor: impl PgExecutor<'_>,
    status: VendorStatus,
    name: Option<&str>,
    after: Option<VendorId>,
    limit: i64,
) -> sqlx::Result<Vec<Vendor>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select v.id as "id: VendorId", owner_id as "owner_id: UserId", slug as "slug: Slug", v.name, tagline, story, city, country_code,
             contact_email as "contact_email: Email", status as "status: VendorStatus", status_reason, shipping_flat_minor,
             shipping_free_from_minor, shop.currency as "currency: Currency", profile_version, v.created_at, status_changed_at
           from vendors v cross join shop
           where status = $1 and ($2::uuid is null or v.id > $2) and ($4::text is null or v.name ilike $4) order by v.id limit $3"#,
        status.as_str(),
        after as Option<VendorId>,
        limit,
        name,
    )
    .fetch_all(executor)
    .await?;
    Ok(rows.into_iter().map(Vendor::from).collect())
}

/// Whether a shop other than this one is called so, or was when it got its address.
pub async fn name_taken(executor: impl PgExecutor<'_>, name_key: &str, by_other_than: Option<VendorId>) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from vendors where (slug = $1 or name_key = $1) and ($2::uuid is null or id <> $2)) as "exists!""#,
        name_key,
        by_other_than as Option<VendorId>,
    )
    .fetch_one(executor)
    .await
}

/// False when it has become a shop.
pub async fn delete_application(executor: impl PgExecutor<'_>, id: VendorId) -> sqlx::Result<bool> {
    let done = sqlx::query!("delete from vendors where id = $1 and status in ('pending', 'rejected')", id as _).execute(executor).await?;
    Ok(done.rows_affected() == 1)
}

pub async fn counts(executor: impl PgExecutor<'_>, name: Option<&str>) -> sqlx::Result<Vec<(VendorStatus, i64)>> {
    let rows = sqlx::query!(
        r#"select status as "status: VendorStatus", count(*) as "count!" from vendors where $1::text is null or name ilike $1 group by status"#,
        name
    )
    .fetch_all(executor)
    .await?;
    Ok(rows.into_iter().map(|row| (row.status, row.count)).collect())
}

/// Compare and set: nothing happens when somebody else was quicker.
pub async fn set_status(
    executor: impl PgExecutor<'_>,
    id: VendorId,
    from: VendorStatus,
    to: VendorStatus,
    reason: Option<&str>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update vendors set status = $3, status_reason = $4, status_changed_at = now() where id = $1 and status = $2",
        id as _,
        from.as_str(),
        to.as_str(),
        reason,
    )
    .execute(executor)
    .await?;
    Ok(done.rows_affected() == 1)
}
