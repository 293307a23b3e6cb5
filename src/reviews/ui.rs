//! How reviews look.

use leptos::prelude::*;

use super::{Distribution, MOST_STARS, Review, ReviewLink, field, line_url};
use crate::ui::{Badge, ChoiceField, FormState, Stars, Tone};
use crate::values::{OrderId, grouped};

/// Five bars, each with its count in words.
#[component]
pub fn RatingBars(distribution: Distribution) -> impl IntoView {
    let total = distribution.total().max(1);
    let rows = distribution.rows().map(|(stars, count)| {
        let label = format!("{stars} {}", if stars == 1 { "star" } else { "stars" });
        view! {
            <tr>
                <th scope="row">{label}</th>
                <td class="rating-bar" aria-hidden="true"><progress max=total value=count></progress></td>
                <td class="numeric">{grouped(count)}<span class="visually-hidden">{if count == 1 { " review" } else { " reviews" }}</span></td>
            </tr>
        }
    });
    view! {
        <table class="rating-bars">
            <caption class="visually-hidden">"How many gave how many stars"</caption>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
}

/// What a number of stars means.
const fn in_a_word(stars: u8) -> &'static str {
    match stars {
        1 => "Bad",
        2 => "Poor",
        3 => "Fair",
        4 => "Good",
        _ => "Excellent",
    }
}

/// The choice of stars, from the best down; radio buttons, drawn.
#[component]
pub fn StarChoice(
    form: FormState,
    /// Chosen when nothing was chosen yet.
    #[prop(optional_no_strip)]
    rating: Option<u8>,
) -> impl IntoView {
    let options = (1..=MOST_STARS)
        .rev()
        .map(|stars| {
            let drawn = view! { <Stars count=1 sum=i64::from(stars) bare=true/><span>{in_a_word(stars)}</span> };
            (stars.to_string(), drawn.into_any())
        })
        .collect();
    view! { <ChoiceField form=form name=field::RATING label="Stars" options=options value=rating.map(|stars| stars.to_string()).unwrap_or_default()/> }
}

/// Leads from a line of an order to its review.
#[component]
pub fn LineReviewLink(order: OrderId, link: ReviewLink, product: String) -> impl IntoView {
    let label = if link.written { "Your review" } else { "Write a review" };
    view! { <a class="small" href=line_url(order, link.line)>{label}<span class="visually-hidden">{format!(" of {product}")}</span></a> }
}

/// Reviews one below the other, as strangers see them: each may be reported.
#[component]
pub fn ReviewList(
    reviews: Vec<Review>,
    /// "23 November 2026" of a time.
    date: fn(&str) -> String,
) -> impl IntoView {
    let entry = |review: Review| {
        let (report, author) = (format!("/reviews/{}/report", review.id), review.author_name.clone());
        view! {
            <li>
                <ReviewEntry review=review date=date>
                    <a href=report rel="nofollow">"Report"<span class="visually-hidden">{format!(" the review by {author}")}</span></a>
                </ReviewEntry>
            </li>
        }
    };
    view! { <ol class="review-list" role="list">{reviews.into_iter().map(entry).collect_view()}</ol> }
}

/// One review with its answer. What can be done about it stands behind its date.
#[component]
pub fn ReviewEntry(review: Review, date: fn(&str) -> String, #[prop(optional)] children: Option<Children>) -> impl IntoView {
    let day = date(&review.written_at);
    let title = if review.title.is_empty() { format!("{} of 5 stars", review.rating) } else { review.title };
    let origin = if review.imported {
        view! { <Badge>"Imported review"</Badge> }.into_any()
    } else {
        view! { <Badge tone=Tone::Good>"Verified purchase"</Badge> }.into_any()
    };
    view! {
        <article class="review">
            <header>
                <Stars count=1 sum=i64::from(review.rating) bare=true/>
                <h3>{title}</h3>
            </header>
            {(!review.body.is_empty()).then(|| view! { <p class="review-text">{review.body}</p> })}
            <p class="review-by">
                <span>{review.author_name}</span>
                <span><time datetime=review.written_at>{day}</time>{review.edited.then_some(", edited")}</span>
                {origin}
                {children.map(|children| children())}
            </p>
            {review.reply.map(|(reply, at)| {
                let day = date(&at);
                view! {
                    <div class="review-reply">
                        <p><strong>"The shop answers"</strong>" "<time class="muted" datetime=at>{day}</time></p>
                        <p class="review-text">{reply}</p>
                    </div>
                }
            })}
        </article>
    }
}
