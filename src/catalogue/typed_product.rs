use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::options::{MAX_VARIANTS, ProductOption, TypedOption, combinations, parse_options, title_of};
use super::product_form::{parse_count, parse_prices, parse_sku};
use super::{Attribute, Category, NewProduct, NewVariant, OwnedProduct, OwnedVariant, ProductForm, ProductTexts, VariantForm};
use crate::values::{CategoryId, Currency, FieldErrors, FieldProblem, Money, Slug, VariantId};

/// Names of the fields of a product's page, as the form, the server functions and the field errors have them. Those of a variant stand in
/// `variants[0][…]`, and their errors in `variants.0.…`.
pub mod field {
    pub const NAME: &str = "name";
    pub const SLUG: &str = "slug";
    pub const CATEGORY: &str = "category_id";
    pub const SUMMARY: &str = "summary";
    pub const DESCRIPTION: &str = "description";
    pub const ATTRIBUTES: &str = "attributes";
    pub const TAGS: &str = "tags";
    pub const OPTIONS: &str = "options";
    pub const VARIANTS: &str = "variants";
    pub const ID: &str = "id";
    pub const PRICE: &str = "price";
    pub const COMPARE_AT: &str = "compare_at";
    pub const SKU: &str = "sku";
    pub const STOCK: &str = "stock";
    pub const LOW_STOCK_AT: &str = "low_stock_at";
    pub const REMOVE: &str = "remove";
    pub const COUNT: &str = "count";
    pub const REASON: &str = "reason";
    pub const NOTE: &str = "note";

    /// Name of a field in one of several rows, as the form has it.
    pub fn in_row(rows: &str, index: usize, name: &str) -> String {
        format!("{rows}[{index}][{name}]")
    }

    /// The same as field errors have it, and the id of its element.
    pub fn error_in_row(rows: &str, index: usize, name: &str) -> String {
        format!("{rows}.{index}.{name}")
    }
}

/// Address of a product whose name has not a letter or figure of ASCII in it.
const NAMELESS: &str = "product";

/// A product as it is typed on its page.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct TypedProduct {
    pub name: String,
    /// The last part of its address. Empty: made from the name, or left as it is.
    #[serde(default)]
    pub slug: String,
    pub category_id: String,
    pub summary: String,
    /// Markdown.
    pub description: String,
    /// One in each line, as `name: value`.
    #[serde(default)]
    pub attributes: String,
    /// With commas in between.
    pub tags: String,
    #[serde(default, deserialize_with = "crate::values::rows")]
    pub options: Vec<TypedOption>,
    /// Those of a product that is there name the variant; one that is not named is new.
    #[serde(default, deserialize_with = "crate::values::rows")]
    pub variants: Vec<TypedVariant>,
}

/// A variant as it is typed in its row.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypedVariant {
    /// Empty for a new one.
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub price: String,
    #[serde(default)]
    pub compare_at: String,
    #[serde(default)]
    pub sku: String,
    /// Of a new one alone: what is there is corrected by the ledger.
    #[serde(default)]
    pub stock: String,
    /// Empty: the shop's default.
    #[serde(default)]
    pub low_stock_at: String,
    /// Ticked: it is not offered any more.
    #[serde(default)]
    pub remove: String,
}

/// What an edit makes of a product.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProductChanges {
    pub(super) texts: ProductTexts,
    pub(super) attributes: Vec<Attribute>,
    pub(super) slug: Slug,
    pub(super) options: Vec<ProductOption>,
    pub(super) variants: Vec<VariantChange>,
    pub(super) removed: Vec<VariantId>,
}

/// What an edit makes of a variant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VariantChange {
    /// Row in the form, where its errors belong.
    pub(super) index: usize,
    pub(super) id: VariantId,
    pub(super) sku: String,
    pub(super) price: Money,
    pub(super) compare_at: Option<Money>,
    pub(super) low_stock_at: Option<i32>,
}

impl TypedVariant {
    fn of(variant: &OwnedVariant) -> Self {
        Self {
            id: variant.id.to_string(),
            price: variant.price.plain(),
            compare_at: variant.compare_at.map(|price| price.plain()).unwrap_or_default(),
            sku: variant.sku.clone(),
            low_stock_at: variant.low_stock_at.map(|count| count.to_string()).unwrap_or_default(),
            ..Self::default()
        }
    }

