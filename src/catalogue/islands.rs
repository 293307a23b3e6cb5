//! What of the catalogue reacts in the browser: suggestions under the search box, the gallery of a product.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Suggestion, SuggestionKind, api};
use crate::ui::Icon;

/// Typing pauses of this length ask the server; shorter ones would ask for every letter.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(140);

/// Below this many characters everything would match.
const MIN_CHARS: usize = 2;

fn kind_label(kind: SuggestionKind) -> &'static str {
    match kind {
        SuggestionKind::Product => "",
        SuggestionKind::Category => "Category",
        SuggestionKind::Shop => "Shop",
    }
}

/// The search box: a plain form that leads to `/search`, with suggestions while one types (a combobox by the ARIA pattern).
#[island]
pub fn SearchBox(
    /// What was searched for, on the page of its results.
    q: String,
) -> impl IntoView {
    let text = RwSignal::new(q.clone());
    let found = RwSignal::new(Vec::<Suggestion>::new());
    let chosen = RwSignal::new(None::<usize>);
    // Replies may overtake each other: only that of the newest question counts.
    let question = StoredValue::new(0_u32);
    let timer = StoredValue::new(None::<TimeoutHandle>);

    let close = move || {
        question.update_value(|n| *n += 1);
        found.set(Vec::new());
        chosen.set(None);
    };
    let ask = move |typed: String| {
        if let Some(timer) = timer.get_value() {
            timer.clear();
        }
        if typed.trim().chars().count() < MIN_CHARS {
            close();
            return;
        }
        let start = move || {
            question.update_value(|n| *n += 1);
            let mine = question.get_value();
            leptos::task::spawn_local(async move {
                // A search box that cannot suggest still searches.
                let answer = api::suggest(typed).await.unwrap_or_default();
                if question.get_value() == mine {
                    chosen.set(None);
                    found.set(answer);
                }
            });
        };
        timer.set_value(set_timeout_with_handle(start, PAUSE).ok());
    };
    let go = move |at: usize| {
        if let Some(address) = found.with_untracked(|found| found.get(at).map(Suggestion::url)) {
            let _ = window().location().assign(&address);
        }
    };
    let on_key = move |event: web_sys::KeyboardEvent| {
        let count = found.with(Vec::len);
        if count == 0 {
            return;
        }
        match event.key().as_str() {
            "ArrowDown" => {
                event.prevent_default();
                chosen.update(|at| *at = Some(at.map_or(0, |at| (at + 1) % count)));
            }
            "ArrowUp" => {
                event.prevent_default();
                chosen.update(|at| *at = Some(at.map_or(count - 1, |at| (at + count - 1) % count)));
            }
            "Escape" => close(),
            "Enter" => {
                if let Some(at) = chosen.get_untracked() {
                    event.prevent_default();
                    go(at);
                }
            }
            _ => {}
        }
    };
    let is_open = move || found.with(|found| !found.is_empty());
    view! {
        <form class="search-form" action="/search" method="get" role="search">
            <label class="visually-hidden" for="search">"Search the shops"</label>
            <input class="input" id="search" type="search" name="q" value=q placeholder="Search for teapots, boots, lamps…" autocomplete="off"
                enterkeyhint="search" maxlength="100" role="combobox" aria-autocomplete="list" aria-controls="suggestions"
                aria-expanded=move || if is_open() { "true" } else { "false" }
                aria-activedescendant=move || chosen.get().map(|at| format!("suggestion-{at}"))
                on:input=move |event| { text.set(event_target_value(&event)); ask(text.get_untracked()); }
                on:keydown=on_key
                // A pressed suggestion must get its click before the list goes.
                on:blur=move |_| set_timeout(close, std::time::Duration::from_millis(150))/>
            <button aria-label="Search"><Icon name="search"/></button>
            <ul class="suggestions" id="suggestions" role="listbox" aria-label="Suggestions" hidden=move || !is_open()>
                {move || found.get().into_iter().enumerate().map(|(at, suggestion)| view! {
                    <li id=format!("suggestion-{at}") role="option" aria-selected=move || if chosen.get() == Some(at) { "true" } else { "false" }
                        on:click=move |_| go(at)>
                        <span>{suggestion.name.clone()}</span>
                        <span class="muted">{kind_label(suggestion.kind)}</span>
                    </li>
                }).collect_view()}
            </ul>
        </form>
    }
}

/// A picture of the gallery in the sizes it needs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GalleryPicture {
    pub src: String,
    pub srcset: String,
    pub thumb: String,
    pub alt: String,
    pub width: i32,
    pub height: i32,
}

/// The pictures of a product: a large one, and small ones to choose by. Without WASM the small ones are links to the large files.
#[island]
pub fn Gallery(pictures: Vec<GalleryPicture>) -> impl IntoView {
    let shown = RwSignal::new(0_usize);
    let stage = pictures.clone();
    let at = move |pick: fn(&GalleryPicture) -> String| {
        let stage = stage.clone();
        move || stage.get(shown.get()).map(pick)
    };
    let (width, height) = pictures.first().map_or((1, 1), |picture| (picture.width, picture.height));
    let thumbs = (pictures.len() > 1).then(|| {
        let count = pictures.len();
        view! {
            <ul class="gallery-thumbs" aria-label="Pictures">
                {pictures.iter().cloned().enumerate().map(|(index, picture)| view! {
                    <li>
                        <a href=picture.src aria-label=format!("Picture {} of {count}: {}", index + 1, picture.alt)
                            aria-current=move || if shown.get() == index { "true" } else { "false" }
                            on:click=move |event| { event.prevent_default(); shown.set(index); }>
                            <img src=picture.thumb alt="" width="160" height="160" loading="lazy"/>
                        </a>
                    </li>
                }).collect_view()}
            </ul>
        }
    });
    view! {
        <div class="gallery">
            <div class="gallery-stage">
                <img src=at(|picture| picture.src.clone()) srcset=at(|picture| picture.srcset.clone()) alt=at(|picture| picture.alt.clone())
                    sizes="(width >= 48rem) 42rem, 94vw" width=width height=height fetchpriority="high"/>
            </div>
            {thumbs}
        </div>
    }
}
