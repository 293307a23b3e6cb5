//! Signing up and in, sessions, addresses.

use std::time::Duration;

use sha2::{Digest, Sha256};

use super::{Password, Role, SignUpForm, User, field, store};
use crate::error::{AppError, OnConstraint};
use crate::notifications::service::{OUTBOX, enqueue};
use crate::notifications::{Mail, MailContent};
use crate::platform::db::{Db, Tx};
use crate::platform::jobs;
use crate::platform::rate_limit;
use crate::platform::state::AppState;
use crate::values::{Email, FieldErrors, FieldProblem, UserId};

mod addresses;
pub mod passwords;
pub mod reset;
pub mod sessions;
pub mod tokens;

pub use addresses::{add_address, address, addresses, delete_address};
use passwords::Verdict;
pub use sessions::{Issued, LiveSession};
use tokens::Keys;

/// Attempts for one account, from wherever they come; forgotten when one succeeds.
const SIGN_INS_PER_ACCOUNT: u32 = 10;
/// Attempts from one address: an office shares one, a machine that guesses needs far more.
const SIGN_INS_PER_ADDRESS: u32 = 100;
const SIGN_IN_WINDOW: Duration = Duration::from_secs(15 * 60);
/// New accounts from one address.
const SIGN_UPS_PER_ADDRESS: u32 = 60;
const SIGN_UP_WINDOW: Duration = Duration::from_secs(3600);

/// Where a request comes from, as far as throttling and the list of sessions want to know.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// Network address, an IPv6 one as its /64.
    pub address: String,
    pub user_agent: String,
}

/// An account to be made by the seed or the command line, which may give any role.
#[derive(Clone, Debug)]
pub struct NewUser {
    pub email: Email,
    pub name: String,
    pub password: Password,
    pub role: Role,
}

/// Makes an account without signing in.
///
/// # Errors
/// `Invalid` when the address is taken or the password too short.
pub async fn create_user(db: &Db, new: NewUser) -> Result<UserId, AppError> {
    if let Some(problem) = new.password.length_problem() {
        return Err(AppError::field(field::PASSWORD, problem));
    }
    let password_hash = passwords::hash(&new.password).await?;
    let user = User { id: UserId::new(), email: new.email, name: new.name, role: new.role };
    store::insert_user(db.pool(), &user, &password_hash).await.on_constraint("users_email_key", field::EMAIL, FieldProblem::Taken)?;
    Ok(user.id)
}

/// Makes a customer a vendor; a vendor stays one.
///
/// # Errors
/// `Forbidden` for an admin: who approves shops has none.
pub async fn become_vendor(tx: &mut Tx, id: UserId) -> Result<(), AppError> {
    if store::make_vendor(&mut **tx, id).await? { Ok(()) } else { Err(AppError::Forbidden) }
}

/// The account of an address, for the seed and the command line.
///
/// # Errors
/// Those of the database.
pub async fn find_user(db: &Db, email: &Email) -> Result<Option<User>, AppError> {
    Ok(store::account_by_email(db.pool(), email).await?.map(|account| account.user))
}

/// Makes a customer's account, opens a session, and enqueues the welcome mail. Who already has the account and knows its password is
/// signed in (a form sent twice).
///
/// # Errors
/// `Invalid`, `TooManyRequests`.
pub async fn sign_up(state: &AppState, form: SignUpForm, caller: &Caller) -> Result<Issued, AppError> {
    rate_limit::hit(&state.db, &key("sign-up:from", &caller.address), SIGN_UPS_PER_ADDRESS, SIGN_UP_WINDOW).await?;
    if let Some(problem) = passwords::weakness(&form.password, &form.email, &form.name) {
        return Err(AppError::field(field::PASSWORD, problem));
    }
    let taken = || AppError::field(field::EMAIL, FieldProblem::Taken);
    if store::account_by_email(state.db.pool(), &form.email).await?.is_some() {
        return match check_credentials(state, &form.email, &form.password, caller).await? {
            Some(user) => open_session(state, user, caller).await,
            None => Err(taken()),
        };
    }
    let password_hash = passwords::hash(&form.password).await?;
    let user = User { id: UserId::new(), email: form.email, name: form.name, role: Role::Customer };
    let mut tx = state.db.begin().await?;
    store::insert_user(&mut *tx, &user, &password_hash).await.on_constraint("users_email_key", field::EMAIL, FieldProblem::Taken)?;
    enqueue(&mut tx, welcome(&user, &state.config.base_url)).await?;
    let issued = sessions::open(&mut tx, &Keys::of(&state.config), user, &caller.user_agent).await?;
    tx.commit().await?;
    jobs::wake(OUTBOX);
    Ok(issued)
}

/// Opens a session for the right password.
///
/// # Errors
/// `Invalid` with the same words for a wrong password, an unknown address and a disabled account; `TooManyRequests`.
pub async fn sign_in(state: &AppState, email: &str, password: &Password, caller: &Caller) -> Result<Issued, AppError> {
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
    open_session(state, user, caller).await
}

/// Whose password it is: throttled, and the same work whether the account exists or not.
async fn check_credentials(state: &AppState, email: &Email, password: &Password, caller: &Caller) -> Result<Option<User>, AppError> {
    let by_account = key("sign-in:account", &email.key());
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

/// The next pair of tokens of a session.
///
/// # Errors
/// `Unauthenticated` when the token is worth nothing (any more).
pub async fn refresh(state: &AppState, token: &str) -> Result<Issued, AppError> {
    sessions::renew(&state.db, &Keys::of(&state.config), token).await?.ok_or(AppError::Unauthenticated)
}

async fn open_session(state: &AppState, user: User, caller: &Caller) -> Result<Issued, AppError> {
    let mut tx = state.db.begin().await?;
    let issued = sessions::open(&mut tx, &Keys::of(&state.config), user, &caller.user_agent).await?;
    tx.commit().await?;
    Ok(issued)
}

/// Deletes what is left of sessions that ended long ago, and links that are too old. A background job.
///
/// # Errors
/// Those of the database.
pub async fn prune(state: AppState) -> Result<(), AppError> {
    store::delete_expired_mail_tokens(state.db.pool()).await?;
    sessions::prune(&state.db).await
}

/// Counters are named by a hash: of bounded length, and no list of addresses.
fn key(what: &str, whom: &str) -> String {
    let digest = Sha256::digest(whom.as_bytes());
    let hex: String = digest[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{what}:{hex}")
}

fn welcome(user: &User, base_url: &str) -> Mail {
    Mail {
        kind: "welcome",
        dedupe_key: format!("welcome:{}", user.id),
        to: user.email.clone(),
        subject: "Welcome to Souk".to_owned(),
        content: MailContent::new(format!("Welcome, {}", user.name))
            .paragraph("Your account is ready. Your cart, your orders and your addresses now wait for you wherever you sign in.")
            .button("Look around", format!("{base_url}/products"))
            .paragraph("If it was not you who signed up with this address, please reply to this mail, and we will remove the account."),
    }
}
