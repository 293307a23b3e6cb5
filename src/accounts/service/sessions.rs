//! A session is a family of refresh tokens. Exchanging one marks it used and brings its successor to life, in one transaction with the
//! token's row locked. Within a short grace the same exchange yields the same successor (two tabs, a lost reply); later it means that
//! somebody kept a copy, and the whole session ends.

use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::tokens::{AccessClaims, Keys, OpaqueToken};
use super::{Caller, devices};
use crate::accounts::guard::Customer;
use crate::accounts::store::sessions as store;
use crate::accounts::{Session, User};
use crate::error::AppError;
use crate::platform::db::{Db, Tx};
use crate::values::{SessionId, UserId};

/// Life of a refresh token that is not used: a month away signs out.
pub const REFRESH_LIFETIME: Duration = Duration::from_secs(30 * 24 * 3600);
/// Greatest age of a session, however busy.
const SESSION_LIFETIME: Duration = Duration::from_secs(180 * 24 * 3600);
/// For so long a repeated exchange is a second tab or a lost reply.
const REUSE_GRACE: Duration = Duration::from_secs(10);
/// Exchanges that can follow one another within the grace; more would be a loop.
const CHAIN_LIMIT: usize = 64;
/// Ended sessions are kept so long for the account page, then deleted with their tokens.
const DEAD_KEPT: Duration = Duration::from_secs(30 * 24 * 3600);
const PRUNE_BATCH: i64 = 1000;
/// The column's own bound, in characters.
const MAX_USER_AGENT: usize = 400;

/// A session that lived when this request looked, and whose it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LiveSession {
    pub session_id: SessionId,
    pub user: User,
}

/// A live session with tokens to hand out. Has no `Debug`: tokens belong into no log.
pub struct Issued {
    pub session: LiveSession,
    pub access: String,
    pub refresh: String,
}

/// Opens a session for somebody who has just proven who they are.
///
/// # Errors
/// Those of the database.
pub async fn open(tx: &mut Tx, keys: &Keys, user: User, caller: &Caller) -> Result<Issued, AppError> {
    let session_id = SessionId::new();
    let token = OpaqueToken::random()?;
    let user_agent: String = caller.user_agent.chars().filter(|c| !c.is_control()).take(MAX_USER_AGENT).collect();
    let device_hash = caller.device_hash.as_ref().map(<[u8; 32]>::as_slice);
    store::insert_session(&mut **tx, session_id, user.id, &user_agent, &devices::label(&user_agent), device_hash).await?;
    insert_token(tx, &token, session_id, None).await?;
    issue(keys, session_id, user, &token)
}

/// Whose session an access token names, if it lives.
///
/// # Errors
/// Those of the database.
pub async fn by_access_token(db: &Db, keys: &Keys, token: &str) -> Result<Option<LiveSession>, AppError> {
    let Some(AccessClaims { session_id, user_id }) = keys.verify_access_token(token) else { return Ok(None) };
    let user = store::live_user(db.pool(), session_id, user_id).await?;
    Ok(user.map(|user| LiveSession { session_id, user }))
}

/// A session as it is now, if it still lives.
///
/// # Errors
/// Those of the database.
pub async fn again(db: &Db, session: &LiveSession) -> Result<Option<LiveSession>, AppError> {
    let session_id = session.session_id;
    let user = store::live_user(db.pool(), session_id, session.user.id).await?;
    Ok(user.map(|user| LiveSession { session_id, user }))
}

/// Exchanges a refresh token. None: it is worth nothing (any more).
///
/// # Errors
/// Those of the database; the token is then still good.
pub async fn renew(db: &Db, keys: &Keys, token: &str) -> Result<Option<Issued>, AppError> {
    let Some(token) = OpaqueToken::decode(token) else { return Ok(None) };
    let hash = token.hash();
    let mut tx = db.begin().await?;
    let Some(presented) = store::lock_refresh_token(&mut tx, &hash).await? else { return Ok(None) };
    let Some(user) = presented.user.filter(|_| !presented.expired) else { return Ok(None) };
    let session_id = presented.session_id;
    match presented.used_seconds_ago {
        None => {
            let successor = keys.successor(&token);
            store::mark_refresh_token_used(&mut *tx, &hash).await?;
            insert_token(&mut tx, &successor, session_id, Some(&hash)).await?;
            store::touch_session(&mut *tx, session_id).await?;
            let issued = issue(keys, session_id, user, &successor)?;
            tx.commit().await?;
            Ok(Some(issued))
        }
        Some(seconds) if seconds <= REUSE_GRACE.as_secs_f64() => {
            let leaf = live_leaf(&mut tx, keys, token, session_id).await?;
            leaf.map(|leaf| issue(keys, session_id, user, &leaf)).transpose()
        }
        Some(_) => {
            store::revoke_session(&mut *tx, session_id, "reuse").await?;
            tx.commit().await?;
            tracing::warn!(%session_id, user_id = %user.id, "a refresh token was used twice: session ended");
            Ok(None)
        }
    }
}

