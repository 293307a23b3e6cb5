//! Light or dark, as the system says until a visitor chooses; then a cookie that the server reads, so that a page never arrives in the
//! wrong one.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::api::SetTheme;
use super::icon::Icon;

/// Name of the cookie. No secret: script may read it.
pub const COOKIE: &str = "souk_theme";

/// A year.
const MAX_AGE_S: u32 = 31_536_000;

crate::text_enum! {
    /// What a visitor chose.
    pub enum Theme { Light => "light", Dark => "dark" }
}

/// The cookie that remembers the choice.
pub fn cookie(theme: Theme) -> String {
    format!("{COOKIE}={theme}; Path=/; Max-Age={MAX_AGE_S}; SameSite=Lax")
}

/// The choice in a `Cookie` header, if there is one.
pub fn chosen(cookies: &str) -> Option<Theme> {
    cookies
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .and_then(|(_, value)| value.parse().ok())
}

/// Applies the choice to the page at hand. The pressed button hides with it, so the focus goes to its twin.
fn apply(theme: Theme) {
    let document = document();
    if let Some(root) = document.document_element() {
        let _ = root.set_attribute("data-theme", theme.as_str());
    }
    if let Some(document) = document.dyn_ref::<web_sys::HtmlDocument>() {
        let _ = document.set_cookie(&cookie(theme));
    }
    let twin = match theme {
        Theme::Light => "theme-to-dark",
        Theme::Dark => "theme-to-light",
    };
    if let Some(twin) = document.get_element_by_id(twin).and_then(|twin| twin.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = twin.focus();
    }
}

/// Two buttons, of which the style shows the one that changes something. A plain form before and without WASM.
#[island]
pub fn ThemeToggle() -> impl IntoView {
    use server_fn::ServerFn;
    let choose = |theme: Theme| {
        move |event: web_sys::MouseEvent| {
            event.prevent_default();
            apply(theme);
        }
    };
    view! {
        <form method="post" action=SetTheme::url() class="theme-form">
            <button class="tool theme-to-dark" id="theme-to-dark" name="theme" value="dark" aria-label="Dark theme" title="Dark theme" on:click=choose(Theme::Dark)>
                <Icon name="moon"/>
            </button>
            <button class="tool theme-to-light" id="theme-to-light" name="theme" value="light" aria-label="Light theme" title="Light theme" on:click=choose(Theme::Light)>
                <Icon name="sun"/>
            </button>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_themes_are_read() {
        assert_eq!(chosen("a=b; souk_theme=dark; c=d"), Some(Theme::Dark));
        assert_eq!(chosen("souk_theme=\"><script>"), None);
        assert_eq!(chosen("xsouk_theme=dark"), None);
    }
}
