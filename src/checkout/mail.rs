//! Mails about orders, enqueued in the transaction that makes them true. One of a kind for an order and recipient: the key says so.

use crate::accounts;
use crate::error::AppError;
use crate::notifications::{Mail, MailContent, service::enqueue};
use crate::orders::service::LockedOrder;
use crate::orders::{Order, OrderPart};
use crate::payments::RefundReason;
use crate::payments::service::Refund;
use crate::platform::db::Tx;
use crate::platform::gateway::{Dispute, DisputeStatus, GatewayRefund};
use crate::values::{Email, Money, OrderPartId, RefundId};

/// Payment received: what was bought, what it cost, where it goes.
///
/// # Errors
/// Only the database's.
pub async fn receipt(tx: &mut Tx, order: &Order, base_url: &str) -> Result<(), AppError> {
    let content = MailContent::new("Thank you for your order")
        .paragraph(format!("We have received your payment of {} for order #{}.", order.total, order.number));
    let content = order.parts.iter().fold(content, |content, part| content.heading(part.vendor_name.clone()).lines(goods(part)));
    let content = content
        .heading("Total")
        .lines([
            ("Goods".to_owned(), order.items.to_string()),
            ("Shipping".to_owned(), order.shipping.to_string()),
            ("Paid".to_owned(), order.total.to_string()),
        ])
        .heading("Delivery address")
        .paragraph(address(order))
        .button("See your order", order_url(order, base_url));
    send(tx, "receipt", &order.email, format!("receipt:{}", order.id), format!("Your order #{}", order.number), content).await
}

/// To each vendor: what to send, and where to. Other shops' lines are none of their business.
///
/// # Errors
/// Only the database's.
pub async fn new_order(tx: &mut Tx, locked: &LockedOrder, base_url: &str) -> Result<(), AppError> {
    let order = &locked.order;
    for (vendor, part) in locked.vendors.iter().zip(&order.parts) {
        let content = MailContent::new("You have a new order")
            .paragraph(format!("Order #{} is paid. This is your part of it:", order.number))
            .lines(goods(part))
            .lines([("Shipping".to_owned(), part.shipping.to_string()), ("Your total".to_owned(), part.total.to_string())])
            .heading("Send it to")
            .paragraph(address(order))
            .button("Open the shop", base_url.to_owned());
        let key = format!("new_order:{}:{}", order.id, vendor.vendor_id);
        send(tx, "new_order", &vendor.email, key, format!("New order #{}", order.number), content).await?;
    }
    Ok(())
}

/// The first declined attempt; later ones show on the page alone.
///
/// # Errors
/// Only the database's.
pub async fn payment_failed(tx: &mut Tx, order: &Order, message: &str, base_url: &str) -> Result<(), AppError> {
    let content = MailContent::new("Your payment did not go through")
        .paragraph(format!("Order #{} over {} is not paid yet: {message}", order.number, order.total))
        .paragraph("Your card was not charged. You can try again with this or another card.")
        .button("Try again", format!("{base_url}/checkout/{}/pay", order.id));
    let subject = format!("Payment for order #{} failed", order.number);
    send(tx, "payment_failed", &order.email, format!("payment_failed:{}", order.id), subject, content).await
}

/// Paid, but it cannot be sent: the whole sum goes back.
///
/// # Errors
/// Only the database's.
pub async fn refund_announced(tx: &mut Tx, order: &Order, paid: Money, reason: RefundReason, base_url: &str) -> Result<(), AppError> {
    let why = match reason {
        RefundReason::OutOfStock => "While you were paying, the last of it was sold. We are sorry.",
        RefundReason::AmountDiffers => "What you paid is not what your order costs, so we could not take it.",
        _ => "Your payment arrived after the order had been closed.",
    };
    let content = MailContent::new("You get your money back")
        .paragraph(format!("{why} We are refunding {paid} for order #{} in full.", order.number))
        .paragraph("There is nothing you need to do. Your bank may take some days to show it.")
        .button("See your order", order_url(order, base_url));
    let subject = format!("Order #{} is refunded", order.number);
    send(tx, "refund_announced", &order.email, format!("refund_announced:{}", order.id), subject, content).await
}

/// The gateway has taken the refund.
///
/// # Errors
/// Only the database's.
pub async fn refunded(tx: &mut Tx, order: &Order, refund: RefundId, amount: Money, base_url: &str) -> Result<(), AppError> {
    let content = MailContent::new("Refund sent")
        .paragraph(format!("{amount} for order #{} is on its way back to you.", order.number))
        .button("See your order", order_url(order, base_url));
    let subject = format!("Refund for order #{}", order.number);
    send(tx, "refunded", &order.email, format!("refunded:{refund}"), subject, content).await
}

