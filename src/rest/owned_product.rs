//! Products from behind, as vendors and admins read them, and as vendors write them.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::ETAG;
use http::{HeaderValue, StatusCode};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::catalogue::{AttributeView, PictureView, Site};
use crate::catalogue::guard::ProductViewer;
use crate::catalogue::service::{self, pictures, products};
use crate::catalogue::{
    Attribute, CategoryTree, OwnedProduct, OwnedVariant, ProductOption, ProductStatus, ProductVersion, TypedOption, TypedProduct,
    TypedVariant, field,
};
use crate::error::AppError;
use crate::platform::state::AppState;
use crate::values::{CategoryId, Currency, FieldErrors, FieldProblem, Money, ProductId, Slug, VariantId};

/// All of a product that its vendor may edit.
#[derive(Serialize, ToSchema)]
pub struct OwnedProductView {
    id: ProductId,
    slug: Slug,
    url: String,
    category: Option<Slug>,
    name: String,
    summary: String,
    /// Markdown.
    description: String,
    attributes: Vec<AttributeView>,
    tags: Vec<String>,
    status: ProductStatus,
    /// Why an admin took it down; while there is a reason nobody publishes it.
    held_reason: Option<String>,
    units_sold: i64,
    options: Vec<OptionView>,
    variants: Vec<OwnedVariantView>,
    /// Not offered any more; they stay because of their orders.
    retired: Vec<OwnedVariantView>,
    pictures: Vec<OwnedPictureView>,
}

/// One thing that customers choose.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OptionView {
    name: String,
    /// A comma in one divides it.
    values: Vec<String>,
}

#[derive(Serialize, ToSchema)]
struct OwnedVariantView {
    id: VariantId,
    title: String,
    option_values: Vec<String>,
    sku: String,
    price: Money,
    compare_at: Option<Money>,
    stock: i32,
    low_stock_at: Option<i32>,
}

#[derive(Serialize, ToSchema)]
pub struct OwnedPictureView {
    id: crate::values::PictureId,
    #[serde(flatten)]
    picture: PictureView,
}

impl OwnedPictureView {
    pub fn new(picture: crate::media::Picture, site: &Site<'_>) -> Self {
        Self { id: picture.id, picture: site.picture(picture) }
    }
}

impl From<OwnedVariant> for OwnedVariantView {
    fn from(variant: OwnedVariant) -> Self {
        let OwnedVariant { id, title, option_values, sku, price, compare_at, stock, low_stock_at } = variant;
        Self { id, title, option_values, sku, price, compare_at, stock, low_stock_at }
    }
}

/// The product with its version as its tag, for `If-Match`.
pub async fn answer(state: &AppState, status: StatusCode, viewer: &ProductViewer, id: ProductId) -> Result<Response, AppError> {
    let product = products::find(&state.db, viewer, id).await?;
    let site = Site(&state.config.base_url);
    let pictures = pictures::list(&state.db, viewer, id).await?.into_iter().map(|picture| OwnedPictureView::new(picture, &site)).collect();
    let tree = service::category_tree(&state.db).await?;
    let tag = HeaderValue::from_str(&format!("\"{}\"", product.version)).map_err(AppError::internal)?;
    let url = site.url(&product.url());
    let view = OwnedProductView {
        id: product.id,
        slug: product.slug,
        url,
        category: slug_of(&tree, product.category_id),
        name: product.name,
        summary: product.summary,
        description: product.description,
        attributes: product.attributes.into_iter().map(AttributeView::from).collect(),
        tags: product.tags,
        status: product.status,
        held_reason: product.held_reason,
        units_sold: product.units_sold,
        options: product.options.into_iter().map(|ProductOption { name, values }| OptionView { name, values }).collect(),
        variants: product.variants.into_iter().map(OwnedVariantView::from).collect(),
        retired: product.retired.into_iter().map(OwnedVariantView::from).collect(),
        pictures,
    };
    let mut response = (status, Json(view)).into_response();
    response.headers_mut().insert(ETAG, tag);
    Ok(response)
}

