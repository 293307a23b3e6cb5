//! Short news that needs no answer: "Added to your cart". Client only; the server never holds one.

use std::cell::OnceCell;

use leptos::prelude::*;

/// What is said, and where one may go from there.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Toast {
    pub text: String,
    pub link: Option<(String, String)>,
}

thread_local! {
    static CURRENT: OnceCell<ArcRwSignal<Option<Toast>>> = const { OnceCell::new() };
}

fn current() -> ArcRwSignal<Option<Toast>> {
    CURRENT.with(|cell| cell.get_or_init(|| ArcRwSignal::new(None)).clone())
}

/// For how long a toast stands.
const SHOWN_FOR: std::time::Duration = std::time::Duration::from_secs(6);

/// Says something, from within an island's handler or effect.
pub fn say(toast: Toast) {
    let signal = current();
    signal.set(Some(toast.clone()));
    set_timeout(
        move || {
            // Unless something newer stands there by now.
            if signal.with_untracked(|now| now.as_ref() == Some(&toast)) {
                signal.set(None);
            }
        },
        SHOWN_FOR,
    );
}

/// Where toasts appear; once, in the shell. The region exists from the start, so that screen readers announce what comes into it.
#[island]
pub fn Toasts() -> impl IntoView {
    let toast = RwSignal::new(None::<Toast>);
    Effect::new(move |_| toast.set(current().get()));
    // The last island of every page: once it lives, all do. Journeys in a browser wait for this mark instead of guessing.
    Effect::new(|_| {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-hydrated", "");
        }
    });
    view! {
        <div class="toasts" role="status" aria-live="polite">
            {move || toast.get().map(|toast| view! {
                <div class="toast">
                    <span>{toast.text}</span>
                    {toast.link.map(|(label, href)| view! { <a href=href>{label}</a> })}
                </div>
            })}
        </div>
    }
}
