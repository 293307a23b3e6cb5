//! What admins see.

mod categories;
mod user;
mod users;
mod vendor;
mod vendors;

pub use categories::{AdminCategoriesPage, AdminCategoryPage};
pub use user::AdminUserPage;
pub use users::AdminUsersPage;
pub use vendor::AdminVendorPage;
pub use vendors::AdminVendorsPage;
