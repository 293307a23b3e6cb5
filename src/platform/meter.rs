//! How many requests each caller sent in this minute, counted by each instance for itself: a counter that all share would cost every request
//! a write. Guards that must be exact (passwords, codes) count in the database: see [`super::rate_limit`].

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use quick_cache::sync::Cache;

/// In which requests are counted.
pub const WINDOW_S: u64 = 60;
/// Callers that are remembered; the ones that were away the longest go first.
const CALLERS: usize = 10_000;

/// The counters. Cheap to clone.
#[derive(Clone)]
pub struct Meter(Arc<Cache<String, Arc<AtomicU64>>>);

/// Where a caller stands after a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reading {
    /// With this one.
    pub requests: u32,
    /// Until the window ends.
    pub seconds_left: u32,
}

impl Default for Meter {
    fn default() -> Self {
        Self(Arc::new(Cache::new(CALLERS)))
    }
}

impl std::fmt::Debug for Meter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Meter")
    }
}

impl Meter {
    /// Counts a request.
    pub fn count(&self, caller: &str) -> Reading {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        self.count_at(caller, now)
    }

    fn count_at(&self, caller: &str, now: u64) -> Reading {
        let counter = self.0.get(caller).unwrap_or_else(|| {
            let fresh = Arc::new(AtomicU64::new(0));
            self.0.insert(caller.to_owned(), fresh.clone());
            fresh
        });
        let window = now / WINDOW_S;
        // The window in the upper half, the requests in it in the lower one.
        let next = |word: u64| {
            let requests = if word >> 32 == window & 0xffff_ffff { word & 0xffff_ffff } else { 0 };
            (window << 32) | (requests + 1).min(0xffff_ffff)
        };
        let before = counter.update(Ordering::Relaxed, Ordering::Relaxed, next);
        let requests = u32::try_from(next(before) & 0xffff_ffff).unwrap_or(u32::MAX);
        Reading { requests, seconds_left: u32::try_from(WINDOW_S - now % WINDOW_S).unwrap_or(1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_caller_is_counted_anew_in_each_window() {
        let meter = Meter::default();
        assert_eq!(meter.count_at("a", 120), Reading { requests: 1, seconds_left: 60 });
        assert_eq!(meter.count_at("a", 179), Reading { requests: 2, seconds_left: 1 });
        assert_eq!(meter.count_at("b", 179).requests, 1);
        assert_eq!(meter.count_at("a", 180), Reading { requests: 1, seconds_left: 60 });
    }
}
