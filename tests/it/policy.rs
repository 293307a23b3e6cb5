//! Who may use what. Every page, server function and plain route has a row here; one without a row fails, and so does a row without a route.
//!
//! Files below `/pkg/` and of `public/` are for everybody and are the only things without rows. That the server does what the rows say is
//! shown by `matrix`, which needs a request for each row.

mod rest;

use std::collections::BTreeSet;

use http::Method;
use sqlx::PgPool;

use crate::support::{App, functions};
use crate::tidy;

/// Who may.
#[allow(dead_code, reason = "the words stand before the rows that use them")]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Who {
    /// Signed in or not.
    Anybody,
    /// A guest with a cart, or a customer: whoever the cart belongs to.
    Shopper,
    /// Somebody signed in; of orders, addresses and the like only the owner.
    Customer,
    /// Somebody with a shop in whatever status; of products only their own.
    ShopOwner,
    /// The same, unless the shop is suspended.
    DraftingVendor,
    /// Somebody signed in who has no shop yet, or one that was never open: admins sell nothing, and an open shop needs no application.
    Applicant,
    /// Somebody signed in whose shop is not open or suspended.
    Shopless,
    ApprovedVendor,
    /// Whoever may draft, for their own products; admins for all of them.
    ProductEditor,
    /// The same for those who may publish.
    ProductPublisher,
    Admin,
    /// Whoever holds the signing secret of webhooks.
    Signer,
    /// Whoever holds a key of the payment sandbox.
    SandboxKey,
    /// This machine, or the metrics token.
    Operator,
    /// Does not exist in production.
    Development,
}

/// What it does to the shop.
#[allow(dead_code, reason = "the words stand before the rows that use them")]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Effect {
    Reads,
    Changes,
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    pub method: &'static str,
    pub path: &'static str,
    pub who: Who,
    pub effect: Effect,
}

const fn page(path: &'static str, who: Who) -> Row {
    Row { method: "GET", path, who, effect: Effect::Reads }
}

#[allow(dead_code, reason = "the words stand before the rows that use them")]
const fn changes(path: &'static str, who: Who) -> Row {
    Row { method: "POST", path, who, effect: Effect::Changes }
}

const fn reads(method: &'static str, path: &'static str, who: Who) -> Row {
    Row { method, path, who, effect: Effect::Reads }
}

/// The policy.
pub const POLICY: &[Row] = &joined::<{ SITE.len() + rest::ROWS.len() }>(SITE, rest::ROWS);

const fn joined<const N: usize>(first: &[Row], second: &[Row]) -> [Row; N] {
    let mut rows = [first[0]; N];
    let mut at = 0;
    while at < N {
        rows[at] = if at < first.len() { first[at] } else { second[at - first.len()] };
        at += 1;
    }
    rows
}

