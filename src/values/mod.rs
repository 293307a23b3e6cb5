//! Pure value types for both targets: what a value of them says is true, because nothing else can be built.
//!
//! What a human types stays a `String` in a form until `parse` turns it into one of these; ids, quantities and slugs parse while decoding.

mod address;
mod email;
mod field_errors;
mod grouped;
mod id;
mod least_charge;
mod like_literal;
mod money;
mod nothing_else;
mod page;
mod percent_encoded;
mod quantity;
mod rows;
mod slug;
mod text_enum;
#[cfg(feature = "ssr")]
mod sql;

pub use address::{Address, COUNTRIES, country_name};
pub use email::Email;
pub use field_errors::{FieldErrors, FieldProblem};
pub use grouped::grouped;
pub use id::{
    AddressId, ApiTokenId, AuditId, CartId, CategoryId, DisputeId, ImportId, MailId, MovementId, OrderId, OrderLineId, OrderPartId,
    PaymentId, PictureId, ProductId, RefundId, ReviewId, SessionId, UserId, VariantId, VendorId, WebhookDeliveryId, WebhookEndpointId,
};
pub use least_charge::LEAST_CHARGES;
pub use like_literal::like_literal;
pub use money::{Currency, MAX_CHARGE_MINOR, Money, MoneyError};
pub use nothing_else::NothingElse;
pub use page::PageNumber;
pub use percent_encoded::percent_encoded;
pub use quantity::{Quantity, QuantityError};
pub use rows::rows;
pub use slug::Slug;
pub use text_enum::UnknownName;
