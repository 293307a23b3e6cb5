use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Category, NewProduct, NewVariant, OwnedProduct, ProductForm, ProductTexts, VariantForm};
use crate::values::{CategoryId, Currency, FieldErrors, FieldProblem, Slug};

/// Names of the fields of a product's page, as the form, the server functions and the field errors have them.
pub mod field {
    pub const NAME: &str = "name";
    pub const CATEGORY: &str = "category_id";
    pub const SUMMARY: &str = "summary";
    pub const DESCRIPTION: &str = "description";
    pub const TAGS: &str = "tags";
    pub const PRICE: &str = "price";
    pub const COMPARE_AT: &str = "compare_at";
    pub const SKU: &str = "sku";
    pub const STOCK: &str = "stock";
}

/// Where [`ProductForm::parse`] finds fault with the one variant of a plain product.
const VARIANT: &str = "variants.0.";

/// Address of a product whose name has not a letter or figure of ASCII in it.
const NAMELESS: &str = "product";

/// A product with one variant, as it is typed on its page. Of a product with several, price and stock are left out.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct TypedProduct {
    pub name: String,
    pub category_id: String,
    pub summary: String,
    pub description: String,
    /// With commas in between.
    pub tags: String,
    #[serde(default)]
    pub price: String,
    #[serde(default)]
    pub compare_at: String,
    #[serde(default)]
    pub sku: String,
    #[serde(default)]
    pub stock: String,
}

/// What an edit makes of a product.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProductChanges {
    pub(super) texts: ProductTexts,
    /// None: the variants stay as they are.
    pub(super) variant: Option<NewVariant>,
}

impl TypedProduct {
    /// As its vendor would type it.
    pub fn of(product: &OwnedProduct) -> Self {
        let variant = product.only_variant();
        Self {
            name: product.name.clone(),
            category_id: product.category_id.to_string(),
            summary: product.summary.clone(),
            description: product.description.clone(),
            tags: product.tags.join(", "),
            price: variant.map(|variant| variant.price.plain()).unwrap_or_default(),
            compare_at: variant.and_then(|variant| variant.compare_at).map(|price| price.plain()).unwrap_or_default(),
            sku: variant.map(|variant| variant.sku.clone()).unwrap_or_default(),
            stock: variant.map(|variant| variant.stock.to_string()).unwrap_or_default(),
        }
    }

    /// Each field with what stands in it.
    pub fn fields(&self) -> [(&'static str, &str); 9] {
        [
            (field::NAME, &self.name),
            (field::CATEGORY, &self.category_id),
            (field::SUMMARY, &self.summary),
            (field::DESCRIPTION, &self.description),
            (field::TAGS, &self.tags),
            (field::PRICE, &self.price),
            (field::COMPARE_AT, &self.compare_at),
            (field::SKU, &self.sku),
            (field::STOCK, &self.stock),
        ]
    }

    /// # Errors
    /// One entry for each bad field.
    pub fn parse_new(&self, categories: &[Category], currency: Currency) -> Result<NewProduct, FieldErrors> {
        self.in_category(categories, |category| self.form().parse(category, currency))
    }

    /// # Errors
    /// One entry for each bad field.
    pub fn parse_changes(&self, categories: &[Category], currency: Currency, has_options: bool) -> Result<ProductChanges, FieldErrors> {
        self.in_category(categories, |category| {
            if has_options {
                return Ok(ProductChanges { texts: self.form().parse_texts(category)?, variant: None });
            }
            let NewProduct { texts, variants, .. } = self.form().parse(category, currency)?;
            Ok(ProductChanges { texts, variant: variants.into_iter().next() })
        })
    }

    fn form(&self) -> ProductForm {
        let variant = VariantForm {
            title: String::new(),
            sku: self.sku.clone(),
            price: self.price.clone(),
            compare_at: self.compare_at.clone(),
            stock: self.stock.clone(),
        };
        ProductForm {
            name: self.name.clone(),
            slug: Slug::of_name(&self.name).map_or_else(|| NAMELESS.to_owned(), String::from),
            summary: self.summary.clone(),
            description: self.description.clone(),
            attributes: Vec::new(),
            tags: self.tags.split(',').map(str::to_owned).collect(),
            variants: vec![variant],
        }
    }

    /// What `parse` makes of the rest, and whether there is such a category: everything that is wrong is said at once.
    fn in_category<T>(&self, categories: &[Category], parse: impl FnOnce(CategoryId) -> Result<T, FieldErrors>) -> Result<T, FieldErrors> {
        let chosen = self.category_id.trim();
        let known = chosen.parse::<CategoryId>().ok().filter(|id| categories.iter().any(|category| category.id == *id));
        let parsed = parse(known.unwrap_or(CategoryId(Uuid::nil())));
        let parsed = parsed.map_err(|errors| errors.renamed(|name| name.strip_prefix(VARIANT).unwrap_or(name).to_owned()));
        if known.is_some() {
            return parsed;
        }
        let mut errors = parsed.err().unwrap_or_default();
        errors.push(field::CATEGORY, if chosen.is_empty() { FieldProblem::Required } else { FieldProblem::UnknownChoice });
        Err(errors)
    }
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
            price: "24.5".into(),
            stock: "3".into(),
            ..TypedProduct::default()
        };
        (typed, vec![category])
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once_and_at_its_field() {
        let (typed, categories) = teapot();
        let bad = TypedProduct { name: " ".into(), category_id: "nowhere".into(), price: "NaN".into(), stock: "1.5".into(), ..typed };
        let errors = bad.parse_new(&categories, Currency::USD).unwrap_err();
        let problems = [field::NAME, field::PRICE, field::STOCK, field::CATEGORY].map(|name| errors.of(name));
        use FieldProblem::{NotANumber, NotAnAmount, Required, UnknownChoice};
        assert_eq!(problems, [Some(Required), Some(NotAnAmount), Some(NotANumber), Some(UnknownChoice)]);
        assert_eq!(errors.iter().count(), 4);
    }

    #[test]
    fn a_product_with_options_keeps_its_variants() {
        let (typed, categories) = teapot();
        let typed = TypedProduct { price: String::new(), stock: String::new(), ..typed };
        let changes = typed.parse_changes(&categories, Currency::USD, true).unwrap();
        assert_eq!((changes.texts.tags, changes.variant), (vec!["tea".to_owned(), "blue".to_owned()], None));
        assert!(typed.parse_changes(&categories, Currency::USD, false).is_err());
    }

    #[test]
    fn a_name_in_any_script_has_an_address() {
        let (typed, categories) = teapot();
        let product = TypedProduct { name: "茶壺".into(), ..typed }.parse_new(&categories, Currency::USD).unwrap();
        assert_eq!(product.slug.as_str(), NAMELESS);
    }
}
