use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use axum::body::Bytes;
use futures::{Stream, StreamExt};
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use super::render::{Input, MAX_BYTES};
use crate::error::AppError;
use crate::values::FieldProblem;

/// Below the folder of the server's own data: the system's temporary folder may be memory.
const FOLDER: &str = "uploads";

/// A file that somebody sent, on the disk until it is its turn: a slow sender holds no memory. It has no name, so it is gone with this value,
/// or with the process.
#[derive(Debug)]
pub struct Upload {
    file: File,
}

impl Upload {
    /// Takes a file in, piece by piece. One that is too large is read to its end all the same, since another one may follow.
    ///
    /// # Errors
    /// `Invalid` at `picture` for nothing and for more than [`MAX_BYTES`]; `Offline` when the sender broke off; `Internal` when the disk
    /// refuses.
    pub async fn receive<E>(data_dir: &Path, pieces: impl Stream<Item = Result<Bytes, E>>) -> Result<Self, AppError> {
        let folder = data_dir.join(FOLDER);
        let create = move || std::fs::create_dir_all(&folder).and_then(|()| tempfile::tempfile_in(&folder));
        let file = tokio::task::spawn_blocking(create).await.map_err(AppError::internal)?.map_err(AppError::internal)?;
        let mut file = tokio::fs::File::from_std(file);
        let mut pieces = std::pin::pin!(pieces);
        let mut bytes = 0_usize;
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|_| AppError::Offline)?;
            bytes = bytes.saturating_add(piece.len());
            if bytes <= MAX_BYTES {
                file.write_all(&piece).await.map_err(AppError::internal)?;
            }
        }
        match bytes {
            0 => return Err(AppError::field("picture", FieldProblem::Required)),
            _ if bytes > MAX_BYTES => return Err(AppError::field("picture", FieldProblem::FileTooLarge)),
            _ => {}
        }
        file.flush().await.map_err(AppError::internal)?;
        file.rewind().await.map_err(AppError::internal)?;
        Ok(Self { file: file.into_std().await })
    }

    pub(super) fn into_input(self) -> impl Input {
        BufReader::new(self.file)
    }
}
