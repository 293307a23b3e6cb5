//! `/admin/users/{user}`

use leptos::prelude::*;
use server_fn::ServerFn;

use super::users::label;
use crate::accounts::api::{ChangeRole, DisableUser, EnableUser, ResetTwoStep};
use crate::accounts::service::users::{self, MAX_REASON};
use crate::accounts::{Account, Role, field};
use crate::pages::dashboard::admin_page;
use crate::pages::dates::Date;
use crate::pages::document::Document;
use crate::pages::path_part;
use crate::platform::{form_flash, request};
use crate::ui::{Badge, Breadcrumbs, Button, ErrorSummary, FormState, Look, TextArea, Tone};
use crate::values::{UserId, percent_encoded};
use crate::vendors::Vendor;

const LABELS: &[(&str, &str)] = &[(field::REASON, "Reason")];

#[component]
fn Facts(account: Account, shop: Option<Vendor>) -> impl IntoView {
    let user = account.user;
    let orders = format!("/admin/orders?q={}", percent_encoded(user.email.as_str()));
    let yes = |known: bool| if known { "Yes" } else { "No" };
    view! {
        <section class="card stack" aria-labelledby="facts">
            <h2 id="facts">"The account"</h2>
            <table class="attributes"><tbody>
                <tr><th scope="row">"Name"</th><td>{user.name}</td></tr>
                <tr><th scope="row">"Role"</th><td>{label(user.role)}</td></tr>
                <tr><th scope="row">"E-mail confirmed"</th><td>{yes(user.email_verified)}</td></tr>
                <tr><th scope="row">"Two-step sign-in"</th><td>{yes(user.two_step)}</td></tr>
                <tr><th scope="row">"Since"</th><td><Date at=account.created_at/></td></tr>
                <tr><th scope="row">"Orders"</th><td><a href=orders>"Orders with this address"</a></td></tr>
                {shop.map(|shop| view! {
                    <tr><th scope="row">"Shop"</th><td><a href=format!("/admin/vendors/{}", shop.id)>{shop.profile.name}</a></td></tr>
                })}
            </tbody></table>
        </section>
    }
}

/// The role that was seen goes along: who was overtaken hears of it. Vendors have a shop, and who approves shops has none.
#[component]
fn RoleForm(id: UserId, role: Role) -> impl IntoView {
    let (next, words) = match role {
        Role::Customer => (Role::Admin, "Make an admin"),
        Role::Admin => (Role::Customer, "Take the admin's rights away"),
        Role::Vendor => return ().into_any(),
    };
    view! {
        <form method="post" action=ChangeRole::url()>
            <input type="hidden" name="user_id" value=id.to_string()/>
            <input type="hidden" name="seen" value=role.as_str()/>
            <input type="hidden" name="next" value=next.as_str()/>
            <Button look=Look::Secondary>{words}</Button>
        </form>
    }
    .into_any()
}

#[component]
fn AccessForm(id: UserId, disabled: bool, form: FormState) -> impl IntoView {
    let id = id.to_string();
    if disabled {
        return view! {
            <form class="form card" method="post" action=EnableUser::url()>
                <h2>"Let this account in again"</h2>
                <p class="muted small">"Its owner may sign in as before, and gets a mail."</p>
                <input type="hidden" name="user_id" value=id/>
                <div><Button>"Let this account in again"</Button></div>
            </form>
        }
        .into_any();
    }
    view! {
        <form class="form card" method="post" action=DisableUser::url()>
            <h2>"Disable the account"</h2>
            <input type="hidden" name="user_id" value=id/>
            <TextArea form=form name=field::REASON label="Reason" rows=3 hint="Stands word for word in the mail to the owner. All devices are signed out at once."
                maxlength=u32::try_from(MAX_REASON).unwrap_or_default()/>
            <div><Button look=Look::Secondary>"Disable the account"</Button></div>
        </form>
    }
    .into_any()
}

/// One account: what it is, and what can be done about it.
#[component]
pub fn AdminUserPage() -> impl IntoView {
    let id = path_part::<UserId>("user");
    let flash = form_flash::current();
    let disable = FormState::of(flash.as_ref(), DisableUser::url());
    let others = [EnableUser::url(), ChangeRole::url(), ResetTwoStep::url()].map(|url| FormState::of(flash.as_ref(), url));
    admin_page(move |admin, _| async move {
        let db = request::state()?.db.clone();
        let account = users::find(&db, &admin, id?).await?;
        let shop = crate::vendors::service::find_by_owner(&db, account.user.id).await?;
        let user = account.user.clone();
        let email = user.email.to_string();
        Ok(view! {
            <Document title=email.clone()/>
            <div class="wrap narrow stack">
                <Breadcrumbs trail=vec![("Accounts".to_owned(), "/admin/users".to_owned())] here=email.clone()/>
                <header class="page-head">
                    <h1>{email}</h1>
                    {account.disabled.then(|| view! { <p><Badge tone=Tone::Bad>"Disabled"</Badge></p> })}
                </header>
                <ErrorSummary form=disable.clone() labels=LABELS/>
                {others.into_iter().map(|form| view! { <ErrorSummary form=form labels=LABELS/> }).collect_view()}
                <Facts account=account.clone() shop=shop/>
                {(user.role != Role::Vendor || user.two_step).then(|| view! {
                    <section class="card stack" aria-labelledby="rights">
                        <h2 id="rights">"Rights and sign-in"</h2>
                        <div class="cluster">
                            <RoleForm id=user.id role=user.role/>
                            {user.two_step.then(|| view! {
                                <form method="post" action=ResetTwoStep::url()>
                                    <input type="hidden" name="user_id" value=user.id.to_string()/>
                                    <Button look=Look::Secondary>"Turn off two-step sign-in"</Button>
                                </form>
                            })}
                        </div>
                    </section>
                })}
                <AccessForm id=user.id disabled=account.disabled form=disable/>
            </div>
        })
    })
}
