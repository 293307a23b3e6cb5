use leptos::prelude::*;

use crate::values::grouped;

/// One of the views that a page has, each under an address of its own.
#[derive(Clone, Debug)]
pub struct Tab {
    href: String,
    label: String,
    current: bool,
    count: Option<i64>,
}

impl Tab {
    pub fn new(href: impl Into<String>, label: impl Into<String>, current: bool) -> Self {
        Self { href: href.into(), label: label.into(), current, count: None }
    }

    /// With how much there is behind it.
    pub fn counting(self, count: i64) -> Self {
        Self { count: Some(count), ..self }
    }
}

/// Links to the views of a page. `label` says what they differ in.
#[component]
pub fn Tabs(label: &'static str, tabs: Vec<Tab>) -> impl IntoView {
    let entry = |Tab { href, label, current, count }: Tab| {
        let count = count.map(|count| view! { " "<span class="muted numeric">{grouped(count)}</span> });
        view! { <li><a href=href aria-current=current.then_some("page")>{label}{count}</a></li> }
    };
    view! { <nav aria-label=label><ul class="tabs" role="list">{tabs.into_iter().map(entry).collect_view()}</ul></nav> }
}
