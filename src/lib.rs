//! Souk: a multi-vendor marketplace in one binary on PostgreSQL.
//!
//! # The map, in reading order
//!
//! Modules are nouns in a strict order; each may import only what stands before it. Inside a noun the file names are fixed, and each name
//! fixes what the file may import: `mod.rs` types and pure rules (both targets), `api.rs` server functions (both), `service.rs` rules and
//! transactions, private `store.rs` SQL, `ui` components, `islands.rs` what runs in the browser. `tests/it/tidy` checks it.

#![recursion_limit = "512"]

pub mod values;
pub mod error;

#[cfg(feature = "ssr")]
pub mod platform;
pub mod ui;

#[cfg(feature = "ssr")]
pub mod audit;
#[cfg(feature = "ssr")]
pub mod settings;
#[cfg(feature = "ssr")]
pub mod notifications;
pub mod accounts;
pub mod vendors;
pub mod media;
pub mod catalogue;
pub mod wishlist;
pub mod cart;
pub mod orders;
pub mod reviews;
#[cfg(feature = "ssr")]
pub mod payments;
pub mod webhooks;
pub mod checkout;
pub mod privacy;
pub mod analytics;
#[cfg(feature = "ssr")]
pub mod dashboard;
#[cfg(feature = "ssr")]
pub mod seed;

#[cfg(feature = "ssr")]
pub mod sandbox;
#[cfg(feature = "ssr")]
pub mod rest;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod app;
#[cfg(feature = "ssr")]
pub mod worker;
#[cfg(feature = "ssr")]
pub mod server;
