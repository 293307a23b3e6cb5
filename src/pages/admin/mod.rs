//! What admins see.

mod audit;
mod categories;
mod disputes;
mod events;
mod health;
mod home;
mod jobs;
mod mails;
mod order;
mod orders;
mod product;
mod products;
mod reviews;
mod settings;
mod user;
mod users;
mod vendor;
mod vendors;

pub use audit::AdminAuditPage;
pub use categories::{AdminCategoriesPage, AdminCategoryPage};
pub use disputes::AdminDisputesPage;
pub use events::{AdminEventPage, AdminEventsPage};
pub use health::AdminHealthPage;
pub use home::AdminPage;
pub use jobs::AdminJobsPage;
pub use mails::{AdminMailPage, AdminMailsPage};
pub use order::AdminOrderPage;
pub use orders::AdminOrdersPage;
pub use product::{AdminPreviewPage, AdminProductPage, AdminStockPage};
pub use products::{AdminNewProductPage, AdminProductsPage};
pub use reviews::{AdminReviewPage, AdminReviewsPage};
pub use settings::{AdminSettingsPage, AdminSitePage};
pub use user::AdminUserPage;
pub use users::AdminUsersPage;
pub use vendor::AdminVendorPage;
pub use vendors::AdminVendorsPage;
