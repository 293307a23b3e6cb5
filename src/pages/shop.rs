//! `/shop/{slug}`

use leptos::prelude::*;

use super::document::{Document, opening};
use super::goods::Wishes;
use super::listing::{Results, asked};
use super::{loaded, path_part, queries};
use crate::catalogue::ui::place;
use crate::platform::request;
use crate::ui::{Breadcrumbs, Icon};
use crate::values::Slug;

const MAX_DESCRIPTION: usize = 160;

/// One shop: who they are, what they sell.
#[component]
pub fn ShopPage() -> impl IntoView {
    let slug = path_part::<Slug>("slug");
    let parameters = queries();
    loaded(async move {
        let slug = slug?;
        let state = request::state()?;
        let shop = crate::catalogue::service::shop(&state.db, &slug).await?;
        let listing = crate::catalogue::service::list(&state.db, &asked(&parameters).await?.of_shop(slug)).await?;
        let wishes = Wishes::load().await?;
        let place = place(&shop.city, &shop.country_code);
        let q = listing.query.q.as_ref().map(ToString::to_string).unwrap_or_default();
        let copy = !listing.query.is_canonical();
        let canonical = listing.query.canonical().url();
        let story: Vec<String> = shop.story.split("\n\n").map(str::to_owned).collect();
        Ok(view! {
            <Document title=shop.name.clone() description=opening(&shop.story, MAX_DESCRIPTION) canonical=canonical copy=copy/>
            <div class="wrap">
                <Breadcrumbs trail=vec![("Home".to_owned(), "/".to_owned())] here=shop.name.clone()/>
                <header class="shop-banner">
                    <div class="stack">
                        <h1>{shop.name.clone()}</h1>
                        <p class="lead">{shop.tagline.clone()}</p>
                        {(!place.is_empty()).then(|| view! { <p class="shop-card-place"><Icon name="pin" small=true/>{place}</p> })}
                    </div>
                    <div class="stack story">{story.into_iter().map(|text| view! { <p>{text}</p> }).collect_view()}</div>
                </header>
                <section class="section" aria-labelledby="goods">
                    <div class="section-head">
                        <h2 id="goods">"On the shelf"</h2>
                        <form class="search-form shop-search" method="get" action=shop.url() role="search" aria-label="Search in this shop">
                            <label class="visually-hidden" for="shop-search">{format!("Search in {}", shop.name)}</label>
                            <input class="input" id="shop-search" type="search" name="q" value=q maxlength="100" placeholder="Search in this shop"/>
                            <button aria-label="Search in this shop"><Icon name="search"/></button>
                        </form>
                    </div>
                    <Results listing=listing wishes=wishes/>
                </section>
            </div>
        })
    })
}
