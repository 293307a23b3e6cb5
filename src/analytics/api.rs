//! The figures behind the pages, for programs on a page. Reads, so GETs.

use leptos::prelude::*;
use server_fn::codec::GetUrl;

use super::{AdminFigures, Asked, VendorFigures};
use crate::error::AppError;

/// Figures of one's own shop.
#[server(name = GetVendorFigures, prefix = "/api", endpoint = "analytics/vendor", input = GetUrl)]
pub async fn vendor_figures(#[server(flatten)] asked: Asked) -> Result<VendorFigures, AppError> {
    let owner = crate::vendors::guard::ShopOwner::require().await?;
    let period = super::period::Period::of(&asked)?;
    super::service::vendor(&crate::platform::request::state()?.db, &owner, &period).await
}

/// Figures of the whole site.
#[server(name = GetAdminFigures, prefix = "/api", endpoint = "analytics/admin", input = GetUrl)]
pub async fn admin_figures(#[server(flatten)] asked: Asked) -> Result<AdminFigures, AppError> {
    let admin = crate::accounts::guard::Admin::require().await?;
    let period = super::period::Period::of(&asked)?;
    super::service::admin(&crate::platform::request::state()?.db, &admin, &period).await
}
