//! The story of an order in the order of time, in words for its customer and for admins.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::orders::service::rfc3339;
use crate::orders::{Order, OrderPart, OrderStatus};
use crate::payments::RefundReason;
use crate::payments::history::{MoneyEvent, MoneyNews};
use crate::platform::gateway::DisputeStatus;
use crate::values::Money;

/// For whom it is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reader {
    Customer,
    /// Also hears who did it, and what went wrong.
    Admin,
}

/// How it stands with a thing that happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mark {
    Done,
    /// It began, and its end is not known yet.
    Waiting,
    /// It went wrong.
    Problem,
}

/// One thing that happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// RFC 3339, UTC.
    pub at: String,
    pub mark: Mark,
    pub text: String,
    pub detail: Option<String>,
    pub problem: Option<String>,
}

impl Entry {
    fn new(at: &str, text: impl Into<String>, detail: Option<String>) -> Self {
        Self { at: at.to_owned(), mark: Mark::Done, text: text.into(), detail, problem: None }
    }
}

/// Oldest first.
pub fn of(order: &Order, news: &[MoneyNews], reader: Reader) -> Vec<Entry> {
    let mut entries = vec![Entry::new(&order.placed_at, "Order placed", None)];
    entries.extend(order.closed_at.as_deref().map(|at| Entry::new(at, closing(order.status), None)));
    entries.extend(order.paid_at.as_deref().map(|at| Entry::new(at, format!("Paid {}", order.total), None)));
    entries.extend(order.parts.iter().flat_map(of_part));
    entries.extend(news.iter().map(|news| of_money(news, reader)));
    // Stable: what has one time keeps the order in which it stands here.
    entries.sort_by_key(|entry| OffsetDateTime::parse(&entry.at, &Rfc3339).ok());
    entries
}

const fn closing(status: OrderStatus) -> &'static str {
    match status {
        OrderStatus::Canceled => "Canceled before it was paid",
        OrderStatus::Expired => "Closed, since it was not paid in time",
        // The payment came afterwards.
        _ => "Closed",
    }
}

fn of_part(part: &OrderPart) -> impl Iterator<Item = Entry> {
    let vendor = &part.vendor_name;
    let carried = match (&part.carrier, &part.tracking) {
        (Some(carrier), Some(number)) => Some(format!("{carrier}, tracking number {number}")),
        (carrier, _) => carrier.clone(),
    };
    let sent = part.shipped_at.as_deref().map(|at| Entry::new(at, format!("{vendor} has sent its parcel"), carried));
    let arrived = part.delivered_at.as_deref().map(|at| Entry::new(at, format!("The parcel of {vendor} has arrived"), None));
    let canceled = part.canceled_at.as_deref().map(|at| Entry::new(at, format!("The part of {vendor} was canceled"), None));
    [sent, arrived, canceled].into_iter().flatten()
}

fn of_money(news: &MoneyNews, reader: Reader) -> Entry {
    let amount = Money::new(news.amount_minor, news.currency);
    let (text, detail) = match (news.kind, reader) {
        (MoneyEvent::PaymentFailed, _) => ("The payment was not accepted".to_owned(), news.reason.clone()),
        (MoneyEvent::Refund, Reader::Customer) => (format!("Refund of {amount}"), Some(refund_status(news).to_owned())),
        (MoneyEvent::Refund, Reader::Admin) => {
            let note = news.note.as_deref().map(|note| format!(": {note}")).unwrap_or_default();
            let status = news.elsewhere.as_deref().unwrap_or_else(|| refund_words(news));
            (format!("Refund of {amount}{}", refunded_by(news)), Some(format!("{status}{note}")))
        }
        (MoneyEvent::DisputeOpened, Reader::Customer) => (
            "Your bank asked us about this payment".to_owned(),
            Some(format!("It disputes {amount}. There is nothing you need to do here.")),
        ),
        (MoneyEvent::DisputeClosed, Reader::Customer) => (decided(news, amount), None),
        (MoneyEvent::DisputeOpened, Reader::Admin) => {
            (format!("The customer's bank disputes {amount}"), news.reason.as_deref().map(|reason| reason.replace('_', " ")))
        }
        (MoneyEvent::DisputeClosed, Reader::Admin) => {
            let status = dispute_status(news).map_or("closed", DisputeStatus::label);
            (format!("Dispute of {amount}: {}", status.to_lowercase()), None)
        }
    };
    let problem = news.last_error.clone().filter(|_| reader == Reader::Admin);
    Entry { problem, mark: mark(news, reader), ..Entry::new(&rfc3339(news.at), text, detail) }
}

