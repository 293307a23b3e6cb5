//! What admins see.

mod product;
mod products;
mod user;
mod users;
mod vendor;
mod vendors;

pub use product::{AdminPreviewPage, AdminProductPage, AdminStockPage};
pub use products::{AdminNewProductPage, AdminProductsPage};
pub use user::AdminUserPage;
pub use users::AdminUsersPage;
pub use vendor::AdminVendorPage;
pub use vendors::AdminVendorsPage;
