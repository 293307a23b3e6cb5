//! The schema: several instances may apply it at once, and vendors see their own rows alone.

use souk::platform::db::{Db, MIGRATOR, migrate};
use sqlx::PgPool;
use uuid::Uuid;

#[sqlx::test(migrations = false)]
async fn instances_that_start_together_migrate_once(pool: PgPool) {
    let options = (*pool.connect_options()).clone();
    let (one, two, three) = tokio::join!(migrate(&options), migrate(&options), migrate(&options));
    one.and(two).and(three).unwrap();
    let applied: i64 = sqlx::query_scalar("select count(*) from _sqlx_migrations where success").fetch_one(&pool).await.unwrap();
    assert_eq!(applied, i64::try_from(MIGRATOR.iter().count()).unwrap());
}

/// Tables with a `vendor_id` that have no fence for the vendor's role.
const UNFENCED: &str = "
  select c.relname::text from pg_class c
  join pg_attribute a on a.attrelid = c.oid and a.attname = 'vendor_id' and not a.attisdropped
  where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
    and not (c.relrowsecurity and exists (
      select from pg_policy p where p.polrelid = c.oid and 'souk_vendor'::regrole = any (p.polroles)))
  order by 1";

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn every_table_of_vendors_has_row_level_security(pool: PgPool) {
    let unfenced: Vec<String> = sqlx::query_scalar(UNFENCED).fetch_all(&pool).await.unwrap();
    assert!(unfenced.is_empty(), "without row-level security and a policy for souk_vendor: {unfenced:?}");
    // And the query finds what it is meant to find.
    sqlx::raw_sql(
        "create table open_door (vendor_id uuid); create table no_policy (vendor_id uuid); alter table no_policy enable row level security",
    )
    .execute(&pool)
    .await
    .unwrap();
    let unfenced: Vec<String> = sqlx::query_scalar(UNFENCED).fetch_all(&pool).await.unwrap();
    assert_eq!(unfenced, ["no_policy", "open_door"]);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn vendors_see_and_write_their_own_rows_alone(pool: PgPool) {
    let db = Db::new(pool.clone());
    let (one, two) = (shop(&pool, "one").await, shop(&pool, "two").await);

    let mut tx = db.begin_as_vendor(one).await.unwrap();
    let seen: Vec<String> = sqlx::query_scalar("select slug from products").fetch_all(&mut *tx).await.unwrap();
    assert_eq!(seen, ["lamp-of-one"]);
    let taken = sqlx::query("update products set name = 'Mine' where vendor_id = $1").bind(two).execute(&mut *tx).await.unwrap();
    assert_eq!(taken.rows_affected(), 0);
    let given = sqlx::query("update products set vendor_id = $1").bind(two).execute(&mut *tx).await.unwrap_err();
    assert_eq!(given.as_database_error().unwrap().code().as_deref(), Some("42501"));
    tx.rollback().await.unwrap();

    // The connection goes back without role and id, whichever way the transaction ended.
    db.begin_as_vendor(two).await.unwrap().commit().await.unwrap();
    let all: i64 = sqlx::query_scalar("select count(*) from products").fetch_one(&pool).await.unwrap();
    assert_eq!(all, 2);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn with_no_vendor_set_the_role_sees_nothing(pool: PgPool) {
    shop(&pool, "one").await;
    let mut connection = pool.acquire().await.unwrap();
    // Once on a fresh connection, once after a vendor's transaction, which leaves the setting empty and not unset.
    for _ in 0..2 {
        let mut tx = sqlx::Connection::begin(&mut *connection).await.unwrap();
        sqlx::query("set local role souk_vendor").execute(&mut *tx).await.unwrap();
        let seen: i64 = sqlx::query_scalar("select count(*) from products").fetch_one(&mut *tx).await.unwrap();
        assert_eq!(seen, 0);
        sqlx::query("select set_config('souk.vendor_id', $1, true)").bind(Uuid::new_v4().to_string()).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
    }
}

/// An approved vendor with one product.
async fn shop(pool: &PgPool, slug: &str) -> Uuid {
    let sql = "
      with owner as (insert into users (id, email, name, password_hash, role) values (gen_random_uuid(), $1 || '@example.com', $1, 'x', 'vendor') returning id),
        vendor as (insert into vendors (id, owner_id, slug, name, contact_email, status)
          select gen_random_uuid(), id, $1, $1, 'shop@example.com', 'approved' from owner returning id),
        category as (insert into categories (id, slug, name) values (gen_random_uuid(), 'goods-of-' || $1, $1) returning id)
      insert into products (id, vendor_id, category_id, slug, name)
        select gen_random_uuid(), vendor.id, category.id, 'lamp-of-' || $1, 'Lamp' from vendor, category returning vendor_id";
    sqlx::query_scalar(sql).bind(slug).fetch_one(pool).await.unwrap()
}