/// Follows the successors of a used token to the one that is live: a second tab may come while the first has already moved on.
async fn live_leaf(tx: &mut Tx, keys: &Keys, used: OpaqueToken, session_id: SessionId) -> Result<Option<OpaqueToken>, AppError> {
    let mut token = used;
    for _ in 0..CHAIN_LIMIT {
        let mut next = None;
        for candidate in keys.successors(&token) {
            if let Some(used) = store::refresh_token_used(&mut **tx, &candidate.hash(), session_id).await? {
                next = Some((candidate, used));
                break;
            }
        }
        match next {
            Some((leaf, false)) => return Ok(Some(leaf)),
            Some((successor, true)) => token = successor,
            None => return Ok(None),
        }
    }
    Ok(None)
}

/// Ends a session: its access tokens are refused from the next request on.
///
/// # Errors
/// Those of the database.
pub async fn close(db: &Db, session_id: SessionId) -> Result<(), AppError> {
    Ok(store::revoke_session(db.pool(), session_id, "signed_out").await?)
}

/// The sessions of somebody that could still be used, the one seen last first.
///
/// # Errors
/// Those of the database.
pub async fn list(db: &Db, customer: &Customer) -> Result<Vec<Session>, AppError> {
    let text = |at: OffsetDateTime| at.format(&Rfc3339).map_err(AppError::internal);
    let rows = store::live_sessions(db.pool(), customer.user_id()).await?;
    rows.into_iter()
        .map(|row| {
            let current = row.id == customer.session_id();
            Ok(Session { id: row.id, device: row.device, opened_at: text(row.created_at)?, seen_at: text(row.last_seen_at)?, current })
        })
        .collect()
}

/// Ends one session of one's own.
///
/// # Errors
/// `NotFound`, also for somebody else's.
pub async fn close_own(db: &Db, customer: &Customer, id: SessionId) -> Result<(), AppError> {
    if store::revoke_own_session(db.pool(), customer.user_id(), id, "signed_out").await? { Ok(()) } else { Err(AppError::NotFound) }
}

/// Signs out everywhere, here as well.
///
/// # Errors
/// Those of the database.
pub async fn close_everywhere(db: &Db, customer: &Customer) -> Result<(), AppError> {
    Ok(store::revoke_sessions_of(db.pool(), customer.user_id(), None, "signed_out").await?)
}

/// Ends all sessions of somebody but the one that is kept, in the transaction that gives the reason (`password_changed`, `disabled`).
///
/// # Errors
/// Those of the database.
pub async fn close_all(tx: &mut Tx, user_id: UserId, kept: Option<SessionId>, reason: &str) -> Result<(), AppError> {
    Ok(store::revoke_sessions_of(&mut **tx, user_id, kept, reason).await?)
}

/// Deletes sessions that ended long ago, with their tokens.
///
/// # Errors
/// Those of the database.
pub async fn prune(db: &Db) -> Result<(), AppError> {
    let batch = PRUNE_BATCH.unsigned_abs();
    while store::delete_dead_sessions(db.pool(), DEAD_KEPT.as_secs_f64(), PRUNE_BATCH).await? == batch {}
    Ok(())
}

async fn insert_token(tx: &mut Tx, token: &OpaqueToken, session_id: SessionId, parent: Option<&[u8]>) -> Result<(), AppError> {
    let (lifetime, session) = (REFRESH_LIFETIME.as_secs_f64(), SESSION_LIFETIME.as_secs_f64());
    Ok(store::insert_refresh_token(&mut **tx, &token.hash(), session_id, parent, lifetime, session).await?)
}

fn issue(keys: &Keys, session_id: SessionId, user: User, token: &OpaqueToken) -> Result<Issued, AppError> {
    let access = keys.access_token(AccessClaims { session_id, user_id: user.id })?;
    Ok(Issued { access, refresh: token.encode(), session: LiveSession { session_id, user } })
}
