//! `/vendor/reviews`, `/vendor/reviews/{review}`

use leptos::prelude::*;
use server_fn::ServerFn;

use crate::catalogue::product_url;
use crate::pages::dashboard::shop_page;
use crate::pages::dates::long;
use crate::pages::document::Document;
use crate::pages::{path_part, query};
use crate::platform::{form_flash, request};
use crate::reviews::api::{RemoveReply, SaveReply};
use crate::reviews::ui::ReviewEntry;
use crate::reviews::{MAX_REPLY, Place, ProductReview, VendorReviews, field};
use crate::ui::{Breadcrumbs, Button, ButtonLink, EmptyState, ErrorSummary, FormState, Look, Notice, Tab, Tabs, TextArea, Tone};
use crate::values::ReviewId;

const LIST: &str = "/vendor/reviews";
const LABELS: &[(&str, &str)] = &[(field::REPLY, "Your answer")];

fn href(unanswered: bool, after: Option<Place>) -> String {
    let parts = [unanswered.then(|| "show=unanswered".to_owned()), after.map(|place| format!("after={place}"))];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { LIST.to_owned() } else { format!("{LIST}?{}", parts.join("&")) }
}

#[component]
fn List(reviews: Vec<ProductReview>) -> impl IntoView {
    let entry = |found: ProductReview| {
        let answer = format!("{LIST}/{}", found.review.id);
        let label = if found.review.reply.is_some() { "Change the answer" } else { "Answer" };
        view! {
            <li>
                <h2 class="review-product"><a href=product_url(&found.product_slug)>{found.product_name}</a></h2>
                <ReviewEntry review=found.review.clone() date=long>
                    <a href=answer>{label}<span class="visually-hidden">{format!(" to the review by {}", found.review.author_name)}</span></a>
                </ReviewEntry>
            </li>
        }
    };
    view! { <ol class="review-list" role="list">{reviews.into_iter().map(entry).collect_view()}</ol> }
}

/// What is said about a vendor's products, newest first.
#[component]
pub fn VendorReviewsPage() -> impl IntoView {
    let unanswered = query("show").as_deref() == Some("unanswered");
    // What is no place is the beginning.
    let after = query("after").and_then(|text| text.parse::<Place>().ok());
    shop_page(move |owner, _| async move {
        let VendorReviews { reviews, next, unanswered: waiting } =
            crate::reviews::service::replies::list(&request::state()?.db, &owner, unanswered, after).await?;
        let content = if reviews.is_empty() {
            let text = if unanswered { "You have answered everything." } else { "What buyers say about your products stands here." };
            view! { <EmptyState icon="check" title="No reviews here" text=text/> }.into_any()
        } else {
            view! { <List reviews=reviews/> }.into_any()
        };
        Ok(view! {
            <Document title="Reviews of your products"/>
            <div class="wrap narrow stack">
                <Breadcrumbs trail=vec![("Your shop".to_owned(), "/vendor".to_owned())] here="Reviews"/>
                <header class="page-head"><h1>"Reviews"</h1></header>
                <Tabs label="Reviews" tabs=vec![
                    Tab::new(href(false, None), "All", !unanswered),
                    Tab::new(href(true, None), "Unanswered", unanswered).counting(waiting),
                ]/>
                {content}
                {next.map(|place| view! { <p><ButtonLink href=href(unanswered, Some(place)) look=Look::Secondary>"Older reviews"</ButtonLink></p> })}
            </div>
        })
    })
}

#[component]
fn ReplyForm(review_id: ReviewId, #[prop(optional_no_strip)] reply: Option<String>, form: FormState) -> impl IntoView {
    let remove = reply.is_some().then(|| {
        view! {
            <form method="post" action=RemoveReply::url()>
                <input type="hidden" name="review_id" value=review_id.to_string()/>
                <Button look=Look::Quiet>"Remove the answer"</Button>
            </form>
        }
    });
    view! {
        <form class="form" method="post" action=SaveReply::url()>
            <input type="hidden" name="review_id" value=review_id.to_string()/>
            <TextArea form=form name=field::REPLY label="Your answer" value=reply.unwrap_or_default()
                maxlength=u32::try_from(MAX_REPLY).unwrap_or_default() hint="Stands below the review for everybody."/>
            <Button>"Publish the answer"</Button>
        </form>
        {remove}
    }
}

fn news(done: &str) -> Option<&'static str> {
    Some(match done {
        "saved" => "Your answer is published.",
        "removed" => "Your answer is gone.",
        _ => return None,
    })
}

/// One review, and the vendor's answer to it.
#[component]
pub fn VendorReviewPage() -> impl IntoView {
    let id = path_part::<ReviewId>("review");
    let (flash, done) = (form_flash::current(), query("done"));
    shop_page(move |owner, _| async move {
        let found = crate::reviews::service::replies::find(&request::state()?.db, &owner, id?).await?;
        let (id, reply) = (found.review.id, found.review.reply.clone().map(|(text, _)| text));
        let refused = flash.as_ref().map_or_else(FormState::default, |flash| FormState::of(Some(flash), &flash.path));
        let form = FormState::of(flash.as_ref(), SaveReply::url());
        let news = done.as_deref().and_then(news).filter(|_| refused.error().is_none());
        let content = if owner.vendor().status.may_publish() {
            view! { <ReplyForm review_id=id reply=reply form=form/> }.into_any()
        } else {
            view! { <Notice>"You can answer while your shop is open."</Notice> }.into_any()
        };
        let title = format!("Review of {}", found.product_name);
        let trail = vec![("Your shop".to_owned(), "/vendor".to_owned()), ("Reviews".to_owned(), LIST.to_owned())];
        Ok(view! {
            <Document title=title.clone()/>
            <div class="wrap narrow stack">
                <Breadcrumbs trail=trail here=found.product_name/>
                <header class="page-head"><h1>{title}</h1></header>
                {news.map(|news| view! { <Notice tone=Tone::Good>{news}</Notice> })}
                <section class="card" aria-labelledby="review">
                    <h2 class="visually-hidden" id="review">"The review"</h2>
                    <ReviewEntry review=found.review date=long/>
                </section>
                <ErrorSummary form=refused labels=LABELS/>
                {content}
            </div>
        })
    })
}
