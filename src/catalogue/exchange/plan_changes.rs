//! What rows do to a product that is there.

use super::cells::Column;
use super::lines::Line;
use super::plan::{Changes, Known, Plan, Problems, Seen, SkuClaim, Step, category, option_names, option_values, put_errors, status};
use crate::catalogue::options::{parse_options, title_of};
use crate::catalogue::product_form::{MAX_STOCK, parse_count, parse_prices, parse_sku};
use crate::catalogue::{
    MAX_VARIANTS, NewVariant, OwnedProduct, OwnedVariant, ProductChanges, ProductStatus, TypedOption, TypedProduct, TypedVariant,
};
use crate::values::{CategoryId, FieldErrors, FieldProblem, VariantId};

/// Name of the one option of a product whose variants have titles and no options.
pub const TITLE: &str = "Title";

/// By what the rows tell a product's variants apart: the names of its options, or a stand-in for them.
pub fn names_of(product: &OwnedProduct) -> Vec<String> {
    match product.options.as_slice() {
        [] if product.variants.iter().any(|variant| !variant.title.is_empty()) => vec![TITLE.to_owned()],
        options => options.iter().map(|option| option.name.clone()).collect(),
    }
}

/// The values that stand for a variant.
pub fn values_of(variant: &OwnedVariant) -> Vec<String> {
    match variant.option_values.as_slice() {
        [] if !variant.title.is_empty() => vec![variant.title.clone()],
        values => values.to_vec(),
    }
}

/// Which row is about which variant.
struct Matched<'a> {
    rows: Vec<(&'a Line, &'a OwnedVariant)>,
    /// Rows with values that no variant has, and the values.
    added: Vec<(&'a Line, Vec<String>)>,
}

pub(super) fn change(rows: &[&Line], product: &OwnedProduct, known: &Known, seen: &Seen, plan: &mut Plan, claims: &mut Vec<SkuClaim>) {
    let (first, problems) = (rows[0], &mut plan.problems);
    let before = problems.count();
    let seen = seen.get(&product.id.0);
    if seen.is_none_or(|seen| seen.version != product.version) {
        problems.add(first.number, "", "This product was edited after the file was checked. Please look at it, and send the file again.");
        return;
    }
    let matched = match_rows(rows, product, problems);
    let edited = edited(first, &matched, product, known, problems);
    let added = added(&matched, product, known, problems);
    let stock = matched.rows.iter().filter_map(|(row, variant)| {
        let shown = seen.and_then(|seen| seen.stock.get(&variant.id.0)).copied().unwrap_or(variant.stock);
        stock_difference(row, variant, shown, problems).map(|delta| (variant.id, delta))
    });
    let stock: Vec<(VariantId, i32)> = stock.collect();
    let status = next_status(first, product, known, problems);
    for (row, variant) in &matched.rows {
        let sku = row.cell(Column::Sku).map_or(variant.sku.as_str(), str::trim);
        claims.push(SkuClaim { line: row.number, sku: sku.to_owned(), variant: Some(variant.id) });
    }
    claims.extend(matched.added.iter().map(|(row, _)| SkuClaim { line: row.number, sku: row.text(Column::Sku).to_owned(), variant: None }));
    let (Some(edited), true) = (edited, problems.count() == before) else { return };
    let what = what_changes(product, &edited, &added, &stock, status);
    if what.is_empty() {
        plan.same += 1;
        return;
    }
    let is_edit =
        !added.is_empty() || texts_differ(product, &edited) || edited.variants.iter().any(|change| variant_differs(product, change));
    plan.changed += 1;
    plan.note(first, false, what);
    let edited = is_edit.then_some(edited);
    plan.steps.push(Step::Change(Box::new(Changes { known: product.clone(), edited, added, stock, status })));
}

