//! The second step of signing in: a code of six figures that changes every half minute (TOTP, RFC 6238), or one of ten recovery codes.
//!
//! One sealed seed holds both. Whoever could read it could make the codes anyway, so recovery codes need no hashes of their own; they are shown
//! until the second step is turned on, and never again.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;
use subtle::ConstantTimeEq;
use totp_rs::{Builder, Secret, Totp};

use super::tokens::{Keys, hmac, random_bits};
use super::{Caller, key, reauthenticate};
use crate::accounts::guard::{Admin, Customer};
use crate::accounts::store::{second_factors as store, users};
use crate::accounts::{Password, User, field, mail};
use crate::audit::{self, AuditEntry};
use crate::error::{AppError, Conflict};
use crate::notifications::service::{OUTBOX, enqueue};
use crate::platform::db::{Db, Tx};
use crate::platform::jobs;
use crate::platform::rate_limit;
use crate::platform::state::AppState;
use crate::values::{FieldProblem, UserId};

/// A code has six figures and three are good at a time: at this rate somebody who knows the password guesses for centuries.
const ATTEMPTS_PER_ACCOUNT: u32 = 6;
const ATTEMPT_WINDOW: Duration = Duration::from_secs(15 * 60);
const RECOVERY_CODES: usize = 10;
/// Figures of a recovery code, 33 bits: enough behind that limit (NIST SP 800-63B-4 asks for 20).
const RECOVERY_DIGITS: usize = 10;
/// Figures of a code of the authenticator.
const CODE_DIGITS: usize = 6;

/// What somebody needs to turn the second step on.
pub struct Setup {
    /// In base32, for typing.
    pub secret: String,
    /// `otpauth://…`, for a QR code.
    pub url: String,
    pub recovery_codes: Vec<String>,
}

struct Seed([u8; 32]);

impl Seed {
    async fn load(db: &Db, keys: &Keys, user_id: UserId) -> Result<Option<Self>, AppError> {
        let Some(sealed) = store::sealed_seed(db.pool(), user_id).await? else { return Ok(None) };
        let seed = keys.open(user_id, &sealed).and_then(|seed| seed.try_into().ok());
        // The key that sealed it is gone: nobody can say any more which codes are right.
        seed.map(|seed| Some(Self(seed))).ok_or_else(|| AppError::internal("a second factor does not open with any key"))
    }

    fn totp(&self, user: &User) -> Result<Totp, AppError> {
        // Twenty bytes, as RFC 4226 recommends for SHA-1, which is what every authenticator knows.
        let secret = Secret::from(hmac(&self.0, b"souk totp")[..20].to_vec());
        Builder::new()
            .with_secret(secret)
            .with_account_name(user.email.as_str())
            .with_issuer(Some("Souk"))
            .build()
            .map_err(AppError::internal)
    }

    /// "01234-56789"
    fn recovery_codes(&self) -> Vec<String> {
        let code = |n: usize| {
            let bits = hmac(&self.0, format!("souk recovery code {n}").as_bytes());
            let number = u64::from_be_bytes([bits[0], bits[1], bits[2], bits[3], bits[4], bits[5], bits[6], bits[7]])
                % 10_u64.pow(RECOVERY_DIGITS as u32);
            format!("{:05}-{:05}", number / 100_000, number % 100_000)
        };
        (0..RECOVERY_CODES).map(code).collect()
    }
}

/// Draws a seed; nothing changes at sign-in until it is confirmed by a code.
///
/// # Errors
/// `Invalid` for a wrong password; `Conflict(EmailNotConfirmed)`: who signed up with somebody else's address must not lock them out.
pub async fn start(state: &AppState, customer: &Customer, password: &Password, caller: &Caller) -> Result<(), AppError> {
    if !customer.user().email_verified {
        return Err(Conflict::EmailNotConfirmed.into());
    }
    reauthenticate(state, customer, password, caller).await?;
    let sealed = Keys::of(&state.config).seal(customer.user_id(), &random_bits()?)?;
    Ok(store::replace_seed(state.db.pool(), customer.user_id(), &sealed).await?)
}

/// What to scan and to keep, between [`start`] and [`turn_on`].
///
/// # Errors
/// Those of the database.
pub async fn setup(state: &AppState, customer: &Customer) -> Result<Option<Setup>, AppError> {
    let user = customer.user();
    if user.two_step {
        return Ok(None);
    }
    let Some(seed) = Seed::load(&state.db, &Keys::of(&state.config), user.id).await? else { return Ok(None) };
    let totp = seed.totp(user)?;
    let url = totp.to_url().map_err(AppError::internal)?;
    Ok(Some(Setup { secret: totp.secret().to_base32(), url, recovery_codes: seed.recovery_codes() }))
}

/// Turns the second step on, once a code shows that the authenticator has the secret.
///
/// # Errors
/// `Invalid` for a wrong code; `Conflict(Stale)` when it is on already.
pub async fn turn_on(state: &AppState, customer: &Customer, code: &str) -> Result<(), AppError> {
    check(state, customer.user(), code).await?;
    let mut tx = state.db.begin().await?;
    if !store::turn_on(&mut *tx, customer.user_id()).await? {
        return Err(Conflict::Stale.into());
    }
    enqueue(&mut tx, mail::two_step_on(customer.user(), &state.config.base_url)).await?;
    tx.commit().await?;
    jobs::wake(OUTBOX);
    Ok(())
}