/// Pages, then server functions, then plain routes; each in the order of the module map. The API's rows stand in `policy/rest.rs`.
const SITE: &[Row] = &[
    page("/", Who::Anybody),
    page("/products", Who::Anybody),
    page("/category/{slug}", Who::Anybody),
    page("/search", Who::Anybody),
    page("/product/{slug}", Who::Anybody),
    page("/product/{slug}/reviews", Who::Anybody),
    page("/reviews/{review}/report", Who::Customer),
    page("/shop/{slug}", Who::Anybody),
    page("/cart", Who::Shopper),
    page("/wishlist", Who::Customer),
    page("/pages/{page}", Who::Anybody),
    page("/sell", Who::Anybody),
    page("/sign-in", Who::Anybody),
    page("/sign-up", Who::Anybody),
    page("/forgot-password", Who::Anybody),
    page("/reset-password", Who::Anybody),
    page("/sign-in/code", Who::Anybody),
    page("/confirm-email", Who::Anybody),
    page("/checkout", Who::Customer),
    page("/checkout/review", Who::Customer),
    page("/checkout/{order}/pay", Who::Customer),
    page("/orders/{order}/thanks", Who::Customer),
    page("/account", Who::Customer),
    page("/account/security", Who::Customer),
    page("/account/two-step", Who::Customer),
    page("/account/close", Who::Customer),
    page("/account/addresses", Who::Customer),
    page("/account/addresses/{address}", Who::Customer),
    page("/account/orders", Who::Customer),
    page("/account/orders/{order}", Who::Customer),
    page("/account/orders/{order}/invoice", Who::Customer),
    page("/account/orders/{order}/lines/{line}/review", Who::Customer),
    page("/sell/sign-up", Who::Anybody),
    page("/sell/apply", Who::Customer),
    page("/vendor", Who::Customer),
    page("/vendor/settings", Who::ShopOwner),
    page("/vendor/products", Who::ShopOwner),
    page("/vendor/products/new", Who::DraftingVendor),
    page("/vendor/products/import", Who::DraftingVendor),
    page("/vendor/products/import/{import}", Who::ShopOwner),
    page("/vendor/products/{product}", Who::ShopOwner),
    page("/vendor/products/{product}/stock", Who::ShopOwner),
    page("/vendor/products/{product}/preview", Who::ShopOwner),
    page("/admin", Who::Admin),
    page("/admin/mails", Who::Admin),
    page("/admin/mails/{mail}", Who::Admin),
    page("/admin/events", Who::Admin),
    page("/admin/events/{event}", Who::Admin),
    page("/admin/jobs", Who::Admin),
    page("/admin/audit", Who::Admin),
    page("/admin/health", Who::Admin),
    page("/admin/settings", Who::Admin),
    page("/admin/settings/pages/{page}", Who::Admin),
    page("/admin/vendors", Who::Admin),
    page("/admin/vendors/{vendor}", Who::Admin),
    page("/admin/users", Who::Admin),
    page("/admin/users/{user}", Who::Admin),
    page("/admin/categories", Who::Admin),
    page("/admin/categories/{category}", Who::Admin),
    page("/admin/products", Who::Admin),
    page("/admin/products/new", Who::Admin),
    page("/admin/products/{product}", Who::Admin),
    page("/admin/products/{product}/stock", Who::Admin),
    page("/admin/products/{product}/preview", Who::Admin),
    page("/vendor/reviews", Who::ShopOwner),
    page("/vendor/reviews/{review}", Who::ShopOwner),
    page("/admin/reviews", Who::Admin),
    page("/admin/reviews/{review}", Who::Admin),
    page("/vendor/analytics", Who::ShopOwner),
    page("/vendor/settlement", Who::ShopOwner),
    page("/admin/analytics", Who::Admin),
    page("/vendor/orders", Who::ShopOwner),
    page("/vendor/orders/{order}", Who::ShopOwner),
    page("/vendor/orders/{order}/slip", Who::ShopOwner),
    page("/admin/orders", Who::Admin),
    page("/admin/orders/{order}", Who::Admin),
    page("/admin/orders/{order}/invoice", Who::Admin),
    page("/admin/disputes", Who::Admin),
    page("/dev/mail", Who::Development),
    reads("GET", "/dev/mail/{id}", Who::Development),
    // ui, accounts
    changes("/api/theme", Who::Anybody),
    changes("/api/accounts/sign-in", Who::Anybody),
    changes("/api/accounts/sign-up", Who::Anybody),
    changes("/api/accounts/sign-out", Who::Anybody),
    changes("/api/accounts/forgot-password", Who::Anybody),
    changes("/api/accounts/reset-password", Who::Anybody),
    changes("/api/accounts/confirm-email", Who::Anybody),
    changes("/api/accounts/second-step", Who::Anybody),
    changes("/api/accounts/send-confirmation", Who::Customer),
    changes("/api/accounts/rename", Who::Customer),
    changes("/api/accounts/change-email", Who::Customer),
    changes("/api/accounts/change-password", Who::Customer),
    changes("/api/accounts/end-session", Who::Customer),
    changes("/api/accounts/sign-out-everywhere", Who::Customer),
    changes("/api/accounts/addresses/keep", Who::Customer),
    changes("/api/accounts/addresses/save", Who::Customer),
    changes("/api/accounts/addresses/choose-default", Who::Customer),
    changes("/api/accounts/addresses/delete", Who::Customer),
    changes("/api/accounts/two-step/start", Who::Customer),
    changes("/api/accounts/two-step/turn-on", Who::Customer),
    changes("/api/accounts/two-step/turn-off", Who::Customer),
    changes("/api/accounts/two-step/reset", Who::Admin),
    changes("/api/accounts/disable", Who::Admin),
    changes("/api/accounts/enable", Who::Admin),
    changes("/api/accounts/role", Who::Admin),
    // vendors
    changes("/api/vendors/sign-up", Who::Anybody),
    changes("/api/vendors/apply", Who::Applicant),
    changes("/api/vendors/save-profile", Who::ApprovedVendor),
    changes("/api/vendors/set-shipping", Who::DraftingVendor),
    changes("/api/vendors/decide", Who::Admin),
    // catalogue, wishlist, cart
    reads("GET", "/api/catalogue/suggest", Who::Anybody),
    changes("/api/catalogue/create-product", Who::DraftingVendor),
    changes("/api/catalogue/create-product-for", Who::Admin),
    changes("/api/catalogue/save-product", Who::ProductEditor),
    changes("/api/catalogue/duplicate-product", Who::ProductEditor),
    changes("/api/catalogue/set-price", Who::ProductEditor),
    changes("/api/catalogue/correct-stock", Who::ProductEditor),
    changes("/api/catalogue/publish-product", Who::ProductPublisher),
    changes("/api/catalogue/unpublish-product", Who::ProductEditor),
    changes("/api/catalogue/archive-product", Who::ProductEditor),
    changes("/api/catalogue/delete-product", Who::ProductEditor),
    changes("/api/catalogue/hold-product", Who::Admin),
    changes("/api/catalogue/release-product", Who::Admin),
    changes("/api/catalogue/describe-pictures", Who::ProductEditor),
    changes("/api/catalogue/arrange-pictures", Who::ProductEditor),
    changes("/api/catalogue/remove-picture", Who::ProductEditor),
    changes("/vendor/products/{product}/pictures", Who::ProductEditor),
    changes("/api/catalogue/create-category", Who::Admin),
    changes("/api/catalogue/save-category", Who::Admin),
    changes("/api/catalogue/delete-category", Who::Admin),
    changes("/api/catalogue/run-import", Who::DraftingVendor),
    changes("/vendor/products/import", Who::DraftingVendor),
    reads("GET", "/vendor/products/export", Who::ShopOwner),
    changes("/api/wishlist/save", Who::Customer),
    changes("/api/cart/add", Who::Shopper),
    changes("/api/cart/set-quantity", Who::Shopper),
    changes("/api/cart/remove", Who::Shopper),
    changes("/api/cart/save-for-later", Who::Customer),
    changes("/api/cart/move-from-wishlist", Who::Customer),
    reads("GET", "/api/cart/counts", Who::Anybody),
    // reviews
    changes("/api/reviews/save", Who::Customer),
    changes("/api/reviews/delete", Who::Customer),
    changes("/api/reviews/reply", Who::ApprovedVendor),
    changes("/api/reviews/remove-reply", Who::ApprovedVendor),
    changes("/api/reviews/report", Who::Customer),
    changes("/api/reviews/moderate", Who::Admin),
    // checkout; asking how far a payment is may finish it
    changes("/api/checkout/add-address", Who::Customer),
    changes("/api/checkout/choose-address", Who::Customer),
    changes("/api/checkout/place-order", Who::Customer),
    changes("/api/checkout/progress", Who::Customer),
    changes("/api/checkout/cancel-unpaid", Who::Customer),
    changes("/api/checkout/cancel-paid", Who::Customer),
    changes("/api/checkout/ship-part", Who::ShopOwner),
    changes("/api/checkout/deliver-part", Who::ShopOwner),
    changes("/api/checkout/cancel-part", Who::ShopOwner),
    changes("/api/checkout/refund", Who::Admin),
    changes("/api/checkout/decide-review", Who::Admin),
    changes("/api/checkout/given-back-elsewhere", Who::Admin),
    // dashboard
    changes("/api/dashboard/retry-mail", Who::Admin),
    changes("/api/dashboard/leave-mail", Who::Admin),
    changes("/api/dashboard/replay-event", Who::Admin),
    changes("/api/dashboard/give-up-event", Who::Admin),
    changes("/api/dashboard/run-job", Who::Admin),
    changes("/api/dashboard/save-settings", Who::Admin),
    changes("/api/dashboard/save-page", Who::Admin),
    // privacy
    changes("/api/privacy/close-account", Who::Shopless),
    reads("GET", "/account/export", Who::Customer),
    // analytics
    reads("GET", "/api/analytics/vendor", Who::ShopOwner),
    reads("GET", "/api/analytics/admin", Who::Admin),
    reads("GET", "/vendor/analytics/csv", Who::ShopOwner),
    reads("GET", "/vendor/settlement/csv", Who::ShopOwner),
    reads("GET", "/admin/analytics/csv", Who::Admin),
    reads("GET", "/vendor/live", Who::ShopOwner),
    reads("GET", "/admin/live", Who::Admin),
    // platform::health
    reads("GET", "/health/live", Who::Anybody),
    reads("GET", "/health/ready", Who::Anybody),
    reads("GET", "/metrics", Who::Operator),
    // media, catalogue, checkout
    reads("GET", "/media/{id}/{file}", Who::Anybody),
    reads("GET", "/robots.txt", Who::Anybody),
    reads("GET", "/sitemap.xml", Who::Anybody),
    reads("GET", "/sitemap/{part}", Who::Anybody),
    reads("GET", "/feed.atom", Who::Anybody),
    changes("/webhooks/stripe", Who::Signer),
    // sandbox: not mounted where real money moves
    reads("GET", "/_stripe/v3.js", Who::Anybody),
    reads("GET", "/_stripe/v3.css", Who::Anybody),
    reads("GET", "/_stripe/3ds/{id}", Who::Anybody),
    changes("/_stripe/3ds/{id}", Who::Anybody),
    changes("/_stripe/v1/payment_intents", Who::SandboxKey),
    reads("GET", "/_stripe/v1/payment_intents/{id}", Who::SandboxKey),
    changes("/_stripe/v1/payment_intents/{id}", Who::SandboxKey),
    changes("/_stripe/v1/payment_intents/{id}/confirm", Who::SandboxKey),
    changes("/_stripe/v1/payment_intents/{id}/cancel", Who::SandboxKey),
    changes("/_stripe/v1/payment_intents/{id}/authenticate", Who::SandboxKey),
    reads("GET", "/_stripe/v1/refunds", Who::SandboxKey),
    changes("/_stripe/v1/refunds", Who::SandboxKey),
    reads("GET", "/_stripe/v1/refunds/{id}", Who::SandboxKey),
    reads("GET", "/_stripe/v1/disputes", Who::SandboxKey),
    reads("GET", "/_stripe/v1/disputes/{id}", Who::SandboxKey),
    changes("/_stripe/v1/disputes/{id}/close", Who::SandboxKey),
    changes("/_stripe/v1/customers", Who::SandboxKey),
    reads("GET", "/_stripe/v1/customers/{id}", Who::SandboxKey),
    reads("GET", "/_stripe/v1/charges", Who::SandboxKey),
    reads("GET", "/_stripe/v1/charges/{id}", Who::SandboxKey),
    reads("GET", "/_stripe/v1/events", Who::SandboxKey),
    reads("GET", "/_stripe/v1/events/{id}", Who::SandboxKey),
    reads("GET", "/_stripe/test/switches", Who::SandboxKey),
    changes("/_stripe/test/switches", Who::SandboxKey),
    reads("GET", "/_stripe/v1/{*rest}", Who::SandboxKey),
    changes("/_stripe/v1/{*rest}", Who::SandboxKey),
];

