//! A forgotten password: a link by mail, good once and for a short time, and a new password. Asking tells nobody whether there is an account.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::tokens::{decode_bits, random_bits};
use super::{Caller, key, passwords, sessions};
use crate::accounts::{Password, User, field, store};
use crate::error::AppError;
use crate::notifications::service::{OUTBOX, enqueue};
use crate::notifications::{Mail, MailContent};
use crate::platform::db::Db;
use crate::platform::jobs;
use crate::platform::rate_limit;
use crate::platform::state::AppState;
use crate::values::{Email, FieldProblem};

/// Life of a link. OWASP asks for "a short period"; people need time to find their mail.
const LIFETIME: Duration = Duration::from_secs(45 * 60);
/// Mails to one address: enough for somebody impatient, too few to fill a mailbox.
const REQUESTS_PER_ACCOUNT: u32 = 5;
/// Requests from one network address.
const REQUESTS_PER_ADDRESS: u32 = 60;
const REQUEST_WINDOW: Duration = Duration::from_secs(3600);
/// The name of the purpose in the table.
const PURPOSE: &str = "password_reset";

/// The secret in the link: 256 random bits, of which the database knows a hash.
struct ResetToken([u8; 32]);

impl ResetToken {
    fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }
}

/// Sends a link to the address if somebody has an account with it. The answer is the same if nobody has.
///
/// # Errors
/// `Invalid` for what is no address; `TooManyRequests`, for known and unknown addresses alike.
pub async fn request_reset(state: &AppState, email: &str, caller: &Caller) -> Result<(), AppError> {
    let email: Email = email.trim().parse().map_err(|_| AppError::field(field::EMAIL, FieldProblem::NotAnEmail))?;
    rate_limit::hit(&state.db, &key("reset:from", &caller.address), REQUESTS_PER_ADDRESS, REQUEST_WINDOW).await?;
    rate_limit::hit(&state.db, &key("reset:account", &email.key()), REQUESTS_PER_ACCOUNT, REQUEST_WINDOW).await?;
    let token = ResetToken(random_bits()?);
    let mut tx = state.db.begin().await?;
    let user = store::insert_mail_token(&mut *tx, &token.hash(), PURPOSE, &email, LIFETIME.as_secs_f64()).await?;
    if let Some(user) = user {
        enqueue(&mut tx, link(&user, &token, &state.config.base_url)).await?;
    }
    tx.commit().await?;
    jobs::wake(OUTBOX);
    Ok(())
}

/// Whether a link still leads somewhere. Looking uses nothing up: programs that check mails open links before people do.
///
/// # Errors
/// Those of the database.
pub async fn is_good(db: &Db, token: &str) -> Result<bool, AppError> {
    let Some(token) = decode_bits(token).map(ResetToken) else { return Ok(false) };
    Ok(store::mail_token_is_good(db.pool(), &token.hash(), PURPOSE).await?)
}

/// Sets a new password and ends all sessions: whoever got in with the old one is out.
///
/// # Errors
/// `Invalid` for a link that is used up, too old or none of ours, and for a password that is too weak; the link is then still good.
pub async fn reset(state: &AppState, token: &str, password: &Password) -> Result<(), AppError> {
    if let Some(problem) = password.length_problem() {
        return Err(AppError::field(field::PASSWORD, problem));
    }
    let used_up = || AppError::field(field::TOKEN, FieldProblem::LinkUsedUp);
    let token = decode_bits(token).map(ResetToken).ok_or_else(used_up)?;
    // The costly work is for those who hold a good link, and done before any row is locked.
    let user = store::mail_token_user(state.db.pool(), &token.hash(), PURPOSE).await?.ok_or_else(used_up)?;
    if let Some(problem) = passwords::weakness(password, &user.email, &user.name) {
        return Err(AppError::field(field::PASSWORD, problem));
    }
    let password_hash = passwords::hash(password).await?;
    let mut tx = state.db.begin().await?;
    if !store::use_mail_token(&mut *tx, &token.hash(), PURPOSE).await? {
        return Err(used_up());
    }
    store::set_password_hash(&mut *tx, user.id, &password_hash).await?;
    store::delete_mail_tokens_of(&mut *tx, user.id).await?;
    sessions::close_all(&mut tx, user.id, "password_changed").await?;
    enqueue(&mut tx, changed(&user, &token, &state.config.base_url)).await?;
    tx.commit().await?;
    jobs::wake(OUTBOX);
    rate_limit::forget(&state.db, &key("sign-in:account", &user.email.key())).await
}

fn link(user: &User, token: &ResetToken, base_url: &str) -> Mail {
    Mail {
        kind: "password_reset",
        dedupe_key: format!("password_reset:{}", URL_SAFE_NO_PAD.encode(token.hash())),
        to: user.email.clone(),
        subject: "Choose a new password".to_owned(),
        content: MailContent::new("Choose a new password")
            .paragraph(format!(
                "Somebody, most likely you, asked for a new password. The link works once, for {} minutes.",
                LIFETIME.as_secs() / 60
            ))
            .button("Choose a new password", format!("{base_url}/reset-password?token={}", token.encode()))
            .paragraph("If it was not you, there is nothing to do: your password stays as it is."),
    }
}

fn changed(user: &User, token: &ResetToken, base_url: &str) -> Mail {
    Mail {
        kind: "password_changed",
        dedupe_key: format!("password_changed:{}", URL_SAFE_NO_PAD.encode(token.hash())),
        to: user.email.clone(),
        subject: "Your password was changed".to_owned(),
        content: MailContent::new("Your password was changed")
            .paragraph("You are signed out everywhere. Sign in with the new password.")
            .button("Sign in", format!("{base_url}/sign-in"))
            .paragraph("If it was not you, choose a new password at once, and look after your mailbox: the link came through it."),
    }
}
