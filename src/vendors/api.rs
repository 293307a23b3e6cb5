//! Applying for a shop, and deciding about it. Plain forms: they answer with a redirect.

use leptos::prelude::*;

use super::VendorStatus;
use crate::error::AppError;
use crate::values::{NothingElse, VendorId};

/// Applies for a shop, or once more after a rejection.
#[server(name = ApplyForShop, prefix = "/api", endpoint = "vendors/apply")]
pub async fn apply_for_shop(
    name: String,
    tagline: String,
    story: String,
    city: String,
    country_code: String,
    #[server(flatten)] rest: NothingElse,
) -> Result<(), AppError> {
    let NothingElse = rest;
    let customer = crate::accounts::guard::Customer::require().await?;
    let application = super::Application { name, tagline, story, city, country_code };
    super::service::apply(&crate::platform::request::state()?, &customer, &application).await?;
    leptos_axum::redirect("/vendor");
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
