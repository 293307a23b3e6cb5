//! `/wishlist`

use leptos::prelude::*;

use super::document::Document;
use super::goods::{ProductGrid, Wishes};
use super::loaded;
use crate::accounts::guard::Customer;
use crate::platform::request;
use crate::ui::{ButtonLink, EmptyState};

/// What a customer saved, newest first.
#[component]
pub fn WishlistPage() -> impl IntoView {
    loaded(async {
        let state = request::state()?;
        let customer = Customer::require().await?;
        let ids = crate::wishlist::service::saved(&state.db, &customer).await?;
        let cards = crate::catalogue::service::cards(&state.db, &ids).await?;
        let wishes = Wishes::load().await?;
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
                <ProductGrid cards=cards wishes=wishes in_view=4/>
            }
            .into_any()
        };
        Ok(view! {
            <Document title="Wishlist"/>
            <div class="wrap">{content}</div>
        })
    })
}
