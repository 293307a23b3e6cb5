//! `/vendor/products/{product}/stock`: what is on the shelf, and how it came to be so.

use leptos::prelude::*;
use server_fn::ServerFn;

use super::editor::{LABELS, PRODUCT_ID};
use super::product::trail;
use super::variants::{Place, RowField};
use crate::catalogue::api::CorrectStock;
use crate::catalogue::guard::{Powers, ProductViewer};
use crate::catalogue::{CountReason, Movement, OwnedProduct, OwnedVariant, field};
use crate::error::AppError;
use crate::pages::dashboard::shop_page;
use crate::pages::dates::Moment;
use crate::pages::document::Document;
use crate::pages::{path_part, query};
use crate::platform::{form_flash, request};
use crate::ui::{
    Badge, Breadcrumbs, Button, ButtonLink, ErrorSummary, FormFlash, FormState, Look, Notice, SelectField, Tab, Tabs, TextField, Tone,
};
use crate::values::{FieldProblem, MovementId, ProductId, UserId, VariantId, grouped};
use crate::vendors::VendorStatus;

/// Rows of the form.
const COUNTS: &str = "counts";

/// What a correction has done, for the page that it leads to.
pub fn corrected(done: Option<&str>, meanwhile: Option<String>) -> Option<String> {
    let meanwhile: i64 = meanwhile.and_then(|text| text.parse().ok()).unwrap_or_default();
    let kept = match meanwhile {
        0 => "The stock is corrected.".to_owned(),
        -1 => "The stock is corrected. One piece was sold while you counted: it is taken off as well.".to_owned(),
        sold if sold < 0 => format!("The stock is corrected. {} pieces were sold while you counted: they are taken off as well.", -sold),
        more => format!("The stock is corrected. It had grown by {more} while you counted: they are still there."),
    };
    (done == Some("corrected")).then_some(kept)
}

/// From what a count goes out: what was seen when it was typed, unless it has to be counted once more.
pub fn seen_then(form: &FormState, index: usize, stock: impl std::fmt::Display) -> String {
    let once_more = form.problem(&field::error_in_row(COUNTS, index, field::COUNT)) == Some(FieldProblem::BelowZero);
    let typed = form.value(&field::in_row(COUNTS, index, "seen")).filter(|_| !once_more);
    typed.map_or_else(|| stock.to_string(), str::to_owned)
}

/// What is on the shelf: hidden fields that say which variant and what was seen, and the count.
#[component]
fn CountRow(
    form: FormState,
    index: usize,
    variant: OwnedVariant,
    /// Of the product: for its only variant, which has no title.
    product: String,
) -> impl IntoView {
    let title = if variant.title.is_empty() { product } else { variant.title.clone() };
    let id = field::in_row(COUNTS, index, field::ID);
    let value = variant.id.to_string();
    // What was typed belongs to the variant that it was typed for, and counts from what was seen then.
    let form = if form.value(&id) == Some(value.as_str()) { form } else { FormState::default() };
    let seen_name = field::in_row(COUNTS, index, "seen");
    let (stock, low) = (variant.stock, variant.is_low());
    let seen = seen_then(&form, index, stock);
    view! {
        <tr>
            <th scope="row">
                {title.clone()}" "{low.then(|| view! { <Badge tone=Tone::Warn>"Low"</Badge> })}
                <input type="hidden" name=id value=value/><input type="hidden" name=seen_name value=seen/>
            </th>
            <td class="numeric">{stock}</td>
            <td><RowField form=form rows=COUNTS index=index name=field::COUNT label=format!("Counted of {title}") value="" place=Place::Cell optional=true inputmode="numeric"/></td>
        </tr>
    }
}

#[component]
fn CountForm(form: FormState, product: OwnedProduct) -> impl IntoView {
    let reasons = CountReason::ALL.iter().map(|reason| (reason.as_str().to_owned(), reason.label().to_owned())).collect();
    let rows = product
        .variants
        .into_iter()
        .enumerate()
        .map(|(index, variant)| view! { <CountRow form=form.clone() index=index variant=variant product=product.name.clone()/> })
        .collect_view();
    view! {
        <form class="form card" method="post" action=CorrectStock::url()>
            <h2>"Correct the stock"</h2>
            <p class="muted">"Type what you see on the shelf; leave empty what you have not counted. What is sold while you count is taken off by itself."</p>
            <input type="hidden" name=PRODUCT_ID value=product.id.to_string()/>
            <div class="table-scroll" role="region" aria-label="On the shelf" tabindex="0">
                <table class="table table-form">
                    <thead><tr><th scope="col">"Variant"</th><th scope="col">"In stock"</th><th scope="col">"Counted"</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <div class="field-row">
                <SelectField form=form.clone() name=field::REASON label="Reason" options=reasons value=CountReason::Counted.as_str() autocomplete="off"/>
                <TextField form=form name=field::NOTE label="In words" maxlength=160 optional=true autocomplete="off"/>
            </div>
            <Button>"Correct the stock"</Button>
        </form>
    }
}

/// Who it was, as far as the reader knows them.
fn by(movement: &Movement, reader: UserId) -> Option<&'static str> {
    movement.actor_id.map(|actor| if actor == reader { "you" } else { "somebody else" })
}

