//! The document and every page of the site, on one screen.

use std::sync::OnceLock;

use http::request::Parts;
use leptos::WasmSplitManifest;
use leptos::config::LeptosOptions;
use leptos::nonce::{Nonce, use_nonce};
use leptos::prelude::*;
use leptos::tachys::html::InertElement;
use leptos_meta::{HashedStylesheet, MetaTags, Title, provide_meta_context};
use leptos_router::SsrMode::Async;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::path;

use crate::pages::account::{
    AddressEditPage, AddressesPage, AdminInvoicePage, CloseAccountPage, InvoicePage, LineReviewPage, OrderPage, OrdersPage, ProfilePage,
    SecurityPage, TwoStepPage,
};
use crate::pages::admin::{
    AdminAnalyticsPage, AdminAuditPage, AdminCategoriesPage, AdminCategoryPage, AdminDisputesPage, AdminEventPage, AdminEventsPage,
    AdminHealthPage, AdminJobsPage, AdminMailPage, AdminMailsPage, AdminNewProductPage, AdminOrderPage, AdminOrdersPage, AdminPage,
    AdminPreviewPage, AdminProductPage, AdminProductsPage, AdminReviewPage, AdminReviewsPage, AdminSettingsPage, AdminSitePage,
    AdminStockPage, AdminUserPage, AdminUsersPage, AdminVendorPage, AdminVendorsPage,
};
use crate::pages::api_docs::ApiDocsPage;
use crate::pages::cart::CartPage;
use crate::pages::checkout::{AddressPage, PayPage, ReviewPage};
use crate::pages::confirm_email::ConfirmEmailPage;
use crate::pages::frame::{Footer, Header, Ribbon};
use crate::pages::home::HomePage;
use crate::pages::listing::{CategoryPage, ProductsPage, SearchPage};
use crate::pages::mailbox::MailboxPage;
use crate::pages::memo::apart;
use crate::pages::problem::NotFoundPage;
use crate::pages::product::ProductPage;
use crate::pages::report::ReportPage;
use crate::pages::reset_password::{ForgotPasswordPage, ResetPasswordPage};
use crate::pages::reviews::ReviewsPage;
use crate::pages::sell::{ApplyPage, SellPage, ShopSignUpPage};
use crate::pages::shop::ShopPage;
use crate::pages::sign_in::{SecondStepPage, SignInPage};
use crate::pages::sign_up::SignUpPage;
use crate::pages::site::SiteTextPage;
use crate::pages::thanks::ThanksPage;
use crate::pages::vendor::{
    ApiTokensPage, ImportPage, ImportsPage, NewProductPage, OwnedProductPage, OwnedProductsPage, PackingSlipPage, PreviewPage,
    SettingsPage, SettlementPage, StockPage, VendorAnalyticsPage, VendorOrderPage, VendorOrdersPage, VendorPage, VendorReviewPage,
    VendorReviewsPage, WebhooksPage,
};
use crate::pages::wishlist::WishlistPage;
use crate::platform::request;
use crate::settings::Site;
use crate::ui::theme::{Theme, chosen};
use crate::ui::toast::Toasts;
use crate::ui::{Sprite, escaped};

/// Pages that belong together. The router makes its routes anew for each page that is asked for: it makes those of one area alone.
#[derive(Clone, Copy, Debug)]
pub enum Area {
    /// What everybody sees: goods, cart, checkout, the doors to an account. Unknown addresses, too.
    Shop,
    Account,
    Vendor,
    Admin,
}

impl Area {
    pub const ALL: [Self; 4] = [Self::Shop, Self::Account, Self::Vendor, Self::Admin];
}

/// Fetches a page when the pointer rests on its link: pages whose GET has no effect and that may be kept for a moment.
const SPECULATION_RULES: &str = r#"{"prefetch":[{"where":{"and":[{"href_matches":"/*"},{"not":{"href_matches":["/account*","/admin*","/api/*","/cart","/checkout*","/dev/*","/media/*","/orders/*","/confirm-email*","/reset-password*","/reviews/*","/sell/*","/sign-*","/vendor*","/wishlist"]}}]},"eagerness":"moderate"}]}"#;

/// The theme that the visitor chose, so that the page arrives in it.
fn theme() -> Option<&'static str> {
    let cookies =
        |parts: &Parts| parts.headers.get_all(http::header::COOKIE).iter().filter_map(|value| value.to_str().ok()).find_map(chosen);
    request::of_parts(cookies).flatten().map(Theme::as_str)
}

/// Styles and scripts, with [`NONCE_MARK`] for the nonce, and what lazy islands are loaded by.
static ASSETS: OnceLock<(String, Option<WasmSplitManifest>)> = OnceLock::new();

/// Stands for the nonce of a page in what is rendered for all pages.
const NONCE_MARK: &str = "nonce-of-the-page";

