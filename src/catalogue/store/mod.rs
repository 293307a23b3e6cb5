//! SQL of the catalogue: what customers read in `read`, what is written in `write`, a
//! vendor's own products in `owned`, their pictures in `pictures`; the tree as admins change it in `categories`.

pub mod categories;
pub mod owned;
pub mod pictures;
pub mod stock;
mod read;
mod write;

pub use read::*;
pub use write::*;
