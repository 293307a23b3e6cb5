//! `/admin/reviews`, `/admin/reviews/{review}`

use leptos::prelude::*;
use server_fn::ServerFn;

use crate::catalogue::product_url;
use crate::pages::dashboard::admin_page;
use crate::pages::dates::{Date, Moment, long};
use crate::pages::document::Document;
use crate::pages::{path_part, query};
use crate::platform::{form_flash, request};
use crate::reviews::api::ModerateReview;
use crate::reviews::ui::ReviewEntry;
use crate::reviews::{Decision, MAX_REASON, ModeratedReview, Place, Queue, QueuePage, QueuedReview, Report, field};
use crate::ui::{Breadcrumbs, Button, ButtonLink, EmptyState, ErrorSummary, FormState, Look, Notice, Stars, Tab, Tabs, TextArea, Tone};
use crate::values::{ReviewId, grouped};

const LIST: &str = "/admin/reviews";
const LABELS: &[(&str, &str)] = &[(field::REASON, "Reason")];

const fn label(queue: Queue) -> &'static str {
    match queue {
        Queue::Reported => "Reported",
        Queue::Hidden => "Taken down",
    }
}

fn href(queue: Queue, after: Option<Place>) -> String {
    let after = after.map(|place| format!("&after={place}")).unwrap_or_default();
    format!("{LIST}?show={queue}{after}")
}

#[component]
fn Table(reviews: Vec<QueuedReview>, queue: Queue) -> impl IntoView {
    let reported = queue == Queue::Reported;
    let when = if reported { "First reported" } else { "Taken down" };
    let row = |QueuedReview { about, reports, since }: QueuedReview| {
        let review = about.review;
        let name = if review.title.is_empty() { format!("Review by {}", review.author_name) } else { review.title };
        view! {
            <tr>
                <th scope="row"><a href=format!("{LIST}/{}", review.id)>{name}</a></th>
                <td data-label="Stars"><Stars count=1 sum=i64::from(review.rating) bare=true/></td>
                <td data-label="Product">{about.product_name}</td>
                {reported.then(|| view! { <td class="numeric" data-label="Reports">{grouped(reports)}</td> })}
                <td class="nowrap" data-label=when><Date at=since/></td>
            </tr>
        }
    };
    view! {
        <div class="table-scroll" role="region" aria-label="Reviews" tabindex="0">
            <table class="table table-cards">
                <thead><tr>
                    <th scope="col">"Review"</th><th scope="col">"Stars"</th><th scope="col">"Product"</th>
                    {reported.then(|| view! { <th scope="col" class="numeric">"Reports"</th> })}
                    <th scope="col">{when}</th>
                </tr></thead>
                <tbody>{reviews.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
}

/// Reviews that were reported, and those that are hidden.
#[component]
pub fn AdminReviewsPage() -> impl IntoView {
    let queue = query("show").and_then(|text| text.parse().ok()).unwrap_or(Queue::Reported);
    let after = query("after").and_then(|text| text.parse::<Place>().ok());
    admin_page(move |admin, _| async move {
        let QueuePage { reviews, next } = crate::reviews::service::moderation::list(&request::state()?.db, &admin, queue, after).await?;
        let content = match (reviews.is_empty(), queue) {
            (false, _) => view! { <Table reviews=reviews queue=queue/> }.into_any(),
            (true, Queue::Reported) => {
                view! { <EmptyState icon="check" title="Nothing to look at" text="Nobody has reported a review."/> }.into_any()
            }
            (true, Queue::Hidden) => view! { <EmptyState icon="check" title="Nothing here" text="No review is taken down."/> }.into_any(),
        };
        Ok(view! {
            <Document title="Reviews"/>
            <div class="wrap stack">
                <header class="page-head"><h1>"Reviews"</h1></header>
                <Tabs label="State" tabs=Queue::ALL.iter().map(|&known| Tab::new(href(known, None), label(known), known == queue)).collect()/>
                {content}
                {next.map(|place| view! { <p><ButtonLink href=href(queue, Some(place)) look=Look::Secondary>"More"</ButtonLink></p> })}
            </div>
        })
    })
}

/// One of the decisions, with what belongs to it (the children).
#[component]
fn DecisionForm(
    review_id: ReviewId,
    version: i64,
    decision: Decision,
    look: Look,
    label: &'static str,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <form class="form" method="post" action=ModerateReview::url()>
            <input type="hidden" name="review_id" value=review_id.to_string()/>
            <input type="hidden" name="seen" value=version/>
            <input type="hidden" name="decision" value=decision.as_str()/>
            {children.map(|children| children())}
            <Button look=look wide=true>{label}</Button>
        </form>
    }
}

#[component]
fn Reports(reports: Vec<Report>) -> impl IntoView {
    let entry = |report: Report| {
        view! {
            <li>
                <p><strong>{report.reason.label()}</strong>" "<span class="muted small"><Moment at=report.at/></span></p>
                {(!report.note.is_empty()).then(|| view! { <p class="review-text">{report.note}</p> })}
            </li>
        }
    };
    view! {
        <section class="card stack" aria-labelledby="reports">
            <h2 id="reports">"Reports"</h2>
            <ul class="review-list" role="list">{reports.into_iter().map(entry).collect_view()}</ul>
        </section>
    }
}

/// What can be decided about it.
#[component]
fn Decisions(id: ReviewId, version: i64, hidden: bool, reported: bool, form: FormState) -> impl IntoView {
    if hidden {
        return view! { <DecisionForm review_id=id version=version decision=Decision::Restore look=Look::Primary label="Show it again"/> }
            .into_any();
    }
    view! {
        {reported.then(|| view! { <DecisionForm review_id=id version=version decision=Decision::Keep look=Look::Secondary label="Keep it"/> })}
        <DecisionForm review_id=id version=version decision=Decision::Hide look=Look::Primary label="Take it down">
            <TextArea form=form name=field::REASON label="Reason" rows=4 hint="Stands word for word in the mail to its author."
                maxlength=u32::try_from(MAX_REASON).unwrap_or_default()/>
        </DecisionForm>
    }
    .into_any()
}

fn news(done: &str) -> Option<&'static str> {
    Some(match done.parse().ok()? {
        Decision::Hide => "Taken down: its author gets a mail with the reason.",
        Decision::Keep => "It stays, and its reports are settled.",
        Decision::Restore => "Everybody sees it again.",
    })
}

