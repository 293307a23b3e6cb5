//! The form in which a product is written: the same for its vendor and for admins.

use leptos::prelude::*;
use server_fn::ServerFn;

use super::variants::{OptionFields, PlainVariant, VariantRows, typed_row};
use crate::catalogue::api::SaveProduct;
use crate::catalogue::{Category, OwnedProduct, ProductVersion, TypedProduct, TypedVariant, field};
use crate::error::{AppError, Conflict};
use crate::ui::{Button, FormState, Notice, SelectField, TextArea, TextField, Tone};

pub const LABELS: &[(&str, &str)] = &[
    (field::NAME, "Name"),
    (field::SLUG, "Address"),
    (field::CATEGORY, "Category"),
    (field::SUMMARY, "In short"),
    (field::DESCRIPTION, "Description"),
    (field::ATTRIBUTES, "Facts"),
    (field::TAGS, "Tags"),
    (field::OPTIONS, "Options"),
    (field::VARIANTS, "Variants"),
    ("values", "Values"),
    (field::PRICE, "Price"),
    (field::COMPARE_AT, "Price before"),
    (field::SKU, "Your number for it"),
    (field::STOCK, "In stock"),
    (field::LOW_STOCK_AT, "Warn me from"),
    (field::REASON, "Reason"),
    (field::NOTE, "In words"),
    (field::COUNT, "Counted"),
    ("shop", "Shop"),
];

/// Which product and which version a form is about.
pub const PRODUCT_ID: &str = "product_id";
pub const VERSION: &str = "version";

const MARKDOWN: &str = "A blank line begins a paragraph. **bold**, *soft*, # a heading, - a list, [text](https://address) a link";

/// What is said about a product.
#[component]
pub fn Texts(
    form: FormState,
    known: TypedProduct,
    categories: Vec<Category>,
    /// A product that is only beginning gets its address from its name.
    #[prop(optional)]
    new: bool,
) -> impl IntoView {
    let options = categories.into_iter().map(|category| (category.id.to_string(), category.name)).collect();
    view! {
        <TextField form=form.clone() name=field::NAME label="Name" value=known.name maxlength=120 autocomplete="off"/>
        <SelectField form=form.clone() name=field::CATEGORY label="Category" options=options value=known.category_id autocomplete="off"/>
        <TextField form=form.clone() name=field::SUMMARY label="In short" value=known.summary maxlength=400 optional=true autocomplete="off" hint="One sentence that stands beside the pictures"/>
        <TextArea form=form.clone() name=field::DESCRIPTION label="Description" value=known.description maxlength=20_000 rows=10 optional=true hint=MARKDOWN/>
        <TextArea form=form.clone() name=field::ATTRIBUTES label="Facts" value=known.attributes rows=4 optional=true hint="One in each line, such as Material: Stoneware"/>
        <TextField form=form.clone() name=field::TAGS label="Tags" value=known.tags optional=true autocomplete="off" hint="Words that people search for, with commas in between"/>
        {(!new).then(|| view! {
            <TextField form=form name=field::SLUG label="Address" value=known.slug maxlength=120 optional=true autocomplete="off"
                hint="The last part of the page's address. Links to the old one still lead here"/>
        })}
    }
}

/// Lines that somebody else has saved meanwhile and that differ from what was typed.
fn differences(form: &FormState, saved: &OwnedProduct, categories: &[Category]) -> Vec<(String, String)> {
    let known = TypedProduct::of(saved);
    let differs = |name: &str, value: &str| form.value(name).is_some_and(|typed| typed.replace("\r\n", "\n").trim() != value);
    let label = |name: &str| LABELS.iter().find(|(known, _)| *known == name).map_or("", |(_, label)| *label);
    let readable = |name: &str, value: &str| {
        let category = categories.iter().find(|category| name == field::CATEGORY && category.id.to_string() == value);
        category.map_or_else(|| value.to_owned(), |category| category.name.clone())
    };
    let mut lines: Vec<(String, String)> = known
        .fields()
        .into_iter()
        .filter(|(name, value)| differs(name, value))
        .map(|(name, value)| (label(name).to_owned(), readable(name, value)))
        .collect();
    for index in 0..crate::catalogue::MAX_OPTIONS {
        let option = known.options.get(index).cloned().unwrap_or_default();
        let parts = [("name", &option.name), ("values", &option.values)];
        if parts.iter().any(|(name, value)| differs(&field::in_row(field::OPTIONS, index, name), value)) {
            lines.push((format!("Option {}", index + 1), format!("{}: {}", option.name, option.values)));
        }
    }
    for (variant, row) in saved.variants.iter().zip(&known.variants) {
        let title = if variant.title.is_empty() { String::new() } else { format!(" of {}", variant.title) };
        match typed_row(form, variant.id) {
            None => lines.push(("New variant".to_owned(), variant.title.clone())),
            Some(index) => lines.extend(
                row.fields()
                    .into_iter()
                    .filter(|(name, value)| differs(&field::in_row(field::VARIANTS, index, name), value))
                    .map(|(name, value)| (format!("{}{title}", label(name)), value.to_owned())),
            ),
        }
    }
    lines
}

/// What somebody else has saved meanwhile, where it differs from what was typed.
#[component]
fn SavedMeanwhile(form: FormState, saved: OwnedProduct, categories: Vec<Category>) -> impl IntoView {
    let lines = differences(&form, &saved, &categories)
        .into_iter()
        .map(|(label, value)| view! { <li><strong>{label}": "</strong>{value}</li> })
        .collect_view();
    view! {
        <Notice tone=Tone::Warn>
            <p>"What you typed still stands below. Saved meanwhile, and different from it:"</p>
            <ul>{lines}</ul>
            <p>"If you save now, yours replaces it."</p>
        </Notice>
    }
}

/// Texts, options and variants of a product that is there.
#[component]
pub fn EditForm(form: FormState, product: OwnedProduct, categories: Vec<Category>, may_edit: bool, stock_href: String) -> impl IntoView {
    let stale = form.error() == Some(&AppError::Conflict(Conflict::Stale));
    // Who was overtaken has now seen by what. Who mistyped something has not seen what others saved since.
    let version = form.value(VERSION).and_then(|text| text.parse::<ProductVersion>().ok()).filter(|_| !stale).unwrap_or(product.version);
    let known = TypedProduct::of(&product);
    let rows = match product.only_variant() {
        Some(only) => {
            let row: TypedVariant = TypedProduct::row(only);
            view! { <PlainVariant form=form.clone() known=row stock=Some((only.stock, stock_href))/> }.into_any()
        }
        None => view! { <VariantRows form=form.clone() product=product.clone() stock_href=stock_href/> }.into_any(),
    };
    view! {
        <form class="form card" method="post" action=SaveProduct::url()>
            <input type="hidden" name=PRODUCT_ID value=product.id.to_string()/>
            <input type="hidden" name=VERSION value=version.to_string()/>
            // The first button of a form is the one that Enter presses.
            {may_edit.then(|| view! { <button class="visually-hidden" tabindex="-1" aria-hidden="true">"Save"</button> })}
            {stale.then(|| view! { <SavedMeanwhile form=form.clone() saved=product.clone() categories=categories.clone()/> })}
            <fieldset class="form" disabled=!may_edit>
                <Texts form=form.clone() known=known.clone() categories=categories/>
                {rows}
                <OptionFields form=form known=known.options/>
            </fieldset>
            {may_edit.then(|| view! { <Button large=true>"Save"</Button> })}
        </form>
    }
}
