//! Pictures that vendors send: who may, what is taken, what becomes of it.

use std::time::{Duration, SystemTime};

use http::header::{ACCEPT, CONTENT_TYPE, ORIGIN};
use http::{Method, StatusCode};
use serde_json::Value;
use souk::catalogue::service::pictures::{MAX_OF_PRODUCT, missing, sweep};
use souk::values::VendorId;
use sqlx::PgPool;
use uuid::Uuid;

use crate::media::refused;
use crate::support::files::{MULTIPART, form_of, part};
use crate::support::pictures::{picture_form, png};
use crate::support::{App, Browser, Page};

struct Shop {
    app: App,
    owner: Browser,
    product: Uuid,
}

impl Shop {
    async fn open(pool: PgPool) -> Self {
        let app = App::start(pool).await;
        let (owner, vendor) = app.open_shop("kiln").await;
        let product = product(&app, vendor).await;
        Self { app, owner, product }
    }

    fn path(&self) -> String {
        format!("/vendor/products/{}/pictures", self.product)
    }

    /// As an island sends it.
    async fn send(&self, body: Vec<u8>) -> Page {
        send(&self.owner, &self.path(), "application/json", MULTIPART, body).await
    }

    /// As a plain form sends it.
    async fn submit(&self, body: Vec<u8>) -> Page {
        send(&self.owner, &self.path(), "text/html", MULTIPART, body).await
    }

    async fn rows(&self) -> Vec<Uuid> {
        let sql = "select id from product_pictures where product_id = $1 order by position";
        sqlx::query_scalar(sql).bind(self.product).fetch_all(self.app.pool()).await.unwrap()
    }

    fn folders(&self) -> usize {
        std::fs::read_dir(&self.app.state.config.media_dir).map(Iterator::count).unwrap_or_default()
    }

    /// Names of files that wait for their turn; they have none.
    fn waiting(&self) -> usize {
        std::fs::read_dir(self.app.state.config.data_dir.join("uploads")).map(Iterator::count).unwrap_or_default()
    }

    async fn change(&self, function: &str, fields: &[(&str, &str)]) -> StatusCode {
        let product = self.product.to_string();
        self.owner.call(function, &[&[("product_id", product.as_str())], fields].concat()).await.status
    }
}

async fn product(app: &App, vendor: VendorId) -> Uuid {
    let variant = app.goods(vendor, 1500, 5).await;
    let sql = "select product_id from product_variants where id = $1";
    sqlx::query_scalar(sql).bind(variant).fetch_one(app.pool()).await.unwrap()
}

async fn send(who: &Browser, path: &str, accept: &str, kind: &str, body: Vec<u8>) -> Page {
    let request = who.request(Method::POST, path).header(ACCEPT, accept).header(CONTENT_TYPE, kind);
    let own = request.header("sec-fetch-site", "same-origin").header(ORIGIN, "http://127.0.0.1");
    who.send(own.body(body)).await
}

