//! Stock: what moved it, and what a vendor types who has counted.

use serde::{Deserialize, Serialize};

use super::field;
use super::product_form::parse_count;
use crate::values::{FieldErrors, FieldProblem, MovementId, UserId, VariantId};

/// Longest text beside a reason; with the reason in front it fits into the table.
const MAX_NOTE: usize = 160;

crate::text_enum! {
    pub enum MovementKind {
        /// What there was when the variant was made.
        Initial => "initial",
        Correction => "correction",
        Sold => "sold",
        /// Came back with a refund.
        Restocked => "restocked",
    }
}

impl MovementKind {
    pub const fn label(self) -> &'static str {
        match self {
            Self::Initial => "Opening stock",
            Self::Correction => "Corrected",
            Self::Sold => "Sold",
            Self::Restocked => "Back in stock",
        }
    }
}

crate::text_enum! {
    /// Why there are more or fewer than the shop thought.
    pub enum CountReason {
        Counted => "counted",
        Received => "received",
        Damaged => "damaged",
        Returned => "returned",
        /// Says why in words.
        Other => "other",
    }
}

impl CountReason {
    pub const fn label(self) -> &'static str {
        match self {
            Self::Counted => "Counted",
            Self::Received => "Goods received",
            Self::Damaged => "Damaged or lost",
            Self::Returned => "Returned by a customer",
            Self::Other => "Something else",
        }
    }
}

/// One line of the ledger.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Movement {
    pub id: MovementId,
    pub variant_id: VariantId,
    pub kind: MovementKind,
    pub delta: i32,
    pub reason: String,
    pub actor_id: Option<UserId>,
    /// RFC 3339.
    pub at: String,
}

/// What was counted on the shelf, as it is typed.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct TypedCorrection {
    pub reason: String,
    #[serde(default)]
    pub note: String,
    #[serde(default, deserialize_with = "crate::values::rows")]
    pub counts: Vec<TypedCount>,
}

/// One variant's count as it is typed.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypedCount {
    pub id: String,
    /// What the form showed.
    pub seen: String,
    /// What is there. Empty: it was not looked at.
    #[serde(default)]
    pub count: String,
}

/// Differences to be added, each to a variant; those of zero are left out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Correction {
    pub(super) reason: String,
    pub(super) deltas: Vec<Delta>,
}

/// One variant's difference.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Delta {
    /// Row in the form, where its errors belong.
    pub(super) index: usize,
    pub(super) variant: VariantId,
    pub(super) seen: i32,
    pub(super) delta: i32,
}

impl TypedCorrection {
    /// # Errors
    /// One entry for each bad field; those of counts are named `counts.0.count`.
    pub fn parse(&self) -> Result<Correction, FieldErrors> {
        let mut errors = FieldErrors::default();
        let note = errors.text(field::NOTE, &self.note, 0, MAX_NOTE);
        let reason = match self.reason.trim().parse::<CountReason>() {
            Ok(CountReason::Other) if note.is_empty() => {
                errors.push(field::NOTE, FieldProblem::Required);
                String::new()
            }
            Ok(CountReason::Other) => note,
            Ok(reason) if note.is_empty() => reason.label().to_owned(),
            Ok(reason) => format!("{}: {note}", reason.label()),
            Err(_) => {
                errors.push(field::REASON, FieldProblem::UnknownChoice);
                String::new()
            }
        };
        if self.counts.iter().all(|row| row.count.trim().is_empty()) {
            errors.push(&field::error_in_row("counts", 0, field::COUNT), FieldProblem::NothingCounted);
        }
        let mut deltas: Vec<Delta> = Vec::new();
        for (index, row) in self.counts.iter().enumerate().filter(|(_, row)| !row.count.trim().is_empty()) {
            let count = parse_count(&field::error_in_row("counts", index, field::COUNT), &row.count, &mut errors);
            let seen = parse_count(&field::error_in_row("counts", index, "seen"), &row.seen, &mut errors);
            let variant = row.id.trim().parse::<VariantId>().ok().filter(|id| !deltas.iter().any(|known| known.variant == *id));
            if variant.is_none() {
                errors.push(&field::error_in_row("counts", index, field::ID), FieldProblem::UnknownChoice);
            }
            if let (Some(count), Some(seen), Some(variant)) = (count, seen, variant)
                && count != seen
            {
                deltas.push(Delta { index, variant, seen, delta: count - seen });
            }
        }
        errors.into_result(Correction { reason, deltas })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: u128, seen: &str, count: &str) -> TypedCount {
        TypedCount { id: uuid::Uuid::from_u128(id).to_string(), seen: seen.into(), count: count.into() }
    }

    #[test]
    fn a_count_is_a_difference_to_what_was_seen() {
        let typed = TypedCorrection {
            reason: "received".into(),
            note: " from the kiln ".into(),
            counts: vec![row(1, "5", "12"), row(2, "5", "5"), row(3, "5", ""), row(4, "5", "0")],
        };
        let correction = typed.parse().unwrap();
        assert_eq!(correction.reason, "Goods received: from the kiln");
        assert_eq!(correction.deltas.iter().map(|delta| (delta.index, delta.delta)).collect::<Vec<_>>(), [(0, 7), (3, -5)]);
    }

    #[test]
    fn a_form_with_nothing_counted_corrects_nothing() {
        for counts in [vec![], vec![row(1, "5", " "), row(2, "5", "")]] {
            let typed = TypedCorrection { reason: "counted".into(), note: String::new(), counts };
            assert_eq!(typed.parse().unwrap_err().of("counts.0.count"), Some(FieldProblem::NothingCounted));
        }
        // What was looked at and is as it was is a count.
        let same = TypedCorrection { reason: "counted".into(), note: String::new(), counts: vec![row(1, "5", "5")] };
        assert_eq!(same.parse().unwrap().deltas, []);
    }

    #[test]
    fn bad_counts_are_told_at_their_rows() {
        let typed = TypedCorrection {
            reason: "other".into(),
            note: " ".into(),
            counts: vec![row(1, "5", "-1"), row(2, "5", "1.5"), row(2, "5", "6"), row(2, "5", "7"), row(3, "5", "1000001")],
        };
        let errors = typed.parse().unwrap_err();
        let found: Vec<_> = errors.iter().map(|(name, _)| name).collect();
        assert_eq!(found, ["note", "counts.0.count", "counts.1.count", "counts.3.id", "counts.4.count"]);
        assert!(TypedCorrection { reason: "theft".into(), ..TypedCorrection::default() }.parse().is_err());
    }
}
