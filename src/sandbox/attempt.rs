//! Attempts to pay an intent: confirmed, authenticated, settled. A decline is an attempt, not an end.

use serde_json::{Value, json};

use super::call::{Call, Failure};
use super::cards::{Card, Outcome};
use super::form::Params;
use super::intents::{KIND, accessible, present, status_of};
use super::refusal::Refusal;
use super::store::Object;
use super::{disputes, ids, shapes};

const CONFIRMABLE: [&str; 3] = ["requires_payment_method", "requires_confirmation", "requires_action"];

/// How a confirmation wants to pay.
pub(super) struct Payment {
    pub(super) card: Option<Card>,
    return_url: Option<String>,
    /// The script shows 3-D Secure itself instead of leaving the page.
    use_stripe_sdk: bool,
}

impl Payment {
    /// # Errors
    /// A card that is malformed or no test card; an address to return to that is not ours.
    pub(super) fn read(params: &mut Params, call: &Call) -> Result<Self, Refusal> {
        let token = params.text("payment_method")?;
        let data = params.map("payment_method_data")?;
        let card = match (token, data) {
            (None, None) => None,
            (Some(token), None) => Some(Card::from_token(&token, call.today.0)?),
            (None, Some(data)) => Some(Card::from_data(data, call.today)?),
            (Some(_), Some(_)) => {
                return Err(Refusal::invalid("Give payment_method or payment_method_data, not both.", "payment_method_data"));
            }
        };
        let return_url = params.text("return_url")?;
        if return_url.as_deref().is_some_and(|url| !is_own_url(url, &call.base_url)) {
            return Err(Refusal::invalid("The sandbox returns to this shop only.", "return_url").code("url_invalid"));
        }
        let use_stripe_sdk = params.boolean("use_stripe_sdk")?.unwrap_or(false);
        Ok(Self { card, return_url, use_stripe_sdk })
    }

    /// Why the card will be declined, for when it is confirmed later.
    pub(super) fn decline(&self) -> Value {
        match self.card.as_ref().map(|card| card.outcome) {
            Some(Outcome::Declines { code, decline_code, message }) => Refusal::card(code, decline_code, message).as_payment_error(),
            _ => Value::Null,
        }
    }
}

/// The shop under its configured address, or by another loopback name: a redirector for everybody is nobody's wish.
pub(super) fn is_own_url(url: &str, base_url: &str) -> bool {
    if url == base_url || url.strip_prefix(base_url).is_some_and(|rest| rest.starts_with('/')) {
        return true;
    }
    let Ok(uri) = url.parse::<http::Uri>() else { return false };
    let (Some(authority), Some("http")) = (uri.authority(), uri.scheme_str()) else { return false };
    let host = authority.host();
    // Nothing but host and port: no user's name before, nothing odd behind.
    let plain = authority.port_u16().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    matches!(host, "localhost" | "127.0.0.1" | "[::1]") && authority.as_str() == plain
}

pub(super) async fn confirm(call: &mut Call, id: &str, mut params: Params) -> Result<Value, Failure> {
    let mut intent = accessible(call, id, &mut params).await?;
    let payment = Payment::read(&mut params, call)?;
    let expand = params.list("expand")?;
    if let Some(email) = params.text("receipt_email")? {
        intent.body["receipt_email"] = super::intents::short_text("receipt_email", email)?;
    }
    params.finish()?;
    let status = status_of(&intent);
    if !CONFIRMABLE.contains(&status) {
        let message = match status {
            "succeeded" => {
                "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.".to_owned()
            }
            status => format!("You cannot confirm this PaymentIntent because it has a status of {status}."),
        };
        let refusal = Refusal::state(&message).code("payment_intent_unexpected_state");
        return Err(refusal.with_intent(&intent.body).into());
    }
    pay(call, &mut intent, payment).await?;
    present(call, &intent.body, &expand).await
}

/// Carries out an attempt. A decline is recorded, and then is the answer.
pub(super) async fn pay(call: &mut Call, intent: &mut Object, payment: Payment) -> Result<(), Failure> {
    if let Some(card) = &payment.card {
        intent.hidden = json!({ "card": shapes::card(card), "decline": payment.decline() });
        intent.body["payment_method"] = ids::fresh("pm")?.into();
    }
    if intent.hidden["card"].is_null() {
        let message = "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.";
        let refusal = Refusal::state(message).code("payment_intent_unexpected_state");
        return Err(refusal.with_intent(&intent.body).into());
    }
    intent.hidden["return_url"] = payment.return_url.clone().into();
    intent.body["last_payment_error"] = Value::Null;
    let decline = intent.hidden["decline"].clone();
    if !decline.is_null() {
        return Err(fail(call, intent, decline).await?.into());
    }
    if intent.hidden["card"]["outcome"] == "authenticates" {
        return ask_for_authentication(call, intent, payment.use_stripe_sdk).await;
    }
    finish(call, intent, false).await
}