    /// Each field that is shown in every row, with what stands in it.
    pub fn fields(&self) -> [(&'static str, &str); 4] {
        [
            (field::PRICE, &self.price),
            (field::COMPARE_AT, &self.compare_at),
            (field::SKU, &self.sku),
            (field::LOW_STOCK_AT, &self.low_stock_at),
        ]
    }

    fn is_removed(&self) -> bool {
        !self.remove.trim().is_empty()
    }

    fn parse(&self, index: usize, id: VariantId, currency: Currency, errors: &mut FieldErrors) -> Option<VariantChange> {
        let row = format!("{}.{index}", field::VARIANTS);
        let prices = parse_prices(&row, &self.price, &self.compare_at, currency, errors);
        let sku = parse_sku(&row, &self.sku, errors);
        let low_stock_at = match self.low_stock_at.trim() {
            "" => None,
            text => parse_count(&format!("{row}.{}", field::LOW_STOCK_AT), text, errors),
        };
        let (price, compare_at) = prices?;
        Some(VariantChange { index, id, sku, price, compare_at, low_stock_at })
    }
}

impl TypedProduct {
    /// As its vendor would type it.
    pub fn of(product: &OwnedProduct) -> Self {
        let facts = product.attributes.iter().map(|fact| format!("{}: {}", fact.name, fact.value));
        Self {
            name: product.name.clone(),
            slug: product.slug.to_string(),
            category_id: product.category_id.to_string(),
            summary: product.summary.clone(),
            description: product.description.clone(),
            attributes: facts.collect::<Vec<_>>().join("\n"),
            tags: product.tags.join(", "),
            options: product.options.iter().map(TypedOption::of).collect(),
            variants: product.variants.iter().map(TypedVariant::of).collect(),
        }
    }

    /// A variant as its vendor would type it.
    pub fn row(variant: &OwnedVariant) -> TypedVariant {
        TypedVariant::of(variant)
    }