fn mark(news: &MoneyNews, reader: Reader) -> Mark {
    match (news.kind, news.status.as_deref()) {
        (MoneyEvent::PaymentFailed, _) | (MoneyEvent::Refund, Some("failed")) => Mark::Problem,
        (MoneyEvent::Refund, Some("succeeded")) | (MoneyEvent::DisputeClosed, _) => Mark::Done,
        // That it does not get through yet is for admins to see to; the customer waits.
        (MoneyEvent::Refund, _) if reader == Reader::Admin && news.last_error.is_some() => Mark::Problem,
        (MoneyEvent::Refund | MoneyEvent::DisputeOpened, _) => Mark::Waiting,
    }
}

fn refunded_by(news: &MoneyNews) -> String {
    if news.elsewhere.is_some() {
        let by = news.elsewhere_by.as_deref().map(|by| format!(" by {by}")).unwrap_or_default();
        return format!(", given back in another way{by}");
    }
    match (news.reason.as_deref().and_then(|reason| reason.parse().ok()), &news.by) {
        (Some(RefundReason::MadeElsewhere), _) => ", made by hand at the payment provider".to_owned(),
        (_, Some(by)) => format!(" by {by}"),
        (_, None) => " by the shop itself".to_owned(),
    }
}

/// For admins.
fn refund_words(news: &MoneyNews) -> &'static str {
    match (news.status.as_deref(), &news.last_error) {
        (Some("succeeded"), _) => "Sent to the card",
        (Some("failed"), _) => "Failed",
        (_, Some(_)) => "It does not get through yet",
        (_, None) => "On its way",
    }
}

fn refund_status(news: &MoneyNews) -> &'static str {
    match news.status.as_deref() {
        _ if news.elsewhere.is_some() => "Given back in another way",
        Some("succeeded") => "Sent to your card",
        Some("failed") => "It could not be sent. Please write to us.",
        _ => "On its way",
    }
}

fn dispute_status(news: &MoneyNews) -> Option<DisputeStatus> {
    news.status.as_deref().and_then(|status| status.parse().ok())
}