/// What loads styles and scripts: the same for all pages but for the nonce. Leptos reads the names of the files from the disk each time.
fn assets(options: &LeptosOptions, nonce: Option<&Nonce>) -> impl IntoView + use<> {
    let (html, splits) = ASSETS.get_or_init(|| {
        apart(|| {
            provide_context(Nonce::from_value(NONCE_MARK));
            let html = view! {
                <HashedStylesheet options=options.clone() id="leptos"/>
                <HydrationScripts options=options.clone() islands=true/>
                <AutoReload options=options.clone()/>
                <script type="speculationrules" nonce=use_nonce() inner_html=SPECULATION_RULES></script>
                <script type="module" src="/counts.js" nonce=use_nonce()></script>
            };
            (html.to_html(), use_context())
        })
    });
    if let Some(splits) = splits {
        provide_context(splits.clone());
    }
    // As `HydrationScripts` does: only islands become alive.
    if let Some(shared) = Owner::current_shared_context() {
        shared.set_is_hydrating(false);
    }
    InertElement::new(html.replace(NONCE_MARK, nonce.map_or("", |nonce| nonce)))
}

fn shop() -> impl IntoView {
    view! {
        <Routes fallback=NotFoundPage>
            <Route path=path!("/") view=HomePage ssr=Async/>
            <Route path=path!("/products") view=ProductsPage ssr=Async/>
            <Route path=path!("/category/:slug") view=CategoryPage ssr=Async/>
            <Route path=path!("/search") view=SearchPage ssr=Async/>
            <Route path=path!("/product/:slug") view=ProductPage ssr=Async/>
            <Route path=path!("/product/:slug/reviews") view=ReviewsPage ssr=Async/>
            <Route path=path!("/reviews/:review/report") view=ReportPage ssr=Async/>
            <Route path=path!("/shop/:slug") view=ShopPage ssr=Async/>
            <Route path=path!("/pages/:page") view=SiteTextPage ssr=Async/>
            <Route path=path!("/sell") view=SellPage ssr=Async/>
            <Route path=path!("/sell/sign-up") view=ShopSignUpPage ssr=Async/>
            <Route path=path!("/sell/apply") view=ApplyPage ssr=Async/>
            <Route path=path!("/cart") view=CartPage ssr=Async/>
            <Route path=path!("/wishlist") view=WishlistPage ssr=Async/>
            <Route path=path!("/sign-in") view=SignInPage ssr=Async/>
            <Route path=path!("/sign-in/code") view=SecondStepPage ssr=Async/>
            <Route path=path!("/sign-up") view=SignUpPage ssr=Async/>
            <Route path=path!("/forgot-password") view=ForgotPasswordPage ssr=Async/>
            <Route path=path!("/reset-password") view=ResetPasswordPage ssr=Async/>
            <Route path=path!("/confirm-email") view=ConfirmEmailPage ssr=Async/>
            <Route path=path!("/checkout") view=AddressPage ssr=Async/>
            <Route path=path!("/checkout/review") view=ReviewPage ssr=Async/>
            <Route path=path!("/checkout/:order/pay") view=PayPage ssr=Async/>
            <Route path=path!("/orders/:order/thanks") view=ThanksPage ssr=Async/>
            <Route path=path!("/api/docs") view=ApiDocsPage ssr=Async/>
            <Route path=path!("/dev/mail") view=MailboxPage ssr=Async/>
        </Routes>
    }
}

fn account() -> impl IntoView {
    view! {
        <Routes fallback=NotFoundPage>
            <Route path=path!("/account") view=ProfilePage ssr=Async/>
            <Route path=path!("/account/security") view=SecurityPage ssr=Async/>
            <Route path=path!("/account/two-step") view=TwoStepPage ssr=Async/>
            <Route path=path!("/account/close") view=CloseAccountPage ssr=Async/>
            <Route path=path!("/account/addresses") view=AddressesPage ssr=Async/>
            <Route path=path!("/account/addresses/:address") view=AddressEditPage ssr=Async/>
            <Route path=path!("/account/orders") view=OrdersPage ssr=Async/>
            <Route path=path!("/account/orders/:order") view=OrderPage ssr=Async/>
            <Route path=path!("/account/orders/:order/lines/:line/review") view=LineReviewPage ssr=Async/>
            <Route path=path!("/account/orders/:order/invoice") view=InvoicePage ssr=Async/>
        </Routes>
    }
}

