use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::{Currency, Money, MoneyError};

/// What is wrong with one field. Codes and not sentences: they may travel in places that strangers can write to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldProblem {
    Required,
    TooShort,
    TooLong,
    NotAnEmail,
    NotANumber,
    NotAnAmount,
    OutOfRange,
    Taken,
    TooCommon,
    UnknownChoice,
    UnknownField,
    NotAnAddress,
    WrongCredentials,
    WrongPassword,
    WrongCode,
    LinkUsedUp,
    NotAPicture,
    FileTooLarge,
    PictureTooSmall,
    PictureTooLarge,
    NotASlug,
    NotAPair,
    NotALink,
    TooMany,
    BelowZero,
    NothingCounted,
    NotAWebAddress,
    NotADay,
    DayOutOfRange,
    EndsBeforeItBegins,
}

impl FieldProblem {
    /// The sentence beside the field.
    pub const fn message(self) -> &'static str {
        match self {
            Self::Required => "Please fill this in.",
            Self::TooShort => "This is too short.",
            Self::TooLong => "This is too long.",
            Self::NotAnEmail => "This does not look like an e-mail address.",
            Self::NotANumber => "Please enter a whole number.",
            Self::NotAnAmount => "Please enter an amount, such as 24 or 24.50.",
            Self::OutOfRange => "This number is out of range.",
            Self::Taken => "This is already in use.",
            Self::TooCommon => "This password is too easy to guess.",
            Self::UnknownChoice => "Please choose one of the options.",
            Self::UnknownField => "There is no such field, or only one of it.",
            Self::NotAnAddress => "This address is not complete.",
            Self::WrongCredentials => "E-mail address or password is not right.",
            Self::WrongPassword => "This is not your password.",
            Self::WrongCode => "This code is not right, or was used before.",
            Self::LinkUsedUp => "This link is used up or too old. Please ask for a new one.",
            Self::NotAPicture => "Please choose a JPEG, PNG or WebP picture.",
            Self::FileTooLarge => "This file is larger than 8 MB.",
            Self::PictureTooSmall => "This picture is too small: 160 pixels each way at least.",
            Self::PictureTooLarge => "This picture has too many pixels.",
            Self::NotASlug => "Please use small letters, figures and single hyphens alone.",
            Self::NotAPair => "Please write one fact in each line, as name: value.",
            Self::NotALink => "Please write one link in each line, as name: /page or name: https://address.",
            Self::TooMany => "These are too many.",
            Self::NotAWebAddress => "Please enter an https:// address that can be reached from the Internet.",
            Self::BelowZero => "More was sold in the meantime than this would leave. Please count once more.",
            Self::NothingCounted => "Type what you counted for one variant at least.",
            Self::NotADay => "Please enter a day, such as 2026-11-30.",
            Self::DayOutOfRange => "Please choose a day of the last ten years.",
            Self::EndsBeforeItBegins => "The last day must not lie before the first.",
        }
    }
}

/// All that is wrong with a form, in the order of its fields.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FieldErrors(Vec<(String, FieldProblem)>);

impl FieldErrors {
    pub fn one(field: &str, problem: FieldProblem) -> Self {
        Self(vec![(field.to_owned(), problem)])
    }

    pub fn push(&mut self, field: &str, problem: FieldProblem) {
        self.0.push((field.to_owned(), problem));
    }

    pub fn of(&self, field: &str) -> Option<FieldProblem> {
        self.0.iter().find(|(name, _)| name == field).map(|(_, problem)| *problem)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, FieldProblem)> {
        self.0.iter().map(|(name, problem)| (name.as_str(), *problem))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The trimmed text, or a note of what is wrong with it. `min` and `max` count characters. Browsers end the lines of a form with two
    /// characters; here a line ends with one.
    pub fn text(&mut self, field: &str, value: &str, min: usize, max: usize) -> String {
        let value = value.trim().replace("\r\n", "\n");
        let length = value.chars().count();
        if length == 0 && min > 0 {
            self.push(field, FieldProblem::Required);
        } else if length < min {
            self.push(field, FieldProblem::TooShort);
        } else if length > max {
            self.push(field, FieldProblem::TooLong);
        }
        value
    }

    /// The amount that somebody typed, or a note of what is wrong with it. `bounds` are minor units.
    pub fn amount(&mut self, field: &str, text: &str, currency: Currency, bounds: RangeInclusive<i64>) -> Option<Money> {
        let problem = match Money::parse(text, currency) {
            Ok(amount) if bounds.contains(&amount.amount_minor) => return Some(amount),
            Ok(_) | Err(MoneyError::Overflow) => FieldProblem::OutOfRange,
            Err(_) if text.trim().is_empty() => FieldProblem::Required,
            Err(_) => FieldProblem::NotAnAmount,
        };
        self.push(field, problem);
        None
    }

    /// The same problems at fields of other names.
    #[must_use]
    pub fn renamed(self, name: impl Fn(&str) -> String) -> Self {
        Self(self.0.into_iter().map(|(field, problem)| (name(&field), problem)).collect())
    }

    /// These, and then those of the rest of the form.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// The value, unless something was wrong.
    ///
    /// # Errors
    /// Itself, if any field has a problem.
    pub fn into_result<T>(self, value: T) -> Result<T, Self> {
        if self.is_empty() { Ok(value) } else { Err(self) }
    }
}