fn slug_of(tree: &CategoryTree, id: CategoryId) -> Option<Slug> {
    tree.branches().iter().find(|branch| branch.category.id == id).map(|branch| branch.category.slug.clone())
}

/// What forms call by other names.
fn renamed(error: AppError) -> AppError {
    match error {
        AppError::Invalid(errors) => AppError::Invalid(errors.renamed(|field| match field {
            field::CATEGORY => "category".to_owned(),
            other => other.strip_prefix("variants.0.").map_or_else(|| other.to_owned(), str::to_owned),
        })),
        other => other,
    }
}

/// A product to be drafted. With options, each variant that they make gets this price, and no stock.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProductBody {
    #[schema(min_length = 1, max_length = 120)]
    name: String,
    /// The last part of its address; made from the name unless given.
    slug: Option<Slug>,
    /// Slug of a category.
    category: Slug,
    #[serde(default)]
    summary: String,
    /// Markdown.
    #[serde(default)]
    description: String,
    #[serde(default)]
    attributes: Vec<AttributeView>,
    /// A comma in one divides it.
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    options: Vec<OptionView>,
    price: Money,
    compare_at: Option<Money>,
    #[serde(default)]
    sku: String,
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1_000_000)]
    stock: i32,
}

impl NewProductBody {
    /// As the form has it.
    async fn typed(self, state: &AppState) -> Result<TypedProduct, AppError> {
        let currency = service::shop_currency(&state.db).await?;
        let mut errors = FieldErrors::default();
        let typed = TypedProduct {
            category_id: category(state, &self.category).await?,
            name: self.name,
            slug: self.slug.map(String::from).unwrap_or_default(),
            summary: self.summary,
            description: self.description,
            attributes: lines(&self.attributes, &mut errors),
            tags: self.tags.join(", "),
            options: self.options.into_iter().map(typed_option).collect(),
            variants: vec![TypedVariant {
                price: plain(field::PRICE, self.price, currency, &mut errors),
                compare_at: self.compare_at.map(|money| plain(field::COMPARE_AT, money, currency, &mut errors)).unwrap_or_default(),
                sku: self.sku,
                stock: self.stock.to_string(),
                ..TypedVariant::default()
            }],
        };
        Ok(errors.into_result(typed)?)
    }

    pub async fn create(self, state: &AppState, editor: &crate::catalogue::guard::ProductEditor) -> Result<ProductId, AppError> {
        let typed = self.typed(state).await?;
        products::create(&state.db, editor, &typed).await.map_err(renamed)
    }
}

/// Changes of a product; what is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductChangeBody {
    name: Option<String>,
    slug: Option<Slug>,
    category: Option<Slug>,
    summary: Option<String>,
    description: Option<String>,
    attributes: Option<Vec<AttributeView>>,
    tags: Option<Vec<String>>,
    /// The variants become what these make.
    options: Option<Vec<OptionView>>,
    #[serde(default)]
    variants: Vec<VariantChangeBody>,
}

/// Changes of a variant.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct VariantChangeBody {
    id: VariantId,
    price: Option<Money>,
    /// Null takes it away.
    #[serde(default, deserialize_with = "given")]
    compare_at: Option<Option<Money>>,
    sku: Option<String>,
    /// Null: the shop's default.
    #[serde(default, deserialize_with = "given")]
    low_stock_at: Option<Option<u32>>,
    /// It is not offered any more.
    #[serde(default)]
    remove: bool,
}

