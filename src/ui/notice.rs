use leptos::prelude::*;

use super::badge::Tone;
use super::icon::Icon;

/// A sentence set apart: news about the page or about one of its parts. Good news is that something was done, and is read out as such.
#[component]
pub fn Notice(#[prop(optional)] tone: Tone, children: Children) -> impl IntoView {
    let (class, icon) = match tone {
        Tone::Good => ("notice notice-success", "check"),
        Tone::Warn => ("notice notice-warning", "alert"),
        Tone::Bad => ("notice notice-error", "alert"),
        Tone::Plain | Tone::Accent | Tone::OnPicture => ("notice", "info"),
    };
    view! {
        <div class=class role=matches!(tone, Tone::Good).then_some("status")>
            <Icon name=icon/>
            <div>{children()}</div>
        </div>
    }
}
