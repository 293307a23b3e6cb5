//! An island that shows that islands work; goes when the first real one stands.

use leptos::prelude::*;

#[island]
pub fn Proof() -> impl IntoView {
    let (count, set_count) = signal(0);
    let (hydrated, set_hydrated) = signal(false);
    Effect::new(move |_| set_hydrated.set(true));
    view! {
        <button type="button" data-hydrated={move || hydrated.get().to_string()} on:click={move |_| set_count.update(|count| *count += 1)}>
            "Clicked " {count} " times"
        </button>
    }
}
