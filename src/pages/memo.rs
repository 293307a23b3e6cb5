//! Pieces of pages that are rendered once for all who would see the same. A piece is kept by everything that it is rendered from, so nothing
//! in here can be out of date: what has changed has another key.

use std::hash::Hash;
use std::sync::{Arc, LazyLock};

use leptos::prelude::*;
use leptos::tachys::html::InertElement;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

/// HTML that the pieces of one kind may keep: several thousand cards.
const MAX_BYTES: u64 = 8 << 20;

/// What a piece takes besides its HTML: its key, mostly.
const KEY_BYTES: u64 = 512;

/// A usual piece, from which the cache guesses how many there will be.
const USUAL_BYTES: u64 = 2048;

#[derive(Clone)]
struct ByBytes;

impl<K> Weighter<K, Arc<str>> for ByBytes {
    fn weight(&self, _: &K, html: &Arc<str>) -> u64 {
        html.len() as u64 + KEY_BYTES
    }
}

/// Renders outside of the request at hand, then goes on in it. A new root becomes the current owner by being made, and its arena the current
/// one; setting the owner that was there before brings both back.
pub fn apart<T>(render: impl FnOnce() -> T) -> T {
    let request = Owner::current();
    let root = Owner::new_root(None);
    let rendered = render();
    root.unset_with_forced_cleanup();
    if let Some(request) = request {
        request.set();
    }
    rendered
}

/// The pieces of one kind. `K` is all that a piece is rendered from, apart from what is the same for the whole process.
pub struct Memo<K: Eq + Hash>(LazyLock<Cache<K, Arc<str>, ByBytes>>);

impl<K: Clone + Eq + Hash> Memo<K> {
    pub const fn empty() -> Self {
        Self(LazyLock::new(|| Cache::with_weighter((MAX_BYTES / USUAL_BYTES) as usize, MAX_BYTES, ByBytes)))
    }

    /// The HTML of a piece, which must wait for nothing. It is rendered outside of the request: what one visitor brought, in an address with
    /// an error in it for one, cannot get into what others see.
    pub fn html<V: IntoView>(&self, key: K, render: impl FnOnce(K) -> V) -> Arc<str> {
        if let Some(html) = self.0.get(&key) {
            return html;
        }
        let html: Arc<str> = apart(|| render(key.clone()).into_view().to_html()).into();
        self.0.insert(key, html.clone());
        html
    }

    /// The same as a part of a page.
    pub fn view<V: IntoView>(&self, key: K, render: impl FnOnce(K) -> V) -> InertElement {
        InertElement::new(self.html(key, render).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_knows_nothing_of_the_request() {
        let memo = Memo::<()>::empty();
        let request = Owner::new_root(None);
        provide_context("of this visitor");
        let signal = RwSignal::new(1);
        let html = memo.html((), |()| view! { <b>{use_context::<&str>()}{RwSignal::new(2).get_untracked()}</b> });
        assert!(!html.contains("visitor"), "{html}");
        assert_eq!((use_context::<&str>(), signal.get_untracked()), (Some("of this visitor"), 1), "the request goes on as before");
        drop(request);
    }

    #[test]
    fn a_piece_is_rendered_once_and_another_one_for_itself() {
        let memo = Memo::<(u8, &str)>::empty();
        let mut rendered = 0;
        let mut html = |key| {
            memo.html(key, |(number, text)| {
                rendered += 1;
                view! { <b>{number}</b><i>{text}</i> }
            })
        };
        let (first, again, other) = (html((1, "<a>")), html((1, "<a>")), html((2, "<a>")));
        assert!(first.starts_with("<b>1") && first.contains("<i>&lt;a&gt;"), "{first}");
        assert_eq!(first, again);
        assert!(other.starts_with("<b>2"), "{other}");
        assert_eq!(rendered, 2);
    }
}
