//! What stands around every page of a dashboard: who it is for, and one navigation with the number of what waits behind each link. And the
//! pieces of which the first pages are made: what is to be done, and figures.
//!
//! The navigation is in the page twice, as a column and folded for narrow screens; of the two one is displayed, and exists for whoever
//! listens or uses the keyboard. So it works without a script.

use std::future::Future;

use leptos::prelude::*;

use super::vendor::tone;
use super::{here, loaded};
use crate::accounts::guard::Admin;
use crate::analytics::{Month, Months};
use crate::dashboard::service;
use crate::dashboard::{AdminQueues, VendorQueues, count_in_words};
use crate::error::AppError;
use crate::platform::request;
use crate::ui::{Badge, Icon};
use crate::vendors::guard::ShopOwner;

/// One link of a navigation.
#[derive(Clone, Copy)]
struct NavLink {
    href: &'static str,
    label: &'static str,
    icon: &'static str,
    /// What waits there.
    waiting: i64,
}

const fn link(href: &'static str, label: &'static str, icon: &'static str) -> NavLink {
    NavLink { href, label, icon, waiting: 0 }
}

impl NavLink {
    const fn waiting(self, waiting: i64) -> Self {
        Self { waiting, ..self }
    }

    /// How much of the address at hand is this link's: the one with most of it is where one is.
    fn covers(&self, path: &str) -> usize {
        let within = path
            .strip_prefix(self.href)
            .is_some_and(|rest| rest.is_empty() || (rest.starts_with('/') && self.href.matches('/').count() > 1));
        if within { self.href.len() } else { 0 }
    }
}

