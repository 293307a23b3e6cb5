//! What a file would do, worked out without writing anything: its rows against what is there.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::cells::Column;
use super::lines::Line;
use super::{Change, LineProblem, SHOWN};
use crate::catalogue::options::{parse_options, title_of};
use crate::catalogue::{
    Category, MAX_VARIANTS, NewProduct, NewVariant, OwnedProduct, ProductChanges, ProductForm, ProductOption, ProductStatus,
    ProductVersion, TypedOption, VariantForm,
};
use crate::values::{CategoryId, Currency, FieldErrors, FieldProblem, Slug, VariantId};

/// Problems that are kept until they are sorted; a file can have one in every cell.
const KEPT: usize = 2_000;

/// Everything that is wrong with a file.
#[derive(Default, Debug)]
pub struct Problems {
    found: Vec<LineProblem>,
    count: usize,
}

impl Problems {
    pub fn add(&mut self, line: u64, column: &str, message: &str) {
        self.count += 1;
        if self.found.len() < KEPT {
            self.found.push(LineProblem { line, column: column.to_owned(), message: message.to_owned() });
        }
    }

    pub fn at(&mut self, line: &Line, column: Column, message: &str) {
        self.add(line.number, column.as_str(), message);
    }

    pub fn count(&self) -> usize {
        self.count
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The first ones, as one reads the file.
    pub fn first(mut self) -> Vec<LineProblem> {
        self.found.sort_by_key(|problem| problem.line);
        self.found.truncate(SHOWN);
        self.found
    }
}

/// A product as it was when the file was checked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SeenProduct {
    pub version: ProductVersion,
    /// Of each variant what was on the shelf: a count in the file is a difference to it, so that what is sold meanwhile stays sold.
    pub stock: BTreeMap<Uuid, i32>,
}

pub type Seen = BTreeMap<Uuid, SeenProduct>;

/// What there is, as far as the file is about it.
#[derive(Debug)]
pub struct Known {
    pub categories: Vec<Category>,
    pub currency: Currency,
    /// The shop's own products, by handle.
    pub products: HashMap<String, OwnedProduct>,
    /// Handles that are others', or that a product had before.
    pub taken: HashSet<String>,
    /// Numbers of the shop's own variants.
    pub skus: HashMap<String, VariantId>,
    pub may_publish: bool,
}

impl Known {
    pub fn seen(&self) -> Seen {
        let seen = |product: &OwnedProduct| {
            let stock = product.variants.iter().map(|variant| (variant.id.0, variant.stock)).collect();
            (product.id.0, SeenProduct { version: product.version, stock })
        };
        self.products.values().map(seen).collect()
    }
}

/// One product to be written.
#[derive(Debug)]
pub enum Step {
    Create { product: Box<NewProduct>, status: ProductStatus },
    Change(Box<Changes>),
}

/// What becomes of a product that is there.
#[derive(Debug)]
pub struct Changes {
    pub known: OwnedProduct,
    /// Texts and variants; none if they are as they were.
    pub edited: Option<ProductChanges>,
    pub added: Vec<NewVariant>,
    /// Differences of stock.
    pub stock: Vec<(VariantId, i32)>,
    pub status: Option<ProductStatus>,
}

/// What a file would do.
#[derive(Default, Debug)]
pub struct Plan {
    pub steps: Vec<Step>,
    pub new: usize,
    pub changed: usize,
    pub same: usize,
    /// The first of them.
    pub changes: Vec<Change>,
    pub problems: Problems,
}

/// A number that a row gives to a variant.
pub(super) struct SkuClaim {
    pub line: u64,
    pub sku: String,
    /// None: of a variant that is not there yet.
    pub variant: Option<VariantId>,
}

/// Works out what the rows do. `seen` is what was there when the file was checked; what was edited since is a problem.
pub fn plan(lines: &[Line], known: &Known, seen: &Seen, problems: Problems) -> Plan {
    let mut plan = Plan { problems, ..Plan::default() };
    let mut claims = Vec::new();
    for rows in by_handle(lines, &mut plan.problems) {
        // Before anything is compared with anything: what follows takes its time for each pair of rows.
        if rows.len() > MAX_VARIANTS {
            plan.problems.at(rows[MAX_VARIANTS], Column::Handle, "A product has 100 variants at most.");
            continue;
        }
        agree(&rows, &mut plan.problems);
        let handle = rows[0].text(Column::Handle);
        match known.products.get(handle) {
            Some(product) => super::plan_changes::change(&rows, product, known, seen, &mut plan, &mut claims),
            None => create(&rows, known, &mut plan, &mut claims),
        }
    }
    check_skus(&claims, known, &mut plan.problems);
    plan
}

