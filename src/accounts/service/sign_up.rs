//! New accounts. The answer and the work are the same whether the address has an account or not; which it was only its mailbox learns.

use super::passwords::{self, Verdict};
use super::{Caller, HOUR, key, mail_token};
use crate::accounts::store::users::{self as store, Account};
use crate::accounts::{MailPurpose, Role, SignUpForm, User, field, mail};
use crate::error::AppError;
use crate::notifications::service::{OUTBOX, enqueue};
use crate::platform::db::Tx;
use crate::platform::jobs;
use crate::platform::rate_limit;
use crate::platform::state::AppState;
use crate::values::UserId;

/// New accounts from one address.
const SIGN_UPS_PER_ADDRESS: u32 = 60;
/// Forms for one mail address, each of which may mean a mail.
const SIGN_UPS_PER_ACCOUNT: u32 = 5;

/// A sign-up whose costly part is done, before any transaction begins.
pub struct Prepared(Kind);

enum Kind {
    New { user: User, password_hash: String },
    Known { account: Account, same_password: bool },
}

/// Makes a customer's account. The mail that follows holds a link that confirms the address; the account can be used before.
///
/// # Errors
/// `Invalid`, `TooManyRequests`: alike for known and unknown addresses.
pub async fn sign_up(state: &AppState, form: SignUpForm, caller: &Caller) -> Result<(), AppError> {
    let prepared = prepare(state, form, caller).await?;
    let mut tx = state.db.begin().await?;
    register(&mut tx, state, prepared).await?;
    tx.commit().await?;
    jobs::wake(OUTBOX);
    Ok(())
}

/// Hashes the password of somebody new, or compares it with that of the account there is: the same work.
///
/// # Errors
/// `Invalid`, `TooManyRequests`.
pub async fn prepare(state: &AppState, form: SignUpForm, caller: &Caller) -> Result<Prepared, AppError> {
    rate_limit::hit(&state.db, &key("sign-up:from", &caller.address), SIGN_UPS_PER_ADDRESS, HOUR).await?;
    if let Some(problem) = passwords::weakness(&form.password, &form.email, &form.name) {
        return Err(AppError::field(field::PASSWORD, problem));
    }
    rate_limit::hit(&state.db, &key("sign-up:account", &form.email.key()), SIGN_UPS_PER_ACCOUNT, HOUR).await?;
    let kind = match store::account_by_email(state.db.pool(), &form.email).await? {
        Some(account) => {
            let verdict = passwords::verify(&form.password, Some(&account.password_hash)).await?;
            Kind::Known { account, same_password: verdict != Verdict::Wrong }
        }
        None => {
            let password_hash = passwords::hash(&form.password).await?;
            let (email, name) = (form.email, form.name);
            Kind::New {
                user: User { id: UserId::new(), email, name, role: Role::Customer, email_verified: false, two_step: false },
                password_hash,
            }
        }
    };
    Ok(Prepared(kind))
}

/// Makes the account and enqueues the mail. None if there was one already: its owner is told by mail, unless it was the same form sent twice.
///
/// # Errors
/// Those of the database.
pub async fn register(tx: &mut Tx, state: &AppState, Prepared(kind): Prepared) -> Result<Option<User>, AppError> {
    let base_url = &state.config.base_url;
    match kind {
        // Of two forms at once the second finds the address taken, and is the same form twice as far as anybody can tell.
        Kind::New { user, password_hash } if store::insert_user(&mut **tx, &user, &password_hash).await? => {
            let token = mail_token::issue(tx, MailPurpose::EmailConfirmation, user.id, None).await?;
            enqueue(tx, mail::welcome(&user, &token, base_url)).await?;
            Ok(Some(user))
        }
        Kind::Known { account, same_password: false } if !account.disabled => {
            enqueue(tx, mail::already_known(&account.user, base_url)).await?;
            Ok(None)
        }
        Kind::New { .. } | Kind::Known { .. } => Ok(None),
    }
}
