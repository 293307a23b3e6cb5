//! `/admin/vendors`

use leptos::prelude::*;

use crate::pages::dashboard::admin_page;
use crate::pages::dates::Date;
use crate::pages::document::Document;
use crate::pages::query;
use crate::platform::request;
use crate::ui::{ButtonLink, EmptyState, Look, Tab, Tabs};
use crate::values::{VendorId, country_name};
use crate::vendors::service::VendorList;
use crate::vendors::{Vendor, VendorStatus};

/// One for each status, with how many there are.
fn tabs(counts: &[(VendorStatus, i64)], current: VendorStatus) -> Vec<Tab> {
    let tab = |&status: &VendorStatus| {
        let count = counts.iter().find(|(known, _)| *known == status).map_or(0, |(_, count)| *count);
        Tab::new(format!("/admin/vendors?status={status}"), status.label(), status == current).counting(count)
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
    let after = query("after").and_then(|text| text.parse::<VendorId>().ok());
    admin_page(move |admin, _| async move {
        let db = request::state()?.db.clone();
        let counts = crate::vendors::service::counts(&db, &admin).await?;
        let VendorList { vendors, next } = crate::vendors::service::list(&db, &admin, status, after).await?;
        let content = if vendors.is_empty() {
            view! { <EmptyState icon="shop" title="Nobody here" text="No shop is in this status at the moment."/> }.into_any()
        } else {
            view! { <Table vendors=vendors/> }.into_any()
        };
        Ok(view! {
            <Document title="Shops"/>
            <div class="wrap stack">
                <header class="page-head"><h1>"Shops"</h1></header>
                <Tabs label="Status" tabs=tabs(&counts, status)/>
                {content}
                {next.map(|id| view! { <p><ButtonLink href=format!("/admin/vendors?status={status}&after={id}") look=Look::Secondary>"More"</ButtonLink></p> })}
            </div>
        })
    })
}
