//! What admins see.

mod user;
mod users;
mod vendor;
mod vendors;

pub use user::AdminUserPage;
pub use users::AdminUsersPage;
pub use vendor::AdminVendorPage;
pub use vendors::AdminVendorsPage;
