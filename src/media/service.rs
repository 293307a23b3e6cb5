//! Takes pictures in: as many at a time as memory and cores allow, off the async threads, and stores what was rendered.

mod render;
mod upload;

use std::io::Cursor;
use std::sync::LazyLock;

use tokio::sync::Semaphore;

pub use render::MAX_BYTES;
pub use upload::Upload;

use crate::error::AppError;
use crate::platform::storage::Storage;
use crate::values::{FieldProblem, PictureId};
use render::Input;

/// Memory for all pictures that are being decoded at once, in MiB: the server should live in 512 with everything else it does.
const MEMORY_MIB: u32 = 400;
/// What a picture costs however small it is: encoder, resized copies.
const BASE_MIB: u32 = 24;
const MIB: u64 = 1024 * 1024;

/// Taken in proportion to a picture's size: several photographs at once, or one giant.
static MEMORY: Semaphore = Semaphore::const_new(MEMORY_MIB as usize);
/// More at a time than there are cores would only make each wait longer.
static CORES: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(std::thread::available_parallelism().map_or(1, usize::from)));

/// A picture whose files are written; a row must name it, or it is an orphan.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredPicture {
    pub id: PictureId,
    /// Of the largest size kept.
    pub width: i32,
    pub height: i32,
    /// Ascending.
    pub widths: Vec<i32>,
}

/// Checks, renders and stores what somebody sent. The bytes themselves are kept nowhere.
///
/// # Errors
/// `Invalid` at `picture` for what is not a picture we take; `Internal` when the disk refuses.
pub async fn store_picture(storage: &Storage, bytes: Vec<u8>) -> Result<StoredPicture, AppError> {
    store(storage, PictureId::new(), Cursor::new(bytes)).await
}

/// As [`store_picture`], under an id that a row already names: for files that were lost.
///
/// # Errors
/// The same.
pub async fn store_picture_as(storage: &Storage, id: PictureId, bytes: Vec<u8>) -> Result<StoredPicture, AppError> {
    store(storage, id, Cursor::new(bytes)).await
}

/// As [`store_picture`], for what waits on the disk.
///
/// # Errors
/// The same.
pub async fn store_upload(storage: &Storage, upload: Upload) -> Result<StoredPicture, AppError> {
    store(storage, PictureId::new(), upload.into_input()).await
}

async fn store(storage: &Storage, id: PictureId, mut input: impl Input) -> Result<StoredPicture, AppError> {
    // A decoder may read the whole file for its header.
    let core = CORES.acquire().await.map_err(AppError::internal)?;
    let (input, cost) = off_thread(move || render::decoding_cost(&mut input).map(|cost| (input, cost))).await?;
    drop(core);
    let cost = u32::try_from(cost.div_ceil(MIB)).unwrap_or(u32::MAX).saturating_add(BASE_MIB);
    if cost > MEMORY_MIB {
        return Err(AppError::field("picture", FieldProblem::PictureTooLarge));
    }
    let memory = MEMORY.acquire_many(cost).await.map_err(AppError::internal)?;
    let core = CORES.acquire().await.map_err(AppError::internal)?;
    let rendered = off_thread(move || render::render(input)).await?;
    drop((memory, core));
    let widths = rendered.files.iter().map(|(width, _)| *width).collect();
    let files = rendered.files.into_iter().map(|(width, bytes)| (file_name(width), bytes)).collect();
    storage.put_folder(id.0, files).await?;
    Ok(StoredPicture { id, width: rendered.width, height: rendered.height, widths })
}

/// Whether all files of a picture are there.
///
/// # Errors
/// `Internal` when the disk fails.
pub async fn is_stored(storage: &Storage, picture: PictureId, widths: &[i32]) -> Result<bool, AppError> {
    for &width in widths {
        if !storage.has(picture.0, &file_name(width)).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Removes the files of a picture that no row came to name.
///
/// # Errors
/// `Internal` when the disk fails.
pub async fn discard(storage: &Storage, picture: PictureId) -> Result<(), AppError> {
    storage.remove_folder(picture.0).await
}

/// What a size of a picture is called in its folder.
pub(super) fn file_name(width: i32) -> String {
    format!("{width}.webp")
}

/// A decoder that panics on a hostile file has refused it; the panic is in the log.
async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> Result<T, FieldProblem> + Send + 'static) -> Result<T, AppError> {
    let outcome = tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "a picture made its decoder panic");
        Err(FieldProblem::NotAPicture)
    });
    outcome.map_err(|problem| AppError::field("picture", problem))
}
