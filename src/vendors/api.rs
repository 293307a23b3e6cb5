//! Applying for a shop, and deciding about it. Plain forms: they answer with a redirect.

use leptos::prelude::*;

use super::{Application, TypedShipping, VendorStatus};
use crate::accounts::{Password, TypedToken};
use crate::error::AppError;
use crate::values::{ApiTokenId, NothingElse, VendorId};

/// Makes an account and applies for its shop, or does as if: whether there was an account only its mailbox learns.
#[server(name = SignUpWithShop, prefix = "/api", endpoint = "vendors/sign-up")]
pub async fn sign_up_with_shop(
    name: String,
    email: String,
    password: Password,
    #[server(flatten)] application: Application,
    #[server(flatten)] rest: NothingElse,
) -> Result<(), AppError> {
    let NothingElse = rest;
    let visit = crate::accounts::guard::Visit::current()?;
    let form = super::ShopSignUp::parse(&name, &email, password, &application)?;
    super::service::sign_up(visit.state(), form, &visit.caller()).await?;
    leptos_axum::redirect(&crate::accounts::sign_in_path("signed-up", "/vendor"));
    Ok(())
}

/// Applies for a shop, or once more after a rejection.
#[server(name = ApplyForShop, prefix = "/api", endpoint = "vendors/apply")]
pub async fn apply_for_shop(#[server(flatten)] application: Application, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let customer = crate::accounts::guard::Customer::require().await?;
    super::service::apply(&crate::platform::request::state()?, &customer, &application).await?;
    leptos_axum::redirect("/vendor");
    Ok(())
}

/// Changes what an open shop says about itself. `version` is that of what was seen.
#[server(name = SaveProfile, prefix = "/api", endpoint = "vendors/save-profile")]
pub async fn save_profile(
    version: i64,
    #[server(flatten)] profile: Application,
    #[server(flatten)] rest: NothingElse,
) -> Result<(), AppError> {
    let NothingElse = rest;
    let vendor = super::guard::ApprovedVendor::require().await?;
    super::service::save_profile(&crate::platform::request::state()?.db, &vendor, &profile, version).await?;
    leptos_axum::redirect("/vendor/settings?done=profile");
    Ok(())
}

/// What the shop takes for sending its part of an order.
#[server(name = SetShipping, prefix = "/api", endpoint = "vendors/set-shipping")]
pub async fn set_shipping(#[server(flatten)] typed: TypedShipping, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let vendor = super::guard::DraftingVendor::require().await?;
    super::service::set_shipping(&crate::platform::request::state()?.db, &vendor, &typed).await?;
    leptos_axum::redirect("/vendor/settings?done=shipping");
    Ok(())
}

/// Makes a token for a program of the shop's owner. Its page then shows the text, once.
#[server(name = CreateApiToken, prefix = "/api", endpoint = "vendors/api-tokens/create")]
pub async fn create_api_token(#[server(flatten)] typed: TypedToken, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let owner = super::guard::ShopOwner::require().await?;
    let state = crate::platform::request::state()?;
    let id = crate::accounts::service::api_tokens::create(&state, owner.user_id(), &typed).await?;
    leptos_axum::redirect(&format!("/vendor/api-tokens?made={id}"));
    Ok(())
}

/// Makes a token worthless.
#[server(name = RevokeApiToken, prefix = "/api", endpoint = "vendors/api-tokens/revoke")]
pub async fn revoke_api_token(token_id: ApiTokenId, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let owner = super::guard::ShopOwner::require().await?;
    let db = crate::platform::request::state()?.db.clone();
    crate::accounts::service::api_tokens::revoke(&db, owner.user_id(), token_id).await?;
    leptos_axum::redirect("/vendor/api-tokens?done=revoked");
    Ok(())
}

/// Approves, rejects, suspends, or lifts a suspension.
#[server(name = DecideAboutShop, prefix = "/api", endpoint = "vendors/decide")]
pub async fn decide_about_shop(
    vendor_id: VendorId,
    seen: VendorStatus,
    next: VendorStatus,
    #[server(default)] reason: String,
    #[server(flatten)] rest: NothingElse,
) -> Result<(), AppError> {
    let NothingElse = rest;
    let admin = crate::accounts::guard::Admin::require().await?;
    let decision = super::service::Decision { vendor_id, seen, next, reason };
    super::service::decide(&crate::platform::request::state()?, &admin, &decision).await?;
    leptos_axum::redirect(&format!("/admin/vendors/{vendor_id}"));
    Ok(())
}
