use sqlx::PgExecutor;

use super::{ShippingRate, Vendor, VendorProfile, VendorStatus};
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
        Self { id: row.id, owner_id: row.owner_id, slug: row.slug, profile, status: row.status, status_reason: row.status_reason }
    }
}

/// The shop's own currency, in which all rates are.
pub async fn currency(executor: impl PgExecutor<'_>) -> sqlx::Result<Currency> {
    sqlx::query_scalar!(r#"select currency as "currency: Currency" from shop"#).fetch_one(executor).await
}

pub async fn insert(executor: impl PgExecutor<'_>, vendor: &Vendor) -> sqlx::Result<()> {
    let profile = &vendor.profile;
    sqlx::query!(
        "insert into vendors (id, owner_id, slug, name, tagline, story, city, country_code, contact_email, status, shipping_flat_minor,
           shipping_free_from_minor) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        vendor.id as _,
        vendor.owner_id as _,
        vendor.slug.as_str(),
        profile.name,
        profile.tagline,
        profile.story,
        profile.city,
        profile.country_code,
        profile.contact_email.as_str(),
        vendor.status.as_str(),
        profile.shipping.flat.amount_minor,
        profile.shipping.free_from.map(|amount| amount.amount_minor),
    )
    .execute(executor)
    .await?;
    Ok(())
}

pub async fn by_slug(executor: impl PgExecutor<'_>, slug: &Slug) -> sqlx::Result<Option<Vendor>> {
    let row = sqlx::query_as!(
        Row,
        r#"select v.id as "id: VendorId", owner_id as "owner_id: UserId", slug as "slug: Slug", v.name, tagline, story, city, country_code,
             contact_email as "contact_email: Email", status as "status: VendorStatus", status_reason, shipping_flat_minor,
             shipping_free_from_minor, shop.currency as "currency: Currency"
           from vendors v cross join shop where slug = $1"#,
        slug.as_str(),
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
             shipping_free_from_minor, shop.currency as "currency: Currency"
           from vendors v cross join shop where owner_id = $1"#,
        owner_id as _,
    )
    .fetch_optional(executor)
    .await?;
    Ok(row.map(Vendor::from))
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
