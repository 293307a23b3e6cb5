//! Server functions of the checkout. What to pay is computed on the server; no amount is among the arguments.

use leptos::prelude::*;

use super::OrderProgress;
use super::differing::Verdict;
use super::refund::TypedRefund;
use crate::error::AppError;
use crate::values::{Address, AddressId, NothingElse, OrderId};

/// Where the parcels go: an address of the book.
#[server(name = ChooseAddress, prefix = "/api", endpoint = "checkout/choose-address")]
pub async fn choose_address(address_id: AddressId, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let customer = crate::accounts::guard::Customer::require().await?;
    let db = crate::platform::request::state()?.db.clone();
    crate::accounts::service::address(&db, &customer, address_id).await?;
    leptos_axum::redirect(&format!("/checkout/review?address={address_id}"));
    Ok(())
}

/// Where the parcels go: a new address, kept in the book if that is wanted.
#[server(name = AddAddress, prefix = "/api", endpoint = "checkout/add-address")]
pub async fn add_address(
    #[server(flatten)] typed: Address,
    #[server(default)] keep: bool,
    #[server(flatten)] rest: NothingElse,
) -> Result<(), AppError> {
    let NothingElse = rest;
    let customer = crate::accounts::guard::Customer::require().await?;
    let address_id = crate::accounts::service::add_address(&crate::platform::request::state()?.db, &customer, &typed, keep).await?;
    leptos_axum::redirect(&format!("/checkout/review?address={address_id}"));
    Ok(())
}

/// Places the order that the review page showed, and goes on to pay it.
#[server(name = PlaceOrder, prefix = "/api", endpoint = "checkout/place-order")]
pub async fn place_order(address_id: AddressId, fingerprint: String, #[server(flatten)] rest: NothingElse) -> Result<OrderId, AppError> {
    let NothingElse = rest;
    let customer = crate::accounts::guard::Customer::require().await?;
    let state = crate::platform::request::state()?;
    let order = super::service::place(&state, &customer, address_id, &fingerprint).await?;
    leptos_axum::redirect(&format!("/checkout/{order}/pay"));
    Ok(order)
}

/// How far an order of the customer's is.
#[server(name = GetOrderProgress, prefix = "/api", endpoint = "checkout/progress")]
pub async fn order_progress(order_id: OrderId, #[server(flatten)] rest: NothingElse) -> Result<OrderProgress, AppError> {
    let NothingElse = rest;
    let customer = crate::accounts::guard::Customer::require().await?;
    super::service::progress(&crate::platform::request::state()?, &customer, order_id).await
}

/// The customer does not want what is not paid yet.
#[server(name = CancelUnpaid, prefix = "/api", endpoint = "checkout/cancel-unpaid")]
pub async fn cancel_unpaid(order_id: OrderId, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let customer = crate::accounts::guard::Customer::require().await?;
    super::service::cancel_unpaid(&crate::platform::request::state()?, &customer, order_id).await?;
    leptos_axum::redirect(&format!("/account/orders/{order_id}?done=canceled"));
    Ok(())
}

/// The customer does not want what is paid and was not sent yet.
#[server(name = CancelPaid, prefix = "/api", endpoint = "checkout/cancel-paid")]
pub async fn cancel_paid(order_id: OrderId, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let customer = crate::accounts::guard::Customer::require().await?;
    super::service::cancel_paid(&crate::platform::request::state()?, &customer, order_id).await?;
    leptos_axum::redirect(&format!("/account/orders/{order_id}?done=given-back"));
    Ok(())
}

/// The vendor's part of an order is on its way.
#[server(name = ShipPart, prefix = "/api", endpoint = "checkout/ship-part")]
pub async fn ship_part(
    order_id: OrderId,
    #[server(default)] carrier: String,
    #[server(default)] tracking: String,
    #[server(flatten)] rest: NothingElse,
) -> Result<(), AppError> {
    let NothingElse = rest;
    let owner = crate::vendors::guard::ShopOwner::require().await?;
    super::service::ship(&crate::platform::request::state()?, &owner, order_id, &carrier, &tracking).await?;
    leptos_axum::redirect(&format!("/vendor/orders/{order_id}?done=shipped"));
    Ok(())
}

/// The vendor's part of an order has arrived.
#[server(name = DeliverPart, prefix = "/api", endpoint = "checkout/deliver-part")]
pub async fn deliver_part(order_id: OrderId, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let owner = crate::vendors::guard::ShopOwner::require().await?;
    crate::orders::service::parcels::deliver(&crate::platform::request::state()?.db, &owner, order_id).await?;
    leptos_axum::redirect(&format!("/vendor/orders/{order_id}?done=delivered"));
    Ok(())
}

/// The vendor cannot send their part of an order.
#[server(name = CancelPart, prefix = "/api", endpoint = "checkout/cancel-part")]
pub async fn cancel_part(order_id: OrderId, reason: String, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let owner = crate::vendors::guard::ShopOwner::require().await?;
    super::service::cancel_part(&crate::platform::request::state()?, &owner, order_id, &reason).await?;
    leptos_axum::redirect(&format!("/vendor/orders/{order_id}?done=canceled"));
    Ok(())
}

/// Gives money back.
#[server(name = RefundOrder, prefix = "/api", endpoint = "checkout/refund")]
pub async fn refund_order(
    order_id: OrderId,
    #[server(flatten)] typed: TypedRefund,
    #[server(flatten)] rest: NothingElse,
) -> Result<(), AppError> {
    let NothingElse = rest;
    let admin = crate::accounts::guard::Admin::require().await?;
    super::service::refund(&crate::platform::request::state()?, &admin, order_id, &typed).await?;
    leptos_axum::redirect(&format!("/admin/orders/{order_id}?done=refunded"));
    Ok(())
}

/// Accepts another amount than the order costs, or gives it back.
#[server(name = DecideReview, prefix = "/api", endpoint = "checkout/decide-review")]
pub async fn decide_review(order_id: OrderId, verdict: Verdict, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let admin = crate::accounts::guard::Admin::require().await?;
    super::service::decide(&crate::platform::request::state()?, &admin, order_id, verdict).await?;
    leptos_axum::redirect(&format!("/admin/orders/{order_id}?done={verdict}"));
    Ok(())
}

/// Refunds of an order that the gateway does not make were given back in another way.
#[server(name = GivenBackElsewhere, prefix = "/api", endpoint = "checkout/given-back-elsewhere")]
pub async fn given_back_elsewhere(order_id: OrderId, how: String, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let admin = crate::accounts::guard::Admin::require().await?;
    super::service::given_back_elsewhere(&crate::platform::request::state()?, &admin, order_id, &how).await?;
    leptos_axum::redirect(&format!("/admin/orders/{order_id}?done=elsewhere"));
    Ok(())
}
