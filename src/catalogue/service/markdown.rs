//! Descriptions are Markdown. They are rendered when they are saved, and cleaned after that: two fences, of which each would do. HTML that
//! somebody types is shown as it was typed.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// What a description may consist of. Attributes: an address for links, nothing else.
const TAGS: [&str; 24] = [
    "p",
    "br",
    "hr",
    "strong",
    "em",
    "del",
    "a",
    "ul",
    "ol",
    "li",
    "blockquote",
    "code",
    "pre",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
];

/// Where links may lead.
const SCHEMES: [&str; 3] = ["https", "http", "mailto"];

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(HashSet::from(TAGS))
        .tag_attributes(HashMap::from([("a", HashSet::from(["href"]))]))
        .generic_attributes(HashSet::new())
        .url_schemes(HashSet::from(SCHEMES))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("nofollow noopener"));
    builder
});

/// HTML that may stand in a page as it is: below the page's first heading, and one for the description.
pub fn to_html(markdown: &str) -> String {
    render(markdown, 2)
}

/// The same for a text that is the page, below its first heading.
pub fn to_page_html(markdown: &str) -> String {
    render(markdown, 1)
}

fn render(markdown: &str, below: usize) -> String {
    let parser = Parser::new_ext(markdown, Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES);
    let events = parser.filter_map(|event| plain(event, below));
    let mut rendered = String::with_capacity(markdown.len() * 3 / 2);
    html::push_html(&mut rendered, events);
    CLEANER.clean(&rendered).to_string().trim().to_owned()
}

/// Headings below those of the page; of a picture its text; HTML as text.
fn plain(event: Event<'_>, below: usize) -> Option<Event<'_>> {
    match event {
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        Event::Start(Tag::HtmlBlock) => Some(Event::Start(Tag::Paragraph)),
        Event::End(TagEnd::HtmlBlock) => Some(Event::End(TagEnd::Paragraph)),
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
        Event::Start(Tag::Heading { level, .. }) => {
            Some(Event::Start(Tag::Heading { level: lower(level, below), id: None, classes: Vec::new(), attrs: Vec::new() }))
        }
        Event::End(TagEnd::Heading(level)) => Some(Event::End(TagEnd::Heading(lower(level, below)))),
        other => Some(other),
    }
}

fn lower(level: HeadingLevel, below: usize) -> HeadingLevel {
    HeadingLevel::try_from(level as usize + below).unwrap_or(HeadingLevel::H6)
}

#[cfg(test)]
mod tests {
    use super::{to_html, to_page_html};

    #[test]
    fn what_people_write_becomes_what_they_mean() {
        for (markdown, html) in [
            ("Thrown by hand.\n\nFired twice.", "<p>Thrown by hand.</p>\n<p>Fired twice.</p>"),
            ("# Care\n- wash\n- dry", "<h3>Care</h3>\n<ul>\n<li>wash</li>\n<li>dry</li>\n</ul>"),
            ("**bold** *soft* ~~old~~ `x`", "<p><strong>bold</strong> <em>soft</em> <del>old</del> <code>x</code></p>"),
            ("[us](https://example.com)", "<p><a href=\"https://example.com\" rel=\"nofollow noopener\">us</a></p>"),
            ("![a pot](https://example.com/x.png)", "<p>a pot</p>"),
            ("5 < 6 & \"7\"", "<p>5 &lt; 6 &amp; \"7\"</p>"),
            ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>"),
            ("", ""),
        ] {
            assert_eq!(to_html(markdown), html, "{markdown}");
        }
    }

    #[test]
    fn headings_follow_those_of_the_page() {
        assert_eq!(to_html("# A\n###### B"), "<h3>A</h3>\n<h6>B</h6>");
        assert_eq!(to_page_html("# A\n## B\n###### C"), "<h2>A</h2>\n<h3>B</h3>\n<h6>C</h6>");
        assert_eq!(
            to_page_html("<h1>A</h1><script>alert(1)</script>"),
            "<p>&lt;h1&gt;A&lt;/h1&gt;&lt;script&gt;alert(1)&lt;/script&gt;</p>"
        );
    }

    #[test]
    fn nothing_that_runs_gets_through() {
        for markdown in [
            "<script>alert(1)</script>",
            "<div>\n\n<script>\nalert(1)\n</script>\n\n</div>",
            "[x](javascript:alert(1))",
            "[x](JaVaScRiPt:alert(1))",
            "[x](&#106;avascript:alert(1))",
            "[x](java\tscript:alert(1))",
            "[x](data:text/html;base64,PHNjcmlwdD4=)",
            "[x](vbscript:x)",
            "<javascript:alert(1)>",
            "![x](x\"onerror=\"alert(1))",
            "[x](https://a.example/\"onmouseover=\"alert(1))",
            "[x]: javascript:alert(1)\n\n[x]",
            "<a href=\"javascript:x\">y</a>",
        ] {
            let html = to_html(markdown);
            let tags: String = html.split('<').skip(1).filter_map(|tag| tag.split('>').next()).collect::<Vec<_>>().join(" ").to_lowercase();
            for evil in ["script", "onerror", "javascript", "data:", "vbscript"] {
                assert!(!tags.contains(evil), "{markdown} → {html}");
            }
            assert!(!tags.contains(" onmouseover="), "{markdown} → {html}");
        }
    }
}
