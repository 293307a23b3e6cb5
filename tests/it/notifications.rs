//! The outbox: each mail goes out, and a mail that may have gone out already can be told by its Message-ID.

use std::collections::BTreeSet;
use std::time::Duration;

use souk::error::AppError;
use souk::notifications::service::{enqueue, mailbox, mailbox_mail, send_due};
use souk::notifications::{Mail, MailContent};
use souk::platform::mailer::Mailer;
use souk::platform::state::{AppState, Parts};
use souk::values::Email;
use sqlx::PgPool;

use crate::support::smtp::{Mood, SmtpStub};
use crate::support::{App, Setup};

fn mail(key: &str, to: &str) -> Mail {
    Mail {
        kind: "test",
        dedupe_key: key.to_owned(),
        to: to.parse().unwrap(),
        subject: format!("About {key}"),
        content: MailContent::new("Hello").paragraph("A paragraph."),
    }
}

async fn put(app: &App, mail: Mail) {
    let mut tx = app.state.db.begin().await.unwrap();
    enqueue(&mut tx, mail).await.unwrap();
    tx.commit().await.unwrap();
}

async fn with_smtp(pool: PgPool, stub: &SmtpStub) -> App {
    let variables = [("MAIL", "smtp"), ("SMTP_URL", stub.url.as_str()), ("MAIL_FROM", "Souk <shop@souk.example>")];
    App::start_with(pool, Setup { variables: &variables, ..Setup::default() }).await
}

/// Status, attempts, and seconds until the next attempt, of the only mail.
async fn row(pool: &PgPool) -> (String, i32, f64, Option<String>) {
    sqlx::query_as("select status, attempts, extract(epoch from next_attempt_at - now())::float8, last_error from outbox")
        .fetch_one(pool)
        .await
        .unwrap()
}

fn header<'a>(mail: &'a str, name: &str) -> Vec<&'a str> {
    let head = mail.split("\n\n").next().unwrap();
    head.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).collect()
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_mail_goes_out_once_if_its_transaction_commits(pool: PgPool) {
    let app = App::start_with(pool.clone(), Setup { variables: &[("MAIL", "mailbox")], ..Setup::default() }).await;
    let mut dropped = app.state.db.begin().await.unwrap();
    enqueue(&mut dropped, mail("never", "ada@example.com")).await.unwrap();
    drop(dropped);
    put(&app, mail("one", "ada@example.com")).await;
    put(&app, mail("one", "ada@example.com")).await;
    put(&app, mail("two", "bob@example.com")).await;
    send_due(app.state.clone()).await.unwrap();
    send_due(app.state.clone()).await.unwrap();

    let mails = mailbox(&app.state.db, 10).await.unwrap();
    let subjects: BTreeSet<&str> = mails.iter().map(|mail| mail.subject.as_str()).collect();
    assert_eq!((mails.len(), subjects), (2, BTreeSet::from(["About one", "About two"])));
    let found = mailbox_mail(&app.state.db, &mails[0].id).await.unwrap();
    assert!(found.body_text.contains("A paragraph.") && found.body_html.contains("<h1"));
    assert!(found.id.ends_with("@127.0.0.1"), "{}", found.id);
    let answer = app.browser().get(&format!("/dev/mail/{}", mails[0].id)).await;
    assert!(answer.status == 200 && answer.text.contains("<h1"), "{answer:?}");
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("sandbox") && !policy.contains("script"), "{policy}");
    assert!(matches!(mailbox_mail(&app.state.db, "nothing").await, Err(AppError::NotFound)));
    assert_eq!(mailbox(&app.state.db, 1).await.unwrap().len(), 1);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn several_workers_send_each_mail_once(pool: PgPool) {
    let stub = SmtpStub::start(Mood::Accept).await;
    let app = with_smtp(pool.clone(), &stub).await;
    for n in 0..20 {
        put(&app, mail(&format!("mail-{n}"), "ada@example.com")).await;
    }
    let workers = (0..3).map(|_| tokio::spawn(send_due(app.state.clone())));
    for done in futures::future::join_all(workers).await {
        done.unwrap().unwrap();
    }
    let ids: Vec<String> = stub.mails().iter().map(|mail| header(mail, "Message-ID")[0].to_owned()).collect();
    assert_eq!((ids.len(), ids.iter().collect::<BTreeSet<_>>().len()), (20, 20));
    let sent: i64 = sqlx::query_scalar("select count(*) from outbox where status = 'sent' and attempts = 1 and leased_until is null")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(sent, 20);
}

/// F6: killed after the mail server took the mail and before the row says so.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_worker_killed_between_sending_and_marking_repeats_under_the_same_message_id(pool: PgPool) {
    let stub = SmtpStub::start(Mood::SilentAfterData).await;
    let app = with_smtp(pool.clone(), &stub).await;
    put(&app, mail("one", "ada@example.com")).await;
    let worker = tokio::spawn(send_due(app.state.clone()));
    stub.until(1).await;
    worker.abort();
    assert!(worker.await.unwrap_err().is_cancelled());
    stub.set(Mood::Accept);

    send_due(app.state.clone()).await.unwrap();
    assert_eq!(stub.mails().len(), 1, "the lease of the dead worker still holds");
    sqlx::query("update outbox set leased_until = now() - interval '1 second'").execute(&pool).await.unwrap();
    send_due(app.state.clone()).await.unwrap();

    let mails = stub.mails();
    assert_eq!(mails.len(), 2);
    assert_eq!(header(&mails[0], "Message-ID"), header(&mails[1], "Message-ID"));
    let (status, attempts, ..) = row(&pool).await;
    assert_eq!((status.as_str(), attempts), ("sent", 2));
}