/// An admin gave it back in another way. Their words on how are for the log.
///
/// # Errors
/// Only the database's.
pub async fn given_back_elsewhere(tx: &mut Tx, order: &Order, refund: RefundId, amount: Money, base_url: &str) -> Result<(), AppError> {
    let content = MailContent::new("You have your money back")
        .paragraph(format!("We have given you {amount} for order #{} back in another way than to your card.", order.number))
        .paragraph("If it has not reached you, reply to this mail.")
        .button("See your order", order_url(order, base_url));
    let subject = format!("Refund for order #{}", order.number);
    // A key of its own: they may have been told before that it is on its way, and it came back.
    send(tx, "refunded", &order.email, format!("given_back_elsewhere:{refund}"), subject, content).await
}

/// A vendor has sent their part.
///
/// # Errors
/// Only the database's.
pub async fn shipped(tx: &mut Tx, order: &Order, part: OrderPartId, base_url: &str) -> Result<(), AppError> {
    let Some(part) = order.parts.iter().find(|known| known.id == part) else { return Ok(()) };
    let content = MailContent::new("Your parcel is on its way")
        .paragraph(format!("{} has sent this part of order #{}:", part.vendor_name, order.number))
        .lines(goods(part));
    let content = match (&part.carrier, &part.tracking) {
        (Some(carrier), Some(number)) => content.paragraph(format!("{carrier}, tracking number {number}")),
        (Some(carrier), None) => content.paragraph(format!("Sent with {carrier}")),
        _ => content,
    };
    let content = content.button("See your order", order_url(order, base_url));
    let subject = format!("Order #{}: {} has sent your parcel", order.number, part.vendor_name);
    send(tx, "shipped", &order.email, format!("shipped:{}", part.id), subject, content).await
}

/// A vendor cannot send their part: what was paid for it goes back.
///
/// # Errors
/// Only the database's.
pub async fn part_canceled(tx: &mut Tx, order: &Order, part: OrderPartId, reason: &str, base_url: &str) -> Result<(), AppError> {
    let Some(part) = order.parts.iter().find(|known| known.id == part) else { return Ok(()) };
    let content = MailContent::new("A part of your order was canceled")
        .paragraph(format!("{} cannot send this part of order #{}:", part.vendor_name, order.number))
        .lines(goods(part))
        .paragraph(reason.to_owned())
        .paragraph("You get back what you paid for it. There is nothing you need to do.")
        .button("See your order", order_url(order, base_url));
    let subject = format!("Order #{}: {} cannot send its part", order.number, part.vendor_name);
    send(tx, "part_canceled", &order.email, format!("part_canceled:{}", part.id), subject, content).await
}

/// The customer has changed their mind in time.
///
/// # Errors
/// Only the database's.
pub async fn order_canceled(tx: &mut Tx, order: &Order, base_url: &str) -> Result<(), AppError> {
    let content = MailContent::new("Your order is canceled")
        .paragraph(format!("Nothing of order #{} had been sent, so you get back what you paid for it.", order.number))
        .paragraph("There is nothing you need to do. Your bank may take some days to show it.")
        .button("See your order", order_url(order, base_url));
    let subject = format!("Order #{} is canceled", order.number);
    send(tx, "order_canceled", &order.email, format!("order_canceled:{}", order.id), subject, content).await
}

/// To each vendor whose part was canceled by somebody else before it was sent.
///
/// # Errors
/// Only the database's.
pub async fn nothing_to_send(tx: &mut Tx, locked: &LockedOrder, parts: &[OrderPartId], base_url: &str) -> Result<(), AppError> {
    let order = &locked.order;
    for (vendor, part) in locked.vendors.iter().zip(&order.parts).filter(|(_, part)| parts.contains(&part.id)) {
        let content = MailContent::new("Please do not send this order")
            .paragraph(format!("Your part of order #{} was canceled and paid back:", order.number))
            .lines(goods(part))
            .button("See the order", format!("{base_url}/vendor/orders/{}", order.id));
        let key = format!("nothing_to_send:{}", part.id);
        send(tx, "nothing_to_send", &vendor.email, key, format!("Order #{} is canceled", order.number), content).await?;
    }
    Ok(())
}

/// To the admins: what was paid is not what the order costs.
///
/// # Errors
/// Only the database's.
pub async fn in_review(tx: &mut Tx, order: &Order, paid: Money, base_url: &str) -> Result<(), AppError> {
    let why = format!("{paid} was paid for an order over {}. Nothing is sent until you have looked at it.", order.total);
    attention(tx, order, &format!("review:{}", order.id), why, base_url).await
}

