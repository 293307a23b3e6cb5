//! Where files lie: one port, a local directory behind it.

use std::path::PathBuf;
use std::sync::Arc;

/// Handle on the file store; cheap to clone.
#[derive(Clone, Debug)]
pub struct Storage {
    root: Arc<PathBuf>,
}

impl Storage {
    /// Files under this directory, which is made on the first write.
    pub fn local(root: impl Into<PathBuf>) -> Self {
        Self { root: Arc::new(root.into()) }
    }
}
