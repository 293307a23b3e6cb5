//! Mails, events, jobs, the audit log and health, as admins work with them.

use souk::accounts::Role;
use souk::checkout::invariants::{self, Violation};
use souk::notifications::service::{enqueue, send_due};
use souk::notifications::{Mail, MailContent};
use sqlx::PgPool;

use crate::support::shop::VISA;
use crate::support::smtp::{Mood, SmtpStub};
use crate::support::{App, Setup};

async fn with_smtp(pool: PgPool, stub: &SmtpStub) -> App {
    let variables = [("MAIL", "smtp"), ("SMTP_URL", stub.url.as_str()), ("MAIL_FROM", "Souk <shop@souk.example>")];
    App::start_with(pool, Setup { variables: &variables, ..Setup::default() }).await
}

async fn put(app: &App, key: &str, to: &str) -> String {
    let content = MailContent::new("Choose a new password").button("Choose", "https://souk.example/reset-password?token=s3cr3t-t0ken");
    let mail = Mail {
        kind: "password_reset",
        dedupe_key: key.to_owned(),
        to: to.parse().unwrap(),
        subject: "Choose a new password".to_owned(),
        content,
    };
    let mut tx = app.state.db.begin().await.unwrap();
    enqueue(&mut tx, mail).await.unwrap();
    tx.commit().await.unwrap();
    sqlx::query_scalar("select id::text from outbox where dedupe_key = $1").bind(key).fetch_one(app.pool()).await.unwrap()
}

