//! Tokens for programs: made, shown once, listed, revoked; and whom one speaks for. They open what their scopes say, of the owner's shop, and
//! nothing else: no account, no cart, no other token.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::LiveSession;
use super::tokens::{Keys, OpaqueToken};
use crate::accounts::store::api_tokens::{self as store, NewToken};
use crate::accounts::{ApiToken, MAX_TOKENS, Scope, TOKEN_PREFIX, TypedToken};
use crate::error::{AppError, Conflict};
use crate::platform::db::Db;
use crate::platform::state::AppState;
use crate::values::{ApiTokenId, SessionId, UserId};

/// Letters of the text that are shown in the list: enough to tell tokens apart, far too few to guess the rest.
const SHOWN: usize = 6;

/// A program with a live token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Program {
    pub session: LiveSession,
    scopes: Vec<Scope>,
}

impl Program {
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }
}

fn rfc3339(at: OffsetDateTime) -> String {
    // Years beyond 9999 are the only thing that cannot be written.
    at.format(&Rfc3339).unwrap_or_default()
}

/// What the table has beside the known names was written by a later release.
fn scopes(names: &[String]) -> Vec<Scope> {
    names.iter().filter_map(|name| name.parse().ok()).collect()
}

/// # Errors
/// `Invalid` for a bad field; `Conflict(Full)`.
pub async fn create(state: &AppState, owner: UserId, typed: &TypedToken) -> Result<ApiTokenId, AppError> {
    let (name, scopes) = typed.parse()?;
    if store::count(state.db.pool(), owner).await? >= MAX_TOKENS {
        return Err(Conflict::Full.into());
    }
    let (id, token) = (ApiTokenId::new(), OpaqueToken::random()?);
    let text = format!("{TOKEN_PREFIX}{}", token.encode());
    let new = NewToken {
        id,
        user_id: owner,
        name: &name,
        hash: &token.hash(),
        beginning: &text[..TOKEN_PREFIX.len() + SHOWN],
        scopes: &scopes,
        unseen: &Keys::of(&state.config).seal(owner, text.as_bytes())?,
    };
    store::insert(state.db.pool(), &new).await?;
    Ok(id)
}

/// The text of a token that its owner has not seen yet. From then on nobody can.
///
/// # Errors
/// Those of the database.
pub async fn show_once(state: &AppState, owner: UserId, id: ApiTokenId) -> Result<Option<String>, AppError> {
    let Some(sealed) = store::take_unseen(state.db.pool(), owner, id).await? else { return Ok(None) };
    Ok(Keys::of(&state.config).open(owner, &sealed).and_then(|text| String::from_utf8(text).ok()))
}

/// Those that live, newest first.
///
/// # Errors
/// Those of the database.
pub async fn list(db: &Db, owner: UserId) -> Result<Vec<ApiToken>, AppError> {
    let rows = store::list(db.pool(), owner).await?;
    let token = |row: store::TokenRow| ApiToken {
        id: row.id,
        name: row.name,
        beginning: row.beginning,
        scopes: scopes(&row.scopes),
        created_at: rfc3339(row.created_at),
        last_used_at: row.last_used_at.map(rfc3339),
    };
    Ok(rows.into_iter().map(token).collect())
}

/// From the next request on it opens nothing.
///
/// # Errors
/// `NotFound`, also for somebody else's.
pub async fn revoke(db: &Db, owner: UserId, id: ApiTokenId) -> Result<(), AppError> {
    if store::revoke(db.pool(), owner, id).await? { Ok(()) } else { Err(AppError::NotFound) }
}

/// Whom a text speaks for, if it is a token that lives.
///
/// # Errors
/// Those of the database.
pub async fn program(db: &Db, text: &str) -> Result<Option<Program>, AppError> {
    let Some(token) = text.strip_prefix(TOKEN_PREFIX).and_then(OpaqueToken::decode) else { return Ok(None) };
    let row = store::holder(db.pool(), &token.hash()).await?;
    Ok(row.map(|row| Program {
        // No session: what is put down about it is the token.
        session: LiveSession { session_id: SessionId(row.token_id.0), user: row.user },
        scopes: scopes(&row.scopes),
    }))
}
