//! `/cart`: a customer's own. An item's id is that of its variant.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::bearer::Bearer;
use super::body::{Body, Named, Pieces};
use super::catalogue::{NamedView, StockState};
use super::problem::Problem;
use crate::cart::guard::CartOwner;
use crate::cart::{Cart, CartLine, CartShop, service};
use crate::error::AppError;
use crate::media::picture_url;
use crate::platform::state::AppState;
use crate::values::{FieldProblem, Money, ProductId, Quantity, VariantId};

/// Width of the picture beside a line, in pixels.
const PICTURE_WIDTH: i32 = 320;

#[derive(Serialize, ToSchema)]
pub struct CartView {
    shops: Vec<CartShopView>,
    /// Pieces, not lines.
    count: u32,
    subtotal: Money,
    shipping: Money,
    total: Money,
    /// Whether every line can be bought as it stands.
    buyable: bool,
}

/// The lines of one shop, which sends its own parcel.
#[derive(Serialize, ToSchema)]
struct CartShopView {
    vendor: NamedView,
    items: Vec<CartItemView>,
    subtotal: Money,
    shipping: Money,
}

#[derive(Serialize, ToSchema)]
struct CartItemView {
    /// The variant's id.
    id: VariantId,
    product_id: ProductId,
    product: NamedView,
    /// Empty for a product without options.
    variant_title: String,
    unit_price: Money,
    /// What it cost when the customer last touched the line.
    seen_price: Money,
    #[schema(value_type = i64)]
    quantity: Quantity,
    subtotal: Money,
    stock: StockState,
    /// Whether it can be bought as it stands.
    buyable: bool,
    picture_url: Option<String>,
}

impl CartView {
    pub fn new(cart: Cart, base_url: &str) -> Self {
        let (count, subtotal, shipping, total, buyable) =
            (cart.summary().count, cart.subtotal(), cart.shipping(), cart.total(), cart.is_buyable());
        let zero = cart.zero;
        let shops = cart.shops.into_iter().map(|shop| CartShopView::new(shop, zero, base_url)).collect();
        Self { shops, count, subtotal, shipping, total, buyable }
    }
}

impl CartShopView {
    fn new(shop: CartShop, zero: Money, base_url: &str) -> Self {
        Self {
            subtotal: shop.subtotal(zero),
            shipping: shop.shipping(zero),
            vendor: NamedView { slug: shop.vendor_slug, name: shop.vendor_name },
            items: shop.lines.into_iter().map(|line| CartItemView::new(line, base_url)).collect(),
        }
    }
}

impl CartItemView {
    fn new(line: CartLine, base_url: &str) -> Self {
        Self {
            id: line.variant_id,
            product_id: line.product_id,
            subtotal: line.subtotal(),
            stock: StockState::of(if line.for_sale { line.available } else { 0 }),
            buyable: line.is_buyable(),
            product: NamedView { slug: line.product_slug, name: line.product_name },
            variant_title: line.variant_title,
            unit_price: line.unit_price,
            seen_price: line.seen_price,
            quantity: line.quantity,
            picture_url: line.picture_id.map(|id| format!("{base_url}{}", picture_url(id, PICTURE_WIDTH))),
        }
    }
}

/// The cart with today's prices.
#[utoipa::path(get, path = "/cart", tag = "Shopping", responses((status = 200, body = CartView)))]
pub async fn show(State(state): State<AppState>, Bearer(customer): Bearer) -> Result<Json<CartView>, Problem> {
    let cart = service::view(&state.db, &CartOwner::customer(&customer)).await?;
    Ok(Json(CartView::new(cart, &state.config.base_url)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewItem {
    /// One of the two.
    variant_id: Option<VariantId>,
    /// In place of the variant for a product without options.
    product_id: Option<ProductId>,
    quantity: Pieces,
}

/// A cart in one number.
#[derive(Serialize, ToSchema)]
pub struct CartCount {
    /// The item that was put in.
    id: VariantId,
    /// Pieces in the whole cart.
    count: u32,
}

/// Puts goods into the cart, on top of what is there.
#[utoipa::path(post, path = "/cart/items", tag = "Shopping", request_body = NewItem, responses((status = 201, body = CartCount)))]
pub async fn add(
    State(state): State<AppState>,
    Bearer(customer): Bearer,
    Body(body): Body<NewItem>,
) -> Result<(StatusCode, Json<CartCount>), Problem> {
    let NewItem { variant_id, product_id, quantity: Pieces(quantity) } = body;
    let id = match (variant_id, product_id) {
        (Some(id), None) => id,
        (None, Some(product)) => service::only_variant(&state.db, product).await?,
        (None, None) => return Err(AppError::field("variant_id", FieldProblem::Required).into()),
        (Some(_), Some(_)) => return Err(AppError::field("product_id", FieldProblem::UnknownField).into()),
    };
    let count = service::add(&state.db, &CartOwner::customer(&customer), id, quantity).await?.count;
    Ok((StatusCode::CREATED, Json(CartCount { id, count })))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemChange {
    quantity: Pieces,
}

/// Sets how many are wanted; the customer has then seen the price.
#[utoipa::path(patch, path = "/cart/items/{id}", tag = "Shopping", request_body = ItemChange, responses((status = 200, body = CartCount)))]
pub async fn change(
    State(state): State<AppState>,
    Bearer(customer): Bearer,
    Named(id): Named<VariantId>,
    Body(body): Body<ItemChange>,
) -> Result<Json<CartCount>, Problem> {
    let count = service::set_quantity(&state.db, &CartOwner::customer(&customer), id, body.quantity.0).await?.count;
    Ok(Json(CartCount { id, count }))
}

/// Takes an item out; one that is not there counts as taken out.
#[utoipa::path(delete, path = "/cart/items/{id}", tag = "Shopping", responses((status = 204)))]
pub async fn remove(State(state): State<AppState>, Bearer(customer): Bearer, Named(id): Named<VariantId>) -> Result<StatusCode, Problem> {
    service::remove(&state.db, &CartOwner::customer(&customer), id).await?;
    Ok(StatusCode::NO_CONTENT)
}
