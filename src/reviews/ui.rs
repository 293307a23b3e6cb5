//! How reviews look.

use leptos::prelude::*;

use super::{Distribution, Review};
use crate::ui::{Badge, Stars};

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
                <td class="numeric">{count}<span class="visually-hidden">{if count == 1 { " review" } else { " reviews" }}</span></td>
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

/// Reviews one below the other.
#[component]
pub fn ReviewList(
    reviews: Vec<Review>,
    /// "23 November 2026" of a time.
    date: fn(&str) -> String,
) -> impl IntoView {
    view! {
        <ol class="review-list" role="list">
            {reviews.into_iter().map(|review| view! { <li><ReviewEntry review=review date=date/></li> }).collect_view()}
        </ol>
    }
}

#[component]
fn ReviewEntry(review: Review, date: fn(&str) -> String) -> impl IntoView {
    let day = date(&review.written_at);
    let title = if review.title.is_empty() { format!("{} of 5 stars", review.rating) } else { review.title };
    view! {
        <article class="review">
            <header>
                <Stars count=1 sum=i64::from(review.rating) bare=true/>
                <h3>{title}</h3>
            </header>
            {(!review.body.is_empty()).then(|| view! { <p class="review-text">{review.body}</p> })}
            <p class="review-by">
                <span>{review.author_name}</span>
                <time datetime=review.written_at>{day}</time>
                {review.imported.then(|| view! { <Badge>"Imported review"</Badge> })}
            </p>
            {review.vendor_reply.map(|reply| view! {
                <div class="review-reply"><strong>"The shop answers"</strong><p>{reply}</p></div>
            })}
        </article>
    }
}
