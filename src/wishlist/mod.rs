//! Saved products of customers. Table: `wishlist_items`.

pub mod api;
pub mod islands;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
mod store;

/// Products one customer may save; the page shows them all.
pub const MAX_ITEMS: i64 = 500;