/// To the admins: money went back that nobody gave back here.
///
/// # Errors
/// Only the database's.
pub async fn refunded_elsewhere(tx: &mut Tx, order: &Order, told: &GatewayRefund, follows: &str, base_url: &str) -> Result<(), AppError> {
    let why = format!("{} was given back by hand at the payment provider. {follows}", told.amount);
    attention(tx, order, &format!("elsewhere:{}", told.id), why, base_url).await
}

/// To the admins: a refund that somebody had made by hand was canceled there.
///
/// # Errors
/// Only the database's.
pub async fn refund_taken_back(tx: &mut Tx, order: &Order, told: &GatewayRefund, base_url: &str) -> Result<(), AppError> {
    let what = "Please see whether its parts are to be sent after all, and whether pieces were put back for sale.";
    let why = format!("The refund of {} that was made by hand at the payment provider was canceled there. {what}", told.amount);
    attention(tx, order, &format!("canceled:{}", told.id), why, base_url).await
}

/// To the admins: money that should go back does not.
///
/// # Errors
/// Only the database's.
pub async fn refund_stuck(tx: &mut Tx, order: &Order, refund: &Refund, error: &str, base_url: &str) -> Result<(), AppError> {
    let amount = Money::new(refund.amount_minor, refund.currency);
    let why = format!(
        "A refund of {amount} does not get through: it has failed several times, and we keep trying. The payment provider says: {error}"
    );
    attention(tx, order, &refund.key(), why, base_url).await
}

/// To the admins: the gateway had taken on a refund, and it did not reach the customer. Why, and whether the customer was told that it is done.
///
/// # Errors
/// Only the database's.
pub async fn refund_failed(
    tx: &mut Tx,
    order: &Order,
    (refund, gateway_id): (RefundId, &str),
    amount: Money,
    (why, was_done): (&str, bool),
    base_url: &str,
) -> Result<(), AppError> {
    let told = if was_done { " The customer was told that it is done." } else { "" };
    let next =
        format!("It is made once more.{told} If that fails, too, please give it back in another way, and say so on the order's page.");
    let why = format!("A refund of {amount} has failed at the payment provider ({}). {next}", why.replace('_', " "));
    attention(tx, order, &format!("refund:{refund}:{gateway_id}"), why, base_url).await
}

/// To the admins: a bank disputes the payment, or has decided about it.
///
/// # Errors
/// Only the database's.
pub async fn disputed(tx: &mut Tx, order: &Order, dispute: &Dispute, base_url: &str) -> Result<(), AppError> {
    let amount = dispute.amount;
    let (key, why) = match dispute.status {
        DisputeStatus::Lost => ("closed", format!("The customer's bank has decided against us: {amount} is gone.")),
        status if status.is_closed() => ("closed", format!("The dispute over {amount} is closed, and the payment stands.")),
        _ => {
            let reason = dispute.reason.replace('_', " ");
            ("opened", format!("The customer's bank disputes {amount} ({reason}). Please answer with the payment provider."))
        }
    };
    attention(tx, order, &format!("dispute:{}:{key}", dispute.id), why, base_url).await
}

/// One mail to each admin who can sign in.
async fn attention(tx: &mut Tx, order: &Order, about: &str, why: String, base_url: &str) -> Result<(), AppError> {
    for (admin, to) in accounts::service::users::admins(tx).await? {
        let content = MailContent::new("A payment needs attention")
            .paragraph(format!("Order #{}", order.number))
            .paragraph(why.clone())
            .button("See the order", format!("{base_url}/admin/orders/{}", order.id));
        let subject = format!("Order #{}: the payment needs attention", order.number);
        send(tx, "payment_attention", to.as_str(), format!("payment_attention:{about}:{admin}"), subject, content).await?;
    }
    Ok(())
}

async fn send(
    tx: &mut Tx,
    kind: &'static str,
    to: &str,
    dedupe_key: String,
    subject: String,
    content: MailContent,
) -> Result<(), AppError> {
    // Addresses in our tables were parsed when they were typed.
    let to: Email = to.parse().map_err(AppError::internal)?;
    enqueue(tx, Mail { kind, dedupe_key, to, subject, content }).await
}

fn goods(part: &OrderPart) -> Vec<(String, String)> {
    part.lines
        .iter()
        .map(|line| {
            let title = if line.variant_title.is_empty() { String::new() } else { format!(", {}", line.variant_title) };
            (format!("{} × {}{title}", line.quantity, line.product_name), line.subtotal.to_string())
        })
        .collect()
}

fn address(order: &Order) -> String {
    order.address.lines().join("\n")
}

fn order_url(order: &Order, base_url: &str) -> String {
    format!("{base_url}/account/orders/{}", order.id)
}
