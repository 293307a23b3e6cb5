//! `listed` and `in_stock` say what the views say, however publishing, suspending and selling cross each other.

use souk::analytics::invariants;
use souk::platform::db::MIGRATOR;
use souk::values::{ProductId, VendorId};
use sqlx::PgPool;
use time::OffsetDateTime;

use super::{Shelf, form, service};

async fn listed(shelf: &Shelf, id: ProductId) -> (bool, bool) {
    sqlx::query_as("select listed, in_stock from products where id = $1").bind(id).fetch_one(&shelf.pool).await.unwrap()
}

async fn assert_true(shelf: &Shelf) {
    let broken = invariants::check(&shelf.db).await.unwrap();
    assert!(broken.iter().all(|violation| !violation.invariant.starts_with("I16")), "{broken:?}");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn they_follow_every_change(pool: PgPool) {
    let shelf = Shelf::new(pool).await;
    let kiln = shelf.vendor("kiln", "pending").await;
    let id = shelf.product(kiln, &form("Pot", "5", 2), 1).await;
    for (change, expected) in [
        ("select $1::uuid", (false, true)),
        ("update vendors set status = 'approved' where id = (select vendor_id from products where id = $1)", (true, true)),
        (
            "insert into stock_movements (id, variant_id, vendor_id, kind, delta, reason) select gen_random_uuid(), id, vendor_id, 'correction', 0 - stock, 'Counted' from product_variants where product_id = $1",
            (true, false),
        ),
        (
            "insert into stock_movements (id, variant_id, vendor_id, kind, delta, reason) select gen_random_uuid(), id, vendor_id, 'correction', 3 - stock, 'Counted' from product_variants where product_id = $1",
            (true, true),
        ),
        ("update products set status = 'draft' where id = $1", (false, true)),
        ("update products set status = 'published' where id = $1", (true, true)),
        (
            "update vendors set status = 'suspended', status_reason = 'x' where id = (select vendor_id from products where id = $1)",
            (false, true),
        ),
        // Whoever writes the column, the rule decides.
        ("update products set listed = true where id = $1", (false, true)),
        ("update vendors set status = 'approved' where id = (select vendor_id from products where id = $1)", (true, true)),
        ("update products set listed = false where id = $1", (true, true)),
        ("delete from product_variants where product_id = $1", (false, false)),
    ] {
        sqlx::query(change).bind(id).execute(&shelf.pool).await.unwrap();
        assert_eq!(listed(&shelf, id).await, expected, "{change}");
        assert_true(&shelf).await;
    }
}

/// A publish and a suspension at the same moment: whichever comes second knows of the first.
#[sqlx::test(migrator = "MIGRATOR")]
async fn a_publish_and_a_suspension_do_not_miss_each_other(pool: PgPool) {
    let shelf = Shelf::new(pool).await;
    let kiln: VendorId = shelf.vendor("kiln", "approved").await;
    for round in 0..20 {
        let id = shelf.draft(kiln, &form(&format!("Pot {round}"), "5", 1)).await;
        let publish = async {
            let mut tx = shelf.db.begin_as_vendor(kiln.0).await.unwrap();
            // One of two that wait for each other is sent home by Postgres; nothing is half done then.
            if service::publish(&mut tx, kiln, id, OffsetDateTime::now_utc()).await.is_ok() {
                tx.commit().await.unwrap();
            }
        };
        let status = if round % 2 == 0 { "suspended" } else { "approved" };
        let decide = async {
            let sql = "update vendors set status = $2, status_reason = 'x' where id = $1";
            let _ = sqlx::query(sql).bind(kiln).bind(status).execute(&shelf.pool).await;
        };
        tokio::join!(publish, decide);
        assert_true(&shelf).await;
    }
}

/// So many pieces more of this variant, or of all.
const MOVE: &str = "insert into stock_movements (id, variant_id, vendor_id, kind, delta, reason)
    select gen_random_uuid(), id, vendor_id, 'correction', $1, 'Counted' from product_variants where $2::uuid is null or id = $2";

/// The last of two variants sells out twice at once: neither sale sees the other's end until it has the product.
#[sqlx::test(migrator = "MIGRATOR")]
async fn two_sales_at_once_leave_no_stock_behind(pool: PgPool) {
    let shelf = Shelf::new(pool).await;
    let kiln = shelf.vendor("kiln", "approved").await;
    let id = shelf.product(kiln, &form("Pot", "5", 1), 1).await;
    let one: uuid::Uuid = sqlx::query_scalar("select id from product_variants").fetch_one(&shelf.pool).await.unwrap();
    let other = uuid::Uuid::now_v7();
    sqlx::query("insert into product_variants (id, product_id, vendor_id, position, price_minor, currency, stock) select $1, product_id, vendor_id, 1, 900, 'USD', 1 from product_variants")
        .bind(other)
        .execute(&shelf.pool)
        .await
        .unwrap();
    for _ in 0..20 {
        let sell = async |variant: uuid::Uuid| {
            sqlx::query(MOVE).bind(-1).bind(Some(variant)).execute(&shelf.pool).await.unwrap();
        };
        tokio::join!(sell(one), sell(other));
        assert_eq!(listed(&shelf, id).await, (true, false));
        sqlx::query(MOVE).bind(1).bind(None::<uuid::Uuid>).execute(&shelf.pool).await.unwrap();
        assert_eq!(listed(&shelf, id).await, (true, true));
    }
}
