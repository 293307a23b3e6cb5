//! What admins decide about the site as a whole (tables `site_settings`, `site_pages`): what it is called, who its mails come from, the
//! footer, and the pages that the law asks for. It stands below all that shows or sends something; who may change it is known above
//! (`dashboard`).
//!
//! Each process remembers the settings for some seconds, so that no page waits for them. Whoever saves sees the change at once; other
//! instances follow within [`service::REMEMBERED`].

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::platform::request;
use crate::values::{Email, FieldErrors, FieldProblem};

pub mod routes;
pub mod service;
mod store;

/// Bounds of the table, in characters.
pub const MAX_NAME: usize = 40;
pub const MAX_LINE: usize = 200;
const MAX_SENDER: usize = 60;
pub const MAX_BODY: usize = 50_000;
/// Links in the footer; more is a list that nobody reads.
const MAX_LINKS: usize = 8;
const MAX_LABEL: usize = 40;

/// Names of the fields, as the form, the server functions and the field errors have them.
pub mod field {
    pub const SHOP_NAME: &str = "shop_name";
    pub const TAGLINE: &str = "tagline";
    pub const SENDER_NAME: &str = "sender_name";
    pub const SENDER_ADDRESS: &str = "sender_address";
    pub const FOOTER_NOTE: &str = "footer_note";
    pub const FOOTER_LINKS: &str = "footer_links";
    pub const BODY: &str = "body";
    /// Of what was read before it was changed.
    pub const VERSION: &str = "version";
}

crate::text_enum! {
    /// A page of texts that an admin writes.
    pub enum SitePage {
        Imprint => "imprint",
        Privacy => "privacy",
        Terms => "terms",
        Contact => "contact",
    }
}

impl SitePage {
    pub const fn title(self) -> &'static str {
        match self {
            Self::Imprint => "Imprint",
            Self::Privacy => "Privacy policy",
            Self::Terms => "Terms and conditions",
            Self::Contact => "Contact",
        }
    }

    /// Where everybody reads it.
    pub fn url(self) -> String {
        format!("/pages/{self}")
    }
}

/// A link in the footer. The address begins with `/`, `https://`, `http://` or `mailto:`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct FooterLink {
    pub label: String,
    pub href: String,
}

/// What can be set, as it is shown and sent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SiteSettings {
    pub shop_name: String,
    /// Stands in the footer, below the name.
    pub tagline: String,
    /// Empty: as the server is configured; so is the address.
    pub sender_name: String,
    pub sender_address: String,
    pub footer_note: String,
    pub footer_links: Vec<FooterLink>,
}

/// As the table begins; also what is shown while nobody can say better.
impl Default for SiteSettings {
    fn default() -> Self {
        Self {
            shop_name: "Souk".to_owned(),
            tagline: "Small workshops, one checkout. Each thing here is made or chosen by somebody who signs for it.".to_owned(),
            sender_name: String::new(),
            sender_address: String::new(),
            footer_note: "Pictures: Fluent Emoji by Microsoft, MIT licence".to_owned(),
            footer_links: Vec::new(),
        }
    }
}

/// The settings, and which of the pages have a text.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Site {
    pub settings: SiteSettings,
    pub pages: Vec<SitePage>,
}

impl Site {
    /// The one that the request at hand is answered with.
    pub fn here() -> Arc<Self> {
        request::of_parts(|parts| parts.extensions.get::<Arc<Self>>().cloned()).flatten().unwrap_or_default()
    }
}

/// A text as its editor sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PageText {
    /// Markdown.
    pub body: String,
    pub version: i64,
}

/// The settings as somebody typed them.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TypedSettings {
    pub shop_name: String,
    pub tagline: String,
    pub sender_name: String,
    pub sender_address: String,
    pub footer_note: String,
    /// One in each line: `Label: address`.
    pub footer_links: String,
}

impl TypedSettings {
    pub fn of(settings: &SiteSettings) -> Self {
        let links: Vec<String> = settings.footer_links.iter().map(|link| format!("{}: {}", link.label, link.href)).collect();
        Self {
            shop_name: settings.shop_name.clone(),
            tagline: settings.tagline.clone(),
            sender_name: settings.sender_name.clone(),
            sender_address: settings.sender_address.clone(),
            footer_note: settings.footer_note.clone(),
            footer_links: links.join("\n"),
        }
    }

