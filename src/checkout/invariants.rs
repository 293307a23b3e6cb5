//! What must be true of orders, payments and stock at any moment, as queries: `souk check`, and the end of each test that touches orders.

use super::store;
use crate::error::AppError;
use crate::platform::db::Db;

/// A broken invariant and where it is broken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violation {
    pub invariant: &'static str,
    pub rows: Vec<String>,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.invariant, self.rows.join(", "))
    }
}

/// All violations; an empty list is good news.
///
/// # Errors
/// Only the database's.
pub async fn check(db: &Db) -> Result<Vec<Violation>, AppError> {
    let mut violations = Vec::new();
    for (invariant, query) in store::INVARIANTS {
        let rows = store::violations(db.pool(), query).await?;
        if !rows.is_empty() {
            violations.push(Violation { invariant, rows });
        }
    }
    Ok(violations)
}

/// How many invariants are checked.
pub const fn count() -> usize {
    store::INVARIANTS.len()
}
