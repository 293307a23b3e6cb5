//! Server functions of the cart. No price is among the arguments: what the browser thinks something costs is of no interest.

use leptos::prelude::*;

use server_fn::codec::GetUrl;

use super::{CartSummary, Counts};
use crate::error::AppError;
use crate::values::{NothingElse, Quantity, VariantId};

/// Puts goods into the cart, on top of what is there.
#[server(name = AddToCart, prefix = "/api", endpoint = "cart/add")]
pub async fn add_to_cart(variant_id: VariantId, quantity: Quantity, #[server(flatten)] rest: NothingElse) -> Result<CartSummary, AppError> {
    let NothingElse = rest;
    let owner = super::guard::CartOwner::require().await?;
    super::service::add(&crate::platform::request::state()?.db, &owner, variant_id, quantity).await
}

/// Sets how many of a line are wanted, or puts a line back; the customer has then seen its price.
#[server(name = SetQuantity, prefix = "/api", endpoint = "cart/set-quantity")]
pub async fn set_quantity(
    variant_id: VariantId,
    quantity: Quantity,
    #[server(flatten)] rest: NothingElse,
) -> Result<CartSummary, AppError> {
    let NothingElse = rest;
    let owner = super::guard::CartOwner::require().await?;
    let summary = super::service::set_quantity(&crate::platform::request::state()?.db, &owner, variant_id, quantity).await?;
    // Without what its address said: that is old news.
    leptos_axum::redirect("/cart");
    Ok(summary)
}

/// Takes a line out of the cart. The cart's page then offers to put it back.
#[server(name = RemoveFromCart, prefix = "/api", endpoint = "cart/remove")]
pub async fn remove_from_cart(variant_id: VariantId, #[server(flatten)] rest: NothingElse) -> Result<CartSummary, AppError> {
    let NothingElse = rest;
    let owner = super::guard::CartOwner::require().await?;
    let (summary, removed) = super::service::remove(&crate::platform::request::state()?.db, &owner, variant_id).await?;
    leptos_axum::redirect(&removed.map_or("/cart".to_owned(), |quantity| format!("/cart?removed={variant_id}&quantity={quantity}")));
    Ok(summary)
}

/// Moves a line to the wishlist.
#[server(name = SaveForLater, prefix = "/api", endpoint = "cart/save-for-later")]
pub async fn save_for_later(variant_id: VariantId, #[server(flatten)] rest: NothingElse) -> Result<CartSummary, AppError> {
    let NothingElse = rest;
    let customer = crate::accounts::guard::Customer::require().await?;
    let summary = super::service::save_for_later(&crate::platform::request::state()?.db, &customer, variant_id).await?;
    leptos_axum::redirect(&format!("/cart?saved={variant_id}"));
    Ok(summary)
}

/// Moves goods from the wishlist to the cart.
#[server(name = MoveToCart, prefix = "/api", endpoint = "cart/move-from-wishlist")]
pub async fn move_to_cart(variant_id: VariantId, #[server(flatten)] rest: NothingElse) -> Result<CartSummary, AppError> {
    let NothingElse = rest;
    let customer = crate::accounts::guard::Customer::require().await?;
    let summary = super::service::move_from_wishlist(&crate::platform::request::state()?.db, &customer, variant_id).await?;
    leptos_axum::redirect(&format!("/wishlist?moved={variant_id}"));
    Ok(summary)
}

/// The numbers of the header, for a page that has been open for a while.
#[server(name = GetCounts, prefix = "/api", endpoint = "cart/counts", input = GetUrl)]
pub async fn counts() -> Result<Counts, AppError> {
    let owner = super::guard::CartOwner::current().await?;
    super::service::counts(&crate::platform::request::state()?.db, owner.as_ref()).await
}
