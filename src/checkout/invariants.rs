//! What must be true of orders, payments and stock at any moment, as queries. `analytics` adds what it keeps of them: `souk check`, and the end
//! of each test that touches orders.

use super::store;
use crate::catalogue::service::pictures;
use crate::error::AppError;
use crate::platform::db::{Db, Tx};
use crate::platform::state::AppState;

/// Looked for outside the database.
const FILES: &str = "I12 each picture that a row names has its files";

/// Places named when something is broken in many.
const NAMED: usize = 20;

/// A broken invariant and where it is broken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violation {
    pub invariant: &'static str,
    pub rows: Vec<String>,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let named = self.rows.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>();
        write!(f, "{}: {}", self.invariant, named.join(", "))?;
        match self.rows.len() - named.len() {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

/// Pictures whose files are gone, if there are any.
///
/// # Errors
/// Those of the database and of the store of pictures.
pub async fn missing_files(state: &AppState) -> Result<Option<Violation>, AppError> {
    let missing = pictures::missing(state).await?;
    Ok((!missing.is_empty()).then(|| Violation { invariant: FILES, rows: missing.iter().map(ToString::to_string).collect() }))
}

/// A transaction that sees one moment and changes nothing.
///
/// # Errors
/// Only the database's.
pub async fn look(db: &Db) -> Result<Tx, AppError> {
    let mut tx = db.begin().await?;
    store::look(&mut tx).await?;
    Ok(tx)
}

/// All violations that a transaction sees.
///
/// # Errors
/// Only the database's.
pub async fn check_within(tx: &mut Tx) -> Result<Vec<Violation>, AppError> {
    violations(tx, store::INVARIANTS).await
}

/// Violations of invariants with their queries, each of which yields a text for each place.
///
/// # Errors
/// Only the database's.
pub async fn violations(tx: &mut Tx, invariants: &[(&'static str, &'static str)]) -> Result<Vec<Violation>, AppError> {
    let mut violations = Vec::new();
    for (invariant, query) in invariants {
        let rows = store::violations(tx, query).await?;
        if !rows.is_empty() {
            violations.push(Violation { invariant, rows });
        }
    }
    Ok(violations)
}

/// What is checked, by name.
pub fn names() -> impl Iterator<Item = &'static str> {
    store::INVARIANTS.iter().map(|(invariant, _)| *invariant).chain([FILES])
}
