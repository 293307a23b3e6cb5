//! `/vendor/products/new`, `/vendor/products/{product}`

use leptos::prelude::*;
use server_fn::ServerFn;

use super::pictures::Pictures;
use super::products::tone;
use crate::catalogue::api::{ArchiveProduct, CreateProduct, DeleteProduct, PublishProduct, SaveProduct, UnpublishProduct};
use crate::catalogue::{Category, OwnedProduct, ProductStatus, ProductVersion, TypedProduct, field};
use crate::error::{AppError, Conflict};
use crate::pages::document::Document;
use crate::pages::{loaded, path_part, query};
use crate::platform::{form_flash, request};
use crate::ui::{Badge, Breadcrumbs, Button, ErrorSummary, FormState, Look, Notice, SelectField, TextArea, TextField, Tone};
use crate::values::ProductId;
use crate::vendors::VendorStatus;
use crate::vendors::guard::{DraftingVendor, ShopOwner};

const LABELS: &[(&str, &str)] = &[
    (field::NAME, "Name"),
    (field::CATEGORY, "Category"),
    (field::SUMMARY, "In short"),
    (field::DESCRIPTION, "Description"),
    (field::TAGS, "Tags"),
    (field::PRICE, "Price"),
    (field::COMPARE_AT, "Price before"),
    (field::SKU, "Your number for it"),
    (field::STOCK, "In stock"),
];

/// Which product and which version a form is about.
const PRODUCT_ID: &str = "product_id";
const VERSION: &str = "version";

fn trail() -> Vec<(String, String)> {
    let all = [("Your shop", "/vendor"), ("Your products", "/vendor/products")];
    all.into_iter().map(|(name, path)| (name.to_owned(), path.to_owned())).collect()
}

/// What is said about a product.
#[component]
fn Texts(form: FormState, known: TypedProduct, categories: Vec<Category>) -> impl IntoView {
    let options = categories.into_iter().map(|category| (category.id.to_string(), category.name)).collect();
    view! {
        <TextField form=form.clone() name=field::NAME label="Name" value=known.name maxlength=120 autocomplete="off"/>
        <SelectField form=form.clone() name=field::CATEGORY label="Category" options=options value=known.category_id autocomplete="off"/>
        <TextField form=form.clone() name=field::SUMMARY label="In short" value=known.summary maxlength=400 optional=true autocomplete="off" hint="One sentence that stands beside the pictures"/>
        <TextArea form=form.clone() name=field::DESCRIPTION label="Description" value=known.description maxlength=20_000 rows=10 optional=true hint="A blank line begins a paragraph"/>
        <TextField form=form name=field::TAGS label="Tags" value=known.tags optional=true autocomplete="off" hint="Words that people search for, with commas in between"/>
    }
}

/// Price and stock of a product without options.
#[component]
fn PriceAndStock(form: FormState, known: TypedProduct) -> impl IntoView {
    view! {
        <div class="field-row">
            <TextField form=form.clone() name=field::PRICE label="Price" value=known.price inputmode="decimal" autocomplete="off" hint="Such as 24 or 24.50"/>
            <TextField form=form.clone() name=field::COMPARE_AT label="Price before" value=known.compare_at inputmode="decimal" optional=true autocomplete="off" hint="If it is reduced"/>
        </div>
        <div class="field-row">
            <TextField form=form.clone() name=field::STOCK label="In stock" value=known.stock inputmode="numeric" autocomplete="off"/>
            <TextField form=form name=field::SKU label="Your number for it" value=known.sku maxlength=64 optional=true autocomplete="off" hint="Only you see it"/>
        </div>
    }
}

/// Price and stock of each option, as they are.
#[component]
fn Options(product: OwnedProduct) -> impl IntoView {
    view! {
        <Notice>"This product has several options. Their prices and stock cannot be changed here and stay as they are."</Notice>
        <div class="table-scroll" role="region" aria-label="Options" tabindex="0">
            <table class="table">
                <thead><tr><th scope="col">"Option"</th><th scope="col">"Price"</th><th scope="col">"Stock"</th></tr></thead>
                <tbody>
                    {product.variants.into_iter().map(|variant| view! {
                        <tr><th scope="row">{variant.title}</th><td class="numeric">{variant.price.to_string()}</td><td class="numeric">{variant.stock}</td></tr>
                    }).collect_view()}
                </tbody>
            </table>
        </div>
    }
}

