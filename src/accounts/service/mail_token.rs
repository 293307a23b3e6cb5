//! Secrets that travel by mail: good once, for a short time, for one purpose and one person.

use std::time::Duration;

use super::tokens::OpaqueToken;
use crate::accounts::store::mail_tokens::{self as store, Presented};
use crate::accounts::{MailPurpose, field};
use crate::error::AppError;
use crate::platform::db::{Db, Tx};
use crate::values::{Email, FieldProblem, UserId};

/// Life of a link. OWASP asks for "a short period"; people need time to find their mail.
pub const LIFETIME: Duration = Duration::from_secs(45 * 60);

/// Makes one, good from the commit on.
pub async fn issue(tx: &mut Tx, purpose: MailPurpose, user_id: UserId, new_email: Option<&Email>) -> Result<OpaqueToken, AppError> {
    let token = OpaqueToken::random()?;
    store::insert(&mut **tx, &token.hash(), purpose, user_id, new_email, LIFETIME.as_secs_f64()).await?;
    Ok(token)
}

/// What the link is for, if it is good. Looking uses nothing up: programs that check mails open links before people do.
pub async fn look(db: &Db, token: &str, purpose: MailPurpose) -> Result<Option<(OpaqueToken, Presented)>, AppError> {
    let Some(token) = OpaqueToken::decode(token) else { return Ok(None) };
    let found = store::find(db.pool(), &token.hash(), purpose).await?;
    Ok(found.map(|found| (token, found)))
}

/// Uses it up.
///
/// # Errors
/// `Invalid` when somebody was quicker.
pub async fn take(tx: &mut Tx, token: &OpaqueToken, purpose: MailPurpose) -> Result<(), AppError> {
    if store::take(&mut **tx, &token.hash(), purpose).await? { Ok(()) } else { Err(used_up()) }
}

pub fn used_up() -> AppError {
    AppError::field(field::TOKEN, FieldProblem::LinkUsedUp)
}
