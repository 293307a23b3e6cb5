//! `/admin/vendors`

use leptos::prelude::*;

use crate::pages::dashboard::admin_page;
use crate::pages::dates::Date;
use crate::pages::document::Document;
use crate::pages::query;
use crate::platform::request;
use crate::ui::{Button, ButtonLink, EmptyState, Look, Tab, Tabs};
use crate::values::{VendorId, country_name, percent_encoded};
use crate::vendors::service::VendorList;
use crate::vendors::{Vendor, VendorStatus};

const LIST: &str = "/admin/vendors";

/// Longest text that names are searched for, in characters.
const MAX_TEXT: usize = 80;

fn href(status: VendorStatus, text: &str, after: Option<VendorId>) -> String {
    let text = if text.is_empty() { String::new() } else { format!("&q={}", percent_encoded(text)) };
    let after = after.map(|id| format!("&after={id}")).unwrap_or_default();
    format!("{LIST}?status={status}{text}{after}")
}

/// One for each status, with how many there are.
fn tabs(counts: &[(VendorStatus, i64)], current: VendorStatus, text: &str) -> Vec<Tab> {
    let tab = |&status: &VendorStatus| {
        let count = counts.iter().find(|(known, _)| *known == status).map_or(0, |(_, count)| *count);
        Tab::new(href(status, text, None), status.label(), status == current).counting(count)
    };
    VendorStatus::ALL.iter().map(tab).collect()
}

#[component]
fn Table(vendors: Vec<Vendor>) -> impl IntoView {
    view! {
        <div class="table-scroll" role="region" aria-label="Shops" tabindex="0">
            <table class="table table-cards">
                <thead><tr><th scope="col">"Shop"</th><th scope="col">"Place"</th><th scope="col">"Mail"</th><th scope="col">"Applied"</th></tr></thead>
                <tbody>
                    {vendors.into_iter().map(|vendor| {
                        let country = country_name(&vendor.profile.country_code).unwrap_or_default();
                        view! {
                            <tr>
                                <th scope="row"><a href=format!("/admin/vendors/{}", vendor.id)>{vendor.profile.name}</a></th>
                                <td data-label="Place">{[vendor.profile.city.as_str(), country].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(", ")}</td>
                                <td data-label="Mail">{vendor.profile.contact_email.to_string()}</td>
                                <td class="nowrap" data-label="Applied"><Date at=vendor.applied_at/></td>
                            </tr>
                        }
                    }).collect_view()}
                </tbody>
            </table>
        </div>
    }
}

/// All shops by status; those that wait come first.
#[component]
pub fn AdminVendorsPage() -> impl IntoView {
    let status = query("status").and_then(|text| text.parse().ok()).unwrap_or(VendorStatus::Pending);
    let text = query("q").map(|text| text.trim().chars().take(MAX_TEXT).collect::<String>()).unwrap_or_default();
    let after = query("after").and_then(|text| text.parse::<VendorId>().ok());
    admin_page(move |admin, _| async move {
        let db = request::state()?.db.clone();
        let counts = crate::vendors::service::counts(&db, &admin, &text).await?;
        let VendorList { vendors, next } = crate::vendors::service::list(&db, &admin, status, &text, after).await?;
        let content = match (vendors.is_empty(), text.is_empty()) {
            (false, _) => view! { <Table vendors=vendors/> }.into_any(),
            (true, true) => {
                view! { <EmptyState icon="shop" title="Nobody here" text="No shop is in this status at the moment."/> }.into_any()
            }
            (true, false) => view! {
                <EmptyState icon="search" title="No such shop" text=format!("No shop in this status has “{text}” in its name.")>
                    <ButtonLink href=href(status, "", None) look=Look::Secondary>"Show all in this status"</ButtonLink>
                </EmptyState>
            }
            .into_any(),
        };
        Ok(view! {
            <Document title="Shops"/>
            <div class="wrap stack">
                <header class="page-head cluster spread">
                    <h1>"Shops"</h1>
                    <form class="find-form" method="get" action=LIST role="search" aria-label="Find a shop">
                        <input type="hidden" name="status" value=status.as_str()/>
                        <label class="visually-hidden" for="shop-q">"What its name contains"</label>
                        <div class="find-row">
                            <input class="input" id="shop-q" name="q" placeholder="Name" value=text.clone() maxlength=MAX_TEXT autocomplete="off"/>
                            <Button look=Look::Secondary>"Find"</Button>
                        </div>
                    </form>
                </header>
                <Tabs label="Status" tabs=tabs(&counts, status, &text)/>
                {content}
                {next.map(|id| view! { <p><ButtonLink href=href(status, &text, Some(id)) look=Look::Secondary>"More"</ButtonLink></p> })}
            </div>
        })
    })
}
