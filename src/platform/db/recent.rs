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

/// Of what is kept by a key; beyond it, the oldest makes room.
const MAX_KEYS: usize = 100;

/// One value for each type and key: the types are few and our own. Shared by the clones of a [`Db`], never between databases.
#[derive(Clone, Default)]
pub(super) struct Recent(Arc<Mutex<HashMap<(TypeId, String), Kept>>>);

impl fmt::Debug for Recent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Recent")
    }
}

impl Recent {
    fn get<T: Any + Send + Sync>(&self, key: &str, max_age: Duration) -> Option<Arc<T>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, value) = kept.get(&(TypeId::of::<T>(), key.to_owned()))?;
        if at.elapsed() > max_age { None } else { Arc::clone(value).downcast().ok() }
    }

    fn put<T: Any + Send + Sync>(&self, key: &str, value: &Arc<T>, at: Instant) {
        let value: Arc<dyn Any + Send + Sync> = value.clone();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let oldest = kept.iter().filter(|((_, key), _)| !key.is_empty()).min_by_key(|(_, (at, _))| *at).map(|(key, _)| key.clone());
        if let Some(oldest) = oldest.filter(|_| kept.len() >= MAX_KEYS) {
            kept.remove(&oldest);
        }
        kept.insert((TypeId::of::<T>(), key.to_owned()), (at, value));
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
        self.recent_of("", max_age, load).await
    }

    /// The same for one of several values of a type, which are told apart by `key`.
    ///
    /// # Errors
    /// Those of `load`.
    pub async fn recent_of<T: Any + Send + Sync>(
        &self,
        key: &str,
        max_age: Duration,
        load: impl Future<Output = Result<T, AppError>>,
    ) -> Result<Arc<T>, AppError> {
        if let Some(value) = self.recent.get(key, max_age) {
            return Ok(value);
        }
        // What is written while we read may be missing in it, so its age counts from here.
        let at = Instant::now();
        let value = Arc::new(load.await?);
        self.recent.put(key, &value, at);
        Ok(value)
    }
}
