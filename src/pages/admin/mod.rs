//! What admins see.

mod analytics;
mod categories;
mod disputes;
mod order;
mod orders;
mod product;
mod products;
mod reviews;
mod user;
mod users;
mod vendor;
mod vendors;

pub use analytics::AdminAnalyticsPage;
pub use categories::{AdminCategoriesPage, AdminCategoryPage};
pub use disputes::AdminDisputesPage;
pub use order::AdminOrderPage;
pub use orders::AdminOrdersPage;
pub use product::{AdminPreviewPage, AdminProductPage, AdminStockPage};
pub use products::{AdminNewProductPage, AdminProductsPage};
pub use reviews::{AdminReviewPage, AdminReviewsPage};
pub use user::AdminUserPage;
pub use users::AdminUsersPage;
pub use vendor::AdminVendorPage;
pub use vendors::AdminVendorsPage;
