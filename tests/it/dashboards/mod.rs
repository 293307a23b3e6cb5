//! The dashboards of vendors and admins.

mod machinery;
mod seals;
mod site;

use souk::accounts::Role;
use souk::catalogue::LOW_STOCK;
use sqlx::PgPool;

use crate::support::App;
use crate::support::shop::{DISPUTED, VISA};

/// The number in front of the sentence of a thing to do.
pub fn to_do(html: &str, words: &str) -> Option<i64> {
    let html = plain(html);
    let (before, _) = html.split_once(&format!("</strong> {words}</span>"))?;
    before.rsplit_once('>')?.1.parse().ok()
}

/// Without the marks by which Leptos tells texts apart.
fn plain(html: &str) -> String {
    html.replace("<!>", "")
}

/// The number beside a link of the navigation.
fn waiting(html: &str, href: &str) -> Option<i64> {
    let html = plain(html);
    let (_, link) = html.split_once("<nav aria-label")?.1.split_once(&format!("<a href=\"{href}\""))?;
    let (_, count) = link.split_once("</a>")?.0.split_once("dash-count\">")?;
    count.split_once('<')?.0.parse().ok()
}

/// The figure of this month, and that of the last one.
fn figure(html: &str, label: &str) -> (String, String) {
    let html = plain(html);
    let (_, rest) = html.split_once(&format!("<dt>{label}</dt>")).unwrap_or_else(|| panic!("no figure {label}"));
    let text = |rest: &str| {
        let (_, rest) = rest.split_once("<dd").unwrap();
        let (text, _) = rest.split_once('>').unwrap().1.split_once("</dd>").unwrap();
        text.replace("Last month ", "")
    };
    (text(rest), text(rest.split_once("</dd>").unwrap().1))
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_vendor_sees_what_waits_and_what_was_sold(pool: PgPool) {
    let app = App::start(pool).await;
    let (ada, shop) = app.open_shop("ada").await;
    let (ben, other) = app.open_shop("ben").await;
    let (cup, jug) = (app.goods(shop, 1500, 50).await, app.goods(other, 4000, 50).await);
    let home = ada.get("/vendor").await;
    assert_eq!(home.status, 200, "{}", home.text);
    assert!(home.text.contains("Nothing waits for you."), "{}", home.text);
    assert_eq!(figure(&home.text, "Sales"), ("$0.00".to_owned(), "$0.00".to_owned()));

    // Two paid orders, one of them with goods of somebody else; one that was never paid.
    let buyer = app.buyer("eve").await;
    for goods in [vec![(cup, 2)], vec![(cup, 1), (jug, 1)]] {
        let order = buyer.order(&goods).await;
        app.confirm(order, VISA).await;
        let event = app.event(&format!("evt_{order}"), "payment_intent.succeeded", order).await;
        assert_eq!(app.webhook(&event).await, 200);
    }
    buyer.order(&[(cup, 1)]).await;
    // One of the paid ones was the last month's.
    let earlier = "with moved as (
        update order_parts set paid_at = date_trunc('month', now(), 'UTC') - interval '1 second' where total_minor = 3500 returning order_id, paid_at)
      update orders o set paid_at = moved.paid_at from moved where o.id = moved.order_id";
    sqlx::query(earlier).execute(app.pool()).await.unwrap();
    // What was sold never moves to another day, so the figures are made anew.
    sqlx::raw_sql("truncate sales_deltas, vendor_sales, product_sales, site_sales, buying_days, active_counts; select fill_sales()")
        .execute(app.pool())
        .await
        .unwrap();
    for statement in [
        "update product_variants set low_stock_at = 60 where vendor_id = $1",
        "insert into products (id, vendor_id, category_id, slug, name)
         select gen_random_uuid(), $1, category_id, 'draft', 'Draft' from products limit 1",
        "insert into reviews (id, product_id, author_name, rating, imported)
         select gen_random_uuid(), id, 'Ines', 4, true from products where vendor_id = $1 and status = 'published'",
    ] {
        sqlx::query(statement).bind(shop).execute(app.pool()).await.unwrap();
    }
    sqlx::query("update products p set rating_count = 1, rating_sum = 4 from reviews r where r.product_id = p.id")
        .execute(app.pool())
        .await
        .unwrap();

    let home = ada.get("/vendor").await.text;
    for (words, count) in [("orders to send", 2), ("product runs low", 1), ("draft to finish", 1), ("review without an answer", 1)] {
        assert_eq!(to_do(&home, words), Some(count), "{words}");
    }
    assert_eq!(waiting(&home, "/vendor/orders"), Some(2));
    assert_eq!(waiting(&home, "/vendor/reviews"), Some(1));
    assert_eq!(figure(&home, "Sales"), ("$20.00".to_owned(), "$35.00".to_owned()), "with the shipping, without others' goods");
    assert_eq!(figure(&home, "Orders"), ("1".to_owned(), "1".to_owned()));
    // The same numbers stand on every page.
    let reviews = ada.get("/vendor/reviews").await.text;
    assert_eq!(waiting(&reviews, "/vendor/orders"), Some(2));
    assert!(reviews.contains("<a href=\"/vendor/reviews\" aria-current=\"page\""), "{reviews}");

    let others = ben.get("/vendor").await.text;
    assert_eq!((to_do(&others, "order to send"), to_do(&others, "product runs low")), (Some(1), None));
    assert_eq!(figure(&others, "Sales").0, "$45.00");
    app.assert_invariants().await;
}