/// By the values of the options; where a row has none, by its number.
fn match_rows<'a>(rows: &[&'a Line], product: &'a OwnedProduct, problems: &mut Problems) -> Matched<'a> {
    let names = names_of(product);
    let typed = option_names(rows[0], problems);
    let mut matched = Matched { rows: Vec::new(), added: Vec::new() };
    if !typed.is_empty() && typed != names {
        let message = match names.as_slice() {
            [] => "This product has no options. They are added on its page.".to_owned(),
            names => format!("The options of this product are: {}. They are changed on its page.", names.join(", ")),
        };
        problems.at(rows[0], Column::Option1Name, &message);
        return matched;
    }
    for row in rows {
        let Some(values) = option_values(row, typed.len(), problems) else { continue };
        let sku = row.text(Column::Sku);
        let found = product.variants.iter().find(|variant| match values.is_empty() {
            true if product.variants.len() > 1 => !sku.is_empty() && variant.sku == sku,
            true => true,
            false => title_of(&values_of(variant)).to_lowercase() == title_of(&values).to_lowercase(),
        });
        match found {
            Some(variant) if matched.rows.iter().any(|(_, known)| known.id == variant.id) => {
                problems.at(row, Column::Option1Value, "There is a row about the same variant above.");
            }
            Some(variant) => matched.rows.push((row, variant)),
            None if values.is_empty() => problems.at(row, Column::Option1Value, "Which variant is this row about?"),
            None if product.options.is_empty() => problems.at(row, Column::Option1Value, "Variants of this product are added on its page."),
            None if product.retired.iter().any(|variant| variant.option_values == values) => {
                problems.at(row, Column::Option1Value, "This variant is not offered any more. It is brought back on the product's page.");
            }
            None if matched.added.iter().any(|(_, known)| title_of(known).to_lowercase() == title_of(&values).to_lowercase()) => {
                problems.at(row, Column::Option1Value, "There is a row with the same values above.");
            }
            None => matched.added.push((row, values)),
        }
    }
    if product.variants.len() + matched.added.len() > MAX_VARIANTS {
        problems.at(rows[0], Column::Handle, "A product has 100 variants at most.");
    }
    matched
}

/// The product as it will be, read by the code that reads its page. What the file has no column for stays.
fn edited(first: &Line, matched: &Matched<'_>, product: &OwnedProduct, known: &Known, problems: &mut Problems) -> Option<ProductChanges> {
    let current = TypedProduct::of(product);
    let cell = |column: Column, current: String| first.cell(column).map_or(current, |cell| cell.trim().to_owned());
    let category_id: Option<CategoryId> = match first.cell(Column::Category) {
        Some(_) => category(first, known, problems),
        None => Some(product.category_id),
    };
    let row = |(row, variant): &(&Line, &OwnedVariant)| {
        let current = TypedProduct::row(variant);
        let cell = |column: Column, current: String| row.cell(column).map_or(current, |cell| cell.trim().to_owned());
        TypedVariant {
            sku: cell(Column::Sku, current.sku),
            price: cell(Column::Price, current.price),
            compare_at: cell(Column::CompareAt, current.compare_at),
            ..current
        }
    };
    let typed = TypedProduct {
        name: cell(Column::Name, current.name),
        category_id: category_id.unwrap_or(product.category_id).to_string(),
        summary: cell(Column::Summary, current.summary),
        description: cell(Column::Description, current.description),
        tags: cell(Column::Tags, current.tags),
        // No columns of the file: kept as they are, and not read anew.
        attributes: String::new(),
        options: Vec::new(),
        variants: matched.rows.iter().map(row).collect(),
        slug: current.slug,
    };
    match typed.parse_changes(product, &known.categories, known.currency) {
        Ok(changes) => {
            let mut options = product.options.clone();
            for (option, place) in options.iter_mut().zip(0..) {
                for value in matched.added.iter().filter_map(|(_, values)| values.get::<usize>(place)) {
                    if !option.values.iter().any(|known| known.to_lowercase() == value.to_lowercase()) {
                        option.values.push(value.clone());
                    }
                }
            }
            Some(ProductChanges { attributes: product.attributes.clone(), options, ..changes })
        }
        Err(errors) => {
            let rows: Vec<&Line> = matched.rows.iter().map(|(row, _)| *row).collect();
            let of_product = errors.iter().filter(|(field, _)| !field.starts_with("variants."));
            of_product.for_each(|(field, problem)| put_errors(&FieldErrors::one(field, problem), &[first], problems));
            let of_rows = errors.iter().filter(|(field, _)| field.starts_with("variants.") && !rows.is_empty());
            of_rows.for_each(|(field, problem)| put_errors(&FieldErrors::one(field, problem), &rows, problems));
            None
        }
    }
}

