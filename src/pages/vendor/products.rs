//! `/vendor/products`

use leptos::prelude::*;
use server_fn::ServerFn;

use super::editor::{LABELS, PRODUCT_ID};
use super::stock::{corrected, seen_then};
use crate::catalogue::api::{CorrectStock, SetPrice};
use crate::catalogue::exchange::routes::{EXPORT_PATH, IMPORT_PATH};
use crate::catalogue::guard::{Powers, ProductViewer};
use crate::catalogue::{CountReason, OwnedCounts, OwnedFilter, OwnedLine, OwnedList, ProductStatus, field};
use crate::media::Picture;
use crate::pages::dashboard::shop_page;
use crate::pages::document::Document;
use crate::pages::query;
use crate::platform::{form_flash, request};
use crate::ui::{
    Badge, Breadcrumbs, Button, ButtonLink, EmptyState, ErrorSummary, FormFlash, FormState, Icon, Look, Notice, Tab, Tabs, Tone,
};
use crate::values::{Money, VariantId, grouped};

/// Where the list stands.
const PATH: &str = "/vendor/products";

/// The colour that goes with a status.
pub fn tone(status: ProductStatus) -> Tone {
    match status {
        ProductStatus::Published => Tone::Good,
        ProductStatus::Draft => Tone::Warn,
        ProductStatus::Archived => Tone::Plain,
    }
}

/// What stands on a tab.
const fn label(status: Option<ProductStatus>) -> &'static str {
    match status {
        None => "All",
        Some(ProductStatus::Draft) => "Drafts",
        Some(status) => status.label(),
    }
}

/// One tab for each status, and one for what runs low.
#[component]
pub fn ProductTabs(
    path: &'static str,
    counts: OwnedCounts,
    current: OwnedFilter,
    /// For vendors: what runs low is their matter.
    #[prop(optional)]
    low: bool,
) -> impl IntoView {
    let tab = |filter: OwnedFilter, name: &'static str, count: i64| {
        let here = (filter.status, filter.low) == (current.status, current.low);
        Tab::new(filter.href(path), name, here).counting(count)
    };
    let statuses = std::iter::once(None).chain(ProductStatus::ALL.iter().copied().map(Some));
    let base = OwnedFilter { low: false, ..current.from_start() };
    let each = statuses.map(|status| tab(OwnedFilter { status, ..base.clone() }, label(status), counts.of(status)));
    let running_low = low.then(|| tab(OwnedFilter { status: None, low: true, ..base.clone() }, "Low stock", counts.low));
    view! { <Tabs label="Status" tabs=each.chain(running_low).collect()/> }
}

/// A box that narrows the list, and keeps its tab.
#[component]
pub fn ProductSearch(path: &'static str, label: &'static str, filter: OwnedFilter) -> impl IntoView {
    let clear = (!filter.text.is_empty()).then(|| OwnedFilter { text: String::new(), ..filter.from_start() }.href(path));
    view! {
        <form class="find-form" method="get" action=path role="search" aria-label="Products">
            <label for="find">{label}</label>
            <div class="find-row">
                <input class="input" id="find" name="q" value=filter.text maxlength="100" autocomplete="off" spellcheck="false"/>
                <Button look=Look::Secondary>"Find"</Button>
            </div>
            {filter.status.map(|status| view! { <input type="hidden" name="status" value=status.as_str()/> })}
            {filter.low.then(|| view! { <input type="hidden" name="stock" value="low"/> })}
            {clear.map(|href| view! { <a href=href>"Show all"</a> })}
        </form>
    }
}

/// The first picture of a product in a list, or a mark in its place. What it shows stands beside it.
#[component]
pub fn RowPicture(picture: Option<Picture>) -> impl IntoView {
    match picture {
        Some(picture) => {
            view! { <img class="row-picture" src=picture.url(160) width="48" height="48" alt="" loading="lazy" decoding="async"/> }
                .into_any()
        }
        None => view! { <span class="row-picture"><Icon name="picture"/></span> }.into_any(),
    }
}

/// What was typed in this product's row and refused, and for all others nothing.
fn typed(flash: Option<&FormFlash>, line: &OwnedLine, path: &str) -> FormState {
    FormState::of(flash.filter(|flash| flash.value(PRODUCT_ID) == Some(line.id.to_string().as_str())), path)
}