    /// Each field outside of the rows with what stands in it.
    pub fn fields(&self) -> [(&'static str, &str); 7] {
        [
            (field::NAME, &self.name),
            (field::SLUG, &self.slug),
            (field::CATEGORY, &self.category_id),
            (field::SUMMARY, &self.summary),
            (field::DESCRIPTION, &self.description),
            (field::ATTRIBUTES, &self.attributes),
            (field::TAGS, &self.tags),
        ]
    }

    /// With options, the one row that was typed is the first of its kind: the others get its price, and no stock.
    ///
    /// # Errors
    /// One entry for each bad field.
    pub fn parse_new(&self, categories: &[Category], currency: Currency) -> Result<NewProduct, FieldErrors> {
        let mut errors = FieldErrors::default();
        let attributes = self.parse_attributes(&mut errors);
        let options = parse_options(&self.options, &mut errors);
        if self.variants.len() > 1 {
            errors.push(field::VARIANTS, FieldProblem::TooMany);
        }
        let parsed = self.in_category(categories, |category| self.form().parse(category, currency));
        let parsed = match parsed {
            Ok(product) => errors.into_result(product),
            Err(found) => Err(found.and(errors)),
        };
        parsed.map(|product| NewProduct { attributes, variants: spread(product.variants, &options), options, ..product })
    }

    /// # Errors
    /// One entry for each bad field.
    pub fn parse_changes(&self, known: &OwnedProduct, categories: &[Category], currency: Currency) -> Result<ProductChanges, FieldErrors> {
        let mut errors = FieldErrors::default();
        let texts = self.in_category(categories, |category| {
            let mut errors = FieldErrors::default();
            let texts = self.form().read_texts(category, &mut errors);
            errors.into_result(texts)
        });
        let attributes = self.parse_attributes(&mut errors);
        let slug = match self.slug.trim() {
            "" => known.slug.clone(),
            text => text.parse().unwrap_or_else(|_| {
                errors.push(field::SLUG, FieldProblem::NotASlug);
                known.slug.clone()
            }),
        };
        let options = parse_options(&self.options, &mut errors);
        let (mut variants, mut removed) = (Vec::new(), Vec::new());
        for (index, typed) in self.variants.iter().enumerate().take(MAX_VARIANTS) {
            // Somebody else's, or one that is gone: the page that was sent showed none like it.
            let Some(variant) = known.variants.iter().find(|variant| variant.id.to_string() == typed.id.trim()) else {
                errors.push(&field::error_in_row(field::VARIANTS, index, field::ID), FieldProblem::UnknownChoice);
                continue;
            };
            if !typed.stock.trim().is_empty() {
                errors.push(&field::error_in_row(field::VARIANTS, index, field::STOCK), FieldProblem::UnknownChoice);
            }
            if typed.is_removed() {
                removed.push(variant.id);
            } else {
                variants.extend(typed.parse(index, variant.id, currency, &mut errors));
            }
        }
        if self.variants.len() > MAX_VARIANTS {
            errors.push(field::VARIANTS, FieldProblem::TooMany);
        }
        if !known.variants.is_empty() && known.variants.iter().all(|variant| removed.contains(&variant.id)) {
            errors.push(field::VARIANTS, FieldProblem::Required);
        }
        match texts {
            Ok(texts) => errors.into_result(ProductChanges { texts, attributes, slug, options, variants, removed }),
            Err(found) => Err(found.and(errors)),
        }
    }

    fn form(&self) -> ProductForm {
        let row = self.variants.first().cloned().unwrap_or_default();
        let variant = VariantForm { title: String::new(), sku: row.sku, price: row.price, compare_at: row.compare_at, stock: row.stock };
        let typed = self.slug.trim().to_owned();
        let slug = if typed.is_empty() { Slug::of_name(&self.name).map_or_else(|| NAMELESS.to_owned(), String::from) } else { typed };
        ProductForm {
            name: self.name.clone(),
            slug,
            summary: self.summary.clone(),
            description: self.description.clone(),
            attributes: Vec::new(),
            tags: self.tags.split(',').map(str::to_owned).collect(),
            variants: vec![variant],
        }
    }

    /// One in each line; a line without a colon is a fault.
    fn parse_attributes(&self, errors: &mut FieldErrors) -> Vec<Attribute> {
        let mut attributes = Vec::new();
        for line in self.attributes.lines().map(str::trim).filter(|line| !line.is_empty()) {
            match line.split_once(':') {
                Some((name, value)) if !name.trim().is_empty() && !value.trim().is_empty() => {
                    attributes.push(Attribute { name: name.trim().to_owned(), value: value.trim().to_owned() });
                }
                _ if errors.of(field::ATTRIBUTES).is_none() => errors.push(field::ATTRIBUTES, FieldProblem::NotAPair),
                _ => {}
            }
        }
        ProductForm { attributes, ..ProductForm::default() }.parse_attributes(errors)
    }

    /// What `parse` makes of the rest, and whether there is such a category: everything that is wrong is said at once.
    fn in_category<T>(&self, categories: &[Category], parse: impl FnOnce(CategoryId) -> Result<T, FieldErrors>) -> Result<T, FieldErrors> {
        let chosen = self.category_id.trim();
        let known = chosen.parse::<CategoryId>().ok().filter(|id| categories.iter().any(|category| category.id == *id));
        let parsed = parse(known.unwrap_or(CategoryId(Uuid::nil())));
        if known.is_some() {
            return parsed;
        }
        let mut errors = parsed.err().unwrap_or_default();
        errors.push(field::CATEGORY, if chosen.is_empty() { FieldProblem::Required } else { FieldProblem::UnknownChoice });
        Err(errors)
    }
}

/// One variant for each combination, after the first.
fn spread(variants: Vec<NewVariant>, options: &[ProductOption]) -> Vec<NewVariant> {
    if options.is_empty() {
        return variants;
    }
    let first = variants.into_iter().next();
    let rows = combinations(options).into_iter().enumerate();
    let variant = |(index, option_values): (usize, Vec<String>)| {
        let first = first.clone()?;
        let (sku, stock) = if index == 0 { (first.sku, first.stock) } else { (String::new(), 0) };
        Some(NewVariant { title: title_of(&option_values), option_values, sku, stock, ..first })
    };
    rows.filter_map(variant).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn teapot() -> (TypedProduct, Vec<Category>) {
        let category =
            Category { id: CategoryId(Uuid::max()), slug: "tea".parse().unwrap(), name: "Tea".into(), description: String::new() };
        let typed = TypedProduct {
            name: "Tea pot".into(),
            category_id: category.id.to_string(),
            tags: "Tea, blue,, tea".into(),
            attributes: "Material: Stoneware\n\n Holds:1:2 litres".into(),
            variants: vec![TypedVariant { price: "24.5".into(), stock: "3".into(), sku: "POT".into(), ..TypedVariant::default() }],
            ..TypedProduct::default()
        };
        (typed, vec![category])
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once_and_at_its_field() {
        let (typed, categories) = teapot();
        let row = TypedVariant { price: "NaN".into(), stock: "1.5".into(), ..TypedVariant::default() };
        let bad = TypedProduct { name: " ".into(), category_id: "nowhere".into(), attributes: "Blue".into(), variants: vec![row], ..typed };
        let errors = bad.parse_new(&categories, Currency::USD).unwrap_err();
        let problems = ["name", "variants.0.price", "variants.0.stock", "category_id", "attributes"].map(|name| errors.of(name));
        use FieldProblem::{NotANumber, NotAPair, NotAnAmount, Required, UnknownChoice};
        assert_eq!(problems, [Some(Required), Some(NotAnAmount), Some(NotANumber), Some(UnknownChoice), Some(NotAPair)]);
        assert_eq!(errors.iter().count(), 5);
    }

    #[test]
    fn a_product_begins_with_all_its_variants() {
        let (typed, categories) = teapot();
        let plain = typed.parse_new(&categories, Currency::USD).unwrap();
        assert_eq!(plain.attributes[1], Attribute { name: "Holds".into(), value: "1:2 litres".into() });
        let options = vec![TypedOption { name: "Size".into(), values: "S, M".into() }];
        let sized = TypedProduct { options, ..typed }.parse_new(&categories, Currency::USD).unwrap();
        let rows: Vec<_> =
            sized.variants.iter().map(|row| (row.title.as_str(), row.price.amount_minor, row.sku.as_str(), row.stock)).collect();
        assert_eq!(rows, [("S", 2450, "POT", 3), ("M", 2450, "", 0)]);
    }

    #[test]
    fn a_name_in_any_script_has_an_address() {
        let (typed, categories) = teapot();
        let product = TypedProduct { name: "茶壺".into(), ..typed }.parse_new(&categories, Currency::USD).unwrap();
        assert_eq!(product.slug.as_str(), NAMELESS);
    }
}