/// # Errors
/// `Invalid` for a wrong password.
pub async fn turn_off(state: &AppState, customer: &Customer, password: &Password, caller: &Caller) -> Result<(), AppError> {
    reauthenticate(state, customer, password, caller).await?;
    let mut tx = state.db.begin().await?;
    off(&mut tx, customer.user(), &state.config.base_url).await?;
    tx.commit().await?;
    jobs::wake(OUTBOX);
    Ok(())
}

/// For somebody who lost both the authenticator and the codes. `admin` is none at the command line.
///
/// # Errors
/// `NotFound`; `Conflict(Stale)` when it is off.
pub async fn reset(state: &AppState, admin: Option<&Admin>, id: UserId) -> Result<(), AppError> {
    let mut tx = state.db.begin().await?;
    let user: User = users::find(&mut *tx, id).await?.ok_or(AppError::NotFound)?.into();
    if !user.two_step {
        return Err(Conflict::Stale.into());
    }
    off(&mut tx, &user, &state.config.base_url).await?;
    let entry = AuditEntry {
        actor: admin.map(|admin| admin.customer().user_id()),
        action: "user.two_step_reset",
        object_kind: "user",
        object_id: Some(id.0),
        before: Some(json!({ "two_step": true })),
        after: Some(json!({ "two_step": false })),
        reason: None,
    };
    audit::service::record(&mut tx, entry).await?;
    tx.commit().await?;
    jobs::wake(OUTBOX);
    Ok(())
}

async fn off(tx: &mut Tx, user: &User, base_url: &str) -> Result<(), AppError> {
    if store::turn_off(&mut **tx, user.id).await? {
        enqueue(tx, mail::two_step_off(user, base_url)).await?;
    }
    Ok(())
}

/// How many recovery codes are left; none without a second factor.
///
/// # Errors
/// Those of the database.
pub async fn recovery_codes_left(db: &Db, customer: &Customer) -> Result<Option<u32>, AppError> {
    let used = store::used_recovery_codes(db.pool(), customer.user_id()).await?;
    Ok(used.map(|used| (RECOVERY_CODES as u32).saturating_sub(used.count_ones())))
}

/// Uses up a code of the authenticator or a recovery code.
///
/// # Errors
/// `Invalid` for one that is wrong or was used before; `TooManyRequests`.
pub(super) async fn check(state: &AppState, user: &User, code: &str) -> Result<(), AppError> {
    let attempts = key("second-step:account", &user.id.to_string());
    rate_limit::hit(&state.db, &attempts, ATTEMPTS_PER_ACCOUNT, ATTEMPT_WINDOW).await?;
    let wrong = || AppError::field(field::CODE, FieldProblem::WrongCode);
    let seed = Seed::load(&state.db, &Keys::of(&state.config), user.id).await?.ok_or_else(wrong)?;
    let used = match Code::parse(code).ok_or_else(wrong)? {
        Code::Authenticator(code) => {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(AppError::internal)?.as_secs();
            let step = seed.totp(user)?.check(&code, now).ok_or_else(wrong)?;
            store::use_step(state.db.pool(), user.id, i64::try_from(step).map_err(AppError::internal)?).await?
        }
        Code::Recovery(code) => {
            let known = seed.recovery_codes();
            let at = known.iter().position(|known| bool::from(known.as_bytes().ct_eq(code.as_bytes()))).ok_or_else(wrong)?;
            store::use_recovery_code(state.db.pool(), user.id, 1 << at).await?
        }
    };
    if !used {
        return Err(wrong());
    }
    rate_limit::forget(&state.db, &attempts).await
}

#[derive(PartialEq, Eq, Debug)]
enum Code {
    Authenticator(String),
    /// With its dash.
    Recovery(String),
}

impl Code {
    /// People type spaces and dashes, or leave them out.
    fn parse(typed: &str) -> Option<Self> {
        /// No code is longer, however it is spaced.
        const MAX_LEN: usize = 40;
        let plain = typed.len() <= MAX_LEN && typed.chars().all(|c| c.is_ascii_digit() || c == '-' || c == ' ');
        let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
        match digits.len() {
            CODE_DIGITS if plain => Some(Self::Authenticator(digits)),
            RECOVERY_DIGITS if plain => Some(Self::Recovery(format!("{}-{}", &digits[..5], &digits[5..]))),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_people_type_them() {
        assert_eq!(Code::parse(" 123 456 "), Some(Code::Authenticator("123456".into())));
        assert_eq!(Code::parse("0123456789"), Some(Code::Recovery("01234-56789".into())));
        assert_eq!(Code::parse("01234-56789"), Some(Code::Recovery("01234-56789".into())));
        for bad in ["", "12345", "1234567", "12345x6", "１２３４５６", "123456; drop", &"1 ".repeat(6).repeat(9)] {
            assert_eq!(Code::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn recovery_codes_differ_and_have_their_form() {
        let codes = Seed([7; 32]).recovery_codes();
        let distinct: std::collections::BTreeSet<_> = codes.iter().collect();
        assert_eq!(distinct.len(), RECOVERY_CODES);
        assert!(codes.iter().all(|code| matches!(Code::parse(code), Some(Code::Recovery(same)) if same == *code)));
        assert_ne!(codes, Seed([8; 32]).recovery_codes());
    }
}
