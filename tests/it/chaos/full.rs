//! F17: the disk is full when a picture comes.

use http::Method;
use http::header::{ACCEPT, CONTENT_TYPE, ORIGIN};
use sqlx::PgPool;
use uuid::Uuid;

use super::process::{Process, SECRET_KEY};
use crate::support::files::MULTIPART;
use crate::support::pictures::{picture_form, png};
use crate::support::{App, Browser, Page, Setup};

/// Less than any picture has, and more than nothing: the write itself fails, in its middle.
const HARDLY_ANYTHING: u64 = 16;

async fn send(owner: &Browser, product: Uuid) -> Page {
    let request = owner.request(Method::POST, &format!("/vendor/products/{product}/pictures"));
    let request = request.header(ACCEPT, "application/json").header(CONTENT_TYPE, MULTIPART);
    let own = request.header("sec-fetch-site", "same-origin").header(ORIGIN, "http://127.0.0.1");
    owner.send(own.body(picture_form(&[("cup.png", &png(320, 240))]))).await
}

/// Instead of a disk that is full, files that may not grow: the same failure of the same write, and it needs no disk of one's own.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn f17_a_full_disk_leaves_no_row_without_a_file(pool: PgPool) {
    let app = App::start_with(pool.clone(), Setup { variables: &[SECRET_KEY], ..Setup::default() }).await;
    let (owner, vendor) = app.open_shop("kiln").await;
    let variant = app.goods(vendor, 1500, 5).await;
    let product: Uuid =
        sqlx::query_scalar("select product_id from product_variants where id = $1").bind(variant).fetch_one(&pool).await.unwrap();
    let process = Process::start(&app, &pool.connect_options(), &[("MAIL", "mailbox")]).await;
    let owner = owner.at(&process.url);
    let media = app.dir().join("process/media");
    let folders = || std::fs::read_dir(&media).map(Iterator::count).unwrap_or_default();

    process.limit_files(Some(HARDLY_ANYTHING));
    let page = send(&owner, product).await;
    println!("told: {} {}", page.status, page.text);
    assert!(page.status.is_server_error(), "{} {}", page.status, page.text);
    assert_eq!((app.count("select count(*) from product_pictures").await, folders()), (0, 0));
    assert_eq!(owner.get("/health/ready").await.status, 200, "the rest goes on");

    process.limit_files(None);
    let page = send(&owner, product).await;
    assert_eq!(page.status, 201, "{}", page.text);
    assert_eq!((app.count("select count(*) from product_pictures").await, folders()), (1, 1));
}