async fn actions(app: &App) -> Vec<String> {
    sqlx::query_scalar("select action from audit_log order by id").fetch_all(app.pool()).await.unwrap()
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_mail_that_failed_is_tried_again(pool: PgPool) {
    let stub = SmtpStub::start(Mood::RefuseRecipient("550 5.1.1 no such user")).await;
    let app = with_smtp(pool, &stub).await;
    let admin = app.signed_in("root@souk.example", Role::Admin).await;
    let id = put(&app, "one", "ada@x.example").await;
    assert!(admin.get("/admin/mails").await.text.contains("ada@x.example"), "it waits");
    send_due(app.state.clone()).await.unwrap();

    // What waits for an admin is what the link in the navigation leads to.
    assert!(admin.get("/admin/mails").await.text.contains("ada@x.example"), "the number counts it");
    assert!(!admin.get("/admin/mails?state=waiting").await.text.contains("ada@x.example"));
    let failed = admin.get("/admin/mails?state=failed").await.text;
    assert!(failed.contains("ada@x.example") && failed.contains(&format!("/admin/mails/{id}")), "{failed}");
    assert!(!admin.get("/admin/mails?state=failed&to=bob").await.text.contains("ada@x.example"));
    assert!(admin.get("/admin/mails?state=failed&to=ADA%40").await.text.contains("ada@x.example"));
    assert!(!admin.get("/admin/mails?state=failed&to=%25").await.text.contains("ada@x.example"), "what is typed is no pattern");
    let page = admin.get(&format!("/admin/mails/{id}")).await.text;
    assert!(page.contains("no such user") && page.contains("https://souk.example/reset-password?…"), "{page}");
    assert!(!page.contains("s3cr3t"), "{page}");

    stub.set(Mood::Accept);
    let answer = admin.submit(&format!("/admin/mails/{id}"), "/api/dashboard/retry-mail", &[("mail_id", &id)]).await;
    assert_eq!(answer.location(), format!("/admin/mails/{id}?done=retried"));
    send_due(app.state.clone()).await.unwrap();
    assert!(admin.get("/admin/mails?state=sent").await.text.contains("ada@x.example"));
    assert_eq!(actions(&app).await, ["mail.retried"]);
    // What was sent is not sent again.
    let again = admin.call("/api/dashboard/retry-mail", &[("mail_id", &id)]).await;
    assert_eq!(again.status, 409, "{}", again.text);
    assert_eq!(stub.mails().len(), 1);
    let said: String = sqlx::query_scalar("select string_agg(a::text, ' ') from audit_log a").fetch_one(app.pool()).await.unwrap();
    assert!(!said.contains("ada@x.example"), "who it was to stays out of the log: {said}");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_is_left_or_erased_waits_for_nobody(pool: PgPool) {
    let stub = SmtpStub::start(Mood::RefuseRecipient("550 5.1.1 no such user")).await;
    let app = with_smtp(pool, &stub).await;
    let admin = app.signed_in("root@souk.example", Role::Admin).await;
    let (left, erased) = (put(&app, "one", "ada@x.example").await, put(&app, "two", "eve@x.example").await);
    send_due(app.state.clone()).await.unwrap();
    assert_eq!(super::to_do(&admin.get("/admin").await.text, "mails were not sent"), Some(2));
    let answer = admin.submit(&format!("/admin/mails/{left}"), "/api/dashboard/leave-mail", &[("mail_id", &left)]).await;
    assert_eq!(answer.location(), format!("/admin/mails/{left}?done=left"));
    let mut tx = app.state.db.begin().await.unwrap();
    souk::notifications::service::forget_recipient(&mut tx, &"eve@x.example".parse().unwrap()).await.unwrap();
    tx.commit().await.unwrap();
    assert!(admin.get("/admin").await.text.contains("Nothing waits for you."));
    assert_eq!(admin.call("/api/dashboard/retry-mail", &[("mail_id", &erased)]).await.status, 409);
    // One that was left can still be tried.
    assert!(admin.get(&format!("/admin/mails/{left}")).await.text.contains("Try again"));
    stub.set(Mood::Accept);
    assert!(admin.call("/api/dashboard/retry-mail", &[("mail_id", &left)]).await.status.is_success());
    send_due(app.state.clone()).await.unwrap();
    assert_eq!(stub.mails().len(), 1);
    assert_eq!(actions(&app).await, ["mail.left", "mail.retried"]);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn an_event_that_failed_is_applied_from_its_page(pool: PgPool) {
    let app = App::start(pool).await;
    let admin = app.signed_in("root@souk.example", Role::Admin).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
    let order = app.buyer("ada").await.order(&[(cup, 2)]).await;
    app.confirm(order, VISA).await;
    let event = app.event("evt_1", "payment_intent.succeeded", order).await;
    app.switch(&[("fault", "fail_before"), ("fault_operation", "payment_intents.retrieve"), ("fault_times", "20")]).await;
    assert_eq!(app.webhook(&event).await, 503);

    assert!(admin.get("/admin/events").await.text.contains("/admin/events/evt_1"));
    let page = admin.get("/admin/events/evt_1").await.text;
    assert!(page.contains("payment_intent.succeeded") && !page.contains("client_secret"), "{page}");
    // It still fails, and the page says so.
    let refused = admin.submit("/admin/events/evt_1", "/api/dashboard/replay-event", &[("event_id", "evt_1")]).await;
    assert!(refused.status.is_redirection());
    assert!(admin.get("/admin/events/evt_1").await.text.contains("error-summary"));
    app.switch(&[("fault", "none")]).await;
    let answer = admin.submit("/admin/events/evt_1", "/api/dashboard/replay-event", &[("event_id", "evt_1")]).await;
    assert_eq!(answer.location(), "/admin/events/evt_1?done=replayed");
    assert_eq!((app.status(order).await.as_str(), app.stock(cup).await), ("paid", 3));
    let by: Option<String> =
        sqlx::query_scalar("select u.email from audit_log a join users u on u.id = a.actor_id where a.action = 'event.replayed'")
            .fetch_one(app.pool())
            .await
            .unwrap();
    assert_eq!(by.as_deref(), Some("root@souk.example"));

    // What will never be ours is given up, once.
    let stranger =
        r#"insert into stripe_events (id, type, payload, outcome, last_error) values ('evt_2', 'x', '{"created": 1}', 'failed', 'No.')"#;
    sqlx::query(stranger).execute(app.pool()).await.unwrap();
    assert!(admin.get("/admin").await.text.contains("event could not be applied"));
    assert!(admin.call("/api/dashboard/give-up-event", &[("event_id", "evt_2")]).await.status.is_success());
    assert!(!admin.get("/admin").await.text.contains("event could not be applied"));
    assert_eq!(admin.call("/api/dashboard/give-up-event", &[("event_id", "evt_2")]).await.status, 409);
    assert_eq!(admin.call("/api/dashboard/give-up-event", &[("event_id", "evt_1")]).await.status, 409, "it was applied");
    assert!(admin.get("/admin/events?state=all").await.text.contains("evt_2"));
    app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_job_is_made_due(pool: PgPool) {
    let app = App::start(pool).await;
    let admin = app.signed_in("root@souk.example", Role::Admin).await;
    let row = "insert into job_leases (name, next_run_at, last_started_at, last_finished_at, last_error)
               values ('sweep', now() + interval '1 day', now() - interval '63 seconds', now(), 'The disk is full.')";
    sqlx::query(row).execute(app.pool()).await.unwrap();
    let page = admin.get("/admin/jobs").await.text;
    assert!(page.contains("The disk is full.") && page.contains("1 min 3 s"), "{page}");
    let answer = admin.submit("/admin/jobs", "/api/dashboard/run-job", &[("job", "sweep")]).await;
    assert_eq!(answer.location(), "/admin/jobs?done=sweep");
    assert_eq!(app.count("select count(*) from job_leases where next_run_at <= now()").await, 1);
    assert_eq!(admin.call("/api/dashboard/run-job", &[("job", "nothing")]).await.status, 404);
    assert_eq!(actions(&app).await, ["job.started"]);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn the_log_is_read_page_by_page_and_narrowed(pool: PgPool) {
    let app = App::start(pool).await;
    let admin = app.signed_in("root@souk.example", Role::Admin).await;
    // Many at one moment: the page's end lies among them.
    sqlx::query(
        r#"insert into audit_log (id, actor_id, action, object_kind, object_id, before, after, reason, at)
           select uuid_by_age(), case when n % 2 = 0 then u.id end, case when n % 3 = 0 then 'vendor.approved' else 'product.held' end, 'vendor',
             case when n = 7 then '00000000-0000-7000-8000-000000000007'::uuid end, '{"status": "pending"}',
             jsonb_build_object('status', 'step-' || n), case when n = 9 then '<script>alert(1)</script>' end,
             timestamptz '2026-03-01 12:00Z' + (n / 60) * interval '1 day'
           from generate_series(1, 120) n, users u where u.email = 'root@souk.example'"#,
    )
    .execute(app.pool())
    .await
    .unwrap();
    let mut seen = Vec::new();
    let mut path = "/admin/audit".to_owned();
    loop {
        let page = admin.get(&path).await.text;
        seen.extend(page.split("step-").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()));
        match page.split("href=\"/admin/audit?before=").nth(1) {
            Some(rest) => path = format!("/admin/audit?before={}", rest.split('"').next().unwrap()),
            None => break,
        }
    }
    assert_eq!(seen.len(), 120, "each once");
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 120);
    let steps = async |query: &str| admin.get(&format!("/admin/audit?{query}")).await.text.matches("step-").count();
    assert_eq!(steps("action=vendor").await, 40);
    assert_eq!(steps("action=vendor.approved&actor=ROOT%40souk.example").await, 20);
    assert_eq!(steps("actor=nobody%40souk.example").await, 0);
    assert_eq!(steps("object=00000000-0000-7000-8000-000000000007").await, 1);
    assert_eq!(steps("from=2026-03-03").await, 1, "days of UTC, from their beginning");
    assert_eq!(steps("until=2026-03-01&action=vendor").await, 19);
    assert_eq!(steps("from=2026-03-04").await, 0);
    assert_eq!(steps("action=%25approved").await, 0, "what is typed is no pattern");
    let shown = admin.get("/admin/audit?until=2026-03-01&action=vendor").await.text;
    assert!(shown.contains("&lt;script&gt;") && !shown.contains("<script>alert"), "{shown}");
    assert!(shown.contains("All of “vendor”") && shown.contains("Shop approved") && !shown.contains(">vendor.approved<"), "{shown}");
    let chosen = admin.get("/admin/audit?action=product.held").await.text;
    assert!(chosen.contains("<option value=\"product.held\" selected>Product taken down<") && !chosen.contains("All of “"), "{chosen}");
    assert!(shown.contains("<del>") && shown.contains("<ins>") && shown.contains("the shop itself"), "{shown}");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn health_tells_how_late_things_are(pool: PgPool) {
    let app = App::start(pool).await;
    let admin = app.signed_in("root@souk.example", Role::Admin).await;
    put(&app, "one", "ada@x.example").await;
    sqlx::query("update outbox set next_attempt_at = now() - interval '125 seconds'").execute(app.pool()).await.unwrap();
    let event = "insert into stripe_events (id, type, payload, outcome)
                 values ('evt_1', 'x', jsonb_build_object('created', extract(epoch from now())::bigint - 3700)::text, 'ignored')";
    sqlx::query(event).execute(app.pool()).await.unwrap();
    let page = admin.get("/admin/health").await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains("has not been run"), "{}", page.text);
    for words in ["2 min", "1 h 1 min", env!("CARGO_PKG_VERSION"), " free (", "Every payment and every refund comes to its end."] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    // What `souk check` finds is told until it finds nothing any more.
    invariants::remember(&app.state.db, &[Violation { invariant: "I1 no stock below zero", rows: vec!["<b>".into()] }]).await.unwrap();
    let broken = admin.get("/admin/health").await.text;
    assert!(broken.contains("I1 no stock below zero: &lt;b&gt;"), "{broken}");
    invariants::remember(&app.state.db, &[]).await.unwrap();
    let fine = admin.get("/admin/health").await.text;
    assert!(!fine.contains("I1 no stock") && !fine.contains("has not been run"), "{fine}");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn carts_of_guests_who_stay_away_are_forgotten(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
    let (gone, back) = (app.browser(), app.browser());
    for browser in [&gone, &back] {
        assert_eq!(browser.call("/api/cart/add", &[("variant_id", &cup.to_string()), ("quantity", "1")]).await.status, 200);
    }
    app.buyer("ada").await.add(cup, "1").await;
    sqlx::query("update carts set updated_at = now() - interval '91 days' where id in (select id from carts where user_id is not null or id = (select id from carts order by id limit 1))")
        .execute(app.pool())
        .await
        .unwrap();
    souk::cart::service::prune(app.state.clone()).await.unwrap();
    assert_eq!(app.count("select count(*) from carts where user_id is null").await, 1, "who came yesterday keeps theirs");
    assert_eq!(app.count("select count(*) from carts where user_id is not null").await, 1, "accounts keep theirs for ever");
    assert_eq!(app.count("select count(*) from cart_items").await, 2);
}
