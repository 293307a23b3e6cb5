use leptos::prelude::*;

/// The drawings, once per page; [`Icon`] refers to them, which keeps pages with many of them small.
const SPRITE: &str = include_str!("sprite.svg");

/// Holds the drawings. Stands at the top of the body.
#[component]
pub fn Sprite() -> impl IntoView {
    view! { <svg class="sprite" aria-hidden="true" focusable="false" inner_html=SPRITE></svg> }
}

/// A drawing of the sprite, hidden from screen readers: the text beside it or the button's label says what it means.
#[component]
pub fn Icon(name: &'static str, #[prop(optional)] small: bool) -> impl IntoView {
    view! {
        <svg class=if small { "icon icon-small" } else { "icon" } viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <use_ href=format!("#i-{name}")/>
        </svg>
    }
}
