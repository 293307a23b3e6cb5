//! One valid request for each row of the policy: one line each. What may stand in curly braces is said in `fill.rs`.

pub use super::recipe::{Body, Recipe};
use super::recipe::{form, get};
use super::rest;
use super::things::Thing::{
    Account, Address, Application, AskingIntent, Category, Charge, DeliveredLine, DisabledAccount, Dispute, DraftOfShop, EmptyCategory,
    HeldProduct, ImportOfShop, Intent, Mail, Order, PaidIntent, PaidOrder, PaidOrderOfShop, Picture, PictureOfShop, Product, ProductId,
    ProductOfShop, Refund, ReviewOfShop, ReviewedLine, SandboxCustomer, SandboxEvent, Session, ShippedOrderOfShop, Shop, ShownReview,
    StockedProduct, TwoStepAccount, Variant,
};
use crate::policy::Row;

/// Everybody sends the same application but for the name, by which shops are told apart.
const APPLICATION: &[(&str, &str)] =
    &[("shop_name", "Shop {new}"), ("tagline", ""), ("story", "Boats."), ("city", "Porto"), ("country_code", "PT")];
/// Everybody's shop is as it was made.
const PROFILE: &[(&str, &str)] =
    &[("version", "1"), ("shop_name", "Shop {new}"), ("tagline", ""), ("story", "Boats."), ("city", "Porto"), ("country_code", "PT")];
const NEW_SHOP: &[(&str, &str)] = &[
    ("name", "Ada"),
    ("email", "{new}@people.example"),
    ("password", "{password}"),
    ("shop_name", "Shop {new}"),
    ("story", "Boats."),
    ("city", "Porto"),
    ("country_code", "PT"),
];
const PRODUCT: &[(&str, &str)] = &[
    ("name", "Teapot {new}"),
    ("slug", ""),
    ("category_id", "{category}"),
    ("summary", "For two."),
    ("description", ""),
    ("attributes", "Material: Stoneware"),
    ("tags", "tea"),
    ("variants[0][price]", "48.50"),
    ("variants[0][compare_at]", ""),
    ("variants[0][sku]", ""),
    ("variants[0][stock]", "5"),
];
const PRODUCT_FOR_SHOP: &[(&str, &str)] = &[
    ("shop", "{id}"),
    ("name", "Teapot {new}"),
    ("slug", ""),
    ("category_id", "{category}"),
    ("summary", "For two."),
    ("description", ""),
    ("tags", "tea"),
    ("variants[0][price]", "48.50"),
    ("variants[0][stock]", "5"),
];
const EDITED_PRODUCT: &[(&str, &str)] = &[
    ("product_id", "{id}"),
    ("version", "{secret}"),
    ("name", "Teapot"),
    ("slug", ""),
    ("category_id", "{category}"),
    ("summary", "For two."),
    ("description", ""),
    ("attributes", ""),
    ("tags", "tea"),
    ("options[0][name]", "Size"),
    ("options[0][values]", "S, M"),
];
const COUNT: &[(&str, &str)] = &[
    ("product_id", "{id}"),
    ("reason", "counted"),
    ("note", ""),
    ("counts[0][id]", "{secret}"),
    ("counts[0][seen]", "5"),
    ("counts[0][count]", "6"),
];
const PRICE: &[(&str, &str)] =
    &[("product_id", "{id}"), ("variant_id", "{secret}"), ("seen", "15.00"), ("price", "16"), ("place", "status=draft")];
/// Where a vendor's and an admin's steps lead.
const EDITORS: &[&str] = &["/vendor/products/*", "/admin/products/*"];
const LISTS: &[&str] = &["/vendor/products", "/admin/products"];
const SAVED_CATEGORY: &[(&str, &str)] =
    &[("category_id", "{id}"), ("name", "Tea {new}"), ("slug", ""), ("description", ""), ("parent_id", ""), ("position", "3")];
const NEW_ADDRESS: &[(&str, &str)] = &[
    ("name", "Ada"),
    ("line1", "2 Mill Lane"),
    ("line2", ""),
    ("city", "London"),
    ("region", ""),
    ("postal_code", "N1"),
    ("country_code", "GB"),
];
const CHANGED_ADDRESS: &[(&str, &str)] = &[
    ("address_id", "{id}"),
    ("name", "Ada {new}"),
    ("line1", "2 Mill Lane"),
    ("line2", ""),
    ("city", "London"),
    ("region", ""),
    ("postal_code", "N1"),
    ("country_code", "GB"),
];
const ADDRESSES: &[&str] = &["/account/addresses"];

