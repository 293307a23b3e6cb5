//! `/products`, `/category/{slug}`, `/search?q=`

use leptos::prelude::*;
use leptos_router::params::ParamsMap;

use super::document::Document;
use super::facets::{Facets, HiddenParameters};
use super::goods::{ProductGrid, Wishes};
use super::memo::Memo;
use super::{loaded, path_part, queries};
use crate::catalogue::{Category, Dimension, Listing, ListingQuery, Precision, ProductCard, Sort, Spelling, category_url};
use crate::error::AppError;
use crate::platform::request;
use crate::ui::{Breadcrumbs, ButtonLink, EmptyState, Icon, Look, Pagination};
use crate::values::{PageNumber, grouped};

/// Cards in view when a page opens on a large screen.
const IN_VIEW: usize = 4;

/// Reads what a page's address asks for.
pub(super) async fn asked(parameters: &ParamsMap) -> Result<ListingQuery, AppError> {
    let state = request::state()?;
    let currency = crate::catalogue::service::shop_currency(&state.db).await?;
    Ok(ListingQuery::from_url(currency, |name| parameters.get(name)))
}

fn count_in_words(total: u64, precision: Precision) -> String {
    let results = if total == 1 { "result" } else { "results" };
    match precision {
        Precision::Exact => format!("{} {results}", grouped(total)),
        Precision::About => format!("About {} {results}", grouped(total)),
        Precision::AtLeast => format!("More than {} {results}", grouped(total)),
    }
}

static SORT_FORMS: Memo<ListingQuery> = Memo::empty();

