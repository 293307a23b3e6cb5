//! Refunds: never more than is left of a charge.

use serde_json::{Value, json};

use super::call::{Call, Failure};
use super::form::Params;
use super::intents::merge_metadata;
use super::refusal::Refusal;
use super::store::{Filter, Object};
use super::{disputes, ids, shapes};
use crate::values::{Currency, Money};

const KIND: &str = "refund";
const REASONS: [&str; 3] = ["duplicate", "fraudulent", "requested_by_customer"];

pub(super) async fn create(call: &mut Call, mut params: Params) -> Result<Value, Failure> {
    let intent_id = params.text("payment_intent")?;
    let charge_id = params.text("charge")?;
    let amount = params.integer("amount")?;
    let reason = params.text("reason")?;
    let mut metadata = json!({});
    merge_metadata(&mut metadata, &mut params)?;
    params.finish()?;
    if reason.as_deref().is_some_and(|reason| !REASONS.contains(&reason)) {
        return Err(Refusal::invalid("Invalid reason.", "reason").into());
    }
    if amount.is_some_and(|amount| amount < 1) {
        let refusal = Refusal::invalid("This value must be greater than or equal to 1.", "amount");
        return Err(refusal.code("parameter_invalid_integer").into());
    }
    let mut charge = charge_to_refund(call, intent_id, charge_id).await?;
    let refunded = charge.body["amount_refunded"].as_i64().unwrap_or(0);
    let left = charge.body["amount_captured"].as_i64().unwrap_or(0) - refunded;
    let amount = amount.unwrap_or(left);
    check_amount(&charge, amount, left)?;

    charge.body["amount_refunded"] = (refunded + amount).into();
    charge.body["refunded"] = (amount == left).into();
    call.update(&charge).await?;
    let mut body = shapes::refund(&ids::fresh("re")?, call.now, &charge.body, amount, reason.as_deref(), &metadata);
    if call.switches.stay_pending {
        body["status"] = "pending".into();
    }
    let refund = call.insert(KIND, body, json!({})).await?;
    call.emit("refund.created", &refund.body).await?;
    call.emit("charge.refunded", &charge.body).await?;
    Ok(refund.body)
}

async fn charge_to_refund(call: &mut Call, intent_id: Option<String>, charge_id: Option<String>) -> Result<Object, Failure> {
    let charge_id = match (intent_id, charge_id) {
        (Some(id), None) => {
            let intent = call.find("payment_intent", &id).await?;
            let paid = intent.body["status"] == "succeeded";
            let charge = intent.body["latest_charge"].as_str().filter(|_| paid).map(str::to_owned);
            charge.ok_or_else(|| Refusal::state(&format!("This PaymentIntent ({id}) does not have a successful charge to refund.")))?
        }
        (None, Some(id)) => id,
        _ => return Err(Refusal::invalid("One of payment_intent and charge must be given.", "payment_intent").into()),
    };
    call.find("charge", &charge_id).await
}

/// "Already refunded" means nothing is left; asking for more than is left is another matter, which nobody may take for done.
fn check_amount(charge: &Object, amount: i64, left: i64) -> Result<(), Refusal> {
    let id = &charge.id;
    if charge.body["paid"] != true {
        return Err(Refusal::state(&format!("Charge {id} has failed and cannot be refunded.")));
    }
    if disputes::is_held(charge) {
        let message = format!("Charge {id} has been charged back; cannot issue a refund.");
        return Err(Refusal::state(&message).code("charge_disputed"));
    }
    if left == 0 {
        return Err(Refusal::state(&format!("Charge {id} has already been refunded.")).code("charge_already_refunded"));
    }
    if amount > left {
        let currency: Currency = charge.body["currency"].as_str().unwrap_or_default().parse().unwrap_or(Currency::USD);
        let (amount, left) = (Money::new(amount, currency), Money::new(left, currency));
        let message = format!("Refund amount ({amount}) is greater than unrefunded amount on charge ({left})");
        return Err(Refusal::state(&message).with_param("amount"));
    }
    Ok(())
}

pub(super) async fn retrieve(call: &mut Call, id: &str, params: Params) -> Result<Value, Failure> {
    params.finish()?;
    Ok(call.find(KIND, id).await?.body)
}

pub(super) async fn list(call: &mut Call, mut params: Params) -> Result<Value, Failure> {
    let mut fields = json!({});
    for field in ["payment_intent", "charge"] {
        if let Some(id) = params.text(field)? {
            fields[field] = id.into();
        }
    }
    call.page(KIND, "/v1/refunds", params, Filter { fields, ..Filter::default() }).await
}

/// Ends what a switch made stay `pending`. A refund that fails gives the charge its money back.
pub(super) async fn settle(call: &mut Call, id: &str, succeeded: bool) -> Result<Value, Failure> {
    let mut refund = call.find(KIND, id).await?;
    // One that succeeded may fail weeks later, when the bank sends the money back.
    if refund.body["status"] != "pending" && (succeeded || refund.body["status"] != "succeeded") {
        return Err(Refusal::state("Only a pending refund can be settled, and only one that succeeded can fail afterwards.").into());
    }
    refund.body["status"] = if succeeded { "succeeded".into() } else { "failed".into() };
    if !succeeded {
        refund.body["failure_reason"] = "unknown".into();
        let charge_id = refund.body["charge"].as_str().unwrap_or_default().to_owned();
        let mut charge = call.find("charge", &charge_id).await?;
        let refunded = charge.body["amount_refunded"].as_i64().unwrap_or(0) - refund.body["amount"].as_i64().unwrap_or(0);
        charge.body["amount_refunded"] = refunded.into();
        charge.body["refunded"] = false.into();
        call.update(&charge).await?;
    }
    call.update(&refund).await?;
    call.emit("refund.updated", &refund.body).await?;
    Ok(refund.body)
}
