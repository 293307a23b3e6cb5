//! A forgotten password: a link by mail, good once and for a short time, and a new password. Asking tells nobody whether there is an account.

use super::sessions::close_all;
use super::sign_in::account_key;
use super::{Caller, HOUR, key, mail_token, passwords};
use crate::accounts::store::{mail_tokens, second_factors, users as store};
use crate::accounts::{MailPurpose, Password, field, mail};
use crate::error::AppError;
use crate::notifications::service::{OUTBOX, enqueue};
use crate::platform::db::Db;
use crate::platform::jobs;
use crate::platform::rate_limit;
use crate::platform::state::AppState;
use crate::values::{Email, FieldProblem};

/// Mails to one address: enough for somebody impatient, too few to fill a mailbox.
const REQUESTS_PER_ACCOUNT: u32 = 5;
/// Requests from one network address.
const REQUESTS_PER_ADDRESS: u32 = 60;

/// Sends a mail to the address: a link if somebody has an account with it, else the news that nobody has. The answer is the same.
///
/// # Errors
/// `Invalid` for what is no address; `TooManyRequests`, for known and unknown addresses alike.
pub async fn request_reset(state: &AppState, email: &str, caller: &Caller) -> Result<(), AppError> {
    let email: Email = email.trim().parse().map_err(|_| AppError::field(field::EMAIL, FieldProblem::NotAnEmail))?;
    rate_limit::hit(&state.db, &key("reset:from", &caller.address), REQUESTS_PER_ADDRESS, HOUR).await?;
    rate_limit::hit(&state.db, &key("reset:account", &email.key()), REQUESTS_PER_ACCOUNT, HOUR).await?;
    let account = store::account_by_email(state.db.pool(), &email).await?.filter(|account| !account.disabled);
    let mut tx = state.db.begin().await?;
    let letter = match account {
        Some(account) => {
            let token = mail_token::issue(&mut tx, MailPurpose::PasswordReset, account.user.id, None).await?;
            mail::reset_password(&account.user, &token, &state.config.base_url)
        }
        None => mail::no_account(&email, &state.config.base_url),
    };
    enqueue(&mut tx, letter).await?;
    tx.commit().await?;
    jobs::wake(OUTBOX);
    Ok(())
}

/// Whether a link still leads somewhere.
///
/// # Errors
/// Those of the database.
pub async fn is_good(db: &Db, token: &str) -> Result<bool, AppError> {
    Ok(mail_token::look(db, token, MailPurpose::PasswordReset).await?.is_some())
}

/// Sets a new password and ends all sessions: whoever got in with the old one is out.
///
/// # Errors
/// `Invalid` for a link that is used up, too old or none of ours, and for a password that is too weak; the link is then still good.
pub async fn reset(state: &AppState, token: &str, password: &Password) -> Result<(), AppError> {
    if let Some(problem) = password.length_problem() {
        return Err(AppError::field(field::PASSWORD, problem));
    }
    // The costly work is for those who hold a good link, and done before any row is locked.
    let found = mail_token::look(&state.db, token, MailPurpose::PasswordReset).await?;
    let (token, user) = found.map(|(token, found)| (token, found.user)).ok_or_else(mail_token::used_up)?;
    if let Some(problem) = passwords::weakness(password, &user.email, &user.name) {
        return Err(AppError::field(field::PASSWORD, problem));
    }
    let password_hash = passwords::hash(password).await?;
    let mut tx = state.db.begin().await?;
    mail_token::take(&mut tx, &token, MailPurpose::PasswordReset).await?;
    store::set_password_hash(&mut *tx, user.id, &password_hash).await?;
    store::mark_email_verified(&mut *tx, user.id).await?;
    mail_tokens::delete_of(&mut *tx, user.id).await?;
    second_factors::delete_challenges_of(&mut *tx, user.id).await?;
    close_all(&mut tx, user.id, None, "password_changed").await?;
    enqueue(&mut tx, mail::password_reset(&user, &state.config.base_url)).await?;
    tx.commit().await?;
    jobs::wake(OUTBOX);
    rate_limit::forget(&state.db, &account_key(&user.email)).await
}