async fn ask_for_authentication(call: &mut Call, intent: &mut Object, use_stripe_sdk: bool) -> Result<(), Failure> {
    let secret = intent.body["client_secret"].as_str().unwrap_or_default();
    let url = format!("{}/_stripe/3ds/{}?client_secret={secret}", call.base_url, intent.id);
    let return_url = intent.hidden["return_url"].clone();
    intent.body["status"] = "requires_action".into();
    intent.body["next_action"] = if use_stripe_sdk || return_url.is_null() {
        json!({ "type": "use_stripe_sdk", "use_stripe_sdk": { "type": "three_d_secure_redirect", "stripe_js": url } })
    } else {
        json!({ "type": "redirect_to_url", "redirect_to_url": { "return_url": return_url, "url": url } })
    };
    call.update(intent).await?;
    call.emit("payment_intent.requires_action", &intent.body).await
}

/// The customer has said yes or no to their bank.
pub(super) async fn authenticate(call: &mut Call, id: &str, mut params: Params) -> Result<Value, Failure> {
    let mut intent = accessible(call, id, &mut params).await?;
    let outcome = params.required("outcome")?;
    params.finish()?;
    if status_of(&intent) != "requires_action" {
        let message = format!("This PaymentIntent does not await authentication: it has a status of {}.", status_of(&intent));
        return Err(Refusal::state(&message).code("payment_intent_unexpected_state").with_intent(&intent.body).into());
    }
    match outcome.as_str() {
        "complete" => finish(call, &mut intent, true).await?,
        "fail" => {
            let message = "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this PaymentIntent again.";
            let error = Refusal::state(message).code("payment_intent_authentication_failure").as_payment_error();
            give_back(call, &mut intent, error).await?;
        }
        _ => return Err(Refusal::invalid("Must be one of complete or fail.", "outcome").into()),
    }
    present(call, &intent.body, &[]).await
}

/// Ends what a switch made stay in `processing`.
pub(super) async fn settle(call: &mut Call, id: &str, succeeded: bool) -> Result<Value, Failure> {
    let mut intent = call.find(KIND, id).await?;
    if status_of(&intent) != "processing" {
        return Err(Refusal::state("Only an intent in processing can be settled.").code("payment_intent_unexpected_state").into());
    }
    if succeeded {
        succeed(call, &mut intent, false).await?;
    } else {
        let refusal = Refusal::card("processing_error", None, "An error occurred while processing your card. Try again in a little bit.");
        fail(call, &mut intent, refusal.as_payment_error()).await?;
    }
    Ok(intent.body)
}

async fn finish(call: &mut Call, intent: &mut Object, three_d_secure: bool) -> Result<(), Failure> {
    if !call.switches.stay_processing {
        return succeed(call, intent, three_d_secure).await;
    }
    intent.body["status"] = "processing".into();
    intent.body["next_action"] = Value::Null;
    call.update(intent).await?;
    call.emit("payment_intent.processing", &intent.body).await
}

async fn succeed(call: &mut Call, intent: &mut Object, three_d_secure: bool) -> Result<(), Failure> {
    let id = ids::fresh("ch")?;
    let disputed = intent.hidden["card"]["outcome"] == "disputes";
    let charge = shapes::charge(&id, call.now, &intent.body, &intent.hidden["card"], three_d_secure, None);
    call.insert("charge", charge.clone(), json!({})).await?;
    intent.body["status"] = "succeeded".into();
    intent.body["amount_received"] = intent.body["amount"].clone();
    intent.body["latest_charge"] = id.clone().into();
    intent.body["next_action"] = Value::Null;
    intent.hidden = json!({});
    call.update(intent).await?;
    call.emit("charge.succeeded", &charge).await?;
    call.emit("payment_intent.succeeded", &intent.body).await?;
    if disputed { disputes::open(call, &id).await } else { Ok(()) }
}

/// A failed charge, and the intent open again. Returns what the caller is told.
async fn fail(call: &mut Call, intent: &mut Object, mut error: Value) -> Result<Refusal, Failure> {
    let id = ids::fresh("ch")?;
    let charge = shapes::charge(&id, call.now, &intent.body, &intent.hidden["card"], false, Some(&error));
    call.insert("charge", charge, json!({})).await?;
    error["charge"] = id.clone().into();
    intent.body["latest_charge"] = id.clone().into();
    give_back(call, intent, error.clone()).await?;
    Ok(Refusal::from_payment_error(&error).with_charge(&id).with_intent(&intent.body))
}

/// The attempt has failed; another one may follow.
async fn give_back(call: &mut Call, intent: &mut Object, error: Value) -> Result<(), Failure> {
    intent.body["status"] = "requires_payment_method".into();
    intent.body["last_payment_error"] = error;
    intent.body["payment_method"] = Value::Null;
    intent.body["next_action"] = Value::Null;
    intent.hidden = json!({});
    call.update(intent).await?;
    call.emit("payment_intent.payment_failed", &intent.body).await
}

#[cfg(test)]
mod tests {
    use super::is_own_url;

    #[test]
    fn the_way_back_leads_home() {
        let base = "http://127.0.0.1:3000";
        for url in ["http://127.0.0.1:3000/orders/1/thanks", "http://localhost:3000/a?b=c", "http://127.0.0.1:3000"] {
            assert!(is_own_url(url, base), "{url}");
        }
        for url in [
            "http://127.0.0.1:30001.example.com/",
            "https://example.com/",
            "http://localhost@example.com/",
            "javascript:alert(1)",
            "//example.com/",
            "/orders",
            "",
        ] {
            assert!(!is_own_url(url, base), "{url}");
        }
    }
}
