//! Counts of what is too much to be counted while somebody waits: everything, and large categories. A job counts them once a minute.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::super::store::counting::{self, Counting};
use super::super::store::finding::Wanted;
use super::super::store::words;
use super::super::{Category, CategoryTree, Counts, Dimension};
use super::finding::CAP;
use super::shop_currency;
use crate::error::AppError;
use crate::platform::db::Db;
use crate::platform::state::AppState;
use crate::values::CategoryId;

/// Name of the job that counts.
pub const COUNT_LISTINGS: &str = "count-listings";
/// Name of the job that reads the words of names.
pub const READ_WORDS: &str = "read-words";

/// For how long a process goes without looking at what the job wrote.
const MAX_AGE: Duration = Duration::from_secs(20);

/// What the job counted, by category; without one, of everything.
#[derive(Default)]
pub(super) struct KeptCounts(HashMap<String, Arc<Counts>>);

fn scope(category: Option<CategoryId>) -> String {
    category.map(|id| id.to_string()).unwrap_or_default()
}

impl KeptCounts {
    /// The counts of a category or of everything, where they are too many to count at once.
    pub fn get(&self, category: Option<CategoryId>) -> Option<Arc<Counts>> {
        if self.0.is_empty() { None } else { self.0.get(&scope(category)).cloned() }
    }
}

pub(super) async fn kept(db: &Db) -> Result<Arc<KeptCounts>, AppError> {
    db.recent(MAX_AGE, async {
        let rows = words::kept_counts(db.pool()).await?;
        Ok(KeptCounts(rows.into_iter().map(|(scope, counts)| (scope, Arc::new(counts))).collect()))
    })
    .await
}

/// Counts everything and each category, and keeps what is beyond [`CAP`]; the rest is counted when it is asked for.
///
/// # Errors
/// `Offline`.
pub async fn count_listings(state: AppState) -> Result<(), AppError> {
    let db = &state.db;
    let currency = shop_currency(db).await?;
    let tree: Arc<CategoryTree> = super::read_category_tree(db).await?;
    let cap = i64::try_from(CAP).unwrap_or(i64::MAX);
    let categories = tree.branches().iter().map(|branch: &super::super::Branch| Some(&branch.category));
    let (mut scopes, mut kept) = (Vec::new(), Vec::new());
    for category in std::iter::once(None::<&Category>).chain(categories) {
        let wanted = Wanted { categories: category.map(|category| tree.ids_below(category.id)), ..Wanted::default() };
        if counting::total(db.pool(), &wanted, cap).await? > CAP {
            kept.extend(counting::counts(db.pool(), &[Counting { wanted, of: Dimension::ALL.to_vec(), cap: None }], None, currency).await?);
            scopes.push(scope(category.map(|category| category.id)));
        }
    }
    Ok(words::keep_counts(db.pool(), &scopes, &kept).await?)
}

/// Reads the words that misspelt ones are compared with.
///
/// # Errors
/// `Offline`.
pub async fn read_words(state: AppState) -> Result<(), AppError> {
    Ok(words::refresh(state.db.pool()).await?)
}
