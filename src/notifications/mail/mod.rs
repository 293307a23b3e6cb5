//! What a mail says, as blocks, and the one layout in which all mails appear, as text and as HTML. Texts of people (names, product titles)
//! are data here and nowhere code: there is no template language that could find instructions in them (CVE-2026-21448).

mod html;
mod text;

/// One line of a table: what, and the amount or value at the right.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    pub label: String,
    pub value: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Block {
    Heading(String),
    Paragraph(String),
    Lines(Vec<Line>),
    Button { label: String, url: String },
}

/// The blocks of a mail in reading order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct MailContent {
    blocks: Vec<Block>,
}

impl MailContent {
    pub fn new(heading: impl Into<String>) -> Self {
        Self { blocks: vec![Block::Heading(heading.into())] }
    }

    #[must_use]
    pub fn heading(self, text: impl Into<String>) -> Self {
        self.with(Block::Heading(text.into()))
    }

    #[must_use]
    pub fn paragraph(self, text: impl Into<String>) -> Self {
        self.with(Block::Paragraph(text.into()))
    }

    /// A table of two columns, such as goods and their prices.
    #[must_use]
    pub fn lines(self, lines: impl IntoIterator<Item = (String, String)>) -> Self {
        self.with(Block::Lines(lines.into_iter().map(|(label, value)| Line { label, value }).collect()))
    }

    /// A link that looks like a button. The URL is built from the configured base URL, never from what a request said; anything that is not
    /// `http` or `https` is left out of the HTML.
    #[must_use]
    pub fn button(self, label: impl Into<String>, url: impl Into<String>) -> Self {
        self.with(Block::Button { label: label.into(), url: url.into() })
    }

    /// `shop` is what the shop is called.
    pub fn to_text(&self, shop: &str) -> String {
        text::render(&self.blocks, shop)
    }

    pub fn to_html(&self, subject: &str, shop: &str) -> String {
        html::render(&self.blocks, subject, shop)
    }

    fn with(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str =
        r#"{{ 7*7 }}${7*7}<%= 7*7 %>#{7*7}{% include "/etc/passwd" %}<script>alert(1)</script>"><img src=x onerror=alert(1)>"#;

    /// CVE-2026-21448: template code in an order's fields ran in the mail.
    #[test]
    fn what_people_typed_is_shown_and_never_run() {
        let content = MailContent::new(HOSTILE)
            .paragraph(HOSTILE)
            .lines([(HOSTILE.to_owned(), HOSTILE.to_owned())])
            .button(HOSTILE, format!("https://souk.example/?q={HOSTILE}"))
            .button("x", "javascript:alert(1)");
        let html = content.to_html(HOSTILE, HOSTILE);
        for live in ["<script", "<img", "onerror=alert(1)>", "javascript:", ">49<"] {
            assert!(!html.contains(live), "{live}\n{html}");
        }
        assert!(html.contains("{{ 7*7 }}") && html.contains("&lt;script&gt;"), "shown as typed");
        let text = content.to_text("Bazaar");
        assert!(text.contains("{{ 7*7 }}") && text.contains("<script>"), "text needs no escaping");
    }

    #[test]
    fn both_forms_say_the_same() {
        let content = MailContent::new("Thank you")
            .paragraph("One.\nTwo.")
            .lines([("Lamp × 2".to_owned(), "$50.00".to_owned())])
            .button("See your order", "https://souk.example/o/1");
        let text = content.to_text("Bazaar");
        assert_eq!(
            text,
            "Thank you\n=========\n\nOne.\nTwo.\n\nLamp × 2  $50.00\n\nSee your order: https://souk.example/o/1\n\n-- \nBazaar, a marketplace of small shops\n"
        );
        let html = content.to_html("Thanks", "Bazaar");
        for part in ["<title>Thanks</title>", "One.<br>Two.", "Lamp × 2", "$50.00", "href=\"https://souk.example/o/1\"", "lang=\"en\""] {
            assert!(html.contains(part), "{part}");
        }
    }

    #[test]
    fn control_characters_do_not_reach_a_mail() {
        let content = MailContent::new("a\u{0}b\u{1b}[31m\r\nc");
        assert!(!content.to_text("Bazaar").chars().any(|c| c.is_control() && c != '\n'));
        assert!(!content.to_html("x\u{0}", "y\u{0}").chars().any(|c| c.is_control() && c != '\n'));
    }
}