    /// Names of the fields with what stands in them.
    pub fn fields(&self) -> [(&'static str, &str); 6] {
        [
            (field::SHOP_NAME, &self.shop_name),
            (field::TAGLINE, &self.tagline),
            (field::SENDER_NAME, &self.sender_name),
            (field::SENDER_ADDRESS, &self.sender_address),
            (field::FOOTER_NOTE, &self.footer_note),
            (field::FOOTER_LINKS, &self.footer_links),
        ]
    }

    /// # Errors
    /// One entry for each bad field.
    pub fn parse(&self) -> Result<SiteSettings, FieldErrors> {
        let mut errors = FieldErrors::default();
        let shop_name = line(&mut errors, field::SHOP_NAME, &self.shop_name, 1, MAX_NAME);
        let tagline = line(&mut errors, field::TAGLINE, &self.tagline, 0, MAX_LINE);
        let sender_name = line(&mut errors, field::SENDER_NAME, &self.sender_name, 0, MAX_SENDER);
        let sender_address = self.sender_address.trim();
        if !sender_address.is_empty() && sender_address.parse::<Email>().is_err() {
            errors.push(field::SENDER_ADDRESS, FieldProblem::NotAnEmail);
        }
        let footer_note = line(&mut errors, field::FOOTER_NOTE, &self.footer_note, 0, MAX_LINE);
        let footer_links = links(&self.footer_links).unwrap_or_else(|problem| {
            errors.push(field::FOOTER_LINKS, problem);
            Vec::new()
        });
        let sender_address = sender_address.to_owned();
        errors.into_result(SiteSettings { shop_name, tagline, sender_name, sender_address, footer_note, footer_links })
    }
}

/// A text of one line: names stand in headers of mails and in titles, where a second line would be something else.
fn line(errors: &mut FieldErrors, name: &str, text: &str, min: usize, max: usize) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    errors.text(name, &text, min, max)
}

fn links(text: &str) -> Result<Vec<FooterLink>, FieldProblem> {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.len() > MAX_LINKS {
        return Err(FieldProblem::TooMany);
    }
    lines.into_iter().map(link).collect()
}

fn link(line: &str) -> Result<FooterLink, FieldProblem> {
    let (label, href) = line.split_once(':').ok_or(FieldProblem::NotALink)?;
    let (label, href) = (label.trim(), href.trim());
    let way = ["https://", "http://", "mailto:"].iter().any(|scheme| href.len() > scheme.len() && href.starts_with(scheme));
    // Two slashes lead to another host.
    let here = href.starts_with('/') && !href.starts_with("//") && !href.starts_with("/\\");
    if label.is_empty() || !(way || here) || href.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(FieldProblem::NotALink);
    }
    if label.chars().count() > MAX_LABEL || href.chars().count() > MAX_LINE {
        return Err(FieldProblem::TooLong);
    }
    Ok(FooterLink { label: label.to_owned(), href: href.to_owned() })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_set_is_read_as_it_was_typed() {
        let link = |label: &str, href: &str| FooterLink { label: label.to_owned(), href: href.to_owned() };
        let settings = SiteSettings {
            shop_name: "Bazaar".to_owned(),
            sender_address: "post@bazaar.example".to_owned(),
            footer_links: vec![link("Help", "/pages/contact"), link("Press", "https://bazaar.example/press?x=1:2")],
            ..SiteSettings::default()
        };
        assert_eq!(TypedSettings::of(&settings).parse(), Ok(settings));
        assert_eq!(TypedSettings::of(&SiteSettings::default()).parse(), Ok(SiteSettings::default()));
    }

    #[test]
    fn links_lead_where_links_may_lead() {
        for fine in ["A: /x", "A: https://x.example/", "A: mailto:a@x.example", "\n A : http://x.example \n\n"] {
            assert_eq!(links(fine).map(|links| links.len()), Ok(1), "{fine}");
        }
        for bad in [
            "A",
            ": /x",
            "A: ",
            "A: x",
            "A: //evil.example",
            "A: /\\evil.example",
            "A: javascript:alert(1)",
            "A: data:text/html,x",
            "A: /x y",
        ] {
            assert_eq!(links(bad), Err(FieldProblem::NotALink), "{bad}");
        }
        assert_eq!(links(&"A: /x\n".repeat(MAX_LINKS + 1)), Err(FieldProblem::TooMany));
    }

    #[test]
    fn names_are_one_line_and_addresses_are_addresses() {
        let typed = |name: &str, address: &str| {
            TypedSettings { shop_name: name.to_owned(), sender_address: address.to_owned(), ..TypedSettings::default() }.parse()
        };
        assert_eq!(typed("A\r\nBcc: x", "").unwrap().shop_name, "A  Bcc: x");
        assert_eq!(typed(" ", "").unwrap_err().of(field::SHOP_NAME), Some(FieldProblem::Required));
        assert_eq!(typed("A", "nobody").unwrap_err().of(field::SENDER_ADDRESS), Some(FieldProblem::NotAnEmail));
    }

    proptest! {
        #[test]
        fn a_link_never_runs(text in "\\PC{0,60}") {
            if let Ok(links) = links(&text) {
                for link in links {
                    prop_assert!(["/", "https://", "http://", "mailto:"].iter().any(|start| link.href.starts_with(start)));
                    prop_assert!(!link.href.starts_with("//"));
                }
            }
        }
    }
}