/// Everything the server answers, as method and path.
pub fn routes(app: &App) -> BTreeSet<(String, String)> {
    let pages = souk::server::page_paths().into_iter().map(|path| ("GET".to_owned(), path));
    let functions = server_fn::axum::server_fn_paths().filter(|(path, _)| !path.starts_with(functions::PREFIX));
    let functions = functions.map(|(path, method)| (method.to_string(), path.to_owned()));
    let plain = [souk::server::personal_routes(), souk::server::api_routes(), souk::server::plain_routes(&app.state)];
    let plain: Vec<_> =
        plain.iter().flat_map(|routes| routes.listed()).map(|route| (route.method.to_string(), route.path.clone())).collect();
    pages.chain(functions).chain(plain).collect()
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn every_route_says_who_may(pool: PgPool) {
    let app = App::start(pool).await;
    let routes = routes(&app);
    let rows: BTreeSet<(String, String)> = POLICY.iter().map(|row| (row.method.to_owned(), row.path.to_owned())).collect();
    assert_eq!(rows.len(), POLICY.len(), "a route has one row");
    let without_row: Vec<_> = routes.difference(&rows).collect();
    assert!(without_row.is_empty(), "routes that say nothing about who may use them: {without_row:#?}");
    let without_route: Vec<_> = rows.difference(&routes).collect();
    assert!(without_route.is_empty(), "rows about routes that are gone: {without_route:#?}");
}

#[test]
fn what_changes_something_is_never_get() {
    for row in POLICY {
        assert!(row.effect == Effect::Reads || row.method != "GET", "{} {}", row.method, row.path);
    }
    for (path, method) in server_fn::axum::server_fn_paths() {
        assert!([Method::GET, Method::POST].contains(&method), "{method} {path}");
    }
}

/// Who has never been here sees what is for anybody, and nothing else. (Server functions decode their arguments before the guard speaks, so
/// they need valid bodies and have tests of their own.)
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn strangers_see_only_what_is_for_anybody(pool: PgPool) {
    let app = App::start(pool).await;
    let nobodys_id = "00000000-0000-7000-8000-000000000000";
    for row in POLICY.iter().filter(|row| row.method == "GET" && !row.path.starts_with("/api/")) {
        let path: String =
            row.path.split('/').map(|part| if part.starts_with('{') { nobodys_id } else { part }).collect::<Vec<_>>().join("/");
        // A page whose placeholder names nothing is 404 for everybody, which would prove nothing about anybody.
        let answer = app.browser().get(&path).await;
        match row.who {
            Who::Anybody if row.path.contains('{') => assert!(answer.status == 200 || answer.status == 404, "{path}: {}", answer.status),
            // Without the first step there is no second one.
            Who::Anybody if row.path == "/sign-in/code" => assert!(answer.location().ends_with("/sign-in"), "{answer:?}"),
            Who::Anybody => assert_eq!(answer.status, 200, "{path}"),
            // This test is on this machine and in development.
            Who::Operator | Who::Development | Who::Shopper => assert!(!answer.status.is_server_error(), "{path}: {}", answer.status),
            _ => assert!(
                answer.status.is_redirection() || [401, 403, 404].contains(&answer.status.as_u16()),
                "{path} is for {:?} and answers a stranger with {}",
                row.who,
                answer.status
            ),
        }
    }
}

/// A function that is not linked in is not registered, has no route, and would pass the test above unseen.
#[test]
fn every_server_function_in_the_source_is_registered() {
    let registered: BTreeSet<&str> = server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
    let written: Vec<String> = tidy::sources("src", "rs").iter().flat_map(tidy::server_functions).collect();
    let missing: Vec<&String> = written.iter().filter(|path| !registered.contains(path.as_str())).collect();
    assert!(missing.is_empty(), "written and not registered: {missing:?}");
    let own = registered.iter().filter(|path| !path.starts_with(functions::PREFIX)).count();
    assert_eq!(written.len(), own, "registered and not found in the source");
}
