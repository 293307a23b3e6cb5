//! SQL of the pictures of a vendor's products. Each statement names the vendor; row-level security is the second fence.

use sqlx::{PgConnection, PgExecutor};

use crate::media::Picture;
use crate::values::{PictureId, ProductId, VendorId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// In the vendor's order.
pub async fn list(executor: impl PgExecutor<'_>, vendor: VendorId, product: ProductId) -> Result<Vec<Picture>> {
    sqlx::query_as!(
        Picture,
        r#"select id as "id: PictureId", alt, width, height, widths from product_pictures
           where product_id = $1 and vendor_id = $2 order by position"#,
        product as _,
        vendor as _
    )
    .fetch_all(executor)
    .await
}

/// How many the product has, and how many the shop. `RowNotFound` for others' products.
pub async fn counts(executor: impl PgExecutor<'_>, vendor: VendorId, product: ProductId) -> Result<(i64, i64)> {
    let row = sqlx::query!(
        r#"select (select count(*) from product_pictures where product_id = p.id) as "of_product!",
             (select count(*) from product_pictures where vendor_id = $2) as "of_shop!"
           from products p where p.id = $1 and p.vendor_id = $2"#,
        product as _,
        vendor as _
    )
    .fetch_one(executor)
    .await?;
    Ok((row.of_product, row.of_shop))
}

/// False unless it is the vendor's.
pub async fn describe(connection: &mut PgConnection, vendor: VendorId, product: ProductId, picture: PictureId, alt: &str) -> Result<bool> {
    let done = sqlx::query!(
        "update product_pictures set alt = $4 where id = $3 and product_id = $1 and vendor_id = $2",
        product as _,
        vendor as _,
        picture as _,
        alt
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The product is locked by the caller, who knows that these are all of its pictures.
pub async fn arrange(connection: &mut PgConnection, vendor: VendorId, product: ProductId, order: &[PictureId]) -> Result<()> {
    sqlx::query!(
        "update product_pictures f set position = wanted.place - 1 from unnest($3::uuid[]) with ordinality as wanted (id, place)
         where f.id = wanted.id and f.product_id = $1 and f.vendor_id = $2",
        product as _,
        vendor as _,
        order as _
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// False unless it is the vendor's.
pub async fn remove(connection: &mut PgConnection, vendor: VendorId, product: ProductId, picture: PictureId) -> Result<bool> {
    let done = sqlx::query!(
        "delete from product_pictures where id = $3 and product_id = $1 and vendor_id = $2",
        product as _,
        vendor as _,
        picture as _
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Those of them that a row names.
pub async fn named(executor: impl PgExecutor<'_>, pictures: &[PictureId]) -> Result<Vec<PictureId>> {
    sqlx::query_scalar!(r#"select id as "id: PictureId" from product_pictures where id = any($1)"#, pictures as _).fetch_all(executor).await
}

/// A piece of all pictures in the order of their ids, behind the one given.
pub async fn piece(executor: impl PgExecutor<'_>, after: Option<PictureId>, limit: i64) -> Result<Vec<(PictureId, Vec<i32>)>> {
    let rows = sqlx::query!(
        r#"select id as "id: PictureId", widths from product_pictures where $1::uuid is null or id > $1 order by id limit $2"#,
        after as Option<PictureId>,
        limit
    )
    .fetch_all(executor)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.widths)).collect())
}
