//! Where files lie: one port, a local directory behind it. A folder of files is written as a whole or not at all, and never changed after.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use uuid::Uuid;

use crate::error::AppError;

/// What unfinished folders are called; such a name can never be asked for.
const UNFINISHED: &str = ".unfinished-";

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

    /// Writes a folder with these files: beside its place, synced to the disk, then renamed, so that no reader and no power cut meets half
    /// of it. A folder of this id that is already there is replaced.
    ///
    /// # Errors
    /// `Internal` when the disk refuses: full, or not ours.
    pub async fn put_folder(&self, folder: Uuid, files: Vec<(String, Vec<u8>)>) -> Result<(), AppError> {
        let root = Arc::clone(&self.root);
        blocking(move || write_folder(&root, folder, &files)).await
    }

    /// The bytes of a file, or nothing if there is none.
    ///
    /// # Errors
    /// `Internal` when the disk fails.
    pub async fn read(&self, folder: Uuid, name: &str) -> Result<Option<Vec<u8>>, AppError> {
        let path = path_of(&self.root, folder, name).map_err(AppError::internal)?;
        blocking(move || match fs::read(path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        })
        .await
    }

    /// Whether there is such a file.
    ///
    /// # Errors
    /// `Internal` when the disk fails.
    pub async fn has(&self, folder: Uuid, name: &str) -> Result<bool, AppError> {
        let path = path_of(&self.root, folder, name).map_err(AppError::internal)?;
        blocking(move || path.try_exists()).await
    }

    /// Removes a folder with all that is in it; none is fine.
    ///
    /// # Errors
    /// `Internal` when the disk fails.
    pub async fn remove_folder(&self, folder: Uuid) -> Result<(), AppError> {
        let path = self.root.join(folder.to_string());
        blocking(move || remove_if_there(&path)).await
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T, AppError> {
    tokio::task::spawn_blocking(work).await.map_err(AppError::internal)?.map_err(AppError::internal)
}

/// Ids and plain names alone make a path: nothing a stranger sends can climb out of the root.
fn path_of(root: &Path, folder: Uuid, name: &str) -> io::Result<PathBuf> {
    let plain = !name.is_empty() && !name.starts_with('.') && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
    if plain { Ok(root.join(folder.to_string()).join(name)) } else { Err(io::Error::new(io::ErrorKind::InvalidInput, "not a file name")) }
}

fn write_folder(root: &Path, folder: Uuid, files: &[(String, Vec<u8>)]) -> io::Result<()> {
    fs::create_dir_all(root)?;
    let unfinished = root.join(format!("{UNFINISHED}{}", Uuid::new_v4()));
    let finish = || {
        fs::create_dir(&unfinished)?;
        for (name, bytes) in files {
            let checked = path_of(root, folder, name)?;
            let mut file = File::create_new(unfinished.join(checked.file_name().unwrap_or_default()))?;
            file.write_all(bytes)?;
            file.sync_all()?;
        }
        File::open(&unfinished)?.sync_all()?;
        let place = root.join(folder.to_string());
        remove_if_there(&place)?;
        fs::rename(&unfinished, &place)?;
        File::open(root)?.sync_all()
    };
    let written = finish();
    if written.is_err() {
        // What failed is reported; a failure to tidy up after it would only hide that.
        drop(fs::remove_dir_all(&unfinished));
    }
    written
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_climb_are_refused() {
        for name in ["", ".", "..", "../x", "a/b", "/etc/passwd", "a\\b", "a\0", ".hidden", "ä", "%2e%2e"] {
            assert!(path_of(Path::new("/r"), Uuid::nil(), name).is_err(), "{name:?}");
        }
        assert!(path_of(Path::new("/r"), Uuid::nil(), "320.webp").is_ok());
    }

    #[test]
    fn a_folder_is_there_as_a_whole_or_not_at_all() -> io::Result<()> {
        let root = std::env::temp_dir().join(format!("souk-storage-{}", Uuid::new_v4()));
        let folder = Uuid::new_v4();
        let bad = [("a".to_owned(), vec![1]), ("../b".to_owned(), vec![2])];
        assert!(write_folder(&root, folder, &bad).is_err());
        assert_eq!(fs::read_dir(&root)?.count(), 0);
        for content in [1, 2] {
            write_folder(&root, folder, &[("a".to_owned(), vec![content])])?;
            assert_eq!(fs::read(root.join(folder.to_string()).join("a"))?, [content]);
        }
        assert_eq!(fs::read_dir(&root)?.count(), 1);
        fs::remove_dir_all(root)
    }
}
