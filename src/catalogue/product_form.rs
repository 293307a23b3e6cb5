use serde::{Deserialize, Serialize};

use super::{Attribute, MAX_VARIANTS, ProductOption};
use crate::values::{CategoryId, Currency, FieldErrors, FieldProblem, MAX_CHARGE_MINOR, Money, Slug};

/// Bounds of the tables; a form says so before Postgres does.
const MAX_NAME: usize = 120;
const MAX_SUMMARY: usize = 400;
const MAX_DESCRIPTION: usize = 20_000;
const MAX_ATTRIBUTES: usize = 30;
const MAX_ATTRIBUTE_CHARS: usize = 200;
const MAX_TAGS: usize = 20;
const MAX_TAG_CHARS: usize = 40;
const MAX_SKU: usize = 64;
pub(super) const MAX_STOCK: i32 = 1_000_000;

/// A product as its vendor types it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ProductForm {
    pub name: String,
    /// Made from the name where empty.
    pub slug: String,
    pub summary: String,
    pub description: String,
    pub attributes: Vec<Attribute>,
    pub tags: Vec<String>,
    pub variants: Vec<VariantForm>,
}

/// A variant as its vendor types it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct VariantForm {
    pub title: String,
    pub sku: String,
    pub price: String,
    /// Empty: none.
    pub compare_at: String,
    pub stock: String,
}

/// A product that may be created. Built by [`ProductForm::parse`] alone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewProduct {
    pub(super) slug: Slug,
    pub(super) texts: ProductTexts,
    pub(super) attributes: Vec<Attribute>,
    pub(super) options: Vec<ProductOption>,
    pub(super) variants: Vec<NewVariant>,
}

/// What is said about a product, and where it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProductTexts {
    pub(super) category_id: CategoryId,
    pub(super) name: String,
    pub(super) summary: String,
    pub(super) description: String,
    pub(super) tags: Vec<String>,
}

/// A variant that may be created.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewVariant {
    pub(super) title: String,
    /// One for each of the product's options.
    pub(super) option_values: Vec<String>,
    pub(super) sku: String,
    pub(super) price: Money,
    pub(super) compare_at: Option<Money>,
    pub(super) stock: i32,
}

impl ProductForm {
    /// # Errors
    /// One entry for each bad field; those of variants are named `variants.0.price`.
    pub fn parse(&self, category_id: CategoryId, currency: Currency) -> Result<NewProduct, FieldErrors> {
        let mut errors = FieldErrors::default();
        let texts = self.read_texts(category_id, &mut errors);
        let slug = if self.slug.trim().is_empty() { Slug::of_name(&texts.name) } else { self.slug.trim().parse().ok() };
        if slug.is_none() && errors.of("name").is_none() {
            errors.push("slug", FieldProblem::UnknownChoice);
        }
        let attributes = self.parse_attributes(&mut errors);
        if self.variants.is_empty() {
            errors.push("variants", FieldProblem::Required);
        } else if self.variants.len() > MAX_VARIANTS {
            errors.push("variants", FieldProblem::TooLong);
        }
        let parse_variant = |(index, variant): (usize, &VariantForm)| variant.parse(index, currency, self.variants.len() > 1, &mut errors);
        let variants: Vec<NewVariant> = self.variants.iter().take(MAX_VARIANTS).enumerate().filter_map(parse_variant).collect();
        match slug {
            Some(slug) => errors.into_result(NewProduct { slug, texts, attributes, options: Vec::new(), variants }),
            None => Err(errors),
        }
    }

    pub(super) fn read_texts(&self, category_id: CategoryId, errors: &mut FieldErrors) -> ProductTexts {
        ProductTexts {
            category_id,
            name: errors.text("name", &self.name, 1, MAX_NAME),
            summary: errors.text("summary", &self.summary, 0, MAX_SUMMARY),
            description: errors.text("description", &self.description, 0, MAX_DESCRIPTION),
            tags: self.parse_tags(errors),
        }
    }

    pub(super) fn parse_attributes(&self, errors: &mut FieldErrors) -> Vec<Attribute> {
        let filled: Vec<&Attribute> = self.attributes.iter().filter(|a| !(a.name.trim().is_empty() && a.value.trim().is_empty())).collect();
        if filled.len() > MAX_ATTRIBUTES {
            errors.push("attributes", FieldProblem::TooLong);
        }
        let parse = |a: &Attribute| Attribute {
            name: errors.text("attributes", &a.name, 1, MAX_ATTRIBUTE_CHARS),
            value: errors.text("attributes", &a.value, 1, MAX_ATTRIBUTE_CHARS),
        };
        filled.into_iter().take(MAX_ATTRIBUTES).map(parse).collect()
    }

