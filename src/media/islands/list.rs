//! The list of pictures: its forms are sent without leaving the page, and its entries can be dragged. All listeners sit on what stays
//! (the list's own element), since its entries are exchanged.

use js_sys::Array;
use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DomParser, DragEvent, Element, Event, EventTarget, FormData, Headers, HtmlFormElement, HtmlInputElement, RequestInit, Response,
    SubmitEvent, SupportedType,
};

const DRAGGED: &str = "is-dragged";
const TARGET: &str = "is-target";
/// Names the picture of an entry.
const PICTURE: &str = "data-picture";

/// Listens for as long as the page lives.
pub fn listen(target: &EventTarget, kind: &str, listener: impl FnMut(Event) + 'static) {
    let listener = Closure::<dyn FnMut(Event)>::new(listener);
    let _ = target.add_event_listener_with_callback(kind, listener.as_ref().unchecked_ref());
    listener.forget();
}

/// Makes the list's forms and entries react.
pub fn enliven(id: &'static str, arrange: &str, product: &str, news: RwSignal<String>) {
    let Some(list) = document().get_element_by_id(id) else { return };
    listen(&list, "submit", move |event| {
        let Ok(event) = event.dyn_into::<SubmitEvent>() else { return };
        let form = event.target().and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
        let Some(form) = form else { return };
        event.prevent_default();
        let body = fields(&form, event.submitter());
        let action = form.action();
        leptos::task::spawn_local(async move { change(id, &action, &body, news).await });
    });
    let entry = |event: &Event| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        target.and_then(|target| target.closest("[data-picture]").ok().flatten())
    };
    listen(&list, "dragstart", move |event| {
        let Some(entry) = entry(&event) else { return };
        let _ = entry.class_list().add_1(DRAGGED);
        if let Some(data) = event.dyn_ref::<DragEvent>().and_then(DragEvent::data_transfer) {
            let _ = data.set_data("text/plain", &entry.get_attribute(PICTURE).unwrap_or_default());
        }
    });
    let over = list.clone();
    listen(&list, "dragover", move |event| {
        if let Some(entry) = entry(&event) {
            event.prevent_default();
            unmark(&over, TARGET);
            let _ = entry.class_list().add_1(TARGET);
        }
    });
    let end = list.clone();
    listen(&list, "dragend", move |_| {
        unmark(&end, DRAGGED);
        unmark(&end, TARGET);
    });
    let (arrange, product, dropped_on) = (arrange.to_owned(), product.to_owned(), list.clone());
    listen(&list, "drop", move |event| {
        event.prevent_default();
        let dragged = dropped_on.query_selector(".is-dragged").ok().flatten();
        let (Some(dragged), Some(target)) = (dragged, entry(&event)) else { return };
        let Some(order) = order_after(&dropped_on, &dragged, &target) else { return };
        let body = format!("product_id={product}&order={order}");
        let arrange = arrange.clone();
        leptos::task::spawn_local(async move { change(id, &arrange, &body, news).await });
    });
}

fn unmark(list: &Element, class: &str) {
    if let Ok(Some(marked)) = list.query_selector(&format!(".{class}")) {
        let _ = marked.class_list().remove_1(class);
    }
}

/// The order of ids once `dragged` lies where `target` was.
fn order_after(list: &Element, dragged: &Element, target: &Element) -> Option<String> {
    let children = list.children();
    let ids: Vec<String> = (0..children.length()).filter_map(|index| children.item(index)?.get_attribute(PICTURE)).collect();
    let (from, to) = (dragged.get_attribute(PICTURE)?, target.get_attribute(PICTURE)?);
    let at = ids.iter().position(|id| *id == to)?;
    let mut order: Vec<String> = ids.into_iter().filter(|id| *id != from).collect();
    order.insert(at.min(order.len()), from);
    Some(order.join(","))
}

/// As a browser would send the form, by this button.
fn fields(form: &HtmlFormElement, button: Option<web_sys::HtmlElement>) -> String {
    let Ok(data) = FormData::new_with_form(form) else { return String::new() };
    let pairs = web_sys::UrlSearchParams::new_with_record_from_str_to_str(&js_sys::Object::new());
    let Ok(pairs) = pairs else { return String::new() };
    for pair in data.entries().into_iter().flatten() {
        let pair: Array = pair.unchecked_into();
        pairs.append(&pair.get(0).as_string().unwrap_or_default(), &pair.get(1).as_string().unwrap_or_default());
    }
    if let Some(button) = button
        && let Some(name) = button.get_attribute("name")
    {
        pairs.append(&name, &button.get_attribute("value").unwrap_or_default());
    }
    String::from(pairs.to_string())
}

/// Posts a change and shows what came of it.
async fn change(list: &str, action: &str, body: &str, news: RwSignal<String>) {
    match post(action, body).await {
        Ok(response) if response.ok() => refresh(list, news).await,
        // The page itself says best what is wrong: signed out, changed by somebody else.
        Ok(_) => {
            let _ = window().location().reload();
        }
        Err(_) => news.set("The connection was lost. Nothing was changed; please try again.".to_owned()),
    }
}

async fn post(url: &str, body: &str) -> Result<Response, JsValue> {
    let headers = Headers::new()?;
    headers.set("content-type", "application/x-www-form-urlencoded")?;
    headers.set("accept", "application/json")?;
    let request = RequestInit::new();
    request.set_method("POST");
    request.set_headers(&headers);
    request.set_body(&JsValue::from_str(body));
    JsFuture::from(window().fetch_with_str_and_init(url, &request)).await?.dyn_into()
}

/// Exchanges the list for that of a fresh copy of this page. What was typed into it and not saved moves over.
pub async fn refresh(id: &str, news: RwSignal<String>) {
    if try_refresh(id).await.is_err() {
        news.set("The list could not be shown anew. Please reload the page.".to_owned());
    }
}

async fn try_refresh(id: &str) -> Result<(), JsValue> {
    let here = window().location().pathname()?;
    let response: Response = JsFuture::from(window().fetch_with_str(&here)).await?.dyn_into()?;
    let html = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
    let fresh = DomParser::new()?.parse_from_string(&html, SupportedType::TextHtml)?;
    let (Some(old), Some(new)) = (document().get_element_by_id(id), fresh.get_element_by_id(id)) else {
        return Err(JsValue::NULL);
    };
    let inputs = old.query_selector_all("input.input")?;
    for index in 0..inputs.length() {
        let Some(typed) = inputs.item(index).and_then(|input| input.dyn_into::<HtmlInputElement>().ok()) else { continue };
        if typed.value() != typed.default_value()
            && let Some(twin) = fresh.get_element_by_id(&typed.id())
        {
            twin.set_attribute("value", &typed.value())?;
        }
    }
    let entries = Array::new();
    while let Some(entry) = new.first_element_child() {
        entries.push(document().adopt_node(&entry)?.as_ref());
    }
    old.replace_children_with_node(&entries);
    Ok(())
}