/// Variants that are not there yet.
fn added(matched: &Matched<'_>, product: &OwnedProduct, known: &Known, problems: &mut Problems) -> Vec<NewVariant> {
    let mut added = Vec::new();
    for (row, values) in &matched.added {
        let mut errors = FieldErrors::default();
        let sku = parse_sku("variants.0", row.text(Column::Sku), &mut errors);
        let (price, compare_at) = (row.text(Column::Price), row.text(Column::CompareAt));
        let prices = parse_prices("variants.0", price, compare_at, known.currency, &mut errors);
        let stock = match row.text(Column::Stock) {
            "" => Some(0),
            text => parse_count("variants.0.stock", text, &mut errors),
        };
        for (value, (_, column)) in values.iter().zip(Column::OPTIONS) {
            let typed = TypedOption { name: TITLE.to_owned(), values: value.clone() };
            let mut errors = FieldErrors::default();
            parse_options(&[typed], &mut errors);
            errors.iter().for_each(|(_, problem)| problems.at(row, column, problem.message()));
        }
        let option_values: Vec<String> = product
            .options
            .iter()
            .zip(values)
            .map(|(option, value)| option.values.iter().find(|known| known.to_lowercase() == value.to_lowercase()).unwrap_or(value).clone())
            .collect();
        let title = errors.text("variants.0.title", &title_of(&option_values), 1, 120);
        put_errors(&errors, &[*row], problems);
        if let (Some((price, compare_at)), Some(stock)) = (prices, stock) {
            added.push(NewVariant { title, option_values, sku, price, compare_at, stock });
        }
    }
    added
}

/// What a count in the file adds to or takes from what was on the shelf when it was checked; none if it says nothing.
fn stock_difference(row: &Line, variant: &OwnedVariant, shown: i32, problems: &mut Problems) -> Option<i32> {
    let text = row.text(Column::Stock);
    if text.is_empty() {
        return None;
    }
    let mut errors = FieldErrors::default();
    let count = parse_count("variants.0.stock", text, &mut errors);
    put_errors(&errors, &[row], problems);
    let delta = count? - shown;
    match variant.stock + delta {
        left if left < 0 => problems.at(row, Column::Stock, FieldProblem::BelowZero.message()),
        left if left > MAX_STOCK => problems.at(row, Column::Stock, FieldProblem::OutOfRange.message()),
        _ => {}
    }
    (delta != 0).then_some(delta)
}

fn next_status(first: &Line, product: &OwnedProduct, known: &Known, problems: &mut Problems) -> Option<ProductStatus> {
    if first.text(Column::Status).to_lowercase() == product.status.as_str() {
        return None;
    }
    let next = status(first, known, problems)?;
    if !product.status.may_become(next) {
        let message = format!("What is {} cannot become {next}.", product.status);
        problems.at(first, Column::Status, &message);
    } else if next == ProductStatus::Published && product.held_reason.is_some() {
        problems.at(first, Column::Status, "This product was taken down, and cannot be published before that is settled.");
    }
    Some(next)
}

fn texts_differ(product: &OwnedProduct, edited: &ProductChanges) -> bool {
    let texts = &edited.texts;
    texts.category_id != product.category_id
        || (&texts.name, &texts.summary, &texts.description) != (&product.name, &product.summary, &product.description)
        || texts.tags != product.tags
        || edited.options != product.options
}

/// Whether a variant will be another one, its stock aside.
pub(super) fn variant_differs(product: &OwnedProduct, change: &crate::catalogue::VariantChange) -> bool {
    product
        .variants
        .iter()
        .find(|variant| variant.id == change.id)
        .is_some_and(|variant| (&variant.sku, variant.price, variant.compare_at) != (&change.sku, change.price, change.compare_at))
}

/// In words; empty if all stays as it is.
fn what_changes(
    product: &OwnedProduct,
    edited: &ProductChanges,
    added: &[NewVariant],
    stock: &[(VariantId, i32)],
    status: Option<ProductStatus>,
) -> Vec<String> {
    let texts = &edited.texts;
    let of = |id: VariantId| product.variants.iter().find(move |variant| variant.id == id);
    let any = |differs: &dyn Fn(&OwnedVariant, &crate::catalogue::VariantChange) -> bool| {
        edited.variants.iter().any(|change| of(change.id).is_some_and(|variant| differs(variant, change)))
    };
    let mut what: Vec<String> = [
        (texts.name != product.name, "name"),
        (texts.category_id != product.category_id, "category"),
        (texts.summary != product.summary, "summary"),
        (texts.description != product.description, "description"),
        (texts.tags != product.tags, "tags"),
        (any(&|variant, change| (variant.price, variant.compare_at) != (change.price, change.compare_at)), "price"),
        (any(&|variant, change| variant.sku != change.sku), "number"),
        (!stock.is_empty(), "stock"),
    ]
    .into_iter()
    .filter(|(differs, _)| *differs)
    .map(|(_, word)| word.to_owned())
    .collect();
    match added.len() {
        0 => {}
        1 => what.push("a new variant".to_owned()),
        count => what.push(format!("{count} new variants")),
    }
    what.extend(status.map(|status| format!("status: {status}")));
    what
}
