//! Rows of goods with the wishlist's hearts on them, as home, listing, shop, product and wishlist show them.

use std::collections::HashSet;
use std::sync::Arc;

use leptos::either::Either;
use leptos::prelude::*;

use super::here;
use crate::accounts::guard::Customer;
use crate::accounts::with_next;
use crate::catalogue::ProductCard;
use crate::catalogue::ui::Card;
use crate::error::AppError;
use crate::platform::request;
use crate::ui::{Fetch, Icon};
use crate::values::ProductId;
use crate::wishlist::islands::Heart;

/// What the visitor saved; for a stranger, where hearts lead instead: to the sign-in page and back. One for all hearts of a page.
#[derive(Clone, Debug)]
pub enum Wishes {
    Saved(Arc<HashSet<ProductId>>),
    SignInFirst(Arc<str>),
}

impl Wishes {
    /// # Errors
    /// As the guards of accounts, and the database.
    pub async fn load() -> Result<Self, AppError> {
        let state = request::state()?;
        Ok(match Customer::current().await? {
            Some(customer) => Self::Saved(Arc::new(crate::wishlist::service::saved(&state.db, &customer).await?.into_iter().collect())),
            None => Self::SignInFirst(with_next("/sign-in", &here()).into()),
        })
    }
}

/// The heart of one product.
#[component]
pub fn WishHeart(wishes: Wishes, product_id: ProductId, name: String, #[prop(optional)] wide: bool) -> impl IntoView {
    match wishes {
        Wishes::Saved(saved) => {
            Either::Left(view! { <Heart product_id=product_id name=name saved=saved.contains(&product_id) wide=wide/> })
        }
        Wishes::SignInFirst(href) => Either::Right(view! {
            <a class=if wide { "heart heart-wide plain-link" } else { "heart" } href=href.to_string() aria-label=format!("Save {name}: sign in first")>
                <Icon name="heart"/>
                {wide.then(|| view! { <span>"Save"</span> })}
            </a>
        }),
    }
}

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
    view! {
        <ul class="product-grid" role="list">
            {cards.into_iter().enumerate().map(|(index, card)| {
                let (id, name) = (card.id, card.name.clone());
                let wishes = wishes.clone();
                let fetch = if index < in_view { Fetch::Soon } else { Fetch::Lazy };
                let step = step.map(|step| step(&card));
                view! { <li><Card card=card fetch=fetch><WishHeart wishes=wishes product_id=id name=name/></Card>{step}</li> }
            }).collect_view()}
        </ul>
    }
}
