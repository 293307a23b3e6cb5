//! The address of an account: confirming it, and moving to another one.

use super::{Caller, HOUR, key, mail_token, reauthenticate};
use crate::accounts::guard::Customer;
use crate::accounts::store::{mail_tokens, users as store};
use crate::accounts::{MailPurpose, Password, field, mail, parse_email};
use crate::error::{AppError, OnConstraint};
use crate::notifications::service::{OUTBOX, enqueue};
use crate::platform::db::Db;
use crate::platform::jobs;
use crate::platform::rate_limit;
use crate::platform::state::AppState;
use crate::values::{Email, FieldErrors, FieldProblem};

/// Mails that one account may ask for.
const REQUESTS_PER_ACCOUNT: u32 = 5;

/// Sends the link that confirms the address once more; nothing if it is confirmed.
///
/// # Errors
/// `TooManyRequests`.
pub async fn send_confirmation(state: &AppState, customer: &Customer) -> Result<(), AppError> {
    if customer.user().email_verified {
        return Ok(());
    }
    rate_limit::hit(&state.db, &key("confirm:account", &customer.user_id().to_string()), REQUESTS_PER_ACCOUNT, HOUR).await?;
    let mut tx = state.db.begin().await?;
    let token = mail_token::issue(&mut tx, MailPurpose::EmailConfirmation, customer.user_id(), None).await?;
    enqueue(&mut tx, mail::confirm_email(customer.user(), &token, &state.config.base_url)).await?;
    tx.commit().await?;
    jobs::wake(OUTBOX);
    Ok(())
}

/// Sends a link to the new address; the account moves when it is used. If the address has an account of its own, that mailbox is told
/// instead, and nobody else.
///
/// # Errors
/// `Invalid` for what is no address, one's own, or a wrong password; `TooManyRequests`.
pub async fn request_change(
    state: &AppState,
    customer: &Customer,
    new_email: &str,
    password: &Password,
    caller: &Caller,
) -> Result<(), AppError> {
    let mut errors = FieldErrors::default();
    let email = parse_email(new_email, &mut errors);
    if email.as_ref().is_some_and(|email| email.as_str() == customer.email().as_str()) {
        errors.push(field::EMAIL, FieldProblem::Taken);
    }
    let Some(email) = errors.into_result(email)? else { return Err(AppError::field(field::EMAIL, FieldProblem::NotAnEmail)) };
    reauthenticate(state, customer, password, caller).await?;
    rate_limit::hit(&state.db, &key("email-change:account", &customer.user_id().to_string()), REQUESTS_PER_ACCOUNT, HOUR).await?;
    let known = store::account_by_email(state.db.pool(), &email).await?.filter(|account| account.user.id != customer.user_id());
    let mut tx = state.db.begin().await?;
    // A link to an address that is taken is made and sent to nobody: the same work.
    let token = mail_token::issue(&mut tx, MailPurpose::EmailChange, customer.user_id(), Some(&email)).await?;
    let letter = match known {
        Some(account) => mail::address_in_use(&account.user, &state.config.base_url),
        None => mail::change_email(customer.user(), &email, &token, &state.config.base_url),
    };
    enqueue(&mut tx, letter).await?;
    tx.commit().await?;
    jobs::wake(OUTBOX);
    Ok(())
}

/// The address that a link would confirm, if it is good. Looking uses nothing up.
///
/// # Errors
/// Those of the database.
pub async fn address_of_link(db: &Db, token: &str) -> Result<Option<Email>, AppError> {
    for purpose in [MailPurpose::EmailConfirmation, MailPurpose::EmailChange] {
        if let Some((_, found)) = mail_token::look(db, token, purpose).await? {
            return Ok(Some(found.new_email.unwrap_or(found.user.email)));
        }
    }
    Ok(None)
}

/// Confirms the address of the account, or moves the account to the address that the link was sent to; the old one gets a notice.
///
/// # Errors
/// `Invalid` for a link that is used up, too old or none of ours, and when somebody else has the address by now.
pub async fn confirm(state: &AppState, token: &str) -> Result<(), AppError> {
    if let Some((token, found)) = mail_token::look(&state.db, token, MailPurpose::EmailConfirmation).await? {
        let mut tx = state.db.begin().await?;
        mail_token::take(&mut tx, &token, MailPurpose::EmailConfirmation).await?;
        store::mark_email_verified(&mut *tx, found.user.id).await?;
        return Ok(tx.commit().await?);
    }
    let found = mail_token::look(&state.db, token, MailPurpose::EmailChange).await?;
    let Some((token, (user, new_email))) = found.and_then(|(token, found)| Some((token, (found.user, found.new_email?)))) else {
        return Err(mail_token::used_up());
    };
    let mut tx = state.db.begin().await?;
    mail_token::take(&mut tx, &token, MailPurpose::EmailChange).await?;
    let moved = store::set_email(&mut *tx, user.id, &new_email).await;
    moved.on_constraint("users_email_key", field::TOKEN, FieldProblem::LinkUsedUp)?;
    // Links in the old mailbox must not reach the account any more.
    mail_tokens::delete_of(&mut *tx, user.id).await?;
    enqueue(&mut tx, mail::email_changed(&user, &token, &state.config.base_url)).await?;
    tx.commit().await?;
    jobs::wake(OUTBOX);
    Ok(())
}
