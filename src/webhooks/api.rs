//! Server functions of the screen of webhooks. Plain forms: they answer with a redirect.

use leptos::prelude::*;

use super::TypedEndpoint;
use crate::error::AppError;
use crate::values::{NothingElse, WebhookDeliveryId, WebhookEndpointId};

/// Adds an address.
#[server(name = AddEndpoint, prefix = "/api", endpoint = "webhooks/add")]
pub async fn add_endpoint(#[server(flatten)] typed: TypedEndpoint, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let owner = crate::vendors::guard::ShopOwner::require().await?;
    super::service::add(&crate::platform::request::state()?, &owner, &typed).await?;
    leptos_axum::redirect("/vendor/webhooks?done=added");
    Ok(())
}

/// Takes an address away, with what was not sent there yet.
#[server(name = RemoveEndpoint, prefix = "/api", endpoint = "webhooks/remove")]
pub async fn remove_endpoint(endpoint_id: WebhookEndpointId, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let owner = crate::vendors::guard::ShopOwner::require().await?;
    super::service::remove(&crate::platform::request::state()?.db, &owner, endpoint_id).await?;
    leptos_axum::redirect("/vendor/webhooks?done=removed");
    Ok(())
}

/// Sends a message once more.
#[server(name = ResendDelivery, prefix = "/api", endpoint = "webhooks/resend")]
pub async fn resend_delivery(delivery_id: WebhookDeliveryId, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let owner = crate::vendors::guard::ShopOwner::require().await?;
    super::service::resend(&crate::platform::request::state()?.db, &owner, delivery_id).await?;
    leptos_axum::redirect("/vendor/webhooks?done=resent");
    Ok(())
}