fn problem(page: &Page) -> String {
    let error: Value = page.json();
    error["detail"][0][1].as_str().unwrap_or_default().to_owned()
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn several_pictures_come_in_one_form_and_stand_on_the_page(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let sent = shop.submit(picture_form(&[("front.png", &png(700, 700)), ("back.png", &png(200, 300))])).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    assert_eq!(sent.location(), format!("/vendor/products/{}?done=pictures#pictures", shop.product));
    let rows = shop.rows().await;
    assert_eq!((rows.len(), shop.folders(), shop.waiting()), (2, 2, 0));
    let page = shop.owner.get(&format!("/vendor/products/{}", shop.product)).await.text;
    let places = rows.iter().map(|id| page.find(&format!("/media/{id}/")).unwrap()).collect::<Vec<_>>();
    assert!(places.is_sorted());
    // What a stranger sees of it.
    let slug: String =
        sqlx::query_scalar("select slug from products where id = $1").bind(shop.product).fetch_one(shop.app.pool()).await.unwrap();
    let page = shop.app.browser().get(&format!("/product/{slug}")).await.text;
    assert!(rows.iter().all(|id| page.contains(&format!("/media/{id}/"))));
    assert!(missing(&shop.app.state).await.unwrap().is_empty());
    std::fs::remove_file(shop.app.state.config.media_dir.join(rows[1].to_string()).join("160.webp")).unwrap();
    assert_eq!(missing(&shop.app.state).await.unwrap().iter().map(|id| id.0).collect::<Vec<_>>(), [rows[1]], "I12 can fail");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_program_gets_what_was_made_of_its_file(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let sent = shop.send(picture_form(&[("cup.png", &png(400, 300))])).await;
    assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.text);
    let made: Value = sent.json();
    assert_eq!((&made[0]["width"], &made[0]["height"], &made[0]["widths"]), (&320.into(), &240.into(), &serde_json::json!([160, 320])));
    assert_eq!(shop.rows().await.len(), 1);
}

/// What is refused when it is decoded (tests/it/media.rs) is refused through the door as well, and nothing of it stays.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn hostile_files_leave_nothing_behind(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let files = refused();
    for (name, bytes, wanted) in &files {
        let sent = shop.send(picture_form(&[("cup.png", bytes)])).await;
        assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}: {}", sent.text);
        let wanted = if bytes.is_empty() { "\"required\"".to_owned() } else { serde_json::to_string(wanted).unwrap() };
        assert_eq!(format!("\"{}\"", problem(&sent)), wanted, "{name}");
    }
    // A good file with a name that is none of ours to use, or a type that lies.
    let names = [
        "../../../etc/passwd",
        "..\\..\\boot.ini",
        "/etc/passwd",
        "C:\\cup.png",
        "cup.png%00.html",
        "cup.php",
        "cup.svg",
        ".htaccess",
        "",
        " ",
        "a/b.png",
        "cup.png\u{202e}gnp.exe",
        "<script>alert(1)</script>.png",
        "x.png; filename=y.html",
        "CON",
        "nul.png",
        "%2e%2e%2f",
        "\u{1f4a9}.png",
    ];
    let long = "n".repeat(10_000);
    let names: Vec<&str> = names.into_iter().chain([long.as_str()]).collect();
    let good = png(200, 200);
    for (index, name) in names.iter().enumerate() {
        let kind = ["text/html", "image/svg+xml", "application/x-php", "nonsense"][index % 4];
        let body = form_of(&[part(&format!("form-data; name=\"picture\"; filename=\"{name}\""), kind, &good)]);
        let sent = shop.send(body).await;
        assert_eq!(sent.status, StatusCode::CREATED, "{name}: {}", sent.text);
        let id: Value = sent.json();
        let id = id[0]["id"].as_str().unwrap().to_owned();
        assert_eq!(shop.change("/api/catalogue/remove-picture", &[("picture_id", &id)]).await, StatusCode::OK);
    }
    assert!(files.len() + names.len() >= 60, "{}", files.len() + names.len());
    assert_eq!((shop.rows().await.len(), shop.folders(), shop.waiting()), (0, 0, 0));
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn forms_that_are_none_are_refused(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let file = png(200, 200);
    let whole = picture_form(&[("cup.png", &file)]);
    let other = [part("form-data; name=\"role\"", "text/plain", b"admin"), whole.clone()].concat();
    let behind = form_of(&[
        part("form-data; name=\"picture\"; filename=\"a.png\"", "image/png", b"x"),
        part("form-data; name=\"status\"", "text/plain", b"published"),
    ]);
    let nameless = form_of(&[part("form-data", "image/png", &file)]);
    for (what, kind, body) in [
        ("no part", MULTIPART, form_of(&[])),
        ("nothing", MULTIPART, Vec::new()),
        ("cut off", MULTIPART, whole[..whole.len() / 2].to_vec()),
        ("without its end", MULTIPART, whole[..whole.len() - 20].to_vec()),
        ("another field", MULTIPART, other),
        ("another field behind", MULTIPART, behind),
        ("a field without a name", MULTIPART, nameless),
        ("another boundary", "multipart/form-data; boundary=another", whole.clone()),
        ("no boundary", "multipart/form-data", whole.clone()),
        ("a plain form", "application/x-www-form-urlencoded", b"picture=x".to_vec()),
        ("JSON", "application/json", b"{\"picture\":\"x\"}".to_vec()),
        ("a bare file", "image/png", file),
    ] {
        let sent = send(&shop.owner, &shop.path(), "application/json", kind, body).await;
        assert!([400, 415, 422, 503].contains(&sent.status.as_u16()), "{what}: {} {}", sent.status, sent.text);
    }
    assert_eq!((shop.rows().await.len(), shop.folders(), shop.waiting()), (0, 0, 0));
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_is_refused_is_named_and_the_rest_is_taken(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let sent =
        shop.submit(picture_form(&[("front.png", &png(200, 200)), ("<b>notes.txt", b"hello"), ("big.png", &vec![0; 9 << 20])])).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    let page = shop.owner.get(sent.location()).await.text;
    assert!(page.contains("&lt;b&gt;notes.txt") && page.contains("big.png"), "{page}");
    assert!(page.contains("Please choose a JPEG, PNG or WebP picture.") && page.contains("This file is larger than 8 MB."));
    assert_eq!(shop.rows().await.len(), 1);
    // More than a form may bring at all.
    let sent = shop.submit(vec![b'x'; (MAX_OF_PRODUCT * 8 + 1) << 20]).await;
    assert_eq!(sent.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(sent.text.contains("Please send it in parts."));
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_product_has_room_for_so_many_also_when_they_come_at_once(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let form = picture_form(&[("cup.png", &png(200, 200))]);
    let sent = futures::future::join_all((0..MAX_OF_PRODUCT + 8).map(|_| shop.send(form.clone()))).await;
    let taken = sent.iter().filter(|page| page.status == StatusCode::CREATED).count();
    assert_eq!(taken, MAX_OF_PRODUCT);
    assert!(sent.iter().all(|page| [201, 409].contains(&page.status.as_u16())));
    assert_eq!((shop.rows().await.len(), shop.folders()), (MAX_OF_PRODUCT, MAX_OF_PRODUCT));
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn pictures_are_described_and_put_in_order(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let file = png(200, 200);
    shop.send(picture_form(&[("a.png", &file), ("b.png", &file), ("c.png", &file)])).await;
    let [a, b, c]: [Uuid; 3] = shop.rows().await.try_into().unwrap();
    let (arrange, describe) = ("/api/catalogue/arrange-pictures", "/api/catalogue/describe-pictures");
    assert_eq!(shop.change(arrange, &[("order", &format!("{c},{a},{b}"))]).await, StatusCode::OK);
    assert_eq!(shop.rows().await, [c, a, b]);
    for stale in
        [format!("{a},{b}"), format!("{a},{b},{c},{a}"), format!("{a},{b},{}", Uuid::now_v7()), String::new(), format!("{a},{a},{b}")]
    {
        assert_eq!(shop.change(arrange, &[("order", &stale)]).await, StatusCode::CONFLICT, "{stale}");
    }
    assert_eq!(shop.change(arrange, &[("order", "nonsense")]).await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(shop.rows().await, [c, a, b]);
    let text = "\"><script>alert(1)</script>";
    let (first, second) = (c.to_string(), a.to_string());
    let both =
        [("pictures[0][id]", first.as_str()), ("pictures[0][alt]", text), ("pictures[1][id]", &second), ("pictures[1][alt]", "  Back ")];
    assert_eq!(shop.change(describe, &both).await, StatusCode::OK);
    let alts: Vec<String> =
        sqlx::query_scalar("select alt from product_pictures order by position").fetch_all(shop.app.pool()).await.unwrap();
    assert_eq!(alts, [text, "Back", ""]);
    let page = shop.owner.get(&format!("/vendor/products/{}", shop.product)).await.text;
    assert!(!page.contains("<script>alert(1)"));
    // One that is too long, or somebody else's, and nothing is written.
    let long = "x".repeat(301);
    assert_eq!(shop.change(describe, &[("pictures[0][id]", &first), ("pictures[0][alt]", &long)]).await, StatusCode::UNPROCESSABLE_ENTITY);
    let foreign = Uuid::now_v7().to_string();
    let mixed =
        [("pictures[0][id]", first.as_str()), ("pictures[0][alt]", "new"), ("pictures[1][id]", &foreign), ("pictures[1][alt]", "x")];
    assert_eq!(shop.change(describe, &mixed).await, StatusCode::NOT_FOUND);
    let alt: String =
        sqlx::query_scalar("select alt from product_pictures where id = $1").bind(c).fetch_one(shop.app.pool()).await.unwrap();
    assert_eq!(alt, text);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn anothers_product_takes_no_picture_and_gives_none(pool: PgPool) {
    let shop = Shop::open(pool).await;
    shop.send(picture_form(&[("a.png", &png(200, 200))])).await;
    let picture = shop.rows().await[0];
    let (rival, vendor) = shop.app.open_shop("rival").await;
    let own = product(&shop.app, vendor).await.to_string();
    let form = || picture_form(&[("a.png", &png(200, 200))]);
    assert_eq!(send(&rival, &shop.path(), "application/json", MULTIPART, form()).await.status, StatusCode::NOT_FOUND);
    let (product, picture) = (shop.product.to_string(), picture.to_string());
    // Also through a product of one's own: a second path that a first check would miss.
    for through in [&product, &own] {
        let remove = [("product_id", through.as_str()), ("picture_id", picture.as_str())];
        assert_eq!(rival.call("/api/catalogue/remove-picture", &remove).await.status, StatusCode::NOT_FOUND);
        let describe = [("product_id", through.as_str()), ("pictures[0][id]", picture.as_str()), ("pictures[0][alt]", "mine")];
        assert_eq!(rival.call("/api/catalogue/describe-pictures", &describe).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!((shop.rows().await.len(), shop.folders()), (1, 1));
    let stranger = shop.app.browser();
    assert_eq!(send(&stranger, &shop.path(), "application/json", MULTIPART, form()).await.status, StatusCode::UNAUTHORIZED);
    let to_sign_in = send(&stranger, &shop.path(), "text/html", MULTIPART, form()).await;
    assert!(to_sign_in.location().starts_with("/sign-in?next="), "{to_sign_in:?}");
    sqlx::query("update vendors set status = 'suspended', status_reason = 'no'").execute(shop.app.pool()).await.unwrap();
    assert_eq!(shop.send(form()).await.status, StatusCode::FORBIDDEN);
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn files_that_no_row_names_are_swept_up_once_they_are_old(pool: PgPool) {
    let shop = Shop::open(pool).await;
    shop.send(picture_form(&[("a.png", &png(200, 200)), ("b.png", &png(200, 200)), ("c.png", &png(200, 200))])).await;
    let [named, young, old]: [Uuid; 3] = shop.rows().await.try_into().unwrap();
    sqlx::query("delete from product_pictures where id <> $1").bind(named).execute(shop.app.pool()).await.unwrap();
    let folder = |id: Uuid| shop.app.state.config.media_dir.join(id.to_string());
    let two_days_ago = SystemTime::now() - Duration::from_secs(48 * 60 * 60);
    for id in [named, old] {
        std::fs::File::open(folder(id)).unwrap().set_modified(two_days_ago).unwrap();
    }
    sweep(shop.app.state.clone()).await.unwrap();
    assert_eq!([named, young, old].map(|id| folder(id).exists()), [true, true, false]);
}
