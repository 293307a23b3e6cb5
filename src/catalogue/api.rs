//! Suggestions while one types, and a vendor's own products: plain forms that answer with a redirect.

use leptos::prelude::*;
use server_fn::codec::GetUrl;

use super::{PictureOrder, PictureText, ProductStatus, ProductVersion, Suggestion, TypedCategory, TypedProduct};
use crate::error::AppError;
use crate::values::{CategoryId, NothingElse, PictureId, ProductId};

/// What the search box offers for the beginning of a text. A read, so a GET that browsers and proxies may repeat.
#[server(name = Suggest, prefix = "/api", endpoint = "catalogue/suggest", input = GetUrl)]
pub async fn suggest(q: String) -> Result<Vec<Suggestion>, AppError> {
    let state = crate::platform::request::state()?;
    super::service::suggest(&state.db, &q).await
}

/// Drafts a product.
#[server(name = CreateProduct, prefix = "/api", endpoint = "catalogue/create-product")]
pub async fn create_product(#[server(flatten)] typed: TypedProduct, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let vendor = crate::vendors::guard::DraftingVendor::require().await?;
    let id = super::service::products::create(&crate::platform::request::state()?.db, &vendor, &typed).await?;
    leptos_axum::redirect(&format!("/vendor/products/{id}?done=created"));
    Ok(())
}

/// Writes an edit over what was seen.
#[server(name = SaveProduct, prefix = "/api", endpoint = "catalogue/save-product")]
pub async fn save_product(
    product_id: ProductId,
    version: ProductVersion,
    #[server(flatten)] typed: TypedProduct,
    #[server(flatten)] rest: NothingElse,
) -> Result<(), AppError> {
    let NothingElse = rest;
    let vendor = crate::vendors::guard::DraftingVendor::require().await?;
    super::service::products::save(&crate::platform::request::state()?.db, &vendor, product_id, version, &typed).await?;
    leptos_axum::redirect(&format!("/vendor/products/{product_id}?done=saved"));
    Ok(())
}

/// Puts a product up for sale.
#[server(name = PublishProduct, prefix = "/api", endpoint = "catalogue/publish-product")]
pub async fn publish_product(product_id: ProductId, seen: ProductStatus, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let vendor = crate::vendors::guard::ApprovedVendor::require().await?;
    super::service::products::publish(&crate::platform::request::state()?.db, &vendor, product_id, seen).await?;
    leptos_axum::redirect(&format!("/vendor/products/{product_id}?done=published"));
    Ok(())
}

/// Makes a draft of what is for sale.
#[server(name = UnpublishProduct, prefix = "/api", endpoint = "catalogue/unpublish-product")]
pub async fn unpublish_product(product_id: ProductId, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let vendor = crate::vendors::guard::DraftingVendor::require().await?;
    super::service::products::unpublish(&crate::platform::request::state()?.db, &vendor, product_id).await?;
    leptos_axum::redirect(&format!("/vendor/products/{product_id}?done=unpublished"));
    Ok(())
}

/// Puts a product away.
#[server(name = ArchiveProduct, prefix = "/api", endpoint = "catalogue/archive-product")]
pub async fn archive_product(product_id: ProductId, seen: ProductStatus, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let vendor = crate::vendors::guard::DraftingVendor::require().await?;
    super::service::products::archive(&crate::platform::request::state()?.db, &vendor, product_id, seen).await?;
    leptos_axum::redirect(&format!("/vendor/products/{product_id}?done=archived"));
    Ok(())
}

/// Deletes a product, or archives it if it was ever ordered.
#[server(name = DeleteProduct, prefix = "/api", endpoint = "catalogue/delete-product")]
pub async fn delete_product(product_id: ProductId, seen: ProductStatus, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let vendor = crate::vendors::guard::DraftingVendor::require().await?;
    let state = crate::platform::request::state()?;
    match super::service::products::delete(&state, &vendor, product_id, seen).await? {
        super::service::products::Deletion::Done => leptos_axum::redirect("/vendor/products?done=deleted"),
        _ => leptos_axum::redirect(&format!("/vendor/products/{product_id}?done=kept")),
    }
    Ok(())
}

/// Says what is on the pictures.
#[server(name = DescribePictures, prefix = "/api", endpoint = "catalogue/describe-pictures")]
pub async fn describe_pictures(
    product_id: ProductId,
    pictures: Vec<PictureText>,
    #[server(flatten)] rest: NothingElse,
) -> Result<(), AppError> {
    let NothingElse = rest;
    let vendor = crate::vendors::guard::DraftingVendor::require().await?;
    super::service::pictures::describe(&crate::platform::request::state()?.db, &vendor, product_id, &pictures).await?;
    leptos_axum::redirect(&format!("/vendor/products/{product_id}?done=described#pictures"));
    Ok(())
}

/// Puts the pictures in this order.
#[server(name = ArrangePictures, prefix = "/api", endpoint = "catalogue/arrange-pictures")]
pub async fn arrange_pictures(product_id: ProductId, order: PictureOrder, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let vendor = crate::vendors::guard::DraftingVendor::require().await?;
    super::service::pictures::arrange(&crate::platform::request::state()?.db, &vendor, product_id, &order.0).await?;
    leptos_axum::redirect(&format!("/vendor/products/{product_id}?done=arranged#pictures"));
    Ok(())
}

/// Takes a picture away for good.
#[server(name = RemovePicture, prefix = "/api", endpoint = "catalogue/remove-picture")]
pub async fn remove_picture(product_id: ProductId, picture_id: PictureId, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let vendor = crate::vendors::guard::DraftingVendor::require().await?;
    super::service::pictures::remove(&crate::platform::request::state()?, &vendor, product_id, picture_id).await?;
    leptos_axum::redirect(&format!("/vendor/products/{product_id}?done=removed#pictures"));
    Ok(())
}

/// Adds a category to the tree.
#[server(name = CreateCategory, prefix = "/api", endpoint = "catalogue/create-category")]
pub async fn create_category(#[server(flatten)] typed: TypedCategory, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let admin = crate::accounts::guard::Admin::require().await?;
    super::service::categories::create(&crate::platform::request::state()?.db, &admin, &typed).await?;
    leptos_axum::redirect("/admin/categories?done=created");
    Ok(())
}

/// Changes a category, or where it stands.
#[server(name = SaveCategory, prefix = "/api", endpoint = "catalogue/save-category")]
pub async fn save_category(
    category_id: CategoryId,
    #[server(flatten)] typed: TypedCategory,
    #[server(flatten)] rest: NothingElse,
) -> Result<(), AppError> {
    let NothingElse = rest;
    let admin = crate::accounts::guard::Admin::require().await?;
    super::service::categories::save(&crate::platform::request::state()?.db, &admin, category_id, &typed).await?;
    leptos_axum::redirect(&format!("/admin/categories/{category_id}?done=saved"));
    Ok(())
}

/// Deletes a category in which nothing stands.
#[server(name = DeleteCategory, prefix = "/api", endpoint = "catalogue/delete-category")]
pub async fn delete_category(category_id: CategoryId, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let admin = crate::accounts::guard::Admin::require().await?;
    super::service::categories::delete(&crate::platform::request::state()?.db, &admin, category_id).await?;
    leptos_axum::redirect("/admin/categories?done=deleted");
    Ok(())
}