#[component]
fn Movements(product: OwnedProduct, movements: Vec<Movement>, reader: UserId) -> impl IntoView {
    let several = product.variants.len() + product.retired.len() > 1;
    let row = |movement: Movement| {
        let title = product.title_of(movement.variant_id);
        let delta = format!("{}{}", if movement.delta > 0 { "+" } else { "" }, grouped(movement.delta));
        let who = by(&movement, reader);
        view! {
            <tr>
                <th scope="row" class="nowrap"><Moment at=movement.at/></th>
                {several.then(|| view! { <td data-label="Variant">{title}</td> })}
                <td data-label="What">{movement.kind.label()}</td>
                <td class="numeric nowrap" data-label="Change">{delta}</td>
                <td data-label="Why">{(!movement.reason.is_empty()).then_some(movement.reason)}</td>
                <td data-label="By">{who}</td>
            </tr>
        }
    };
    let rows = movements.into_iter().map(row).collect_view();
    view! {
        <div class="table-scroll" role="region" aria-label="All movements" tabindex="0">
            <table class="table table-cards">
                <thead><tr>
                    <th scope="col">"When"</th>{several.then(|| view! { <th scope="col">"Variant"</th> })}<th scope="col">"What"</th>
                    <th scope="col" class="numeric">"Change"</th><th scope="col">"Why"</th><th scope="col">"By"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

/// One link for each variant that ever was: the movements of it alone.
#[component]
fn Narrow(product: OwnedProduct, path: String, #[prop(optional_no_strip)] current: Option<VariantId>) -> impl IntoView {
    let variants: Vec<OwnedVariant> = product.variants.into_iter().chain(product.retired).collect();
    (variants.len() > 1).then(|| {
        let tab = |id: Option<VariantId>, title: String| {
            let href = id.map_or_else(|| path.clone(), |id| format!("{path}?variant={id}"));
            Tab::new(href, title, id == current)
        };
        let all = tab(None, "All".to_owned());
        let each = variants.into_iter().map(|variant| tab(Some(variant.id), variant.title));
        view! { <Tabs label="Variants" tabs=std::iter::once(all).chain(each).collect()/> }
    })
}

/// What the address of the page says.
#[derive(Clone, Debug, Default)]
pub struct StockQuery {
    variant: Option<VariantId>,
    before: Option<MovementId>,
    news: Option<String>,
}

impl StockQuery {
    pub fn read() -> Self {
        Self {
            variant: query("variant").and_then(|text| text.parse().ok()),
            before: query("before").and_then(|text| text.parse().ok()),
            news: corrected(query("done").as_deref(), query("meanwhile")),
        }
    }
}

/// The page of a product's stock.
///
/// # Errors
/// `NotFound` for others' products.
pub async fn stock_page(
    viewer: ProductViewer,
    id: ProductId,
    shop: VendorStatus,
    flash: Option<FormFlash>,
    asked: StockQuery,
    mut trail: Vec<(String, String)>,
) -> Result<impl IntoView, AppError> {
    let db = request::state()?.db.clone();
    let product = crate::catalogue::service::products::find(&db, &viewer, id).await?;
    let (movements, next) = crate::catalogue::service::ledger::movements(&db, &viewer, id, asked.variant, asked.before).await?;
    let flash = flash.filter(|flash| flash.value(PRODUCT_ID) == Some(id.to_string().as_str()));
    let form = FormState::of(flash.as_ref(), CorrectStock::url());
    let path = format!("{}/stock", viewer.path_of(id));
    trail.push((product.name.clone(), viewer.path_of(id)));
    let news = asked.news.filter(|_| form.error().is_none());
    let variant = asked.variant.map(|variant| format!("variant={variant}&")).unwrap_or_default();
    let more = next.map(|next| format!("{path}?{variant}before={next}"));
    let may_edit = Powers::of(&viewer, shop).edit;
    Ok(view! {
        <Document title=format!("{}Stock: {}", if form.error().is_some() { "Error: " } else { "" }, product.name)/>
        <div class="wrap stack">
            <Breadcrumbs trail=trail here="Stock".to_owned()/>
            <header class="page-head"><h1>{format!("Stock: {}", product.name)}</h1></header>
            {news.map(|news| view! { <Notice tone=Tone::Good>{news}</Notice> })}
            <ErrorSummary form=form.clone() labels=LABELS/>
            {may_edit.then(|| view! { <CountForm form=form product=product.clone()/> })}
            <section class="stack" aria-labelledby="movements">
                <h2 id="movements">"Movements"</h2>
                <Narrow product=product.clone() path=path current=asked.variant/>
                <Movements product=product movements=movements reader=viewer.user_id()/>
                {more.map(|href| view! { <p><ButtonLink href=href look=Look::Secondary>"Older movements"</ButtonLink></p> })}
            </section>
        </div>
    })
}

/// The stock of one product of the vendor's own.
#[component]
pub fn StockPage() -> impl IntoView {
    let id = path_part::<ProductId>("product");
    let (flash, asked) = (form_flash::current(), StockQuery::read());
    shop_page(
        move |owner, _| async move { stock_page(ProductViewer::from(&owner), id?, owner.vendor().status, flash, asked, trail()).await },
    )
}

#[cfg(test)]
mod tests {
    use super::corrected;

    #[test]
    fn a_sale_in_between_is_told() {
        let said = |meanwhile: &str| corrected(Some("corrected"), Some(meanwhile.to_owned())).unwrap();
        assert!(said("-1").contains("One piece was sold"));
        assert!(said("-4").contains("4 pieces were sold"));
        assert!(said("2").contains("grown by 2"));
        assert_eq!(said("<b>"), "The stock is corrected.");
        assert_eq!(corrected(Some("saved"), None), None);
    }
}
