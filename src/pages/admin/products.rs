//! `/admin/products`, `/admin/products/new`

use leptos::prelude::*;
use server_fn::ServerFn;

use crate::catalogue::api::CreateProductFor;
use crate::catalogue::{OwnedFilter, OwnedLine, OwnedList};
use crate::error::AppError;
use crate::pages::dashboard::admin_page;
use crate::pages::document::Document;
use crate::pages::query;
use crate::pages::vendor::{BeginForm, ProductSearch, ProductTabs, RowPicture, product_tone};
use crate::platform::{form_flash, request};
use crate::ui::{Badge, Breadcrumbs, ButtonLink, EmptyState, FormState, Look, Notice, Tone};
use crate::values::{Slug, grouped};

/// Where the list stands.
const PATH: &str = "/admin/products";

/// The way to what lies below the list.
pub fn trail() -> Vec<(String, String)> {
    vec![("Products".to_owned(), PATH.to_owned())]
}

#[component]
fn Table(products: Vec<OwnedLine>) -> impl IntoView {
    let row = |line: OwnedLine| {
        let from = if line.has_options { "from " } else { "" };
        view! {
            <tr>
                <td class="cell-picture"><RowPicture picture=line.picture/></td>
                <th scope="row"><a href=format!("{PATH}/{}", line.id)>{line.name}</a></th>
                <td data-label="Shop">{line.shop}</td>
                <td class="cell-mark">
                    <Badge tone=product_tone(line.status)>{line.status.label()}</Badge>
                    {line.held.then(|| view! { " "<Badge tone=Tone::Bad>"Taken down"</Badge> })}
                </td>
                <td class="numeric nowrap" data-label="Price">{line.price.map_or_else(|| "–".to_owned(), |price| format!("{from}{price}"))}</td>
                <td class="numeric" data-label="Stock">{grouped(line.stock)}</td>
                <td class="numeric" data-label="Sold">{grouped(line.units_sold)}</td>
            </tr>
        }
    };
    view! {
        <div class="table-scroll" role="region" aria-label="Products" tabindex="0">
            <table class="table table-form table-cards">
                <thead><tr>
                    <td></td><th scope="col">"Product"</th><th scope="col">"Shop"</th><th scope="col">"Status"</th><th scope="col" class="numeric">"Price"</th>
                    <th scope="col" class="numeric">"Stock"</th><th scope="col" class="numeric">"Sold"</th>
                </tr></thead>
                <tbody>{products.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
}

/// The products of all shops, newest first.
#[component]
pub fn AdminProductsPage() -> impl IntoView {
    let filter = OwnedFilter { low: false, ..OwnedFilter::read(query) };
    let deleted = query("done").as_deref() == Some("deleted");
    admin_page(move |admin, _| async move {
        let OwnedList { products, next, counts } =
            crate::catalogue::service::products::list_all(&request::state()?.db, &admin, &filter).await?;
        let content = match (products.is_empty(), filter.narrows()) {
            (false, _) => view! { <Table products=products/> }.into_any(),
            (true, false) => view! { <EmptyState icon="box" title="Nothing here" text="What shops draft appears here."/> }.into_any(),
            (true, true) => view! {
                <EmptyState icon="search" title="No product fits" text="No product is like what is asked for.">
                    <ButtonLink href=PATH look=Look::Secondary>"Show all products"</ButtonLink>
                </EmptyState>
            }
            .into_any(),
        };
        let more = next.map(|id| OwnedFilter { before: Some(id), ..filter.clone() }.href(PATH));
        Ok(view! {
            <Document title="Products"/>
            <div class="wrap stack">
                <header class="page-head"><h1>"Products"</h1></header>
                {deleted.then(|| view! { <Notice tone=Tone::Good>"The product is deleted."</Notice> })}
                <ProductTabs path=PATH counts=counts current=filter.clone()/>
                <ProductSearch path=PATH label="Name of the product or of its shop" filter=filter/>
                {content}
                {more.map(|href| view! { <p><ButtonLink href=href look=Look::Secondary>"Older products"</ButtonLink></p> })}
            </div>
        })
    })
}

/// The form with which an admin begins a product for a shop, named in the address.
#[component]
pub fn AdminNewProductPage() -> impl IntoView {
    let form = FormState::of(form_flash::current().as_ref(), CreateProductFor::url());
    let slug = query("vendor").and_then(|text| text.parse::<Slug>().ok());
    admin_page(move |admin, _| async move {
        let db = request::state()?.db.clone();
        let shop = crate::vendors::service::find_by_slug(&db, &admin, &slug.ok_or(AppError::NotFound)?).await?;
        let categories = crate::catalogue::service::categories(&db).await?;
        let title = format!("New product of {}", shop.profile.name);
        Ok(view! {
            <Document title=if form.error().is_some() { format!("Error: {title}") } else { title.clone() }/>
            <div class="wrap narrow stack">
                <Breadcrumbs trail=trail() here=title.clone()/>
                <header class="page-head">
                    <h1>{title}</h1>
                    <p>"It begins as a draft that only the shop and admins see."</p>
                </header>
                <BeginForm form=form action=CreateProductFor::url() categories=categories>
                    <input type="hidden" name="shop" value=shop.slug.to_string()/>
                </BeginForm>
            </div>
        })
    })
}
