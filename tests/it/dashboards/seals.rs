//! The chain over the audit log: what is changed, removed or moved is found, nothing is passed over, and people can be forgotten.

use serde_json::json;
use souk::accounts::Role;
use souk::analytics::invariants;
use souk::audit::{AuditEntry, service};
use souk::platform::db::Tx;
use souk::values::UserId;
use sqlx::PgPool;
use uuid::Uuid;

use crate::support::App;

async fn write(tx: &mut Tx, about: Uuid) {
    let entry = AuditEntry {
        actor: Some(UserId::new()),
        action: "user.disabled",
        object_kind: "user",
        object_id: Some(about),
        before: Some(json!({ "disabled": false })),
        after: Some(json!({ "disabled": true })),
        reason: Some("Ada Lovelace wrote rude letters.".to_owned()),
    };
    service::record(tx, entry).await.unwrap();
}

async fn written(app: &App, entries: u128) {
    for n in 1..=entries {
        let mut tx = app.state.db.begin().await.unwrap();
        write(&mut tx, Uuid::from_u128(n)).await;
        tx.commit().await.unwrap();
    }
    service::seal(app.state.clone()).await.unwrap();
}

/// The broken invariants about the log, and where.
async fn broken(app: &App) -> Vec<String> {
    let violations = invariants::check(&app.state.db).await.unwrap();
    violations.into_iter().filter(|violation| violation.invariant.starts_with("I17")).map(|violation| violation.rows.join(",")).collect()
}

