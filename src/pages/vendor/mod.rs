//! `/vendor` and what lies below it: what vendors see of their shops.

mod analytics;
mod api_tokens;
mod editor;
mod home;
mod imports;
mod orders;
mod pictures;
mod product;
mod products;
mod reviews;
mod settings;
mod settlement;
mod steps;
mod stock;
mod variants;
mod webhooks;

pub use analytics::VendorAnalyticsPage;
pub use api_tokens::ApiTokensPage;
pub use home::VendorPage;
pub use imports::{ImportPage, ImportsPage};
pub use orders::{PackingSlipPage, VendorOrderPage, VendorOrdersPage, tone as fulfilment_tone};
pub use product::{BeginForm, NewProductPage, OwnedProductPage, PreviewPage, ProductEditorPage, Workbench, preview};
pub use products::{OwnedProductsPage, ProductSearch, ProductTabs, RowPicture, tone as product_tone};
pub use reviews::{VendorReviewPage, VendorReviewsPage};
pub use settings::SettingsPage;
pub use settlement::SettlementPage;
pub use steps::Step;
pub use stock::{StockPage, StockQuery, stock_page};
pub use webhooks::WebhooksPage;

use crate::ui::Tone;
use crate::vendors::VendorStatus;

/// The colour that goes with a status.
pub fn tone(status: VendorStatus) -> Tone {
    match status {
        VendorStatus::Approved => Tone::Good,
        VendorStatus::Pending => Tone::Warn,
        VendorStatus::Rejected | VendorStatus::Suspended => Tone::Bad,
    }
}
