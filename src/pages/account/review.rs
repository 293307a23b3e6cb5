//! `/account/orders/{order}/lines/{line}/review`

use leptos::prelude::*;
use server_fn::ServerFn;

use crate::accounts::guard::Customer;
use crate::pages::document::Document;
use crate::pages::reviews::reviews_url;
use crate::pages::totals::Thumb;
use crate::pages::{loaded, path_part, query};
use crate::platform::{form_flash, request};
use crate::reviews::api::{DeleteReview, SaveReview};
use crate::reviews::ui::StarChoice;
use crate::reviews::{LineToReview, MAX_BODY, MAX_TITLE, Opinion, field};
use crate::ui::{Breadcrumbs, Button, ErrorSummary, FormState, Look, Notice, TextArea, TextField, Tone};
use crate::values::{OrderId, OrderLineId};

const LABELS: &[(&str, &str)] = &[(field::RATING, "Stars"), (field::TITLE, "Title"), (field::BODY, "Your review")];

/// Stars, title and text; what is there already stands in them.
#[component]
fn OpinionForm(line: OrderLineId, #[prop(optional_no_strip)] opinion: Option<Opinion>, form: FormState) -> impl IntoView {
    let label = if opinion.is_some() { "Save the changes" } else { "Publish the review" };
    let rating = opinion.as_ref().map(|opinion| opinion.rating);
    let (title, body) = opinion.map(|opinion| (opinion.title, opinion.body)).unwrap_or_default();
    view! {
        <form class="form" method="post" action=SaveReview::url()>
            <input type="hidden" name="line_id" value=line.to_string()/>
            <StarChoice form=form.clone() rating=rating/>
            <TextField form=form.clone() name=field::TITLE label="Title" value=title optional=true autocomplete="off"
                maxlength=u32::try_from(MAX_TITLE).unwrap_or_default()/>
            <TextArea form=form name=field::BODY label="Your review" value=body optional=true rows=8
                maxlength=u32::try_from(MAX_BODY).unwrap_or_default()
                hint="Everybody can read it, with your first name and the initial of your last one."/>
            <Button>{label}</Button>
        </form>
    }
}

fn news(done: &str) -> Option<&'static str> {
    Some(match done {
        "saved" => "Saved. Thank you for telling others.",
        "deleted" => "Your review is deleted.",
        _ => return None,
    })
}

/// Where the buyer of a line writes about it, and changes or deletes what they wrote.
#[component]
pub fn LineReviewPage() -> impl IntoView {
    let ids = path_part::<OrderId>("order").and_then(|order| Ok((order, path_part::<OrderLineId>("line")?)));
    let (flash, done) = (form_flash::current(), query("done"));
    loaded(async move {
        let customer = Customer::require().await?;
        let (order, line) = ids?;
        let found = crate::reviews::service::writing::line(&request::state()?.db, &customer, order, line).await?;
        let LineToReview { product_name, product_slug, variant_title, picture_id, may_be_reviewed, opinion, hidden_reason } = found;
        let mine = line.to_string();
        let flash = flash.filter(|flash| flash.value("line_id") == Some(mine.as_str()));
        let form = FormState::of(flash.as_ref(), SaveReview::url());
        let refused = flash.as_ref().map_or_else(FormState::default, |flash| FormState::of(Some(flash), &flash.path));
        let news = done.as_deref().and_then(news).filter(|_| refused.error().is_none());
        let hidden = hidden_reason.is_some();
        let title = format!("Your review of {product_name}");
        let trail =
            vec![("Your orders".to_owned(), "/account/orders".to_owned()), ("The order".to_owned(), format!("/account/orders/{order}"))];
        let written = opinion.is_some();
        let content = if may_be_reviewed || written {
            view! { <OpinionForm line=line opinion=opinion form=form/> }.into_any()
        } else {
            view! { <Notice>"You can review it once it has arrived. What was wholly refunded cannot be reviewed."</Notice> }.into_any()
        };
        Ok(view! {
            <Document title=if refused.error().is_some() { format!("Error: {title}") } else { title.clone() }/>
            <div class="wrap narrow stack">
                <Breadcrumbs trail=trail here="Review"/>
                <header class="page-head"><h1>{title}</h1></header>
                <div class="reviewed">
                    <Thumb picture=picture_id small=true/>
                    <p><a href=reviews_url(&product_slug)>"What others say"</a>{(!variant_title.is_empty()).then(|| view! { <br/><span class="muted small">{variant_title}</span> })}</p>
                </div>
                {news.map(|news| view! { <Notice tone=Tone::Good>{news}</Notice> })}
                {hidden_reason.map(|reason| view! { <Notice tone=Tone::Bad><strong>"We have taken it down, and nobody sees it: "</strong>{reason}</Notice> })}
                <ErrorSummary form=refused labels=LABELS/>
                {content}
                {(written && !hidden).then(|| view! {
                    <form method="post" action=DeleteReview::url()>
                        <input type="hidden" name="line_id" value=mine/>
                        <Button look=Look::Quiet>"Delete the review"</Button>
                    </form>
                })}
            </div>
        })
    })
}