/// The price of a product that has one.
#[component]
fn PriceForm(form: FormState, line: OwnedLine, variant: VariantId, price: Money, place: String) -> impl IntoView {
    let problem = form.problem(field::PRICE).map(|problem| problem.message());
    let bad = problem.is_some();
    // The summary of what was refused leads to the field by its name.
    let id = if bad { field::PRICE.to_owned() } else { format!("price-{}", line.id) };
    let value = form.value(field::PRICE).map_or_else(|| price.plain(), str::to_owned);
    // Who was overtaken sees by what.
    let now = form.error().is_some().then(|| view! { <span class="muted small nowrap">{format!("is {price}")}</span> });
    view! {
        <form class="row-form" method="post" action=SetPrice::url()>
            <input type="hidden" name=PRODUCT_ID value=line.id.to_string()/>
            <input type="hidden" name="variant_id" value=variant.to_string()/>
            <input type="hidden" name="seen" value=price.plain()/>
            <input type="hidden" name="place" value=place/>
            <label class="visually-hidden" for=id.clone()>{format!("Price of {}", line.name)}</label>
            <input class="input" id=id name=field::PRICE value=value inputmode="decimal" required=true autocomplete="off"
                aria-invalid=bad.then_some("true") aria-describedby=bad.then_some("price-problem")/>
            <button class="button button-secondary">"Set"<span class="visually-hidden">{format!(" the price of {}", line.name)}</span></button>
            {now}
            {problem.map(|problem| view! { <p class="field-problem" id="price-problem">{problem}</p> })}
        </form>
    }
}

/// What was counted of a product that has no options.
#[component]
fn StockForm(form: FormState, line: OwnedLine, variant: VariantId, place: String) -> impl IntoView {
    let row = |name: &str| field::in_row("counts", 0, name);
    let told = field::error_in_row("counts", 0, field::COUNT);
    let problem = form.problem(&told).map(|problem| problem.message());
    let bad = problem.is_some();
    let id = if bad { told } else { format!("stock-{}", line.id) };
    let seen = seen_then(&form, 0, line.stock);
    let value = form.value(&row(field::COUNT)).map_or_else(|| line.stock.to_string(), str::to_owned);
    view! {
        <form class="row-form" method="post" action=CorrectStock::url()>
            <input type="hidden" name=PRODUCT_ID value=line.id.to_string()/>
            <input type="hidden" name=field::REASON value=CountReason::Counted.as_str()/>
            <input type="hidden" name=row(field::ID) value=variant.to_string()/>
            <input type="hidden" name=row("seen") value=seen/>
            <input type="hidden" name="place" value=place/>
            <label class="visually-hidden" for=id.clone()>{format!("Stock of {}", line.name)}</label>
            <input class="input" id=id name=row(field::COUNT) value=value inputmode="numeric" required=true autocomplete="off"
                aria-invalid=bad.then_some("true") aria-describedby=bad.then_some("stock-problem")/>
            <button class="button button-secondary">"Set"<span class="visually-hidden">{format!(" the stock of {}", line.name)}</span></button>
            {problem.map(|problem| view! { <p class="field-problem" id="stock-problem">{problem}</p> })}
        </form>
    }
}

#[component]
fn Row(line: OwnedLine, flash: Option<FormFlash>, place: String, may_edit: bool) -> impl IntoView {
    let href = format!("{PATH}/{}", line.id);
    let plain = line.only_variant.zip(line.price).filter(|_| may_edit && !line.has_options);
    let (price_form, stock_form) = (typed(flash.as_ref(), &line, SetPrice::url()), typed(flash.as_ref(), &line, CorrectStock::url()));
    let from = if line.has_options { "from " } else { "" };
    let price = line.price.map_or_else(|| "–".to_owned(), |price| format!("{from}{price}"));
    view! {
        <tr>
            <td class="cell-picture"><RowPicture picture=line.picture.clone()/></td>
            <th scope="row"><a href=href.clone()>{line.name.clone()}</a></th>
            <td class="cell-mark">
                <Badge tone=tone(line.status)>{line.status.label()}</Badge>
                {line.held.then(|| view! { " "<Badge tone=Tone::Bad>"Taken down"</Badge> })}
            </td>
            {match plain {
                Some((variant, price)) => view! {
                    <td data-label="Price"><PriceForm form=price_form line=line.clone() variant=variant price=price place=place.clone()/></td>
                    <td data-label="Stock"><StockForm form=stock_form line=line.clone() variant=variant place=place/></td>
                }
                .into_any(),
                None => view! {
                    <td class="nowrap" data-label="Price"><span class="numeric">{price}</span></td>
                    <td data-label="Stock">
                        <a class="numeric" href=format!("{href}/stock")>{grouped(line.stock)}<span class="visually-hidden">{format!(" of {} in stock", line.name)}</span></a>
                    </td>
                }
                .into_any(),
            }}
            <td data-label="">{line.low.then(|| view! { <Badge tone=Tone::Warn>"Low"</Badge> })}</td>
            <td class="numeric" data-label="Sold">{grouped(line.units_sold)}</td>
        </tr>
    }
}

