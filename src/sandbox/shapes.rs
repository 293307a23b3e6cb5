//! Objects as version `2026-09-30.endive` of the API shows them, each with all its fields: the client that reads them decides which matter.

use serde_json::{Value, json};

use super::cards::{Card, Outcome};

pub(super) struct NewIntent<'a> {
    pub(super) id: &'a str,
    pub(super) client_secret: &'a str,
    pub(super) created: i64,
    pub(super) amount: i64,
    pub(super) currency: &'a str,
    pub(super) allow_redirects: &'a str,
}

pub(super) fn intent(new: &NewIntent<'_>) -> Value {
    json!({
        "id": new.id, "object": "payment_intent", "allowed_payment_method_types": null,
        "amount": new.amount, "amount_capturable": 0, "amount_details": { "tip": {} }, "amount_received": 0,
        "application": null, "application_fee_amount": null,
        "automatic_payment_methods": { "allow_redirects": new.allow_redirects, "enabled": true },
        "canceled_at": null, "cancellation_reason": null, "capture_method": "automatic_async", "client_secret": new.client_secret,
        "confirmation_method": "automatic", "created": new.created, "currency": new.currency,
        "customer": null, "customer_account": null, "description": null, "excluded_payment_method_types": null,
        "last_payment_error": null, "latest_charge": null, "livemode": false, "managed_payments": null, "metadata": {}, "next_action": null,
        "on_behalf_of": null, "payment_method": null, "payment_method_configuration_details": null,
        "payment_method_options": { "card": { "installments": null, "mandate_options": null, "network": null, "request_three_d_secure": "automatic" } },
        "payment_method_types": ["card"], "payment_record": null,
        "processing": null, "receipt_email": null, "review": null, "setup_future_usage": null, "shipping": null, "source": null,
        "statement_descriptor": null, "statement_descriptor_suffix": null, "status": "requires_payment_method",
        "transfer_data": null, "transfer_group": null,
    })
}

pub(super) fn card(card: &Card) -> Value {
    let outcome = match card.outcome {
        Outcome::Succeeds => "succeeds",
        Outcome::Authenticates => "authenticates",
        Outcome::Disputes => "disputes",
        Outcome::Declines { .. } => "declines",
    };
    json!({ "brand": card.brand, "last4": card.last4, "exp_month": card.exp_month, "exp_year": card.exp_year, "outcome": outcome })
}

/// One attempt to take the money of an intent. `card` is what [`card`] made; `error` is why it failed, if it did.
pub(super) fn charge(id: &str, created: i64, intent: &Value, card: &Value, three_d_secure: bool, error: Option<&Value>) -> Value {
    let paid = error.is_none();
    let amount = &intent["amount"];
    let code = error.map_or(&Value::Null, |error| &error["code"]);
    let reason = error.map_or(&Value::Null, |error| if error["decline_code"].is_null() { &error["code"] } else { &error["decline_code"] });
    let message = error.map_or(&Value::Null, |error| &error["message"]);
    let three_d_secure = if three_d_secure {
        json!({ "authentication_flow": "challenge", "electronic_commerce_indicator": "05", "exemption_indicator": null,
                "result": "authenticated", "result_reason": null, "transaction_id": null, "version": "2.2.0" })
    } else {
        Value::Null
    };
    let outcome = json!({
        "advice_code": null, "network_advice_code": null, "network_decline_code": null,
        "network_status": if paid { "approved_by_network" } else { "declined_by_network" }, "reason": reason,
        "risk_level": "normal", "risk_score": 1,
        "seller_message": if paid { "Payment complete." } else { "The bank did not accept the payment." },
        "type": if paid { "authorized" } else { "issuer_declined" },
    });
    let method = json!({
        "type": "card",
        "card": {
            "amount_authorized": amount, "authorization_code": null, "brand": card["brand"],
            "checks": { "address_line1_check": null, "address_postal_code_check": null, "cvc_check": "pass" },
            "country": "US", "electronic_commerce_indicator": null, "exp_month": card["exp_month"], "exp_year": card["exp_year"],
            "extended_authorization": { "status": "disabled" }, "fingerprint": null, "funding": "credit",
            "incremental_authorization": { "status": "unavailable" }, "installments": null, "last4": card["last4"], "mandate": null,
            "multicapture": { "status": "unavailable" }, "network": card["brand"], "network_token": { "used": false },
            "network_transaction_id": null, "overcapture": { "maximum_amount_capturable": amount, "status": "unavailable" },
            "regulated_status": "unregulated", "three_d_secure": three_d_secure, "transaction_link_id": null, "wallet": null,
        },
    });
    json!({
        "id": id, "object": "charge", "amount": amount, "amount_captured": if paid { amount.clone() } else { 0.into() }, "amount_refunded": 0,
        "application": null, "application_fee": null, "application_fee_amount": null, "balance_transaction": null,
        "billing_details": { "address": { "city": null, "country": null, "line1": null, "line2": null, "postal_code": null, "state": null },
                             "email": null, "name": null, "phone": null, "tax_id": null },
        "calculated_statement_descriptor": "SOUK SANDBOX", "captured": paid, "created": created, "currency": intent["currency"],
        "customer": intent["customer"], "description": intent["description"], "disputed": false, "failure_balance_transaction": null,
        "failure_code": code, "failure_message": message, "fraud_details": {}, "livemode": false, "metadata": intent["metadata"],
        "on_behalf_of": null, "outcome": outcome, "paid": paid, "payment_intent": intent["id"], "payment_method": intent["payment_method"],
        "payment_method_details": method, "radar_options": {}, "receipt_email": intent["receipt_email"],
        "receipt_number": null, "receipt_url": null, "refunded": false, "review": null, "shipping": null, "source": null,
        "source_transfer": null, "statement_descriptor": null, "statement_descriptor_suffix": null,
        "status": if paid { "succeeded" } else { "failed" }, "transfer_data": null, "transfer_group": null,
    })
}