/// Chooses the order; a change needs the button only where there is no script.
fn sort_form(query: ListingQuery) -> impl IntoView {
    let now = query.effective_sort();
    let has_text = query.q.is_some();
    let path = query.path();
    view! {
        <form class="sort-form" method="get" action=path>
            <HiddenParameters query=query but=&["sort"]/>
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

/// What is applied, by kind: its name, and the listing without it.
fn applied(listing: &Listing) -> Vec<(String, ListingQuery)> {
    let query = &listing.query;
    if query.is_canonical() {
        return Vec::new();
    }
    let text = query.q.as_ref().map(|q| (format!("“{q}”"), query.with_text(None)));
    let filters = Dimension::ALL.into_iter().filter(|&dimension| query.filters(dimension)).map(|dimension| {
        let name = match dimension {
            Dimension::Category => listing.category().map(|category| category.name.clone()).unwrap_or_default(),
            Dimension::Shop => listing.facets.chosen_shop().map_or_else(|| "This shop".to_owned(), |shop| shop.name.clone()),
            Dimension::Price => super::facets::price_range(query.min_price, query.max_price),
            Dimension::Rating => query.rating.map(super::facets::stars_and_up).unwrap_or_default(),
            Dimension::Stock => "In stock".to_owned(),
        };
        (name, query.without(dimension))
    });
    text.into_iter().chain(filters).collect()
}

/// Each applied filter with the way to take it off.
#[component]
fn Chips(applied: Vec<(String, ListingQuery)>, clear: String) -> impl IntoView {
    let several = applied.len() > 1;
    (!applied.is_empty()).then(|| {
        view! {
            <ul class="chips" aria-label="Applied filters">
                {applied.into_iter().map(|(name, without)| view! {
                    <li><a class="chip" href=without.url() rel="nofollow">{name}<Icon name="close" small=true/><span class="visually-hidden">" (remove)"</span></a></li>
                }).collect_view()}
                {several.then(|| view! { <li><a class="chip-clear" href=clear>"Clear all"</a></li> })}
            </ul>
        }
    })
}

/// What was searched for instead, or might have been.
#[component]
fn SpellingNote(spelling: Spelling, query: ListingQuery) -> impl IntoView {
    let (words, other) = match spelling {
        Spelling::AsTyped => return None,
        Spelling::Suggested(other) => ("Did you mean ".to_owned(), other),
        Spelling::Replaced { typed, found } => {
            let nothing = format!("Nothing matches “{typed}”. These are the results for ");
            return Some(view! { <p class="spelling">{nothing}<strong>{format!("“{found}”")}</strong>"."</p> }.into_any());
        }
    };
    let href = query.with_text(Some(other.clone())).url();
    Some(view! { <p class="spelling">{words}<a href=href>{format!("“{other}”")}</a>"?"</p> }.into_any())
}

/// Where nothing was found: what may help.
#[component]
fn Nothing(
    applied: Vec<(String, ListingQuery)>,
    searched: Option<String>,
    clear: String,
    popular: Vec<ProductCard>,
    wishes: Wishes,
) -> impl IntoView {
    let text = match (&searched, applied.len()) {
        (Some(q), 0 | 1) => format!("Nothing matches “{q}”. Check the spelling, try fewer or other words, or look around."),
        (_, 0) => "Nothing stands on this shelf at the moment. New things arrive every week.".to_owned(),
        _ => "Nothing matches all of this at once. Take something off:".to_owned(),
    };
    view! {
        <EmptyState icon="search" title="Nothing found" text=text>
            {(applied.len() > 1).then(|| view! {
                <ul class="drop-filters">
                    {applied.into_iter().map(|(name, without)| view! {
                        <li><ButtonLink href=without.url() look=Look::Secondary>{format!("Without {name}")}</ButtonLink></li>
                    }).collect_view()}
                </ul>
            })}
            <ButtonLink href=clear>"Show everything"</ButtonLink>
        </EmptyState>
        {(!popular.is_empty()).then(|| view! {
            <section class="section" aria-labelledby="popular">
                <div class="section-head"><h2 id="popular">"What people take home"</h2></div>
                <ProductGrid cards=popular wishes=wishes/>
            </section>
        })}
    }
}

/// A listing's place among its pages.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Place {
    query: ListingQuery,
    page: PageNumber,
    last: PageNumber,
    next: Option<ListingQuery>,
}

/// Addresses, for the most part.
static PAGES: Memo<Place> = Memo::empty();

/// Numbered pages as far as numbers go, and the way on from there.
fn pages(Place { query, page, last, next }: Place) -> impl IntoView {
    let numbered = query.after.is_none();
    let first = query.from_the_start().url();
    let on = next.map(|next| {
        view! {
            <nav class="pagination" aria-label="More pages"><ul>
                {(!numbered).then(|| view! { <li><a href=first>"First page"</a></li> })}
                <li><a href=next.url() rel="next">"Next"</a></li>
            </ul></nav>
        }
    });
    view! {
        {numbered.then(|| view! {
            <Pagination page=page.get() last=last.get() href=move |n| query.with_page(PageNumber::from_query(Some(&n.to_string()))).url()/>
        })}
        {on}
    }
}

/// The result of a query with the choices beside it: count, order, applied filters, cards, pages. Shops use it as well.
#[component]
pub fn Results(listing: Listing, wishes: Wishes) -> impl IntoView {
    let applied = applied(&listing);
    let Listing { query, cards, total, precision, page, last_page, next, facets, spelling, popular, .. } = listing;
    let clear = ListingQuery { sort: None, ..query.without_filters().with_text(None) }.url();
    // The category that the page is about is no filter of it.
    let filters = query.filter_count() - usize::from(query.category.is_some() && !query.at_shop);
    let note = view! { <SpellingNote spelling=spelling query=query.clone()/> };
    let results = if cards.is_empty() {
        let searched = query.q.as_ref().map(ToString::to_string);
        view! { {note}<Nothing applied=applied searched=searched clear=clear popular=popular wishes=wishes/> }.into_any()
    } else {
        let next = next.map(|next| query.behind(next));
        view! {
            {note}
            <div class="listing-bar">
                <p class="muted" role="status">{count_in_words(total, precision)}</p>
                <a class="button button-secondary filters-link" href="#filters">"Filters"{(filters > 0).then(|| format!(" ({filters})"))}</a>
                {SORT_FORMS.view(query.clone(), sort_form)}
            </div>
            <Chips applied=applied clear=clear/>
            <ProductGrid cards=cards wishes=wishes in_view=IN_VIEW/>
            {PAGES.view(Place { query: query.clone(), page, last: last_page, next }, pages)}
        }
        .into_any()
    };
    view! {
        <div class="listing has-facets">
            <Facets facets=facets query=query/>
            <section aria-labelledby="products"><h2 class="visually-hidden" id="products">"Products"</h2>{results}</section>
        </div>
    }
}

/// The way from the home page to a category, without the last step.
pub(super) fn trail(path: &[Category]) -> Vec<(String, String)> {
    let home = ("Home".to_owned(), "/".to_owned());
    let above = path.iter().take(path.len().saturating_sub(1)).map(|category| (category.name.clone(), category_url(&category.slug)));
    std::iter::once(home).chain(above).collect()
}

async fn listing_page(asked: ListingQuery) -> Result<impl IntoView, AppError> {
    let state = request::state()?;
    let listing = crate::catalogue::service::list(&state.db, &asked).await?;
    let wishes = Wishes::load().await?;
    // As it was typed, even where another spelling found more.
    let q = asked.q.as_ref().map(ToString::to_string);
    let (title, text) = match (listing.category(), &q) {
        (Some(category), None) => (category.name.clone(), category.description.clone()),
        (Some(category), Some(q)) => (format!("“{q}” in {}", category.name), String::new()),
        (None, Some(q)) => (format!("Results for “{q}”"), String::new()),
        (None, None) => ("Everything".to_owned(), "All that the shops have on their shelves today.".to_owned()),
    };
    let query = &listing.query;
    // A search is no page to be found.
    let head = if q.is_some() {
        view! { <Document title=title.clone()/> }.into_any()
    } else {
        view! { <Document title=title.clone() description=text.clone() canonical=query.canonical().url() copy=!query.is_canonical()/> }
            .into_any()
    };
    let trail = trail(&listing.path);
    let here = listing.category().map_or_else(|| title.clone(), |category| category.name.clone());
    Ok(view! {
        {head}
        <div class="wrap">
            <Breadcrumbs trail=trail here=here/>
            <header class="page-head">
                <h1>{title}</h1>
                {(!text.is_empty()).then(|| view! { <p>{text}</p> })}
            </header>
            <Results listing=listing wishes=wishes/>
        </div>
    })
}

/// Everything there is.
#[component]
pub fn ProductsPage() -> impl IntoView {
    let parameters = queries();
    loaded(async move { listing_page(asked(&parameters).await?).await })
}

/// One category.
#[component]
pub fn CategoryPage() -> impl IntoView {
    let slug = path_part("slug");
    let parameters = queries();
    loaded(async move { listing_page(asked(&parameters).await?.of_category(slug?)).await })
}

/// What a search found.
#[component]
pub fn SearchPage() -> impl IntoView {
    let parameters = queries();
    loaded(async move { listing_page(asked(&parameters).await?).await })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_say_how_much_they_say() {
        assert_eq!(count_in_words(1, Precision::Exact), "1 result");
        assert_eq!(count_in_words(94_061, Precision::About), "About 94,061 results");
        assert_eq!(count_in_words(2_000, Precision::AtLeast), "More than 2,000 results");
    }
}
