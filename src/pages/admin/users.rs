//! `/admin/users`

use leptos::prelude::*;

use crate::accounts::service::users::{self, AccountList};
use crate::accounts::{Account, Role};
use crate::pages::dashboard::admin_page;
use crate::pages::dates::Date;
use crate::pages::document::Document;
use crate::pages::query;
use crate::platform::request;
use crate::ui::{Badge, Button, ButtonLink, EmptyState, Look, Tab, Tabs, Tone};
use crate::values::{UserId, percent_encoded};

/// One word for people.
pub const fn label(role: Role) -> &'static str {
    match role {
        Role::Customer => "Customer",
        Role::Vendor => "Vendor",
        Role::Admin => "Admin",
    }
}

fn href(role: Option<Role>, text: &str) -> String {
    format!("/admin/users?role={}&q={}", role.map_or("", Role::as_str), percent_encoded(text))
}

#[component]
fn Table(accounts: Vec<Account>) -> impl IntoView {
    let row = |account: Account| {
        let user = account.user;
        view! {
            <tr>
                <th scope="row"><a href=format!("/admin/users/{}", user.id)>{user.email.to_string()}</a></th>
                <td data-label="Name">{user.name}</td>
                <td data-label="Role">{label(user.role)}" "{account.disabled.then(|| view! { <Badge tone=Tone::Bad>"Disabled"</Badge> })}</td>
                <td class="nowrap" data-label="Since"><Date at=account.created_at/></td>
            </tr>
        }
    };
    view! {
        <div class="table-scroll" role="region" aria-label="Accounts" tabindex="0">
            <table class="table table-cards">
                <thead><tr><th scope="col">"E-mail"</th><th scope="col">"Name"</th><th scope="col">"Role"</th><th scope="col">"Since"</th></tr></thead>
                <tbody>{accounts.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
}

/// All accounts, by role and by the beginning of their address.
#[component]
pub fn AdminUsersPage() -> impl IntoView {
    let role = query("role").and_then(|text| text.parse::<Role>().ok());
    let text = query("q").unwrap_or_default();
    let before = query("before").and_then(|text| text.parse::<UserId>().ok());
    admin_page(move |admin, _| async move {
        let AccountList { accounts, next } = users::list(&request::state()?.db, &admin, role, &text, before).await?;
        let content = match (accounts.is_empty(), text.is_empty()) {
            (false, _) => view! { <Table accounts=accounts/> }.into_any(),
            (true, true) => view! { <EmptyState icon="user" title="Nobody here" text="No account is of this kind yet."/> }.into_any(),
            (true, false) => view! {
                <EmptyState icon="search" title="No account fits" text=format!("No address here begins with “{text}”.")>
                    <ButtonLink href=href(None, "") look=Look::Secondary>"Show all accounts"</ButtonLink>
                </EmptyState>
            }
            .into_any(),
        };
        let tab = |of: Option<Role>, name: &'static str| Tab::new(href(of, &text), name, of == role);
        let tabs = vec![
            tab(None, "All"),
            tab(Some(Role::Customer), "Customers"),
            tab(Some(Role::Vendor), "Vendors"),
            tab(Some(Role::Admin), "Admins"),
        ];
        let more = next.map(|id| format!("{}&before={id}", href(role, &text)));
        Ok(view! {
            <Document title="Accounts"/>
            <div class="wrap stack">
                <header class="page-head"><h1>"Accounts"</h1></header>
                <Tabs label="Role" tabs=tabs/>
                <form class="find-form" method="get" action="/admin/users" role="search" aria-label="Accounts">
                    <label for="q">"E-mail begins with"</label>
                    <div class="find-row">
                        <input class="input" id="q" name="q" value=text.clone() maxlength="254" autocomplete="off" spellcheck="false"/>
                        <Button look=Look::Secondary>"Find"</Button>
                    </div>
                    <input type="hidden" name="role" value=role.map_or("", Role::as_str)/>
                </form>
                {content}
                {more.map(|href| view! { <p><ButtonLink href=href look=Look::Secondary>"More"</ButtonLink></p> })}
            </div>
        })
    })
}
