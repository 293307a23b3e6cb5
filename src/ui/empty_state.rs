use leptos::prelude::*;

use super::icon::Icon;

/// Says what will appear here and offers one thing to do (the children).
#[component]
pub fn EmptyState(
    icon: &'static str,
    #[prop(into)] title: String,
    #[prop(into)] text: String,
    /// Set where it is the whole page: the title is then the page's heading.
    #[prop(optional)]
    whole_page: bool,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let heading = if whole_page { view! { <h1>{title}</h1> }.into_any() } else { view! { <h2>{title}</h2> }.into_any() };
    view! {
        <div class="empty-state">
            <span class="empty-state-mark"><Icon name=icon/></span>
            {heading}
            <p>{text}</p>
            {children.map(|children| children())}
        </div>
    }
}
