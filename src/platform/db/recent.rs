//! What was read a moment ago and may be a few seconds old: read once by each process and not once for each page.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Db;
use crate::error::AppError;

/// A value and when it was read.
type Kept = (Instant, Arc<dyn Any + Send + Sync>);

/// One value for each type; the types are few and our own, so it needs no bound. Shared by the clones of a [`Db`], never between databases.
#[derive(Clone, Default)]
pub(super) struct Recent(Arc<Mutex<HashMap<TypeId, Kept>>>);

impl fmt::Debug for Recent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Recent")
    }
}

impl Recent {
    fn get<T: Any + Send + Sync>(&self, max_age: Duration) -> Option<Arc<T>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, value) = kept.get(&TypeId::of::<T>())?;
        if at.elapsed() > max_age { None } else { Arc::clone(value).downcast().ok() }
    }

    fn put<T: Any + Send + Sync>(&self, value: &Arc<T>, at: Instant) {
        let value: Arc<dyn Any + Send + Sync> = value.clone();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(TypeId::of::<T>(), (at, value));
    }
}

impl Db {
    /// The value that was read at most `max_age` ago, or else what `load` reads now. Several that find it too old read it each.
    ///
    /// # Errors
    /// Those of `load`.
    pub async fn recent<T: Any + Send + Sync>(
        &self,
        max_age: Duration,
        load: impl Future<Output = Result<T, AppError>>,
    ) -> Result<Arc<T>, AppError> {
        if let Some(value) = self.recent.get(max_age) {
            return Ok(value);
        }
        // What is written while we read may be missing in it, so its age counts from here.
        let at = Instant::now();
        let value = Arc::new(load.await?);
        self.recent.put(&value, at);
        Ok(value)
    }
}
