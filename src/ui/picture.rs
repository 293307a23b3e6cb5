use leptos::prelude::*;

use super::icon::Icon;

/// Where and how early a picture is seen, which decides when the browser fetches it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Fetch {
    /// Below the fold.
    #[default]
    Lazy,
    /// In view when the page opens.
    Soon,
    /// The largest thing in view: before everything else.
    First,
}

/// Address, sizes and text of a picture; what a feature hands over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    pub src: String,
    pub srcset: String,
    pub width: u32,
    pub height: u32,
    pub alt: String,
}

/// A picture whose place is reserved before it arrives. Without one, a mark on the same ground.
#[component]
pub fn Picture(source: Option<Source>, sizes: &'static str, #[prop(optional)] fetch: Fetch) -> impl IntoView {
    match source {
        Some(source) => view! {
            <img src=source.src srcset=source.srcset sizes=sizes width=source.width height=source.height alt=source.alt
                loading=(fetch == Fetch::Lazy).then_some("lazy") decoding="async"
                fetchpriority=(fetch == Fetch::First).then_some("high")/>
        }
        .into_any(),
        None => view! { <span class="picture-missing"><Icon name="picture"/></span> }.into_any(),
    }
}
