//! Who somebody is: by password, and by a second step where that is set up.

use std::time::Duration;

use super::passwords::{self, Verdict};
use super::sessions::{self, Issued, LiveSession};
use super::tokens::{Keys, OpaqueToken};
use super::{Caller, devices, key, two_step};
use crate::accounts::guard::Customer;
use crate::accounts::store::{second_factors, sessions as session_store, users as store};
use crate::accounts::{Password, User, field, mail};
use crate::error::AppError;
use crate::notifications::service::{OUTBOX, enqueue};
use crate::platform::jobs;
use crate::platform::rate_limit;
use crate::platform::state::AppState;
use crate::values::{Email, FieldErrors, FieldProblem};

/// Attempts for one account, from wherever they come; forgotten when one succeeds.
const SIGN_INS_PER_ACCOUNT: u32 = 10;
/// Attempts from one address: an office shares one, a machine that guesses needs far more.
const SIGN_INS_PER_ADDRESS: u32 = 100;
const SIGN_IN_WINDOW: Duration = Duration::from_secs(15 * 60);
/// Time for fetching the telephone.
pub const CHALLENGE_LIFETIME: Duration = Duration::from_secs(10 * 60);

/// What a right password leads to.
pub enum SignedIn {
    Complete(Issued),
    /// The second step is owed.
    Challenged(Challenge),
}

/// Says that somebody gave the right password a moment ago.
#[derive(Clone, Debug)]
pub struct Challenge(OpaqueToken);

impl Challenge {
    /// None for what is none of ours.
    pub fn decode(text: &str) -> Option<Self> {
        OpaqueToken::decode(text).map(Self)
    }

    pub fn encode(&self) -> String {
        self.0.encode()
    }
}

/// Opens a session for the right password, or asks for the second step.
///
/// # Errors
/// `Invalid` with the same words for a wrong password, an unknown address and a disabled account; `TooManyRequests`.
pub async fn sign_in(state: &AppState, email: &str, password: &Password, caller: &Caller) -> Result<SignedIn, AppError> {
    let email = email.trim();
    let mut missing = FieldErrors::default();
    for (name, value) in [(field::EMAIL, email), (field::PASSWORD, password.reveal())] {
        if value.is_empty() {
            missing.push(name, FieldProblem::Required);
        }
    }
    missing.into_result(())?;
    let refused = || AppError::field(field::PASSWORD, FieldProblem::WrongCredentials);
    // What cannot be an account's address or password is refused before the costly work: that tells nothing about who has an account.
    let email: Email = email.parse().map_err(|_| refused())?;
    if password.reveal().chars().count() > Password::MAX_CHARS {
        return Err(refused());
    }
    let user = check_credentials(state, &email, password, caller).await?.ok_or_else(refused)?;
    if user.two_step {
        let token = OpaqueToken::random()?;
        second_factors::insert_challenge(state.db.pool(), &token.hash(), user.id, CHALLENGE_LIFETIME.as_secs_f64()).await?;
        return Ok(SignedIn::Challenged(Challenge(token)));
    }
    open_session(state, user, caller, None).await.map(SignedIn::Complete)
}

/// Opens the session that a challenge stands for.
///
/// # Errors
/// `Unauthenticated` when the password must be given once more; `Invalid` for a wrong code; `TooManyRequests`.
pub async fn second_step(state: &AppState, challenge: &Challenge, code: &str, caller: &Caller) -> Result<Issued, AppError> {
    let user = second_factors::challenged(state.db.pool(), &challenge.0.hash()).await?.ok_or(AppError::Unauthenticated)?;
    two_step::check(state, &user, code).await?;
    open_session(state, user, caller, Some(challenge)).await
}

/// Makes sure that it is the account's owner who asks, and not somebody at a browser that was left open.
///
/// # Errors
/// `Invalid` for a wrong password; `TooManyRequests`.
pub async fn reauthenticate(state: &AppState, customer: &Customer, password: &Password, caller: &Caller) -> Result<(), AppError> {
    let wrong = || AppError::field(field::CURRENT_PASSWORD, FieldProblem::WrongPassword);
    if password.reveal().chars().count() > Password::MAX_CHARS {
        return Err(wrong());
    }
    check_credentials(state, customer.email(), password, caller).await?.map(|_| ()).ok_or_else(wrong)
}

/// Whose password it is: throttled, and the same work whether the account exists or not.
async fn check_credentials(state: &AppState, email: &Email, password: &Password, caller: &Caller) -> Result<Option<User>, AppError> {
    let by_account = account_key(email);
    rate_limit::hit(&state.db, &key("sign-in:from", &caller.address), SIGN_INS_PER_ADDRESS, SIGN_IN_WINDOW).await?;
    rate_limit::hit(&state.db, &by_account, SIGN_INS_PER_ACCOUNT, SIGN_IN_WINDOW).await?;
    let account = store::account_by_email(state.db.pool(), email).await?;
    let verdict = passwords::verify(password, account.as_ref().map(|account| account.password_hash.as_str())).await?;
    let Some(account) = account.filter(|account| verdict != Verdict::Wrong && !account.disabled) else { return Ok(None) };
    rate_limit::forget(&state.db, &by_account).await?;
    if verdict == Verdict::RightButOld {
        let new = passwords::hash(password).await?;
        store::replace_password_hash(state.db.pool(), account.user.id, &account.password_hash, &new).await?;
    }
    Ok(Some(account.user))
}

/// Under which the attempts for an account are counted.
pub(super) fn account_key(email: &Email) -> String {
    key("sign-in:account", &email.key())
}

/// The next pair of tokens of a session.
///
/// # Errors
/// `Unauthenticated` when the token is worth nothing (any more).
pub async fn refresh(state: &AppState, token: &str) -> Result<Issued, AppError> {
    sessions::renew(&state.db, &Keys::of(&state.config), token).await?.ok_or(AppError::Unauthenticated)
}

async fn open_session(state: &AppState, user: User, caller: &Caller, challenge: Option<&Challenge>) -> Result<Issued, AppError> {
    let mut tx = state.db.begin().await?;
    if let Some(Challenge(token)) = challenge
        && !second_factors::take_challenge(&mut *tx, &token.hash()).await?
    {
        return Err(AppError::Unauthenticated);
    }
    let new_device = match &caller.device_hash {
        Some(hash) => session_store::is_new_device(&mut *tx, user.id, hash).await?,
        None => false,
    };
    let issued = sessions::open(&mut tx, &Keys::of(&state.config), user, caller).await?;
    if new_device {
        let LiveSession { session_id, user } = &issued.session;
        enqueue(&mut tx, mail::new_device(user, *session_id, &devices::label(&caller.user_agent), &state.config.base_url)).await?;
    }
    tx.commit().await?;
    if new_device {
        jobs::wake(OUTBOX);
    }
    Ok(issued)
}
