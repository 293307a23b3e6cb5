//! Suggestions while one types, and products from behind: plain forms that answer with a redirect, for vendors and for admins alike.

use leptos::prelude::*;
use server_fn::codec::GetUrl;

use super::{PictureOrder, PictureText, ProductStatus, ProductVersion, Suggestion, TypedCategory, TypedCorrection, TypedProduct};
use crate::error::AppError;
use crate::values::{CategoryId, ImportId, NothingElse, PictureId, ProductId, Slug, VariantId};

/// What the search box offers for the beginning of a text. A read, so a GET that browsers and proxies may repeat.
#[server(name = Suggest, prefix = "/api", endpoint = "catalogue/suggest", input = GetUrl)]
pub async fn suggest(q: String) -> Result<Vec<Suggestion>, AppError> {
    let state = crate::platform::request::state()?;
    super::service::suggest(&state.db, &q).await
}

/// Drafts a product of one's own.
#[server(name = CreateProduct, prefix = "/api", endpoint = "catalogue/create-product")]
pub async fn create_product(#[server(flatten)] typed: TypedProduct, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let editor = super::guard::ProductEditor::from(crate::vendors::guard::DraftingVendor::require().await?);
    let id = super::service::products::create(&crate::platform::request::state()?.db, &editor, &typed).await?;
    leptos_axum::redirect(&format!("{}?done=created", editor.path_of(id)));
    Ok(())
}

/// Drafts a product for a shop, by its address.
#[server(name = CreateProductFor, prefix = "/api", endpoint = "catalogue/create-product-for")]
pub async fn create_product_for(
    shop: Slug,
    #[server(flatten)] typed: TypedProduct,
    #[server(flatten)] rest: NothingElse,
) -> Result<(), AppError> {
    let NothingElse = rest;
    let admin = crate::accounts::guard::Admin::require().await?;
    let state = crate::platform::request::state()?;
    let vendor = crate::vendors::service::find_by_slug(&state.db, &admin, &shop).await?;
    let editor = super::guard::ProductEditor::for_shop(&admin, vendor.id);
    let id = super::service::products::create(&state.db, &editor, &typed).await?;
    leptos_axum::redirect(&format!("{}?done=created", editor.path_of(id)));
    Ok(())
}

/// Writes an edit over what was seen. `arrange` is the button that makes the missing variants.
#[server(name = SaveProduct, prefix = "/api", endpoint = "catalogue/save-product")]
pub async fn save_product(
    product_id: ProductId,
    version: ProductVersion,
    #[server(default)] arrange: String,
    #[server(flatten)] typed: TypedProduct,
    #[server(flatten)] rest: NothingElse,
) -> Result<(), AppError> {
    let NothingElse = rest;
    let editor = super::guard::ProductEditor::of(product_id).await?;
    let arrange = !arrange.is_empty();
    super::service::products::save(&crate::platform::request::state()?.db, &editor, product_id, version, &typed, arrange).await?;
    let done = if arrange { "arranged" } else { "saved" };
    leptos_axum::redirect(&format!("{}?done={done}", editor.path_of(product_id)));
    Ok(())
}

/// Makes a draft that is like another product.
#[server(name = DuplicateProduct, prefix = "/api", endpoint = "catalogue/duplicate-product")]
pub async fn duplicate_product(product_id: ProductId, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let editor = super::guard::ProductEditor::of(product_id).await?;
    let id = super::service::products::duplicate(&crate::platform::request::state()?.db, &editor, product_id).await?;
    leptos_axum::redirect(&format!("{}?done=copied", editor.path_of(id)));
    Ok(())
}

/// Writes a price over the one that was seen, from the list; `place` is the part of the list that it was done in.
#[server(name = SetPrice, prefix = "/api", endpoint = "catalogue/set-price")]
pub async fn set_price(
    product_id: ProductId,
    variant_id: VariantId,
    seen: String,
    price: String,
    #[server(default)] place: String,
    #[server(flatten)] rest: NothingElse,
) -> Result<(), AppError> {
    let NothingElse = rest;
    let editor = super::guard::ProductEditor::of(product_id).await?;
    let db = crate::platform::request::state()?.db.clone();
    super::service::products::set_price(&db, &editor, (product_id, variant_id), &seen, &price).await?;
    leptos_axum::redirect(&super::OwnedFilter::of_query(&place).done(editor.list_path(), "priced"));
    Ok(())
}

/// Adds what was counted to the ledger of stock. With a `place`, which is never empty, it was done in that part of the list, else on the
/// page of the stock.
#[server(name = CorrectStock, prefix = "/api", endpoint = "catalogue/correct-stock")]
pub async fn correct_stock(
    product_id: ProductId,
    #[server(default)] place: Option<String>,
    #[server(flatten)] typed: TypedCorrection,
    #[server(flatten)] rest: NothingElse,
) -> Result<(), AppError> {
    let NothingElse = rest;
    let editor = super::guard::ProductEditor::of(product_id).await?;
    let db = crate::platform::request::state()?.db.clone();
    let corrected = super::service::ledger::correct(&db, &editor, product_id, &typed).await?;
    let done = if corrected.meanwhile == 0 { "corrected".to_owned() } else { format!("corrected&meanwhile={}", corrected.meanwhile) };
    leptos_axum::redirect(&match place {
        Some(place) => super::OwnedFilter::of_query(&place).done(editor.list_path(), &done),
        None => format!("{}/stock?done={done}", editor.path_of(product_id)),
    });
    Ok(())
}

