//! `/vendor/products/new`, `/vendor/products/{product}`, `/vendor/products/{product}/preview`

use leptos::prelude::*;
use server_fn::ServerFn;

use super::editor::{EditForm, LABELS, PRODUCT_ID, Texts};
use super::pictures::Pictures;
use super::products::tone;
use super::steps::{HeldNotice, Steps, news};
use super::variants::PlainVariant;
use crate::catalogue::api::{CreateProduct, SaveProduct};
use crate::catalogue::guard::{Powers, ProductViewer};
use crate::catalogue::{Category, OwnedProduct, ProductStatus, TypedProduct, TypedVariant};
use crate::error::AppError;
use crate::media::Picture;
use crate::pages::dashboard::shop_page;
use crate::pages::document::Document;
use crate::pages::goods::Wishes;
use crate::pages::product::{ProductBody, Shown};
use crate::pages::{loaded, path_part, query};
use crate::platform::{form_flash, request};
use crate::ui::{Badge, Breadcrumbs, Button, ButtonLink, ErrorSummary, FormFlash, FormState, Look, Notice, Tone};
use crate::values::ProductId;
use crate::vendors::VendorStatus;
use crate::vendors::guard::{DraftingVendor, ShopOwner};

pub fn trail() -> Vec<(String, String)> {
    let all = [("Your shop", "/vendor"), ("Your products", "/vendor/products")];
    all.into_iter().map(|(name, path)| (name.to_owned(), path.to_owned())).collect()
}

/// What a product begins with.
#[component]
pub fn BeginForm(
    form: FormState,
    action: &'static str,
    categories: Vec<Category>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <form class="form card" method="post" action=action>
            <ErrorSummary form=form.clone() labels=LABELS/>
            {children.map(|children| children())}
            <Texts form=form.clone() known=TypedProduct::default() categories=categories new=true/>
            <PlainVariant form=form known=TypedVariant::default() stock=None/>
            <p class="muted small">"Sizes, colours and other options can be added once the draft is saved."</p>
            <Button large=true>"Save the draft"</Button>
        </form>
    }
}

/// The form with which a product begins.
#[component]
pub fn NewProductPage() -> impl IntoView {
    let form = FormState::of(form_flash::current().as_ref(), CreateProduct::url());
    shop_page(move |owner, _| async move {
        DraftingVendor::try_from(owner)?;
        let categories = crate::catalogue::service::categories(&request::state()?.db).await?;
        Ok(view! {
            <Document title=if form.error().is_some() { "Error: new product" } else { "New product" }/>
            <div class="wrap narrow stack">
                <Breadcrumbs trail=trail() here="New product".to_owned()/>
                <header class="page-head">
                    <h1>"New product"</h1>
                    <p>"It begins as a draft that only you see."</p>
                </header>
                <BeginForm form=form action=CreateProduct::url() categories=categories/>
            </div>
        })
    })
}

/// A product with all that its editors need to see.
#[derive(Clone, Debug)]
pub struct Workbench {
    pub product: OwnedProduct,
    /// In the vendor's order.
    pub pictures: Vec<Picture>,
    pub categories: Vec<Category>,
    pub powers: Powers,
    pub shop: VendorStatus,
    /// Of any form about this product.
    pub flash: Option<FormFlash>,
    pub done: Option<String>,
    pub trail: Vec<(String, String)>,
    /// Address of the product's page here.
    pub path: String,
}

impl Workbench {
    /// # Errors
    /// `NotFound` for others' products.
    pub async fn load(
        viewer: &ProductViewer,
        id: ProductId,
        shop: VendorStatus,
        flash: Option<FormFlash>,
        (done, trail): (Option<String>, Vec<(String, String)>),
    ) -> Result<Self, AppError> {
        let db = request::state()?.db.clone();
        let product = crate::catalogue::service::products::find(&db, viewer, id).await?;
        let categories = crate::catalogue::service::categories(&db).await?;
        // A form about another product may have been refused in another tab.
        let flash = flash.filter(|flash| flash.value(PRODUCT_ID) == Some(id.to_string().as_str()));
        let powers = Powers::of(viewer, shop);
        let pictures = crate::catalogue::service::pictures::list(&db, viewer, id).await?;
        Ok(Self { product, pictures, categories, powers, shop, flash, done, trail, path: viewer.path_of(id) })
    }
}