/// One review, what was reported about it, and what can be decided.
#[component]
pub fn AdminReviewPage() -> impl IntoView {
    let id = path_part::<ReviewId>("review");
    let form = FormState::of(form_flash::current().as_ref(), ModerateReview::url());
    let done = query("done").filter(|_| form.error().is_none());
    admin_page(move |admin, _| async move {
        let found = crate::reviews::service::moderation::find(&request::state()?.db, &admin, id?).await?;
        let ModeratedReview { about, hidden_reason, version, reports } = found;
        let (id, hidden, reported) = (about.review.id, hidden_reason.is_some(), !reports.is_empty());
        let title = format!("Review of {}", about.product_name);
        Ok(view! {
            <Document title=title.clone()/>
            <div class="wrap stack">
                <Breadcrumbs trail=vec![("Reviews".to_owned(), LIST.to_owned())] here=about.product_name/>
                <header class="page-head">
                    <h1>{title}</h1>
                    <p><a href=product_url(&about.product_slug)>"See the product"</a></p>
                </header>
                {done.as_deref().and_then(news).map(|news| view! { <Notice tone=Tone::Good>{news}</Notice> })}
                {hidden_reason.map(|reason| view! { <Notice tone=Tone::Bad><strong>"Taken down: "</strong>{reason}</Notice> })}
                <ErrorSummary form=form.clone() labels=LABELS/>
                <div class="with-aside">
                    <div class="stack">
                        <section class="card" aria-labelledby="review">
                            <h2 class="visually-hidden" id="review">"The review"</h2>
                            <ReviewEntry review=about.review date=long/>
                        </section>
                        {reported.then(|| view! { <Reports reports=reports/> })}
                    </div>
                    <aside class="card stack" aria-label="Decision">
                        <Decisions id=id version=version hidden=hidden reported=reported form=form/>
                    </aside>
                </div>
            </div>
        })
    })
}
