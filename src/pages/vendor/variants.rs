//! Options and variants in the editor of a product: plain fields in rows.

use leptos::prelude::*;

use crate::catalogue::{LOW_STOCK, MAX_OPTIONS, MAX_VARIANTS, OwnedProduct, OwnedVariant, TypedOption, TypedProduct, TypedVariant, field};
use crate::ui::{FormState, Icon};
use crate::values::{VariantId, grouped};

/// How a field of a row looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Place {
    /// With its label above it.
    #[default]
    Form,
    /// In a table whose heads say what it is: the label is for those who do not see them.
    Cell,
}

/// A labelled input in one of several rows. What was typed before a refusal stands in it again.
#[component]
pub fn RowField(
    form: FormState,
    rows: &'static str,
    index: usize,
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(into)] value: String,
    #[prop(optional)] place: Place,
    #[prop(optional)] optional: bool,
    #[prop(optional)] inputmode: Option<&'static str>,
    #[prop(optional)] maxlength: Option<u32>,
    #[prop(optional)] hint: &'static str,
) -> impl IntoView {
    let (name, id) = (field::in_row(rows, index, name), field::error_in_row(rows, index, name));
    let problem = form.problem(&id);
    let value = form.value(&name).map_or(value, str::to_owned);
    let (problem_id, hint_id) = (format!("{id}-problem"), format!("{id}-hint"));
    let described: Vec<&str> = [(problem.is_some(), &problem_id), (!hint.is_empty(), &hint_id)]
        .into_iter()
        .filter(|(is, _)| *is)
        .map(|(_, id)| id.as_str())
        .collect();
    let described = (!described.is_empty()).then(|| described.join(" "));
    let (cell, labelled) = (place == Place::Cell, id.clone());
    view! {
        <div class="field">
            <label for=labelled class=cell.then_some("visually-hidden")>
                {label}
                {(optional && !cell).then(|| view! { <span class="field-optional">" (optional)"</span> })}
            </label>
            <input class="input" id=id name=name value=value autocomplete="off" inputmode=inputmode maxlength=maxlength required=!optional
                aria-invalid=problem.map(|_| "true") aria-describedby=described/>
            {(!hint.is_empty()).then(|| view! { <p class="field-hint" id=hint_id>{hint}</p> })}
            {problem.map(|problem| view! { <p class="field-problem" id=problem_id><Icon name="alert" small=true/>{problem.message()}</p> })}
        </div>
    }
}

/// In which row of the form that was refused this variant stood, if it did.
pub fn typed_row(form: &FormState, variant: VariantId) -> Option<usize> {
    let id = variant.to_string();
    (0..MAX_VARIANTS).find(|&index| form.value(&field::in_row(field::VARIANTS, index, field::ID)) == Some(id.as_str()))
}

/// Price, and whatever else is typed of a variant that stands alone.
#[component]
pub fn PlainVariant(
    form: FormState,
    known: TypedVariant,
    /// What there is and where it is corrected; none for a product that is only beginning.
    #[prop(optional_no_strip)]
    stock: Option<(i32, String)>,
) -> impl IntoView {
    let rows = field::VARIANTS;
    view! {
        {stock.is_some().then(|| view! { <input type="hidden" name=field::in_row(rows, 0, field::ID) value=known.id.clone()/> })}
        <div class="field-row">
            <RowField form=form.clone() rows=rows index=0 name=field::PRICE label="Price" value=known.price inputmode="decimal" hint="Such as 24 or 24.50"/>
            <RowField form=form.clone() rows=rows index=0 name=field::COMPARE_AT label="Price before" value=known.compare_at optional=true inputmode="decimal" hint="If it is reduced"/>
        </div>
        <div class="field-row">
            {match stock {
                None => view! { <RowField form=form.clone() rows=rows index=0 name=field::STOCK label="In stock" value=known.stock inputmode="numeric"/> }.into_any(),
                Some((stock, href)) => view! {
                    <div class="field">
                        <p class="field-label">"In stock"</p>
                        <p class="cluster"><strong class="numeric">{grouped(stock)}</strong><a href=href>"Correct the stock"</a></p>
                    </div>
                }
                .into_any(),
            }}
            <RowField form=form.clone() rows=rows index=0 name=field::SKU label="Your number for it" value=known.sku optional=true maxlength=64 hint="Only you see it"/>
        </div>
        {(!known.id.is_empty()).then(|| view! {
            <RowField form=form rows=rows index=0 name=field::LOW_STOCK_AT label="Warn me from" value=known.low_stock_at optional=true inputmode="numeric"
                hint="You get a mail when a sale leaves this many or fewer; 5 unless you say otherwise"/>
        })}
    }
}

