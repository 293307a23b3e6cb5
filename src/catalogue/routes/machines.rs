//! What machines read of the shop: `/robots.txt`, `/sitemap.xml` and its parts, `/feed.atom`.
//!
//! Everything goes through the same views as the pages do, so what may not be seen is not here either. The parts of the sitemap are sent as
//! they are read.

use std::fmt::Write;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use futures::stream;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use crate::catalogue::service::machines::{self, FeedEntry, Part, SiteUrl};
use crate::error::AppError;
use crate::platform::routes::PlainRoutes;
use crate::platform::state::AppState;
use crate::settings;

/// A crawler comes rarely; a reader of feeds every hour.
const AN_HOUR: &str = "public, max-age=3600";
const TEN_MINUTES: &str = "public, max-age=600";

const XML: &str = "application/xml; charset=utf-8";
const ATOM: &str = "application/atom+xml; charset=utf-8";

const SITEMAP_HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n";
const SITEMAP_END: &str = "</urlset>\n";

/// What is of nobody's concern but the visitor's, or costs us and tells nothing.
const NOT_FOR_ROBOTS: [&str; 11] =
    ["/account", "/admin", "/api/", "/cart", "/checkout", "/dev/", "/orders/", "/search", "/sign-", "/vendor", "/wishlist"];

pub fn routes(routes: PlainRoutes) -> PlainRoutes {
    routes.get("/robots.txt", robots).get("/sitemap.xml", sitemap).get("/sitemap/{part}", sitemap_part).get("/feed.atom", feed)
}

async fn robots(State(state): State<AppState>) -> Response {
    let mut text = String::from("User-agent: *\n");
    for path in NOT_FOR_ROBOTS {
        text.push_str("Disallow: ");
        text.push_str(path);
        text.push('\n');
    }
    text.push_str("\nSitemap: ");
    text.push_str(&state.config.base_url);
    text.push_str("/sitemap.xml\n");
    ([(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, AN_HOUR)], text).into_response()
}

/// Lists the parts: one of categories and shops, and as many of products as it takes.
async fn sitemap(State(state): State<AppState>) -> Result<Response, AppError> {
    let parts = machines::product_parts(&state.db).await?;
    let mut xml =
        String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
    let base = escaped(&state.config.base_url);
    for part in std::iter::once(Part::Places).chain(parts.iter().map(|&start| Part::Products(start))) {
        let _ = writeln!(xml, "<sitemap><loc>{base}/sitemap/{part}</loc></sitemap>");
    }
    xml.push_str("</sitemapindex>\n");
    Ok(([(CONTENT_TYPE, XML), (CACHE_CONTROL, TEN_MINUTES)], xml).into_response())
}

/// What a part of the sitemap has still to send.
enum Remaining {
    Head,
    Urls(machines::Walk),
    Nothing,
}

async fn sitemap_part(State(state): State<AppState>, Path(part): Path<String>) -> Result<Response, AppError> {
    let part: Part = part.parse().map_err(|_| AppError::NotFound)?;
    let base = escaped(&state.config.base_url);
    let db = state.db.clone();
    let chunks = stream::try_unfold(Remaining::Head, move |remaining| {
        let (base, db) = (base.clone(), db.clone());
        async move {
            let walk = match remaining {
                Remaining::Head => return Ok(Some((SITEMAP_HEAD.to_owned(), Remaining::Urls(machines::Walk::of(part))))),
                Remaining::Nothing => return Ok(None),
                Remaining::Urls(walk) => walk,
            };
            let (urls, walk) = machines::walk(&db, walk).await?;
            let mut xml = String::with_capacity(urls.len() * 100);
            for url in &urls {
                url_element(&mut xml, &base, url);
            }
            match walk {
                Some(walk) => Ok(Some((xml, Remaining::Urls(walk)))),
                None => Ok::<_, AppError>(Some((xml + SITEMAP_END, Remaining::Nothing))),
            }
        }
    });
    Ok(([(CONTENT_TYPE, XML), (CACHE_CONTROL, TEN_MINUTES)], Body::from_stream(chunks)).into_response())
}

fn url_element(xml: &mut String, base: &str, url: &SiteUrl) {
    // Paths are made of slugs, which hold nothing to escape.
    let _ = write!(xml, "<url><loc>{base}{}</loc>", url.path);
    if let Some(day) = &url.changed {
        let _ = write!(xml, "<lastmod>{day}</lastmod>");
    }
    xml.push_str("</url>\n");
}

/// The newest products.
async fn feed(State(state): State<AppState>) -> Result<Response, AppError> {
    let entries = machines::feed(&state.db).await?;
    let shop = escaped(&settings::service::current(&state.db).await?.settings.shop_name);
    let base = escaped(&state.config.base_url);
    // A feed without entries has changed when it began: any moment is as good.
    let updated = entries.first().map_or("2026-01-01T00:00:00Z", |entry| entry.published.as_str());
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n");
    let _ = write!(
        xml,
        "<title>New on {shop}</title>\n<id>{base}/feed.atom</id>\n<link rel=\"self\" type=\"application/atom+xml\" href=\"{base}/feed.atom\"/>\n\
         <link rel=\"alternate\" type=\"text/html\" href=\"{base}/products?sort=newest\"/>\n<updated>{updated}</updated>\n"
    );
    for entry in &entries {
        feed_entry(&mut xml, &base, entry);
    }
    xml.push_str("</feed>\n");
    Ok(([(CONTENT_TYPE, ATOM), (CACHE_CONTROL, TEN_MINUTES)], xml).into_response())
}

fn feed_entry(xml: &mut String, base: &str, entry: &FeedEntry) {
    let FeedEntry { id, path, name, vendor_name, summary, published } = entry;
    let _ = writeln!(
        xml,
        "<entry><title>{}</title><id>urn:uuid:{id}</id><link rel=\"alternate\" type=\"text/html\" href=\"{base}{path}\"/>\
         <published>{published}</published><updated>{published}</updated><author><name>{}</name></author><summary>{}</summary></entry>",
        escaped(name),
        escaped(vendor_name),
        escaped(summary)
    );
}

/// The text for XML, within an element or a quoted attribute. Characters that XML 1.0 cannot hold at all are left out.
fn escaped(text: &str) -> String {
    let mut xml = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\'' => xml.push_str("&#39;"),
            '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'.. => xml.push(c),
            _ => {}
        }
    }
    xml
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_ends_its_element() {
        assert_eq!(escaped("<b a=\"'\">&\u{0}\u{8}\u{ffff}é🫖"), "&lt;b a=&quot;&#39;&quot;&gt;&amp;é🫖");
    }
}
