//! Robots, sitemap, feed: well-formed, complete, and nothing that may not be seen.

use souk::platform::db::MIGRATOR;
use sqlx::PgPool;

use super::facets::many;
use super::{Shelf, form};
use crate::support::{App, Page};

/// Names of elements in the order in which they open. Panics where the text is not well-formed: tags that cross, attributes without quotes,
/// characters that should be entities.
fn elements(xml: &str) -> Vec<String> {
    let xml = xml.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").unwrap();
    let (mut open, mut all) = (Vec::new(), Vec::new());
    for part in xml.split('<').skip(1) {
        let (tag, text) = part.split_once('>').expect("a tag ends");
        for entity in text.split('&').skip(1).chain(tag.split('&').skip(1)) {
            let name = entity.split_once(';').expect("an ampersand begins an entity").0;
            assert!(["amp", "lt", "gt", "quot", "#39"].contains(&name), "&{name};");
        }
        assert!(!text.contains('>') && !xml.contains('\u{0}'));
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "tags close in order");
            continue;
        }
        let (name, attributes) = tag.trim_end_matches('/').split_once(' ').unwrap_or((tag.trim_end_matches('/'), ""));
        assert_eq!(attributes.matches('"').count(), 2 * attributes.matches("=\"").count(), "{tag}");
        all.push(name.to_owned());
        if !tag.ends_with('/') {
            open.push(name.to_owned());
        }
    }
    assert!(open.is_empty(), "{open:?}");
    all
}

fn locations(page: &Page) -> Vec<String> {
    assert_eq!(page.status, 200, "{}", page.text);
    elements(&page.text);
    page.text.split("<loc>").skip(1).map(|part| part.split("</loc>").next().unwrap().to_owned()).collect()
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn the_sitemap_names_everything_that_may_be_seen(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    let shelf = Shelf::of(app.state.db.clone(), pool).await;
    let (kiln, closed) = (shelf.vendor("kiln", "approved").await, shelf.vendor("closed", "suspended").await);
    shelf.vendor("empty", "approved").await;
    many(&shelf.pool, kiln, shelf.category, "tea", 10_050).await;
    many(&shelf.pool, closed, shelf.category, "hidden", 5).await;
    shelf.draft(kiln, &form("Hidden draft", "5", 1)).await;
    let browser = app.browser();
    let base = &app.state.config.base_url;

    let robots = browser.get("/robots.txt").await;
    assert!(
        robots.text.contains(&format!("\nSitemap: {base}/sitemap.xml\n")) && robots.text.starts_with("User-agent: *\nDisallow: /account\n")
    );
    let index = locations(&browser.get("/sitemap.xml").await);
    assert_eq!(index.len(), 3, "places and two parts of products: {index:?}");
    let mut all = Vec::new();
    for part in &index {
        let urls = locations(&browser.get(part.strip_prefix(base.as_str()).unwrap()).await);
        assert!(urls.len() <= 10_000);
        all.extend(urls);
    }
    let products: std::collections::BTreeSet<&String> = all.iter().filter(|url| url.contains("/product/")).collect();
    assert_eq!(products.len(), 10_050);
    assert_eq!(all.len(), 10_050 + 3 + 1 + 1, "each once; three pages, a category, a shop that sells something");
    assert!(all.contains(&format!("{base}/shop/kiln")) && all.contains(&format!("{base}/category/tea")));
    assert!(!all.iter().any(|url| url.contains("hidden") || url.contains("closed") || url.contains("empty")));
    for nothing in ["/sitemap/products-1.xml", "/sitemap/places", "/sitemap/..%2fplaces.xml"] {
        assert_eq!(browser.get(nothing).await.status, 404, "{nothing}");
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn the_feed_tells_what_is_new_and_escapes_it(pool: PgPool) {
    let app = App::start(pool.clone()).await;
    let shelf = Shelf::of(app.state.db.clone(), pool).await;
    let browser = app.browser();
    assert_eq!(elements(&browser.get("/feed.atom").await.text).iter().filter(|name| *name == "entry").count(), 0);
    let (kiln, closed) = (shelf.vendor("kiln", "approved").await, shelf.vendor("closed", "suspended").await);
    let mut odd = form("<script>alert(1)</script> & \"Sons\"", "5", 1);
    odd.slug = "odd".into();
    odd.summary = "]]></summary><entry> &amp; \u{1}\u{8}it's".into();
    shelf.product(kiln, &odd, 5).await;
    shelf.product(kiln, &form("Newer pot", "5", 1), 1).await;
    shelf.product(closed, &form("Hidden pot", "5", 1), 0).await;
    shelf.draft(kiln, &form("Hidden draft", "5", 1)).await;
    let page = browser.get("/feed.atom").await;
    assert_eq!(page.header("content-type"), "application/atom+xml; charset=utf-8");
    let names = elements(&page.text);
    assert_eq!(names.iter().filter(|name| *name == "entry").count(), 2);
    assert!(!page.text.contains("Hidden") && !page.text.contains("<script") && !page.text.contains('\u{1}'));
    assert!(page.text.find("Newer pot").unwrap() < page.text.find("Sons").unwrap(), "newest first");
    assert!(page.text.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;Sons&quot;"));
    assert!(browser.get("/").await.text.contains("href=\"/feed.atom\""));
}