/// F10.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_may_pass_is_tried_again_later_and_drains_after_healing(pool: PgPool) {
    let stub = SmtpStub::start(Mood::Accept).await;
    let app = with_smtp(pool.clone(), &stub).await;
    put(&app, mail("one", "ada@example.com")).await;
    let moods = [
        Mood::RefuseRecipient("450 4.2.1 mailbox busy"),
        Mood::RefuseRecipient("421 4.3.2 going down"),
        Mood::RefuseRecipient("451 4.3.0 try later"),
        Mood::DropAfterData,
    ];
    for (n, mood) in (1..).zip(moods) {
        stub.set(mood);
        send_due(app.state.clone()).await.unwrap();
        let (status, attempts, wait, error) = row(&pool).await;
        assert_eq!((status.as_str(), attempts), ("queued", n), "{error:?}");
        let full = 5.0 * f64::from(1 << (n - 1));
        assert!(wait > full * 0.7 - 1.0 && wait <= full + 0.1, "attempt {n}: {wait} s");
        assert!(error.is_some());
        sqlx::query("update outbox set next_attempt_at = now()").execute(&pool).await.unwrap();
    }
    stub.set(Mood::Accept);
    send_due(app.state.clone()).await.unwrap();
    assert_eq!(row(&pool).await.0, "sent");
    let ids: BTreeSet<String> = stub.mails().iter().map(|mail| header(mail, "Message-ID")[0].to_owned()).collect();
    assert_eq!(ids.len(), 1, "also after a connection that dropped behind DATA");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_mail_that_is_refused_for_good_is_given_up(pool: PgPool) {
    let stub = SmtpStub::start(Mood::RefuseRecipient("550 5.1.1 no such user")).await;
    let app = with_smtp(pool.clone(), &stub).await;
    put(&app, mail("one", "ada@example.com")).await;
    send_due(app.state.clone()).await.unwrap();
    let (status, attempts, _, error) = row(&pool).await;
    assert_eq!((status.as_str(), attempts), ("dead", 1));
    assert!(error.unwrap().contains("no such user"));
    send_due(app.state.clone()).await.unwrap();
    assert_eq!(row(&pool).await.1, 1, "and left alone");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_mail_is_not_tried_for_ever(pool: PgPool) {
    let stub = SmtpStub::start(Mood::RefuseRecipient("450 4.2.1 mailbox busy")).await;
    let app = with_smtp(pool.clone(), &stub).await;
    put(&app, mail("one", "ada@example.com")).await;
    sqlx::query("update outbox set attempts = 13").execute(&pool).await.unwrap();
    send_due(app.state.clone()).await.unwrap();
    assert_eq!(row(&pool).await.0, "dead");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn nothing_that_people_typed_becomes_a_header(pool: PgPool) {
    let stub = SmtpStub::start(Mood::Accept).await;
    let app = with_smtp(pool.clone(), &stub).await;
    let hostile = "Hi\r\nBcc: victim@example.com\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script>";
    put(&app, Mail { subject: hostile.to_owned(), content: MailContent::new(hostile), ..mail("one", "ada@example.com") }).await;
    put(&app, Mail { subject: "Größe \u{202e} 茶壺".to_owned(), ..mail("two", "ada@example.com") }).await;
    put(&app, Mail { subject: "\r\n \u{0}".to_owned(), ..mail("three", "ada@example.com") }).await;
    send_due(app.state.clone()).await.unwrap();
    let mails = stub.until(3).await;
    for mail in &mails {
        assert!(header(mail, "Bcc").is_empty() && header(mail, "Subject").len() == 1, "{mail}");
        assert_eq!(header(mail, "To"), ["ada@example.com"]);
        assert_eq!(header(mail, "From"), ["Souk <shop@souk.example>"]);
        assert!(header(mail, "Content-Type").iter().all(|value| value.starts_with("multipart/alternative")), "{mail}");
        assert!(mail.is_ascii() || mail.contains("8bit"));
    }
    for address in ["ada@example.com\r\nBcc: v@example.com", "ada@example.com, v@example.com", "<ada@example.com>", "Ada <ada@example.com>"]
    {
        assert!(address.parse::<Email>().is_err(), "{address:?}");
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_tar_pit_costs_one_timeout(pool: PgPool) {
    let stub = SmtpStub::start(Mood::SilentAfterData).await;
    let app = with_smtp(pool.clone(), &stub).await;
    let mailer = Mailer::with_timeout(&app.state.config.mail, &app.state.db, Duration::from_millis(200)).unwrap();
    let state = AppState::from(Parts { mailer, ..Parts::clone(&app.state) });
    put(&app, mail("one", "ada@example.com")).await;
    send_due(state.clone()).await.unwrap();
    let (status, attempts, _, error) = row(&pool).await;
    assert_eq!((status.as_str(), attempts), ("queued", 1));
    assert!(error.unwrap().contains("took longer"));
    stub.set(Mood::Accept);
    sqlx::query("update outbox set next_attempt_at = now()").execute(&pool).await.unwrap();
    send_due(state).await.unwrap();
    assert_eq!(row(&pool).await.0, "sent");
}

/// A checkout does not wait for the mail server: enqueuing is one insert, whatever the server is doing.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_mail_server_that_hangs_holds_nobody_up(pool: PgPool) {
    let stub = SmtpStub::start(Mood::SilentAfterData).await;
    let app = with_smtp(pool.clone(), &stub).await;
    put(&app, mail("one", "ada@example.com")).await;
    let worker = tokio::spawn(send_due(app.state.clone()));
    stub.until(1).await;
    let open: i64 = sqlx::query_scalar(
        "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(open, 0, "no transaction is open while a mail is being sent (I10)");
    put(&app, mail("two", "bob@example.com")).await;
    worker.abort();
}