const RECIPES: &[Recipe] = &[
    get("/"),
    get("/products"),
    get("/category/{slug}").about(Category),
    get("/search").url("/search?q=cup"),
    get("/product/{slug}").about(Product),
    get("/product/{slug}/reviews").about(Product),
    get("/reviews/{review}/report").about(ShownReview),
    get("/shop/{slug}").about(Shop),
    get("/cart"),
    get("/wishlist"),
    get("/sell"),
    get("/sign-in").leads_to(&["/"]),
    get("/sign-up").leads_to(&["/"]),
    get("/forgot-password"),
    get("/reset-password").url("/reset-password?token={reset_token}"),
    get("/sign-in/code").leads_to(&["/", "/sign-in"]),
    get("/confirm-email").url("/confirm-email?token={confirm_token}"),
    get("/checkout").with_cart(),
    get("/checkout/review").url("/checkout/review?address={id}").about(Address).with_cart(),
    get("/checkout/{order}/pay").about(Order),
    get("/orders/{order}/thanks").about(Order),
    get("/account"),
    get("/account/security"),
    get("/account/two-step"),
    get("/account/close"),
    get("/account/export"),
    get("/account/addresses"),
    get("/account/addresses/{address}").about(Address),
    get("/account/orders"),
    get("/account/orders/{order}").about(Order),
    get("/account/orders/{order}/invoice").about(PaidOrder),
    // Whose shop is open or suspended is shown where it stands, and who has none how to get one.
    get("/sell/sign-up").leads_to(&["/sell/apply"]),
    get("/sell/apply").leads_to(&["/vendor"]),
    get("/vendor").leads_to(&["/sell"]),
    get("/vendor/settings"),
    get("/vendor/products"),
    get("/vendor/products/new"),
    get("/vendor/products/import"),
    get("/vendor/products/import/{import}").about(ImportOfShop),
    get("/vendor/products/{product}").about(ProductOfShop),
    get("/vendor/products/{product}/stock").about(ProductOfShop),
    get("/vendor/products/{product}/preview").about(ProductOfShop),
    get("/admin/vendors"),
    get("/admin/vendors/{vendor}").about(Application),
    get("/admin/users"),
    get("/admin/users/{user}").about(Account),
    get("/admin/categories"),
    get("/admin/categories/{category}").about(EmptyCategory),
    get("/admin/products"),
    get("/admin/products/new").url("/admin/products/new?vendor={shop}"),
    get("/admin/products/{product}").about(ProductOfShop),
    get("/admin/products/{product}/stock").about(ProductOfShop),
    get("/admin/products/{product}/preview").about(ProductOfShop),
    get("/account/orders/{order}/lines/{line}/review").about(DeliveredLine),
    get("/vendor/reviews"),
    get("/vendor/reviews/{review}").about(ReviewOfShop),
    get("/admin/reviews"),
    get("/admin/reviews/{review}").about(ReviewOfShop),
    get("/vendor/orders"),
    get("/vendor/orders/{order}").about(PaidOrderOfShop),
    get("/vendor/orders/{order}/slip").about(PaidOrderOfShop),
    get("/admin/orders"),
    get("/admin/orders/{order}").about(PaidOrderOfShop),
    get("/admin/orders/{order}/invoice").about(PaidOrderOfShop),
    get("/admin/disputes"),
    get("/dev/mail"),
    get("/dev/mail/{id}").about(Mail),
    // ui, accounts
    form("/api/theme", &[("theme", "dark")]),
    form("/api/accounts/sign-in", &[("email", "{known}"), ("password", "{password}")]),
    form("/api/accounts/sign-up", &[("name", "Ada"), ("email", "{new}@people.example"), ("password", "{password}")])
        .leads_to(&["/sign-in"]),
    form("/api/accounts/second-step", &[("code", "123456")]),
    form("/api/accounts/sign-out", &[]),
    form("/api/accounts/confirm-email", &[("token", "{confirm_token}")]).leads_to(&["/confirm-email"]),
    form("/api/accounts/send-confirmation", &[]).leads_to(&["/account"]),
    form("/api/accounts/rename", &[("name", "Grace")]).leads_to(&["/account"]),
    form("/api/accounts/change-email", &[("email", "{new}@people.example"), ("current_password", "{password}")]).leads_to(&["/account"]),
    form("/api/accounts/change-password", &[("current_password", "{password}"), ("password", "eleven paper boats adrift")])
        .leads_to(&["/account/security"]),
    form("/api/accounts/end-session", &[("session_id", "{id}")]).about(Session).leads_to(&["/account/security"]),
    form("/api/accounts/sign-out-everywhere", &[]).leads_to(&["/sign-in"]),
    form("/api/accounts/addresses/keep", NEW_ADDRESS).leads_to(ADDRESSES),
    form("/api/accounts/addresses/save", CHANGED_ADDRESS).about(Address).leads_to(ADDRESSES),
    form("/api/accounts/addresses/choose-default", &[("address_id", "{id}")]).about(Address).leads_to(ADDRESSES),
    form("/api/accounts/addresses/delete", &[("address_id", "{id}")]).about(Address).leads_to(ADDRESSES),
    form("/api/accounts/two-step/start", &[("current_password", "{password}")]).leads_to(&["/account/two-step"]),
    form("/api/accounts/two-step/turn-on", &[("code", "123456")]),
    form("/api/accounts/two-step/turn-off", &[("current_password", "{password}")]).leads_to(&["/account/security"]),
    form("/api/accounts/disable", &[("user_id", "{id}"), ("reason", "No.")]).about(Account).leads_to(&["/admin/users/*"]),
    form("/api/accounts/enable", &[("user_id", "{id}")]).about(DisabledAccount).leads_to(&["/admin/users/*"]),
    form("/api/accounts/role", &[("user_id", "{id}"), ("seen", "customer"), ("next", "admin")])
        .about(Account)
        .leads_to(&["/admin/users/*"]),
    form("/api/accounts/two-step/reset", &[("user_id", "{id}")]).about(TwoStepAccount).leads_to(&["/admin/users/*"]),
    form("/api/accounts/forgot-password", &[("email", "{somebody}")]).leads_to(&["/forgot-password"]),
    form("/api/accounts/reset-password", &[("token", "{reset_token}"), ("password", "{password}")]).leads_to(&["/sign-in"]),
    // vendors
    form("/api/vendors/sign-up", NEW_SHOP).leads_to(&["/sign-in"]),
    form("/api/vendors/apply", APPLICATION).leads_to(&["/vendor"]),
    form("/api/vendors/save-profile", PROFILE).leads_to(&["/vendor/settings"]),
    form("/api/vendors/set-shipping", &[("shipping", "4.90"), ("free_from", "50")]).leads_to(&["/vendor/settings"]),
    form("/api/vendors/decide", &[("vendor_id", "{id}"), ("seen", "pending"), ("next", "approved")])
        .about(Application)
        .leads_to(&["/admin/vendors/*"]),
    // catalogue, wishlist, cart
    get("/api/catalogue/suggest").url("/api/catalogue/suggest?q=cup"),
    form("/api/catalogue/create-product", PRODUCT).leads_to(&["/vendor/products/*"]),
    form("/api/catalogue/create-product-for", PRODUCT_FOR_SHOP).about(Application).leads_to(EDITORS),
    form("/api/catalogue/save-product", EDITED_PRODUCT).about(ProductOfShop).leads_to(EDITORS),
    form("/api/catalogue/duplicate-product", &[("product_id", "{id}")]).about(ProductOfShop).leads_to(EDITORS),
    form("/api/catalogue/set-price", PRICE).about(StockedProduct).leads_to(LISTS),
    form("/api/catalogue/correct-stock", COUNT).about(StockedProduct).leads_to(EDITORS),
    form("/api/catalogue/publish-product", &[("product_id", "{id}"), ("seen", "draft")]).about(DraftOfShop).leads_to(EDITORS),
    form("/api/catalogue/unpublish-product", &[("product_id", "{id}")]).about(ProductOfShop).leads_to(EDITORS),
    form("/api/catalogue/archive-product", &[("product_id", "{id}"), ("seen", "published")]).about(ProductOfShop).leads_to(EDITORS),
    form("/api/catalogue/delete-product", &[("product_id", "{id}"), ("seen", "published")]).about(ProductOfShop).leads_to(LISTS),
    form("/api/catalogue/hold-product", &[("product_id", "{id}"), ("seen", "published"), ("reason", "No.")])
        .about(ProductOfShop)
        .leads_to(EDITORS),
    form("/api/catalogue/release-product", &[("product_id", "{id}")]).about(HeldProduct).leads_to(EDITORS),
    form("/api/catalogue/describe-pictures", &[("product_id", "{secret}"), ("pictures[0][id]", "{id}"), ("pictures[0][alt]", "A cup")])
        .about(PictureOfShop)
        .leads_to(EDITORS),
    form("/api/catalogue/arrange-pictures", &[("product_id", "{secret}"), ("order", "{id}")]).about(PictureOfShop).leads_to(EDITORS),
    form("/api/catalogue/remove-picture", &[("product_id", "{secret}"), ("picture_id", "{id}")]).about(PictureOfShop).leads_to(EDITORS),
    Recipe::new("POST", "/vendor/products/{product}/pictures", Body::Picture).about(ProductOfShop),
    form(
        "/api/catalogue/create-category",
        &[("name", "Tea {new}"), ("slug", ""), ("description", ""), ("parent_id", ""), ("position", "3")],
    )
    .leads_to(&["/admin/categories"]),
    form("/api/catalogue/save-category", SAVED_CATEGORY).about(EmptyCategory).leads_to(&["/admin/categories/*"]),
    form("/api/catalogue/delete-category", &[("category_id", "{id}")]).about(EmptyCategory).leads_to(&["/admin/categories"]),
    form("/api/catalogue/run-import", &[("import_id", "{id}")]).about(ImportOfShop).leads_to(&["/vendor/products/import/*"]),
    Recipe::new("POST", "/vendor/products/import", Body::File("handle,name,category,price\ncup,Cup,cups,15\n"))
        .leads_to(&["/vendor/products/import/*"]),
    get("/vendor/products/export"),
    form("/api/wishlist/save", &[("product_id", "{id}"), ("saved", "true")]).about(ProductId),
    form("/api/cart/add", &[("variant_id", "{id}"), ("quantity", "1")]).about(Variant),
    form("/api/cart/set-quantity", &[("variant_id", "{id}"), ("quantity", "2")]).about(Variant).leads_to(&["/cart"]),
    // What is not in the cart counts as taken out, so there is nothing to be told apart.
    form("/api/cart/remove", &[("variant_id", "{variant}")]).with_cart().leads_to(&["/cart"]),
    form("/api/cart/save-for-later", &[("variant_id", "{variant}")]).with_cart().leads_to(&["/cart"]),
    form("/api/cart/move-from-wishlist", &[("variant_id", "{variant}")]).leads_to(&["/wishlist"]),
    get("/api/cart/counts"),
    // reviews
    form("/api/reviews/save", &[("line_id", "{id}"), ("rating", "4"), ("title", "Good"), ("body", "It pours well.")])
        .about(DeliveredLine)
        .leads_to(&["/account/orders/*"]),
    form("/api/reviews/delete", &[("line_id", "{id}")]).about(ReviewedLine).leads_to(&["/account/orders/*"]),
    form("/api/reviews/reply", &[("review_id", "{id}"), ("reply", "Thank you.")]).about(ReviewOfShop).leads_to(&["/vendor/reviews/*"]),
    form("/api/reviews/remove-reply", &[("review_id", "{id}")]).about(ReviewOfShop).leads_to(&["/vendor/reviews/*"]),
    form("/api/reviews/report", &[("review_id", "{id}"), ("reason", "off_topic")]).about(ShownReview).leads_to(&["/reviews/*"]),
    form("/api/reviews/moderate", &[("review_id", "{id}"), ("seen", "{secret}"), ("decision", "hide"), ("reason", "No.")])
        .about(ReviewOfShop)
        .leads_to(&["/admin/reviews/*"]),
    // checkout
    form("/api/checkout/add-address", NEW_ADDRESS).leads_to(&["/checkout/review"]),
    form("/api/checkout/choose-address", &[("address_id", "{id}")]).about(Address).leads_to(&["/checkout/review"]),
    form("/api/checkout/place-order", &[("address_id", "{id}"), ("fingerprint", "{confirmed}")])
        .about(Address)
        .with_cart()
        .leads_to(&["/checkout/*"]),
    form("/api/checkout/progress", &[("order_id", "{id}")]).about(Order),
    form("/api/checkout/cancel-unpaid", &[("order_id", "{id}")]).about(Order).leads_to(&["/account/orders/*"]),
    form("/api/checkout/cancel-paid", &[("order_id", "{id}")]).about(PaidOrder).leads_to(&["/account/orders/*"]),
    form("/api/checkout/ship-part", &[("order_id", "{id}"), ("carrier", "CTT"), ("tracking", "1")])
        .about(PaidOrderOfShop)
        .leads_to(&["/vendor/orders/*"]),
    form("/api/checkout/deliver-part", &[("order_id", "{id}")]).about(ShippedOrderOfShop).leads_to(&["/vendor/orders/*"]),
    form("/api/checkout/cancel-part", &[("order_id", "{id}"), ("reason", "Gone.")]).about(PaidOrderOfShop).leads_to(&["/vendor/orders/*"]),
    form(
        "/api/checkout/refund",
        &[("order_id", "{id}"), ("lines[0][line_id]", "{id}"), ("lines[0][quantity]", "1"), ("reason", "duplicate"), ("restock", "yes")],
    )
    .about(PaidOrderOfShop)
    .leads_to(&["/admin/orders/*"]),
    form("/api/checkout/decide-review", &[("order_id", "{id}"), ("verdict", "accept")])
        .about(PaidOrderOfShop)
        .leads_to(&["/admin/orders/*"]),
    // privacy: a vendor's shop must be closed first
    form("/api/privacy/close-account", &[("current_password", "{password}")]).leads_to(&["/sign-in"]),
    // platform, media, webhook
    get("/health/live"),
    get("/health/ready"),
    get("/metrics"),
    get("/media/{id}/{file}").url("/media/{id}/320.webp").about(Picture),
    get("/robots.txt"),
    get("/sitemap.xml"),
    get("/sitemap/{part}").url("/sitemap/places.xml"),
    get("/feed.atom"),
    Recipe::new("POST", "/webhooks/stripe", Body::Event),
    // sandbox
    get("/_stripe/v3.js"),
    get("/_stripe/v3.css"),
    get("/_stripe/3ds/{id}").url("/_stripe/3ds/{id}?client_secret={secret}").about(AskingIntent),
    form("/_stripe/3ds/{id}", &[("client_secret", "{secret}"), ("outcome", "complete")])
        .about(AskingIntent)
        .leads_to(&["/orders/1/thanks"]),
    form("/_stripe/v1/payment_intents", &[("amount", "1500"), ("currency", "usd")]),
    get("/_stripe/v1/payment_intents/{id}").about(Intent),
    form("/_stripe/v1/payment_intents/{id}", &[("description", "Cups")]).about(Intent),
    form("/_stripe/v1/payment_intents/{id}/confirm", &[("payment_method", "pm_card_visa")]).about(Intent),
    form("/_stripe/v1/payment_intents/{id}/cancel", &[]).about(Intent),
    form("/_stripe/v1/payment_intents/{id}/authenticate", &[("client_secret", "{secret}"), ("outcome", "complete")]).about(AskingIntent),
    get("/_stripe/v1/refunds"),
    form("/_stripe/v1/refunds", &[("payment_intent", "{id}")]).about(PaidIntent),
    get("/_stripe/v1/refunds/{id}").about(Refund),
    get("/_stripe/v1/disputes"),
    get("/_stripe/v1/disputes/{id}").about(Dispute),
    form("/_stripe/v1/disputes/{id}/close", &[]).about(Dispute),
    form("/_stripe/v1/customers", &[("name", "Ada")]),
    get("/_stripe/v1/customers/{id}").about(SandboxCustomer),
    get("/_stripe/v1/charges"),
    get("/_stripe/v1/charges/{id}").about(Charge),
    get("/_stripe/v1/events"),
    get("/_stripe/v1/events/{id}").about(SandboxEvent),
    get("/_stripe/test/switches"),
    form("/_stripe/test/switches", &[("webhooks", "drop")]),
    get("/_stripe/v1/{*rest}").url("/_stripe/v1/nonsense"),
    form("/_stripe/v1/{*rest}", &[("amount", "1500")]).url("/_stripe/v1/nonsense"),
];

/// The recipe for a row.
pub fn of(row: &Row) -> Option<&'static Recipe> {
    let more = super::dashboards::RECIPES.iter().chain(super::figures::RECIPES).chain(rest::RECIPES);
    RECIPES.iter().chain(more).find(|recipe| (recipe.method, recipe.path) == (row.method, row.path))
}
