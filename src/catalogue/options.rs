//! Options of a product ("Size": S, M) and the variants that they make.

use serde::{Deserialize, Serialize};

use super::OwnedVariant;
use crate::values::{FieldErrors, FieldProblem, VariantId};

/// More would make a matrix that nobody fills in. The table has the same bound.
pub const MAX_OPTIONS: usize = 3;
/// Variants of one product.
pub const MAX_VARIANTS: usize = 100;
const MAX_OPTION_NAME: usize = 40;
/// Three of them with what stands in between fit into a variant's title.
const MAX_OPTION_VALUE: usize = 38;
/// Between the values in a variant's title.
const BETWEEN: &str = " / ";

/// One thing that customers choose.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ProductOption {
    pub name: String,
    pub values: Vec<String>,
}

/// An option as its vendor types it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypedOption {
    #[serde(default)]
    pub name: String,
    /// With commas in between.
    #[serde(default)]
    pub values: String,
}

impl TypedOption {
    pub fn of(option: &ProductOption) -> Self {
        Self { name: option.name.clone(), values: option.values.join(", ") }
    }

    fn is_empty(&self) -> bool {
        self.name.trim().is_empty() && self.values.trim().is_empty()
    }
}

/// Names and values, each once. Errors are named `options.0.values`; too many variants are one of `options`.
pub fn parse_options(typed: &[TypedOption], errors: &mut FieldErrors) -> Vec<ProductOption> {
    let mut options: Vec<ProductOption> = Vec::new();
    for (index, option) in typed.iter().enumerate().filter(|(_, option)| !option.is_empty()) {
        let (name_field, values_field) = (format!("options.{index}.name"), format!("options.{index}.values"));
        let name = errors.text(&name_field, &option.name, 1, MAX_OPTION_NAME);
        if !name.is_empty() && options.iter().any(|known| known.name.to_lowercase() == name.to_lowercase()) {
            errors.push(&name_field, FieldProblem::Taken);
        }
        let mut values: Vec<String> = Vec::new();
        for value in option.values.split(',').map(str::trim).filter(|value| !value.is_empty()) {
            let value = errors.text(&values_field, value, 1, MAX_OPTION_VALUE);
            if !values.iter().any(|known| known.to_lowercase() == value.to_lowercase()) {
                values.push(value);
            }
        }
        if values.is_empty() {
            errors.push(&values_field, FieldProblem::Required);
        }
        options.push(ProductOption { name, values });
    }
    let variants = options.iter().fold(1_usize, |product, option| product.saturating_mul(option.values.len()));
    if options.len() > MAX_OPTIONS || variants > MAX_VARIANTS {
        errors.push("options", FieldProblem::TooMany);
    }
    options
}

/// Every way to choose, the last option changing fastest. Without options there is one way.
pub fn combinations(options: &[ProductOption]) -> Vec<Vec<String>> {
    options.iter().fold(vec![Vec::new()], |rows, option| {
        let longer = |row: &Vec<String>| {
            option.values.iter().map(|value| [row.as_slice(), std::slice::from_ref(value)].concat()).collect::<Vec<_>>()
        };
        rows.iter().flat_map(longer).collect()
    })
}

/// What people read: "S / Blue".
pub fn title_of(values: &[String]) -> String {
    values.join(BETWEEN)
}

/// A place in the matrix, and the variant that fills it; none: it must be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    pub values: Vec<String>,
    pub variant: Option<VariantId>,
}

/// Which variant stands where, and which ones fell away.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Matrix {
    pub places: Vec<Place>,
    pub fallen: Vec<VariantId>,
}

/// Whether a variant may stand where these values are.
type Fits<'a> = &'a dyn Fn(&OwnedVariant, &[String]) -> bool;

