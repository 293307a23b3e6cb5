use sqlx::PgExecutor;

use super::demo_file::DemoVendor;
use crate::values::{Address, AddressId, Slug, UserId, VendorId};

/// Adds the address to an empty address book; says whether it did.
pub async fn insert_only_address(executor: impl PgExecutor<'_>, owner: UserId, address: &Address) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "insert into addresses (id, user_id, name, line1, line2, city, region, postal_code, country_code)
         select $1, $2, $3, $4, $5, $6, $7, $8, $9 where not exists (select from addresses where user_id = $2)",
        AddressId::new() as _,
        owner as _,
        address.name,
        address.line1,
        address.line2,
        address.city,
        address.region,
        address.postal_code,
        address.country_code
    )
    .execute(executor)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Adds the shop unless there is one of this slug or owner. Shops joined a week apart, the first in the file being the newest, and
/// all before their goods and reviews; every other one ships free from some amount on.
pub async fn insert_vendor(executor: impl PgExecutor<'_>, owner: UserId, vendor: &DemoVendor, index: i32) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "insert into vendors (id, owner_id, slug, name, tagline, story, city, country_code, contact_email, status, status_reason,
           status_changed_at, shipping_flat_minor, shipping_free_from_minor, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, now() - (210 + 7 * $12::integer) * interval '1 day', 450 + 50 * ($12 % 4),
           case when $12 % 2 = 0 then 8000 end, now() - (212 + 7 * $12) * interval '1 day')
         on conflict do nothing",
        VendorId::new() as _,
        owner as _,
        vendor.slug as _,
        vendor.name,
        vendor.tagline,
        vendor.story,
        vendor.city,
        vendor.country_code,
        vendor.email as _,
        vendor.status,
        vendor.status_reason,
        index
    )
    .execute(executor)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn vendor_id(executor: impl PgExecutor<'_>, slug: &Slug) -> Result<VendorId, sqlx::Error> {
    sqlx::query_scalar!(r#"select id as "id: VendorId" from vendors where slug = $1"#, slug as _).fetch_one(executor).await
}