/// Tells null from what is not there.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl ProductChangeBody {
    /// The product as the form would have it after these changes.
    pub async fn typed(self, state: &AppState, known: &OwnedProduct) -> Result<TypedProduct, AppError> {
        let currency = service::shop_currency(&state.db).await?;
        let mut errors = FieldErrors::default();
        let mut typed = TypedProduct::of(known);
        if let Some(slug) = &self.category {
            typed.category_id = category(state, slug).await?;
        }
        let texts = [
            (&mut typed.name, self.name),
            (&mut typed.slug, self.slug.map(String::from)),
            (&mut typed.summary, self.summary),
            (&mut typed.description, self.description),
            (&mut typed.attributes, self.attributes.map(|attributes| lines(&attributes, &mut errors))),
            (&mut typed.tags, self.tags.map(|tags| tags.join(", "))),
        ];
        for (field, given) in texts {
            if let Some(given) = given {
                *field = given;
            }
        }
        if let Some(options) = self.options {
            typed.options = options.into_iter().map(typed_option).collect();
        }
        // Those that are not named stay as they are.
        let rows = std::mem::take(&mut typed.variants);
        for (index, change) in self.variants.into_iter().enumerate() {
            let id = change.id.to_string();
            let row = rows.iter().find(|row| row.id == id).cloned().unwrap_or(TypedVariant { id, ..TypedVariant::default() });
            typed.variants.push(change.typed(row, index, currency, &mut errors));
        }
        Ok(errors.into_result(typed)?)
    }

    pub async fn save(
        self,
        state: &AppState,
        editor: &crate::catalogue::guard::ProductEditor,
        (id, seen): (ProductId, ProductVersion),
    ) -> Result<(), AppError> {
        let known = products::find(&state.db, editor.viewer(), id).await?;
        let typed = self.typed(state, &known).await?;
        products::save(&state.db, editor, id, seen, &typed, false).await
    }
}

impl VariantChangeBody {
    fn typed(self, row: TypedVariant, index: usize, currency: Currency, errors: &mut FieldErrors) -> TypedVariant {
        let name = |name: &str| field::error_in_row(field::VARIANTS, index, name);
        TypedVariant {
            price: self.price.map_or(row.price, |money| plain(&name(field::PRICE), money, currency, errors)),
            compare_at: match self.compare_at {
                None => row.compare_at,
                Some(None) => String::new(),
                Some(Some(money)) => plain(&name(field::COMPARE_AT), money, currency, errors),
            },
            sku: self.sku.unwrap_or(row.sku),
            low_stock_at: self.low_stock_at.map_or(row.low_stock_at, |count| count.map(|count| count.to_string()).unwrap_or_default()),
            remove: if self.remove { "yes".to_owned() } else { String::new() },
            ..row
        }
    }
}

async fn category(state: &AppState, slug: &Slug) -> Result<String, AppError> {
    let tree = service::category_tree(&state.db).await?;
    let known = tree.branches().iter().find(|branch| branch.category.slug == *slug);
    known.map(|branch| branch.category.id.to_string()).ok_or_else(|| AppError::field("category", FieldProblem::UnknownChoice))
}

fn plain(name: &str, money: Money, currency: Currency, errors: &mut FieldErrors) -> String {
    if money.currency != currency {
        errors.push(name, FieldProblem::NotAnAmount);
    }
    // As it is typed an amount has no sign.
    if money.amount_minor < 0 {
        errors.push(name, FieldProblem::OutOfRange);
    }
    money.plain()
}

/// One fact in each line, which a name must not divide.
fn lines(attributes: &[AttributeView], errors: &mut FieldErrors) -> String {
    let pair = |AttributeView { name, value }: &AttributeView| {
        if name.contains([':', '\n', '\r']) || value.contains(['\n', '\r']) {
            errors.push(field::ATTRIBUTES, FieldProblem::NotAPair);
        }
        format!("{name}: {value}")
    };
    attributes.iter().map(pair).collect::<Vec<_>>().join("\n")
}

fn typed_option(option: OptionView) -> TypedOption {
    TypedOption { name: option.name, values: option.values.join(", ") }
}

impl From<Attribute> for AttributeView {
    fn from(attribute: Attribute) -> Self {
        Self { name: attribute.name, value: attribute.value }
    }
}
