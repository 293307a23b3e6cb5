//! How value types stand in Postgres. Kept here so that `#[cfg]` and `sqlx` stay out of the types themselves.

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgHasArrayType, PgTypeInfo, PgValueRef, Postgres};
use sqlx::{Decode, Encode, Type};

use super::*;

macro_rules! uuid_columns {
    ($($name:ident),* $(,)?) => {$(
        impl $name {
            /// A fresh id.
            #[expect(clippy::new_without_default, reason = "a default that differs each time would be a trap")]
            pub fn new() -> Self {
                Self(uuid::Uuid::now_v7())
            }
        }
        impl Type<Postgres> for $name {
            fn type_info() -> PgTypeInfo { <uuid::Uuid as Type<Postgres>>::type_info() }
        }
        impl PgHasArrayType for $name {
            fn array_type_info() -> PgTypeInfo { <uuid::Uuid as PgHasArrayType>::array_type_info() }
        }
        impl<'q> Encode<'q, Postgres> for $name {
            fn encode_by_ref(&self, buf: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> { <uuid::Uuid as Encode<Postgres>>::encode_by_ref(&self.0, buf) }
        }
        impl<'r> Decode<'r, Postgres> for $name {
            fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> { <uuid::Uuid as Decode<Postgres>>::decode(value).map(Self) }
        }
    )*};
}

uuid_columns! { UserId, SessionId, VendorId, CategoryId, ProductId, VariantId, PictureId, CartId, AddressId, OrderId, OrderPartId, OrderLineId, PaymentId, RefundId, DisputeId, MovementId, ReviewId, ImportId, MailId, AuditId, ApiTokenId, WebhookEndpointId, WebhookDeliveryId }

/// A `text` column for a type with `Display` and `FromStr`: value types, and the enums of features (see [`crate::text_enum`]).
#[macro_export]
macro_rules! text_column {
    ($($name:ty),* $(,)?) => {$(
        impl sqlx::Type<sqlx::Postgres> for $name {
            fn type_info() -> sqlx::postgres::PgTypeInfo { <String as sqlx::Type<sqlx::Postgres>>::type_info() }
            fn compatible(ty: &sqlx::postgres::PgTypeInfo) -> bool { <String as sqlx::Type<sqlx::Postgres>>::compatible(ty) }
        }
        impl<'q> sqlx::Encode<'q, sqlx::Postgres> for $name {
            fn encode_by_ref(&self, buf: &mut sqlx::postgres::PgArgumentBuffer) -> ::std::result::Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
                <String as sqlx::Encode<sqlx::Postgres>>::encode_by_ref(&self.to_string(), buf)
            }
        }
        impl<'r> sqlx::Decode<'r, sqlx::Postgres> for $name {
            fn decode(value: sqlx::postgres::PgValueRef<'r>) -> ::std::result::Result<Self, sqlx::error::BoxDynError> {
                Ok(<&str as sqlx::Decode<sqlx::Postgres>>::decode(value)?.parse()?)
            }
        }
    )*};
}

text_column! { Email, Slug, Currency }

impl Type<Postgres> for Quantity {
    fn type_info() -> PgTypeInfo {
        <i32 as Type<Postgres>>::type_info()
    }
}
impl<'q> Encode<'q, Postgres> for Quantity {
    fn encode_by_ref(&self, buf: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        <i32 as Encode<Postgres>>::encode_by_ref(&self.as_i32(), buf)
    }
}
impl<'r> Decode<'r, Postgres> for Quantity {
    fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(Self::try_from(i64::from(<i32 as Decode<Postgres>>::decode(value)?))?)
    }
}
