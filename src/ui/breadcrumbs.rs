use leptos::prelude::*;

/// The way from the home page to here. The last entry is the page itself and no link.
#[component]
pub fn Breadcrumbs(
    /// Label and address, from the top.
    trail: Vec<(String, String)>,
    #[prop(into)] here: String,
) -> impl IntoView {
    view! {
        <nav class="breadcrumbs" aria-label="Breadcrumb">
            <ol>
                {trail.into_iter().map(|(label, href)| view! { <li><a href=href>{label}</a></li> }).collect_view()}
                <li aria-current="page">{here}</li>
            </ol>
        </nav>
    }
}
