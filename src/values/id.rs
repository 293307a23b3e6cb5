use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Typed ids: a product's id cannot be passed where an order's is wanted. New ones are UUIDv7, so that they sort by age and index well;
/// only the server makes them (`new` stands in `sql.rs`).
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(s: &str) -> Result<Self, Self::Err> {
                s.parse().map(Self)
            }
        }
    )*};
}

ids! { UserId, SessionId, VendorId, CategoryId, ProductId, VariantId, PictureId, CartId, AddressId, OrderId, OrderPartId, OrderLineId, PaymentId, RefundId, DisputeId, MovementId, ReviewId, ImportId, MailId, AuditId, ApiTokenId, WebhookEndpointId, WebhookDeliveryId }
