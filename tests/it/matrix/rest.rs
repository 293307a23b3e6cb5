//! One valid request for each row of the API.

use super::programs::ProgramThing;
use super::recipe::{Body, Recipe, form, get, json};
use super::things::Thing::{
    Account, Address, Application, DeliveredLine, DisabledAccount, DraftOfShop, HeldProduct, Order, PaidOrder, PaidOrderOfShop,
    PictureOfShop, Product, ProductId, ProductOfShop, Program, ReviewedLine, ShippedOrderOfShop, Shop, StockedProduct, Variant,
};

const fn bare(method: &'static str, path: &'static str) -> Recipe {
    Recipe::new(method, path, Body::None)
}

const fn with(method: &'static str, path: &'static str, body: &'static str) -> Recipe {
    Recipe::new(method, path, Body::Json(body))
}

const PRODUCT: &str = r#"{"name":"Teapot {new}","slug":"teapot-{new}","category":"{category_slug}","attributes":[{"name":"Material","value":"Stoneware"}],
    "tags":["tea"],"price":{"amount_minor":4850,"currency":"USD"},"stock":5}"#;
const ANY_VARIANT: &str = "/api/v1/cart/items/00000000-0000-7000-8000-000000000000";
const ANY_PRODUCT: &str = "/api/v1/wishlist/00000000-0000-7000-8000-000000000000";

