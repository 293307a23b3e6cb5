//! Texts of vendors are data: whatever they write, nothing of it runs on any page that shows it.

use souk::accounts::Role;
use sqlx::PgPool;

use super::{Market, PUBLISH, SAVE, call, edit, editor, step};

/// What has broken other shops. Each stands in every text field, so in Markdown as well.
pub const PAYLOADS: &[&str] = &[
    "<script>alert(1)</script>",
    "<ScRiPt>alert(1)</ScRiPt>",
    "<script src=//evil.example/x.js></script>",
    "</script><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "--><script>alert(1)</script><!--",
    "<script\n>alert(1)</script\n>",
    "<<script>alert(1)//<</script>",
    "<img src=x onerror=alert(1)>",
    "<img/src=x/onerror=alert(1)>",
    "\"><img src=x onerror=alert(1)>",
    "'><img src=x onerror=alert(1)>",
    "\" onmouseover=\"alert(1)",
    "' onfocus='alert(1)' autofocus='",
    "` onclick=`alert(1)",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href=\"javascript:alert(1)\"><text>x</text></a></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style>",
    "<iframe src=\"javascript:alert(1)\"></iframe>",
    "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
    "<object data=\"data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==\"></object>",
    "<embed src=\"javascript:alert(1)\">",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<form action=\"javascript:alert(1)\"><button>x</button></form>",
    "<base href=\"https://evil.example/\">",
    "<meta http-equiv=\"refresh\" content=\"0;url=https://evil.example/\">",
    "<link rel=\"stylesheet\" href=\"https://evil.example/x.css\">",
    "<style>*{background:url(javascript:alert(1))}</style>",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<a href=\" &#14; javascript:alert(1)\">x</a>",
    "[x](javascript:alert(1))",
    "[x](JAVASCRIPT:alert(1))",
    "[x](java%73cript:alert(1))",
    "[x](&#x6A;avascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](vbscript:msgbox(1))",
    "[x](https://a.example/\" onmouseover=\"alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x]: javascript:alert(1) \"t\"\n\n[x]",
    "<javascript:alert(1)>",
    "![x](javascript:alert(1))",
    "![x\" onerror=\"alert(1)](x)",
    "![x](x \"t\\\" onerror=\\\"alert(1)\")",
    "`<script>alert(1)</script>`",
    "```\"><script>alert(1)</script>\nx\n```",
    "# <script>alert(1)</script> {onclick=alert(1)}",
    "| a |\n|---|\n| <img src=x onerror=alert(1)> |",
    "- <svg/onload=alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "{{constructor.constructor('alert(1)')()}}",
    "${alert(1)}",
    "\u{2028}<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
];

/// What a browser would run or load among the tags and attributes of a page: read as a browser reads it, tag by tag.
pub fn dangers(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric()).collect::<String>().to_ascii_lowercase();
        // What a comment or a title holds is text up to its end.
        if let Some((_, after)) = rest.strip_prefix("!--").and_then(|rest| rest.split_once("-->")) {
            rest = after;
        }
        if name.is_empty() {
            continue;
        }
        let (tag, after) = tag(rest);
        rest = after;
        let attributes = attributes(tag);
        let has = |wanted: &str| attributes.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
        if ["iframe", "object", "embed", "base", "math", "frame", "applet"].contains(&name.as_str()) {
            found.push(tag.to_owned());
        }
        if name == "script" {
            let (text, after) = rest.split_once("</script>").unwrap_or((rest, ""));
            rest = after;
            // Data does not run, and is whole only if nothing in it ends the script.
            let data = has("type") == Some("application/ld+json") && serde_json::from_str::<serde_json::Value>(text).is_ok();
            // Ours carry the nonce of the response, which no text of a vendor can know.
            if !data && has("nonce").is_none() {
                found.push(tag.to_owned());
            }
        }
        if ["title", "textarea"].contains(&name.as_str()) {
            let end = format!("</{name}>");
            rest = rest.split_once(&end).map_or("", |(_, rest)| rest);
        }
        if name == "style"
            || name == "meta" && has("http-equiv").is_some()
            || name == "link" && has("href").is_some_and(|href| href.contains("evil"))
        {
            found.push(tag.to_owned());
        }
        for (attribute, value) in &attributes {
            let scheme: String = value.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect::<String>().to_ascii_lowercase();
            let runs = ["javascript:", "vbscript:", "data:text"].iter().any(|evil| scheme.starts_with(evil));
            let leads = ["href", "src", "action", "formaction", "xlink:href", "data", "srcdoc"].contains(&attribute.as_str());
            if attribute.starts_with("on") || (leads && runs) {
                found.push(tag.to_owned());
            }
        }
    }
    found
}

/// Up to the `>` that ends the tag, quotes respected.
fn tag(html: &str) -> (&str, &str) {
    let mut quote = None;
    for (at, c) in html.char_indices() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            (None, '>') => return (&html[..at], &html[at + 1..]),
            _ => {}
        }
    }
    (html, "")
}

