//! `/vendor` and what lies below it: what vendors see of their shops.

mod api_tokens;
mod editor;
mod imports;
mod orders;
mod pictures;
mod product;
mod products;
mod reviews;
mod settings;
mod steps;
mod stock;
mod variants;
mod webhooks;

pub use api_tokens::ApiTokensPage;
pub use imports::{ImportPage, ImportsPage};
pub use orders::{PackingSlipPage, VendorOrderPage, VendorOrdersPage, tone as fulfilment_tone};
pub use product::{BeginForm, NewProductPage, OwnedProductPage, PreviewPage, ProductEditorPage, Workbench, preview};
pub use products::{OwnedProductsPage, ProductSearch, ProductTabs, RowPicture, tone as product_tone};
pub use reviews::{VendorReviewPage, VendorReviewsPage};
pub use settings::SettingsPage;
pub use steps::Step;
pub use stock::{StockPage, StockQuery, stock_page};
pub use webhooks::WebhooksPage;

use leptos::prelude::*;

use crate::pages::dates::Date;
use crate::pages::document::Document;
use crate::pages::loaded;
use crate::ui::{Badge, ButtonLink, Look, Notice, Tone};
use crate::vendors::guard::ShopOwner;
use crate::vendors::{Vendor, VendorStatus};

/// The colour that goes with a status.
pub fn tone(status: VendorStatus) -> Tone {
    match status {
        VendorStatus::Approved => Tone::Good,
        VendorStatus::Pending => Tone::Warn,
        VendorStatus::Rejected | VendorStatus::Suspended => Tone::Bad,
    }
}

/// What the status means for the vendor, and what can be done about it.
#[component]
fn Standing(vendor: Vendor) -> impl IntoView {
    let reason = vendor.status_reason.clone().unwrap_or_default();
    match vendor.status {
        VendorStatus::Pending => view! {
            <p>"Your application is in. A person reads it, and you will get a mail. Nothing can be sold before that."</p>
            <ButtonLink href="/sell/apply" look=Look::Secondary>"Change the application"</ButtonLink>
        }
        .into_any(),
        VendorStatus::Approved => view! {
            <p>"Your shop is open: customers find it and what you have published."</p>
            <ButtonLink href=format!("/shop/{}", vendor.slug)>"See it as customers do"</ButtonLink>
        }
        .into_any(),
        VendorStatus::Rejected => view! {
            <Notice tone=Tone::Bad><strong>"Your application was not approved. "</strong>{reason}</Notice>
            <ButtonLink href="/sell/apply">"Change it and apply again"</ButtonLink>
        }
        .into_any(),
        VendorStatus::Suspended => view! {
            <Notice tone=Tone::Bad><strong>"Your shop is suspended, and nobody can buy from it. "</strong>{reason}</Notice>
            <p>"Orders that are already paid still have to be sent. To talk about it, reply to the mail that you got."</p>
        }
        .into_any(),
    }
}

/// Where a vendor's shop stands. Who has none is shown how to get one.
#[component]
pub fn VendorPage() -> impl IntoView {
    loaded(async {
        let Some(owner) = ShopOwner::current().await? else {
            leptos_axum::redirect("/sell");
            return Ok(().into_any());
        };
        let vendor = owner.vendor().clone();
        let shipping = vendor.profile.shipping;
        Ok(view! {
            <Document title="Your shop"/>
            <div class="wrap narrow">
                <header class="page-head">
                    <h1>{vendor.profile.name.clone()}</h1>
                    <p><Badge tone=tone(vendor.status)>{vendor.status.label()}</Badge>" since "<Date at=vendor.status_changed_at.clone()/></p>
                </header>
                <div class="stack">
                    <div class="card stack"><Standing vendor=vendor/></div>
                    <section class="card stack" aria-labelledby="orders">
                        <h2 id="orders">"Your orders"</h2>
                        <p>"What is paid and waits to be sent, and everything you have sent."</p>
                        <ButtonLink href="/vendor/orders" look=Look::Secondary>"Go to your orders"</ButtonLink>
                    </section>
                    <section class="card stack" aria-labelledby="reviews">
                        <h2 id="reviews">"Your reviews"</h2>
                        <p>"What buyers say about your products, and what you answer."</p>
                        <ButtonLink href="/vendor/reviews" look=Look::Secondary>"Go to your reviews"</ButtonLink>
                    </section>
                    <section class="card stack" aria-labelledby="products">
                        <h2 id="products">"Your products"</h2>
                        <p>"Drafts are seen by you alone. What you publish is for sale while your shop is open."</p>
                        <ButtonLink href="/vendor/products" look=Look::Secondary>"Go to your products"</ButtonLink>
                    </section>
                    <section class="card stack" aria-labelledby="shipping">
                        <h2 id="shipping">"Shipping"</h2>
                        <p>{format!("For each order a customer pays: {shipping}.")}</p>
                        <ButtonLink href="/vendor/settings" look=Look::Secondary>"Change the shipping"</ButtonLink>
                    </section>
                    <section class="card stack" aria-labelledby="programs">
                        <h2 id="programs">"Your programs"</h2>
                        <p>"A stock system or an accounting program can do a part of your work, and be told what happens."</p>
                        <div class="cluster">
                            <ButtonLink href="/vendor/api-tokens" look=Look::Secondary>"API tokens"</ButtonLink>
                            <ButtonLink href="/vendor/webhooks" look=Look::Secondary>"Webhooks"</ButtonLink>
                        </div>
                    </section>
                </div>
            </div>
        }
        .into_any())
    })
}
