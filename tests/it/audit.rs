//! The audit log takes rows and gives none back (I13).

use serde_json::json;
use souk::audit::{AuditEntry, service};
use souk::platform::db::Db;
use souk::values::UserId;
use sqlx::PgPool;

fn entry() -> AuditEntry {
    AuditEntry {
        actor: Some(UserId::new()),
        action: "vendor.approved",
        object_kind: "vendor",
        object_id: Some(uuid::Uuid::now_v7()),
        before: Some(json!({ "status": "pending" })),
        after: Some(json!({ "status": "approved" })),
        reason: Some("looks fine".to_owned()),
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_row_comes_and_goes_with_the_transaction(pool: PgPool) {
    let db = Db::new(pool.clone());
    let mut dropped = db.begin().await.unwrap();
    service::record(&mut dropped, entry()).await.unwrap();
    drop(dropped);
    let mut kept = db.begin().await.unwrap();
    service::record(&mut kept, entry()).await.unwrap();
    kept.commit().await.unwrap();
    let rows: Vec<(String, serde_json::Value, serde_json::Value, String)> =
        sqlx::query_as("select action, before, after, reason from audit_log").fetch_all(&pool).await.unwrap();
    let expected = ("vendor.approved".to_owned(), json!({ "status": "pending" }), json!({ "status": "approved" }), "looks fine".to_owned());
    assert_eq!(rows, [expected]);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn nobody_changes_the_past(pool: PgPool) {
    let db = Db::new(pool.clone());
    let mut tx = db.begin().await.unwrap();
    service::record(&mut tx, entry()).await.unwrap();
    tx.commit().await.unwrap();
    for statement in [
        "update audit_log set reason = 'rewritten'",
        "update audit_log set actor_id = null where action = 'vendor.approved'",
        "delete from audit_log",
        "truncate audit_log",
        "truncate audit_log cascade",
        "insert into audit_log (id, action, object_kind) select id, 'forged', 'vendor' from audit_log on conflict (id) do update set action = 'forged'",
    ] {
        let error = sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&pool).await.unwrap_err().to_string();
        assert!(error.contains("append-only"), "{statement}: {error}");
    }
    let left: (i64, Option<String>) = sqlx::query_as("select count(*), min(reason) from audit_log").fetch_one(&pool).await.unwrap();
    assert_eq!(left, (1, Some("looks fine".to_owned())));
}