fn attributes(tag: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = tag.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        let end = rest.find(|c: char| c.is_whitespace() || c == '=' || c == '/').unwrap_or(rest.len());
        if end == 0 {
            return found;
        }
        let name = rest[..end].to_ascii_lowercase();
        rest = rest[end..].trim_start();
        let value = match rest.strip_prefix('=').map(str::trim_start) {
            None => String::new(),
            Some(after) => {
                let (value, after) = match after.chars().next() {
                    Some(quote @ ('"' | '\'')) => after[1..].split_once(quote).unwrap_or((&after[1..], "")),
                    _ => after.split_at(after.find(char::is_whitespace).unwrap_or(after.len())),
                };
                rest = after;
                value.replace("&amp;", "&").replace("&quot;", "\"").replace("&#x6A;", "j").replace("&colon;", ":")
            }
        };
        found.push((name, value));
    }
}

/// The check can fail.
#[test]
fn what_runs_is_found() {
    for evil in [
        "<script>x</script>",
        "<p onclick=\"x\">",
        "<img src=x onerror=alert(1)>",
        "<a href=\"java\nscript:x\">",
        "<svg/onload=alert(1)>",
        "<IFRAME src=x>",
        "<a title='>' href='javascript:x'>",
        "<object data=x>",
        "<script type=\"application/ld+json\">{\"name\": \"</script>\"}",
        "<script type=\"text/javascript\">{}</script>",
    ] {
        assert!(!dangers(evil).is_empty(), "{evil}");
    }
    for fine in [
        "<script type=\"application/ld+json\">{}</script>",
        "<p title=\"onclick=x\">&lt;script&gt;</p>",
        "<script nonce=\"a\">\"<img onerror=x>\"</script>",
        "<a href=\"/x?javascript:\">",
    ] {
        assert_eq!(dangers(fine), Vec::<String>::new(), "{fine}");
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn nothing_that_a_vendor_writes_runs(pool: PgPool) {
    assert!(PAYLOADS.len() >= 40);
    let market = Market::start(pool).await;
    let vera = market.vendor("kiln", "approved").await;
    let admin = market.app.signed_in("admin@example.com", Role::Admin).await;
    let stranger = market.app.browser();
    let id = market.draft(&vera, &[("slug", "the-pot")]).await;
    market.arrange(&vera, &id, &[("Size", "S, M")]).await;
    step(&vera, &id, PUBLISH, "draft").await;
    let admins = format!("/admin/products/{id}");
    for payload in PAYLOADS {
        let one_line = payload.replace(['\n', '\u{2028}'], " ");
        let short: String = one_line.chars().filter(|c| *c != ',').take(38).collect();
        let fact = format!("{one_line}: {one_line}");
        let tag: String = one_line.chars().filter(|c| *c != ',').take(40).collect();
        let mut fields = edit(
            &market,
            &vera,
            &id,
            &[("name", &one_line), ("summary", &one_line), ("description", payload), ("attributes", &fact), ("tags", &tag)],
        )
        .await;
        fields.retain(|(name, _)| name != "variants[0][sku]");
        fields.push(("variants[0][sku]".to_owned(), one_line.clone()));
        fields.push(("options[0][name]".to_owned(), short.clone()));
        fields.push(("options[0][values]".to_owned(), format!("{short}, M")));
        let page = call(&vera, SAVE, &fields).await;
        if one_line.chars().count() > 64 {
            // A number has fewer characters than that; the rest of the payload does not depend on it.
            assert!(page.text.contains("variants.0.sku"), "{payload}: {}", page.text);
            fields.retain(|(name, _)| name != "variants[0][sku]");
            let page = call(&vera, SAVE, &fields).await;
            assert!(page.status.is_success(), "{payload}: {}", page.text);
        } else {
            assert!(page.status.is_success(), "{payload}: {}", page.text);
        }
        let count = [("product_id", id.clone()), ("reason", "other".to_owned()), ("note", one_line.clone())];
        let variant = market.variant(&id).await.to_string();
        let stock: i32 = market.app.stock(market.variant(&id).await).await;
        let (seen, next) = (stock.to_string(), (stock + 1).to_string());
        let mut fields: Vec<(&str, &str)> = count.iter().map(|(name, value)| (*name, value.as_str())).collect();
        fields.extend([("counts[0][id]", &*variant), ("counts[0][seen]", &*seen), ("counts[0][count]", &*next)]);
        let page = vera.call(super::CORRECT, &fields).await;
        assert!(page.status.is_success(), "{payload}: {}", page.text);

        for (who, path) in [
            (&stranger, "/product/the-pot".to_owned()),
            (&stranger, "/products".to_owned()),
            (&stranger, "/".to_owned()),
            (&stranger, "/shop/kiln".to_owned()),
            (&vera, editor(&id)),
            (&vera, format!("{}/preview", editor(&id))),
            (&vera, format!("{}/stock", editor(&id))),
            (&vera, "/vendor/products".to_owned()),
            (&admin, admins.clone()),
            (&admin, format!("{admins}/preview")),
            (&admin, "/admin/products".to_owned()),
        ] {
            let page = who.get(&path).await;
            assert_eq!(page.status, 200, "{path}: {payload}");
            assert_eq!(dangers(&page.text), Vec::<String>::new(), "{path}: {payload}");
        }
        // A form that comes back with what was typed is a page as well.
        let refused =
            edit(&market, &vera, &id, &[("name", &one_line), ("description", payload), ("attributes", payload), ("category_id", payload)])
                .await;
        super::submit(&vera, &editor(&id), SAVE, &refused).await;
        assert_eq!(dangers(&vera.get(&editor(&id)).await.text), Vec::<String>::new(), "refused: {payload}");
    }
}
