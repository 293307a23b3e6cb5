//! SQL of the catalogue: what customers read in `read` and find in `finding` and `words`, what is written in `write`, a vendor's own products
//! in `owned`.

pub mod finding;
pub mod machines;
pub mod owned;
pub mod stock;
pub mod words;
mod read;
mod write;

pub use read::*;
pub use write::*;
