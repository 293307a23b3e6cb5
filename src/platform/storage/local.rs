//! A local directory. A folder of files is written beside its place, synced to the disk, then renamed.

use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use uuid::Uuid;

use crate::error::AppError;

/// What unfinished folders are called; such a name can never be asked for.
const UNFINISHED: &str = ".unfinished-";

/// Files under one directory, which is made on the first write.
#[derive(Clone, Debug)]
pub struct Local {
    root: Arc<PathBuf>,
}

impl Local {
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: Arc::new(root.into()) }
    }

    /// So that no reader and no power cut meets half of it. A folder of this id that is already there is replaced.
    pub async fn put_folder(&self, folder: Uuid, files: Vec<(String, Vec<u8>)>) -> Result<(), AppError> {
        let root = Arc::clone(&self.root);
        blocking(move || write_folder(&root, folder, &files)).await
    }

    pub async fn read(&self, folder: Uuid, name: &str) -> Result<Option<Vec<u8>>, AppError> {
        let path = path_of(&self.root, folder, name).map_err(AppError::internal)?;
        blocking(move || match fs::read(path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        })
        .await
    }

    pub async fn has(&self, folder: Uuid, name: &str) -> Result<bool, AppError> {
        let path = path_of(&self.root, folder, name).map_err(AppError::internal)?;
        blocking(move || path.try_exists()).await
    }

    pub async fn remove_folder(&self, folder: Uuid) -> Result<(), AppError> {
        let path = self.root.join(folder.to_string());
        blocking(move || remove_if_there(&path)).await
    }

    /// Also clears away what a power cut left unfinished.
    pub async fn folders_older_than(&self, age: Duration) -> Result<Vec<Uuid>, AppError> {
        let root = Arc::clone(&self.root);
        blocking(move || list_old(&root, SystemTime::now().checked_sub(age).unwrap_or(SystemTime::UNIX_EPOCH))).await
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T, AppError> {
    tokio::task::spawn_blocking(work).await.map_err(AppError::internal)?.map_err(AppError::internal)
}

fn list_old(root: &Path, before: SystemTime) -> io::Result<Vec<Uuid>> {
    let entries = match fs::read_dir(root) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let is_old = |metadata: &Metadata| metadata.is_dir() && metadata.modified().is_ok_and(|at| at < before);
    let mut folders = Vec::new();
    for entry in entries {
        let entry = entry?;
        // What vanishes while we look is no longer of interest.
        if !entry.metadata().is_ok_and(|metadata| is_old(&metadata)) {
            continue;
        }
        let name = entry.file_name().to_string_lossy().into_owned();
        match name.parse::<Uuid>() {
            Ok(folder) if folder.to_string() == name => folders.push(folder),
            _ if name.starts_with(UNFINISHED) => remove_if_there(&entry.path())?,
            _ => {}
        }
    }
    Ok(folders)
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

    #[test]
    fn old_folders_are_told_from_young_ones_and_from_what_is_not_ours() -> io::Result<()> {
        let root = std::env::temp_dir().join(format!("souk-storage-{}", Uuid::new_v4()));
        let folder = Uuid::new_v4();
        write_folder(&root, folder, &[("a".to_owned(), vec![1])])?;
        fs::create_dir(root.join("not-ours"))?;
        fs::create_dir(root.join(format!("{UNFINISHED}x")))?;
        assert_eq!(list_old(&root, SystemTime::now() - Duration::from_secs(60))?, Vec::<Uuid>::new());
        assert_eq!(fs::read_dir(&root)?.count(), 3);
        assert_eq!(list_old(&root, SystemTime::now() + Duration::from_secs(60))?, [folder]);
        assert_eq!(fs::read_dir(&root)?.count(), 2, "the unfinished one is gone");
        fs::remove_dir_all(root)
    }
}
