//! Messages to the programs of vendors: an order was paid, sent, or given back. Tables: `webhook_endpoints`, `webhook_deliveries`.
//!
//! A message is written in the transaction that it tells of, and sent by a job, in the words and with the signature of Standard Webhooks
//! (`webhook-id`, `webhook-timestamp`, `webhook-signature`). It names the order and says nothing about its customer: who may read more asks
//! the API. Vendors name the addresses, so nothing is sent to this machine or its neighbours: see [`address`].

use serde::{Deserialize, Serialize};

use crate::values::{WebhookDeliveryId, WebhookEndpointId};

pub mod api;
#[cfg(feature = "ssr")]
mod address;
#[cfg(feature = "ssr")]
mod sender;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
mod store;

/// Addresses of one shop.
pub const MAX_ENDPOINTS: i64 = 10;

crate::text_enum! {
    /// What happened, to the part of an order that is the vendor's.
    pub enum WebhookEvent {
        OrderPaid => "order.paid",
        OrderShipped => "order.shipped",
        OrderRefunded => "order.refunded",
    }
}

crate::text_enum! {
    pub enum DeliveryStatus {
        Queued => "queued",
        Delivered => "delivered",
        /// Tried for two days without success.
        Failed => "failed",
    }
}

/// Where messages go, as its owner sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Endpoint {
    pub id: WebhookEndpointId,
    pub url: String,
    /// `whsec_…`: what signatures are made with.
    pub secret: String,
}

/// A message and what became of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Delivery {
    pub id: WebhookDeliveryId,
    pub url: String,
    pub event: WebhookEvent,
    pub status: DeliveryStatus,
    pub attempts: i32,
    pub response_status: Option<i16>,
    pub last_error: Option<String>,
    /// RFC 3339, UTC.
    pub created_at: String,
}

/// An address as it is typed.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct TypedEndpoint {
    pub url: String,
}