/// Rows of one product together, in the order of the first of each.
fn by_handle<'a>(lines: &'a [Line], problems: &mut Problems) -> Vec<Vec<&'a Line>> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut products: Vec<Vec<&Line>> = Vec::new();
    for line in lines {
        let handle = line.text(Column::Handle);
        if handle.parse::<Slug>().is_err() {
            let problem = if handle.is_empty() { FieldProblem::Required } else { FieldProblem::NotASlug };
            problems.at(line, Column::Handle, problem.message());
            continue;
        }
        let place = *places.entry(handle).or_insert_with(|| {
            products.push(Vec::new());
            products.len() - 1
        });
        products[place].push(line);
    }
    products
}

/// What is said about a product in a later row is the same as in the first, or nothing.
fn agree(rows: &[&Line], problems: &mut Problems) {
    for row in &rows[1..] {
        for column in Column::OF_PRODUCT {
            let text = row.text(column);
            if !text.is_empty() && text != rows[0].text(column) {
                problems.at(row, column, "This differs from the first row of the same product.");
            }
        }
    }
}

/// Names of the options in the first row of a product.
pub(super) fn option_names<'a>(first: &'a Line, problems: &mut Problems) -> Vec<&'a str> {
    let names: Vec<&str> = Column::OPTIONS.iter().map(|(name, _)| first.text(*name)).collect();
    let count = names.iter().take_while(|name| !name.is_empty()).count();
    if let Some(place) = names.iter().skip(count).position(|name| !name.is_empty()) {
        problems.at(first, Column::OPTIONS[count + place].0, "The option before this one has no name.");
    }
    names[..count].to_vec()
}

/// The values of a row, one for each option; none if one is missing or too many.
pub(super) fn option_values(row: &Line, options: usize, problems: &mut Problems) -> Option<Vec<String>> {
    let before = problems.count();
    let mut values = Vec::with_capacity(options);
    for (place, (_, column)) in Column::OPTIONS.into_iter().enumerate() {
        match row.text(column) {
            "" if place < options => problems.at(row, column, FieldProblem::Required.message()),
            "" => {}
            _ if place >= options => problems.at(row, column, "There is no option that this is a value of."),
            text if text.contains(',') => problems.at(row, column, "A value has no comma in it."),
            text => values.push(text.to_owned()),
        }
    }
    (problems.count() == before).then_some(values)
}

/// The category that a cell names.
pub(super) fn category(row: &Line, known: &Known, problems: &mut Problems) -> Option<CategoryId> {
    let slug = row.text(Column::Category);
    let found = known.categories.iter().find(|category| category.slug.as_str() == slug).map(|category| category.id);
    if found.is_none() {
        let message = if slug.is_empty() { FieldProblem::Required.message() } else { "There is no such category." };
        problems.at(row, Column::Category, message);
    }
    found
}

/// The status that a cell asks for; none where it says nothing, or nothing that can be.
pub(super) fn status(row: &Line, known: &Known, problems: &mut Problems) -> Option<ProductStatus> {
    let text = row.text(Column::Status);
    let status = text.to_lowercase().parse::<ProductStatus>().ok();
    match status {
        None if !text.is_empty() => problems.at(row, Column::Status, "Must be draft, published or archived."),
        Some(ProductStatus::Published) if !known.may_publish => {
            problems.at(row, Column::Status, "You can publish once your shop is approved.");
            return None;
        }
        _ => {}
    }
    status
}

/// What `TypedProduct` and `ProductForm` find fault with, at its row and column.
pub(super) fn put_errors(errors: &FieldErrors, rows: &[&Line], problems: &mut Problems) {
    for (field, problem) in errors.iter() {
        let mut parts = field.split('.');
        let (field, index, part) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        let place = index.and_then(|index| index.parse::<usize>().ok()).unwrap_or_default();
        let row = if field == "variants" { rows.get(place).unwrap_or(&rows[0]) } else { &rows[0] };
        let option = Column::OPTIONS[place.min(Column::OPTIONS.len() - 1)];
        let column = match (field, part) {
            ("name", _) => Column::Name,
            ("category_id", _) => Column::Category,
            ("summary", _) => Column::Summary,
            ("description", _) => Column::Description,
            ("tags", _) => Column::Tags,
            ("options", Some("name")) => option.0,
            ("options", _) => option.1,
            (_, Some("title")) => Column::Option1Value,
            (_, Some("sku")) => Column::Sku,
            (_, Some("price")) => Column::Price,
            (_, Some("compare_at")) => Column::CompareAt,
            (_, Some("stock")) => Column::Stock,
            _ => Column::Handle,
        };
        problems.at(row, column, problem.message());
    }
}

