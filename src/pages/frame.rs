//! What stands around every page: header with search, categories, account and cart; footer; the ribbon of test payments.

use std::sync::Arc;

use leptos::prelude::*;

use super::{driven, here, query};
use crate::accounts::Role;
use crate::accounts::api::SignOut;
use crate::accounts::guard::Customer;
use crate::accounts::with_next;
use crate::cart::guard::CartOwner;
use crate::cart::islands::CartCount;
use crate::catalogue::CategoryTree;
use crate::catalogue::islands::SearchBox;
use crate::platform::state::AppState;
use crate::ui::Icon;
use crate::ui::theme::ThemeToggle;
use server_fn::ServerFn;

/// What the frame knows of the visitor. A frame that cannot know renders without: it must not take the page down with it.
#[derive(Clone, Debug, Default)]
struct Visitor {
    categories: Arc<CategoryTree>,
    customer: Option<Customer>,
    pieces: u32,
}

impl Visitor {
    async fn load() -> Self {
        let Some(state) = use_context::<AppState>() else { return Self::default() };
        let categories = crate::catalogue::service::category_tree(&state.db).await.unwrap_or_default();
        let customer = Customer::current().await.unwrap_or_default();
        let pieces = match CartOwner::current().await {
            Ok(Some(owner)) => crate::cart::service::summary(&state.db, &owner).await.unwrap_or_default().count,
            _ => 0,
        };
        Self { categories, customer, pieces }
    }
}

/// Says that no real money moves, as long as the sandbox takes the payments.
#[component]
pub fn Ribbon() -> impl IntoView {
    let sandbox = use_context::<AppState>().is_some_and(|state| state.config.stripe.sandbox);
    sandbox.then(|| {
        view! {
            <aside class="ribbon" aria-label="Test payments">
                <p><strong>"Test payments. "</strong>"No real money moves. Pay with card 4242 4242 4242 4242, any future date, any CVC."</p>
            </aside>
        }
    })
}

/// The mark and name of the shop.
#[component]
fn Brand() -> impl IntoView {
    view! {
        <a class="brand" href="/">
            <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false" fill="currentColor">
                <path d="M3 28V14.5a13 13 0 0 1 26 0V28h-7.5V14.8a5.5 5.5 0 0 0-11 0V28z"/>
            </svg>
            "Souk"
        </a>
    }
}

#[component]
fn AccountMenu(customer: Option<Customer>) -> impl IntoView {
    let Some(customer) = customer else {
        let path = here();
        let href = with_next("/sign-in", if path.starts_with("/sign-") { "/" } else { &path });
        return view! {
            <a class="tool" href=href><Icon name="user"/><span class="tool-label">"Sign in"</span><span class="visually-hidden">" to your account"</span></a>
        }
        .into_any();
    };
    let first_name = customer.name().split_whitespace().next().unwrap_or_default().to_owned();
    view! {
        <details class="menu">
            <summary class="tool" aria-label="Your account"><Icon name="user"/><span class="tool-label">{first_name}</span></summary>
            <div class="menu-panel">
                <p>"Signed in as "<strong>{customer.name().to_owned()}</strong><br/><span class="muted">{customer.email().to_string()}</span></p>
                {match customer.role() {
                    Role::Customer => None,
                    Role::Vendor => Some(view! { <a class="menu-item" href="/vendor"><Icon name="shop"/>"Your shop"</a> }),
                    Role::Admin => Some(view! { <a class="menu-item" href="/admin/vendors"><Icon name="shop"/>"Shops"</a> }),
                }}
                {(customer.role() == Role::Admin).then(|| view! {
                    <a class="menu-item" href="/admin/orders"><Icon name="truck"/>"Orders"</a>
                    <a class="menu-item" href="/admin/disputes"><Icon name="alert"/>"Disputes"</a>
                    <a class="menu-item" href="/admin/products"><Icon name="box"/>"Products"</a>
                    <a class="menu-item" href="/admin/categories"><Icon name="box"/>"Categories"</a>
                    <a class="menu-item" href="/admin/users"><Icon name="user"/>"Accounts"</a>
                })}
                <a class="menu-item" href="/account/orders"><Icon name="box"/>"Your orders"</a>
                <a class="menu-item" href="/wishlist"><Icon name="heart"/>"Wishlist"</a>
                <a class="menu-item" href="/account"><Icon name="user"/>"Your account"</a>
                <form method="post" action=SignOut::url()><button class="menu-item"><Icon name="leave"/>"Sign out"</button></form>
            </div>
        </details>
    }
    .into_any()
}