/// The form with which a product begins.
#[component]
pub fn NewProductPage() -> impl IntoView {
    let form = FormState::of(form_flash::current().as_ref(), CreateProduct::url());
    loaded(async move {
        DraftingVendor::require().await?;
        let categories = crate::catalogue::service::categories(&request::state()?.db).await?;
        Ok(view! {
            <Document title=if form.error().is_some() { "Error: new product" } else { "New product" }/>
            <div class="wrap narrow stack">
                <Breadcrumbs trail=trail() here="New product".to_owned()/>
                <header class="page-head">
                    <h1>"New product"</h1>
                    <p>"It begins as a draft that only you see."</p>
                </header>
                <form class="form card" method="post" action=CreateProduct::url()>
                    <ErrorSummary form=form.clone() labels=LABELS/>
                    <Texts form=form.clone() known=TypedProduct::default() categories=categories/>
                    <PriceAndStock form=form known=TypedProduct::default()/>
                    <Button large=true>"Save the draft"</Button>
                </form>
            </div>
        })
    })
}

/// What somebody else has saved meanwhile, where it differs from what was typed.
#[component]
fn SavedMeanwhile(form: FormState, saved: TypedProduct, categories: Vec<Category>) -> impl IntoView {
    let readable =
        |name: &str, value: &str| match categories.iter().find(|category| name == field::CATEGORY && category.id.to_string() == value) {
            Some(category) => category.name.clone(),
            None => value.to_owned(),
        };
    let differs = |&(name, value): &(&'static str, &str)| form.value(name).is_some_and(|typed| typed.replace("\r\n", "\n").trim() != value);
    let label = |name: &str| LABELS.iter().find(|(known, _)| *known == name).map_or("", |(_, label)| *label);
    let lines = saved
        .fields()
        .into_iter()
        .filter(differs)
        .map(|(name, value)| view! { <li><strong>{label(name)}": "</strong>{readable(name, value)}</li> })
        .collect_view();
    view! {
        <Notice tone=Tone::Warn>
            <p>"What you typed still stands below. Saved meanwhile, and different from it:"</p>
            <ul>{lines}</ul>
            <p>"If you save now, yours replaces it."</p>
        </Notice>
    }
}

/// Texts, price and stock of a product that is there.
#[component]
fn EditForm(form: FormState, product: OwnedProduct, categories: Vec<Category>, may_draft: bool) -> impl IntoView {
    let stale = form.error() == Some(&AppError::Conflict(Conflict::Stale));
    // Who was overtaken has now seen by what. Who mistyped something has not seen what others saved since.
    let version = form.value(VERSION).and_then(|text| text.parse::<ProductVersion>().ok()).filter(|_| !stale).unwrap_or(product.version);
    let known = TypedProduct::of(&product);
    let plain = product.only_variant().is_some();
    view! {
        <form class="form card" method="post" action=SaveProduct::url()>
            <input type="hidden" name=PRODUCT_ID value=product.id.to_string()/>
            <input type="hidden" name=VERSION value=version.to_string()/>
            {stale.then(|| view! { <SavedMeanwhile form=form.clone() saved=known.clone() categories=categories.clone()/> })}
            <fieldset class="form" disabled=!may_draft>
                <Texts form=form.clone() known=known.clone() categories=categories/>
                {if plain { view! { <PriceAndStock form=form known=known/> }.into_any() } else { view! { <Options product=product/> }.into_any() }}
            </fieldset>
            {may_draft.then(|| view! { <Button large=true>"Save"</Button> })}
        </form>
    }
}

/// One step of a product's life. The status that the vendor saw goes along: who was overtaken hears of it.
#[component]
fn Step(
    action: &'static str,
    product_id: ProductId,
    #[prop(optional_no_strip)] seen: Option<ProductStatus>,
    look: Look,
    label: &'static str,
) -> impl IntoView {
    view! {
        <form method="post" action=action>
            <input type="hidden" name=PRODUCT_ID value=product_id.to_string()/>
            {seen.map(|seen| view! { <input type="hidden" name="seen" value=seen.as_str()/> })}
            <Button look=look wide=true>{label}</Button>
        </form>
    }
}

/// What can be done with the product besides editing it.
#[component]
fn Steps(product: OwnedProduct, shop: VendorStatus) -> impl IntoView {
    let (id, status) = (product.id, product.status);
    if !shop.may_draft() {
        return view! { <p>"Your shop is suspended: nothing can be changed, and nobody sees your products."</p> }.into_any();
    }
    let publish = status.may_become(ProductStatus::Published).then(|| {
        if shop.may_publish() {
            view! { <Step action=PublishProduct::url() product_id=id seen=Some(status) look=Look::Primary label="Publish"/> }.into_any()
        } else {
            view! { <p>"You can publish once your shop is approved."</p> }.into_any()
        }
    });
    let unpublish = status
        .may_become(ProductStatus::Draft)
        .then(|| view! { <Step action=UnpublishProduct::url() product_id=id seen=None look=Look::Secondary label="Unpublish"/> });
    let archive = status
        .may_become(ProductStatus::Archived)
        .then(|| view! { <Step action=ArchiveProduct::url() product_id=id seen=Some(status) look=Look::Secondary label="Archive"/> });
    let delete = if product.units_sold > 0 {
        view! { <p class="muted small">"It was sold, so its orders keep it: it can be archived and not deleted."</p> }.into_any()
    } else {
        view! {
            <Step action=DeleteProduct::url() product_id=id seen=Some(status) look=Look::Quiet label="Delete"/>
            <p class="muted small">"Deleting cannot be undone. What somebody has ordered is archived instead."</p>
        }
        .into_any()
    };
    view! {
        <p class="muted small">"Save first: these do not keep what you have just typed."</p>
        {publish}{unpublish}{archive}{delete}
    }
    .into_any()
}

/// What was just done; another word in the address says nothing.
fn news(done: &str) -> Option<&'static str> {
    Some(match done {
        "created" => "The draft is saved.",
        "saved" => "Saved.",
        "published" => "Published: customers find it now.",
        "unpublished" => "Taken back: it is a draft again.",
        "archived" => "Archived: only you see it.",
        "pictures" => "The pictures are there.",
        "described" => "What the pictures show is saved.",
        "arranged" => "The pictures are in their new order.",
        "removed" => "The picture is gone.",
        "kept" => "It has been ordered, so it is archived and not deleted.",
        _ => return None,
    })
}