/// A product that is not there yet.
fn create(rows: &[&Line], known: &Known, plan: &mut Plan, claims: &mut Vec<SkuClaim>) {
    let (first, problems) = (rows[0], &mut plan.problems);
    let before = problems.count();
    let handle = first.text(Column::Handle);
    if known.taken.contains(handle) {
        problems.at(first, Column::Handle, FieldProblem::Taken.message());
    }
    let names = option_names(first, problems);
    let values: Vec<Option<Vec<String>>> = rows.iter().map(|row| option_values(row, names.len(), problems)).collect();
    let options = options(&names, &values, rows, problems);
    let category = category(first, known, problems);
    let status = status(first, known, problems).unwrap_or(ProductStatus::Draft);
    let variant = |(row, values): (&&Line, &Option<Vec<String>>)| VariantForm {
        title: title_of(values.as_deref().unwrap_or_default()),
        sku: row.text(Column::Sku).to_owned(),
        price: row.text(Column::Price).to_owned(),
        compare_at: row.text(Column::CompareAt).to_owned(),
        stock: if row.text(Column::Stock).is_empty() { "0".to_owned() } else { row.text(Column::Stock).to_owned() },
    };
    let form = ProductForm {
        name: first.text(Column::Name).to_owned(),
        slug: handle.to_owned(),
        summary: first.text(Column::Summary).to_owned(),
        description: first.text(Column::Description).to_owned(),
        attributes: Vec::new(),
        tags: first.text(Column::Tags).split(',').map(str::to_owned).collect(),
        variants: rows.iter().zip(&values).map(variant).collect(),
    };
    let parsed = form.parse(category.unwrap_or(CategoryId(Uuid::nil())), known.currency);
    if let Err(errors) = &parsed {
        put_errors(errors, rows, problems);
    }
    for (row, variant) in rows.iter().zip(&form.variants) {
        claims.push(SkuClaim { line: row.number, sku: variant.sku.clone(), variant: None });
    }
    let (Ok(mut product), true) = (parsed, problems.count() == before) else { return };
    for (variant, values) in product.variants.iter_mut().zip(values) {
        variant.option_values = canonical(&options, &values.unwrap_or_default());
        variant.title = title_of(&variant.option_values);
    }
    product.options = options;
    plan.new += 1;
    let count = match product.variants.len() {
        1 => Vec::new(),
        count => vec![format!("{count} variants")],
    };
    plan.note(first, true, count);
    plan.steps.push(Step::Create { product: Box::new(product), status });
}

/// The options with their values in the order of the rows; two rows with the same values are a problem.
fn options(names: &[&str], values: &[Option<Vec<String>>], rows: &[&Line], problems: &mut Problems) -> Vec<ProductOption> {
    let known = || values.iter().flatten();
    let typed: Vec<TypedOption> = names
        .iter()
        .enumerate()
        .map(|(place, name)| {
            let values: Vec<&str> = known().filter_map(|values| values.get(place)).map(String::as_str).collect();
            TypedOption { name: (*name).to_owned(), values: values.join(",") }
        })
        .collect();
    let mut errors = FieldErrors::default();
    let options = parse_options(&typed, &mut errors);
    // A row without a value was pointed out already, and not every combination must be there: only the bound of `ProductForm` counts.
    let errors: Vec<_> = errors.iter().filter(|(field, problem)| *field != "options" && *problem != FieldProblem::Required).collect();
    for (field, problem) in errors {
        put_errors(&FieldErrors::one(field, problem), rows, problems);
    }
    let mut used = HashSet::new();
    for (row, values) in rows.iter().zip(values) {
        if values.as_ref().is_some_and(|values| !values.is_empty() && !used.insert(title_of(values).to_lowercase())) {
            problems.at(row, Column::Option1Value, "There is a row with the same values above.");
        }
    }
    options
}

/// The values as the options have them: "s" is "S" where that came first.
fn canonical(options: &[ProductOption], values: &[String]) -> Vec<String> {
    let same = |(option, value): (&ProductOption, &String)| {
        let known = option.values.iter().find(|known| known.to_lowercase() == value.to_lowercase());
        known.unwrap_or(value).clone()
    };
    options.iter().zip(values).map(same).collect()
}

/// A number names one variant of a shop: no other row, and none that keeps its number.
fn check_skus(claims: &[SkuClaim], known: &Known, problems: &mut Problems) {
    let numbered: HashSet<(VariantId, &str)> = claims.iter().filter_map(|claim| Some((claim.variant?, claim.sku.as_str()))).collect();
    let in_file: HashSet<VariantId> = numbered.iter().map(|(variant, _)| *variant).collect();
    let keeps = |sku: &str| known.skus.get(sku).filter(|id| !in_file.contains(id) || numbered.contains(&(**id, sku)));
    let mut used = HashSet::new();
    for claim in claims.iter().filter(|claim| !claim.sku.is_empty()) {
        let others = keeps(&claim.sku).is_some_and(|owner| claim.variant != Some(*owner));
        if others || !used.insert(claim.sku.as_str()) {
            problems.add(claim.line, Column::Sku.as_str(), "Another variant of your shop has this number.");
        }
    }
}

impl Plan {
    pub(super) fn note(&mut self, first: &Line, is_new: bool, what: Vec<String>) {
        if self.changes.len() < SHOWN {
            self.changes.push(Change { line: first.number, handle: first.text(Column::Handle).to_owned(), is_new, what });
        }
    }
}
