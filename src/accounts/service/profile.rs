//! What people change about their own account.

use super::passwords;
use super::sessions::close_all;
use super::{Caller, reauthenticate};
use crate::accounts::guard::Customer;
use crate::accounts::store::{mail_tokens, second_factors, users as store};
use crate::accounts::{Password, field, mail, parse_name};
use crate::error::AppError;
use crate::notifications::service::{OUTBOX, enqueue};
use crate::platform::db::Db;
use crate::platform::jobs;
use crate::platform::state::AppState;
use crate::values::FieldErrors;

/// # Errors
/// `Invalid` for a bad name.
pub async fn rename(db: &Db, customer: &Customer, name: &str) -> Result<(), AppError> {
    let mut errors = FieldErrors::default();
    let name = parse_name(name, &mut errors);
    let name = errors.into_result(name)?;
    Ok(store::set_name(db.pool(), customer.user_id(), &name).await?)
}

/// Sets a new password and ends all sessions but this one; the owner gets a mail.
///
/// # Errors
/// `Invalid` for a wrong current password or a weak new one; `TooManyRequests`.
pub async fn change_password(
    state: &AppState,
    customer: &Customer,
    current: &Password,
    new: &Password,
    caller: &Caller,
) -> Result<(), AppError> {
    let weakness = new.length_problem().or_else(|| passwords::weakness(new, customer.email(), customer.name()));
    if let Some(problem) = weakness {
        return Err(AppError::field(field::PASSWORD, problem));
    }
    reauthenticate(state, customer, current, caller).await?;
    let password_hash = passwords::hash(new).await?;
    let mut tx = state.db.begin().await?;
    store::set_password_hash(&mut *tx, customer.user_id(), &password_hash).await?;
    mail_tokens::delete_of(&mut *tx, customer.user_id()).await?;
    second_factors::delete_challenges_of(&mut *tx, customer.user_id()).await?;
    close_all(&mut tx, customer.user_id(), Some(customer.session_id()), "password_changed").await?;
    enqueue(&mut tx, mail::password_changed(customer.user(), &state.config.base_url)).await?;
    tx.commit().await?;
    jobs::wake(OUTBOX);
    Ok(())
}
