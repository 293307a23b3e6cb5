//! Columns of the files, and how a text stands in a cell.

use std::borrow::Cow;

crate::text_enum! {
    /// In the order in which they leave.
    pub enum Column {
        /// The last part of the product's address; rows with the same one are variants of one product.
        Handle => "handle",
        Name => "name",
        /// The last part of its address.
        Category => "category",
        Summary => "summary",
        Description => "description",
        /// With commas in between.
        Tags => "tags",
        Status => "status",
        Option1Name => "option1_name",
        Option1Value => "option1_value",
        Option2Name => "option2_name",
        Option2Value => "option2_value",
        Option3Name => "option3_name",
        Option3Value => "option3_value",
        Sku => "sku",
        Price => "price",
        CompareAt => "compare_at",
        /// Empty: it stays as it is.
        Stock => "stock",
    }
}

impl Column {
    pub const COUNT: usize = Self::ALL.len();
    /// Name and value of each option.
    pub const OPTIONS: [(Self, Self); 3] =
        [(Self::Option1Name, Self::Option1Value), (Self::Option2Name, Self::Option2Value), (Self::Option3Name, Self::Option3Value)];
    /// Said about a product once, in its first row.
    pub const OF_PRODUCT: [Self; 9] = [
        Self::Name,
        Self::Category,
        Self::Summary,
        Self::Description,
        Self::Tags,
        Self::Status,
        Self::Option1Name,
        Self::Option2Name,
        Self::Option3Name,
    ];
}

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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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

    proptest! {
        #[test]
        fn every_text_comes_back(text in "['=+@\\-\t\ra]{0,6}") {
            let cell = guarded(&text);
            prop_assert!(!cell.starts_with(FORMULA));
            prop_assert_eq!(unguarded(&cell), &text);
        }
    }
}
