//! Rows of goods with the wishlist's hearts on them, as home, listing, shop, product and wishlist show them.

use std::collections::HashSet;
use std::sync::Arc;

use leptos::either::Either;
use leptos::prelude::*;
use leptos::tachys::html::InertElement;

use super::memo::Memo;
use crate::accounts::guard::Customer;
use crate::accounts::with_next;
use crate::catalogue::ProductCard;
use crate::catalogue::ui::Card;
use crate::error::AppError;
use crate::platform::request;
use crate::ui::{Fetch, Icon};
use crate::values::ProductId;
use crate::wishlist::islands::Heart;

/// What the visitor saved. The hearts of a stranger lead to the sign-in page, and from there to the product.
#[derive(Clone, Debug)]
pub enum Wishes {
    Saved(Arc<HashSet<ProductId>>),
    SignInFirst,
}

impl Wishes {
    /// # Errors
    /// As the guards of accounts, and the database.
    pub async fn load() -> Result<Self, AppError> {
        let state = request::state()?;
        Ok(match Customer::current().await? {
            Some(customer) => Self::Saved(Arc::new(crate::wishlist::service::saved(&state.db, &customer).await?.into_iter().collect())),
            None => Self::SignInFirst,
        })
    }

    /// Whether the visitor saved it; unknown of a stranger.
    pub fn saved(&self, product: ProductId) -> Option<bool> {
        match self {
            Self::Saved(saved) => Some(saved.contains(&product)),
            Self::SignInFirst => None,
        }
    }
}

/// The heart of one product.
#[component]
pub fn WishHeart(
    /// As [`Wishes::saved`] says.
    #[prop(optional_no_strip)]
    saved: Option<bool>,
    product_id: ProductId,
    name: String,
    url: String,
    #[prop(optional)] wide: bool,
) -> impl IntoView {
    match saved {
        Some(saved) => Either::Left(view! { <Heart product_id=product_id name=name saved=saved wide=wide/> }),
        None => Either::Right(view! {
            <a class=if wide { "heart heart-wide plain-link" } else { "heart" } href=with_next("/sign-in", &url) aria-label=format!("Save {name}: sign in first")>
                <Icon name="heart"/>
                {wide.then(|| view! { <span>"Save"</span> })}
            </a>
        }),
    }
}

/// All that a card in a grid is rendered from.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Tile {
    card: ProductCard,
    fetch: Fetch,
    saved: Option<bool>,
}

static TILES: Memo<Tile> = Memo::empty();

/// HTML of a usual card.
const TILE_BYTES: usize = 2048;

/// Cards in a grid. The first ones are in view when the page opens and are fetched at once.
#[component]
pub fn ProductGrid(
    cards: Vec<ProductCard>,
    wishes: Wishes,
    #[prop(optional)] in_view: usize,
    /// What can be done with each, below its card.
    #[prop(optional)]
    step: Option<fn(&ProductCard) -> AnyView>,
) -> impl IntoView {
    let mut items = String::with_capacity(cards.len() * TILE_BYTES);
    for (index, card) in cards.into_iter().enumerate() {
        let fetch = if index < in_view { Fetch::Soon } else { Fetch::Lazy };
        let step = step.map(|step| step(&card).to_html()).unwrap_or_default();
        let tile = TILES.html(Tile { saved: wishes.saved(card.id), card, fetch }, tile);
        items.extend(["<li>", &tile, &step, "</li>"]);
    }
    view! { <ul class="product-grid" role="list">{InertElement::new(items)}</ul> }
}

fn tile(Tile { card, fetch, saved }: Tile) -> impl IntoView {
    let (id, name, url) = (card.id, card.name.clone(), card.url());
    view! { <Card card=card fetch=fetch><WishHeart saved=saved product_id=id name=name url=url/></Card> }
}
