//! The heart that saves a product.

use leptos::prelude::*;
use server_fn::ServerFn;

use super::api::SaveProduct;
use crate::error::AppError;
use crate::ui::Icon;
use crate::ui::toast::{self, Toast};
use crate::values::{NothingElse, ProductId};

/// Saves or forgets a product. A plain form before and without WASM.
#[island]
pub fn Heart(
    product_id: ProductId,
    name: String,
    saved: bool,
    /// With words beside it, on the product's own page.
    wide: bool,
) -> impl IntoView {
    let is_saved = RwSignal::new(saved);
    let action = ServerAction::<SaveProduct>::new();
    Effect::new(move |_| match action.value().get() {
        Some(Ok(now)) => is_saved.set(now),
        Some(Err(AppError::Unauthenticated)) => {
            let _ = window().location().assign("/sign-in?next=/wishlist");
        }
        Some(Err(error)) => {
            is_saved.set(saved);
            toast::say(Toast { text: error.to_string(), link: None });
        }
        None => {}
    });
    let on_submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let wanted = !is_saved.get_untracked();
        // Shown at once; taken back if the server refuses.
        is_saved.set(wanted);
        action.dispatch(SaveProduct { product_id, saved: wanted, rest: NothingElse });
    };
    let label = format!("Save {name} to your wishlist");
    view! {
        <form method="post" action=SaveProduct::url() on:submit=on_submit>
            <input type="hidden" name="product_id" value=product_id.to_string()/>
            <input type="hidden" name="saved" value=move || (!is_saved.get()).to_string()/>
            <button class=if wide { "heart heart-wide" } else { "heart" } aria-label=label
                aria-pressed=move || if is_saved.get() { "true" } else { "false" }>
                <Icon name="heart"/>
                {wide.then(|| view! { <span>{move || if is_saved.get() { "Saved" } else { "Save" }}</span> })}
            </button>
        </form>
    }
}
