//! Vendors answer what is said about their own products.

use http::StatusCode;
use sqlx::PgPool;

use super::{BODY, Purchase, REMOVE_REPLY, REPLY};

const ANSWER: &str = "Thank you. The lid took us a year.";

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_vendor_answers_and_the_buyer_hears_of_it_once(pool: PgPool) {
    let purchase = Purchase::reviewed(pool).await;
    let id = purchase.review().await;
    let page = format!("/vendor/reviews/{id}");
    let answer = async |text: &str| purchase.vendor.call(REPLY, &[("review_id", &id), ("reply", text)]).await.status;

    let unanswered = purchase.vendor.get("/vendor/reviews?show=unanswered").await.text;
    assert!(unanswered.contains(BODY) && unanswered.contains(&page) && unanswered.contains("Ada L."));
    for bad in ["", " ", &"x".repeat(2001)] {
        assert_eq!(answer(bad).await, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(answer(ANSWER).await, StatusCode::OK);
    assert_eq!(answer("Thank you!").await, StatusCode::OK);
    let mails = purchase.mails("review_reply").await;
    assert_eq!(mails.iter().map(|(to, _)| to.as_str()).collect::<Vec<_>>(), ["ada@buyers.example"], "a corrected answer is no news");
    assert!(mails[0].1.contains(ANSWER));
    let product = purchase.product().await.text;
    assert!(product.contains("Thank you!") && product.contains("The shop answers") && !product.contains(ANSWER));
    assert!(!purchase.vendor.get("/vendor/reviews?show=unanswered").await.text.contains(BODY));
    assert!(purchase.vendor.get("/vendor/reviews").await.text.contains("Change the answer"));

    let (other, _) = purchase.app.open_shop("loom").await;
    assert_eq!(other.get(&page).await.status, StatusCode::NOT_FOUND);
    assert_eq!(other.call(REPLY, &[("review_id", &id), ("reply", "Buy ours.")]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(other.call(REMOVE_REPLY, &[("review_id", &id)]).await.status, StatusCode::NOT_FOUND);
    assert!(!other.get("/vendor/reviews").await.text.contains(BODY));
    assert!(purchase.product().await.text.contains("Thank you!"));

    for _ in 0..2 {
        assert_eq!(purchase.vendor.call(REMOVE_REPLY, &[("review_id", &id)]).await.status, StatusCode::OK, "twice is as good as once");
    }
    assert!(!purchase.product().await.text.contains("The shop answers"));
    sqlx::query("update vendors set status = 'suspended', status_reason = 'No.' where slug = 'kiln'")
        .execute(purchase.app.pool())
        .await
        .unwrap();
    assert_eq!(answer(ANSWER).await, StatusCode::FORBIDDEN);
    assert!(purchase.vendor.get(&page).await.text.contains("while your shop is open"));
    purchase.app.assert_invariants().await;
}

/// The WHERE clause taken away, a vendor's transaction sees the reviews of its own products that are shown, and answers alone may change.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn row_level_security_holds_without_a_where_clause(pool: PgPool) {
    let purchase = Purchase::reviewed(pool).await;
    let (_, other) = purchase.app.open_shop("loom").await;
    let db = &purchase.app.state.db;
    for (vendor, seen) in [(purchase.vendor_id, 1), (other, 0)] {
        let mut tx = db.begin_as_vendor(vendor.0).await.unwrap();
        assert_eq!(sqlx::query_scalar::<_, i64>("select count(id) from reviews").fetch_one(&mut *tx).await.unwrap(), seen);
        let changed = sqlx::query("update reviews set vendor_reply = 'x', replied_at = now()").execute(&mut *tx).await.unwrap();
        assert_eq!(changed.rows_affected(), seen.unsigned_abs());
    }
    for forbidden in [
        "select user_id from reviews",
        "update reviews set rating = 5",
        "delete from reviews",
        "select 1 from review_reports",
        "select 1 from users",
    ] {
        let mut tx = db.begin_as_vendor(purchase.vendor_id.0).await.unwrap();
        let refused = sqlx::query(forbidden).execute(&mut *tx).await.unwrap_err();
        assert_eq!(refused.as_database_error().unwrap().code().as_deref(), Some("42501"), "{forbidden}");
    }
    sqlx::query("update reviews set hidden_at = now(), hidden_reason = 'No.'").execute(purchase.app.pool()).await.unwrap();
    let mut tx = db.begin_as_vendor(purchase.vendor_id.0).await.unwrap();
    assert_eq!(sqlx::query_scalar::<_, i64>("select count(id) from reviews").fetch_one(&mut *tx).await.unwrap(), 0, "hidden");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_long_list_is_read_page_by_page(pool: PgPool) {
    let purchase = Purchase::reviewed(pool).await;
    sqlx::query(
        "insert into reviews (id, product_id, author_name, rating, title, imported, created_at)
         select gen_random_uuid(), id, 'Ines', 3, 'Number ' || n || '.', true, now() - make_interval(mins => n) from products, generate_series(1, 44) n",
    )
    .execute(purchase.app.pool())
    .await
    .unwrap();
    let (mut path, mut seen, mut pages) = ("/vendor/reviews?show=unanswered".to_owned(), Vec::new(), 0);
    loop {
        let page = purchase.vendor.get(&path).await.text;
        seen.extend(page.split("<h3>").skip(1).map(|rest| rest.split("</h3>").next().unwrap().replace("<!>", "")));
        pages += 1;
        match page.split("href=\"").find(|part| part.contains("after=")) {
            Some(part) => path = part.split('"').next().unwrap().replace("&amp;", "&"),
            None => break,
        }
    }
    let expected: Vec<String> = std::iter::once("Well made".to_owned()).chain((1..=44).map(|n| format!("Number {n}."))).collect();
    assert_eq!((seen, pages), (expected, 3));
    assert_eq!(purchase.vendor.get("/vendor/reviews?after=nonsense").await.status, 200);
}
