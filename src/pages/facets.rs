//! The choices beside a listing: links that narrow it, and a form for a price range. All of it works without a script.

use leptos::prelude::*;

use super::memo::Memo;
use crate::catalogue::{self, Dimension, Figure, ListingQuery};
use crate::values::{Money, grouped};

/// "$25 to $50"; whole amounts without decimals.
pub fn price_range(min: Option<Money>, max: Option<Money>) -> String {
    let text = |money: Money| money.to_string().trim_end_matches(".00").to_owned();
    match (min, max) {
        (Some(min), Some(max)) => format!("{} to {}", text(min), text(max)),
        (Some(min), None) => format!("{} and more", text(min)),
        (None, Some(max)) => format!("Up to {}", text(max)),
        (None, None) => "Any price".to_owned(),
    }
}

/// "4 stars and up"
pub fn stars_and_up(stars: u8) -> String {
    format!("{stars} stars and up")
}

/// What a form must carry along, but for the fields that it has itself.
#[component]
pub fn HiddenParameters(query: ListingQuery, but: &'static [&'static str]) -> impl IntoView {
    let parameters = query.parameters().into_iter().filter(move |(name, _)| !but.contains(name));
    parameters.map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect_view()
}

/// One choice: a link that makes it, or takes it back if it is made.
#[component]
fn Choice(
    #[prop(into)] name: String,
    href: String,
    count: Figure,
    chosen: bool,
    /// How far below the top it stands.
    #[prop(optional)]
    depth: usize,
    /// Whether search engines should follow it.
    #[prop(optional)]
    followed: bool,
) -> impl IntoView {
    let class = match depth {
        0 => None,
        1 => Some("facet-1"),
        _ => Some("facet-2"),
    };
    view! {
        <li class=class>
            <a href=href aria-current=chosen.then_some("true") rel=(!followed).then_some("nofollow")>
                <span>{name}</span>
                {count.map(|count| view! { <span class="facet-count">{grouped(count)}<span class="visually-hidden">" results"</span></span> })}
            </a>
        </li>
    }
}

#[component]
fn Categories(choices: Vec<catalogue::CategoryChoice>, query: ListingQuery) -> impl IntoView {
    let all = query.without(Dimension::Category).url();
    let everything = if query.at_shop { "All of the shop" } else { "Everything" };
    let none_chosen = query.category.is_none();
    view! {
        <nav aria-labelledby="facet-category">
            <h3 id="facet-category">"Category"</h3>
            <ul role="list">
                <Choice name=everything href=all count=None chosen=none_chosen followed=true/>
                {choices.into_iter().map(|choice| {
                    let slug = choice.category.slug.clone();
                    let href = ListingQuery { category: Some(slug), ..query.from_the_start() }.url();
                    view! { <Choice name=choice.category.name href=href count=choice.count chosen=choice.chosen depth=choice.depth followed=true/> }
                }).collect_view()}
            </ul>
        </nav>
    }
}

/// Ranges as links, and a range of one's own.
#[component]
fn Prices(choices: Vec<catalogue::PriceChoice>, query: ListingQuery) -> impl IntoView {
    let typed = |money: Option<Money>| money.map(|money| money.plain().trim_end_matches(".00").to_owned());
    let (min, max) = (typed(query.min_price), typed(query.max_price));
    let links = choices
        .into_iter()
        .filter(|choice| choice.chosen || choice.count != Some(0))
        .map(|choice| {
            let chosen = ListingQuery { min_price: choice.min, max_price: choice.max, ..query.from_the_start() };
            let href = if choice.chosen { query.without(Dimension::Price).url() } else { chosen.url() };
            view! { <Choice name=price_range(choice.min, choice.max) href=href count=choice.count chosen=choice.chosen/> }
        })
        .collect_view();
    let path = query.path();
    view! {
        <section aria-labelledby="facet-price">
            <h3 id="facet-price">"Price"</h3>
            <ul role="list">{links}</ul>
            <form class="price-form" method="get" action=path>
                <HiddenParameters query=query but=&["min_price", "max_price"]/>
                <label class="visually-hidden" for="min_price">"Lowest price"</label>
                <input class="input" id="min_price" name="min_price" inputmode="decimal" autocomplete="off" maxlength="12" placeholder="From" value=min/>
                <span aria-hidden="true">"–"</span>
                <label class="visually-hidden" for="max_price">"Highest price"</label>
                <input class="input" id="max_price" name="max_price" inputmode="decimal" autocomplete="off" maxlength="12" placeholder="To" value=max/>
                <button class="button button-secondary">"Apply"<span class="visually-hidden">" the price range"</span></button>
            </form>
        </section>
    }
}

