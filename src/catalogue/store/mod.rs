//! SQL of the catalogue: what customers read in `read`, what is written in `write`, products from behind in `owned`, `variants` and `list`,
//! stock in `stock` and `ledger`.

pub mod ledger;
pub mod list;
pub mod owned;
pub mod preview;
pub mod stock;
pub mod variants;
mod read;
mod write;

pub use read::*;
pub use write::*;
