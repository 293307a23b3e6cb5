//! Buyers write about what has arrived, once for each line, and nobody else does.

use futures::future::join_all;
use http::StatusCode;
use serde_json::Value;
use souk::accounts::{Password, Role, service::passwords};
use sqlx::PgPool;

use super::{BODY, DELETE, MODERATE, Purchase, SAVE};
use crate::support::people::PASSWORD;
use crate::support::shop::VISA;

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn only_who_bought_it_writes_and_only_once_it_has_arrived(pool: PgPool) {
    let purchase = Purchase::paid(pool).await;
    let order_page = format!("/account/orders/{}", purchase.order);
    let browser = &purchase.buyer.browser;
    let page = browser.get(&purchase.page()).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("once it has arrived") && !page.text.contains(SAVE));
    assert!(!browser.get(&order_page).await.text.contains("Write a review"));
    assert_eq!(purchase.save("5", "", "").await, StatusCode::CONFLICT, "not sent yet");
    purchase.deliver().await;
    let page = browser.get(&order_page).await;
    assert!(page.text.contains(&purchase.page()) && page.text.contains("Write a review"));

    let stranger = purchase.app.buyer("bob").await.browser;
    assert_eq!(stranger.get(&purchase.page()).await.status, StatusCode::NOT_FOUND);
    let fields = [("line_id", purchase.line.as_str()), ("rating", "1")];
    assert_eq!(stranger.call(SAVE, &fields).await.status, StatusCode::NOT_FOUND);
    assert_eq!(purchase.vendor.call(SAVE, &fields).await.status, StatusCode::NOT_FOUND, "who sold it did not buy it");
    assert_eq!(purchase.app.browser().call(SAVE, &fields).await.status, StatusCode::UNAUTHORIZED);
    // The line of one's own order, in somebody else's address.
    let odd = format!("/account/orders/{}/lines/{}/review", uuid::Uuid::now_v7(), purchase.line);
    assert_eq!(browser.get(&odd).await.status, StatusCode::NOT_FOUND);

    // Sent eight times at once: one review, which nobody has edited, and one mail.
    let at_once = join_all((0..8).map(|_| purchase.save("4", "Well made", BODY))).await;
    assert!(at_once.iter().all(|status| *status == StatusCode::OK), "{at_once:?}");
    assert_eq!(purchase.app.count("select count(*) from reviews where edited_at is null").await, 1);
    assert_eq!(purchase.rating().await, (1, 4));
    let mails = purchase.mails("new_review").await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].0, "kiln@vendors.example");
    assert!(mails[0].1.contains(BODY) && !mails[0].1.contains("Ada"), "the name is not the vendor's to keep: {}", mails[0].1);

    let page = purchase.product().await.text;
    for shown in ["Verified purchase", "Ada L.", BODY, "Well made", "\"reviewCount\":1"] {
        assert!(page.contains(shown), "{shown}");
    }
    assert!(!page.contains("Lovelace") && !page.contains(", edited") && !page.contains("Imported review"));
    assert!(browser.get(&order_page).await.text.contains("Your review"));
    purchase.app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn nothing_typed_is_lost_when_the_stars_are_missing(pool: PgPool) {
    let purchase = Purchase::delivered(pool).await;
    let browser = &purchase.buyer.browser;
    let typed = [("line_id", purchase.line.as_str()), ("title", "Well made"), ("body", BODY)];
    let answer = browser.submit(&purchase.page(), SAVE, &typed).await;
    assert_eq!(answer.location(), purchase.page());
    let page = browser.get(&purchase.page()).await.text;
    assert!(page.contains("href=\"#rating\"") && page.contains("Stars: Please choose one of the options."));
    assert!(page.contains(BODY) && page.contains("value=\"Well made\""));
    for bad in ["0", "6", "4.5", "five", ""] {
        assert_eq!(purchase.save(bad, "", "").await, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
    }
    assert_eq!(purchase.save("5", &"x".repeat(121), "").await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(purchase.save("5", "", &"x".repeat(5001)).await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(purchase.rating().await, (0, 0));
    assert_eq!(purchase.save("5", "", "").await, StatusCode::OK, "stars are enough");
    assert!(purchase.product().await.text.contains("5 of 5 stars"));
    purchase.app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn its_author_changes_and_deletes_it(pool: PgPool) {
    let purchase = Purchase::reviewed(pool).await;
    let browser = &purchase.buyer.browser;
    assert!(browser.get(&purchase.page()).await.text.contains(BODY), "what is there stands in the form");
    assert_eq!(purchase.save("1", "It broke", "After a week.").await, StatusCode::OK);
    assert_eq!(purchase.rating().await, (1, 1));
    let page = purchase.product().await.text;
    assert!(page.contains("After a week.") && page.contains(", edited") && !page.contains(BODY));

    let stranger = purchase.app.buyer("bob").await.browser;
    assert_eq!(stranger.call(DELETE, &[("line_id", &purchase.line)]).await.status, StatusCode::NOT_FOUND);
    let at_once = join_all((0..4).map(|_| purchase.delete())).await;
    assert_eq!(at_once.iter().filter(|status| **status == StatusCode::OK).count(), 1, "{at_once:?}");
    assert_eq!(purchase.rating().await, (0, 0));
    let page = purchase.product().await.text;
    assert!(!page.contains("After a week.") && !page.contains("aggregateRating"));
    assert_eq!(purchase.save("5", "", "").await, StatusCode::OK);
    assert_eq!(purchase.mails("new_review").await.len(), 1, "the vendor hears of a line once");
    purchase.app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_was_wholly_refunded_is_no_purchase_to_speak_of(pool: PgPool) {
    let purchase = Purchase::delivered(pool).await;
    let (app, order) = (&purchase.app, purchase.order.to_string());
    let admin = app.signed_in("admin@example.com", Role::Admin).await;
    let refund = async |amount: &str| {
        let line = [("lines[0][line_id]", purchase.line.as_str()), ("lines[0][quantity]", "0"), ("lines[0][amount]", amount)];
        let fields = [&line[..], &[("order_id", order.as_str()), ("reason", "requested_by_customer")]].concat();
        admin.call("/api/checkout/refund", &fields).await.status
    };
    assert_eq!(refund("5.00").await, StatusCode::OK);
    assert_eq!(purchase.save("2", "", "").await, StatusCode::OK, "a part of the price was given back");
    assert_eq!(purchase.delete().await, StatusCode::OK);
    assert_eq!(refund("10.00").await, StatusCode::OK);
    assert_eq!(purchase.save("2", "", "").await, StatusCode::CONFLICT);
    let page = purchase.buyer.browser.get(&purchase.page()).await.text;
    assert!(!page.contains(SAVE) && page.contains("wholly refunded"));
    app.assert_invariants().await;
}

/// Fifty lines of one product, written, changed, deleted and hidden at the same time: the product's figures are exact.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn fifty_writers_at_once_are_counted_exactly(pool: PgPool) {
    let purchase = Purchase::paid(pool).await;
    let app = &purchase.app;
    sqlx::query(
        "insert into product_variants (id, product_id, vendor_id, title, position, price_minor, currency, stock)
         select gen_random_uuid(), product_id, vendor_id, 'No. ' || n, n, 1500, 'USD', 1 from product_variants, generate_series(1, 50) n",
    )
    .execute(app.pool())
    .await
    .unwrap();
    let variants = sqlx::query_scalar("select id from product_variants where position > 0").fetch_all(app.pool()).await.unwrap();
    let order = purchase.buyer.order(&variants.into_iter().map(|id| (id, 1)).collect::<Vec<_>>()).await;
    app.confirm(order, VISA).await;
    assert_eq!(app.webhook(&app.event("evt_2", "payment_intent.succeeded", order).await).await, 200);
    sqlx::query("update order_parts set fulfilment = 'delivered', shipped_at = now(), delivered_at = now()")
        .execute(app.pool())
        .await
        .unwrap();
    let sql = "select id::text from order_lines where order_id = $1";
    let lines: Vec<String> = sqlx::query_scalar(sql).bind(order).fetch_all(app.pool()).await.unwrap();
    assert_eq!(lines.len(), 50);
    let browser = &purchase.buyer.browser;
    let save = async |line: &str, rating: usize| browser.call(SAVE, &[("line_id", line), ("rating", &rating.to_string())]).await.status;
    let answers = join_all(lines.iter().enumerate().map(|(n, line)| save(line, n % 5 + 1))).await;
    assert!(answers.iter().all(|status| *status == StatusCode::OK), "{answers:?}");
    assert_eq!(purchase.rating().await, (50, 150));

    let admin = app.signed_in("admin@example.com", Role::Admin).await;
    let versions: std::collections::BTreeMap<String, (String, String)> =
        sqlx::query_as("select order_line_id::text, id::text, ((extract(epoch from created_at) * 1000000)::bigint)::text from reviews")
            .fetch_all(app.pool())
            .await
            .unwrap()
            .into_iter()
            .map(|(line, id, version): (String, String, String)| (line, (id, version)))
            .collect();
    // Each line gets all of it at once: two changes, a deletion of every third, a decision of every second. Who loses is told so.
    let all = lines.iter().enumerate().map(|(n, line)| {
        let (save, admin, (id, version)) = (&save, &admin, &versions[line]);
        async move {
            let hide = async {
                let fields = [("review_id", id.as_str()), ("seen", version), ("decision", "hide"), ("reason", "No.")];
                if n % 2 == 0 { Some(admin.call(MODERATE, &fields).await.status) } else { None }
            };
            let delete = async { if n % 3 == 0 { Some(browser.call(DELETE, &[("line_id", line)]).await.status) } else { None } };
            let (one, two, hide, delete) = tokio::join!(save(line, 5), save(line, 1), hide, delete);
            [Some(one), Some(two), hide, delete]
        }
    });
    let answers: Vec<StatusCode> = join_all(all).await.into_iter().flatten().flatten().collect();
    assert!(answers.iter().all(|status| [200, 404, 409].contains(&status.as_u16())), "{answers:?}");
    let hidden = app.count("select count(*) from reviews where hidden_at is not null").await;
    assert!(hidden > 0, "some were hidden");
    let shown = app.count("select count(*) from reviews where hidden_at is null").await;
    assert_eq!(i64::from(purchase.rating().await.0), shown);
    app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_closed_account_leaves_words_without_a_name(pool: PgPool) {
    let purchase = Purchase::reviewed(pool.clone()).await;
    let hash = passwords::hash(&Password::new(PASSWORD)).await.unwrap();
    sqlx::query("update users set password_hash = $1 where email = 'ada@buyers.example'").bind(hash).execute(&pool).await.unwrap();
    let browser = &purchase.buyer.browser;
    let export: Value = browser.get("/account/export").await.json();
    assert_eq!(export["reviews"]["written"][0]["body"], BODY);
    let closed = browser.call("/api/privacy/close-account", &[("current_password", PASSWORD)]).await;
    assert!(closed.status.is_success() || closed.status.is_redirection(), "{closed:?}");
    assert_eq!(purchase.app.count("select count(*) from reviews where user_id is null and author_name = 'Erased'").await, 1);
    let page = purchase.product().await.text;
    assert!(page.contains(BODY) && page.contains("Erased") && !page.contains("Ada"));
    assert_eq!(purchase.rating().await, (1, 4));
    assert_eq!(crate::support::tables::holding(&pool, "Ada L").await.iter().filter(|table| *table == "public.reviews").count(), 0);
    purchase.app.assert_invariants().await;
}
