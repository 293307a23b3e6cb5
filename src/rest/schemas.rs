//! How value types and names of features stand in the API's document. Kept here so that they need not know of it.

use std::borrow::Cow;

use serde_json::json;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use crate::accounts::Role;
use crate::analytics::{Grain, Preset};
use crate::catalogue::{CountReason, Cursor, MovementKind, ProductStatus, Sort};
use crate::checkout::differing::Verdict;
use crate::checkout::refund::RefundCause;
use crate::orders::{Fulfilment, OrderStatus};
use crate::values::{
    AddressId, AuditId, CategoryId, Currency, FieldProblem, Money, MovementId, OrderId, OrderLineId, OrderPartId, PictureId, ProductId,
    RefundId, ReviewId, Slug, UserId, VariantId, VendorId,
};
use crate::vendors::VendorStatus;

fn uuid() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::Custom("uuid".to_owned())))
}

macro_rules! schemas {
    ($($type:ident: $schema:expr;)*) => {$(
        impl PartialSchema for $type {
            fn schema() -> RefOr<Schema> {
                $schema.into()
            }
        }
        impl ToSchema for $type {
            fn name() -> Cow<'static, str> {
                stringify!($type).into()
            }
        }
    )*};
}

/// Sets of names: see [`crate::text_enum`].
macro_rules! names {
    ($($type:ident),* $(,)?) => {
        schemas! {$($type: ObjectBuilder::new().schema_type(Type::String).enum_values(Some($type::ALL.iter().map(|name| name.as_str())));)*}
    };
}

names! { Role, Grain, Preset, VendorStatus, OrderStatus, Fulfilment, ProductStatus, Sort, CountReason, MovementKind, RefundCause, Verdict }

schemas! {
    AddressId: uuid();
    AuditId: uuid();
    CategoryId: uuid();
    MovementId: uuid();
    OrderId: uuid();
    OrderLineId: uuid();
    OrderPartId: uuid();
    PictureId: uuid();
    ProductId: uuid();
    RefundId: uuid();
    ReviewId: uuid();
    UserId: uuid();
    VariantId: uuid();
    VendorId: uuid();
    Slug: ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[a-z0-9]+(-[a-z0-9]+)*$")).max_length(Some(120));
    Cursor: ObjectBuilder::new().schema_type(Type::String).description(Some("Opaque: `next` of the page before."));
    Currency: ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[A-Z]{3}$")).description(Some("ISO 4217."));
    FieldProblem: ObjectBuilder::new().schema_type(Type::String).description(Some("Stable: programs decide by it."));
    Money: ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some("Minor units: cents of USD, whole yen of JPY."))
        .property("amount_minor", ObjectBuilder::new().schema_type(Type::Integer).format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64))))
        .property("currency", Ref::from_schema_name("Currency"))
        .required("amount_minor")
        .required("currency")
        .examples([json!({ "amount_minor": 4850, "currency": "USD" })]);
}
