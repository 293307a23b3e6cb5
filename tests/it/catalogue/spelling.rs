//! Misspelt words find what was meant.

use souk::catalogue::service::{counts, finding};
use souk::catalogue::{ListingQuery, SearchText, Spelling, service};
use souk::platform::db::MIGRATOR;
use sqlx::PgPool;

use super::{Shelf, form, search, slug};
use crate::support::App;

#[sqlx::test(migrator = "MIGRATOR")]
async fn misspelt_words_find_goods(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    let shelf = Shelf::of(app.state.db.clone(), pool).await;
    let kiln = shelf.vendor("kiln", "approved").await;
    shelf.product(kiln, &form("Celadon teapot", "5", 1), 2).await;
    shelf.product(kiln, &form("Oak mug", "5", 1), 1).await;
    let mut draft = form("Secret zeppelin", "5", 1);
    draft.tags = vec!["dirigible".into()];
    shelf.draft(kiln, &draft).await;
    // Before the job has read any words, and after.
    for _ in 0..2 {
        for (typed, meant, names) in [
            ("teapto", "teapot", &["Celadon teapot"][..]),
            ("tepot", "teapot", &["Celadon teapot"]),
            ("ceremic", "ceramic", &["Oak mug", "Celadon teapot"]),
            ("mgu", "mug", &["Oak mug"]),
            ("celadon teapto", "celadon teapot", &["Celadon teapot"]),
            ("CELADOM Taepot", "celadon teapot", &["Celadon teapot"]),
        ] {
            let listing = service::list(&shelf.db, &search(typed)).await.unwrap();
            let found: Vec<&str> = listing.cards.iter().map(|card| card.name.as_str()).collect();
            assert_eq!(found.len(), names.len(), "{typed}: {found:?}");
            assert!(names.iter().all(|name| found.contains(name)), "{typed}: {found:?}");
            let (typed_text, meant_text) = (SearchText::parse(typed).unwrap(), SearchText::parse(meant).unwrap());
            assert_eq!(listing.spelling, Spelling::Replaced { typed: typed_text, found: meant_text.clone() }, "{typed}");
            assert_eq!(listing.query.q, Some(meant_text));
            assert_eq!(finding::page(&shelf.db, &search(typed), 10).await.unwrap().cards.len(), names.len());
            let suggested = service::suggest(&shelf.db, typed).await.unwrap();
            assert_eq!(suggested.is_empty(), meant == "ceramic", "{typed}: names alone are suggested: {suggested:?}");
        }
        // Nothing is like these, or who typed them knows the operators; and what nobody may see is no word.
        for typed in ["xylophone", "zepelin", "dirigibel", "teapto -celadon", "\"teapto\"", "te", "12345"] {
            let listing = service::list(&shelf.db, &search(typed)).await.unwrap();
            let found = listing.cards.iter().all(|card| card.name == "Celadon teapot");
            assert!(listing.spelling == Spelling::AsTyped && found, "{typed}: {:?}", listing.spelling);
        }
        counts::read_words(app.state.clone()).await.unwrap();
    }
    let words: Vec<String> = sqlx::query_scalar("select word from search_words order by word").fetch_all(&shelf.pool).await.unwrap();
    assert_eq!(words, ["celadon", "ceramic", "mug", "oak", "teapot"]);
    sqlx::query("update products set status = 'archived' where slug = 'oak-mug'").execute(&shelf.pool).await.unwrap();
    counts::read_words(app.state.clone()).await.unwrap();
    let words: Vec<String> = sqlx::query_scalar("select word from search_words where word = 'oak'").fetch_all(&shelf.pool).await.unwrap();
    assert!(words.is_empty(), "words of what is gone go");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn pages_say_what_was_searched_for_instead(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    let shelf = Shelf::of(app.state.db.clone(), pool).await;
    let kiln = shelf.vendor("kiln", "approved").await;
    shelf.product(kiln, &form("Celadon teapot", "5", 1), 2).await;
    let mut mention = form("Tray", "50", 0);
    mention.description = "Made by Teapto & Sons.".into();
    shelf.product(kiln, &mention, 1).await;

    let page = app.browser().get("/search?q=celadno").await;
    assert!(page.text.contains("Nothing matches “celadno”. These are the results for") && page.text.contains("Celadon teapot"));
    // A word that something has, if only in its description, is not misspelt.
    let listing = service::list(&shelf.db, &search("teapto")).await.unwrap();
    assert_eq!((listing.cards.len(), listing.spelling), (1, Spelling::AsTyped));
    // Little was found, because one of the words is misspelt: here the other one alone would do.
    let listing = service::list(&shelf.db, &search("tray or celadno")).await.unwrap();
    assert_eq!(listing.cards.len(), 1);
    assert!(matches!(listing.spelling, Spelling::Suggested(_)), "{:?}", listing.spelling);
    // With nothing at all: a way to drop each filter, and what others buy.
    let page = app.browser().get("/category/tea?q=celadon&min_price=20&in_stock=1").await;
    for words in ["Nothing found", "Without “celadon”", "Without In stock", "Without $20 and more", "What people take home"] {
        assert!(page.text.contains(words), "{words}");
    }
    let nothing = ListingQuery { min_price: None, ..search("xylophone").of_category(slug("tea")) };
    assert_eq!(service::list(&shelf.db, &nothing).await.unwrap().popular.len(), 2);
}
