//! What people say about goods: stars and words, shown under the product; what its vendor answers; and what is reported to admins.
//!
//! Tables: `reviews`, `review_reports`. A product's `rating_count` and `rating_sum` change in the one statement that adds, changes, hides or
//! deletes a review, so they always equal a recomputation (`souk check`). Reviews that came with imported goods have no order behind them and
//! are marked; all others stand on the line of an order, one on each, and only once it has arrived. Locks are taken in the order order,
//! review, product.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::values::{FieldErrors, FieldProblem, OrderId, OrderLineId, PictureId, ReviewId, Slug, UnknownName};

pub mod api;
#[cfg(feature = "ssr")]
mod mail;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
mod store;
pub mod ui;

/// The most stars.
pub const MOST_STARS: u8 = 5;
/// Longest texts, in characters; the tables have the same bounds.
pub const MAX_TITLE: usize = 120;
pub const MAX_BODY: usize = 5000;
pub const MAX_REPLY: usize = 2000;
pub const MAX_NOTE: usize = 500;
pub const MAX_REASON: usize = 1000;
/// Longest first name that stands under a review, in characters.
const MAX_FIRST_NAME: usize = 60;

/// Names of the fields of the forms about reviews, as the pages, the server functions and the field errors have them.
pub mod field {
    pub const RATING: &str = "rating";
    pub const TITLE: &str = "title";
    pub const BODY: &str = "body";
    pub const REPLY: &str = "reply";
    pub const REASON: &str = "reason";
    pub const NOTE: &str = "note";
}

/// One review as everybody sees it.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Review {
    pub id: ReviewId,
    pub author_name: String,
    /// 1 to 5.
    pub rating: u8,
    pub title: String,
    /// Plain text.
    pub body: String,
    /// Came with the goods; nobody here has seen the order.
    pub imported: bool,
    /// The answer, and when it was first given.
    pub reply: Option<(String, String)>,
    /// RFC 3339, UTC; so is the reply's.
    pub written_at: String,
    /// Its author has changed it since.
    pub edited: bool,
}

/// What a buyer says about a product.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Opinion {
    /// 1 to 5.
    pub rating: u8,
    pub title: String,
    pub body: String,
}

impl Opinion {
    /// Stars are enough: title and text may be left out.
    ///
    /// # Errors
    /// One entry for each bad field.
    pub fn parse(rating: &str, title: &str, body: &str) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let rating = rating.parse().ok().filter(|stars| (1..=MOST_STARS).contains(stars)).unwrap_or_else(|| {
            errors.push(field::RATING, FieldProblem::UnknownChoice);
            MOST_STARS
        });
        let (title, body) = (errors.text(field::TITLE, title, 0, MAX_TITLE), errors.text(field::BODY, body, 0, MAX_BODY));
        errors.into_result(Self { rating, title, body })
    }
}

/// What stands under a review in place of the whole name: "Ada L." Decided when the review is written; what somebody is called later is not
/// told to everybody who read it.
pub fn shown_name(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first: String = words.next().unwrap_or("Somebody").chars().take(MAX_FIRST_NAME).collect();
    match words.next_back().and_then(|last| last.chars().next()) {
        Some(initial) => format!("{first} {}.", initial.to_uppercase()),
        None => first,
    }
}

/// A line of a customer's own order, and what they said about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LineToReview {
    pub product_name: String,
    pub product_slug: Slug,
    pub variant_title: String,
    pub picture_id: Option<PictureId>,
    /// Has arrived, and was not wholly refunded.
    pub may_be_reviewed: bool,
    pub opinion: Option<Opinion>,
    /// Why an admin took the review down.
    pub hidden_reason: Option<String>,
}

/// A line of an order that has a review or may get one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReviewLink {
    pub line: OrderLineId,
    pub written: bool,
}

/// Where the review of a line is written.
pub fn line_url(order: OrderId, line: OrderLineId) -> String {
    format!("/account/orders/{order}/lines/{line}/review")
}

/// A review with the product that it is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProductReview {
    pub review: Review,
    pub product_name: String,
    pub product_slug: Slug,
}

/// Some reviews of a vendor's products, newest first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct VendorReviews {
    pub reviews: Vec<ProductReview>,
    /// Where the next page begins; none on the last one.
    pub next: Option<Place>,
    /// Reviews without an answer, whatever the filter.
    pub unanswered: i64,
}

crate::text_enum! {
    /// What is wrong with a review, as somebody sees it who reports it.
    pub enum ReportReason {
        Offensive => "offensive",
        PersonalData => "personal_data",
        Advertising => "advertising",
        OffTopic => "off_topic",
        Other => "other",
    }
}

impl ReportReason {
    pub const fn label(self) -> &'static str {
        match self {
            Self::Offensive => "It insults or threatens somebody",
            Self::PersonalData => "It tells private things about somebody",
            Self::Advertising => "It is advertising",
            Self::OffTopic => "It is not about the product",
            Self::Other => "Something else",
        }
    }
}

/// A report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    pub reason: ReportReason,
    /// In the words of whoever reported it; may be empty.
    pub note: String,
    /// RFC 3339, UTC.
    pub at: String,
}

impl Report {
    /// # Errors
    /// One entry for each bad field.
    pub fn parse(reason: &str, note: &str) -> Result<(ReportReason, String), FieldErrors> {
        let mut errors = FieldErrors::default();
        let reason = reason.parse().unwrap_or_else(|_| {
            errors.push(field::REASON, if reason.is_empty() { FieldProblem::Required } else { FieldProblem::UnknownChoice });
            ReportReason::Other
        });
        let note = errors.text(field::NOTE, note, 0, MAX_NOTE);
        errors.into_result((reason, note))
    }
}

