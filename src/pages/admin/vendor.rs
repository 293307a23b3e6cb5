//! `/admin/vendors/{vendor}`

use leptos::prelude::*;
use server_fn::ServerFn;

use crate::catalogue::shop_url;
use crate::pages::dashboard::admin_page;
use crate::pages::dates::Date;
use crate::pages::document::Document;
use crate::pages::vendor::tone;
use crate::pages::{path_part, query};
use crate::platform::{form_flash, request};
use crate::settings::Site;
use crate::ui::{Badge, Breadcrumbs, Button, ErrorSummary, FormState, Look, Notice, TextArea};
use crate::values::{VendorId, country_name, percent_encoded};
use crate::vendors::api::DecideAboutShop;
use crate::vendors::{MAX_REASON, Vendor, VendorStatus, field, mail};

const LABELS: &[(&str, &str)] = &[(field::REASON, "Reason")];

const fn verb(from: VendorStatus, to: VendorStatus) -> &'static str {
    match (from, to) {
        (VendorStatus::Suspended, VendorStatus::Approved) => "Lift the suspension",
        (_, VendorStatus::Approved | VendorStatus::Pending) => "Approve",
        (_, VendorStatus::Rejected) => "Reject",
        (_, VendorStatus::Suspended) => "Suspend",
    }
}

/// One decision. The status that the admin saw goes along: who was overtaken hears of it.
#[component]
fn DecisionForm(vendor: Vendor, next: VendorStatus, form: FormState, reason: String, preview: Option<(String, String)>) -> impl IntoView {
    let here = format!("/admin/vendors/{}", vendor.id);
    let words = verb(vendor.status, next);
    let look = if next.needs_reason() { Look::Secondary } else { Look::Primary };
    view! {
        <form class="form card" method="post" action=DecideAboutShop::url()>
            <input type="hidden" name="vendor_id" value=vendor.id.to_string()/>
            <input type="hidden" name="seen" value=vendor.status.as_str()/>
            <input type="hidden" name="next" value=next.as_str()/>
            {next.needs_reason().then(|| view! {
                <TextArea form=form name=field::REASON label="Reason" hint="Stands word for word in the mail to the vendor." value=reason
                    maxlength=u32::try_from(MAX_REASON).unwrap_or_default()/>
                {preview.map(|(subject, text)| view! {
                    <section class="mail-preview" aria-label="Preview of the mail"><p><strong>{subject}</strong></p><pre>{text}</pre></section>
                })}
            })}
            <div class="cluster">
                <Button look=look>{words}</Button>
                {next.needs_reason().then(|| view! { <button class="button button-quiet" formmethod="get" formaction=here>"Preview the mail"</button> })}
            </div>
        </form>
    }
}

#[component]
fn Profile(vendor: Vendor) -> impl IntoView {
    let profile = vendor.profile;
    let country = country_name(&profile.country_code).unwrap_or_default();
    let place = [profile.city.as_str(), country].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    view! {
        <section class="card stack" aria-labelledby="profile">
            <h2 id="profile">"What they say"</h2>
            {(!profile.tagline.is_empty()).then(|| view! { <p><strong>{profile.tagline}</strong></p> })}
            <div class="prose">{profile.story.split("\n\n").map(|text| view! { <p>{text.to_owned()}</p> }).collect_view()}</div>
            <table class="attributes"><tbody>
                <tr><th scope="row">"Place"</th><td>{place}</td></tr>
                <tr><th scope="row">"Mail"</th><td>{profile.contact_email.to_string()}</td></tr>
                <tr><th scope="row">"Applied"</th><td><Date at=vendor.applied_at/></td></tr>
            </tbody></table>
        </section>
    }
}

/// One shop: what it says, where it stands, what can be decided.
#[component]
pub fn AdminVendorPage() -> impl IntoView {
    let id = path_part::<VendorId>("vendor");
    let form = FormState::of(form_flash::current().as_ref(), DecideAboutShop::url());
    let typed = query(field::REASON);
    admin_page(move |admin, _| async move {
        let state = request::state()?;
        let vendor = crate::vendors::service::find(&state.db, &admin, id?).await?;
        let decisions: Vec<VendorStatus> = vendor.status.decisions().collect();
        let forms = decisions
            .into_iter()
            .map(|next| {
                let preview = typed.as_deref().filter(|_| next.needs_reason()).map(|reason| {
                    let (subject, content) = mail::decision(&vendor, vendor.status, next, Some(reason), &state.config.base_url);
                    (subject, content.to_text(&Site::here().settings.shop_name))
                });
                view! { <DecisionForm vendor=vendor.clone() next=next form=form.clone() reason=typed.clone().unwrap_or_default() preview=preview/> }
            })
            .collect_view();
        let reason = vendor.status_reason.clone();
        Ok(view! {
            <Document title=vendor.profile.name.clone()/>
            <div class="wrap narrow stack">
                <Breadcrumbs trail=vec![("Shops".to_owned(), format!("/admin/vendors?status={}", vendor.status))] here=vendor.profile.name.clone()/>
                <header class="page-head">
                    <h1>{vendor.profile.name.clone()}</h1>
                    <p><Badge tone=tone(vendor.status)>{vendor.status.label()}</Badge>" since "<Date at=vendor.status_changed_at.clone()/></p>
                </header>
                <ErrorSummary form=form.clone() labels=LABELS/>
                {reason.map(|reason| view! { <Notice><strong>"The reason they were given: "</strong>{reason}</Notice> })}
                <p class="cluster">
                    {vendor.status.may_publish().then(|| view! { <a href=shop_url(&vendor.slug)>"See it as customers do"</a> })}
                    <a href=format!("/admin/products?q={}", percent_encoded(&vendor.profile.name))>"Its products"</a>
                    <a href=format!("/admin/users/{}", vendor.owner_id)>"Its owner's account"</a>
                    <a href=format!("/admin/products/new?vendor={}", vendor.slug)>"New product of this shop"</a>
                </p>
                <Profile vendor=vendor/>
                {forms}
            </div>
        })
    })
}
