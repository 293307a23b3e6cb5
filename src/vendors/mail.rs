//! Mails about the life of a shop, enqueued in the transaction that makes them true.

use super::{Application, Vendor, VendorStatus};
use crate::error::AppError;
use crate::notifications::{Mail, MailContent, service::enqueue};
use crate::platform::db::Tx;
use crate::values::{Email, VendorId};
use uuid::Uuid;

/// The application is in.
///
/// # Errors
/// Only the database's.
pub async fn received(tx: &mut Tx, id: VendorId, application: &Application, to: &Email, base_url: &str) -> Result<(), AppError> {
    let content = MailContent::new("We have your application")
        .paragraph(format!(
            "Thank you for wanting to open {} with us. A person reads each application, and you will hear from us by mail.",
            application.name
        ))
        .paragraph("Until then you can still correct what you wrote.")
        .button("See your application", format!("{base_url}/vendor"));
    send(tx, id, VendorStatus::Pending, to, format!("Your application: {}", application.name), content).await
}

/// Subject and text of the mail about a decision, as the admin may read them beforehand.
pub fn decision(vendor: &Vendor, from: VendorStatus, to: VendorStatus, reason: Option<&str>, base_url: &str) -> (String, MailContent) {
    let name = &vendor.profile.name;
    let reason = reason.unwrap_or_default();
    match to {
        VendorStatus::Approved if from == VendorStatus::Suspended => (
            format!("{name} is open again"),
            MailContent::new(format!("{name} is open again"))
                .paragraph("The suspension is lifted. What you have published is for sale again.")
                .button("Open your shop", format!("{base_url}/vendor")),
        ),
        VendorStatus::Approved | VendorStatus::Pending => (
            format!("Welcome: {name} is open"),
            MailContent::new(format!("{name} is open"))
                .paragraph("Your application is approved. Your shop has its page now.")
                .button("Open your shop", format!("{base_url}/vendor")),
        ),
        VendorStatus::Rejected => (
            format!("Your application: {name}"),
            MailContent::new("We cannot open your shop yet")
                .paragraph(format!("We have read your application for {name} and cannot approve it as it is. The reason:"))
                .paragraph(reason)
                .paragraph("You may change your application and send it again.")
                .button("Change the application", format!("{base_url}/sell/apply")),
        ),
        VendorStatus::Suspended => (
            format!("{name} is suspended"),
            MailContent::new(format!("{name} is suspended"))
                .paragraph("Your goods are off the shelves for now, and nobody can buy them. The reason:")
                .paragraph(reason)
                .paragraph("Orders that are already paid still have to be sent. To talk about it, reply to this mail."),
        ),
    }
}

/// Tells the vendor what was decided.
///
/// # Errors
/// Only the database's.
pub async fn decided(
    tx: &mut Tx,
    vendor: &Vendor,
    from: VendorStatus,
    to: VendorStatus,
    reason: Option<&str>,
    base_url: &str,
) -> Result<(), AppError> {
    let (subject, content) = decision(vendor, from, to, reason, base_url);
    send(tx, vendor.id, to, &vendor.profile.contact_email, subject, content).await
}

async fn send(tx: &mut Tx, id: VendorId, status: VendorStatus, to: &Email, subject: String, content: MailContent) -> Result<(), AppError> {
    let kind = match status {
        VendorStatus::Pending => "vendor_applied",
        VendorStatus::Approved => "vendor_approved",
        VendorStatus::Rejected => "vendor_rejected",
        VendorStatus::Suspended => "vendor_suspended",
    };
    // A shop may be suspended twice: the compare-and-set that this mail stands beside is what makes it one for each time.
    let dedupe_key = format!("{kind}:{id}:{}", Uuid::now_v7());
    enqueue(tx, Mail { kind, dedupe_key, to: to.clone(), subject, content }).await
}
