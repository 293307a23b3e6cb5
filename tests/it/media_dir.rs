use std::path::{Path, PathBuf};

/// A folder that goes with the test.
pub struct MediaDir(PathBuf);

impl MediaDir {
    pub fn new() -> Self {
        let dir = std::env::temp_dir().join(format!("souk-media-{}", uuid::Uuid::new_v4().simple()));
        std::fs::create_dir_all(&dir).unwrap();
        Self(dir)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for MediaDir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
