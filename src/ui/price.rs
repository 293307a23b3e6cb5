use leptos::prelude::*;

use crate::values::Money;

/// A price, and the one it was reduced from.
#[component]
pub fn Price(
    now: Money,
    #[prop(optional_no_strip)] was: Option<Money>,
    #[prop(optional)] large: bool,
    /// Of several variants, the lowest.
    #[prop(optional)]
    from: bool,
) -> impl IntoView {
    let class = match (large, was.is_some()) {
        (false, false) => "price",
        (false, true) => "price price-reduced",
        (true, false) => "price price-large",
        (true, true) => "price price-large price-reduced",
    };
    view! {
        <span class=class>
            {from.then(|| view! { <span class="muted small">"from "</span> })}
            {was.map(|_| view! { <span class="visually-hidden">"Now "</span> })}
            <span class="price-now">{now.to_string()}</span>
            {was.map(|was| view! { <s class="price-was"><span class="visually-hidden">"Was "</span>{was.to_string()}</s> })}
        </span>
    }
}
