//! Reviews: they count as long as they are shown, and come with their goods once.

use souk::accounts::Role;
use souk::reviews::service::{self, PER_PAGE};
use souk::reviews::{ImportedReview, Place};
use souk::values::{ProductId, ReviewId};
use sqlx::PgPool;

use super::MODERATE;
use crate::support::App;
use crate::support::shop::field;

fn review(n: u32) -> ImportedReview {
    ImportedReview {
        author_name: format!("Ines {n}"),
        rating: u8::try_from(n % 5 + 1).unwrap(),
        title: format!("Title {n} <b>"),
        body: format!("<script>alert({n})</script> pours well."),
        days_ago: n / 3,
    }
}

async fn product(app: &App) -> (ProductId, String) {
    let vendor = app.vendor("kiln").await;
    let variant = app.goods(vendor, 500, 3).await;
    sqlx::query_as("select p.id, p.slug from products p join product_variants v on v.product_id = p.id where v.id = $1")
        .bind(variant)
        .fetch_one(app.pool())
        .await
        .unwrap()
}

async fn rating(app: &App) -> (i32, i64) {
    sqlx::query_as("select rating_count, rating_sum from products").fetch_one(app.pool()).await.unwrap()
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_is_shown_is_what_counts(pool: PgPool) {
    let app = App::start(pool).await;
    let (id, slug) = product(&app).await;
    let reviews: Vec<ImportedReview> = (0..25).map(review).collect();
    // Both at once: one of them finds that the other was there.
    let (one, two) = tokio::join!(service::import(&app.state.db, id, &reviews), service::import(&app.state.db, id, &reviews));
    assert_eq!(one.unwrap() + two.unwrap(), 25);
    assert_eq!(service::import(&app.state.db, id, &reviews).await, Ok(0));
    assert_eq!(rating(&app).await, (25, 75));
    app.assert_invariants().await;

    let (mut seen, mut after, mut pages) = (Vec::new(), None, 0);
    loop {
        let page = service::of_product(&mut app.state.db.reader().await.unwrap(), id, after).await.unwrap();
        assert_eq!((page.distribution.0, page.reviews.len() <= PER_PAGE), ([5; 5], true));
        seen.extend(page.reviews.iter().map(|review| review.id));
        pages += 1;
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    let all: std::collections::BTreeSet<ReviewId> = seen.iter().copied().collect();
    assert_eq!((seen.len(), all.len(), pages), (25, 25, 3));
    let odd = Place { at: i64::MIN, id: seen[0] };
    assert_eq!(service::of_product(&mut app.state.db.reader().await.unwrap(), id, Some(odd)).await.unwrap().reviews.len(), 0);

    // Hidden twice at once counts once; shown again it is as before.
    let first = seen[0];
    let admin = app.signed_in("admin@example.com", Role::Admin).await;
    let version = field(&admin.get(&format!("/admin/reviews/{first}")).await.text, "seen").unwrap();
    let decide = async |decision: &str| {
        let fields =
            [("review_id", first.to_string()), ("seen", version.clone()), ("decision", decision.to_owned()), ("reason", "No.".to_owned())];
        admin.call(MODERATE, &fields.each_ref().map(|(name, value)| (*name, value.as_str()))).await.status
    };
    let (one, two) = tokio::join!(decide("hide"), decide("hide"));
    assert!([(200, 409), (409, 200)].contains(&(one.as_u16(), two.as_u16())), "{one} {two}");
    let stars: i16 = sqlx::query_scalar("select rating from reviews where id = $1").bind(first).fetch_one(app.pool()).await.unwrap();
    assert_eq!(rating(&app).await, (24, 75 - i64::from(stars)));
    app.assert_invariants().await;
    let page = service::of_product(&mut app.state.db.reader().await.unwrap(), id, None).await.unwrap();
    assert!(page.distribution.total() == 24 && page.reviews.iter().all(|review| review.id != first));
    assert_eq!(decide("restore").await, 200);
    assert_eq!(rating(&app).await, (25, 75));
    // The control: figures of another kind are a violation.
    sqlx::query("update products set rating_count = 26, rating_sum = 80").execute(app.pool()).await.unwrap();
    let broken = souk::analytics::invariants::check(&app.state.db).await.unwrap();
    assert!(broken.iter().any(|violation| violation.invariant.starts_with("I15")), "{broken:?}");

    let page = app.browser().get(&format!("/product/{slug}")).await;
    assert_eq!(page.text.matches("Imported review").count(), PER_PAGE);
    assert!(page.text.contains("More reviews") && page.text.contains("5 stars") && !page.text.contains("<script>alert"));
    assert!(page.text.contains("\"aggregateRating\""));
    let mut path = format!("/product/{slug}/reviews");
    let mut shown = 0;
    loop {
        let page = app.browser().get(&path).await;
        assert_eq!(page.status, 200);
        shown += page.text.matches("class=\"review\"").count();
        let next = page.text.split("href=\"").find(|part| part.contains("/reviews?after="));
        match next {
            Some(part) => path = part.split('"').next().unwrap().to_owned(),
            None => break,
        }
    }
    assert_eq!(shown, 25);
    assert_eq!(app.browser().get(&format!("/product/{slug}/reviews?after=nonsense")).await.status, 200);
    sqlx::query("update products set status = 'draft'").execute(app.pool()).await.unwrap();
    assert_eq!(app.browser().get(&format!("/product/{slug}/reviews")).await.status, 404);
}
