//! Address, review, pay: one straight line.

mod address;
mod pay;
mod review;

pub use address::AddressPage;
pub use pay::PayPage;
pub use review::ReviewPage;

use leptos::prelude::*;

use super::totals::{Thumb, Totals};
use crate::cart::Cart;

/// Where one is on the way.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Address,
    Review,
    Pay,
}

#[component]
fn Steps(at: Step) -> impl IntoView {
    let step = |step: Step, label: &'static str, href: Option<&'static str>| {
        let current = (step == at).then_some("step");
        let label = match href.filter(|_| step < at && at != Step::Pay) {
            Some(href) => view! { <a href=href>{label}</a> }.into_any(),
            None => label.into_any(),
        };
        view! { <li class=if step < at { "is-done" } else { "" } aria-current=current>{label}</li> }
    };
    view! {
        <nav class="steps" aria-label="Checkout">
            <ol>
                {step(Step::Address, "Address", Some("/checkout"))}
                {step(Step::Review, "Review", None)}
                {step(Step::Pay, "Pay", None)}
            </ol>
        </nav>
    }
}

/// What is being bought, beside each step.
#[component]
fn CartSummaryCard(cart: Cart) -> impl IntoView {
    let (items, shipping, total) = (cart.subtotal(), cart.shipping(), cart.total());
    view! {
        <aside class="card summary" aria-labelledby="summary">
            <h2 id="summary">"Your order"</h2>
            <ul class="line-list" role="list">
                {cart.lines().map(|line| view! {
                    <li>
                        <Thumb picture=line.picture_id small=true/>
                        <div>
                            <p>{line.product_name.clone()}</p>
                            <p class="muted small">{[line.variant_title.clone(), format!("Quantity {}", line.quantity)].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ")}</p>
                        </div>
                        <span class="numeric">{line.subtotal().to_string()}</span>
                    </li>
                }).collect_view()}
            </ul>
            <hr/>
            <Totals items=items shipping=shipping total=total/>
        </aside>
    }
}