    /// Lower case, each once.
    fn parse_tags(&self, errors: &mut FieldErrors) -> Vec<String> {
        let mut tags: Vec<String> = Vec::new();
        for tag in &self.tags {
            let tag = errors.text("tags", tag, 0, MAX_TAG_CHARS).to_lowercase();
            if !tag.is_empty() && !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        if tags.len() > MAX_TAGS {
            errors.push("tags", FieldProblem::TooLong);
        }
        tags
    }
}

impl VariantForm {
    fn parse(&self, index: usize, currency: Currency, must_have_title: bool, errors: &mut FieldErrors) -> Option<NewVariant> {
        let field = |name: &str| format!("variants.{index}.{name}");
        let title = errors.text(&field("title"), &self.title, usize::from(must_have_title), MAX_NAME);
        let sku = parse_sku(&format!("variants.{index}"), &self.sku, errors);
        let prices = parse_prices(&format!("variants.{index}"), &self.price, &self.compare_at, currency, errors);
        let stock = parse_count(&field("stock"), &self.stock, errors);
        let (price, compare_at) = prices?;
        Some(NewVariant { title, option_values: Vec::new(), sku, price, compare_at, stock: stock? })
    }
}

/// The number by which a vendor knows a variant.
pub(super) fn parse_sku(row: &str, text: &str, errors: &mut FieldErrors) -> String {
    errors.text(&format!("{row}.sku"), text, 0, MAX_SKU)
}

/// Price and price before of a row; none if the price is bad.
pub(super) fn parse_prices(
    row: &str,
    price: &str,
    compare_at: &str,
    currency: Currency,
    errors: &mut FieldErrors,
) -> Option<(Money, Option<Money>)> {
    let field = format!("{row}.compare_at");
    let price = parse_price(&format!("{row}.price"), price, currency, errors);
    let compare_at = match compare_at.trim() {
        "" => None,
        text => parse_price(&field, text, currency, errors),
    };
    if let (Some(price), Some(compare_at)) = (price, compare_at)
        && compare_at.amount_minor <= price.amount_minor
    {
        errors.push(&field, FieldProblem::OutOfRange);
    }
    Some((price?, compare_at))
}

pub(super) fn parse_price(field: &str, text: &str, currency: Currency, errors: &mut FieldErrors) -> Option<Money> {
    errors.amount(field, text, currency, 1..=MAX_CHARGE_MINOR)
}

/// Pieces on a shelf.
pub(super) fn parse_count(field: &str, text: &str, errors: &mut FieldErrors) -> Option<i32> {
    match text.trim().parse::<i32>() {
        Ok(stock) if (0..=MAX_STOCK).contains(&stock) => Some(stock),
        Ok(_) => {
            errors.push(field, FieldProblem::OutOfRange);
            None
        }
        Err(_) => {
            errors.push(field, if text.trim().is_empty() { FieldProblem::Required } else { FieldProblem::NotANumber });
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(price: &str, compare_at: &str, stock: &str) -> ProductForm {
        let variant = VariantForm { price: price.into(), compare_at: compare_at.into(), stock: stock.into(), ..VariantForm::default() };
        ProductForm { name: "Tea pot".into(), variants: vec![variant], ..ProductForm::default() }
    }

    fn parse(form: &ProductForm) -> Result<NewProduct, FieldErrors> {
        form.parse(CategoryId(uuid::Uuid::nil()), Currency::USD)
    }

    #[test]
    fn prices_and_stock_are_whole_and_in_range() {
        for (price, compare_at, stock, field) in [
            ("", "", "1", "variants.0.price"),
            ("0", "", "1", "variants.0.price"),
            ("-1", "", "1", "variants.0.price"),
            ("1.005", "", "1", "variants.0.price"),
            ("1000000", "", "1", "variants.0.price"),
            ("99999999999999999999", "", "1", "variants.0.price"),
            ("5", "5", "1", "variants.0.compare_at"),
            ("5", "x", "1", "variants.0.compare_at"),
            ("5", "", "-1", "variants.0.stock"),
            ("5", "", "1000001", "variants.0.stock"),
            ("5", "", "1e3", "variants.0.stock"),
        ] {
            let errors = parse(&form(price, compare_at, stock)).err();
            assert!(errors.is_some_and(|errors| errors.of(field).is_some()), "{price:?} {compare_at:?} {stock:?}");
        }
        let product = parse(&form(" 12.5 ", "20", "0"));
        assert_eq!(product.map(|p| (p.slug.to_string(), p.variants[0].price.amount_minor)), Ok(("tea-pot".into(), 1250)));
    }

    #[test]
    fn several_variants_need_titles_and_none_is_too_few() {
        let mut two = form("5", "", "1");
        two.variants.push(two.variants[0].clone());
        assert!(parse(&two).is_err_and(|errors| errors.of("variants.1.title") == Some(FieldProblem::Required)));
        assert!(parse(&ProductForm { variants: vec![], ..two }).is_err_and(|errors| errors.of("variants") == Some(FieldProblem::Required)));
    }

    #[test]
    fn tags_are_folded_and_bounded() {
        let mut tagged = form("5", "", "1");
        tagged.tags = vec![" Tea ".into(), "tea".into(), String::new()];
        assert_eq!(parse(&tagged).map(|p| p.texts.tags), Ok(vec!["tea".to_owned()]));
        tagged.tags = (0..21).map(|n| n.to_string()).collect();
        assert!(parse(&tagged).is_err());
    }
}
