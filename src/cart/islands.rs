//! What of the cart reacts in the browser: the form that buys, the number of a line. The header's counts are `public/counts.js`.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use server_fn::ServerFn;
use wasm_bindgen::JsCast;

use super::api::{AddToCart, SetQuantity};
use crate::error::AppError;
use crate::ui::Icon;
use crate::ui::toast::{self, Toast};
use crate::values::{NothingElse, Quantity, VariantId};

/// One way to buy a product.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BuyOption {
    pub variant_id: VariantId,
    /// Empty for a product without options.
    pub title: String,
    pub price: String,
    /// In words: "Only 2 left".
    pub stock: String,
    pub available: u32,
}

/// Most pieces of one variant that can be put into the cart.
fn ceiling(available: u32) -> u32 {
    available.min(Quantity::MAX.get())
}

/// Option, number and button. A plain form before and without WASM.
#[island]
pub fn BuyForm(
    options: Vec<BuyOption>,
    chosen: VariantId,
    /// In a preview: everything is there, and nothing can be bought.
    for_show: bool,
) -> impl IntoView {
    let variant = RwSignal::new(chosen);
    let wanted = RwSignal::new(1_u32);
    let action = ServerAction::<AddToCart>::new();
    let has_options = options.len() > 1;
    let stock: Vec<(VariantId, u32)> = options.iter().map(|option| (option.variant_id, option.available)).collect();
    let available = Signal::derive(move || stock.iter().find(|(id, _)| *id == variant.get()).map_or(0, |(_, available)| *available));
    let problem = move || action.value().get().and_then(Result::err).map(|error: AppError| error.to_string());

    Effect::new(move |_| {
        if let Some(Ok(_)) = action.value().get() {
            toast::say(Toast { text: "Added to your cart".to_owned(), link: Some(("View cart".to_owned(), "/cart".to_owned())) });
        }
    });
    let on_submit = move |event: web_sys::SubmitEvent| {
        let Ok(quantity) = Quantity::try_from(i64::from(wanted.get_untracked())) else { return };
        event.prevent_default();
        if !for_show && !action.pending().get_untracked() {
            action.dispatch(AddToCart { variant_id: variant.get_untracked(), quantity, rest: NothingElse });
        }
    };
    view! {
        <form class="buy-form" method="post" action=AddToCart::url() on:submit=on_submit>
            {if has_options {
                view! {
                    <fieldset>
                        <legend class="field-label">"Option"</legend>
                        <div class="pill-choice">
                            {options.into_iter().map(|option| {
                                let id = option.variant_id;
                                view! {
                                    <label>
                                        <input type="radio" name="variant_id" value=id.to_string() checked=id == chosen disabled=option.available == 0
                                            on:change=move |_| variant.set(id)/>
                                        {option.title}
                                        <span class="muted small numeric">{option.price}" · "{option.stock}</span>
                                    </label>
                                }
                            }).collect_view()}
                        </div>
                    </fieldset>
                }.into_any()
            } else {
                view! { <input type="hidden" name="variant_id" value=chosen.to_string()/> }.into_any()
            }}
            <div class="buy-row">
                <Stepper value=wanted max=Signal::derive(move || ceiling(available.get()).max(1)) label="Quantity".to_owned()/>
                <button class="button button-primary button-large" disabled=move || for_show || available.get() == 0
                    aria-busy=move || if action.pending().get() { "true" } else { "false" }>
                    <Icon name="cart"/>
                    {move || if available.get() == 0 { "Sold out" } else { "Add to cart" }}
                </button>
            </div>
            <p class="field-problem" role="alert" hidden=move || problem().is_none()>{problem}</p>
        </form>
    }
}

/// A number with a button on either side. The buttons appear with WASM; until then it is a plain number field.
#[component]
fn Stepper(value: RwSignal<u32>, #[prop(into)] max: Signal<u32>, label: String) -> impl IntoView {
    let set = move |n: u32| value.set(n.clamp(1, max.get_untracked()));
    view! {
        <div class="quantity">
            <button type="button" aria-label="One less" disabled=move || value.get() <= 1 on:click=move |_| set(value.get_untracked() - 1)>
                <Icon name="minus" small=true/>
            </button>
            <input type="number" name="quantity" aria-label=label inputmode="numeric" min="1" max=move || max.get().to_string() value="1"
                prop:value=move || value.get().to_string()
                on:change=move |event| set(event_target_value(&event).parse().unwrap_or(1))/>
            <button type="button" aria-label="One more" disabled={move || value.get() >= max.get()} on:click={move |_| set(value.get_untracked() + 1)}>
                <Icon name="plus" small=true/>
            </button>
        </div>
    }
}

/// How many of a line are wanted. A change submits the form by itself, once the typing pauses; without WASM its button does.
#[island]
pub fn QuantityField(variant_id: VariantId, quantity: u32, available: u32, name: String) -> impl IntoView {
    let ready = RwSignal::new(false);
    let value = RwSignal::new(quantity);
    let form = NodeRef::<leptos::html::Form>::new();
    let timer = StoredValue::new(None::<TimeoutHandle>);
    Effect::new(move |_| ready.set(true));
    Effect::new(move |before: Option<u32>| {
        let now = value.get();
        if before.is_some_and(|before| before != now) {
            if let Some(timer) = timer.get_value() {
                timer.clear();
            }
            let submit = move || {
                if let Some(form) = form.get_untracked() {
                    let form: &web_sys::HtmlFormElement = form.unchecked_ref();
                    let _ = form.request_submit();
                }
            };
            timer.set_value(set_timeout_with_handle(submit, std::time::Duration::from_millis(350)).ok());
        }
        now
    });
    // What is in the cart may be more than is left; it must then be possible to go down step by step.
    let max = ceiling(available).max(quantity).max(1);
    view! {
        <form class="quantity-form" method="post" action=SetQuantity::url() node_ref=form>
            <input type="hidden" name="variant_id" value=variant_id.to_string()/>
            <div class="quantity">
                <button type="button" aria-label=format!("One {name} less") disabled=move || value.get() <= 1 on:click=move |_| value.update(|n| *n = n.saturating_sub(1).max(1))>
                    <Icon name="minus" small=true/>
                </button>
                <input type="number" name="quantity" aria-label=format!("Quantity of {name}") inputmode="numeric" min="1" max=max.to_string() value=quantity.to_string()
                    prop:value=move || value.get().to_string()
                    on:change=move |event| value.set(event_target_value(&event).parse().unwrap_or(quantity).clamp(1, max))/>
                <button type="button" aria-label=format!("One {name} more") disabled={move || value.get() >= ceiling(available)} on:click={move |_| value.update(|n| *n += 1)}>
                    <Icon name="plus" small=true/>
                </button>
            </div>
            <button class="link-button" hidden=move || ready.get()>"Update"</button>
        </form>
    }
}
