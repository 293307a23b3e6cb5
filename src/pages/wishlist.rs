//! `/wishlist`

use leptos::prelude::*;
use server_fn::ServerFn;

use super::document::Document;
use super::goods::{ProductGrid, Wishes};
use super::{loaded, query};
use crate::accounts::guard::Customer;
use crate::cart::api::MoveToCart;
use crate::cart::guard::CartOwner;
use crate::catalogue::ProductCard;
use crate::platform::{form_flash, request};
use crate::ui::{Button, ButtonLink, EmptyState, Look, Notice, Tone};
use crate::values::VariantId;

/// The way into the cart: at once, or by way of the product's page where there is something to choose. The card says what is sold out.
fn step(card: &ProductCard) -> AnyView {
    let of_name = format!(" {}", card.name);
    if card.available == 0 {
        return ().into_any();
    }
    if card.has_options {
        return view! { <ButtonLink href=card.url() look=Look::Secondary wide=true>"Choose an option"<span class="visually-hidden">{of_name}</span></ButtonLink> }
            .into_any();
    }
    view! {
        <form method="post" action=MoveToCart::url()>
            <input type="hidden" name="variant_id" value=card.default_variant.to_string()/>
            <Button look=Look::Secondary wide=true>"Move to cart"<span class="visually-hidden">{of_name}</span></Button>
        </form>
    }
    .into_any()
}

/// What a customer saved, newest first.
#[component]
pub fn WishlistPage() -> impl IntoView {
    let refused = form_flash::current().filter(|flash| flash.path == MoveToCart::url());
    let moved = query("moved").filter(|_| refused.is_none()).and_then(|moved| moved.parse::<VariantId>().ok());
    loaded(async move {
        let state = request::state()?;
        let customer = Customer::require().await?;
        let ids = crate::wishlist::service::saved(&state.db, &customer).await?;
        let cards = crate::catalogue::service::cards(&state.db, &ids).await?;
        let wishes = Wishes::load().await?;
        let moved = match moved {
            Some(moved) => crate::cart::service::offer(&state.db, Some(&CartOwner::customer(&customer)), moved).await?,
            None => None,
        };
        let news = moved.map(|goods| {
            view! { <Notice tone=Tone::Good>{format!("{} is in your cart. ", goods.name)}<a href="/cart">"View cart"</a></Notice> }
        });
        let refused = refused.map(|flash| view! { <div role="alert"><Notice tone=Tone::Bad>{flash.error.to_string()}</Notice></div> });
        let content = if cards.is_empty() {
            view! {
                <EmptyState icon="heart" title="Nothing saved yet" text="Press the heart on anything you like; it waits for you here." whole_page=true>
                    <ButtonLink href="/products">"Browse everything"</ButtonLink>
                </EmptyState>
            }
            .into_any()
        } else {
            view! {
                <header class="page-head"><h1>"Wishlist"</h1></header>
                <h2 class="visually-hidden">"Products"</h2>
                <ProductGrid cards=cards wishes=wishes in_view=4 step=step/>
            }
            .into_any()
        };
        Ok(view! {
            <Document title="Wishlist"/>
            <div class="wrap"><div class="stack cart-news">{refused}{news}</div>{content}</div>
        })
    })
}
