//! Payment intents: made, read, changed, canceled. Paying them stands in `attempt.rs`.

use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use super::amounts;
use super::attempt::{self, Payment};
use super::call::{Call, Caller, Failure};
use super::form::Params;
use super::ids;
use super::refusal::Refusal;
use super::shapes;
use super::store::Object;

pub(super) const KIND: &str = "payment_intent";

/// Stripe's limits on metadata.
const MAX_METADATA_KEYS: usize = 50;
const MAX_METADATA_KEY: usize = 40;
const MAX_METADATA_VALUE: usize = 500;
/// No address is longer (RFC 5321), no description sensible beyond it.
const MAX_TEXT: usize = 500;
const CANCELABLE: [&str; 4] = ["requires_payment_method", "requires_confirmation", "requires_action", "requires_capture"];
const REASONS: [&str; 4] = ["duplicate", "fraudulent", "requested_by_customer", "abandoned"];

pub(super) async fn create(call: &mut Call, mut params: Params) -> Result<Value, Failure> {
    let amount = params.integer("amount")?.ok_or_else(|| Refusal::missing("amount"))?;
    let currency = params.required("currency")?.to_ascii_lowercase();
    amounts::check(amount, &currency)?;
    let allow_redirects = automatic_methods(&mut params)?;
    let confirm = params.boolean("confirm")?.unwrap_or(false);
    let payment = Payment::read(&mut params, call)?;
    let expand = params.list("expand")?;
    let (id, secret) = (ids::fresh("pi")?, ids::fresh("secret")?);
    let client_secret = format!("{id}_{secret}");
    let new = shapes::NewIntent {
        id: &id,
        client_secret: &client_secret,
        created: call.now,
        amount,
        currency: &currency,
        allow_redirects: &allow_redirects,
    };
    let mut body = shapes::intent(&new);
    describe(call, &mut body, &mut params).await?;
    params.finish()?;
    if let Some(card) = payment.card.as_ref().filter(|_| !confirm) {
        body["payment_method"] = ids::fresh("pm")?.into();
        body["status"] = "requires_confirmation".into();
        let hidden = json!({ "card": shapes::card(card), "decline": payment.decline() });
        let intent = call.insert(KIND, body, hidden).await?;
        call.emit("payment_intent.created", &intent.body).await?;
        return present(call, &intent.body, &expand).await;
    }
    let mut intent = call.insert(KIND, body, json!({})).await?;
    call.emit("payment_intent.created", &intent.body).await?;
    if confirm {
        attempt::pay(call, &mut intent, payment).await?;
    }
    present(call, &intent.body, &expand).await
}

fn automatic_methods(params: &mut Params) -> Result<String, Refusal> {
    let Some(mut methods) = params.map("automatic_payment_methods")? else { return Ok("always".to_owned()) };
    if methods.boolean("enabled")? != Some(true) {
        return Err(Refusal::invalid("The sandbox knows automatic payment methods only.", "automatic_payment_methods[enabled]"));
    }
    let allow = methods.text("allow_redirects")?.unwrap_or_else(|| "always".to_owned());
    methods.finish()?;
    if allow == "always" || allow == "never" {
        return Ok(allow);
    }
    Err(Refusal::invalid("Must be one of always or never.", "automatic_payment_methods[allow_redirects]"))
}

/// What create and update have in common.
async fn describe(call: &mut Call, body: &mut Value, params: &mut Params) -> Result<(), Failure> {
    for field in ["receipt_email", "description"] {
        if let Some(text) = params.text(field)? {
            body[field] = short_text(field, text)?;
        }
    }
    if let Some(customer) = params.text("customer")? {
        call.find("customer", &customer).await?;
        body["customer"] = customer.into();
    }
    merge_metadata(&mut body["metadata"], params)?;
    Ok(())
}

/// # Errors
/// When it is too long.
pub(super) fn short_text(field: &str, text: String) -> Result<Value, Refusal> {
    if text.chars().count() > MAX_TEXT {
        return Err(Refusal::invalid("This value is too long.", field).code("parameter_invalid_string_blank"));
    }
    Ok(if text.is_empty() { Value::Null } else { text.into() })
}

/// Keys are added or replaced; an empty value takes one away.
///
/// # Errors
/// Beyond Stripe's limits.
pub(super) fn merge_metadata(metadata: &mut Value, params: &mut Params) -> Result<(), Refusal> {
    let Some(given) = params.map("metadata")? else { return Ok(()) };
    let Some(metadata) = metadata.as_object_mut() else { return Ok(()) };
    for (key, value) in given.into_pairs()? {
        if key.chars().count() > MAX_METADATA_KEY || value.chars().count() > MAX_METADATA_VALUE {
            return Err(Refusal::invalid("Metadata keys have at most 40 characters, values 500.", "metadata"));
        }
        if value.is_empty() {
            metadata.remove(&key);
        } else {
            metadata.insert(key, value.into());
        }
    }
    if metadata.len() > MAX_METADATA_KEYS {
        return Err(Refusal::invalid("Metadata has at most 50 keys.", "metadata"));
    }
    Ok(())
}