/// Header of every page.
#[component]
pub fn Header() -> impl IntoView {
    let path = here();
    let searched = query_of(&path);
    let visitor = driven(Visitor::load());
    let header = Suspend::new(async move {
        let Visitor { categories, customer, pieces } = visitor.await.unwrap_or_default();
        let path = path.split('?').next().unwrap_or_default().to_owned();
        let current = move |href: &str| (path == href).then_some("page");
        view! {
            <header class="site-header">
                <div class="wrap site-bar">
                    <Brand/>
                    <div class="site-search"><SearchBox q=searched/></div>
                    <div class="site-tools">
                        <ThemeToggle/>
                        <AccountMenu customer=customer/>
                        <a class="tool" href="/wishlist" aria-label="Wishlist"><Icon name="heart"/></a>
                        <a class="tool" href="/cart"><Icon name="cart"/><span class="visually-hidden">"Cart, "</span><CartCount initial=pieces/></a>
                    </div>
                </div>
                <nav class="category-nav" aria-label="Categories">
                    <div class="wrap"><ul role="list">
                        <li><a href="/products" aria-current=current("/products")>"Everything"</a></li>
                        {categories.roots().map(|category| {
                            let href = category.url();
                            let mark = current(&href);
                            view! { <li><a href=href aria-current=mark>{category.name.clone()}</a></li> }
                        }).collect_view()}
                    </ul></div>
                </nav>
            </header>
        }
    });
    view! { <Suspense fallback=|| ()>{header}</Suspense> }
}

/// What was searched for, if this is a page of results; read from the URL, since the header stands outside of the router.
fn query_of(path: &str) -> String {
    if path.starts_with("/search") { query("q").unwrap_or_default() } else { String::new() }
}

/// Footer of every page.
#[component]
pub fn Footer() -> impl IntoView {
    let mailbox = use_context::<AppState>().is_some_and(|state| state.config.shows_mailbox());
    view! {
        <footer class="site-footer">
            <div class="wrap">
                <div class="footer-grid">
                    <div class="footer-lead">
                        <Brand/>
                        <p>"Small workshops, one checkout. Each thing here is made or chosen by somebody who signs for it."</p>
                    </div>
                    <nav aria-labelledby="footer-shop">
                        <h2 id="footer-shop">"Shop"</h2>
                        <ul role="list">
                            <li><a href="/products">"Everything"</a></li>
                            <li><a href="/products?sort=newest">"New arrivals"</a></li>
                            <li><a href="/products?sort=best_selling">"Best sellers"</a></li>
                        </ul>
                    </nav>
                    <nav aria-labelledby="footer-account">
                        <h2 id="footer-account">"Your account"</h2>
                        <ul role="list">
                            <li><a href="/account/orders">"Orders"</a></li>
                            <li><a href="/wishlist">"Wishlist"</a></li>
                            <li><a href="/cart">"Cart"</a></li>
                            {mailbox.then(|| view! { <li><a href="/dev/mail">"Mailbox (development)"</a></li> })}
                        </ul>
                    </nav>
                    <div class="footer-sell">
                        <h2>"Sell on Souk"</h2>
                        <p>"You make it, we bring the people. No fee until you sell."</p>
                        <a class="button button-primary" href="/sell">"Open a shop"</a>
                    </div>
                </div>
                <div class="footer-end">
                    <p>"© Souk"</p>
                    <p>"Pictures: Fluent Emoji by Microsoft, MIT licence"</p>
                </div>
            </div>
        </footer>
    }
}