/// Puts a product up for sale.
#[server(name = PublishProduct, prefix = "/api", endpoint = "catalogue/publish-product")]
pub async fn publish_product(product_id: ProductId, seen: ProductStatus, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let publisher = super::guard::ProductPublisher::of(product_id).await?;
    super::service::lifecycle::publish(&crate::platform::request::state()?, &publisher, product_id, seen).await?;
    leptos_axum::redirect(&format!("{}?done=published", publisher.editor().path_of(product_id)));
    Ok(())
}

/// Makes a draft of what is for sale.
#[server(name = UnpublishProduct, prefix = "/api", endpoint = "catalogue/unpublish-product")]
pub async fn unpublish_product(product_id: ProductId, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let editor = super::guard::ProductEditor::of(product_id).await?;
    super::service::lifecycle::unpublish(&crate::platform::request::state()?, &editor, product_id).await?;
    leptos_axum::redirect(&format!("{}?done=unpublished", editor.path_of(product_id)));
    Ok(())
}

/// Puts a product away.
#[server(name = ArchiveProduct, prefix = "/api", endpoint = "catalogue/archive-product")]
pub async fn archive_product(product_id: ProductId, seen: ProductStatus, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let editor = super::guard::ProductEditor::of(product_id).await?;
    super::service::lifecycle::archive(&crate::platform::request::state()?, &editor, product_id, seen).await?;
    leptos_axum::redirect(&format!("{}?done=archived", editor.path_of(product_id)));
    Ok(())
}

/// Deletes a product, or archives it if it was ever ordered.
#[server(name = DeleteProduct, prefix = "/api", endpoint = "catalogue/delete-product")]
pub async fn delete_product(product_id: ProductId, seen: ProductStatus, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let editor = super::guard::ProductEditor::of(product_id).await?;
    match super::service::lifecycle::delete(&crate::platform::request::state()?, &editor, product_id, seen).await? {
        super::service::lifecycle::Deletion::Done => leptos_axum::redirect(&format!("{}?done=deleted", editor.list_path())),
        _ => leptos_axum::redirect(&format!("{}?done=kept", editor.path_of(product_id))),
    }
    Ok(())
}

/// Takes a product down with a reason for its vendor.
#[server(name = HoldProduct, prefix = "/api", endpoint = "catalogue/hold-product")]
pub async fn hold_product(
    product_id: ProductId,
    seen: ProductStatus,
    reason: String,
    #[server(flatten)] rest: NothingElse,
) -> Result<(), AppError> {
    let NothingElse = rest;
    let admin = crate::accounts::guard::Admin::require().await?;
    super::service::lifecycle::hold(&crate::platform::request::state()?, &admin, product_id, seen, &reason).await?;
    leptos_axum::redirect(&format!("/admin/products/{product_id}?done=held"));
    Ok(())
}

/// Lets the vendor publish it again.
#[server(name = ReleaseProduct, prefix = "/api", endpoint = "catalogue/release-product")]
pub async fn release_product(product_id: ProductId, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let admin = crate::accounts::guard::Admin::require().await?;
    super::service::lifecycle::release(&crate::platform::request::state()?, &admin, product_id).await?;
    leptos_axum::redirect(&format!("/admin/products/{product_id}?done=released"));
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
    let editor = super::guard::ProductEditor::of(product_id).await?;
    super::service::pictures::describe(&crate::platform::request::state()?.db, &editor, product_id, &pictures).await?;
    leptos_axum::redirect(&format!("{}?done=described#pictures", editor.path_of(product_id)));
    Ok(())
}

/// Puts the pictures in this order.
#[server(name = ArrangePictures, prefix = "/api", endpoint = "catalogue/arrange-pictures")]
pub async fn arrange_pictures(product_id: ProductId, order: PictureOrder, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let editor = super::guard::ProductEditor::of(product_id).await?;
    super::service::pictures::arrange(&crate::platform::request::state()?.db, &editor, product_id, &order.0).await?;
    leptos_axum::redirect(&format!("{}?done=reordered#pictures", editor.path_of(product_id)));
    Ok(())
}

/// Takes a picture away for good.
#[server(name = RemovePicture, prefix = "/api", endpoint = "catalogue/remove-picture")]
pub async fn remove_picture(product_id: ProductId, picture_id: PictureId, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let editor = super::guard::ProductEditor::of(product_id).await?;
    super::service::pictures::remove(&crate::platform::request::state()?, &editor, product_id, picture_id).await?;
    leptos_axum::redirect(&format!("{}?done=removed#pictures", editor.path_of(product_id)));
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

/// Lets a checked file of products in.
#[server(name = RunImport, prefix = "/api", endpoint = "catalogue/run-import")]
pub async fn run_import(import_id: ImportId, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let editor = crate::vendors::guard::DraftingVendor::require().await?.into();
    super::exchange::service::start(&crate::platform::request::state()?.db, &editor, import_id).await?;
    leptos_axum::redirect(&super::exchange::routes::import_path(import_id));
    Ok(())
}
