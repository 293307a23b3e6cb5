//! Mails about goods, enqueued in the transaction that makes them true.

use crate::error::AppError;
use crate::notifications::{Mail, MailContent, service::enqueue};
use crate::platform::db::Tx;
use crate::values::{Email, MovementId, ProductId, VariantId};
use uuid::Uuid;

/// A variant that a sale has taken to its threshold or below.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LowStock {
    pub product: ProductId,
    pub variant: VariantId,
    /// The sale.
    pub movement: MovementId,
    pub product_name: String,
    pub variant_title: String,
    pub left: i32,
    /// Where the vendor is written to.
    pub to: Email,
}

/// Once for each time that a variant runs low: the key names the sale.
///
/// # Errors
/// Only the database's.
pub async fn running_low(tx: &mut Tx, low: &LowStock, base_url: &str) -> Result<(), AppError> {
    let name = if low.variant_title.is_empty() { low.product_name.clone() } else { format!("{}, {}", low.product_name, low.variant_title) };
    let left = match low.left {
        0 => "The last one was just sold. Nobody can buy it until there are more.".to_owned(),
        1 => "One is left after the last sale.".to_owned(),
        left => format!("{left} are left after the last sale."),
    };
    let content = MailContent::new(format!("{name} is running low"))
        .paragraph(left)
        .button("See its stock", format!("{base_url}/vendor/products/{}/stock", low.product));
    let mail = Mail {
        kind: "low_stock",
        dedupe_key: format!("low_stock:{}:{}", low.variant, low.movement),
        to: low.to.clone(),
        subject: format!("Running low: {name}"),
        content,
    };
    enqueue(tx, mail).await
}

/// An admin has taken a product down.
///
/// # Errors
/// Only the database's.
pub async fn held(tx: &mut Tx, product: (ProductId, &str), to: &Email, reason: &str, base_url: &str) -> Result<(), AppError> {
    let (id, name) = product;
    let content = MailContent::new(format!("{name} is off the shelf"))
        .paragraph("Nobody can buy it for now. The reason:")
        .paragraph(reason)
        .paragraph("You can change it at once. When it is in order, reply to this mail, so that we can release it.")
        .button("Open the product", format!("{base_url}/vendor/products/{id}"));
    send(tx, "product_held", id, to, format!("Off the shelf: {name}"), content).await
}

/// It may be published again.
///
/// # Errors
/// Only the database's.
pub async fn released(tx: &mut Tx, product: (ProductId, &str), to: &Email, base_url: &str) -> Result<(), AppError> {
    let (id, name) = product;
    let content = MailContent::new(format!("{name} may be sold again"))
        .paragraph("It is a draft now. Publish it when you like.")
        .button("Open the product", format!("{base_url}/vendor/products/{id}"));
    send(tx, "product_released", id, to, format!("Released: {name}"), content).await
}

async fn send(tx: &mut Tx, kind: &'static str, id: ProductId, to: &Email, subject: String, content: MailContent) -> Result<(), AppError> {
    // A product may be held twice: the compare-and-set that this mail stands beside is what makes it one for each time.
    let dedupe_key = format!("{kind}:{id}:{}", Uuid::now_v7());
    enqueue(tx, Mail { kind, dedupe_key, to: to.clone(), subject, content }).await
}
