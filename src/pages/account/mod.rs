//! What people see of their own account.

use leptos::prelude::*;

use crate::ui::{Tab, Tabs};

mod addresses;
mod close;
mod invoice;
mod orders;
mod profile;
mod review;
mod security;
mod two_step;

pub use addresses::{AddressEditPage, AddressesPage};
pub use close::CloseAccountPage;
pub use invoice::{AdminInvoicePage, InvoicePage};
pub use orders::{OrderPage, OrderParts, OrdersPage, tone as order_tone};
pub use profile::ProfilePage;
pub use review::LineReviewPage;
pub use security::SecurityPage;
pub use two_step::TwoStepPage;

/// The account's pages, with the one that is shown.
#[component]
fn AccountTabs(here: &'static str) -> impl IntoView {
    let tab = |(path, label): (&'static str, &'static str)| Tab::new(path, label, path == here);
    let pages =
        [("/account/orders", "Orders"), ("/account/addresses", "Addresses"), ("/account", "Account"), ("/account/security", "Security")];
    view! { <Tabs label="Pages of the account" tabs=pages.map(tab).to_vec()/> }
}