pub(super) fn refund(id: &str, created: i64, charge: &Value, amount: i64, reason: Option<&str>, metadata: &Value) -> Value {
    json!({
        "id": id, "object": "refund", "amount": amount, "balance_transaction": null, "charge": charge["id"], "created": created,
        "currency": charge["currency"], "customer": charge["customer"], "customer_account": null,
        "destination_details": { "card": { "reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund" },
                                 "type": "card" },
        "metadata": metadata, "payment_intent": charge["payment_intent"], "payment_method": charge["payment_method"], "reason": reason,
        "receipt_number": null, "source_transfer_reversal": null, "status": "succeeded", "transfer_reversal": null,
    })
}

/// Time to answer a dispute.
const ANSWER_WITHIN_S: i64 = 9 * 24 * 3600;

/// A charge that its customer does not know of.
pub(super) fn dispute(id: &str, created: i64, charge: &Value) -> Value {
    let brand = &charge["payment_method_details"]["card"]["brand"];
    json!({
        "id": id, "object": "dispute", "amount": charge["amount"], "balance_transactions": [], "charge": charge["id"], "created": created,
        "currency": charge["currency"], "enhanced_eligibility_types": [],
        "evidence": {
            "access_activity_log": null, "billing_address": null, "cancellation_policy": null, "cancellation_policy_disclosure": null,
            "cancellation_rebuttal": null, "customer_communication": null, "customer_email_address": null, "customer_name": null,
            "customer_purchase_ip": null, "customer_signature": null, "duplicate_charge_documentation": null,
            "duplicate_charge_explanation": null, "duplicate_charge_id": null, "enhanced_evidence": {}, "product_description": null,
            "receipt": null, "refund_policy": null, "refund_policy_disclosure": null, "refund_refusal_explanation": null,
            "service_date": null, "service_documentation": null, "shipping_address": null, "shipping_carrier": null, "shipping_date": null,
            "shipping_documentation": null, "shipping_tracking_number": null, "uncategorized_file": null, "uncategorized_text": null,
        },
        "evidence_details": { "due_by": created + ANSWER_WITHIN_S, "enhanced_eligibility": {}, "has_evidence": false, "past_due": false,
                              "submission_count": 0 },
        "is_charge_refundable": false, "livemode": false, "metadata": {}, "network_reason_code": "10.4",
        "payment_intent": charge["payment_intent"],
        "payment_method_details": { "type": "card", "card": { "brand": brand, "case_type": "chargeback", "network": brand, "network_reason_code": "10.4" } },
        "reason": "fraudulent", "status": "needs_response",
    })
}

pub(super) fn customer(id: &str, created: i64) -> Value {
    json!({
        "id": id, "object": "customer", "address": null, "balance": 0, "created": created, "currency": null, "default_source": null,
        "delinquent": false, "description": null, "discount": null, "email": null, "invoice_prefix": null,
        "invoice_settings": { "custom_fields": null, "default_payment_method": null, "footer": null, "rendering_options": null },
        "livemode": false, "metadata": {}, "name": null, "next_invoice_sequence": 1, "phone": null, "preferred_locales": [], "shipping": null,
        "tax_exempt": "none", "test_clock": null,
    })
}