crate::text_enum! {
    /// What an admin makes of a review.
    pub enum Decision {
        /// Nobody sees it, and it does not count.
        Hide => "hide",
        /// It stays, and its reports are settled.
        Keep => "keep",
        /// What was hidden is seen and counts again.
        Restore => "restore",
    }
}

impl Decision {
    /// Whether it can be decided about a review that is hidden, or is not.
    pub const fn suits(self, hidden: bool) -> bool {
        matches!(self, Self::Restore) == hidden
    }
}

crate::text_enum! {
    /// Lists of an admin.
    pub enum Queue {
        /// Shown and reported; the longest waiting first.
        Reported => "reported",
        /// The last one taken down first.
        Hidden => "hidden",
    }
}

/// One line of an admin's list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QueuedReview {
    pub about: ProductReview,
    /// Reports that nobody has looked at.
    pub reports: i64,
    /// When it was first reported, or hidden. RFC 3339, UTC.
    pub since: String,
}

/// A page of an admin's list.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct QueuePage {
    pub reviews: Vec<QueuedReview>,
    /// Where the next page begins; none on the last one.
    pub next: Option<Place>,
}

/// A review as admins see it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ModeratedReview {
    pub about: ProductReview,
    pub hidden_reason: Option<String>,
    /// The text that was seen, in microseconds of its last change: a decision is about this one.
    pub version: i64,
    /// Open ones, oldest first.
    pub reports: Vec<Report>,
}

/// How many reviews gave how many stars.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Distribution(pub [u32; MOST_STARS as usize]);

impl Distribution {
    /// Stars and count, from the best down.
    pub fn rows(&self) -> impl Iterator<Item = (u8, u32)> {
        (1..=MOST_STARS).zip(self.0).rev()
    }

    pub fn total(&self) -> u32 {
        self.0.iter().sum()
    }
}

/// Where a page of reviews ended: the time by which the list is sorted of the last one, in microseconds, and its id.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Place {
    pub at: i64,
    pub id: ReviewId,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at, self.id.0.simple())
    }
}

impl FromStr for Place {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let (at, id) = text.split_once('.').ok_or(UnknownName)?;
        let id = ReviewId(Uuid::try_parse(id).map_err(|_| UnknownName)?);
        Ok(Self { at: at.parse().map_err(|_| UnknownName)?, id })
    }
}

/// Some reviews of a product, newest first.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct ReviewPage {
    pub reviews: Vec<Review>,
    pub distribution: Distribution,
    /// Where the next page begins; none on the last one.
    pub next: Option<Place>,
}

/// A review that comes with imported goods.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ImportedReview {
    pub author_name: String,
    pub rating: u8,
    pub title: String,
    pub body: String,
    pub days_ago: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written() {
        let place = Place { at: 1_700_000_000_000_000, id: ReviewId(Uuid::from_u128(3)) };
        assert_eq!(place.to_string().parse(), Ok(place));
        for bad in ["", ".", "1.x", "x.00000000000000000000000000000003"] {
            assert_eq!(bad.parse::<Place>(), Err(UnknownName));
        }
    }

    #[test]
    fn names_are_shortened() {
        for (name, shown) in [
            ("Ada Lovelace", "Ada L."),
            ("  Ada  King  Lovelace ", "Ada L."),
            ("Ada", "Ada"),
            ("", "Somebody"),
            ("Zoë öberg", "Zoë Ö."),
            ("ada ßen", "ada SS."),
        ] {
            assert_eq!(shown_name(name), shown);
        }
        assert!(shown_name(&format!("{} B", "x".repeat(99))).chars().count() <= 80, "the column's bound");
    }

    #[test]
    fn an_opinion_needs_stars_and_no_words() {
        assert_eq!(Opinion::parse("1", "", " "), Ok(Opinion { rating: 1, title: String::new(), body: String::new() }));
        for bad in ["", "0", "6", "4.5", "-1", "five", "256"] {
            assert_eq!(Opinion::parse(bad, "", "").unwrap_err().of(field::RATING), Some(FieldProblem::UnknownChoice), "{bad}");
        }
        let errors = Opinion::parse("5", &"x".repeat(MAX_TITLE + 1), &"ß".repeat(MAX_BODY + 1)).unwrap_err();
        assert_eq!([errors.of(field::TITLE), errors.of(field::BODY)], [Some(FieldProblem::TooLong); 2]);
        assert!(Opinion::parse("5", &"ß".repeat(MAX_TITLE), &"ß".repeat(MAX_BODY)).is_ok());
    }

    #[test]
    fn a_report_has_one_of_the_reasons() {
        let problem = |reason: &str| Report::parse(reason, "").unwrap_err().of(field::REASON);
        assert_eq!([problem(""), problem("rude")], [Some(FieldProblem::Required), Some(FieldProblem::UnknownChoice)]);
        assert_eq!(Report::parse("off_topic", " x "), Ok((ReportReason::OffTopic, "x".to_owned())));
    }

    #[test]
    fn what_is_hidden_is_restored_and_nothing_else() {
        let suit = |hidden| Decision::ALL.iter().copied().filter(move |decision| decision.suits(hidden)).collect::<Vec<_>>();
        assert_eq!([suit(false), suit(true)], [vec![Decision::Hide, Decision::Keep], vec![Decision::Restore]]);
    }
}