fn decided(news: &MoneyNews, amount: Money) -> String {
    match dispute_status(news) {
        Some(DisputeStatus::Lost) => format!("Your bank has given you {amount} back"),
        _ => "Your bank has closed the matter: the payment stands".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::orders::Fulfilment;
    use crate::values::{Address, Currency, OrderId, OrderPartId};
    use time::macros::datetime;
    use uuid::Uuid;

    fn usd(minor: i64) -> Money {
        Money::new(minor, Currency::USD)
    }

    fn order() -> Order {
        let part = OrderPart {
            id: OrderPartId(Uuid::nil()),
            vendor_name: "Kiln".into(),
            fulfilment: Fulfilment::Shipped,
            shipping: usd(500),
            total: usd(2000),
            carrier: Some("CTT".into()),
            tracking: Some("AB 1".into()),
            // Fractions of a second, as Postgres has them, and none.
            shipped_at: Some("2026-11-04T10:00:00.25Z".into()),
            delivered_at: None,
            canceled_at: None,
            lines: vec![],
        };
        let address = Address {
            name: "Ada".into(),
            line1: "1 Mill Lane".into(),
            line2: String::new(),
            city: "London".into(),
            region: String::new(),
            postal_code: String::new(),
            country_code: "GB".into(),
        };
        Order {
            id: OrderId(Uuid::nil()),
            number: 1001,
            status: OrderStatus::Paid,
            customer: None,
            email: "ada@example.com".into(),
            items: usd(1500),
            shipping: usd(500),
            tax: usd(0),
            discount: usd(0),
            total: usd(2000),
            refunded: usd(0),
            returning: usd(0),
            address,
            placed_at: "2026-11-03T09:00:00.5Z".into(),
            paid_at: Some("2026-11-03T09:02:00Z".into()),
            closed_at: None,
            payment_error: None,
            payment_reference: None,
            parts: vec![part],
        }
    }

    fn news(kind: MoneyEvent, at: OffsetDateTime, status: &str) -> MoneyNews {
        MoneyNews {
            kind,
            at,
            amount_minor: 700,
            currency: Currency::USD,
            status: Some(status.into()),
            reason: Some("fraudulent".into()),
            note: Some("Broken".into()),
            by: Some("Grace".into()),
            elsewhere: None,
            elsewhere_by: None,
            last_error: Some("the gateway refused".into()),
        }
    }

    #[test]
    fn it_is_told_in_the_order_of_time() {
        let failed = MoneyNews {
            reason: Some("Your card was declined.".into()),
            ..news(MoneyEvent::PaymentFailed, datetime!(2026-11-03 9:01 UTC), "")
        };
        let later = [
            news(MoneyEvent::DisputeClosed, datetime!(2026-11-08 9:00 UTC), "won"),
            news(MoneyEvent::Refund, datetime!(2026-11-05 9:00 UTC), "succeeded"),
            failed,
        ];
        let told: Vec<(String, Option<String>)> =
            of(&order(), &later, Reader::Customer).into_iter().map(|entry| (entry.text, entry.detail)).collect();
        let told: Vec<(&str, Option<&str>)> = told.iter().map(|(text, detail)| (text.as_str(), detail.as_deref())).collect();
        assert_eq!(
            told,
            [
                ("Order placed", None),
                ("The payment was not accepted", Some("Your card was declined.")),
                ("Paid $20.00", None),
                ("Kiln has sent its parcel", Some("CTT, tracking number AB 1")),
                ("Refund of $7.00", Some("Sent to your card")),
                ("Your bank has closed the matter: the payment stands", None),
            ]
        );
    }

    #[test]
    fn who_did_it_and_what_went_wrong_is_for_admins() {
        let refund = [news(MoneyEvent::Refund, datetime!(2026-11-05 9:00 UTC), "pending")];
        let customers = of(&order(), &refund, Reader::Customer);
        assert!(customers.iter().all(|entry| !format!("{entry:?}").contains("Grace") && entry.problem.is_none()), "{customers:?}");
        let admins = of(&order(), &refund, Reader::Admin);
        let last = admins.last().unwrap();
        assert_eq!((last.text.as_str(), last.detail.as_deref()), ("Refund of $7.00 by Grace", Some("It does not get through yet: Broken")));
        assert_eq!((last.problem.as_deref(), last.mark), (Some("the gateway refused"), Mark::Problem));
        assert_eq!(customers.last().map(|entry| entry.mark), Some(Mark::Waiting));
    }

    #[test]
    fn what_went_another_way_went_to_no_card() {
        let refund = [MoneyNews {
            note: None,
            elsewhere: Some("By a transfer".into()),
            elsewhere_by: Some("Linus".into()),
            last_error: None,
            ..news(MoneyEvent::Refund, datetime!(2026-11-05 9:00 UTC), "succeeded")
        }];
        let told = |reader| {
            let last = of(&order(), &refund, reader).pop().unwrap();
            (last.text, last.detail.unwrap_or_default(), last.mark)
        };
        assert_eq!(told(Reader::Customer), ("Refund of $7.00".into(), "Given back in another way".into(), Mark::Done));
        let admins = told(Reader::Admin);
        assert_eq!((&*admins.0, &*admins.1), ("Refund of $7.00, given back in another way by Linus", "By a transfer"));
    }
}
