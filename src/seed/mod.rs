//! The demo catalogue, brought in by the code that vendors and customers use: products through the vendor's own row-level security,
//! pictures through the same checks and sizes as an upload.
//!
//! Idempotent: what is there stays as it is, what is missing is added. Each product is one transaction, so a run that was killed is
//! completed by the next one (files of a picture whose product was not committed stay behind as orphans).

mod demo_file;
mod goods;
pub mod load;
mod people;
mod store;

use std::path::Path;

use crate::error::AppError;
use crate::platform::db::Db;
use crate::platform::state::AppState;
use crate::platform::storage::Storage;

/// The password of every demo account. Sandbox payments and this password stand and fall together: production refuses to seed.
pub const DEMO_PASSWORD: &str = "souk-demo-2026!";
/// The accounts that the program prints: a customer, the owner of an approved shop, an admin.
pub const DEMO_CUSTOMER: &str = "customer@example.com";
pub const DEMO_VENDOR: &str = "hollow-kiln@example.com";
pub const DEMO_ADMIN: &str = "admin@example.com";

/// What a run added; all zero when everything was there.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Added {
    pub people: u32,
    pub shops: u32,
    pub categories: u32,
    pub products: u32,
    pub pictures: u32,
    /// Pictures of existing products whose files were lost.
    pub restored_pictures: u32,
    pub reviews: u32,
}

/// Fills the shop with the demo. Anybody knows its passwords, so never in production.
///
/// # Errors
/// `Forbidden` in production; those of [`import`].
pub async fn demo(state: &AppState) -> Result<(), AppError> {
    if state.config.production {
        tracing::error!("the demo has passwords that everybody knows: it is not for production");
        return Err(AppError::Forbidden);
    }
    import(&state.db, &state.storage, &state.config.demo_dir).await?;
    Ok(())
}

/// Imports `catalogue.json` of this folder and the pictures beside it.
///
/// # Errors
/// `Internal` when the folder cannot be read; what the import of a part said otherwise. What was done before stays.
pub async fn import(db: &Db, storage: &Storage, folder: &Path) -> Result<Added, AppError> {
    let file = demo_file::read(folder).await?;
    let mut added = Added::default();
    let vendors = people::import(db, &file, &mut added).await?;
    goods::import(db, storage, folder, &file, &vendors, &mut added).await?;
    tracing::info!(?added, "demo data is in place");
    Ok(added)
}
