//! Products as files: a shop's own goods leave as CSV, and come back in.
//!
//! Table: `product_imports`. A file is checked first, and nothing is written but what was found; then a job brings it in within one
//! transaction, so that there is all of it or nothing. What was edited between the two is not written over: the file is refused as a whole.
//! What leaves comes back as it was: taking in an export changes nothing.

mod cells;
mod lines;
mod plan;
mod plan_changes;
pub mod routes;
pub mod service;
mod store;
mod write;

use serde::{Deserialize, Serialize};

pub use cells::Column;

use crate::values::ImportId;

/// Largest file that is taken, in bytes; the table has the same bound.
pub const MAX_FILE_BYTES: usize = 5 * 1024 * 1024;
/// Most rows in a file, without the first.
pub const MAX_ROWS: usize = 10_000;
/// Problems and changes that are shown; the rest is counted.
pub const SHOWN: usize = 200;

crate::text_enum! {
    /// Where an import stands.
    pub enum ImportStatus {
        /// Something is wrong with the file, and nothing of it was written.
        Refused => "refused",
        /// Nothing is wrong with it; its vendor may let it in.
        Checked => "checked",
        Queued => "queued",
        Running => "running",
        Done => "done",
        /// It could not be brought in by a mistake of ours. Nothing of it was written.
        Failed => "failed",
    }
}

impl ImportStatus {
    /// For people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Refused => "Refused",
            Self::Checked => "Checked",
            Self::Queued => "Waiting",
            Self::Running => "Being imported",
            Self::Done => "Imported",
            Self::Failed => "Failed",
        }
    }

    /// Whether it goes on by itself, so that looking again is worth it.
    pub const fn is_under_way(self) -> bool {
        matches!(self, Self::Queued | Self::Running)
    }
}

/// What is wrong with a row, and where.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LineProblem {
    /// As programs that show files count: the first line is the one with the names of the columns.
    pub line: u64,
    /// Empty: the row as a whole.
    pub column: String,
    /// A sentence of ours.
    pub message: String,
}

/// What the file does to a product.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Change {
    pub line: u64,
    pub handle: String,
    /// It is not there yet.
    pub is_new: bool,
    /// In words: "price", "2 new variants".
    pub what: Vec<String>,
}

/// An import as its vendor sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Import {
    pub id: ImportId,
    pub file_name: String,
    pub status: ImportStatus,
    pub rows_total: i32,
    pub products_new: i32,
    pub products_changed: i32,
    pub products_same: i32,
    /// The first of them.
    pub changes: Vec<Change>,
    pub problems: Vec<LineProblem>,
    pub problem_count: i32,
    pub progress: i32,
    /// RFC 3339.
    pub created_at: String,
}

/// An import in the list of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ImportLine {
    pub id: ImportId,
    pub file_name: String,
    pub status: ImportStatus,
    pub rows_total: i32,
    /// RFC 3339.
    pub created_at: String,
}
