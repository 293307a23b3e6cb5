//! `/reviews/{review}/report`

use leptos::prelude::*;
use server_fn::ServerFn;

use super::dates::long;
use super::document::Document;
use super::{loaded, path_part, query};
use crate::accounts::guard::Customer;
use crate::catalogue::product_url;
use crate::platform::{form_flash, request};
use crate::reviews::api::ReportReview;
use crate::reviews::ui::ReviewEntry;
use crate::reviews::{MAX_NOTE, ReportReason, field};
use crate::ui::{Breadcrumbs, Button, ErrorSummary, FormState, Notice, SelectField, TextArea, Tone};
use crate::values::ReviewId;

const LABELS: &[(&str, &str)] = &[(field::REASON, "What is wrong with it"), (field::NOTE, "What we should know")];

/// Where somebody tells the admins about a review.
#[component]
pub fn ReportPage() -> impl IntoView {
    let id = path_part::<ReviewId>("review");
    let form = FormState::of(form_flash::current().as_ref(), ReportReview::url());
    let done = query("done").as_deref() == Some("reported") && form.error().is_none();
    loaded(async move {
        Customer::require().await?;
        let found = crate::reviews::service::moderation::shown(&request::state()?.db, id?).await?;
        let review_id = found.review.id.to_string();
        let reasons = ReportReason::ALL.iter().map(|reason| (reason.to_string(), reason.label().to_owned())).collect();
        let content = if done {
            view! { <Notice tone=Tone::Good>"Thank you. A person will look at it."</Notice> }.into_any()
        } else {
            view! {
                <form class="form" method="post" action=ReportReview::url()>
                    <input type="hidden" name="review_id" value=review_id/>
                    <SelectField form=form.clone() name=field::REASON label="What is wrong with it" options=reasons value="" autocomplete="off"/>
                    <TextArea form=form.clone() name=field::NOTE label="What we should know" optional=true rows=4
                        maxlength=u32::try_from(MAX_NOTE).unwrap_or_default()/>
                    <Button>"Send the report"</Button>
                </form>
            }
            .into_any()
        };
        let error = if form.error().is_some() { "Error: " } else { "" };
        Ok(view! {
            <Document title=format!("{error}Report a review")/>
            <div class="wrap narrow stack">
                <Breadcrumbs trail=vec![(found.product_name, product_url(&found.product_slug))] here="Report a review"/>
                <header class="page-head"><h1>"Report a review"</h1></header>
                <section class="card" aria-labelledby="reported">
                    <h2 class="visually-hidden" id="reported">"The review"</h2>
                    <ReviewEntry review=found.review date=long/>
                </section>
                <ErrorSummary form=form labels=LABELS/>
                {content}
            </div>
        })
    })
}
