//! SQL of the catalogue: what customers read in `read`, what vendors write in `write`.

pub mod stock;
mod read;
mod write;

pub use read::*;
pub use write::*;
