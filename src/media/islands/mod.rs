//! What of pictures reacts in the browser: uploads with progress, an order made by dragging. Loaded only where it stands; the plain forms
//! beside it do the same.

mod list;
mod send;

use std::rc::Rc;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{File, HtmlFormElement, HtmlInputElement};

/// The list of pictures, and the form that adds to it, as the page names them.
const LIST: &str = "picture-list";
const UPLOAD_FORM: &str = "picture-upload";

/// Files on their way at once: more would only share the same line.
const AT_ONCE: usize = 3;
/// The server's own bounds, said before the file is sent.
const MAX_BYTES: f64 = 8.0 * 1024.0 * 1024.0;
const KINDS: [&str; 3] = ["image/jpeg", "image/png", "image/webp"];

/// One file on its way.
#[derive(Clone)]
struct Sending {
    key: usize,
    name: String,
    percent: RwSignal<u32>,
    /// None while it is on its way; then what was wrong, if anything.
    outcome: RwSignal<Option<Result<(), String>>>,
}

/// Why the server would refuse a file, as far as one sees from outside.
fn obvious_problem(file: &File) -> Option<String> {
    if file.size() > MAX_BYTES {
        return Some("This file is larger than 8 MB.".to_owned());
    }
    // Some systems know no type for a file; the server looks at its bytes.
    let kind = file.type_();
    (!kind.is_empty() && !KINDS.contains(&kind.as_str())).then(|| "Please choose a JPEG, PNG or WebP picture.".to_owned())
}

/// Sends what was chosen, a few at a time, each with its progress; lets pictures be dragged; and keeps the page (and what is typed elsewhere
/// on it) while the list changes.
#[island(lazy)]
pub fn PictureTools(
    /// Where files go.
    upload: String,
    /// Where an order goes.
    arrange: String,
    product_id: crate::values::ProductId,
) -> impl IntoView {
    let sending = RwSignal::new(Vec::<Sending>::new());
    let news = RwSignal::new(String::new());
    Effect::new(move |_| {
        let upload: Rc<str> = upload.as_str().into();
        let start = Rc::new(move |files: Vec<File>| begin(Rc::clone(&upload), files, sending, news));
        list::enliven(LIST, &arrange, &product_id.to_string(), news);
        take_over(start);
    });
    view! {
        <ul class="upload-list" role="list">
            <For each=move || sending.get() key=|one| one.key let(one)>
                <li class="cluster">
                    <span>{one.name.clone()}</span>
                    {move || match one.outcome.get() {
                        None => view! { <progress max="100" value=move || one.percent.get().to_string() aria-label=format!("Uploading {}", one.name)></progress> }.into_any(),
                        Some(Ok(())) => view! { <span class="muted">"Done"</span> }.into_any(),
                        Some(Err(problem)) => view! { <span class="field-problem">{problem}</span> }.into_any(),
                    }}
                </li>
            </For>
        </ul>
        <p class="muted small" role="status">{news}</p>
    }
}

/// Sends at once what is chosen in the plain form's field.
fn take_over(start: Rc<dyn Fn(Vec<File>)>) {
    let Some(form) = document().get_element_by_id(UPLOAD_FORM) else { return };
    let Ok(form) = form.dyn_into::<HtmlFormElement>() else { return };
    let field = form.query_selector("input[type=file]").ok().flatten().and_then(|field| field.dyn_into::<HtmlInputElement>().ok());
    let Some(field) = field else { return };
    let send = {
        let field = field.clone();
        move || {
            let files = field.files().map(|files| (0..files.length()).filter_map(|index| files.get(index)).collect()).unwrap_or_default();
            field.set_value("");
            start(files);
        }
    };
    let on_submit = send.clone();
    list::listen(&form, "submit", move |event| {
        event.prevent_default();
        on_submit();
    });
    list::listen(&field, "change", move |_| send());
}

fn begin(upload: Rc<str>, files: Vec<File>, sending: RwSignal<Vec<Sending>>, news: RwSignal<String>) {
    let first = sending.with_untracked(Vec::len);
    let queue: Vec<(Sending, File)> = files
        .into_iter()
        .enumerate()
        .map(|(index, file)| {
            let one = Sending { key: first + index, name: file.name(), percent: RwSignal::new(0), outcome: RwSignal::new(None) };
            (one, file)
        })
        .collect();
    sending.update(|sending| sending.extend(queue.iter().map(|(one, _)| one.clone())));
    // The last one is taken first from the end of a vector.
    let queue = StoredValue::new_local(queue.into_iter().rev().collect::<Vec<_>>());
    for _ in 0..AT_ONCE {
        let upload = Rc::clone(&upload);
        leptos::task::spawn_local(async move {
            while let Some((one, file)) = queue.try_update_value(Vec::pop).flatten() {
                let outcome = match obvious_problem(&file) {
                    Some(problem) => Err(problem),
                    None => send::send(&upload, &file, one.percent).await,
                };
                let taken = outcome.is_ok();
                one.outcome.set(Some(outcome));
                if taken {
                    list::refresh(LIST, news).await;
                }
            }
        });
    }
}
