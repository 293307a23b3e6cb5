//! Server functions of the wishlist.

use leptos::prelude::*;

use crate::error::AppError;
use crate::values::{NothingElse, ProductId};

/// Saves a product, or forgets it; says whether it is saved now. Saying what is wanted makes a double click harmless.
#[server(name = SaveProduct, prefix = "/api", endpoint = "wishlist/save")]
pub async fn save_product(product_id: ProductId, saved: bool, #[server(flatten)] rest: NothingElse) -> Result<bool, AppError> {
    let NothingElse = rest;
    let customer = crate::accounts::guard::Customer::require().await?;
    super::service::save(&crate::platform::request::state()?.db, &customer, product_id, saved).await
}
