//! What stands in the head of a page.

use leptos::prelude::*;
use leptos_meta::{Link, Meta, Title};

use crate::platform::request;
use crate::settings::Site;
use crate::ui::escaped;

/// On pages that are made for the printer; it stays on the screen.
pub const PRINT_HINT: &str = "Print this page with your browser: the menus around it stay off the paper.";

/// Address of a path for the world outside, from the configuration and never from `Host`.
pub fn absolute(path: &str) -> String {
    let base = request::state().map(|state| state.config.base_url.clone()).unwrap_or_default();
    format!("{base}{path}")
}

/// Title, description and canonical address.
#[component]
pub fn Document(
    #[prop(into)] title: String,
    #[prop(into, optional)] description: Option<String>,
    /// Path of the one address under which search engines should know the page. None: they should not know it.
    #[prop(into, optional)]
    canonical: Option<String>,
    /// A copy that somebody narrowed or sorted: search engines keep the canonical one alone.
    #[prop(optional)]
    copy: bool,
) -> impl IntoView {
    let seen = canonical.map(|path| {
        let url = absolute(&path);
        let text = title.clone();
        view! {
            <Link rel="canonical" href=url.clone()/>
            <Meta property="og:url" content=url/>
            <Meta property="og:title" content=text/>
            <Meta property="og:site_name" content=Site::here().settings.shop_name.clone()/>
        }
    });
    let hidden = (copy || seen.is_none()).then(|| view! { <Meta name="robots" content="noindex"/> });
    let described = description.map(|text| {
        let again = text.clone();
        view! { <Meta name="description" content=text/><Meta property="og:description" content=again/> }
    });
    view! {
        <Title text=escaped(&title)/>
        {described}
        {seen}
        {hidden}
    }
}

/// The beginning of a text, cut between words, for a description.
pub fn opening(text: &str, max: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= max {
        return line;
    }
    let cut: String = line.chars().take(max).collect();
    let kept = cut.rsplit_once(' ').map_or(cut.as_str(), |(kept, _)| kept);
    format!("{}…", kept.trim_end_matches([',', ';', '.', ':']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_ends_between_words() {
        assert_eq!(opening("Fires  twice a\nmonth, in a kiln", 14), "Fires twice a…");
        assert_eq!(opening("Short", 14), "Short");
    }
}
