//! The story of an order, on its pages.

use leptos::prelude::*;

use super::dates::Moment;
use crate::checkout::history::{Entry, Mark};

/// The colour of its dot.
const fn class(mark: Mark) -> &'static str {
    match mark {
        Mark::Done => "",
        Mark::Waiting => "is-waiting",
        Mark::Problem => "is-problem",
    }
}

/// What happened, oldest first.
#[component]
pub fn History(entries: Vec<Entry>) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="history">
            <h2 id="history">"What happened"</h2>
            <ol class="history" role="list">
                {entries.into_iter().map(|entry| view! {
                    <li class=class(entry.mark)>
                        <p>{entry.text}</p>
                        {entry.detail.map(|detail| view! { <p class="muted small">{detail}</p> })}
                        {entry.problem.map(|problem| view! { <p class="field-problem">{problem}</p> })}
                        <p class="muted small"><Moment at=entry.at/></p>
                    </li>
                }).collect_view()}
            </ol>
        </section>
    }
}