pub(super) async fn retrieve(call: &mut Call, id: &str, mut params: Params) -> Result<Value, Failure> {
    let intent = accessible(call, id, &mut params).await?;
    let expand = params.list("expand")?;
    params.finish()?;
    present(call, &intent.body, &expand).await
}

pub(super) async fn update(call: &mut Call, id: &str, mut params: Params) -> Result<Value, Failure> {
    let mut intent = call.find(KIND, id).await?;
    let amount = params.integer("amount")?;
    let currency = params.text("currency")?.map(|currency| currency.to_ascii_lowercase());
    let expand = params.list("expand")?;
    describe(call, &mut intent.body, &mut params).await?;
    params.finish()?;
    let status = status_of(&intent);
    if (amount.is_some() || currency.is_some())
        && !["requires_payment_method", "requires_confirmation", "requires_action"].contains(&status)
    {
        let message = format!("This PaymentIntent's amount could not be updated because it has a status of {status}.");
        return Err(Refusal::state(&message).code("payment_intent_unexpected_state").into());
    }
    if let Some(amount) = amount {
        intent.body["amount"] = amount.into();
    }
    if let Some(currency) = currency {
        intent.body["currency"] = currency.into();
    }
    amounts::check(intent.body["amount"].as_i64().unwrap_or(0), intent.body["currency"].as_str().unwrap_or_default())?;
    call.update(&intent).await?;
    present(call, &intent.body, &expand).await
}

pub(super) async fn cancel(call: &mut Call, id: &str, mut params: Params) -> Result<Value, Failure> {
    let mut intent = call.find(KIND, id).await?;
    let reason = params.text("cancellation_reason")?;
    let expand = params.list("expand")?;
    params.finish()?;
    if reason.as_deref().is_some_and(|reason| !REASONS.contains(&reason)) {
        return Err(Refusal::invalid("Invalid cancellation_reason.", "cancellation_reason").into());
    }
    let status = status_of(&intent);
    if !CANCELABLE.contains(&status) {
        let message = format!(
            "You cannot cancel this PaymentIntent because it has a status of {status}. Only a PaymentIntent with one of the following statuses may be canceled: {}.",
            CANCELABLE.join(", ")
        );
        let refusal = Refusal::state(&message).code("payment_intent_unexpected_state");
        return Err(refusal.with_intent(&intent.body).into());
    }
    intent.body["status"] = "canceled".into();
    intent.body["canceled_at"] = call.now.into();
    intent.body["cancellation_reason"] = reason.into();
    intent.body["next_action"] = Value::Null;
    intent.hidden = json!({});
    call.update(&intent).await?;
    call.emit("payment_intent.canceled", &intent.body).await?;
    present(call, &intent.body, &expand).await
}

pub(super) fn status_of(intent: &Object) -> &str {
    intent.body["status"].as_str().unwrap_or_default()
}

/// The intent, if the caller may have it: a browser must know its secret, and is told nothing otherwise.
///
/// # Errors
/// `resource_missing`.
pub(super) async fn accessible(call: &mut Call, id: &str, params: &mut Params) -> Result<Object, Failure> {
    let given = params.text("client_secret")?;
    let missing = || Refusal::no_such(KIND, id);
    if call.caller == Caller::Browser && given.is_none() {
        return Err(Refusal::missing("client_secret").into());
    }
    let intent = call.find(KIND, id).await?;
    let secret = intent.body["client_secret"].as_str().unwrap_or_default();
    if given.is_some_and(|given| !bool::from(given.as_bytes().ct_eq(secret.as_bytes()))) {
        return Err(missing().into());
    }
    Ok(intent)
}

/// The intent as this caller may see it, with `latest_charge` written out where asked for.
pub(super) async fn present(call: &mut Call, body: &Value, expand: &[String]) -> Result<Value, Failure> {
    let mut body = body.clone();
    for field in expand {
        if field != "latest_charge" {
            return Err(Refusal::invalid(&format!("This property cannot be expanded ({field})."), "expand").into());
        }
        if let Some(charge) = body["latest_charge"].as_str().map(str::to_owned) {
            body["latest_charge"] = call.find("charge", &charge).await?.body;
        }
    }
    if call.caller == Caller::Browser
        && let Some(fields) = body.as_object_mut()
    {
        // What the shop notes for itself is none of the browser's business.
        fields.remove("metadata");
        fields.remove("customer");
    }
    Ok(body)
}
