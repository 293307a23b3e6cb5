//! `/`

use leptos::prelude::*;

use super::document::Document;
use super::goods::{ProductGrid, Wishes};
use super::loaded;
use crate::catalogue::service::HOME_COUNT;
use crate::catalogue::ui::{ShopCard, source};
use crate::catalogue::{CategoryTile, HomePage as Goods, ProductCard};
use crate::platform::request;
use crate::settings::Site;
use crate::ui::{ButtonLink, Fetch, Icon, Look, Picture, Source};
use crate::values::grouped;

/// Pictures in the hero: one large, two small.
const HERO_PICTURES: usize = 3;

const DESCRIPTION: &str = "A marketplace of small workshops: stoneware, lamps, wool, tools and more, with one cart and one checkout.";

#[component]
fn Hero(cards: Vec<ProductCard>) -> impl IntoView {
    view! {
        <section class="wrap hero">
            <div class="hero-text">
                <h1>"Good things from people who make them"</h1>
                <p>"Stoneware fired twice a month, boots that can be resoled, lamps folded by hand. Many small shops, one cart, one checkout."</p>
                <div class="cluster">
                    <ButtonLink href="/products" large=true>"Browse everything"</ButtonLink>
                    <ButtonLink href="/products?sort=newest" look=Look::Secondary large=true>"See what is new"</ButtonLink>
                </div>
            </div>
            <div class="hero-pictures">
                {cards.into_iter().enumerate().map(|(index, card)| {
                    let picture = card.picture.as_ref().map(|picture| Source { alt: String::new(), ..source(picture, 640) });
                    let (sizes, fetch) = if index == 0 { ("(width >= 60rem) 27rem, 62vw", Fetch::First) } else { ("(width >= 60rem) 14rem, 31vw", Fetch::Soon) };
                    view! { <a href=card.url()><Picture source=picture sizes=sizes fetch=fetch/><span class="hero-caption">{card.name.clone()}</span></a> }
                }).collect_view()}
            </div>
        </section>
    }
}

/// "1 thing", "12 things", "250+ things" where counting was stopped.
fn things(count: i64) -> String {
    let more = if count == HOME_COUNT { "+" } else { "" };
    let number = grouped(count);
    format!("{number}{more} {}", if count == 1 { "thing" } else { "things" })
}

#[component]
fn Categories(tiles: Vec<CategoryTile>) -> impl IntoView {
    view! {
        <section class="wrap section" aria-labelledby="categories">
            <div class="section-head"><h2 id="categories">"Find your corner"</h2></div>
            <ul class="category-tiles">
                {tiles.into_iter().map(|tile| {
                    let count = tile.product_count;
                    let picture = tile.picture.as_ref().map(|picture| Source { alt: String::new(), ..source(picture, 160) });
                    view! {
                        <li><a href=tile.category.url()>
                            <strong>{tile.category.name.clone()}</strong>
                            <span>
                                {things(count)}
                                {picture.map(|picture| view! { <Picture source=Some(picture) sizes="4.5rem"/> })}
                            </span>
                        </a></li>
                    }
                }).collect_view()}
            </ul>
        </section>
    }
}

#[component]
fn Row(
    id: &'static str,
    title: &'static str,
    href: &'static str,
    more: &'static str,
    cards: Vec<ProductCard>,
    wishes: Wishes,
) -> impl IntoView {
    (!cards.is_empty()).then(|| {
        view! {
            <section class="wrap section" aria-labelledby=id>
                <div class="section-head"><h2 id=id>{title}</h2><a href=href>{more}</a></div>
                <ProductGrid cards=cards wishes=wishes/>
            </section>
        }
    })
}

/// What the shop promises; what the code keeps.
#[component]
fn Promises() -> impl IntoView {
    let promise = |icon, title, text| view! { <li><Icon name=icon/><strong>{title}</strong><span>{text}</span></li> };
    view! {
        <section class="wrap section" aria-label="How we work">
            <ul class="promise">
                {promise("hand", "Straight from the maker", "Each shop packs and sends its own things.")}
                {promise("lock", "Paid safely", "Card details go to the payment provider and never to us.")}
                {promise("truck", "One order, many shops", "Pay once; we tell each workshop what is yours.")}
            </ul>
        </section>
    }
}

/// The front door.
#[component]
pub fn HomePage() -> impl IntoView {
    loaded(async {
        let state = request::state()?;
        let Goods { categories, newest, best_selling, shops } = crate::catalogue::service::home(&state.db).await?;
        let wishes = Wishes::load().await?;
        let best = if best_selling.is_empty() { &newest } else { &best_selling };
        let hero = best.iter().filter(|card| card.picture.is_some() && card.available > 0).take(HERO_PICTURES).cloned().collect();
        Ok(view! {
            <Document title=Site::here().settings.shop_name.clone() description=DESCRIPTION canonical="/"/>
            <Hero cards=hero/>
            <Categories tiles=categories/>
            <Row id="newest" title="New on the shelf" href="/products?sort=newest" more="All new arrivals" cards=newest wishes=wishes.clone()/>
            <Row id="best" title="What people take home" href="/products?sort=best_selling" more="All best sellers" cards=best_selling wishes=wishes/>
            {(!shops.is_empty()).then(|| view! {
                <section class="wrap section" aria-labelledby="shops">
                    <div class="section-head"><h2 id="shops">"Meet the shops"</h2></div>
                    <ul class="shop-list">{shops.into_iter().map(|shop| view! { <li><ShopCard shop=shop/></li> }).collect_view()}</ul>
                </section>
            })}
            <Promises/>
        })
    })
}
