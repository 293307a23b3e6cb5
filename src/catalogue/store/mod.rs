//! SQL of the catalogue: what customers read in `read` and find in `finding`, `counting` and `words`, what programs get in `machines`, what is
//! written in `write`; products from behind in `owned`, `variants` and `list`, their pictures in `pictures`, stock in `stock` and `ledger`, the
//! tree as admins change it in `categories`.

pub mod categories;
pub mod counting;
pub mod finding;
pub mod ledger;
pub mod list;
pub mod machines;
pub mod owned;
pub mod pictures;
pub mod preview;
pub mod stock;
pub mod variants;
pub mod words;
mod read;
mod write;

pub use read::*;
pub use write::*;
