use leptos::prelude::*;

/// How loud a button is. A view has one primary button.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Look {
    #[default]
    Primary,
    Secondary,
    Quiet,
}

fn class_of(look: Look, large: bool, wide: bool) -> String {
    let look = match look {
        Look::Primary => "button-primary",
        Look::Secondary => "button-secondary",
        Look::Quiet => "button-quiet",
    };
    format!("button {look}{}{}", if large { " button-large" } else { "" }, if wide { " button-wide" } else { "" })
}

/// Submits the form it stands in.
#[component]
pub fn Button(
    #[prop(optional)] look: Look,
    #[prop(optional)] large: bool,
    #[prop(optional)] wide: bool,
    #[prop(optional)] disabled: bool,
    children: Children,
) -> impl IntoView {
    view! { <button type="submit" class=class_of(look, large, wide) disabled=disabled>{children()}</button> }
}

/// A link that looks like a button, because it is the next thing to do.
#[component]
pub fn ButtonLink(
    #[prop(into)] href: String,
    #[prop(optional)] look: Look,
    #[prop(optional)] large: bool,
    #[prop(optional)] wide: bool,
    children: Children,
) -> impl IntoView {
    view! { <a href=href class=class_of(look, large, wide)>{children()}</a> }
}
