//! The audit log as admins read it.

use serde_json::{Map, Value};
use time::macros::format_description;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use crate::values::{AuditId, Currency, Money, like_literal, percent_encoded};

/// Longest text of a filter, in characters.
const MAX_TEXT: usize = 254;

/// One entry of the log, with the address of whoever did it.
#[derive(Clone, Debug)]
pub struct AuditLine {
    pub id: AuditId,
    /// None: the shop itself, the command line, or an account that is no more.
    pub actor: Option<String>,
    pub actor_id: Option<Uuid>,
    pub action: String,
    pub object_kind: String,
    pub object_id: Option<Uuid>,
    /// What people call it, where that is known: an order by its number, a shop by its name. None for what is no more.
    pub object: Option<String>,
    pub before: Option<Value>,
    pub after: Option<Value>,
    pub reason: Option<String>,
    pub at: OffsetDateTime,
    /// What it said is blanked, since its account is.
    pub erased: bool,
    /// Number of its seal; none while it waits for one.
    pub seal: Option<i64>,
}

impl AuditLine {
    /// The page of what it is about, where there is one. What has a name and has lost it is no more.
    pub fn object_url(&self) -> Option<String> {
        let id = self.object_id?;
        let (list, named) = match self.object_kind.as_str() {
            "vendor" => ("vendors", true),
            "user" => ("users", true),
            "order" => ("orders", true),
            "product" => ("products", true),
            "category" => ("categories", true),
            "review" => ("reviews", false),
            "mail" => ("mails", false),
            _ => return None,
        };
        if named && self.object.is_none() {
            return None;
        }
        Some(format!("/admin/{list}/{id}"))
    }

    pub fn changes(&self) -> Vec<Change> {
        changes(self.before.as_ref(), self.after.as_ref())
    }
}

/// A value that is another one now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    pub name: String,
    /// None: there was nothing; or there is nothing now.
    pub before: Option<String>,
    pub after: Option<String>,
}

/// What differs between two states, by name. Where one state alone is known, all of it.
pub fn changes(before: Option<&Value>, after: Option<&Value>) -> Vec<Change> {
    let empty = Map::new();
    let object = |value: Option<&Value>| value.and_then(Value::as_object).cloned().unwrap_or_else(|| empty.clone());
    let (old, new) = (object(before), object(after));
    let names = old.keys().chain(new.keys().filter(|name| !old.contains_key(*name)));
    let one_sided = before.is_none() || after.is_none();
    let currency = currency_of(&new).or_else(|| currency_of(&old));
    let named = |name: &str, states: &Map<String, Value>| states.get(name).and_then(|value| field_words(name, value, currency));
    names
        .filter(|name| one_sided || old.get(*name) != new.get(*name))
        .map(|name| Change { name: field_name(name), before: named(name, &old), after: named(name, &new) })
        .filter(|change| change.before.is_some() || change.after.is_some())
        .collect()
}

/// Ends the names of amounts.
const MINOR: &str = "_minor";

fn field_name(name: &str) -> String {
    name.strip_suffix(MINOR).unwrap_or(name).replace('_', " ")
}

fn currency_of(state: &Map<String, Value>) -> Option<Currency> {
    state.get("currency").and_then(Value::as_str).and_then(|code| code.parse().ok())
}

/// An amount in the entry's currency, where it has one; anything else as [`words`].
fn field_words(name: &str, value: &Value, currency: Option<Currency>) -> Option<String> {
    match (name.ends_with(MINOR), value.as_i64(), currency) {
        (true, Some(minor), Some(currency)) => Some(Money::new(minor, currency).to_string()),
        _ => words(value, currency),
    }
}

/// Nothing for what is nothing, nor for ids: what they name has a link, and the row itself keeps them.
fn words(value: &Value, currency: Option<Currency>) -> Option<String> {
    let joined = |parts: Vec<String>, between: &str| (!parts.is_empty()).then(|| parts.join(between));
    match value {
        Value::Null => None,
        Value::Bool(yes) => Some(if *yes { "yes" } else { "no" }.to_owned()),
        Value::String(text) if text.is_empty() || text.parse::<Uuid>().is_ok() => None,
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(values) => joined(values.iter().filter_map(|value| words(value, currency)).collect(), "; "),
        Value::Object(fields) => {
            let own = currency_of(fields).or(currency);
            if let (Some(minor), Some(currency)) = (fields.get("amount_minor").and_then(Value::as_i64), own) {
                return Some(Money::new(minor, currency).to_string());
            }
            let part = |(name, value): (&String, &Value)| Some(format!("{} {}", field_name(name), field_words(name, value, own)?));
            joined(fields.iter().filter_map(part).collect(), ", ")
        }
    }
}

