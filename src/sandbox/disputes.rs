//! Disputes: a test card whose bank takes the payment back at once, and how the matter ends.

use serde_json::{Value, json};

use super::call::{Call, Failure};
use super::form::Params;
use super::refusal::Refusal;
use super::store::{Filter, Object};
use super::{ids, shapes};

const KIND: &str = "dispute";

/// The bank of the charge's card takes the money back, and asks for reasons why it should not.
pub(super) async fn open(call: &mut Call, charge_id: &str) -> Result<(), Failure> {
    let mut charge = call.find("charge", charge_id).await?;
    charge.body["disputed"] = true.into();
    hold(&mut charge, true);
    call.update(&charge).await?;
    let dispute = call.insert(KIND, shapes::dispute(&ids::fresh("du")?, call.now, &charge.body), json!({})).await?;
    call.emit("charge.dispute.created", &dispute.body).await
}

/// Whether the bank has the money of the charge, so that it cannot be given back.
pub(super) fn is_held(charge: &Object) -> bool {
    charge.hidden["held"] == true
}

fn hold(charge: &mut Object, held: bool) {
    charge.hidden["held"] = held.into();
}

pub(super) async fn list(call: &mut Call, mut params: Params) -> Result<Value, Failure> {
    let mut fields = json!({});
    for field in ["payment_intent", "charge"] {
        if let Some(id) = params.text(field)? {
            fields[field] = id.into();
        }
    }
    call.page(KIND, "/v1/disputes", params, Filter { fields, ..Filter::default() }).await
}

/// Gives in.
pub(super) async fn close(call: &mut Call, id: &str, params: Params) -> Result<Value, Failure> {
    params.finish()?;
    settle(call, id, false).await
}

/// The bank decides, as a switch says.
pub(super) async fn settle(call: &mut Call, id: &str, won: bool) -> Result<Value, Failure> {
    let mut dispute = call.find(KIND, id).await?;
    if dispute.body["status"] != "needs_response" {
        return Err(Refusal::state("This dispute is already closed.").into());
    }
    dispute.body["status"] = if won { "won".into() } else { "lost".into() };
    dispute.body["is_charge_refundable"] = won.into();
    call.update(&dispute).await?;
    let charge_id = dispute.body["charge"].as_str().unwrap_or_default().to_owned();
    let mut charge = call.find("charge", &charge_id).await?;
    hold(&mut charge, !won);
    call.update(&charge).await?;
    call.emit("charge.dispute.closed", &dispute.body).await?;
    Ok(dispute.body)
}
