//! `souk check`: what must be true of orders, payments and stock, and of the figures that are kept of them.

use super::store::folding::INVARIANTS;
use crate::checkout::invariants::{self, Violation};
use crate::error::AppError;
use crate::platform::db::{Db, Tx};
use crate::platform::state::AppState;

/// All violations, of rows and of files; an empty list is good news.
///
/// # Errors
/// Those of the database and of the store of pictures.
pub async fn check_all(state: &AppState) -> Result<Vec<Violation>, AppError> {
    let mut violations = check(&state.db).await?;
    violations.extend(invariants::missing_files(state).await?);
    Ok(violations)
}

/// All violations that the database knows, at one moment.
///
/// # Errors
/// Only the database's.
pub async fn check(db: &Db) -> Result<Vec<Violation>, AppError> {
    let mut tx = invariants::look(db).await?;
    check_within(&mut tx).await
}

/// The same as a transaction sees it.
///
/// # Errors
/// Only the database's.
pub async fn check_within(tx: &mut Tx) -> Result<Vec<Violation>, AppError> {
    let mut violations = invariants::check_within(tx).await?;
    violations.extend(invariants::violations(tx, INVARIANTS).await?);
    Ok(violations)
}

/// What is checked, by name.
pub fn names() -> impl Iterator<Item = &'static str> {
    INVARIANTS.iter().map(|(invariant, _)| *invariant).chain(invariants::names())
}