/// One product of the vendor's own.
#[component]
pub fn OwnedProductPage() -> impl IntoView {
    let id = path_part::<ProductId>("product");
    let flash = form_flash::current();
    let done = query("done");
    loaded(async move {
        let owner = ShopOwner::require().await?;
        let db = request::state()?.db.clone();
        let product = crate::catalogue::service::products::find(&db, &owner, id?).await?;
        let categories = crate::catalogue::service::categories(&db).await?;
        let pictures = crate::catalogue::service::pictures::list(&db, &owner, product.id).await?;
        let shop = owner.vendor().status;
        // A form about another product may have been refused in another tab.
        let flash = flash.filter(|flash| flash.value(PRODUCT_ID) == Some(product.id.to_string().as_str()));
        let refused = flash.as_ref().map_or_else(FormState::default, |flash| FormState::of(Some(flash), &flash.path));
        let form = FormState::of(flash.as_ref(), SaveProduct::url());
        let news = done.as_deref().and_then(news).filter(|_| refused.error().is_none());
        let name = product.name.clone();
        let link = (product.status == ProductStatus::Published && shop.may_publish()).then(|| product.url());
        Ok(view! {
            <Document title=if refused.error().is_some() { format!("Error: {name}") } else { name.clone() }/>
            <div class="wrap stack">
                <Breadcrumbs trail=trail() here=name.clone()/>
                <header class="page-head">
                    <h1>{name}</h1>
                    <p class="cluster">
                        <Badge tone=tone(product.status)>{product.status.label()}</Badge>
                        {link.map(|link| view! { <a href=link>"See it as customers do"</a> })}
                    </p>
                </header>
                {news.map(|news| view! { <Notice tone=Tone::Good>{news}</Notice> })}
                <ErrorSummary form=refused labels=LABELS/>
                <div class="with-aside">
                    <div class="stack">
                        <EditForm form=form product=product.clone() categories=categories may_draft=shop.may_draft()/>
                        <Pictures product_id=product.id pictures=pictures flash=flash may_draft=shop.may_draft()/>
                    </div>
                    <aside class="card stack" aria-label="Publishing">
                        <h2>{product.status.label()}</h2>
                        <Steps product=product shop=shop/>
                    </aside>
                </div>
            </div>
        })
    })
}
