//! The demo import: complete, idempotent, and completed by a second run when the first was cut short.

use std::path::{Path, PathBuf};

use souk::catalogue::{ListingQuery, service};
use souk::error::AppError;
use souk::platform::config::Config;
use souk::platform::db::{Db, MIGRATOR};
use souk::platform::state::{AppState, Parts};
use souk::platform::storage::Storage;
use souk::seed;
use sqlx::PgPool;

use crate::media_dir::MediaDir;
use crate::support::App;

/// The demo folder cut down to a few products, with pictures of its own: what is tested is the import, not the encoder's patience.
fn small_demo(dir: &Path, products: usize) -> PathBuf {
    let folder = dir.join("demo");
    std::fs::create_dir_all(folder.join("images")).unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo");
    let text = std::fs::read_to_string(source.join("catalogue.json")).unwrap();
    let mut catalogue: serde_json::Value = serde_json::from_str(&text).unwrap();
    let all = catalogue["products"].as_array().unwrap().clone();
    let drafts = all.iter().filter(|product| product["status"] == "draft").cloned();
    let few: Vec<_> = all.iter().take(products).cloned().chain(drafts).collect();
    for product in &few {
        for image in product["images"].as_array().unwrap() {
            let file = image["file"].as_str().unwrap();
            std::fs::copy(source.join(file), folder.join(file)).unwrap();
        }
    }
    catalogue["products"] = few.into();
    std::fs::write(folder.join("catalogue.json"), catalogue.to_string()).unwrap();
    folder
}

async fn counts(pool: &PgPool) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in ["users", "vendors", "categories", "products", "product_variants", "product_pictures", "addresses"] {
        let sql = format!("select count(*) from {table}");
        counts.push(sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(pool).await.unwrap());
    }
    counts
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_second_run_changes_nothing(pool: PgPool) {
    let dir = MediaDir::new();
    let demo = small_demo(dir.path(), 3);
    let (db, storage) = (Db::new(pool.clone()), Storage::local(dir.path().join("media")));
    let first = seed::import(&db, &storage, &demo).await.unwrap();
    assert_eq!((first.shops, first.categories, first.products), (12, 10, 5));
    let before = counts(&pool).await;
    let marks = "select string_agg(xmin::text || ctid::text, ',' order by id) from products";
    let rows: String = sqlx::query_scalar(marks).fetch_one(&pool).await.unwrap();
    let second = seed::import(&db, &storage, &demo).await.unwrap();
    assert_eq!(second, seed::Added::default());
    assert_eq!(counts(&pool).await, before);
    assert_eq!(sqlx::query_scalar::<_, String>(marks).fetch_one(&pool).await.unwrap(), rows, "no row was touched");
    let folders = std::fs::read_dir(dir.path().join("media")).unwrap().count();
    assert_eq!(folders as u32, first.pictures, "one folder for each picture, none left over");
    // Of the five, the two of the shop that waits for its approval are drafts.
    let listing = service::list(&db, &ListingQuery::default()).await.unwrap();
    assert_eq!(listing.total, 3);
    assert!(listing.cards.iter().all(|card| card.picture.is_some()));
    let sold: i64 = sqlx::query_scalar("select sum(units_sold)::bigint from products").fetch_one(&pool).await.unwrap();
    assert_eq!(sold, 0, "sales are not faked");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_run_that_was_cut_short_is_completed_and_lost_files_are_made_again(pool: PgPool) {
    let dir = MediaDir::new();
    let demo = small_demo(dir.path(), 3);
    let (db, storage) = (Db::new(pool.clone()), Storage::local(dir.path().join("media")));
    // A picture that is missing stands for whatever stops the first run in its middle.
    let text = std::fs::read_to_string(demo.join("catalogue.json")).unwrap();
    let last = serde_json::from_str::<serde_json::Value>(&text).unwrap()["products"][2]["images"][0]["file"].clone();
    let last = demo.join(last.as_str().unwrap());
    let bytes = std::fs::read(&last).unwrap();
    std::fs::remove_file(&last).unwrap();
    seed::import(&db, &storage, &demo).await.unwrap_err();
    std::fs::write(&last, bytes).unwrap();
    seed::import(&db, &storage, &demo).await.unwrap();
    assert_eq!(counts(&pool).await[3], 5);
    std::fs::remove_dir_all(dir.path().join("media")).unwrap();
    let restored = seed::import(&db, &storage, &demo).await.unwrap();
    let pictures: i64 = counts(&pool).await[5];
    assert_eq!((restored.restored_pictures, restored.products, restored.pictures), (u32::try_from(pictures).unwrap(), 0, 0));
    assert_eq!(seed::import(&db, &storage, &demo).await.unwrap(), seed::Added::default());
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_folder_that_is_not_the_demo_changes_nothing(pool: PgPool) {
    let dir = MediaDir::new();
    let (db, storage) = (Db::new(pool.clone()), Storage::local(dir.path().join("media")));
    seed::import(&db, &storage, dir.path()).await.unwrap_err();
    std::fs::write(dir.path().join("catalogue.json"), "{\"format\":\"other\"}").unwrap();
    seed::import(&db, &storage, dir.path()).await.unwrap_err();
    assert_eq!(counts(&pool).await, [0; 7]);
}

/// CVE-2026-92400 in another dress: what is good for a demonstration alone must not reach a real shop.
#[sqlx::test(migrator = "MIGRATOR")]
async fn production_is_not_seeded(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    let config = Config { production: true, ..app.state.config.clone() };
    let state = AppState::from(Parts { config, ..Parts::clone(&app.state) });
    assert_eq!(seed::demo(&state).await, Err(AppError::Forbidden));
    assert_eq!(counts(&pool).await, [0; 7]);
}
