//! Mails about reviews, enqueued in the transaction that makes them true.

use uuid::Uuid;

use super::line_url;
use super::store::writing::About;
use crate::error::AppError;
use crate::notifications::{Mail, MailContent, service::enqueue};
use crate::platform::db::Tx;
use crate::values::{Email, OrderLineId, ReviewId};

/// To the vendor, once for each line: who deletes a review and writes another one is heard once. Without the author's name, which is not
/// theirs to keep.
///
/// # Errors
/// Only the database's.
pub async fn written(tx: &mut Tx, (review, line): (ReviewId, OrderLineId), about: &About, base_url: &str) -> Result<(), AppError> {
    let content = MailContent::new(format!("{} has a new review", about.product_name))
        .paragraph(format!("Somebody who bought it gives it {} of 5 stars.", about.rating));
    let texts = [&about.title, &about.body];
    let content = texts.into_iter().filter(|text| !text.is_empty()).fold(content, |content, text| content.paragraph(text.clone()));
    let content = content.button("Answer it", format!("{base_url}/vendor/reviews/{review}"));
    let subject = format!("New review: {}", about.product_name);
    send(tx, "new_review", format!("new_review:{line}"), &about.vendor_email, subject, content).await
}

/// To the author, once for each review: an answer that is corrected is no news.
///
/// # Errors
/// Only the database's.
pub async fn replied(tx: &mut Tx, review: ReviewId, about: &About, shop: &str, reply: &str, base_url: &str) -> Result<(), AppError> {
    let Some(author) = &about.author_email else { return Ok(()) };
    let content = MailContent::new(format!("{shop} has answered your review"))
        .paragraph(format!("You wrote about {}. This is the answer:", about.product_name))
        .paragraph(reply)
        .button("See it", format!("{base_url}/product/{}#reviews", about.product_slug));
    send(tx, "review_reply", format!("review_reply:{review}"), author, format!("{shop} has answered your review"), content).await
}

/// An admin took a review down.
///
/// # Errors
/// Only the database's.
pub async fn hidden(tx: &mut Tx, review: ReviewId, about: &About, reason: &str, base_url: &str) -> Result<(), AppError> {
    let content = MailContent::new(format!("Your review of {} is taken down", about.product_name))
        .paragraph("Nobody sees it for now. The reason:")
        .paragraph(reason)
        .paragraph("You can change it at once. When it is in order, reply to this mail, so that we can show it again.");
    to_author(tx, "review_hidden", review, about, content, base_url).await
}

/// It is seen again.
///
/// # Errors
/// Only the database's.
pub async fn restored(tx: &mut Tx, review: ReviewId, about: &About, base_url: &str) -> Result<(), AppError> {
    let content = MailContent::new(format!("Your review of {} is shown again", about.product_name))
        .paragraph("Everybody can read it on the page of the product.");
    to_author(tx, "review_restored", review, about, content, base_url).await
}

async fn to_author(
    tx: &mut Tx,
    kind: &'static str,
    review: ReviewId,
    about: &About,
    content: MailContent,
    base_url: &str,
) -> Result<(), AppError> {
    let (Some(author), Some(order), Some(line)) = (&about.author_email, about.order_id, about.line_id) else { return Ok(()) };
    let content = content.button("Open your review", format!("{base_url}{}", line_url(order, line)));
    // A review may be hidden twice: the lock that this mail is written under makes it one for each time.
    let key = format!("{kind}:{review}:{}", Uuid::now_v7());
    send(tx, kind, key, author, format!("Your review of {}", about.product_name), content).await
}

async fn send(
    tx: &mut Tx,
    kind: &'static str,
    dedupe_key: String,
    to: &Email,
    subject: String,
    content: MailContent,
) -> Result<(), AppError> {
    enqueue(tx, Mail { kind, dedupe_key, to: to.clone(), subject, content }).await
}
