//! SQL of the catalogue: what customers read in `read`, what vendors write in `write`.

mod read;
mod write;

pub use read::*;
pub use write::*;