/// Names and values, and the button that makes the variants of them.
#[component]
pub fn OptionFields(form: FormState, known: Vec<TypedOption>) -> impl IntoView {
    let problem = form.problem(field::OPTIONS);
    let row = |index: usize| {
        let option = known.get(index).cloned().unwrap_or_default();
        let n = index + 1;
        view! {
            <div class="field-row option-row">
                <RowField form=form.clone() rows=field::OPTIONS index=index name="name" label=format!("Option {n}") value=option.name optional=true maxlength=40/>
                <RowField form=form.clone() rows=field::OPTIONS index=index name="values" label=format!("Values of option {n}") value=option.values optional=true/>
            </div>
        }
    };
    let rows = (0..MAX_OPTIONS).map(row).collect_view();
    view! {
        <fieldset class="form" id=field::OPTIONS aria-describedby="options-hint">
            <legend class="field-label">"Options"</legend>
            <p class="field-hint" id="options-hint">
                "What customers choose, such as Size with the values S, M, L. Commas stand between the values. New variants get the price of the first one; "
                "variants that fall away are deleted, or kept aside if somebody has ordered them."
            </p>
            {problem.map(|problem| view! { <p class="field-problem"><Icon name="alert" small=true/>{problem.message()}" A product has three options and a hundred variants at most."</p> })}
            {rows}
            <div><button class="button button-secondary" name="arrange" value="1">"Update the variants"</button></div>
        </fieldset>
    }
}

#[component]
fn Row(
    form: FormState,
    index: usize,
    variant: OwnedVariant,
    /// Of the product: for its only variant, which has no title.
    product: String,
    stock_href: String,
) -> impl IntoView {
    let title = if variant.title.is_empty() { product } else { variant.title.clone() };
    let (low, stock) = (variant.is_low(), variant.stock);
    let known = TypedProduct::row(&variant);
    let rows = field::VARIANTS;
    // Who typed this row may have had it at another place.
    let typed = typed_row(&form, variant.id);
    let form = if typed == Some(index) { form } else { FormState::default() };
    let of = |label: &str| format!("{label} of {title}");
    let remove = field::in_row(rows, index, field::REMOVE);
    let removed = form.value(&remove).is_some();
    view! {
        <tr>
            <th scope="row">{title.clone()}<input type="hidden" name=field::in_row(rows, index, field::ID) value=known.id/></th>
            <td data-label="Price"><RowField form=form.clone() rows=rows index=index name=field::PRICE label=of("Price") value=known.price place=Place::Cell inputmode="decimal"/></td>
            <td data-label="Price before"><RowField form=form.clone() rows=rows index=index name=field::COMPARE_AT label=of("Price before") value=known.compare_at place=Place::Cell optional=true inputmode="decimal"/></td>
            <td data-label="Your number"><RowField form=form.clone() rows=rows index=index name=field::SKU label=of("Number") value=known.sku place=Place::Cell optional=true maxlength=64/></td>
            <td class="numeric nowrap" data-label="Stock"><a href=stock_href aria-label=format!("{stock} of {title} in stock: correct it")>{grouped(stock)}</a>{low.then_some(" low")}</td>
            <td data-label="Warn from"><RowField form=form rows=rows index=index name=field::LOW_STOCK_AT label=of("Warn me from") value=known.low_stock_at place=Place::Cell optional=true inputmode="numeric"/></td>
            <td class="cell-mark" data-label="Remove"><label class="cell-tick"><input type="checkbox" name=remove value="1" checked=removed/><span class="visually-hidden">{of("Remove")}</span></label></td>
        </tr>
    }
}

/// A row for each variant.
#[component]
pub fn VariantRows(form: FormState, product: OwnedProduct, stock_href: String) -> impl IntoView {
    let problem = form.problem(field::VARIANTS);
    let rows = product
        .variants
        .into_iter()
        .enumerate()
        .map(|(index, variant)| view! { <Row form=form.clone() index=index variant=variant product=product.name.clone() stock_href=stock_href.clone()/> })
        .collect_view();
    view! {
        <div class="stack" id=field::VARIANTS>
            <h2 class="section-title">"Variants"</h2>
            {problem.map(|problem| view! { <p class="field-problem"><Icon name="alert" small=true/>{problem.message()}" One variant must stay."</p> })}
            <div class="table-scroll" role="region" aria-label="Variants" tabindex="0">
                <table class="table table-form table-fields">
                    <thead><tr>
                        <th scope="col">"Variant"</th><th scope="col">"Price"</th><th scope="col">"Price before"</th><th scope="col">"Your number"</th>
                        <th scope="col">"Stock"</th><th scope="col">"Warn from"</th><th scope="col">"Remove"</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <p class="muted small">{format!("Stock is corrected on a page of its own, so that no sale is lost. You are warned from {LOW_STOCK} pieces on unless you say otherwise.")}</p>
        </div>
    }
}
