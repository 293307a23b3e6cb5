//! What is only looked up (charges, events) or merely kept (customers).

use serde_json::{Value, json};

use super::call::{Call, Failure};
use super::form::Params;
use super::intents::{merge_metadata, short_text};
use super::refusal::Refusal;
use super::store::Filter;
use super::{ids, shapes};

/// Stripe's own limit on a filter by type.
const MAX_TYPES: usize = 20;

pub(super) async fn create_customer(call: &mut Call, mut params: Params) -> Result<Value, Failure> {
    let mut body = shapes::customer(&ids::fresh("cus")?, call.now);
    for field in ["email", "name", "phone", "description"] {
        if let Some(text) = params.text(field)? {
            body[field] = short_text(field, text)?;
        }
    }
    merge_metadata(&mut body["metadata"], &mut params)?;
    params.finish()?;
    Ok(call.insert("customer", body, json!({})).await?.body)
}

pub(super) async fn retrieve(call: &mut Call, kind: &'static str, id: &str, params: Params) -> Result<Value, Failure> {
    params.finish()?;
    Ok(call.find(kind, id).await?.body)
}

pub(super) async fn list_charges(call: &mut Call, mut params: Params) -> Result<Value, Failure> {
    let mut fields = json!({});
    for field in ["payment_intent", "customer"] {
        if let Some(id) = params.text(field)? {
            fields[field] = id.into();
        }
    }
    call.page("charge", "/v1/charges", params, Filter { fields, ..Filter::default() }).await
}

pub(super) async fn list_events(call: &mut Call, mut params: Params) -> Result<Value, Failure> {
    let mut kinds = params.list("types")?;
    if kinds.len() > MAX_TYPES {
        return Err(Refusal::invalid("At most 20 types.", "types").into());
    }
    kinds.extend(params.text("type")?);
    // `charge.*` is Stripe's wildcard, `charge.%` SQL's.
    let kinds = kinds.into_iter().map(|kind| kind.replace('%', "").replace('*', "%")).collect();
    let mut filter = Filter { kinds, ..Filter::default() };
    if let Some(mut created) = params.map("created")? {
        let from = [created.integer("gte")?, created.integer("gt")?.map(|after| after.saturating_add(1))];
        let to = [created.integer("lte")?, created.integer("lt")?.map(|before| before.saturating_sub(1))];
        created.finish()?;
        filter.created_from = from.into_iter().flatten().max();
        filter.created_to = to.into_iter().flatten().min();
    }
    call.page("event", "/v1/events", params, filter).await
}