pub const RECIPES: &[Recipe] = &[
    json("/api/v1/auth/register", r#"{"name":"Ada","email":"{new}@people.example","password":"{password}"}"#),
    json("/api/v1/auth/token", r#"{"email":"{known}","password":"{password}"}"#),
    json("/api/v1/auth/token/second-factor", r#"{"challenge":"none of ours","code":"123456"}"#),
    json("/api/v1/auth/token/refresh", r#"{"refresh_token":"{refresh_token}"}"#),
    bare("POST", "/api/v1/auth/logout"),
    get("/api/v1/me"),
    get("/api/v1/openapi.json"),
    get("/api/v1/products").url("/api/v1/products?q=cup"),
    get("/api/v1/products/{slug}").about(Product),
    get("/api/v1/products/{slug}/reviews").url("/api/v1/products/{id}/reviews").about(Product),
    get("/api/v1/categories"),
    get("/api/v1/vendors/{slug}").about(Shop),
    // shopping
    get("/api/v1/cart").with_cart(),
    json("/api/v1/cart/items", r#"{"variant_id":"{id}","quantity":1}"#).about(Variant),
    with("PATCH", "/api/v1/cart/items/{id}", r#"{"quantity":2}"#).about(Variant),
    // What is not there counts as taken out.
    bare("DELETE", "/api/v1/cart/items/{id}").url(ANY_VARIANT),
    get("/api/v1/wishlist"),
    bare("PUT", "/api/v1/wishlist/{product_id}").about(ProductId),
    bare("DELETE", "/api/v1/wishlist/{product_id}").url(ANY_PRODUCT),
    get("/api/v1/addresses"),
    json("/api/v1/addresses", r#"{"name":"Ada","line1":"1 Mill Lane","city":"London","country_code":"GB"}"#),
    with("PATCH", "/api/v1/addresses/{id}", r#"{"line2":"Flat {new}"}"#).about(Address),
    bare("DELETE", "/api/v1/addresses/{id}").about(Address),
    get("/api/v1/checkout").url("/api/v1/checkout?address_id={id}").about(Address).with_cart(),
    json("/api/v1/checkout", r#"{"address_id":"{id}","fingerprint":"{confirmed}"}"#).about(Address).with_cart(),
    get("/api/v1/orders"),
    get("/api/v1/orders/{id}").about(Order),
    bare("POST", "/api/v1/orders/{id}/payment").about(Order),
    bare("POST", "/api/v1/orders/{id}/cancel").about(PaidOrder),
    with("PUT", "/api/v1/order-lines/{id}/review", r#"{"rating":5,"title":"Good","body":"It holds tea."}"#).about(DeliveredLine),
    bare("DELETE", "/api/v1/order-lines/{id}/review").about(ReviewedLine),
    // vendors
    json("/api/v1/vendor/application", r#"{"shop_name":"Shop {new}","story":"Boats.","city":"Porto","country_code":"PT"}"#),
    get("/api/v1/vendor/profile"),
    with("PATCH", "/api/v1/vendor/profile", r#"{"shop_name":"Shop {new}","story":"Boats.","city":"Porto","country_code":"PT"}"#)
        .version(r#""1""#),
    get("/api/v1/vendor/products"),
    json("/api/v1/vendor/products", PRODUCT),
    get("/api/v1/vendor/products/{id}").about(ProductOfShop),
    with("PATCH", "/api/v1/vendor/products/{id}", r#"{"slug":"teapot-{new}","summary":"For two."}"#).about(ProductOfShop).seen(),
    bare("DELETE", "/api/v1/vendor/products/{id}").about(ProductOfShop).seen(),
    json("/api/v1/vendor/products/{id}/status", r#"{"seen":"draft","next":"published"}"#).about(DraftOfShop),
    Recipe::new("POST", "/api/v1/vendor/products/{id}/pictures", Body::BarePicture).about(ProductOfShop),
    with("PATCH", "/api/v1/vendor/products/{id}/pictures/{picture_id}", r#"{"alt":"A cup"}"#)
        .url("/api/v1/vendor/products/{secret}/pictures/{id}")
        .about(PictureOfShop),
    bare("DELETE", "/api/v1/vendor/products/{id}/pictures/{picture_id}")
        .url("/api/v1/vendor/products/{secret}/pictures/{id}")
        .about(PictureOfShop),
    with("PUT", "/api/v1/vendor/products/{id}/picture-order", r#"{"pictures":["{id}"]}"#)
        .url("/api/v1/vendor/products/{secret}/picture-order")
        .about(PictureOfShop),
    json(
        "/api/v1/vendor/products/{id}/stock-corrections",
        r#"{"reason":"counted","counts":[{"variant_id":"{secret}","seen":5,"count":6}]}"#,
    )
    .about(StockedProduct),
    get("/api/v1/vendor/products/{id}/stock-movements").about(ProductOfShop),
    get("/api/v1/vendor/analytics").url("/api/v1/vendor/analytics?range=7d&by=day"),
    get("/api/v1/vendor/orders"),
    get("/api/v1/vendor/orders/{id}").about(PaidOrderOfShop),
    json("/api/v1/vendor/orders/{id}/ship", r#"{"carrier":"CTT","tracking":"AB 123"}"#).about(PaidOrderOfShop),
    bare("POST", "/api/v1/vendor/orders/{id}/deliver").about(ShippedOrderOfShop),
    json("/api/v1/vendor/orders/{id}/cancel", r#"{"reason":"Gone."}"#).about(PaidOrderOfShop),
    // admins
    get("/api/v1/admin/vendors"),
    get("/api/v1/admin/vendors/{id}").about(Application),
    json("/api/v1/admin/vendors/{id}/decision", r#"{"seen":"pending","next":"approved"}"#).about(Application),
    get("/api/v1/admin/products"),
    get("/api/v1/admin/products/{id}").about(ProductOfShop),
    bare("DELETE", "/api/v1/admin/products/{id}").about(ProductOfShop).seen(),
    bare("POST", "/api/v1/admin/products/{id}/unpublish").about(ProductOfShop),
    json("/api/v1/admin/products/{id}/hold", r#"{"seen":"published","reason":"No."}"#).about(ProductOfShop),
    bare("POST", "/api/v1/admin/products/{id}/release").about(HeldProduct),
    get("/api/v1/admin/orders"),
    get("/api/v1/admin/orders/{id}").about(PaidOrderOfShop),
    json("/api/v1/admin/orders/{id}/refunds", r#"{"lines":[{"line_id":"{id}","quantity":1}],"reason":"duplicate","restock":true}"#)
        .about(PaidOrderOfShop),
    json("/api/v1/admin/orders/{id}/verdict", r#"{"verdict":"give_back"}"#).about(PaidOrderOfShop),
    get("/api/v1/admin/analytics"),
    get("/api/v1/admin/audit").url("/api/v1/admin/audit?action=product"),
    get("/api/v1/admin/users"),
    get("/api/v1/admin/users/{id}").about(Account),
    json("/api/v1/admin/users/{id}/disable", r#"{"reason":"No."}"#).about(Account),
    bare("POST", "/api/v1/admin/users/{id}/enable").about(DisabledAccount),
    json("/api/v1/admin/users/{id}/role", r#"{"seen":"customer","next":"admin"}"#).about(Account),
    get("/api/v1/{*rest}").url("/api/v1/no/such/thing"),
    // the pages about it
    get("/api/docs"),
    get("/vendor/api-tokens"),
    get("/vendor/webhooks"),
    form("/api/vendors/api-tokens/create", &[("program_name", "Stock"), ("read_products", "yes")]).leads_to(&["/vendor/api-tokens"]),
    form("/api/vendors/api-tokens/revoke", &[("token_id", "{id}")])
        .about(Program(ProgramThing::ApiToken))
        .leads_to(&["/vendor/api-tokens"]),
    form("/api/webhooks/add", &[("url", "https://hooks.example/{new}")]).leads_to(&["/vendor/webhooks"]),
    form("/api/webhooks/remove", &[("endpoint_id", "{id}")]).about(Program(ProgramThing::WebhookEndpoint)).leads_to(&["/vendor/webhooks"]),
    form("/api/webhooks/resend", &[("delivery_id", "{id}")]).about(Program(ProgramThing::WebhookDelivery)).leads_to(&["/vendor/webhooks"]),
];
