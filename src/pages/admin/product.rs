//! `/admin/products/{product}` with its stock and its preview: what its vendor sees, and what admins can do about it.

use leptos::prelude::*;
use server_fn::ServerFn;

use super::products::trail;
use crate::accounts::guard::Admin;
use crate::catalogue::api::{HoldProduct, ReleaseProduct};
use crate::catalogue::guard::ProductViewer;
use crate::catalogue::service::lifecycle::MAX_REASON;
use crate::catalogue::{OwnedProduct, field};
use crate::error::AppError;
use crate::pages::dashboard::admin_page;
use crate::pages::vendor::{ProductEditorPage, Step, StockQuery, Workbench, preview, stock_page};
use crate::pages::{loaded, path_part, query};
use crate::platform::{form_flash, request};
use crate::ui::{Button, FormState, Look, Notice, TextArea, Tone};
use crate::values::ProductId;
use crate::vendors::Vendor;

/// The right to look at a product, and its shop.
async fn enter(admin: &Admin, id: Result<ProductId, AppError>) -> Result<(ProductViewer, ProductId, Vendor), AppError> {
    let (id, db) = (id?, request::state()?.db.clone());
    let viewer = ProductViewer::admin(&db, admin, id).await?;
    let shop = crate::vendors::service::find(&db, admin, viewer.vendor_id()).await?;
    Ok((viewer, id, shop))
}

/// Whose it is, and taking it down or releasing it.
#[component]
fn Moderation(product: OwnedProduct, shop: Vendor, form: FormState) -> impl IntoView {
    let decision = match product.held_reason {
        Some(reason) => view! {
            <Notice tone=Tone::Bad><strong>"Taken down: "</strong>{reason}</Notice>
            <Step action=ReleaseProduct::url() product_id=product.id seen=None look=Look::Primary label="Release"/>
        }
        .into_any(),
        None => view! {
            <form class="form" method="post" action=HoldProduct::url()>
                <input type="hidden" name="product_id" value=product.id.to_string()/>
                <input type="hidden" name="seen" value=product.status.as_str()/>
                <TextArea form=form name=field::REASON label="Reason" rows=3 hint="Stands word for word in the mail to the vendor."
                    maxlength=u32::try_from(MAX_REASON).unwrap_or_default()/>
                <Button look=Look::Secondary wide=true>"Take it down"</Button>
            </form>
        }
        .into_any(),
    };
    let new = format!("/admin/products/new?vendor={}", shop.slug);
    view! {
        <h3>"For admins"</h3>
        <p>"Of "<a href=format!("/admin/vendors/{}", shop.id)>{shop.profile.name}</a>", which is "{shop.status.label().to_lowercase()}"."</p>
        {decision}
        <p><a href=new>"New product of this shop"</a></p>
    }
}

/// One product of any shop.
#[component]
pub fn AdminProductPage() -> impl IntoView {
    let id = path_part::<ProductId>("product");
    let (flash, done) = (form_flash::current(), query("done"));
    admin_page(move |admin, _| async move {
        let (viewer, id, shop) = enter(&admin, id).await?;
        let bench = Workbench::load(&viewer, id, shop.status, flash, (done, trail())).await?;
        let product = bench.product.clone();
        let form = FormState::of(bench.flash.as_ref(), HoldProduct::url());
        Ok(view! { <ProductEditorPage bench=bench><Moderation product=product shop=shop form=form/></ProductEditorPage> })
    })
}

/// Its stock.
#[component]
pub fn AdminStockPage() -> impl IntoView {
    let id = path_part::<ProductId>("product");
    let (flash, asked) = (form_flash::current(), StockQuery::read());
    admin_page(move |admin, _| async move {
        let (viewer, id, shop) = enter(&admin, id).await?;
        stock_page(viewer, id, shop.status, flash, asked, trail()).await
    })
}

/// The product as customers would get it: so it stands outside of the dashboard.
#[component]
pub fn AdminPreviewPage() -> impl IntoView {
    let id = path_part::<ProductId>("product");
    loaded(async move {
        let (viewer, id, shop) = enter(&Admin::require().await?, id).await?;
        preview(viewer, id, shop.status).await
    })
}
