//! What stands around every page: header with search, categories, account and cart; footer; the ribbon of test payments.

use std::sync::Arc;

use leptos::prelude::*;

use super::memo::Memo;
use super::{driven, here, query};
use crate::accounts::Role;
use crate::accounts::api::SignOut;
use crate::accounts::guard::Customer;
use crate::accounts::with_next;
use crate::cart::guard::CartOwner;
use crate::cart::{Counts, Tally};
use crate::catalogue::CategoryTree;
use crate::catalogue::islands::SearchBox;
use crate::platform::state::AppState;
use crate::settings::{Site, SiteSettings};
use crate::ui::Icon;
use crate::ui::theme::ThemeToggle;
use server_fn::ServerFn;

/// The page of all goods.
const EVERYTHING: &str = "/products";

/// What the frame knows of the visitor. A frame that cannot know renders without: it must not take the page down with it.
#[derive(Clone, Debug, Default)]
struct Visitor {
    categories: Arc<CategoryTree>,
    customer: Option<Customer>,
    counts: Counts,
}

impl Visitor {
    async fn load() -> Self {
        let Some(state) = use_context::<AppState>() else { return Self::default() };
        let categories = crate::catalogue::service::category_tree(&state.db).await.unwrap_or_default();
        let customer = Customer::current().await.unwrap_or_default();
        let owner = CartOwner::current().await.unwrap_or_default();
        let counts = crate::cart::service::counts(&state.db, owner.as_ref()).await.unwrap_or_default();
        Self { categories, customer, counts }
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
fn Brand(name: String) -> impl IntoView {
    view! {
        <a class="brand" href="/">
            <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false" fill="currentColor">
                <path d="M3 28V14.5a13 13 0 0 1 26 0V28h-7.5V14.8a5.5 5.5 0 0 0-11 0V28z"/>
            </svg>
            {name}
        </a>
    }
}

/// Who looks, as far as the header shows it.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Account {
    Stranger { sign_in: String },
    Known { name: String, email: String, role: Role },
}

impl Account {
    fn of(customer: Option<Customer>, here: &str) -> Self {
        match customer {
            Some(customer) => Self::Known { name: customer.name().to_owned(), email: customer.email().to_string(), role: customer.role() },
            None => Self::Stranger { sign_in: with_next("/sign-in", if here.starts_with("/sign-") { "/" } else { here }) },
        }
    }
}

#[component]
fn AccountMenu(account: Account) -> impl IntoView {
    let (name, email, role) = match account {
        Account::Known { name, email, role } => (name, email, role),
        Account::Stranger { sign_in } => {
            return view! {
                <a class="tool" href=sign_in><Icon name="user"/><span class="tool-label">"Sign in"</span><span class="visually-hidden">" to your account"</span></a>
            }
            .into_any();
        }
    };
    let first_name = name.split_whitespace().next().unwrap_or_default().to_owned();
    view! {
        <details class="menu">
            <summary class="tool" aria-label="Your account"><Icon name="user"/><span class="tool-label">{first_name}</span></summary>
            <div class="menu-panel">
                <p>"Signed in as "<strong>{name}</strong><br/><span class="muted">{email}</span></p>
                {match role {
                    Role::Customer => None,
                    Role::Vendor => Some(view! { <a class="menu-item" href="/vendor"><Icon name="shop"/>"Your shop"</a> }),
                    Role::Admin => Some(view! { <a class="menu-item" href="/admin"><Icon name="gear"/>"Administration"</a> }),
                }}
                <a class="menu-item" href="/account/orders"><Icon name="box"/>"Your orders"</a>
                <a class="menu-item" href="/wishlist"><Icon name="heart"/>"Wishlist"</a>
                <a class="menu-item" href="/account"><Icon name="user"/>"Your account"</a>
                <form method="post" action=SignOut::url()><button class="menu-item"><Icon name="leave"/>"Sign out"</button></form>
            </div>
        </details>
    }
    .into_any()
}

/// A number beside an icon, which `public/counts.js` keeps right.
#[component]
fn Count(of: &'static str, tally: Tally) -> impl IntoView {
    let Tally { badge, words } = tally;
    let hidden = badge.is_empty();
    view! {
        <span class="tool-count" data-count=of aria-hidden="true" hidden=hidden>{badge}</span>
        <span class="visually-hidden">{words}</span>
    }
}

/// All that the header is rendered from.
#[derive(Clone, PartialEq, Eq, Hash)]
struct HeaderKey {
    shop_name: String,
    searched: String,
    account: Account,
    counts: Counts,
    /// Categories of the top: name and address.
    links: Vec<(String, String)>,
    /// The one of the links, if any, that leads to this page.
    current: Option<String>,
}

static HEADER: Memo<HeaderKey> = Memo::empty();

/// Header of every page.
#[component]
pub fn Header() -> impl IntoView {
    let here = here();
    let searched = query_of(&here);
    let shop_name = Site::here().settings.shop_name.clone();
    let visitor = driven(Visitor::load());
    let header = Suspend::new(async move {
        let Visitor { categories, customer, counts } = visitor.await.unwrap_or_default();
        let links: Vec<_> = categories.roots().map(|category| (category.name.clone(), category.url())).collect();
        let path = here.split('?').next().unwrap_or_default();
        let is_link = path == EVERYTHING || links.iter().any(|(_, href)| href == path);
        let current = is_link.then(|| path.to_owned());
        HEADER.view(HeaderKey { shop_name, searched, account: Account::of(customer, &here), counts, links, current }, header)
    });
    view! { <Suspense fallback=|| ()>{header}</Suspense> }
}

fn header(HeaderKey { shop_name, searched, account, counts, links, current }: HeaderKey) -> impl IntoView {
    let mark = move |href: &str| (current.as_deref() == Some(href)).then_some("page");
    let wishes = matches!(account, Account::Known { .. }).then_some(counts.wishlist);
    view! {
        <header class="site-header">
            <div class="wrap site-bar">
                <Brand name=shop_name/>
                <div class="site-search"><SearchBox q=searched/></div>
                <div class="site-tools">
                    <ThemeToggle/>
                    <AccountMenu account=account/>
                    <a class="tool" href="/wishlist">
                        <Icon name="heart"/><span class="visually-hidden">"Wishlist"{wishes.is_some().then_some(", ")}</span>
                        {wishes.map(|tally| view! { <Count of="wishlist" tally=tally/> })}
                    </a>
                    <a class="tool" href="/cart"><Icon name="cart"/><span class="visually-hidden">"Cart, "</span><Count of="cart" tally=counts.cart/></a>
                </div>
            </div>
            <nav class="category-nav" aria-label="Categories">
                <div class="wrap"><ul role="list">
                    <li><a href=EVERYTHING aria-current=mark(EVERYTHING)>"Everything"</a></li>
                    {links.into_iter().map(|(name, href)| {
                        let mark = mark(&href);
                        view! { <li><a href=href aria-current=mark>{name}</a></li> }
                    }).collect_view()}
                </ul></div>
            </nav>
        </header>
    }
}

/// What was searched for, if this is a page of results; read from the URL, since the header stands outside of the router.
fn query_of(path: &str) -> String {
    if path.starts_with("/search") { query("q").unwrap_or_default() } else { String::new() }
}

/// All that the footer is rendered from.
#[derive(Clone, PartialEq, Eq, Hash)]
struct FooterKey {
    /// Whether to link to it.
    mailbox: bool,
    shop_name: String,
    tagline: String,
    note: String,
    /// Name and address: the links that admins chose, and the pages that they wrote.
    links: Vec<(String, String)>,
}

static FOOTER: Memo<FooterKey> = Memo::empty();

/// Footer of every page.
#[component]
pub fn Footer() -> impl IntoView {
    let mailbox = use_context::<AppState>().is_some_and(|state| state.config.shows_mailbox());
    let site = Site::here();
    let SiteSettings { shop_name, tagline, footer_note, footer_links, .. } = site.settings.clone();
    let pages = site.pages.iter().map(|page| (page.title().to_owned(), page.url()));
    let links = footer_links.into_iter().map(|link| (link.label, link.href)).chain(pages).collect();
    FOOTER.view(FooterKey { mailbox, shop_name, tagline, note: footer_note, links }, footer)
}

fn footer(FooterKey { mailbox, shop_name, tagline, note, links }: FooterKey) -> impl IntoView {
    let sell = format!("Sell on {shop_name}");
    let about = (!links.is_empty()).then(|| {
        view! {
            <nav aria-labelledby="footer-about">
                <h2 id="footer-about">"About"</h2>
                <ul role="list">{links.into_iter().map(|(name, href)| view! { <li><a href=href>{name}</a></li> }).collect_view()}</ul>
            </nav>
        }
    });
    view! {
        <footer class="site-footer">
            <div class="wrap">
                <div class="footer-grid">
                    <div class="footer-lead">
                        <Brand name=shop_name.clone()/>
                        <p>{tagline}</p>
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
                    {about}
                    <div class="footer-sell">
                        <h2>{sell}</h2>
                        <p>"You make it, we bring the people. No fee until you sell."</p>
                        <a class="button button-primary" href="/sell">"Open a shop"</a>
                    </div>
                </div>
                <div class="footer-end">
                    <p>"© "{shop_name}</p>
                    <p>{note}</p>
                </div>
            </div>
        </footer>
    }
}
