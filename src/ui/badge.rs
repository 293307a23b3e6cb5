use leptos::prelude::*;

/// What a badge or notice says about its matter. Words carry the meaning; the colour only repeats it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Tone {
    #[default]
    Plain,
    Good,
    Warn,
    Bad,
    Accent,
    /// On top of a product picture, in both themes.
    OnPicture,
}

/// One or two words in a pill.
#[component]
pub fn Badge(#[prop(optional)] tone: Tone, children: Children) -> impl IntoView {
    let class = match tone {
        Tone::Plain => "badge",
        Tone::Good => "badge badge-good",
        Tone::Warn => "badge badge-warn",
        Tone::Bad => "badge badge-bad",
        Tone::Accent => "badge badge-accent",
        Tone::OnPicture => "badge badge-on-picture",
    };
    view! { <span class=class>{children()}</span> }
}
