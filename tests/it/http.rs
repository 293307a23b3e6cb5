//! What the server does apart from what it shows: limits, headers, files, health.

use sqlx::PgPool;

use crate::support::App;

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn the_first_page_arrives_whole(pool: PgPool) {
    let app = App::start(pool).await;
    let page = app.browser().get("/").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("</html>"), "{}", page.text);
}