/// Links that belong together, under their heading.
type Group = (&'static str, Vec<NavLink>);

/// The navigation of a shop.
fn shop_groups(queues: &VendorQueues) -> Vec<Group> {
    vec![(
        "Your shop",
        vec![
            link("/vendor", "Home", "home"),
            link("/vendor/orders", "Orders", "truck").waiting(queues.to_ship),
            link("/vendor/products", "Products", "box").waiting(queues.low_stock + queues.held),
            link("/vendor/products/import", "Import", "into"),
            link("/vendor/reviews", "Reviews", "star").waiting(queues.unanswered),
            link("/vendor/analytics", "Analytics", "chart"),
            link("/vendor/settlement", "Settlement", "card"),
            link("/vendor/settings", "Settings", "gear"),
            link("/vendor/api-tokens", "API tokens", "lock"),
            link("/vendor/webhooks", "Webhooks", "bolt"),
        ],
    )]
}

/// The navigation of the administration.
fn admin_groups(queues: &AdminQueues) -> Vec<Group> {
    vec![
        (
            "Selling",
            vec![
                link("/admin", "Home", "home"),
                link("/admin/orders", "Orders", "truck").waiting(queues.orders()),
                link("/admin/disputes", "Disputes", "alert").waiting(queues.disputes),
                link("/admin/products", "Products", "box"),
                link("/admin/categories", "Categories", "menu"),
                link("/admin/reviews", "Reviews", "star").waiting(queues.reviews),
                link("/admin/analytics", "Analytics", "chart"),
            ],
        ),
        ("People", vec![link("/admin/vendors", "Shops", "shop").waiting(queues.vendors), link("/admin/users", "Accounts", "user")]),
        (
            "System",
            vec![
                link("/admin/mails", "Mails", "mail").waiting(queues.mails),
                link("/admin/events", "Events", "bolt").waiting(queues.events),
                link("/admin/jobs", "Jobs", "clock").waiting(queues.jobs),
                link("/admin/audit", "Audit log", "lock"),
                link("/admin/health", "Health", "heart"),
                link("/admin/settings", "Settings", "gear"),
            ],
        ),
    ]
}

/// The link under which a page stands.
fn current(groups: &[Group], path: &str) -> Option<NavLink> {
    groups.iter().flat_map(|(_, links)| links).copied().filter(|link| link.covers(path) > 0).max_by_key(|link| link.covers(path))
}

#[component]
fn Links(label: &'static str, groups: Vec<Group>, path: String) -> impl IntoView {
    let here = current(&groups, &path).map(|link| link.href);
    let entry = move |link: NavLink| {
        // A page below the link's own is in its part of the dashboard.
        let mark = (here == Some(link.href)).then_some(if path == link.href { "page" } else { "true" });
        view! {
            <li><a href=link.href aria-current=mark>
                <Icon name=link.icon/><span>{link.label}</span>
                {(link.waiting > 0).then(|| view! { <span class="dash-count">{count_in_words(link.waiting)}<span class="visually-hidden">" waiting"</span></span> })}
            </a></li>
        }
    };
    view! {
        <nav aria-label=label>
            {groups.into_iter().map(|(name, links)| view! {
                <p class="dash-group" aria-hidden="true">{name}</p>
                <ul role="list" aria-label=name>{links.into_iter().map(&entry).collect_view()}</ul>
            }).collect_view()}
        </nav>
    }
}

/// The dashboard around a page (the children).
#[component]
fn Dashboard(label: &'static str, head: AnyView, groups: Vec<Group>, path: String, children: Children) -> impl IntoView {
    // Unlike things make no sum: it is only said that there is something.
    let waits = groups.iter().flat_map(|(_, links)| links).any(|link| link.waiting > 0);
    let place = current(&groups, &path).map(|link| link.label);
    view! {
        <div class="wrap dash">
            <div class="dash-side">
                <div class="dash-head">{head}</div>
                <div class="dash-column"><Links label=label groups=groups.clone() path=path.clone()/></div>
                <details class="dash-menu">
                    <summary>
                        <Icon name="menu"/><span>"Menu"</span>
                        {place.map(|place| view! { <span class="muted">{place}</span> })}
                        {waits.then(|| view! { <span class="dash-dot"><span class="visually-hidden">"Something waits"</span></span> })}
                    </summary>
                    <Links label=label groups=groups path=path/>
                </details>
            </div>
            <div class="dash-main">{children()}</div>
        </div>
    }
}

/// Which page of a dashboard this is.
pub fn path_here() -> String {
    here().split('?').next().unwrap_or_default().to_owned()
}

/// A page of a shop's dashboard. `page` is given the owner, and what waits.
pub fn shop_page<V, F>(page: impl FnOnce(ShopOwner, VendorQueues) -> F + Send + 'static) -> impl IntoView
where
    V: IntoView + 'static,
    F: Future<Output = Result<V, AppError>> + Send + 'static,
{
    let path = path_here();
    loaded(async move {
        let owner = ShopOwner::require().await?;
        shop_view(owner, path, page).await
    })
}

/// The same for somebody who is known to have a shop.
///
/// # Errors
/// Those of the page.
pub async fn shop_view<V, F>(owner: ShopOwner, path: String, page: impl FnOnce(ShopOwner, VendorQueues) -> F) -> Result<AnyView, AppError>
where
    V: IntoView + 'static,
    F: Future<Output = Result<V, AppError>>,
{
    let queues = service::vendor_queues(&request::state()?.db, &owner).await?;
    let vendor = owner.vendor();
    let (name, status) = (vendor.profile.name.clone(), vendor.status);
    let address = status.may_publish().then(|| format!("/shop/{}", vendor.slug));
    let page = page(owner, queues).await?;
    let head = view! {
        <strong>{name}</strong>
        <p class="cluster small">
            <Badge tone=tone(status)>{status.label()}</Badge>
            {address.map(|href| view! { <a href=href>"See the shop"</a> })}
        </p>
    };
    Ok(view! { <Dashboard label="Your shop" head=head.into_any() groups=shop_groups(&queues) path=path>{page}</Dashboard> }.into_any())
}

/// A page of the administration. `page` is given the admin, and what waits.
pub fn admin_page<V, F>(page: impl FnOnce(Admin, AdminQueues) -> F + Send + 'static) -> impl IntoView
where
    V: IntoView + 'static,
    F: Future<Output = Result<V, AppError>> + Send + 'static,
{
    let path = path_here();
    loaded(async move {
        let admin = Admin::require().await?;
        let queues = service::admin_queues(&request::state()?.db, &admin).await?;
        let page = page(admin, queues).await?;
        let head = view! { <strong>"Administration"</strong> };
        Ok(view! { <Dashboard label="Administration" head=head.into_any() groups=admin_groups(&queues) path=path>{page}</Dashboard> })
    })
}

/// One thing to be done, as a sentence that is a link.
#[derive(Clone, Debug)]
pub struct Todo {
    pub count: i64,
    /// What stands behind the number, for one and for more.
    pub one: &'static str,
    pub many: &'static str,
    pub icon: &'static str,
    pub href: String,
}

/// What waits, most pressing first; nothing of which there is none.
#[component]
pub fn TodoList(todos: Vec<Todo>, #[prop(into)] nothing: String) -> impl IntoView {
    let todos: Vec<Todo> = todos.into_iter().filter(|todo| todo.count > 0).collect();
    let content = if todos.is_empty() {
        view! { <p class="todo-none"><Icon name="check"/>{nothing}</p> }.into_any()
    } else {
        let entry = |todo: Todo| {
            view! {
                <li><a href=todo.href>
                    <Icon name=todo.icon/>
                    <span><strong class="numeric">{count_in_words(todo.count)}</strong>" "{if todo.count == 1 { todo.one } else { todo.many }}</span>
                    <Icon name="arrow" small=true/>
                </a></li>
            }
        };
        view! { <ul class="todo" role="list">{todos.into_iter().map(entry).collect_view()}</ul> }.into_any()
    };
    view! { <section class="card" aria-labelledby="to-do"><h2 class="section-title" id="to-do">"To do"</h2>{content}</section> }
}

/// A number of two months, in words.
#[derive(Clone, Debug)]
pub struct Figure {
    pub label: &'static str,
    pub months: Months<String>,
}

impl Figure {
    pub fn of<T: ToString>(label: &'static str, months: &Months<Month>, of: impl Fn(&Month) -> T) -> Self {
        Self { label, months: Months { this: of(&months.this).to_string(), last: of(&months.last).to_string() } }
    }
}

/// Figures of this month, each with that of the whole month before.
#[component]
pub fn Figures(figures: Vec<Figure>) -> impl IntoView {
    view! {
        <section aria-labelledby="figures">
            <h2 class="section-title" id="figures">"This month"</h2>
            <dl class="figures">
                {figures.into_iter().map(|Figure { label, months }| view! {
                    <div class="card">
                        <dt>{label}</dt>
                        <dd class="figure numeric">{months.this}</dd>
                        <dd class="muted small numeric">"Last month "{months.last}</dd>
                    </div>
                }).collect_view()}
            </dl>
        </section>
    }
}

/// What there is to know about something, by name.
#[component]
pub fn Facts(facts: Vec<(&'static str, AnyView)>) -> impl IntoView {
    view! { <dl class="facts">{facts.into_iter().map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> }).collect_view()}</dl> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_where_most_of_the_address_leads() {
        let groups = shop_groups(&VendorQueues::default());
        let label = |path: &str| current(&groups, path).map(|link| link.label);
        for (path, expected) in [
            ("/vendor", Some("Home")),
            ("/vendor/orders", Some("Orders")),
            ("/vendor/orders/1/slip", Some("Orders")),
            ("/vendor/products/import/1", Some("Import")),
            ("/vendor/products/1", Some("Products")),
            ("/vendor/ordersx", None),
            ("/vendor/nowhere", None),
        ] {
            assert_eq!(label(path), expected, "{path}");
        }
    }
}
