//! What people see of their own account.

use leptos::prelude::*;

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
    let tab =
        |path: &'static str, label: &'static str| view! { <li><a href=path aria-current=(path == here).then_some("page")>{label}</a></li> };
    view! {
        <nav aria-label="Pages of the account">
            <ul class="tabs" role="list">
                {tab("/account/orders", "Orders")}
                {tab("/account/addresses", "Addresses")}
                {tab("/account", "Account")}
                {tab("/account/security", "Security")}
            </ul>
        </nav>
    }
}
