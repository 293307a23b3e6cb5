//! The site's settings and texts.

use souk::accounts::Role;
use souk::notifications::service::{enqueue, send_due};
use souk::notifications::{Mail, MailContent};
use souk::platform::db::Db;
use souk::settings;
use sqlx::PgPool;

use crate::support::shop::field;
use crate::support::smtp::{Mood, SmtpStub};
use crate::support::{App, Browser, Setup};

const PAGE: &str = "/admin/settings";

async fn save(admin: &Browser, version: &str, changes: &[(&'static str, &'static str)]) -> crate::support::Page {
    let mut fields = vec![("version", version), ("shop_name", "Souk"), ("tagline", "Goods."), ("sender_name", ""), ("sender_address", "")];
    fields.extend([("footer_note", "Small print"), ("footer_links", "")]);
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
    }
    admin.submit(PAGE, "/api/dashboard/save-settings", &fields).await
}

async fn version(admin: &Browser, page: &str) -> String {
    field(&admin.get(page).await.text, "version").unwrap()
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn the_name_stands_wherever_the_shop_names_itself(pool: PgPool) {
    let stub = SmtpStub::start(Mood::Accept).await;
    let variables = [("MAIL", "smtp"), ("SMTP_URL", stub.url.as_str()), ("MAIL_FROM", "Souk <shop@souk.example>")];
    let app = App::start_with(pool.clone(), Setup { variables: &variables, ..Setup::default() }).await;
    let admin = app.signed_in("root@souk.example", Role::Admin).await;
    assert!(app.browser().get("/sell").await.text.contains("<title>Sell on Souk · Souk</title>"));
    let changes = [
        ("shop_name", "Bazaar <b>&"),
        ("tagline", "Things </p><script>alert(1)</script>"),
        ("sender_name", "Bazaar"),
        ("sender_address", "post@bazaar.example"),
        ("footer_links", "Help: /pages/contact\nPress \"><script>: https://bazaar.example/press"),
    ];
    let answer = save(&admin, &version(&admin, PAGE).await, &changes).await;
    assert_eq!(answer.location(), "/admin/settings?done=saved");
    for path in ["/", "/sell", "/cart"] {
        let page = app.browser().get(path).await.text;
        assert!(page.contains("Bazaar &lt;b&gt;&amp;") && !page.contains("<b>&"), "{path}: {page}");
        assert!(!page.contains("<script>alert") && !page.contains("\"><script>:"), "{path}: {page}");
        assert!(page.contains("href=\"/pages/contact\"") && page.contains("href=\"https://bazaar.example/press\""), "{path}: {page}");
        assert!(!page.contains("Souk"), "{path}: {page}");
    }
    let home = app.browser().get("/").await.text;
    assert!(home.contains("<title>Bazaar &lt;b&gt;&amp;</title>"), "its name alone: {home}");
    assert!(app.browser().get("/feed.atom").await.text.contains("<title>New on Bazaar &lt;b&gt;&amp;</title>"));

    let mut tx = app.state.db.begin().await.unwrap();
    let mail = Mail {
        kind: "receipt",
        dedupe_key: "x".into(),
        to: "ada@x.example".parse().unwrap(),
        subject: "Hello".into(),
        content: MailContent::new("Hello"),
    };
    enqueue(&mut tx, mail).await.unwrap();
    tx.commit().await.unwrap();
    send_due(app.state.clone()).await.unwrap();
    let sent = stub.until(1).await.remove(0);
    assert!(sent.contains("From: Bazaar <post@bazaar.example>") && sent.contains("Bazaar &lt;b&gt;&amp;"), "{sent}");
    assert!(!sent.contains("Souk"), "{sent}");
    // Another instance has read nothing yet.
    let elsewhere = settings::service::current(&Db::new(pool)).await.unwrap();
    assert_eq!(elsewhere.settings.shop_name, "Bazaar <b>&");
    let actions: Vec<String> = sqlx::query_scalar("select action from audit_log").fetch_all(app.pool()).await.unwrap();
    assert_eq!(actions, ["site.changed"]);
    assert!(admin.get("/admin/audit").await.text.contains("shop name"));
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn two_who_change_the_settings_hear_of_each_other(pool: PgPool) {
    let app = App::start(pool).await;
    let (ada, ben) = (app.signed_in("ada@souk.example", Role::Admin).await, app.signed_in("ben@souk.example", Role::Admin).await);
    let seen = version(&ada, PAGE).await;
    assert_eq!(save(&ada, &seen, &[("shop_name", "Bazaar")]).await.location(), "/admin/settings?done=saved");
    let refused = save(&ben, &seen, &[("shop_name", "Market"), ("tagline", "Mine.")]).await;
    assert_eq!(refused.location(), PAGE);
    let page = ben.get(PAGE).await.text;
    assert!(page.contains("Saved meanwhile") && page.contains("Bazaar") && page.contains("value=\"Market\""), "{page}");
    assert!(page.contains("value=\"Mine.\""), "what was typed stands there: {page}");
    // Having seen it, they may replace it.
    let now = field(&page, "version").unwrap();
    assert_ne!(now, seen);
    assert_eq!(save(&ben, &now, &[("shop_name", "Market")]).await.location(), "/admin/settings?done=saved");
    // Who saves what stands there already overtakes nobody, and leaves no trace.
    assert_eq!(save(&ada, &seen, &[("shop_name", "Market")]).await.location(), "/admin/settings?done=saved");
    assert_eq!(app.count("select count(*) from audit_log where action = 'site.changed'").await, 2);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn bad_settings_change_nothing(pool: PgPool) {
    let app = App::start(pool).await;
    let admin = app.signed_in("root@souk.example", Role::Admin).await;
    let seen = version(&admin, PAGE).await;
    for change in [
        ("shop_name", " "),
        ("sender_address", "nobody"),
        ("footer_links", "Evil: javascript:alert(1)"),
        ("footer_links", "Evil: //evil.example"),
    ] {
        assert_eq!(save(&admin, &seen, &[change]).await.location(), PAGE);
        let page = admin.get(PAGE).await.text;
        assert!(page.contains("error-summary") && page.contains(&format!("href=\"#{}\"", change.0)), "{change:?}: {page}");
    }
    assert_eq!(app.count("select version from site_settings").await, 1);
    assert_eq!(app.count("select count(*) from audit_log").await, 0);
    // Nobody else may.
    let customer = app.signed_in("eve@buyers.example", Role::Customer).await;
    assert_eq!(customer.call("/api/dashboard/save-settings", &[("version", "1"), ("shop_name", "Mine")]).await.status, 403);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_text_is_there_once_it_is_written(pool: PgPool) {
    let app = App::start(pool).await;
    let admin = app.signed_in("root@souk.example", Role::Admin).await;
    assert_eq!(app.browser().get("/pages/imprint").await.status, 404);
    assert!(!app.browser().get("/").await.text.contains("/pages/imprint"));
    let page = "/admin/settings/pages/imprint";
    let body = "# We\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1)) <img src=x onerror=alert(1)> [us](https://souk.example)";
    let seen = version(&admin, page).await;
    let answer = admin.submit(page, "/api/dashboard/save-page", &[("page", "imprint"), ("version", &seen), ("body", body)]).await;
    assert_eq!(answer.location(), format!("{page}?done=saved"));
    let shown = app.browser().get("/pages/imprint").await;
    assert_eq!(shown.status, 200);
    assert!(shown.text.contains("<title>Imprint · Souk</title>") && shown.text.contains("<h3>We</h3>"), "{}", shown.text);
    for live in ["<script>alert", "<img src=x", "href=\"javascript"] {
        assert!(!shown.text.contains(live), "{live}: {}", shown.text);
    }
    assert!(app.browser().get("/").await.text.contains("href=\"/pages/imprint\">Imprint"));
    let editor = admin.get(page).await.text;
    assert!(editor.contains("&lt;script&gt;alert(1)") && !editor.contains("<script>alert"), "{editor}");

    // Overtaken: both texts are shown.
    let refused =
        admin.submit(page, "/api/dashboard/save-page", &[("page", "imprint"), ("version", &seen), ("body", "Mine </textarea>")]).await;
    assert_eq!(refused.location(), page);
    let editor = admin.get(page).await.text;
    assert!(editor.contains("Saved meanwhile") && editor.contains("Mine &lt;/textarea&gt;") && editor.contains("# We"), "{editor}");
    // Emptied, it is gone.
    let now = version(&admin, page).await;
    assert!(
        admin
            .submit(page, "/api/dashboard/save-page", &[("page", "imprint"), ("version", &now), ("body", " ")])
            .await
            .location()
            .contains("done=saved")
    );
    assert_eq!(app.browser().get("/pages/imprint").await.status, 404);
    assert_eq!(app.count("select count(*) from audit_log where action = 'site.page_changed'").await, 2);
    for path in ["/pages/nothing", "/admin/settings/pages/nothing"] {
        assert_eq!(admin.get(path).await.status, 404, "{path}");
    }
}