#[component]
fn Others(facets: catalogue::Facets, query: ListingQuery) -> impl IntoView {
    let ratings = facets
        .ratings
        .into_iter()
        .filter(|(stars, count)| query.rating == Some(*stars) || *count != Some(0))
        .map(|(stars, count)| {
            let chosen = query.rating == Some(stars);
            let rated = ListingQuery { rating: Some(stars), ..query.from_the_start() };
            let href = if chosen { query.without(Dimension::Rating).url() } else { rated.url() };
            view! { <Choice name=stars_and_up(stars) href=href count=count chosen=chosen/> }
        })
        .collect::<Vec<_>>();
    let stocked = ListingQuery { in_stock: true, ..query.from_the_start() };
    let stock = if query.in_stock { query.without(Dimension::Stock).url() } else { stocked.url() };
    let shops = facets
        .shops
        .into_iter()
        .map(|shop| {
            let of_shop = ListingQuery { vendor: Some(shop.slug), ..query.from_the_start() };
            let href = if shop.chosen { query.without(Dimension::Shop).url() } else { of_shop.url() };
            view! { <Choice name=shop.name href=href count=shop.count chosen=shop.chosen/> }
        })
        .collect::<Vec<_>>();
    view! {
        {(!ratings.is_empty()).then(|| view! {
            <section aria-labelledby="facet-rating"><h3 id="facet-rating">"Rating"</h3><ul role="list">{ratings}</ul></section>
        })}
        <section aria-labelledby="facet-stock">
            <h3 id="facet-stock">"Availability"</h3>
            <ul role="list"><Choice name="In stock" href=stock count=facets.in_stock chosen=query.in_stock/></ul>
        </section>
        {(!shops.is_empty()).then(|| view! {
            <section aria-labelledby="facet-shop"><h3 id="facet-shop">"Shop"</h3><ul role="list">{shops}</ul></section>
        })}
    }
}

/// The choices of a listing and what is chosen make all of the HTML, of which most is addresses.
static CHOICES: Memo<(catalogue::Facets, ListingQuery)> = Memo::empty();

/// All choices. On a small screen they open over the page by a link, and close by another.
#[component]
pub fn Facets(facets: catalogue::Facets, query: ListingQuery) -> impl IntoView {
    CHOICES.view((facets, query), |(facets, query)| choices(facets, query))
}

fn choices(facets: catalogue::Facets, query: ListingQuery) -> impl IntoView {
    let rounded = facets.rounded;
    let mut facets = facets;
    let (categories, prices) = (std::mem::take(&mut facets.categories), std::mem::take(&mut facets.prices));
    view! {
        <aside class="facets" id="filters" aria-label="Filters">
            <div class="facets-head"><h2>"Filters"</h2><a class="button button-primary facets-close" href="#products">"Show results"</a></div>
            <Categories choices=categories query=query.clone()/>
            <Prices choices=prices query=query.clone()/>
            <Others facets=facets query=query/>
            {rounded.then(|| view! { <p class="facets-note">"Large numbers are counted once a minute, or not to their end."</p> })}
        </aside>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::Currency;

    #[test]
    fn ranges_read_as_people_say_them() {
        let money = |cents| Some(Money::new(cents, Currency::USD));
        assert_eq!(price_range(money(2500), money(5000)), "$25 to $50");
        assert_eq!(price_range(None, money(2550)), "Up to $25.50");
        assert_eq!(price_range(money(20_000), None), "$200 and more");
    }
}
