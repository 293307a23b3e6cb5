//! Server functions of the cart. No price is among the arguments: what the browser thinks something costs is of no interest.

use leptos::prelude::*;

use super::CartSummary;
use crate::error::AppError;
use crate::values::{NothingElse, Quantity, VariantId};

/// Puts goods into the cart, on top of what is there.
#[server(name = AddToCart, prefix = "/api", endpoint = "cart/add")]
pub async fn add_to_cart(variant_id: VariantId, quantity: Quantity, #[server(flatten)] rest: NothingElse) -> Result<CartSummary, AppError> {
    let NothingElse = rest;
    let owner = super::guard::CartOwner::require().await?;
    super::service::add(&crate::platform::request::state()?.db, &owner, variant_id, quantity).await
}

/// Sets how many of a line are wanted; the customer has then seen its price.
#[server(name = SetQuantity, prefix = "/api", endpoint = "cart/set-quantity")]
pub async fn set_quantity(
    variant_id: VariantId,
    quantity: Quantity,
    #[server(flatten)] rest: NothingElse,
) -> Result<CartSummary, AppError> {
    let NothingElse = rest;
    let owner = super::guard::CartOwner::require().await?;
    super::service::set_quantity(&crate::platform::request::state()?.db, &owner, variant_id, quantity).await
}

/// Takes a line out of the cart.
#[server(name = RemoveFromCart, prefix = "/api", endpoint = "cart/remove")]
pub async fn remove_from_cart(variant_id: VariantId, #[server(flatten)] rest: NothingElse) -> Result<CartSummary, AppError> {
    let NothingElse = rest;
    let owner = super::guard::CartOwner::require().await?;
    super::service::remove(&crate::platform::request::state()?.db, &owner, variant_id).await
}
