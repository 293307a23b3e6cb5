//! Files for spreadsheets: CSV in which no text is taken for a formula.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};

use crate::error::AppError;
use crate::values::Money;

pub const CSV_TYPE: &str = "text/csv; charset=utf-8";

/// What a spreadsheet takes for a formula when a cell begins with it (GHSA-xf4v-w5x5-pv79).
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];
/// Before such a cell: spreadsheets then show the text.
const GUARD: char = '\'';

fn looks_like_formula(text: &str) -> bool {
    text.trim_start_matches(GUARD).starts_with(FORMULA)
}

/// The text as it may stand in a cell. A text that looks as if it had been guarded is guarded as well, so that [`unguarded`] undoes just this.
pub fn guarded(text: &str) -> Cow<'_, str> {
    if looks_like_formula(text) { Cow::Owned(format!("{GUARD}{text}")) } else { Cow::Borrowed(text) }
}

pub fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix(GUARD) {
        Some(text) if looks_like_formula(text) => text,
        _ => cell,
    }
}

/// What stands in a cell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cell {
    Text(String),
    /// A number is no formula, also below zero.
    Number(i64),
    /// As a plain number, `-12.50`; the currency stands in a cell of its own.
    Amount(Money),
    Nothing,
}

impl Cell {
    fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => guarded(text),
            Self::Number(number) => number.to_string().into(),
            Self::Amount(money) if money.amount_minor < 0 => format!("-{}", money.plain()).into(),
            Self::Amount(money) => money.plain().into(),
            Self::Nothing => "".into(),
        }
    }
}

/// A table as a file to be saved under this name.
///
/// # Errors
/// `Internal` for rows of another length than the first.
pub fn file(name: &str, head: &[&str], rows: impl IntoIterator<Item = Vec<Cell>>) -> Result<Response, AppError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(head).map_err(AppError::internal)?;
    for row in rows {
        writer.write_record(row.iter().map(Cell::text).map(Cow::into_owned)).map_err(AppError::internal)?;
    }
    let bytes = writer.into_inner().map_err(AppError::internal)?;
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers = [(CONTENT_TYPE, CSV_TYPE.to_owned()), (CONTENT_DISPOSITION, disposition), (CACHE_CONTROL, "no-store".to_owned())];
    Ok((headers, bytes).into_response())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::values::Currency;

    #[test]
    fn no_cell_is_a_formula() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''=cmd|' /C calc'!A0"] {
            let cell = guarded(text);
            assert!(cell.starts_with('\''), "{text:?}");
            assert_eq!(unguarded(&cell), text);
        }
        for text in ["", "Teapot", "'tis", "5 - 4", "a=b", "'"] {
            assert_eq!(guarded(text), text);
            assert_eq!(unguarded(text), text);
        }
    }

    #[test]
    fn numbers_keep_their_sign() {
        assert_eq!(Cell::Amount(Money::new(-1250, Currency::USD)).text(), "-12.50");
        assert_eq!(Cell::Amount(Money::new(123_456, Currency::USD)).text(), "1234.56");
        assert_eq!(Cell::Number(-3).text(), "-3");
        assert_eq!(Cell::Text("-3".into()).text(), "'-3");
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text in "['=+@\\-\t\ra]{0,6}") {
            let cell = guarded(&text);
            prop_assert!(!cell.starts_with(FORMULA));
            prop_assert_eq!(unguarded(&cell), &text);
        }
    }
}
