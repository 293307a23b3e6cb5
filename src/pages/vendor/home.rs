//! `/vendor`: where a shop stands, what is to be done, and how it sells.

use leptos::prelude::*;

use super::orders::Table as Orders;
use crate::analytics::{Month, Months};
use crate::dashboard::{VendorHome, VendorQueues, service};
use crate::pages::dashboard::{Figure, Figures, Todo, TodoList, path_here, shop_view};
use crate::pages::document::Document;
use crate::pages::figures::LiveRegion;
use crate::pages::loaded;
use crate::platform::request;
use crate::ui::{ButtonLink, Icon, Look, Notice, Tone};
use crate::values::grouped;
use crate::vendors::guard::ShopOwner;
use crate::vendors::{Vendor, VendorStatus};

/// What the status means for the vendor, and what can be done about it; nothing for a shop that is open.
#[component]
fn Standing(vendor: Vendor) -> impl IntoView {
    let reason = vendor.status_reason.clone().unwrap_or_default();
    match vendor.status {
        VendorStatus::Approved => ().into_any(),
        VendorStatus::Pending => view! {
            <div class="card stack">
                <p>"Your application is in. A person reads it, and you will get a mail. Nothing can be sold before that."</p>
                <ButtonLink href="/sell/apply" look=Look::Secondary>"Change the application"</ButtonLink>
            </div>
        }
        .into_any(),
        VendorStatus::Rejected => view! {
            <div class="card stack">
                <Notice tone=Tone::Bad><strong>"Your application was not approved. "</strong>{reason}</Notice>
                <ButtonLink href="/sell/apply">"Change it and apply again"</ButtonLink>
            </div>
        }
        .into_any(),
        VendorStatus::Suspended => view! {
            <div class="card stack">
                <Notice tone=Tone::Bad><strong>"Your shop is suspended, and nobody can buy from it. "</strong>{reason}</Notice>
                <p>"Orders that are already paid still have to be sent. To talk about it, reply to the mail that you got."</p>
            </div>
        }
        .into_any(),
    }
}

/// What a new shop does before it sells: step, whether it is done, and where.
fn first_steps(vendor: &Vendor, queues: &VendorQueues) -> [(&'static str, bool, &'static str); 4] {
    let shipping = &vendor.profile.shipping;
    [
        ("Add your first product", queues.has_products, "/vendor/products/new"),
        ("Say what you take for shipping", !shipping.flat.is_zero() || shipping.free_from.is_some(), "/vendor/settings"),
        ("Have your application approved", vendor.status == VendorStatus::Approved, "/vendor"),
        ("Publish a product", queues.has_published, "/vendor/products"),
    ]
}

/// Until something is for sale.
#[component]
fn FirstSteps(vendor: Vendor, queues: VendorQueues) -> impl IntoView {
    let open = !queues.has_published && vendor.status != VendorStatus::Suspended;
    open.then(|| {
        let steps = first_steps(&vendor, &queues).map(|(step, done, href)| {
            if done {
                view! { <li class="is-done"><Icon name="check"/><span>{step}<span class="visually-hidden">", done"</span></span></li> }
                    .into_any()
            } else {
                view! { <li><span class="step-mark" aria-hidden="true"></span><a href=href>{step}</a></li> }.into_any()
            }
        });
        view! {
            <section class="card" aria-labelledby="first-steps">
                <h2 class="section-title" id="first-steps">"First steps"</h2>
                <ol class="first-steps" role="list">{steps.into_iter().collect_view()}</ol>
            </section>
        }
    })
}

fn todos(queues: &VendorQueues) -> Vec<Todo> {
    vec![
        Todo { count: queues.to_ship, one: "order to send", many: "orders to send", icon: "truck", href: "/vendor/orders".to_owned() },
        Todo {
            count: queues.held,
            one: "product was taken down",
            many: "products were taken down",
            icon: "alert",
            href: "/vendor/products?status=draft".to_owned(),
        },
        Todo {
            count: queues.low_stock,
            one: "product runs low",
            many: "products run low",
            icon: "box",
            href: "/vendor/products?stock=low".to_owned(),
        },
        Todo {
            count: queues.unanswered,
            one: "review without an answer",
            many: "reviews without an answer",
            icon: "star",
            href: "/vendor/reviews?show=unanswered".to_owned(),
        },
        Todo {
            count: queues.drafts,
            one: "draft to finish",
            many: "drafts to finish",
            icon: "box",
            href: "/vendor/products?status=draft".to_owned(),
        },
    ]
}

fn figures(months: &Months<Month>) -> Vec<Figure> {
    vec![Figure::of("Sales", months, Month::sold), Figure::of("Orders", months, |month| grouped(month.sales.orders))]
}

/// Where a vendor's shop stands. Who has none is shown how to get one.
#[component]
pub fn VendorPage() -> impl IntoView {
    let path = path_here();
    loaded(async move {
        let Some(owner) = ShopOwner::current().await? else {
            leptos_axum::redirect("/sell");
            return Ok(().into_any());
        };
        shop_view(owner, path, |owner, queues| async move {
            let VendorHome { months, latest } = service::vendor_home(&request::state()?.db, &owner).await?;
            let vendor = owner.vendor().clone();
            let sold = !latest.is_empty();
            Ok(view! {
                <Document title="Your shop"/>
                <div class="stack-l">
                    <header class="page-head"><h1>"Home"</h1></header>
                    <Standing vendor=vendor.clone()/>
                    <FirstSteps vendor=vendor queues=queues/>
                    <LiveRegion stream="/vendor/live">
                        <TodoList todos=todos(&queues) nothing="Nothing waits for you."/>
                        <Figures figures=figures(&months)/>
                        {sold.then(|| view! {
                            <section class="stack" aria-labelledby="latest">
                                <div class="section-head"><h2 class="section-title" id="latest">"Latest orders"</h2><a href="/vendor/orders?state=all">"All orders"</a></div>
                                <Orders parcels=latest/>
                            </section>
                        })}
                    </LiveRegion>
                </div>
            })
        })
        .await
    })
}