/// The page on which a product is edited; the children stand beside the form.
#[component]
pub fn ProductEditorPage(bench: Workbench, #[prop(optional)] children: Option<Children>) -> impl IntoView {
    let Workbench { product, pictures, categories, powers, shop, flash, done, trail, path } = bench;
    let refused = flash.as_ref().map_or_else(FormState::default, |flash| FormState::of(Some(flash), &flash.path));
    let form = FormState::of(flash.as_ref(), SaveProduct::url());
    let news = done.as_deref().and_then(news).filter(|_| refused.error().is_none());
    let name = product.name.clone();
    let link = (product.status == ProductStatus::Published && shop.may_publish()).then(|| product.url());
    let held = product.held_reason.clone().filter(|_| !powers.admin);
    view! {
        <Document title=if refused.error().is_some() { format!("Error: {name}") } else { name.clone() }/>
        <div class="wrap stack">
            <Breadcrumbs trail=trail here=name.clone()/>
            <header class="page-head">
                <h1>{name}</h1>
                <p class="cluster">
                    <Badge tone=tone(product.status)>{product.status.label()}</Badge>
                    {product.held_reason.is_some().then(|| view! { <Badge tone=Tone::Bad>"Taken down"</Badge> })}
                    <a href=format!("{path}/preview")>"Preview"</a>
                    <a href=format!("{path}/stock")>"Stock"</a>
                    {link.map(|link| view! { <a href=link>"See it as customers do"</a> })}
                </p>
            </header>
            {news.map(|news| view! { <Notice tone=Tone::Good>{news}</Notice> })}
            {held.map(|reason| view! { <HeldNotice reason=reason/> })}
            <ErrorSummary form=refused labels=LABELS/>
            <div class="with-aside">
                <div class="stack">
                    <EditForm form=form product=product.clone() categories=categories may_edit=powers.edit stock_href=format!("{path}/stock")/>
                    <Pictures product_id=product.id pictures=pictures flash=flash may_draft=powers.edit/>
                </div>
                <aside class="card stack" aria-label="Publishing">
                    <h2>{product.status.label()}</h2>
                    <Steps product=product powers=powers/>
                    {children.map(|children| children())}
                </aside>
            </div>
        </div>
    }
}

/// One product of the vendor's own.
#[component]
pub fn OwnedProductPage() -> impl IntoView {
    let id = path_part::<ProductId>("product");
    let flash = form_flash::current();
    let done = query("done");
    shop_page(move |owner, _| async move {
        let viewer = ProductViewer::from(&owner);
        let bench = Workbench::load(&viewer, id?, owner.vendor().status, flash, (done, trail())).await?;
        Ok(view! { <ProductEditorPage bench=bench/> })
    })
}

/// The product's page as customers would get it, and word that they do not.
///
/// # Errors
/// `NotFound` for others' products.
pub async fn preview(viewer: ProductViewer, id: ProductId, shop: VendorStatus) -> Result<impl IntoView, AppError> {
    let product = crate::catalogue::service::products::preview(&request::state()?.db, &viewer, id).await?;
    let wishes = Wishes::load().await?;
    let back = viewer.path_of(id);
    let trail = vec![("Home".to_owned(), "/".to_owned()), (product.category.name.clone(), product.category.url())];
    Ok(view! {
        <Document title=format!("Preview: {}", product.name)/>
        <div class="wrap">
            <Notice tone=Tone::Warn>
                <p>"This is a preview. Customers would see it like this."</p>
                <p><ButtonLink href=back look=Look::Secondary>"Back to the product"</ButtonLink></p>
            </Notice>
        </div>
        <ProductBody product=product trail=trail wishes=wishes shown=Shown::AsPreview { shop_is_public: shop.may_publish() }/>
    })
}

/// One product of the vendor's own, as customers would get it: so it stands outside of the dashboard.
#[component]
pub fn PreviewPage() -> impl IntoView {
    let id = path_part::<ProductId>("product");
    loaded(async move {
        let owner = ShopOwner::require().await?;
        preview(ProductViewer::from(&owner), id?, owner.vendor().status).await
    })
}
