//! Plain routes of the catalogue.

mod machines;
mod pictures;

use crate::platform::routes::PlainRoutes;

pub use machines::routes;
pub use pictures::upload_path;

/// They need the sessions layer around them.
pub fn personal(routes: PlainRoutes) -> PlainRoutes {
    pictures::routes(routes)
}
