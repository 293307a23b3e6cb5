use js_sys::Promise;
use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, FormData, ProgressEvent, XmlHttpRequest};

use crate::error::AppError;

/// What the server says where it could not say anything.
const LOST: &str = "The connection was lost. Please try again.";

/// Sends one file. `fetch` cannot tell how far an upload is; the older way can.
pub async fn send(url: &str, file: &File, percent: RwSignal<u32>) -> Result<(), String> {
    let (request, on_progress, promise) = start(url, file, percent).map_err(|_| LOST.to_owned())?;
    // Resolved by the end of the request, whatever it was.
    let _ = JsFuture::from(promise).await;
    drop(on_progress);
    match request.status().unwrap_or_default() {
        201 => Ok(()),
        0 => Err(LOST.to_owned()),
        413 => Err("This file is too large.".to_owned()),
        _ => Err(words(&request)),
    }
}

type Started = (XmlHttpRequest, Closure<dyn FnMut(ProgressEvent)>, Promise);

fn start(url: &str, file: &File, percent: RwSignal<u32>) -> Result<Started, wasm_bindgen::JsValue> {
    let form = FormData::new()?;
    form.append_with_blob_and_filename("picture", file, &file.name())?;
    let request = XmlHttpRequest::new()?;
    request.open_with_async("POST", url, true)?;
    request.set_request_header("accept", "application/json")?;
    let on_progress = Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| {
        if event.total() > 0.0 {
            // Both are counts of bytes, so the quotient lies between 0 and 100.
            percent.set((event.loaded() / event.total() * 100.0) as u32);
        }
    });
    request.upload()?.set_onprogress(Some(wasm_bindgen::JsCast::unchecked_ref(on_progress.as_ref())));
    let promise = Promise::new(&mut |resolve, _| request.set_onloadend(Some(&resolve)));
    request.send_with_opt_form_data(Some(&form))?;
    Ok((request, on_progress, promise))
}

/// The server's own words about a refusal.
fn words(request: &XmlHttpRequest) -> String {
    let text = request.response_text().ok().flatten().unwrap_or_default();
    match serde_json::from_str::<AppError>(&text) {
        Ok(AppError::Invalid(errors)) => errors.of("picture").map_or_else(|| LOST.to_owned(), |problem| problem.message().to_owned()),
        Ok(error) => error.to_string(),
        Err(_) => LOST.to_owned(),
    }
}
