use crate::error::AppError;
use crate::platform::storage::Storage;
use crate::values::PictureId;

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

pub async fn store_picture(_storage: &Storage, _bytes: Vec<u8>) -> Result<StoredPicture, AppError> {
    Err(AppError::internal("not yet"))
}
