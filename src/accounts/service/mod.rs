//! Signing up and in, sessions, second factors, addresses, and what admins do with accounts.

use std::time::Duration;

use sha2::{Digest, Sha256};

use super::store::{mail_tokens, second_factors, users as store};
use super::{Password, Role, User, field};
use crate::error::AppError;
use crate::platform::db::{Db, Tx};
use crate::platform::state::AppState;
use crate::values::{Email, FieldProblem, UserId};

mod addresses;
pub mod api_tokens;
mod devices;
pub mod emails;
pub(super) mod mail_token;
pub mod passwords;
pub mod profile;
pub mod reset;
mod seal;
pub mod sessions;
mod sign_in;
mod sign_up;
pub mod tokens;
pub mod two_step;
pub mod users;

pub use addresses::{MAX_ADDRESSES, add_address, address, addresses, choose_default, delete_address, save_address};
pub use sessions::{Issued, LiveSession};
pub use sign_in::{CHALLENGE_LIFETIME, Challenge, SignedIn, reauthenticate, refresh, second_step, sign_in};
pub use sign_up::{Prepared, prepare, register, sign_up};

/// In which requests for mails, and the like, are counted.
const HOUR: Duration = Duration::from_secs(3600);

/// Where a request comes from, as far as throttling and the list of sessions want to know.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// Network address, an IPv6 one as its /64.
    pub address: String,
    pub user_agent: String,
    /// By which the device is known again; none where nothing would keep it.
    pub device_hash: Option<[u8; 32]>,
}

/// An account to be made by the seed or the command line, which may give any role, and which vouch for the address.
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
    let user = User { id: UserId::new(), email: new.email, name: new.name, role: new.role, email_verified: true, two_step: false };
    if !store::insert_user(db.pool(), &user, &password_hash).await? {
        return Err(AppError::field(field::EMAIL, FieldProblem::Taken));
    }
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

/// Deletes what is left of sessions that ended long ago, links and challenges that are too old, and addresses nobody wanted to keep. A
/// background job.
///
/// # Errors
/// Those of the database.
pub async fn prune(state: AppState) -> Result<(), AppError> {
    mail_tokens::delete_expired(state.db.pool()).await?;
    second_factors::delete_expired_challenges(state.db.pool()).await?;
    addresses::prune(&state.db).await?;
    sessions::prune(&state.db).await
}

/// Counters are named by a hash: of bounded length, and no list of addresses.
fn key(what: &str, whom: &str) -> String {
    let digest = Sha256::digest(whom.as_bytes());
    let hex: String = digest[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{what}:{hex}")
}
