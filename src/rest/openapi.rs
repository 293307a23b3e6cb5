//! The API's document (OpenAPI 3.1), made of the handlers and of the types that they read and write.

use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use utoipa::OpenApi;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, PathItem, Ref, RefOr, Required};

use super::problem::Problem;
use super::{
    PREFIX, addresses, admin_audit, admin_orders, admin_products, admin_users, analytics, auth, cart, catalogue, checkout, orders, reviews,
    vendor_goods, vendor_orders, vendor_products, vendors, wishlist,
};
use crate::analytics::Preset;
use crate::catalogue::Sort;
use crate::values::Currency;

#[derive(OpenApi)]
#[openapi(
    info(title = "Souk", version = "1", description = include_str!("openapi.md")),
    servers((url = "/api/v1")),
    security(("bearer" = [])),
    components(schemas(Problem, Currency, Preset, Sort)),
    tags(
        (name = "Sessions", description = "Signing up and in."),
        (name = "Catalogue", description = "What everybody may read."),
        (name = "Shopping", description = "Cart, wishlist, addresses and checkout."),
        (name = "Orders", description = "What a customer ordered."),
        (name = "Vendors", description = "What a shop sells and sends."),
        (name = "Admins", description = "What admins see and decide."),
    ),
    paths(
        auth::register, auth::token, auth::second_factor, auth::refresh, auth::logout, auth::me,
        catalogue::products, catalogue::product, reviews::of_product, catalogue::categories, catalogue::vendor,
        cart::show, cart::add, cart::change, cart::remove,
        wishlist::list, wishlist::save, wishlist::forget,
        addresses::list, addresses::add, addresses::change, addresses::delete,
        checkout::review, checkout::place, checkout::payment,
        orders::list, orders::show, orders::cancel, reviews::write, reviews::delete,
        vendors::apply, vendors::profile, vendors::change_profile,
        vendor_products::list, vendor_products::create, vendor_products::show, vendor_products::change, vendor_products::delete,
        vendor_products::set_status,
        vendor_goods::add_picture, vendor_goods::describe_picture, vendor_goods::remove_picture, vendor_goods::arrange_pictures,
        vendor_goods::correct_stock, vendor_goods::movements,
        vendor_orders::list, vendor_orders::show, vendor_orders::ship, vendor_orders::deliver, vendor_orders::cancel,
        vendors::list, vendors::show, vendors::decide,
        admin_products::list, admin_products::show, admin_products::unpublish, admin_products::delete, admin_products::hold,
        admin_products::release,
        admin_orders::list, admin_orders::show, admin_orders::refund, admin_orders::decide,
        admin_users::list, admin_users::show, admin_users::disable, admin_users::enable, admin_users::set_role,
        admin_audit::list, analytics::vendor, analytics::admin,
    ),
)]
struct Document;

/// As it is served.
static JSON: LazyLock<String> = LazyLock::new(|| document().to_json().unwrap_or_default());

/// `GET /openapi.json`
pub async fn serve() -> Response {
    let mut response = JSON.as_str().into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    response
}

/// The document, with what holds for all operations alike.
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = Document::openapi();
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            complete(path, method, operation);
        }
    }
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(
        "The `access_token` of `POST /auth/token`, good for ten minutes; or, for what vendors do, a token made at `/vendor/api-tokens`.",
    ));
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("bearer", SecurityScheme::Http(scheme.build()));
    document
}

/// Those of a path, with the names of their methods.
pub fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let all = [
        ("get", item.get.as_mut()),
        ("put", item.put.as_mut()),
        ("post", item.post.as_mut()),
        ("patch", item.patch.as_mut()),
        ("delete", item.delete.as_mut()),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation?)))
}

fn complete(path: &str, method: &str, operation: &mut Operation) {
    let name = |part: &str| part.trim_matches(['{', '}']).replace('-', "_");
    operation.operation_id = Some(format!("{method}{}", path.split('/').map(name).collect::<Vec<_>>().join("_")));
    let parameters = operation.parameters.get_or_insert_default();
    for placeholder in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
        parameters.push(path_parameter(placeholder).into());
    }
    if method == "post" && !path.starts_with("/auth/") {
        parameters.push(idempotency_key().into());
    }
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let problem = ResponseBuilder::new().description("Why it was not done.").content("application/problem+json", content).build();
    operation.responses.responses.insert("default".to_owned(), RefOr::T(problem));
}

fn path_parameter(name: &str) -> Parameter {
    let schema = ObjectBuilder::new().schema_type(Type::String);
    let schema = if name == "slug" { schema } else { schema.format(Some(SchemaFormat::Custom("uuid".to_owned()))) };
    ParameterBuilder::new().name(name).parameter_in(ParameterIn::Path).required(Required::True).schema(Some(schema)).build()
}

fn idempotency_key() -> Parameter {
    let schema = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(255)).pattern(Some("^[!-~]+$"));
    let parameter = ParameterBuilder::new().name("Idempotency-Key").parameter_in(ParameterIn::Header).required(Required::False);
    parameter
        .description(Some("A name for this request that you make up; sent again under it, it is done once."))
        .schema(Some(schema))
        .build()
}

/// Where the document's paths begin.
pub fn full_path(path: &str) -> String {
    format!("{PREFIX}{path}")
}
