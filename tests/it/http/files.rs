//! Built files and those of `public/`.

use http::Method;
use sqlx::PgPool;

use crate::support::{App, Setup};

const FILES: &[(&str, &str)] = &[
    ("pkg/souk.R4W9yQ3bN2m5T1c8Xk0aVw.js", "export {}"),
    ("pkg/souk.R4W9yQ3bN2m5T1c8Xk0aVw.js.br", "(as if compressed)"),
    ("pkg/souk.css", "body { color: CanvasText }"),
    ("humans.txt", "Somebody"),
    ("counts.js", "export {}"),
];

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn hashed_names_are_kept_for_ever_and_others_asked_about(pool: PgPool) {
    let app = App::start_with(pool, Setup { files: FILES, ..Setup::default() }).await;
    let browser = app.browser();
    browser.set_cookie("__Host-session", "x");
    let hashed = browser.get("/pkg/souk.R4W9yQ3bN2m5T1c8Xk0aVw.js").await;
    assert_eq!((hashed.status.as_u16(), hashed.header("cache-control")), (200, "public, max-age=31536000, immutable"));
    assert!(hashed.header("content-type").contains("javascript"));
    let br = browser.request(Method::GET, "/pkg/souk.R4W9yQ3bN2m5T1c8Xk0aVw.js").header("accept-encoding", "br, gzip");
    let br = browser.send(br).await;
    assert_eq!((br.header("content-encoding"), br.text.as_str()), ("br", "(as if compressed)"), "the build's own compression is used");

    let plain = browser.get("/pkg/souk.css").await;
    assert_eq!(plain.header("cache-control"), "public, no-cache");
    let again = browser.request(Method::GET, "/pkg/souk.css").header("if-modified-since", plain.header("last-modified"));
    assert_eq!(browser.send(again).await.status, 304);

    let public = browser.get("/humans.txt").await;
    assert_eq!((public.status.as_u16(), public.header("cache-control")), (200, "public, max-age=3600"));
    let module = browser.get("/counts.js").await;
    assert_eq!((module.status.as_u16(), module.header("cache-control")), (200, "public, no-cache"));

    let missing = browser.get("/pkg/souk.AAAAAAAAAAAAAAAAAAAAAA.js").await;
    assert_eq!(missing.status, 404);
    assert!(!missing.header("cache-control").contains("immutable"), "a missing file may appear with the next release");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn no_path_leads_out_of_the_site(pool: PgPool) {
    let app = App::start_with(pool, Setup { files: FILES, ..Setup::default() }).await;
    std::fs::create_dir_all(app.dir().join("data")).unwrap();
    std::fs::write(app.dir().join("data/secret_key"), "canary-0123456789abcdef0123456789abcdef").unwrap();
    let payloads = [
        "/../data/secret_key",
        "/pkg/../../data/secret_key",
        "/%2e%2e/data/secret_key",
        "/pkg/%2e%2e%2f%2e%2e%2fdata/secret_key",
        "/..%2fdata%2fsecret_key",
        "/pkg/..%5c..%5cdata%5csecret_key",
        "/.%2e/data/secret_key",
        "//data/secret_key",
        "/%00/../data/secret_key",
        "/pkg/....//....//data/secret_key",
    ];
    for payload in payloads {
        // By hand: a client library would tidy the path.
        let answer = crate::http::sockets::raw(&app, &format!("GET {payload} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).await;
        assert!(!answer.contains("canary"), "{payload}: {answer}");
        assert!(answer.starts_with("HTTP/1.1 4"), "{payload}: {answer}");
    }
}