/// As somebody does it who owns the database.
async fn forge(app: &App, statement: &'static str) {
    let off = "alter table audit_log disable trigger all; alter table audit_seals disable trigger all";
    sqlx::raw_sql(off).execute(app.pool()).await.unwrap();
    let changed = sqlx::query(statement).execute(app.pool()).await.unwrap();
    assert!(changed.rows_affected() > 0, "{statement}");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn an_untouched_log_holds(pool: PgPool) {
    let app = App::start(pool).await;
    written(&app, 5).await;
    assert_eq!(app.count("select max(seq) from audit_seals").await, 5);
    assert_eq!(broken(&app).await, [""; 0]);
    service::seal(app.state.clone()).await.unwrap();
    assert_eq!(app.count("select count(*) from audit_seals").await, 5, "each entry has one seal");
    for statement in [
        "update audit_seals set salt = sha256('x')",
        "update audit_seals set hash = sha256('x'), salt = null",
        "delete from audit_seals",
        "truncate audit_seals",
    ] {
        let error = sqlx::query(statement).execute(app.pool()).await.unwrap_err().to_string();
        assert!(error.contains("append-only"), "{statement}: {error}");
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_value_that_is_rewritten_is_found(pool: PgPool) {
    let app = App::start(pool).await;
    written(&app, 5).await;
    forge(&app, "update audit_log set reason = 'Nothing happened.' where object_id = '00000000-0000-0000-0000-000000000003'").await;
    assert_eq!(broken(&app).await, ["3"]);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn somebody_else_who_did_it_is_found(pool: PgPool) {
    let app = App::start(pool).await;
    written(&app, 3).await;
    forge(&app, "update audit_log set actor_id = gen_random_uuid() where object_id = '00000000-0000-0000-0000-000000000001'").await;
    assert_eq!(broken(&app).await, ["1"]);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_row_that_is_removed_is_found(pool: PgPool) {
    let app = App::start(pool).await;
    written(&app, 5).await;
    forge(&app, "delete from audit_log where object_id = '00000000-0000-0000-0000-000000000002'").await;
    assert_eq!(broken(&app).await, ["2"]);
    // With its seal the gap shows in all that follow.
    forge(&app, "delete from audit_seals where seq = 2").await;
    assert_eq!(broken(&app).await, ["3,4,5"]);
    // And closing the gap breaks the hash behind it.
    forge(&app, "update audit_seals set seq = seq - 1 where seq > 2").await;
    assert_eq!(broken(&app).await, ["2,3,4"]);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn rows_that_change_places_are_found(pool: PgPool) {
    let app = App::start(pool).await;
    written(&app, 4).await;
    // By way of a third place, since numbers are unique.
    for statement in [
        "update audit_seals set seq = 9 where seq = 2",
        "update audit_seals set seq = 2 where seq = 3",
        "update audit_seals set seq = 3 where seq = 9",
    ] {
        forge(&app, statement).await;
    }
    assert_eq!(broken(&app).await, ["2,3,4"]);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_row_that_is_slipped_in_is_found(pool: PgPool) {
    let app = App::start(pool).await;
    written(&app, 2).await;
    forge(&app, "insert into audit_log (id, action, object_kind) values ('00000000-0000-0000-0000-00000000000f', 'user.enabled', 'user')")
        .await;
    assert_eq!(broken(&app).await, ["00000000-0000-0000-0000-00000000000f"]);
}

/// By a mark of ids or times the first entry would be behind the mark for ever.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_is_committed_late_is_sealed_late(pool: PgPool) {
    let app = App::start(pool).await;
    let mut early = app.state.db.begin().await.unwrap();
    write(&mut early, Uuid::from_u128(100)).await;
    written(&app, 3).await;
    assert_eq!(app.count("select max(seq) from audit_seals").await, 3, "nobody waits for a transaction that is open");
    early.commit().await.unwrap();
    assert_eq!(broken(&app).await, [""; 0], "it waits for its seal, and that is no fault");
    service::seal(app.state.clone()).await.unwrap();
    let last: Uuid =
        sqlx::query_scalar("select a.object_id from audit_seals s join audit_log a on a.id = s.entry_id order by s.seq desc limit 1")
            .fetch_one(app.pool())
            .await
            .unwrap();
    assert_eq!(last, Uuid::from_u128(100));
    assert_eq!(broken(&app).await, [""; 0]);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn sealers_and_writers_at_once_make_one_chain(pool: PgPool) {
    let app = App::start(pool).await;
    let writers = (0..20_u128).map(|n| {
        let db = app.state.db.clone();
        async move {
            let mut tx = db.begin().await.unwrap();
            write(&mut tx, Uuid::from_u128(n)).await;
            tx.commit().await.unwrap();
        }
    });
    let sealers = (0..4).map(|_| service::seal(app.state.clone()));
    let (_, sealed) = tokio::join!(futures::future::join_all(writers), futures::future::join_all(sealers));
    assert!(sealed.iter().all(Result::is_ok), "{sealed:?}");
    service::seal(app.state.clone()).await.unwrap();
    assert_eq!(app.count("select count(*) from audit_seals").await, 20);
    assert_eq!(broken(&app).await, [""; 0]);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn who_is_forgotten_leaves_a_chain_that_holds(pool: PgPool) {
    let app = App::start(pool).await;
    written(&app, 3).await;
    let mut late = app.state.db.begin().await.unwrap();
    write(&mut late, Uuid::from_u128(2)).await;
    late.commit().await.unwrap();
    // Two entries are about them: one is sealed, one is not.
    let mut tx = app.state.db.begin().await.unwrap();
    service::forget(&mut tx, UserId(Uuid::from_u128(2))).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(broken(&app).await, [""; 0]);
    service::seal(app.state.clone()).await.unwrap();
    assert_eq!(broken(&app).await, [""; 0]);
    assert_eq!(
        app.count("select count(*) from audit_log where num_nonnulls(before, after, reason) = 0 and action = 'user.disabled'").await,
        2
    );
    assert_eq!(app.count("select count(*) from audit_seals where salt is null").await, 2);
    assert_eq!(app.count("select count(*) from audit_log where reason like 'Ada%'").await, 2, "of others all is there");
    let admin = app.signed_in("root@souk.example", Role::Admin).await;
    assert!(admin.get("/admin/audit").await.text.contains("What it said is erased"));
    // Erasing what must stay is found: the values are gone, and the salt says that they should not be.
    forge(&app, "update audit_log set reason = null, before = null, after = null where object_id = '00000000-0000-0000-0000-000000000003'")
        .await;
    assert_eq!(broken(&app).await, ["3"]);
}