/// Puts the variants that are there into the matrix of the options. One that has the very values stays. When options are added, one without
/// them becomes the first of its kind, so that its stock and its past are not lost. One that was retired comes back.
pub fn arrange(live: &[OwnedVariant], retired: &[OwnedVariant], options: &[ProductOption]) -> Matrix {
    let rows = combinations(options);
    let mut used: Vec<VariantId> = Vec::new();
    let mut places: Vec<Place> = rows.into_iter().map(|values| Place { values, variant: None }).collect();
    let same = |variant: &OwnedVariant, values: &[String]| variant.option_values == values;
    let same_title = |variant: &OwnedVariant, values: &[String]| variant.option_values.is_empty() && variant.title == title_of(values);
    let first_of_kind = |variant: &OwnedVariant, values: &[String]| {
        let known = variant.option_values.len();
        let added = options.get(known..).unwrap_or_default();
        let firsts = added.iter().map(|option| option.values.first());
        known < values.len() && values.starts_with(&variant.option_values) && values[known..].iter().map(Some).eq(firsts)
    };
    let ways: [(&[OwnedVariant], Fits<'_>); 4] = [(live, &same), (live, &same_title), (live, &first_of_kind), (retired, &same)];
    for (variants, fits) in ways {
        for place in places.iter_mut().filter(|place| place.variant.is_none()) {
            let found = variants.iter().find(|variant| !used.contains(&variant.id) && fits(variant, &place.values));
            place.variant = found.map(|variant| variant.id);
            used.extend(place.variant);
        }
    }
    let fallen = live.iter().map(|variant| variant.id).filter(|id| !used.contains(id)).collect();
    Matrix { places, fallen }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::{Currency, Money};

    fn option(name: &str, values: &str) -> ProductOption {
        ProductOption { name: name.into(), values: values.split(' ').map(str::to_owned).collect() }
    }

    fn variant(n: u128, title: &str, values: &str) -> OwnedVariant {
        OwnedVariant {
            id: VariantId(uuid::Uuid::from_u128(n)),
            title: title.into(),
            option_values: values.split_whitespace().map(str::to_owned).collect(),
            sku: String::new(),
            price: Money::new(100, Currency::USD),
            compare_at: None,
            stock: 0,
            low_stock_at: None,
        }
    }

    fn filled(matrix: &Matrix) -> Vec<(String, u128)> {
        matrix.places.iter().map(|place| (title_of(&place.values), place.variant.map_or(0, |id| id.0.as_u128()))).collect()
    }

    #[test]
    fn options_are_read_and_bounded() {
        let typed = |name: &str, values: &str| TypedOption { name: name.into(), values: values.into() };
        let mut errors = FieldErrors::default();
        let options = parse_options(&[typed(" Size ", "S, M,, s"), typed("", " "), typed("Colour", "Blue")], &mut errors);
        assert_eq!(options, [option("Size", "S M"), option("Colour", "Blue")]);
        assert!(errors.is_empty());
        parse_options(&[typed("Size", " , "), typed("size", "x"), typed("", "y")], &mut errors);
        let found: Vec<_> = errors.iter().collect();
        use FieldProblem::{Required, Taken, TooMany};
        assert_eq!(found, [("options.0.values", Required), ("options.1.name", Taken), ("options.2.name", Required)]);
        let many = (0..11).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
        let mut errors = FieldErrors::default();
        parse_options(&[typed("a", &many), typed("b", &many)], &mut errors);
        assert_eq!(errors.of("options"), Some(TooMany));
    }

    #[test]
    fn the_matrix_has_every_combination_once() {
        let rows: Vec<String> =
            combinations(&[option("Size", "S M"), option("Colour", "Red Blue")]).iter().map(|row| title_of(row)).collect();
        assert_eq!(rows, ["S / Red", "S / Blue", "M / Red", "M / Blue"]);
        assert_eq!(combinations(&[]), [Vec::<String>::new()]);
    }

    #[test]
    fn what_is_there_keeps_its_place_and_the_rest_falls_away() {
        let live = [variant(1, "S", "S"), variant(2, "M", "M"), variant(3, "L", "L")];
        let matrix = arrange(&live, &[variant(9, "XL", "XL")], &[option("Size", "M XL S XS")]);
        assert_eq!(filled(&matrix), [("M".into(), 2), ("XL".into(), 9), ("S".into(), 1), ("XS".into(), 0)]);
        assert_eq!(matrix.fallen, [live[2].id]);
    }

    #[test]
    fn a_plain_product_becomes_its_first_variant() {
        let plain = [variant(1, "", "")];
        let matrix = arrange(&plain, &[], &[option("Size", "S M")]);
        assert_eq!((filled(&matrix), matrix.fallen.len()), (vec![("S".into(), 1), ("M".into(), 0)], 0));
        // A second option behind the first: each one becomes the first of its kind.
        let sizes = [variant(1, "S", "S"), variant(2, "M", "M")];
        let matrix = arrange(&sizes, &[], &[option("Size", "S M"), option("Colour", "Red Blue")]);
        assert_eq!(filled(&matrix), [("S / Red".into(), 1), ("S / Blue".into(), 0), ("M / Red".into(), 2), ("M / Blue".into(), 0)]);
        // Titles from before there were options.
        let titled = [variant(1, "Small", ""), variant(2, "Large", "")];
        assert_eq!(filled(&arrange(&titled, &[], &[option("Size", "Large Small")])), [("Large".into(), 2), ("Small".into(), 1)]);
    }
}
