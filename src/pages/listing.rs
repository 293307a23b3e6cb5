//! `/products`, `/category/{slug}`, `/search?q=`

use leptos::prelude::*;

use super::document::Document;
use super::goods::{ProductGrid, Wishes};
use super::{loaded, path_part, query};
use crate::catalogue::{Category, Listing, ListingQuery, Sort};
use crate::error::AppError;
use crate::platform::request;
use crate::ui::{Breadcrumbs, ButtonLink, EmptyState, Icon, Pagination};
use crate::values::PageNumber;

/// Cards in view when a page opens on a large screen.
const IN_VIEW: usize = 4;

/// Chooses the order; a change needs the button only where there is no script.
#[component]
fn SortForm(listing: ListingQuery) -> impl IntoView {
    let now = listing.effective_sort();
    let path = listing.with_page(PageNumber::FIRST).url().split('?').next().unwrap_or_default().to_owned();
    let has_text = listing.q.is_some();
    let vendor = listing.vendor.clone().filter(|_| !path.starts_with("/shop/"));
    view! {
        <form class="sort-form" method="get" action=path>
            {listing.q.as_ref().map(|q| view! { <input type="hidden" name="q" value=q.to_string()/> })}
            {vendor.map(|vendor| view! { <input type="hidden" name="vendor" value=vendor.to_string()/> })}
            <label for="sort">"Sort by"</label>
            <select class="input" id="sort" name="sort">
                {Sort::ALL.iter().filter(|&&sort| has_text || sort != Sort::Relevance).map(|&sort| view! {
                    <option value=sort.as_str() selected=sort == now>{sort.label()}</option>
                }).collect_view()}
            </select>
            <button class="button button-secondary">"Sort"</button>
        </form>
    }
}

#[component]
fn CategoryList(categories: Vec<Category>, current: Option<Category>) -> impl IntoView {
    let here = current.map(|category| category.id);
    view! {
        <nav aria-label="Filter by category">
            <ul>
                <li><a href="/products" aria-current=here.is_none().then_some("page")>"Everything"</a></li>
                {categories.into_iter().map(|category| {
                    let mark = (Some(category.id) == here).then_some("page");
                    view! { <li><a href=category.url() aria-current=mark>{category.name.clone()}</a></li> }
                }).collect_view()}
            </ul>
        </nav>
    }
}

/// The result of a query: count, order, applied filters, cards, pages. Shops use it as well.
#[component]
pub fn Results(
    listing: Listing,
    wishes: Wishes,
    /// What the category and shop filters are dropped to; the shop's own page drops to itself.
    clear: ListingQuery,
) -> impl IntoView {
    let Listing { query, cards, total, page, last_page, .. } = listing;
    let count = format!("{total} {}", if total == 1 { "result" } else { "results" });
    let searched = query.q.as_ref().map(ToString::to_string);
    if cards.is_empty() {
        let text = match &searched {
            Some(q) => format!("Nothing matches “{q}”. Check the spelling, try fewer or other words, or look around."),
            None => "Nothing stands on this shelf at the moment. New things arrive every week.".to_owned(),
        };
        return view! {
            <EmptyState icon="search" title="Nothing found" text=text>
                <ButtonLink href=clear.url()>"Show everything"</ButtonLink>
            </EmptyState>
        }
        .into_any();
    }
    let chip = searched.map(|q| {
        let without = ListingQuery { q: None, page: PageNumber::FIRST, sort: query.sort, ..query.clone() };
        view! {
            <ul class="chips" aria-label="Applied filters">
                <li><a class="chip" href=without.url()>{format!("“{q}”")}<Icon name="close" small=true/><span class="visually-hidden">" (remove)"</span></a></li>
            </ul>
        }
    });
    let pages = query.clone();
    view! {
        <div class="listing-bar">
            <p class="muted" role="status">{count}</p>
            <SortForm listing=query/>
        </div>
        {chip}
        <ProductGrid cards=cards wishes=wishes in_view=IN_VIEW/>
        <Pagination page=page.get() last=last_page.get() href=move |n| pages.with_page(PageNumber::from_query(Some(&n.to_string()))).url()/>
    }
    .into_any()
}

async fn listing_page(asked: ListingQuery) -> Result<impl IntoView, AppError> {
    let state = request::state()?;
    let listing = crate::catalogue::service::list(&state.db, &asked).await?;
    let categories = crate::catalogue::service::categories(&state.db).await?;
    let wishes = Wishes::load().await?;
    let q = listing.query.q.as_ref().map(ToString::to_string);
    let (title, text) = match (&listing.category, &q) {
        (Some(category), None) => (category.name.clone(), category.description.clone()),
        (Some(category), Some(q)) => (format!("“{q}” in {}", category.name), String::new()),
        (None, Some(q)) => (format!("Results for “{q}”"), String::new()),
        (None, None) => ("Everything".to_owned(), "All that the shops have on their shelves today.".to_owned()),
    };
    // A search is not a page to be found; sorted copies of a listing are the same page.
    let canonical = q.is_none().then(|| ListingQuery { sort: None, ..listing.query.clone() }.url());
    let description = if text.is_empty() { None } else { Some(text.clone()) };
    let head = match canonical {
        Some(canonical) => {
            view! { <Document title=title.clone() description=description.unwrap_or_default() canonical=canonical/> }.into_any()
        }
        None => view! { <Document title=title.clone()/> }.into_any(),
    };
    let current = listing.category.clone();
    Ok(view! {
        {head}
        <div class="wrap">
            <Breadcrumbs trail=vec![("Home".to_owned(), "/".to_owned())] here=current.as_ref().map_or_else(|| title.clone(), |category| category.name.clone())/>
            <header class="page-head">
                <h1>{title}</h1>
                {(!text.is_empty()).then(|| view! { <p>{text}</p> })}
            </header>
            <div class="listing has-facets">
                <aside class="facets" aria-label="Categories"><CategoryList categories=categories current=current/></aside>
                <section aria-labelledby="products"><h2 class="visually-hidden" id="products">"Products"</h2><Results listing=listing wishes=wishes clear=ListingQuery::default()/></section>
            </div>
        </div>
    })
}

fn asked() -> ListingQuery {
    ListingQuery::from_url(query)
}

/// Everything there is.
#[component]
pub fn ProductsPage() -> impl IntoView {
    let asked = asked();
    loaded(listing_page(asked))
}

/// One category.
#[component]
pub fn CategoryPage() -> impl IntoView {
    let slug = path_part("slug");
    let asked = asked();
    loaded(async move { listing_page(asked.of_category(slug?)).await })
}

/// What a search found.
#[component]
pub fn SearchPage() -> impl IntoView {
    let asked = asked();
    loaded(listing_page(asked))
}