/// Which part of the log: it stands in the address of the page.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AuditFilter {
    /// Address of whoever did it.
    pub actor: Option<String>,
    /// How the action begins, such as `vendor` or `vendor.approved`.
    pub action: Option<String>,
    pub object: Option<Uuid>,
    /// Days of UTC, both of them included.
    pub from: Option<Date>,
    pub until: Option<Date>,
}

impl AuditFilter {
    /// From the parameters of an address. What makes no sense counts as not asked for, since a link should not fail over it.
    pub fn read(parameter: impl Fn(&str) -> Option<String>) -> Self {
        let text =
            |name: &str| parameter(name).map(|text| text.trim().chars().take(MAX_TEXT).collect::<String>()).filter(|text| !text.is_empty());
        let day = |name: &str| text(name).and_then(|text| Date::parse(&text, format_description!("[year]-[month]-[day]")).ok());
        Self {
            actor: text("actor"),
            action: text("action"),
            object: text("object").and_then(|text| text.parse().ok()),
            from: day("from"),
            until: day("until"),
        }
    }

    pub fn action_pattern(&self) -> Option<String> {
        self.action.as_deref().map(|action| format!("{}%", like_literal(action)))
    }

    /// Name and value of what is asked for.
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        let parameters = [
            ("actor", self.actor.clone()),
            ("action", self.action.clone()),
            ("object", self.object.map(|id| id.to_string())),
            ("from", self.from.map(|day| day.to_string())),
            ("until", self.until.map(|day| day.to_string())),
        ];
        parameters.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// Address of this part of the log at `path`, from the given place on.
    pub fn href(&self, path: &str, before: Option<AuditId>) -> String {
        let mut parts: Vec<String> =
            self.parameters().into_iter().map(|(name, value)| format!("{name}={}", percent_encoded(&value))).collect();
        parts.extend(before.map(|id| format!("before={id}")));
        if parts.is_empty() { path.to_owned() } else { format!("{path}?{}", parts.join("&")) }
    }
}

/// A page of the log.
#[derive(Clone, Debug)]
pub struct AuditPage {
    pub entries: Vec<AuditLine>,
    /// Before which one the next page begins; none on the last one.
    pub next: Option<AuditId>,
    /// Number and hash of the last seal.
    pub head: Option<(i64, String)>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_differs_is_told_and_nothing_else() {
        let told = |before: Option<Value>, after: Option<Value>| {
            let changes = changes(before.as_ref(), after.as_ref());
            changes.into_iter().map(|change| format!("{}: {:?} {:?}", change.name, change.before, change.after)).collect::<Vec<_>>()
        };
        assert_eq!(
            told(
                Some(json!({ "status": "pending", "a_b": 1, "c": true })),
                Some(json!({ "status": "approved", "a_b": 1, "c": false, "d": ["x"] }))
            ),
            ["c: Some(\"yes\") Some(\"no\")", "status: Some(\"pending\") Some(\"approved\")", "d: None Some(\"x\")"]
        );
        assert_eq!(
            told(
                Some(json!({ "left_minor": 4350 })),
                Some(json!({ "amount_minor": 1000, "currency": "EUR", "refund": "00000000-0000-7000-8000-000000000007" }))
            )
            .into_iter()
            .filter(|told| !told.starts_with("currency"))
            .collect::<Vec<_>>(),
            ["left: Some(\"€43.50\") None", "amount: None Some(\"€10.00\")"],
            "amounts as people write them, and no ids"
        );
        let variant = json!({ "id": "00000000-0000-7000-8000-000000000007", "price_minor": 250, "stock": 3 });
        let shown = told(None, Some(json!({ "variants": [variant], "currency": "USD" }))).join(" ");
        assert!(shown.contains("price $2.50, stock 3") && !shown.contains("id "), "{shown}");
        assert_eq!(told(None, Some(json!({ "price_minor": 250 }))), ["price: None Some(\"250\")"], "of what currency is not known");
        assert_eq!(told(Some(json!({ "kind": "receipt", "note": "" })), None), ["kind: Some(\"receipt\") None"]);
        assert_eq!(told(None, None), [""; 0]);
    }

    #[test]
    fn a_filter_is_read_as_it_was_written() {
        let filter = AuditFilter {
            actor: Some("a&b@x.example".to_owned()),
            action: Some("vendor.".to_owned()),
            object: Some(Uuid::from_u128(7)),
            from: Date::from_ordinal_date(2026, 60).ok(),
            until: None,
        };
        let parameters = filter.parameters();
        assert_eq!(AuditFilter::read(|name| parameters.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())), filter);
        assert_eq!(
            filter.href("/x", None),
            "/x?actor=a%26b%40x.example&action=vendor.&object=00000000-0000-0000-0000-000000000007&from=2026-03-01"
        );
        assert_eq!(AuditFilter::read(|name| Some(if name == "from" { "yesterday" } else { " " }.to_owned())), AuditFilter::default());
    }
}
