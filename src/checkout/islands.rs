//! What of the checkout reacts in the browser: the card form, and the page that waits for the confirmation.

use std::time::Duration;

use js_sys::{Array, Function, Promise, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::api::order_progress;
use crate::ui::Icon;
use crate::values::{NothingElse, OrderId};

/// Where the gateway's script draws its fields.
const MOUNT_ID: &str = "payment-element";

/// The module `payment.js`, which the page began to load.
async fn module() -> Result<JsValue, JsValue> {
    let promise = Reflect::get(&window(), &JsValue::from_str("soukPayment"))?.dyn_into::<Promise>()?;
    JsFuture::from(promise).await
}

/// Calls one of its functions and waits for the answer.
async fn call(name: &str, arguments: &[&str]) -> Result<JsValue, JsValue> {
    let module = module().await?;
    let function = Reflect::get(&module, &JsValue::from_str(name))?.dyn_into::<Function>()?;
    let arguments: Array = arguments.iter().map(|argument| JsValue::from_str(argument)).collect();
    let answer = function.apply(&module, &arguments)?;
    match answer.dyn_into::<Promise>() {
        Ok(promise) => JsFuture::from(promise).await,
        Err(answer) => Ok(answer),
    }
}

fn text(answer: &JsValue, name: &str) -> String {
    Reflect::get(answer, &JsValue::from_str(name)).ok().and_then(|value| value.as_string()).unwrap_or_default()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Loading,
    Ready,
    Paying,
    Broken,
}

/// The card form. Its fields are the gateway's own; we never see a card number.
#[island]
pub fn PaymentForm(
    client_secret: String,
    publishable_key: String,
    script_url: String,
    return_url: String,
    amount: String,
) -> impl IntoView {
    let stage = RwSignal::new(Stage::Loading);
    let problem = RwSignal::new(None::<String>);
    Effect::new(move |_| {
        let (script_url, key, secret) = (script_url.clone(), publishable_key.clone(), client_secret.clone());
        leptos::task::spawn_local(async move {
            match call("mount", &[&script_url, &key, &secret, MOUNT_ID]).await {
                Ok(_) => stage.set(Stage::Ready),
                Err(_) => {
                    stage.set(Stage::Broken);
                    problem.set(Some("The card form could not be loaded. Nothing was charged. Please reload the page.".to_owned()));
                }
            }
        });
    });
    let on_submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if stage.get_untracked() != Stage::Ready {
            return;
        }
        stage.set(Stage::Paying);
        problem.set(None);
        let return_url = return_url.clone();
        leptos::task::spawn_local(async move {
            let answer = call("confirm", &[&return_url]).await;
            let status = answer.as_ref().map(|answer| text(answer, "status"));
            match status.as_deref() {
                // The order's own page says what came of it, from the database.
                Ok("succeeded" | "processing") => {
                    let _ = window().location().assign(&return_url);
                }
                Ok(_) => {
                    let message = answer.as_ref().map(|answer| text(answer, "message")).unwrap_or_default();
                    let message = if message.is_empty() { "Your card was not accepted.".to_owned() } else { message };
                    problem.set(Some(format!("{message} Nothing was charged.")));
                    stage.set(Stage::Ready);
                }
                Err(_) => {
                    problem.set(Some(
                        "We lost the connection and cannot tell what became of the payment. Look at the order before you pay again."
                            .to_owned(),
                    ));
                    stage.set(Stage::Ready);
                }
            }
        });
    };
    view! {
        <form class="form payment-form" on:submit=on_submit>
            <div class="payment-element" id=MOUNT_ID></div>
            <p class="field-problem payment-problem" role="alert" hidden=move || problem.get().is_none()>{move || problem.get()}</p>
            <button class="button button-primary button-large button-wide" disabled=move || stage.get() != Stage::Ready
                aria-busy=move || if stage.get() == Stage::Paying { "true" } else { "false" }>
                <Icon name="lock"/>
                {move || if stage.get() == Stage::Paying { "Paying…".to_owned() } else { format!("Pay {amount}") }}
            </button>
        </form>
    }
}

/// Pauses between questions: quick at first, when the confirmation is most likely on its way.
const QUICK: (u32, Duration) = (10, Duration::from_secs(1));
const PATIENT: (u32, Duration) = (20, Duration::from_secs(3));

fn ask(order_id: OrderId, asked: u32, given_up: RwSignal<bool>) {
    if asked >= QUICK.0 + PATIENT.0 {
        given_up.set(true);
        return;
    }
    let pause = if asked < QUICK.0 { QUICK.1 } else { PATIENT.1 };
    let next = move || {
        leptos::task::spawn_local(async move {
            match order_progress(order_id, NothingElse).await {
                Ok(progress) if !progress.waiting => {
                    let _ = window().location().reload();
                }
                _ => ask(order_id, asked + 1, given_up),
            }
        });
    };
    set_timeout(next, pause);
}

/// Asks whether the order is confirmed by now, and shows the page anew when it is.
#[island]
pub fn ThanksPoller(order_id: OrderId) -> impl IntoView {
    let given_up = RwSignal::new(false);
    Effect::new(move |_| ask(order_id, 0, given_up));
    view! {
        <p class="muted small">
            {move || if given_up.get() { "This takes longer than usual. A mail will follow as soon as it is confirmed." } else { "This page looks again by itself." }}
        </p>
    }
}
