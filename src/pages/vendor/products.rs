//! `/vendor/products`

use leptos::prelude::*;

use crate::catalogue::service::products::OwnedList;
use crate::catalogue::{OwnedLine, ProductStatus};
use crate::pages::document::Document;
use crate::pages::{loaded, query};
use crate::platform::request;
use crate::ui::{Badge, Breadcrumbs, ButtonLink, EmptyState, Look, Notice, Tone};
use crate::values::ProductId;
use crate::vendors::guard::ShopOwner;

/// The colour that goes with a status.
pub fn tone(status: ProductStatus) -> Tone {
    match status {
        ProductStatus::Published => Tone::Good,
        ProductStatus::Draft => Tone::Warn,
        ProductStatus::Archived => Tone::Plain,
    }
}

/// Address of a part of the list.
fn href(status: Option<ProductStatus>, before: Option<ProductId>) -> String {
    let parameters = [status.map(|status| format!("status={status}")), before.map(|id| format!("before={id}"))];
    let parameters: Vec<String> = parameters.into_iter().flatten().collect();
    if parameters.is_empty() { "/vendor/products".to_owned() } else { format!("/vendor/products?{}", parameters.join("&")) }
}

/// What stands on a tab.
const fn label(status: Option<ProductStatus>) -> &'static str {
    match status {
        None => "All",
        Some(ProductStatus::Draft) => "Drafts",
        Some(status) => status.label(),
    }
}

#[component]
fn Tabs(counts: Vec<(ProductStatus, i64)>, #[prop(optional_no_strip)] current: Option<ProductStatus>) -> impl IntoView {
    let tabs = std::iter::once(None).chain(ProductStatus::ALL.iter().copied().map(Some));
    view! {
        <nav aria-label="Status">
            <ul class="tabs" role="list">
                {tabs.map(|tab| {
                    let count: i64 = counts.iter().filter(|(status, _)| tab.is_none_or(|tab| tab == *status)).map(|(_, count)| count).sum();
                    view! {
                        <li><a href=href(tab, None) aria-current=(tab == current).then_some("page")>{label(tab)}" "<span class="muted numeric">{count}</span></a></li>
                    }
                }).collect_view()}
            </ul>
        </nav>
    }
}

#[component]
fn Table(products: Vec<OwnedLine>) -> impl IntoView {
    view! {
        <div class="table-scroll" role="region" aria-label="Products" tabindex="0">
            <table class="table">
                <thead><tr><th scope="col">"Product"</th><th scope="col">"Status"</th><th scope="col">"Price"</th><th scope="col">"Stock"</th></tr></thead>
                <tbody>
                    {products.into_iter().map(|product| {
                        let from = if product.has_options { "from " } else { "" };
                        view! {
                            <tr>
                                <th scope="row"><a href=format!("/vendor/products/{}", product.id)>{product.name}</a></th>
                                <td><Badge tone=tone(product.status)>{product.status.label()}</Badge></td>
                                <td class="numeric nowrap">{product.price.map_or_else(|| "–".to_owned(), |price| format!("{from}{price}"))}</td>
                                <td class="numeric">{product.stock}</td>
                            </tr>
                        }
                    }).collect_view()}
                </tbody>
            </table>
        </div>
    }
}

/// A vendor's own products, newest first.
#[component]
pub fn OwnedProductsPage() -> impl IntoView {
    let status = query("status").and_then(|text| text.parse::<ProductStatus>().ok());
    let before = query("before").and_then(|text| text.parse::<ProductId>().ok());
    let deleted = query("done").as_deref() == Some("deleted");
    loaded(async move {
        let owner = ShopOwner::require().await?;
        let OwnedList { products, next, counts } =
            crate::catalogue::service::products::list(&request::state()?.db, &owner, status, before).await?;
        let may_draft = owner.vendor().status.may_draft();
        let content = if products.is_empty() {
            view! { <EmptyState icon="box" title="Nothing here" text="What you draft appears here. Only you see it until you publish it."/> }.into_any()
        } else {
            view! { <Table products=products/> }.into_any()
        };
        Ok(view! {
            <Document title="Your products"/>
            <div class="wrap stack">
                <Breadcrumbs trail=vec![("Your shop".to_owned(), "/vendor".to_owned())] here="Your products".to_owned()/>
                <header class="page-head cluster spread">
                    <h1>"Your products"</h1>
                    {may_draft.then(|| view! { <ButtonLink href="/vendor/products/new">"New product"</ButtonLink> })}
                </header>
                {deleted.then(|| view! { <Notice tone=Tone::Good>"The product is deleted."</Notice> })}
                {(!may_draft).then(|| view! {
                    <Notice tone=Tone::Bad>"Your shop is suspended: your products stay as they are, and nobody sees them."</Notice>
                })}
                <Tabs counts=counts current=status/>
                {content}
                {next.map(|id| view! { <p><ButtonLink href=href(status, Some(id)) look=Look::Secondary>"Older products"</ButtonLink></p> })}
            </div>
        })
    })
}