#[component]
fn Table(products: Vec<OwnedLine>, flash: Option<FormFlash>, place: String, may_edit: bool) -> impl IntoView {
    let rows = products
        .into_iter()
        .map(|line| view! { <Row line=line flash=flash.clone() place=place.clone() may_edit=may_edit/> })
        .collect_view();
    view! {
        <div class="table-scroll" role="region" aria-label="Products" tabindex="0">
            <table class="table table-form table-cards">
                <thead><tr>
                    <td></td><th scope="col">"Product"</th><th scope="col">"Status"</th><th scope="col">"Price"</th><th scope="col">"Stock"</th>
                    <td></td><th scope="col" class="numeric">"Sold"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

/// A vendor's own products, newest first.
#[component]
pub fn OwnedProductsPage() -> impl IntoView {
    let filter = OwnedFilter::read(query);
    let flash = form_flash::current().filter(|flash| [SetPrice::url(), CorrectStock::url()].contains(&flash.path.as_str()));
    let done = query("done");
    let news = match done.as_deref() {
        Some("deleted") => Some("The product is deleted.".to_owned()),
        Some("priced") => Some("The price is set.".to_owned()),
        done => corrected(done, query("meanwhile")),
    };
    shop_page(move |owner, _| async move {
        let viewer = ProductViewer::from(&owner);
        let OwnedList { products, next, counts } =
            crate::catalogue::service::products::list(&request::state()?.db, &viewer, &filter).await?;
        let may_edit = Powers::of(&viewer, owner.vendor().status).edit;
        let refused = flash.as_ref().map_or_else(FormState::default, |flash| FormState::of(Some(flash), &flash.path));
        let news = news.filter(|_| refused.error().is_none());
        let content = match (products.is_empty(), filter.narrows()) {
            (true, true) => view! {
                <EmptyState icon="search" title="No product fits" text="No product of yours is like what is asked for.">
                    <ButtonLink href=PATH look=Look::Secondary>"Show all your products"</ButtonLink>
                </EmptyState>
            }
            .into_any(),
            (true, false) => {
                view! { <EmptyState icon="box" title="Nothing here" text="What you draft appears here. Only you see it until you publish it."/> }.into_any()
            }
            (false, _) => view! { <Table products=products flash=flash place=filter.place() may_edit=may_edit/> }.into_any(),
        };
        let more = next.map(|id| crate::catalogue::OwnedFilter { before: Some(id), ..filter.clone() }.href(PATH));
        Ok(view! {
            <Document title=if refused.error().is_some() { "Error: Your products" } else { "Your products" }/>
            <div class="wrap stack">
                <Breadcrumbs trail=vec![("Your shop".to_owned(), "/vendor".to_owned())] here="Your products".to_owned()/>
                <header class="page-head cluster spread">
                    <h1>"Your products"</h1>
                    <div class="cluster">
                        <a href=EXPORT_PATH download="products.csv">"Export"</a>
                        {may_edit.then(|| view! {
                            <ButtonLink href=IMPORT_PATH look=Look::Secondary>"Import"</ButtonLink>
                            <ButtonLink href="/vendor/products/new">"New product"</ButtonLink>
                        })}
                    </div>
                </header>
                {news.map(|news| view! { <Notice tone=Tone::Good>{news}</Notice> })}
                <ErrorSummary form=refused labels=LABELS/>
                {(!may_edit).then(|| view! {
                    <Notice tone=Tone::Bad>"Your shop is suspended: your products stay as they are, and nobody sees them."</Notice>
                })}
                <ProductTabs path=PATH counts=counts current=filter.clone() low=true/>
                <ProductSearch path=PATH label="Name or number" filter=filter/>
                {content}
                {more.map(|href| view! { <p><ButtonLink href=href look=Look::Secondary>"Older products"</ButtonLink></p> })}
            </div>
        })
    })
}
