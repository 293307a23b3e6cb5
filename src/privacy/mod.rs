//! A person's data as a whole: all of it in one file, and its erasure. Owns no tables; it stands above orders, since both reach into everything.
//!
//! Invariants: what was paid stays in the books, without name and address; nothing is erased while an order is open or a shop stands.

pub mod api;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod service;
