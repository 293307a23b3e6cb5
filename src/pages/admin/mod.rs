//! What admins see.

mod vendor;
mod vendors;

pub use vendor::AdminVendorPage;
pub use vendors::AdminVendorsPage;
