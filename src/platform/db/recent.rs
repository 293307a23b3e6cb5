//! What was read a moment ago and may be a few seconds old: read once by each process and not once for each page.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Db;
use crate::error::AppError;

/// A value, when it was read, and how long that took.
struct Kept {
    at: Instant,
    took: Duration,
    value: Arc<dyn Any + Send + Sync>,
}

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
    fn get<T: Any + Send + Sync>(&self, key: &str, max_age: impl Fn(Duration) -> Duration) -> Option<Arc<T>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = all.get(&(TypeId::of::<T>(), key.to_owned()))?;
        if kept.at.elapsed() > max_age(kept.took) { None } else { Arc::clone(&kept.value).downcast().ok() }
    }

    fn put<T: Any + Send + Sync>(&self, key: &str, value: &Arc<T>, at: Instant) {
        let kept = Kept { at, took: at.elapsed(), value: value.clone() };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MAX_KEYS {
            let oldest = all.iter().filter(|((_, key), _)| !key.is_empty()).min_by_key(|(_, kept)| kept.at).map(|(key, _)| key.clone());
            if let Some(oldest) = oldest {
                all.remove(&oldest);
            }
        }
        all.insert((TypeId::of::<T>(), key.to_owned()), kept);
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
        self.recent_of("", |_| max_age, load).await
    }

    /// The same for one of several values of a type, told apart by `key`. How old it may be can depend on how long it took to read.
    ///
    /// # Errors
    /// Those of `load`.
    pub async fn recent_of<T: Any + Send + Sync>(
        &self,
        key: &str,
        max_age: impl Fn(Duration) -> Duration,
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
