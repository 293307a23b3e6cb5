//! What stands between a browser and the shop: response headers, the same-origin check, and redirects that stay on the site.

mod headers;
mod origin;
mod redirects;
mod same_origin;

pub use headers::{PagePolicy, allow_payment_scripts, headers};
pub use origin::{is_own_origin, own_path, safe_path};
pub use redirects::redirects;
pub use same_origin::{Verdict, same_origin, verdict};
