//! The process: address, review, pay; hold stock, create the order, take the payment, finalise.
//!
//! Owns no table: it moves carts, orders, payments and stock in one transaction each. Locks are taken in one order everywhere:
//! order → payment → cart → variants by id → products by id; placing an order, whose rows nobody else can see yet, starts at the customer's
//! account, and goes on with the cart. Whoever closes an account starts there as well.
//! Nothing on the network happens inside a transaction.

use serde::{Deserialize, Serialize};

use crate::cart::Cart;
use crate::orders::{Order, OrderStatus};
use crate::values::{Address, AddressId, Money, OrderId};

pub mod api;
pub mod differing;
pub mod islands;
pub mod refund;
pub mod refundable;
#[cfg(feature = "ssr")]
pub mod history;
#[cfg(feature = "ssr")]
pub mod invariants;
#[cfg(feature = "ssr")]
pub mod jobs;
#[cfg(feature = "ssr")]
mod mail;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
mod store;

/// What the customer is asked to confirm.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Review {
    pub cart: Cart,
    pub address_id: AddressId,
    pub address: Address,
    /// Names exactly what is on the page: goods, quantities, prices, shipping, address. The order is placed only if it is still true.
    pub fingerprint: String,
}

impl Review {
    pub fn total(&self) -> Money {
        self.cart.total()
    }
}

/// What the pay page needs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PayView {
    pub order: Order,
    /// None while the gateway cannot be reached: the page says so, and that nothing was charged.
    pub payment: Option<PaymentSession>,
}

/// What the browser needs to take a card.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PaymentSession {
    pub client_secret: String,
    pub publishable_key: String,
    pub script_url: String,
    /// Where both ways back end.
    pub return_url: String,
}

/// How far an order is, for the page that waits for the webhook.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OrderProgress {
    pub id: OrderId,
    pub status: OrderStatus,
    /// The bank has not answered yet, or we have not heard.
    pub waiting: bool,
}