/// The statement and its index have the number in their text.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_is_not_there_leads_back_to_the_dashboard(pool: PgPool) {
    let app = App::start(pool).await;
    let (vendor, _) = app.open_shop("kiln").await;
    let admin = app.signed_in("root@souk.example", Role::Admin).await;
    for (who, path, way) in [
        (&vendor, "/vendor/nothing", "Back to your shop"),
        (&vendor, "/vendor/orders/nothing", "Back to your shop"),
        (&admin, "/admin/nothing?x=1", "Back to the administration"),
        (&admin, "/vendors", "Browse everything"),
    ] {
        let page = who.get(path).await;
        assert!(page.status == 404 && page.text.contains(way), "{path}: {page:?}");
    }
    assert!(!vendor.get("/admin").await.text.contains("Back to the administration"), "it is not theirs");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_runs_low_unless_the_vendor_says_otherwise_is_one_number(pool: PgPool) {
    let app = App::start(pool).await;
    let (ada, shop) = app.open_shop("ada").await;
    app.goods(shop, 1500, LOW_STOCK + 1).await;
    assert_eq!(to_do(&ada.get("/vendor").await.text, "product runs low"), None);
    app.goods(shop, 1500, LOW_STOCK).await;
    assert_eq!(to_do(&ada.get("/vendor").await.text, "product runs low"), Some(1));
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_new_vendor_is_led_to_the_first_sale(pool: PgPool) {
    let app = App::start(pool).await;
    let (ada, shop) = app.open_shop("ada").await;
    let status = |status: &'static str| {
        sqlx::query("update vendors set status = $2, status_reason = case when $2 in ('rejected', 'suspended') then 'No <b>photos</b>.' end where id = $1")
            .bind(shop)
            .bind(status)
            .execute(app.pool())
    };
    let home = ada.get("/vendor").await.text;
    assert!(home.contains("First steps") && home.contains("href=\"/vendor/products/new\">Add your first product"), "{home}");
    status("pending").await.unwrap();
    let home = ada.get("/vendor").await.text;
    assert!(home.contains("Your application is in.") && home.contains("Have your application approved"), "{home}");
    assert!(!home.contains("See the shop"), "nobody else sees it");
    status("rejected").await.unwrap();
    let home = ada.get("/vendor").await.text;
    assert!(home.contains("apply again") && home.contains("No &lt;b&gt;photos&lt;/b&gt;."), "{home}");
    status("suspended").await.unwrap();
    let home = ada.get("/vendor").await.text;
    assert!(home.contains("Your shop is suspended") && !home.contains("First steps"), "{home}");
    status("approved").await.unwrap();
    app.goods(shop, 1500, 50).await;
    assert!(!ada.get("/vendor").await.text.contains("First steps"));
    // Who has no shop is told how to get one, and sees nobody else's.
    let customer = app.signed_in("eve@buyers.example", Role::Customer).await;
    assert!(customer.get("/vendor").await.location().ends_with("/sell"));
    assert_eq!(customer.get("/vendor/orders").await.status, 403);
    assert_eq!(customer.get("/admin").await.status, 403);
    assert_eq!(ada.get("/admin").await.status, 403);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn admins_see_what_waits_and_how_the_shop_goes(pool: PgPool) {
    let app = App::start(pool).await;
    let admin = app.signed_in("root@souk.example", Role::Admin).await;
    let home = admin.get("/admin").await;
    assert_eq!(home.status, 200, "{}", home.text);
    assert!(home.text.contains("Nothing waits for you.") && figure(&home.text, "Average order").0 == "–", "{}", home.text);

    let cup = app.goods(app.vendor("shop").await, 1500, 50).await;
    let buyer = app.buyer("eve").await;
    for card in [VISA, DISPUTED] {
        let order = buyer.order(&[(cup, 1)]).await;
        app.confirm(order, card).await;
        let event = app.event(&format!("evt_{order}"), "payment_intent.succeeded", order).await;
        assert_eq!(app.webhook(&event).await, 200);
    }
    assert_eq!(app.webhook(&app.sandbox_event("charge.dispute.created").await).await, 200);
    let unpaid = buyer.order(&[(cup, 1)]).await;
    sqlx::query("update payments set created_at = now() - interval '3 hours' where order_id = $1")
        .bind(unpaid)
        .execute(app.pool())
        .await
        .unwrap();
    for statement in [
        "update vendors set status = 'pending' where slug = 'waits'",
        "insert into review_reports (id, review_id, reason) select gen_random_uuid(), id, 'other' from reviews, generate_series(1, 2)",
        "insert into outbox (id, kind, dedupe_key, recipient, subject, body_text, body_html, status)
         values (gen_random_uuid(), 'receipt', 'x', 'a@x.example', 'X', 'X', 'X', 'dead')",
        "insert into stripe_events (id, type, payload, outcome, last_error) values ('evt_x', 'x', '{\"created\": 1}', 'failed', 'No.')",
        "insert into job_leases (name, last_error) values ('broken', 'No.')",
    ] {
        if statement.contains("waits") {
            app.vendor("waits").await;
        }
        if statement.contains("review_reports") {
            let review = "insert into reviews (id, product_id, author_name, rating, imported) select gen_random_uuid(), id, 'Ines', 4, true from products";
            sqlx::query(review).execute(app.pool()).await.unwrap();
            sqlx::query("update products set rating_count = 1, rating_sum = 4").execute(app.pool()).await.unwrap();
        }
        sqlx::query(statement).execute(app.pool()).await.unwrap();
    }
    souk::analytics::service::add_up(app.state.clone()).await.unwrap();
    let home = admin.get("/admin").await.text;
    for words in [
        "dispute to answer",
        "payment that hangs",
        "shop waits for a decision",
        "reported review",
        "event could not be applied",
        "mail was not sent",
        "job failed",
    ] {
        assert_eq!(to_do(&home, words), Some(1), "{words}");
    }
    assert_eq!(to_do(&home, "refund that does not get through"), None);
    for href in ["/admin/orders", "/admin/disputes", "/admin/reviews", "/admin/vendors", "/admin/mails", "/admin/events", "/admin/jobs"] {
        assert_eq!(waiting(&home, href), Some(1), "{href}");
    }
    for (label, value) in
        [("Sales", "$40.00"), ("Orders", "2"), ("Average order", "$20.00"), ("Given back", "$0.00"), ("Shops that sold", "1")]
    {
        assert_eq!(figure(&home, label).0, value, "{label}");
    }
    let health = admin.get("/admin/health").await.text;
    assert!(health.contains("its payment has not ended") && health.contains(&format!("/admin/orders/{unpaid}")), "{health}");
}