fn vendor() -> impl IntoView {
    view! {
        <Routes fallback=NotFoundPage>
            <Route path=path!("/vendor") view=VendorPage ssr=Async/>
            <Route path=path!("/vendor/settings") view=SettingsPage ssr=Async/>
            <Route path=path!("/vendor/api-tokens") view=ApiTokensPage ssr=Async/>
            <Route path=path!("/vendor/webhooks") view=WebhooksPage ssr=Async/>
            <Route path=path!("/vendor/products") view=OwnedProductsPage ssr=Async/>
            <Route path=path!("/vendor/products/import") view=ImportsPage ssr=Async/>
            <Route path=path!("/vendor/products/import/:import") view=ImportPage ssr=Async/>
            <Route path=path!("/vendor/products/new") view=NewProductPage ssr=Async/>
            <Route path=path!("/vendor/products/:product") view=OwnedProductPage ssr=Async/>
            <Route path=path!("/vendor/products/:product/stock") view=StockPage ssr=Async/>
            <Route path=path!("/vendor/products/:product/preview") view=PreviewPage ssr=Async/>
            <Route path=path!("/vendor/orders") view=VendorOrdersPage ssr=Async/>
            <Route path=path!("/vendor/orders/:order") view=VendorOrderPage ssr=Async/>
            <Route path=path!("/vendor/orders/:order/slip") view=PackingSlipPage ssr=Async/>
            <Route path=path!("/vendor/reviews") view=VendorReviewsPage ssr=Async/>
            <Route path=path!("/vendor/reviews/:review") view=VendorReviewPage ssr=Async/>
            <Route path=path!("/vendor/analytics") view=VendorAnalyticsPage ssr=Async/>
            <Route path=path!("/vendor/settlement") view=SettlementPage ssr=Async/>
        </Routes>
    }
}

fn admin() -> impl IntoView {
    view! {
        <Routes fallback=NotFoundPage>
            <Route path=path!("/admin") view=AdminPage ssr=Async/>
            <Route path=path!("/admin/mails") view=AdminMailsPage ssr=Async/>
            <Route path=path!("/admin/mails/:mail") view=AdminMailPage ssr=Async/>
            <Route path=path!("/admin/events") view=AdminEventsPage ssr=Async/>
            <Route path=path!("/admin/events/:event") view=AdminEventPage ssr=Async/>
            <Route path=path!("/admin/jobs") view=AdminJobsPage ssr=Async/>
            <Route path=path!("/admin/audit") view=AdminAuditPage ssr=Async/>
            <Route path=path!("/admin/health") view=AdminHealthPage ssr=Async/>
            <Route path=path!("/admin/settings") view=AdminSettingsPage ssr=Async/>
            <Route path=path!("/admin/settings/pages/:page") view=AdminSitePage ssr=Async/>
            <Route path=path!("/admin/vendors") view=AdminVendorsPage ssr=Async/>
            <Route path=path!("/admin/vendors/:vendor") view=AdminVendorPage ssr=Async/>
            <Route path=path!("/admin/users") view=AdminUsersPage ssr=Async/>
            <Route path=path!("/admin/users/:user") view=AdminUserPage ssr=Async/>
            <Route path=path!("/admin/categories") view=AdminCategoriesPage ssr=Async/>
            <Route path=path!("/admin/categories/:category") view=AdminCategoryPage ssr=Async/>
            <Route path=path!("/admin/products") view=AdminProductsPage ssr=Async/>
            <Route path=path!("/admin/products/new") view=AdminNewProductPage ssr=Async/>
            <Route path=path!("/admin/products/:product") view=AdminProductPage ssr=Async/>
            <Route path=path!("/admin/products/:product/stock") view=AdminStockPage ssr=Async/>
            <Route path=path!("/admin/products/:product/preview") view=AdminPreviewPage ssr=Async/>
            <Route path=path!("/admin/analytics") view=AdminAnalyticsPage ssr=Async/>
            <Route path=path!("/admin/reviews") view=AdminReviewsPage ssr=Async/>
            <Route path=path!("/admin/reviews/:review") view=AdminReviewPage ssr=Async/>
            <Route path=path!("/admin/orders") view=AdminOrdersPage ssr=Async/>
            <Route path=path!("/admin/orders/:order") view=AdminOrderPage ssr=Async/>
            <Route path=path!("/admin/orders/:order/invoice") view=AdminInvoicePage ssr=Async/>
            <Route path=path!("/admin/disputes") view=AdminDisputesPage ssr=Async/>
        </Routes>
    }
}

/// The whole document.
pub fn shell(area: Area, options: LeptosOptions) -> impl IntoView {
    let assets = assets(&options, use_nonce().as_ref());
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="alternate" type="application/atom+xml" title=format!("New on {}", Site::here().settings.shop_name) href="/feed.atom"/>
                {assets}
                <MetaTags/>
            </head>
            <body>
                <Sprite/>
                <App area=area/>
            </body>
        </html>
    }
}

/// The frame and, in it, the page of this address.
#[component]
pub fn App(area: Area) -> impl IntoView {
    provide_meta_context();
    // What comes out of the formatter stands in the page as it is.
    let name = escaped(&Site::here().settings.shop_name);
    view! {
        <Title formatter=move |title: String| if title.is_empty() || title == name { name.clone() } else { format!("{title} · {name}") }/>
        <Router>
            <a class="skip-link" href="#content">"Skip to content"</a>
            <Ribbon/>
            <Header/>
            <main id="content" tabindex="-1">
                {match area {
                    Area::Shop => shop().into_any(),
                    Area::Account => account().into_any(),
                    Area::Vendor => vendor().into_any(),
                    Area::Admin => admin().into_any(),
                }}
            </main>
            <Footer/>
        </Router>
        <Toasts/>
    }
}
