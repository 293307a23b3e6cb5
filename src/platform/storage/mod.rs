//! Where files lie: one port, with a local directory or an S3-compatible store behind it. A folder of files never changes once it is written.

mod local;
mod s3;

use std::path::PathBuf;
use std::time::Duration;

use uuid::Uuid;

pub use s3::S3Config;

use crate::error::AppError;
use local::Local;
use s3::S3;

/// Handle on the file store; cheap to clone.
#[derive(Clone, Debug)]
pub enum Storage {
    Local(Local),
    S3(S3),
}

impl Storage {
    /// Files under this directory, which is made on the first write.
    pub fn local(root: impl Into<PathBuf>) -> Self {
        Self::Local(Local::new(root))
    }

    /// Files in a bucket.
    ///
    /// # Errors
    /// A sentence on the setting that cannot be used.
    pub fn s3(config: &S3Config) -> Result<Self, String> {
        S3::new(config).map(Self::S3)
    }

    /// Writes a folder with these files. A local one is there as a whole or not at all; elsewhere no row names it before it is complete.
    ///
    /// # Errors
    /// `Internal` when the store refuses: full, or not ours.
    pub async fn put_folder(&self, folder: Uuid, files: Vec<(String, Vec<u8>)>) -> Result<(), AppError> {
        match self {
            Self::Local(local) => local.put_folder(folder, files).await,
            Self::S3(s3) => s3.put_folder(folder, files).await,
        }
    }

    /// The bytes of a file, or nothing if there is none.
    ///
    /// # Errors
    /// `Internal` when the disk fails; `Offline` when the store cannot be reached.
    pub async fn read(&self, folder: Uuid, name: &str) -> Result<Option<Vec<u8>>, AppError> {
        match self {
            Self::Local(local) => local.read(folder, name).await,
            Self::S3(s3) => s3.read(folder, name).await,
        }
    }

    /// Whether there is such a file.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub async fn has(&self, folder: Uuid, name: &str) -> Result<bool, AppError> {
        match self {
            Self::Local(local) => local.has(folder, name).await,
            Self::S3(s3) => s3.has(folder, name).await,
        }
    }

    /// Removes a folder with all that is in it; none is fine.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub async fn remove_folder(&self, folder: Uuid) -> Result<(), AppError> {
        match self {
            Self::Local(local) => local.remove_folder(folder).await,
            Self::S3(s3) => s3.remove_folder(folder).await,
        }
    }

    /// Folders that were written longer ago than this: what nobody names among them was left behind.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub async fn folders_older_than(&self, age: Duration) -> Result<Vec<Uuid>, AppError> {
        match self {
            Self::Local(local) => local.folders_older_than(age).await,
            Self::S3(s3) => s3.folders_older_than(age).await,
        }
    }
}
