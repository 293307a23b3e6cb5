//! Work that goes on when the visitor has gone.

use std::future::Future;

use crate::error::AppError;

/// Runs the future as a task of its own: dropping the request (the browser was closed, a timeout fired) cannot drop a transaction half-way.
///
/// # Errors
/// The future's own; `Internal` if it panicked.
pub async fn uncancelled<T: Send + 'static>(work: impl Future<Output = Result<T, AppError>> + Send + 'static) -> Result<T, AppError> {
    match tokio::spawn(work).await {
        Ok(result) => result,
        Err(error) => Err(AppError::internal(error)),
    }
}
